"""Statements of account: every figure agrees with the book to the cent, on screen, on paper, in the sheet."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.big_book import NETWORK, fill
from casework.claims.service import book_repayment, write_off
from casework.context import Work
from casework.documents.letter import letter_pdf
from casework.reports.account_letter import account_letter
from casework.reports.account_sheet import account_workbook
from casework.reports.account_statement import (
    AccountFlow,
    AccountStatement,
    account_statement,
    statement_rows,
    statement_years,
)
from errors import NotFound
from ledger import as_of, book, events
from ledger import claims as ledger_claims
from ledger.accounts import Account
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.documents.papers import owed, text_of
from tests.integration.factories import NOW, Cast
from tests.integration.pages import page_text
from tests.integration.treasury.conftest import Site

TODAY = NOW.date()
LAST_YEAR = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


@dataclass
class Scene:
    """Two years of claims on zayaz: one repaid in part, one given up, one fallen back."""

    cast: Cast
    work: Work
    first: str
    second: str


def _scene(session: Session) -> Scene:
    cast = make.a_cast(session)
    early = make.work_as(session, cast.treasurer, cast.network, at_utc=LAST_YEAR)
    make.fund(early, 1_000_000)
    make.fund(early, 50_000, partner="zayaz")
    first = owed(session, cast, ("zayaz", 30_001), ("mee", 20_000), raised_at_utc=LAST_YEAR)["zayaz"]
    book_repayment(early, reference=first, amount_cents=10_000, received_on=early.today, key="repay-key-1")
    second = owed(session, cast, ("zayaz", 7_000))["zayaz"]
    third = owed(session, cast, ("zayaz", 5_000))["zayaz"]
    work = make.work_as(session, cast.treasurer, cast.network)
    book_repayment(work, reference=first, amount_cents=2_002, received_on=TODAY, key="repay-key-2")
    write_off(work, reference=second, motivation="Het komt niet.", key="give-up-1")
    ledger_claims.fall_back(
        session,
        network=cast.network.code,
        reference=third,
        booked_on=TODAY,
        cause=third,
        key="fall-back-1",
        recorded_at_utc=NOW,
    )
    return Scene(cast, work, first, second)


def _in_the_book(work: Work, party: str, on: date) -> int:
    balances = as_of.subject_balances(
        work.session, network=work.network.code, account=Account.PARTNER_CLAIMS, on=on
    )
    return sum(cents for claim, cents in balances.items() if claim.endswith(f"-{party}"))


def _check(work: Work, found: AccountStatement) -> None:
    """The laws of a statement."""
    before = date(found.year, 1, 1) - timedelta(days=1)
    assert found.owed.opening_cents == _in_the_book(work, found.partner_code, before)
    assert found.owed.closing_cents == _in_the_book(work, found.partner_code, found.until_on)
    assert found.owed.opening_cents + sum(found.flows.values()) == found.owed.closing_cents
    contributed = as_of.balance_cents(
        work.session,
        network=work.network.code,
        account=Account.CONTRIBUTIONS,
        subject=found.partner_code,
        on=found.until_on,
    )
    assert found.contributed.closing_cents == -contributed
    if found.open_claims:
        assert found.to_pay_cents == found.owed.closing_cents


def test_each_year_goes_from_opening_to_closing_and_agrees_with_the_book(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        past = account_statement(it.work, code="zayaz", year=2025)
        _check(it.work, past)
        assert (past.owed.opening_cents, past.owed.closing_cents, past.runs) == (0, 20_001, False)
        assert past.open_claims == ()
        assert past.contributed.closing_cents == 50_000
        now = account_statement(it.work, code="zayaz", year=2026)
        _check(it.work, now)
        assert now.runs
        assert {flow: cents for flow, cents in now.flows.items() if cents} == {
            AccountFlow.RAISED: 12_000,
            AccountFlow.REPAID: -2_002,
            AccountFlow.WRITTEN_OFF: -7_000,
            AccountFlow.FELL_BACK: -5_000,
        }
        assert (now.owed.opening_cents, now.owed.closing_cents) == (20_001, 17_999)
        assert [one.reference for one in now.open_claims] == [it.first]
        rows = {row.code: row for row in statement_rows(it.work, year=2026)}
        zayaz = rows["zayaz"]
        assert (zayaz.opening_cents, zayaz.raised_cents, zayaz.closing_cents) == (20_001, 12_000, 17_999)
        assert rows["mee"].closing_cents == 20_000
        assert statement_years(it.work) == (2026, 2025)


def test_a_reversal_counts_under_what_it_reverses(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        repaid = book.earlier(session, network=it.cast.network.code, key="repay-key-2")
        assert repaid is not None
        book.reverse(
            session,
            network=it.cast.network.code,
            entry_id=repaid.id,
            booked_on=TODAY,
            cause=it.first,
            key="reverse-key-1",
            recorded_at_utc=NOW,
        )
        found = account_statement(it.work, code="zayaz", year=2026)
        _check(it.work, found)
        assert found.flows[AccountFlow.REPAID] == 0
        assert [line.movement.reversal for line in found.owed.lines].count(True) == 1


def test_advances_are_shown_as_what_the_fund_owes(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        network = it.cast.network.code
        case = make.a_case(session, it.cast.network, it.cast.applicant, decision_state="approved")
        for draft in (
            events.case_approved(
                case=case.number, amount_cents=50_000, booked_on=TODAY, cause=case.number, key="approve-adv"
            ),
            events.partner_paid_in_advance(
                case=case.number,
                partner="zayaz",
                amount_cents=9_000,
                booked_on=TODAY,
                cause=case.number,
                key="advance-1",
            ),
        ):
            book.post(session, network=network, draft=draft, recorded_at_utc=NOW)
        ledger_claims.set_off_advance(
            session,
            network=network,
            reference=it.first,
            amount_cents=4_000,
            booked_on=TODAY,
            cause=it.first,
            key="set-off-1",
            recorded_at_utc=NOW,
        )
        found = account_statement(it.work, code="zayaz", year=2026)
        _check(it.work, found)
        assert found.flows[AccountFlow.SET_OFF] == -4_000
        assert [line.balance_cents for line in found.advanced.lines] == [9_000, 5_000]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(100, 9_999), st.integers(0, 99), st.sampled_from(["repay", "give up", "nothing"])
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_happens_the_sums_agree(sqlite_engine: Engine, happened: list[tuple[int, int, str]]) -> None:
    with unit_of_work(sqlite_engine) as session:
        cast = make.a_cast(session, code=f"n{datetime.now(UTC).timestamp():.6f}".replace(".", "-"))
        work = make.work_as(session, cast.treasurer, cast.network)
        make.fund(make.work_as(session, cast.treasurer, cast.network, at_utc=LAST_YEAR), 1_000_000)
        for number, (cents, share, what) in enumerate(happened):
            reference = owed(session, cast, ("zayaz", cents))["zayaz"]
            part = cents * share // 100
            if part:
                book_repayment(
                    work, reference=reference, amount_cents=part, received_on=TODAY, key=f"repay-key-{number}"
                )
            if what == "give up" and part < cents:
                write_off(work, reference=reference, motivation="Nee.", key=f"give-up-{number}")
        for year in (2025, 2026):
            _check(work, account_statement(work, code="zayaz", year=year))


def test_paper_and_sheet_hold_the_same_figures(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        found = account_statement(it.work, code="zayaz", year=2026)
        letter = account_letter(it.work, found, language="nl")
        assert letter.tables[0].total == ("Open aan het eind", 17_999)
        text = text_of(letter_pdf(letter, language="nl", made_at_utc=NOW))
        for words in ("Rekeningoverzicht 2026", "€ 200,01", "€ 179,99", "Het jaar is nog bezig", it.first):
            assert words in text
        assert letter.payment is not None
        assert letter.payment.amount_cents == 17_999
        past = account_letter(it.work, account_statement(it.work, code="zayaz", year=2025), language="en")
        assert past.payment is None
        assert "Statement of account 2025" in text_of(letter_pdf(past, language="en", made_at_utc=NOW))
        book_ = load_workbook(BytesIO(account_workbook(found, language="nl")))
        assert book_.sheetnames == ["Samenvatting", "Vorderingen", "Inleg", "Nu te betalen"]
        lines = book_["Vorderingen"]
        amounts = [
            row[4].value for row in lines.iter_rows(min_row=6) if isinstance(row[4].value, int | float)
        ]
        assert round(sum(amounts) * 100) == 17_999 - 20_001
        assert lines.cell(5, 6).value == pytest.approx(200.01)
        formulas = [cell.value for row in lines.iter_rows() for cell in row if cell.data_type == "f"]
        assert formulas
        assert all(one.startswith(("=F", "=SUM(E")) for one in formulas)


def test_a_name_that_looks_like_a_formula_stays_text(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        it.cast.partners["zayaz"].name = '=HYPERLINK("x")'
        found = account_statement(it.work, code="zayaz", year=2026)
        opened = load_workbook(BytesIO(account_workbook(found, language="nl")))
        assert '=HYPERLINK("x")' in str(opened["Samenvatting"].cell(2, 1).value)
        assert opened["Samenvatting"].cell(2, 1).data_type == "s"
        assert '=HYPERLINK("x")' in text_of(
            letter_pdf(account_letter(it.work, found, language="nl"), language="nl", made_at_utc=NOW)
        )


def test_years_there_are_no_statements_of_do_not_exist(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        for year in (2024, 2027, 9999):
            with pytest.raises(NotFound):
                account_statement(it.work, code="zayaz", year=year)
            with pytest.raises(NotFound):
                statement_rows(it.work, year=year)
        with pytest.raises(NotFound):
            account_statement(it.work, code="nergens", year=2026)


def test_a_representative_sees_the_statement_of_the_own_partner_only(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = _scene(session)
        own = make.work_as(session, it.cast.representative, it.cast.network)
        assert account_statement(own, code="zayaz", year=2026).owed.closing_cents == 17_999
        assert [row.code for row in statement_rows(own, year=2026)] == ["zayaz"]
        with pytest.raises(NotFound):
            account_statement(own, code="mee", year=2026)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        stranger = make.work_as(session, other.treasurer, other.network)
        assert all(not row.closing_cents for row in statement_rows(stranger, year=2026))


def test_pages_pdf_and_sheet_for_those_who_may(site_on_both: Site) -> None:
    with site_on_both.session() as session, session.begin():
        cast = site_on_both.cast
        owed(session, cast, ("zayaz", 30_000), ("mee", 20_000))
    treasurer = site_on_both.as_(cast.treasurer)
    listed = page_text(treasurer.get("/rekeningoverzichten"))
    assert "Zayaz" in listed
    assert "€ 300,00" in listed
    assert treasurer.get("/rekeningoverzichten?jaar=1999").status_code == 404
    shown = page_text(treasurer.get("/rekeningoverzichten/zayaz/2026"))
    assert "Nieuwe vorderingen" in shown
    assert "Casus verrekend" in shown
    own = site_on_both.as_(cast.representative)
    assert "Mee" not in page_text(own.get("/rekeningoverzichten"))
    for suffix, kind in ((".pdf", "application/pdf"), (".xlsx", "spreadsheetml")):
        assert kind in own.get(f"/rekeningoverzichten/zayaz/2026{suffix}").mimetype
        assert own.get(f"/rekeningoverzichten/mee/2026{suffix}").status_code == 404
    assert own.get("/rekeningoverzichten/mee/2026").status_code == 404
    assert site_on_both.as_(cast.applicant).get("/rekeningoverzichten").status_code == 403
    assert "Rekeningoverzichten" in page_text(own.get("/onze-vorderingen"))


def test_the_list_of_partners_does_not_walk_the_book_for_every_claim(sqlite_engine: Engine) -> None:
    fill(sqlite_engine, 100)  # 1,600 claims and 416 entries in the network that fill knows
    with unit_of_work(sqlite_engine) as session:
        cast = make.a_cast(session)
        cast.network.code = NETWORK
        session.flush()
        work = make.work_as(session, cast.treasurer, cast.network)
        assert statement_rows(work, year=TODAY.year)
        raw = session.connection().connection.driver_connection
        assert raw is not None
        steps = itertools.count()
        raw.set_progress_handler(lambda: next(steps) and None, 1_000)
        statement_rows(work, year=TODAY.year)
        raw.set_progress_handler(None, 0)
        assert next(steps) < 500  # thousand steps of SQLite; walking for each claim takes over ten times that
