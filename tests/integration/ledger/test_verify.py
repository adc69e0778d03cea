"""Whatever is changed behind the program's back is found, and named."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from ledger import book, events
from ledger.encoding import entry_hash, moment
from ledger.snapshot import snapshot
from ledger.stream import stream
from ledger.tables import IDS_PER_FUND
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, Book, partner_claim
from tests.integration.ledger.test_closing import close

ROOT = Path(__file__).resolve().parents[3]
FIRST = IDS_PER_FUND + 1


@pytest.fixture
def full(ledger_book: Book) -> Book:
    """Nine entries of several kinds, with a claim, a reversal and an amount with a quote in its cause."""
    ledger_book.pay("C", 1_000)  # 2, 3, 4
    ledger_book.claim("C", partner_claim("V1", 1_000))  # 5
    ledger_book.repay("V1", 400)  # 6
    wrong = ledger_book.do(events.other_income, amount_cents=5, cause='zei "é" \\')  # 7
    ledger_book.reverse(wrong)  # 8
    ledger_book.do(events.bank_costs, amount_cents=7)  # 9
    return ledger_book


def tamper(target: Book, *statements: str) -> None:
    """Run ``statements`` as someone who holds the database: with every trigger and check out of the way."""
    on_sqlite = target.engine.dialect.name == "sqlite"
    with target.engine.connect() as connection:
        raw = connection.connection.cursor()
        if on_sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            for name in [
                row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ]:
                raw.execute(f"DROP TRIGGER {name}")
        else:
            raw.execute("SET session_replication_role = replica")
        for statement in statements:
            raw.execute(statement)
        if not on_sqlite:
            raw.execute("SET session_replication_role = DEFAULT")
            connection.connection.commit()
    target.engine.dispose()


def test_an_untouched_book_is_right(full: Book) -> None:
    report = full.verify()
    assert report.ok
    assert report.first is None
    assert (report.entry_count, report.leg_count) == (9, 18)
    with snapshot(full.engine) as session:
        assert report.heads == {full.network: book.head_hash(session, network=full.network)}


TAMPERING = [
    ("UPDATE ledger_entry SET cause = 'anders' WHERE number = 3", "entry 2026-3"),
    ("UPDATE ledger_entry SET booked_on = '2026-02-01' WHERE number = 4", "entry 2026-4"),
    (
        "UPDATE ledger_entry SET recorded_at_utc = '2026-02-01 00:00:00.000000' WHERE number = 4",
        "entry 2026-4",
    ),
    ("UPDATE ledger_entry SET kind = 'other_costs' WHERE number = 9", "entry 2026-9"),
    ("UPDATE ledger_entry SET idempotency_key = 'x' WHERE number = 2", "entry 2026-2"),
    (f"UPDATE ledger_entry SET hash = '{'0' * 64}' WHERE number = 5", "entry 2026-5"),
    (f"UPDATE ledger_entry SET previous_hash = '{'0' * 64}' WHERE number = 5", "entry 2026-5"),
    ("UPDATE ledger_entry SET number = 90 WHERE number = 9", "entry 2026-90"),
    (f"UPDATE ledger_entry SET reverses = {FIRST} WHERE number = 8", "entry 2026-8"),
    ("UPDATE ledger_leg SET amount_cents = amount_cents * 2 WHERE entry_id = 10000000003", "entry 2026-3"),
    ("UPDATE ledger_leg SET subject = 'D' WHERE entry_id = 10000000002", "entry 2026-2"),
    ("DELETE FROM ledger_leg WHERE entry_id = 10000000006 AND account = '1100'", "entry 2026-6"),
    ("DELETE FROM ledger_entry WHERE number = 4", "legs"),
    ("INSERT INTO ledger_leg VALUES (10000000009, '4400', '', 5)", "entry 2026-9"),
    (
        "UPDATE ledger_balance SET balance_cents = 1 WHERE account = '1300' AND subject = 'V1'",
        "balance 1300 V1",
    ),
    ("UPDATE ledger_balance SET balance_cents = 1 WHERE account = '1100'", "balance 1100"),
    ("DELETE FROM ledger_balance WHERE account = '1300' AND subject = ''", "balance 1300"),
    ("INSERT INTO ledger_balance VALUES (1, '2900', 'R9', 0)", "balance 2900 R9"),
    ("INSERT INTO ledger_balance VALUES (1, '1160', '', 0)", "balance 1160"),
    (
        "UPDATE ledger_month SET debit_cents = 1 WHERE account = '1100' AND kind = 'other_income'",
        "month 202603 1100 other_income",
    ),
    ("DELETE FROM ledger_month WHERE account = '4300'", "month 202603 4300 bank_costs"),
    (
        "INSERT INTO ledger_month VALUES (1, 202604, '4300', 'bank_costs', 1, 0)",
        "month 202604 4300 bank_costs",
    ),
    ("UPDATE ledger_year SET last_number = 12", "year 2026"),
    ("UPDATE ledger_fund SET entry_count = 10", "fund"),
    (f"UPDATE ledger_fund SET head_hash = '{'0' * 64}'", "fund"),
    ("UPDATE ledger_fund SET buffer_cents = 5", "fund"),
    ("UPDATE ledger_fund SET closed_through = 2020", "fund"),
    ("UPDATE ledger_claim SET amount_cents = 999", "claim V1"),
    ("DELETE FROM ledger_claim", "balance 1300 V1"),
]


@pytest.mark.parametrize(("statement", "where"), TAMPERING)
def test_every_changed_row_is_found_and_named(full: Book, statement: str, where: str) -> None:
    tamper(full, statement)
    report = full.verify()
    assert not report.ok
    assert report.first is not None
    assert report.first.where == where, [str(problem) for problem in report.problems]


def test_a_removed_entry_is_found_with_everything_that_hung_on_it(full: Book) -> None:
    tamper(
        full,
        "DELETE FROM ledger_leg WHERE entry_id = 10000000004",
        "DELETE FROM ledger_entry WHERE id = 10000000004",
    )
    report = full.verify()
    assert report.first is not None
    assert report.first.where == "entry 2026-5"
    assert "missing" in report.first.what


def test_two_entries_that_change_places_are_found(full: Book) -> None:
    moved = "UPDATE {table} SET {column} = {to} WHERE {column} = {of}"
    swaps = []
    for table, column in (("ledger_entry", "id"), ("ledger_leg", "entry_id")):
        for of, to in ((FIRST + 5, 1), (FIRST + 8, FIRST + 5), (1, FIRST + 8)):
            swaps.append(moved.format(table=table, column=column, of=of, to=to))
    tamper(full, *swaps)
    report = full.verify()
    assert report.first is not None
    assert report.first.where == "entry 2026-9"


def test_a_tail_that_is_cut_off_is_found_by_a_head_kept_elsewhere(full: Book) -> None:
    kept = full.verify().heads[full.network]
    before = next(iter(full.verify().heads.values()))
    assert full.verify(kept).ok
    with full.engine.connect() as connection:
        eighth = connection.scalar(text("SELECT hash FROM ledger_entry WHERE number = 8"))
    tamper(
        full,
        "DELETE FROM ledger_leg WHERE entry_id = 10000000009",
        "DELETE FROM ledger_entry WHERE id = 10000000009",
        f"UPDATE ledger_fund SET entry_count = 8, head_hash = '{eighth}'",
        "UPDATE ledger_year SET last_number = 8",
        "DELETE FROM ledger_balance WHERE account = '4300'",
        "DELETE FROM ledger_month WHERE kind = 'bank_costs'",
        "UPDATE ledger_balance SET balance_cents = balance_cents + 7 WHERE account = '1100'",
    )
    assert full.verify().ok  # the shorter book is right in itself
    report = full.verify(before)
    assert report.first is not None
    assert "does not contain" in report.first.what
    assert full.verify(eighth).ok


def rechain(target: Book) -> None:
    """What a patient forger would do: recompute every hash after the change, and the head."""
    with snapshot(target.engine) as session:
        entries = list(stream(session, network=target.network))
    head, statements = "0" * 64, []
    for entry in entries:
        hash_ = entry_hash(
            network=entry.network,
            entry_id=entry.id,
            book_year=entry.book_year,
            number=entry.number,
            kind=entry.kind.value,
            booked_on=entry.booked_on,
            recorded_at=moment(entry.recorded_at_utc),
            cause=entry.cause,
            idempotency_key=entry.idempotency_key,
            reverses=entry.reverses,
            legs=[(leg.key.account.value, leg.key.subject, leg.amount_cents) for leg in entry.legs],
            previous_hash=head,
        )
        row = f"UPDATE ledger_entry SET previous_hash = '{head}', hash = '{hash_}' WHERE id = {entry.id}"
        statements.append(row)
        head = hash_
    tamper(target, *statements, f"UPDATE ledger_fund SET head_hash = '{head}'")


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        ("UPDATE ledger_entry SET number = 90 WHERE number = 9", "entry 2026-90", "number should be 9"),
        ("UPDATE ledger_entry SET booked_on = '2025-03-01' WHERE number = 9", "entry 2026-9", "book year"),
        (
            "UPDATE ledger_leg SET amount_cents = 8 WHERE entry_id = 10000000009 AND account = '4300'",
            "entry 2026-9",
            "sum to zero",
        ),
        (f"UPDATE ledger_entry SET reverses = {FIRST} WHERE number = 8", "entry 2026-8", "mirror"),
    ],
)
def test_a_forger_who_recomputes_the_chain_is_found_by_the_rules(
    full: Book, statement: str, where: str, what: str
) -> None:
    tamper(full, statement)
    rechain(full)
    found = [problem for problem in full.verify().problems if problem.where == where]
    assert any(what in problem.what for problem in found)


def test_a_forger_who_keeps_every_rule_is_found_by_a_head_kept_elsewhere(full: Book) -> None:
    kept = full.verify().heads[full.network]
    tamper(full, "UPDATE ledger_entry SET cause = 'anders' WHERE number = 3")
    rechain(full)
    assert full.verify().ok
    assert not full.verify(kept).ok


def test_an_entry_that_was_slipped_into_a_closed_year_is_found(full: Book) -> None:
    close(full)
    full.do(events.other_income, amount_cents=1, on=date(2027, 1, 1))
    full.sql("UPDATE ledger_fund SET closed_through = 0")
    full.do(events.other_income, amount_cents=1, on=date(2026, 12, 31))
    full.sql("UPDATE ledger_fund SET closed_through = 2026")
    report = full.verify()
    assert [problem.where for problem in report.problems] == ["entry 2026-11"]


def test_verifying_tells_how_far_it_is(full: Book) -> None:

    seen: list[tuple[int, int]] = []
    with snapshot(full.engine) as session:
        verify(session, network=full.network, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (9, 9)


def test_a_snapshot_sees_one_state_while_others_post(full: Book) -> None:
    with snapshot(full.engine) as session:
        first = book.head_hash(session, network=full.network)
        draft = events.other_income(amount_cents=1, booked_on=NOW.date(), cause="c", key="tussendoor")
        with unit_of_work(full.engine) as other:
            book.post(other, network=full.network, draft=draft, recorded_at_utc=NOW)
        assert book.head_hash(session, network=full.network) == first
    with snapshot(full.engine) as session:
        assert book.head_hash(session, network=full.network) != first


def _script() -> str:
    (script,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "ledger.md").read_text(), re.DOTALL)
    assert len(script.splitlines()) <= 22
    return str(script)


def _run_script(engine: Engine) -> subprocess.CompletedProcess[str]:
    path = make_url(str(engine.url)).database
    assert path
    return subprocess.run(
        [sys.executable, "-I", "-c", _script(), path], capture_output=True, text=True, check=False
    )


def test_the_chain_is_checked_from_the_page_alone(full: Book) -> None:
    if full.engine.dialect.name != "sqlite":
        pytest.skip("the page's script reads an SQLite file")
    outcome = _run_script(full.engine)
    assert outcome.stdout.split() == [full.network, "9", full.verify().heads[full.network]]
    tamper(full, "UPDATE ledger_entry SET cause = 'anders' WHERE number = 3")
    outcome = _run_script(full.engine)
    assert outcome.returncode == 1
    assert "entry 2026-3" in outcome.stderr
