"""What the database itself refuses, whoever asks and however."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger import backends, closing, events
from ledger.accounts import RULES, Account, Subject
from ledger.tables import IDS_PER_FUND
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, Book

NEXT = IDS_PER_FUND + 2  # the fixture has posted one entry
HASH = "a" * 64


def _run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def refused(book: Book, *statements: str) -> str:
    """Run ``statements`` in one transaction; the name of the rule the database says was broken."""
    with pytest.raises(DBAPIError) as error:
        _run(book.engine, *statements)
    return backends.broken_rule(error.value) or str(error.value.orig)


def head(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT head_hash FROM ledger_fund")))


def entry(book: Book, **changes: object) -> str:
    """An INSERT of the next entry, as an attacker with SQL would write it."""
    values: dict[str, object] = {
        "id": NEXT,
        "fund_id": 1,
        "book_year": 2026,
        "number": 2,
        "kind": "other_income",
        "booked_on": "2026-03-01",
        "recorded_at_utc": "2026-03-01 09:30:00.000000",
        "cause": "c",
        "idempotency_key": "sluip",
        "previous_hash": head(book.engine),
        "hash": HASH,
        "reverses": None,
    }
    values |= changes
    words = ["NULL" if value is None else f"'{value}'" for value in values.values()]
    return f"INSERT INTO ledger_entry ({', '.join(values)}) VALUES ({', '.join(words)})"


def legs(*amounts: tuple[str, str, int], entry_id: int = NEXT) -> str:
    rows = ", ".join(
        f"({entry_id}, '{account}', '{subject}', {cents})" for account, subject, cents in amounts
    )
    return f"INSERT INTO ledger_leg (entry_id, account, subject, amount_cents) VALUES {rows}"


GOOD = legs(("1100", "", 5), ("4900", "", -5))


def test_the_attackers_entry_would_do_when_it_keeps_every_rule(ledger_book: Book) -> None:
    own = entry(ledger_book)
    _run(ledger_book.engine, GOOD, own)
    assert ledger_book.balance("4900") == -5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET cause = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_leg SET amount_cents = amount_cents * 2",
        "DELETE FROM ledger_leg",
    ],
)
def test_posted_rows_are_never_changed_or_removed(ledger_book: Book, statement: str) -> None:
    assert refused(ledger_book, statement) == "ledger_posted"


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg"])
def test_postgresql_refuses_truncate_as_well(ledger_book: Book, table: str) -> None:
    if ledger_book.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    assert refused(ledger_book, f"TRUNCATE {table} CASCADE") == "ledger_posted"


def test_a_posted_entry_gets_no_more_legs(ledger_book: Book) -> None:
    late = legs(("4300", "", 5), ("4400", "", -5), entry_id=IDS_PER_FUND + 1)
    assert refused(ledger_book, late) == "ledger_posted"


def test_legs_need_an_entry(ledger_book: Book) -> None:
    assert refused(ledger_book, GOOD) in {"fk_ledger_leg_entry_id", "FOREIGN KEY constraint failed"}


def test_legs_are_added_to_one_entry_at_a_time(ledger_book: Book) -> None:
    """Or legs of another fund's entry, which is not locked, could come along."""
    one, other = GOOD, legs(("1100", "", 5), ("4900", "", -5), entry_id=2 * IDS_PER_FUND + 1)
    found = refused(ledger_book, f"{one}, {other.partition('VALUES ')[2]}")
    assert found in {"ledger_next", "FOREIGN KEY constraint failed"}


def test_what_is_not_a_broken_rule_is_told_as_it_is(ledger_book: Book) -> None:
    """A table that cannot be written is trouble of the database, not of the entry."""
    ledger_book.sql("DROP TABLE ledger_month")
    with pytest.raises(DBAPIError):
        ledger_book.do(events.case_approved, case="C", amount_cents=500)


@pytest.mark.parametrize(
    ("amounts", "rule"),
    [
        ((("1100", "", 5), ("4900", "", -4)), "ledger_balanced"),
        ((("1100", "", 5),), "ledger_legs"),
    ],
)
def test_an_entry_has_two_legs_that_sum_to_zero(
    ledger_book: Book, amounts: tuple[tuple[str, str, int], ...], rule: str
) -> None:
    assert refused(ledger_book, legs(*amounts), entry(ledger_book)) == rule


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"number": 3}, "ledger_number"),
        ({"number": 0}, "ck_ledger_entry_number"),
        ({"id": NEXT + 1}, "ledger_next"),
        ({"previous_hash": HASH}, "ledger_next"),
        ({"book_year": 2027}, "ledger_book_year"),
        ({"kind": "iets"}, "ck_ledger_entry_kind"),
        ({"kind": ""}, "ck_ledger_entry_kind"),
        ({"kind": "bank_costs other_costs"}, "ck_ledger_entry_kind"),
        ({"cause": ""}, "ck_ledger_entry_texts"),
        ({"hash": "kort"}, "ck_ledger_entry_hashes"),
        ({"kind": "reversal"}, "ck_ledger_entry_reverses"),
        ({"reverses": IDS_PER_FUND + 1}, "ck_ledger_entry_reverses"),
        ({"kind": "reversal", "reverses": IDS_PER_FUND + 1}, "ledger_reversal"),
    ],
)
def test_an_entry_keeps_its_place_and_form(ledger_book: Book, changes: dict[str, object], rule: str) -> None:
    entry_id = int(str(changes.get("id", NEXT)))
    lines = legs(("1100", "", 5), ("4900", "", -5), entry_id=entry_id)
    assert refused(ledger_book, lines, entry(ledger_book, **changes)) == rule


def test_a_key_is_used_once(ledger_book: Book) -> None:
    found = refused(ledger_book, GOOD, entry(ledger_book, idempotency_key="k1"))
    assert "idempotency_key" in found


def test_a_reversal_is_posted_once(ledger_book: Book) -> None:
    approved = ledger_book.do(events.case_approved, case="C", amount_cents=500)
    ledger_book.reverse(approved)
    again = IDS_PER_FUND + 4
    found = refused(
        ledger_book,
        legs(("1400", "C", -500), ("2100", "C", 500), entry_id=again),
        entry(ledger_book, id=again, number=4, kind="reversal", reverses=approved.id),
    )
    assert "reverses" in found


@pytest.mark.parametrize(
    ("amounts", "rule"),
    [
        ((("1100", "", 0), ("4900", "", 0)), "ck_ledger_leg_amount"),
        ((("9999", "", 5), ("4900", "", -5)), "ck_ledger_leg_account"),
        ((("1100", "x", 5), ("4900", "", -5)), "ck_ledger_leg_subject"),
        ((("1400", "", 5), ("4900", "", -5)), "ck_ledger_leg_subject"),
    ],
)
def test_a_leg_has_an_amount_and_an_account(
    ledger_book: Book, amounts: tuple[tuple[str, str, int], ...], rule: str
) -> None:
    assert refused(ledger_book, legs(*amounts)) == rule


@pytest.mark.parametrize("account", list(Account))
def test_an_account_has_the_sub_accounts_it_should(ledger_book: Book, account: Account) -> None:
    """The database's condition is in ranges of accounts: each account is tried."""
    wrong = "S" if RULES[account].subject is Subject.NONE else ""
    assert refused(ledger_book, legs((account.value, wrong, 5), ("4900", "", -5))) == "ck_ledger_leg_subject"


@pytest.mark.parametrize("cents", [5, -5])
@pytest.mark.parametrize("account", list(Account))
def test_a_balance_is_on_the_side_it_should(ledger_book: Book, account: Account, cents: int) -> None:
    rule = RULES[account]
    subject = "" if rule.subject is Subject.NONE else "S"
    against = "4300" if account is Account.OTHER_COSTS else "4400"
    lines = legs((account.value, subject, cents), (against, "", -cents))
    if rule.leaning.allows(cents):
        before = ledger_book.balance(account.value)
        _run(ledger_book.engine, lines, entry(ledger_book))
        assert ledger_book.balance(account.value) == before + cents
    else:
        assert refused(ledger_book, lines, entry(ledger_book)).startswith("ck_ledger_balance_not_")


@pytest.mark.parametrize(
    ("account", "cents", "rule"),
    [
        ("1300", -5, "ck_ledger_balance_not_below_zero"),
        ("1310", -5, "ck_ledger_balance_not_below_zero"),
        ("1320", -5, "ck_ledger_balance_not_below_zero"),
        ("1400", -5, "ck_ledger_balance_not_below_zero"),
        ("2100", 5, "ck_ledger_balance_not_above_zero"),
        ("2200", 5, "ck_ledger_balance_not_above_zero"),
        ("2900", 5, "ck_ledger_balance_not_above_zero"),
        ("1150", 5, "ck_ledger_balance_not_above_zero"),
    ],
)
def test_no_balance_crosses_zero(ledger_book: Book, account: str, cents: int, rule: str) -> None:
    lines = legs((account, "S", cents), ("4400", "", -cents))
    assert refused(ledger_book, lines, entry(ledger_book, kind="other_costs")) == rule


@pytest.mark.parametrize("kind", ["case_approved", "commitment_raised", "contribution_paid_back"])
def test_available_stays_at_or_above_zero(ledger_book: Book, kind: str) -> None:
    lines = legs(("1400", "C", 100_001), ("2100", "C", -100_001))
    assert refused(ledger_book, lines, entry(ledger_book, kind=kind)) == "ledger_available"


def test_a_settlement_covers_at_most_what_was_paid(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=500)
    third = IDS_PER_FUND + 3
    lines = legs(("4100", "", 1), ("1400", "C", -1), entry_id=third)
    found = refused(ledger_book, lines, entry(ledger_book, id=third, number=3, kind="settled_as_gift"))
    assert found == "ledger_settled"


def test_nothing_is_dated_into_a_closed_year(ledger_book: Book) -> None:
    ledger_book.sql("UPDATE ledger_fund SET closed_through = 2026")
    assert refused(ledger_book, GOOD, entry(ledger_book)) == "ledger_year_closed"


def test_an_adopted_year_and_its_log_stay(ledger_book: Book) -> None:
    with unit_of_work(ledger_book.engine) as session:
        closing.close_year(
            session,
            network=ledger_book.network,
            year=2026,
            by="anna",
            statements_through=date(2026, 12, 31),
            recorded_at_utc=NOW,
        )
    ledger_book.sql("UPDATE ledger_year SET state = 'adopted'")
    assert refused(ledger_book, "UPDATE ledger_year SET state = 'open'") == "ledger_adopted"
    assert refused(ledger_book, "DELETE FROM ledger_year_act") == "ledger_posted"
    assert refused(ledger_book, "UPDATE ledger_year_act SET people = 'bob'") == "ledger_posted"


def test_the_buffer_is_not_below_zero(ledger_book: Book) -> None:
    assert refused(ledger_book, "UPDATE ledger_fund SET buffer_cents = -1") == "ck_ledger_fund_buffer"
