"""Closing, auditing, adopting and reopening a year: who may when, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from casework.audit.tables import LogRecord
from casework.book_year import service
from casework.book_year.adopted import adopted_document, adopted_view
from casework.book_year.queries import ActLabel, YearPage, book_years, year_page
from casework.book_year.refusals import (
    BookNotRight,
    ClosedByYourself,
    EarlierYearOpen,
    NoSuchBookYear,
    NothingAdopted,
    ReopeningAskedAlready,
    ReopeningReasonMissing,
    StatementsEndTooEarly,
    StatementsInFuture,
    StatementsNotConfirmed,
    YearNotOver,
)
from casework.book_year.state import quorum
from casework.book_year.tables import AdoptedOverview, BookYearSignature
from casework.context import Work
from casework.people.tables import Person
from casework.reports.annual import annual_overview
from errors import Forbidden
from ledger import book, events
from ledger.accounts import Account
from ledger.balances import main_balances
from ledger.closing import YearState, book_year
from ledger.refusals import SecondPersonNeeded, YearClosed, YearNotReady
from ledger.verify import verify
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.book_year.scene import THROUGH, YEAR, Office, key
from tests.integration.factories import NOW, a_cast, appoint, fund, work_as

Step = Callable[..., object]
# Each step with what it needs beside year and key, whose it is, and in which states it can be taken.
STEPS: dict[Step, tuple[dict[str, object], set[Role], set[YearState]]] = {
    service.close: (
        {"complete": True, "statements_through_on": THROUGH},
        {Role.TREASURER},
        {YearState.OPEN},
    ),
    service.audit: ({}, {Role.AUDITOR}, {YearState.CLOSED}),
    service.adopt: ({}, {Role.EXECUTIVE}, {YearState.AUDITED}),
    service.ask_reopening: (
        {"reason": "vergeten factuur"},
        {Role.TREASURER, Role.AUDITOR},
        {YearState.CLOSED, YearState.AUDITED},
    ),
    service.reopen: ({}, {Role.TREASURER, Role.AUDITOR}, {YearState.CLOSED, YearState.AUDITED}),
}


def state(office: Office) -> YearState:
    with unit_of_work(office.engine, write=False) as session:
        return book_year(session, network=office.cast.network.code, year=YEAR).state


def page(office: Office, person: Person) -> YearPage:
    found = office.read(person, lambda work: year_page(work, YEAR))
    assert isinstance(found, YearPage)
    return found


@pytest.mark.parametrize("reached", list(YearState))
def test_every_step_by_every_role_in_every_state(office: Office, reached: YearState) -> None:
    """A step by the wrong role is refused as such whatever the state; by the right one only out of turn."""
    office.bring_to(reached)
    if reached in (YearState.CLOSED, YearState.AUDITED):
        office.do(office.second_treasurer, service.ask_reopening, reason="vergeten factuur")
    cast = office.cast
    people = {
        Role.APPLICANT: cast.applicant,
        Role.SECRETARIAT: cast.secretariat[0],
        Role.SUBSTITUTE: office.substitute,
        Role.TREASURER: cast.treasurer,
        Role.REPRESENTATIVE: cast.representative,
        Role.AMBASSADOR: cast.ambassador,
        Role.EXECUTIVE: office.executives[2],
        Role.AUDITOR: cast.auditor,
        Role.ADMINISTRATOR: cast.administrator,
    }
    assert set(people) == set(Role)
    for step, (facts, roles, states) in STEPS.items():
        for role, person in people.items():
            with unit_of_work(office.engine) as session:
                work = work_as(session, person, cast.network)
                arguments = {"year": YEAR, "key": key()} | facts
                if role not in roles:
                    with pytest.raises(Forbidden):
                        step(work, **arguments)
                elif reached not in states:
                    with pytest.raises(YearNotReady):
                        step(work, **arguments)
                else:
                    step(work, **arguments)
                    assert work.session.scalars(
                        select(BookYearSignature).where(BookYearSignature.person_id == person.id)
                    ).all()
                session.rollback()
    assert state(office) is reached


def test_closing_books_the_result_and_keeps_the_word_on_the_statements(office: Office) -> None:
    office.close()
    found = page(office, office.cast.treasurer)
    assert found.state.value == "closed"
    assert found.result_cents == -1_250
    assert (found.cash.opening_cents, found.cash.in_cents, found.cash.out_cents) == (0, 100_000, 1_250)
    assert found.cash.closing_cents == 98_750
    [act] = found.acts
    assert (act.act, act.names) == (ActLabel.CLOSED, (office.cast.treasurer.name,))
    assert act.statements_through_on == THROUGH
    with unit_of_work(office.engine, write=False) as session:
        assert main_balances(session, network=office.cast.network.code)[Account.RESULT] == 1_250
        [logged] = session.scalars(select(LogRecord).where(LogRecord.action == "year.close"))
        assert (logged.object_ref, logged.person_id) == (str(YEAR), office.cast.treasurer.id)
        assert logged.facts == {"statements_through_on": "2026-01-03"}


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ({"complete": False}, StatementsNotConfirmed, "complete"),
        ({"statements_through_on": date(2025, 12, 30)}, StatementsEndTooEarly, "through_on"),
        ({"statements_through_on": date(2026, 6, 2)}, StatementsInFuture, "through_on"),
    ],
)
def test_statements_must_be_complete(
    office: Office, facts: dict[str, object], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        office.close(**facts)
    assert getattr(refused.value, "field", None) == field
    assert state(office) is YearState.OPEN


def test_a_year_is_closed_when_it_is_over_and_after_the_years_before(office: Office) -> None:
    with pytest.raises(YearNotOver) as refused:
        office.close(year=2026, statements_through_on=date(2026, 5, 31))
    assert "vanaf 1 januari 2027" in refused.value.sentence("nl")
    in_2027 = datetime(2027, 1, 5, 9, tzinfo=UTC)
    with pytest.raises(EarlierYearOpen) as earlier:
        office.close(year=2026, statements_through_on=date(2027, 1, 2), at_utc=in_2027)
    assert earlier.value.sentence("en") == "Book year 2025 is still open. Close that first, then 2026."
    office.close()
    office.close(year=2026, statements_through_on=date(2027, 1, 2), at_utc=in_2027)
    for unknown in (2024, 2027):
        with pytest.raises(NoSuchBookYear):
            office.close(year=unknown)


def test_a_repeated_form_closes_once_and_a_second_treasurer_is_told(office: Office) -> None:
    office.close(key="same-key-1")
    office.close(key="same-key-1")
    with pytest.raises(YearNotReady) as refused:
        office.close(office.second_treasurer)
    assert "afgesloten" in refused.value.sentence("nl")
    assert len(page(office, office.cast.treasurer).acts) == 1


def test_payments_under_way_and_unknown_receipts_are_shown_beforehand(office: Office) -> None:
    cast = office.cast
    with unit_of_work(office.engine) as session:
        for draft in (
            events.case_approved(
                case="TN-1", amount_cents=900, booked_on=date(YEAR, 12, 1), cause="TN-1", key="a"
            ),
            *(
                events.payment_ordered(
                    case="TN-1",
                    payment=payment,
                    amount_cents=cents,
                    booked_on=date(YEAR, 12, 30),
                    cause=payment,
                    key=payment,
                )
                for payment, cents in (("U-1", 500), ("U-2", 400))
            ),
            events.payment_seen(
                payment="U-2", amount_cents=400, booked_on=date(2026, 1, 2), cause="U-2", key="seen"
            ),
            events.receipt_unrecognised(
                receipt="R1", amount_cents=7_500, booked_on=date(YEAR, 9, 9), cause="R1", key="r"
            ),
        ):
            book.post(session, network=cast.network.code, draft=draft, recorded_at_utc=NOW)
    found = page(office, cast.treasurer)
    assert {(one.payment, one.amount_cents, one.seen) for one in found.under_way} == {
        ("U-1", 500, False),
        ("U-2", 400, True),
    }
    assert [one.payment for one in found.unexplained] == ["U-1"]
    assert found.not_recognised_cents == 7_500
    office.close()  # a warning, not a refusal


def test_the_auditor_verifies_the_book_and_signs_its_head(office: Office) -> None:
    office.close()
    with unit_of_work(office.engine, write=False) as session:
        head = book.head_hash(session, network=office.cast.network.code)
    assert office.audit() == head
    acts = page(office, office.cast.auditor).acts
    assert (acts[-1].act, acts[-1].names, acts[-1].head_hash) == (
        ActLabel.AUDITED,
        (office.cast.auditor.name,),
        head,
    )


def test_whoever_closed_does_not_audit(office: Office) -> None:
    cast = office.cast
    with unit_of_work(office.engine) as session:
        appoint(session, cast.treasurer, cast.network, cast.partners["gemeente"], Role.AUDITOR)
    office.close()
    with pytest.raises(ClosedByYourself):
        office.do(cast.treasurer, service.audit)
    office.audit()


def test_a_book_that_was_tampered_with_is_not_audited_nor_adopted(office: Office) -> None:
    office.close()
    office.audit()
    office.do(office.executives[0], service.adopt)
    _tamper(office)
    with pytest.raises(BookNotRight):
        office.do(office.executives[1], service.adopt)
    assert state(office) is YearState.AUDITED
    office.do(office.cast.treasurer, service.ask_reopening, reason="het klopt niet")


def _tamper(office: Office) -> None:
    """A balance that is not what was posted: the chain holds, the derived figures do not."""
    with office.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            for name in connection.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_month'")
            ).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(
            text("UPDATE ledger_month SET debit_cents = debit_cents + 1 WHERE account = '1100'")
        )
        connection.commit()
        connection.invalidate()


def test_the_majority_of_the_executives_adopts_and_at_least_two(office: Office) -> None:
    office.close()
    office.audit()
    first, second, third = office.executives
    office.do(first, service.adopt)
    office.do(first, service.adopt)  # signing twice is signing once
    found = page(office, first)
    assert (found.quorum.required, found.quorum.signed) == (2, (first.name,))
    assert set(found.quorum.waiting) == {second.name, third.name}
    assert (found.may_adopt, found.signed_by_reader) == (True, True)
    assert state(office) is YearState.AUDITED
    office.do(second, service.adopt)
    assert state(office) is YearState.ADOPTED
    acts = page(office, third).acts
    assert [one.act for one in acts[2:]] == [ActLabel.SIGNED, ActLabel.SIGNED, ActLabel.ADOPTED]
    assert set(acts[-1].names) == {first.name, second.name}
    with unit_of_work(office.engine, write=False) as session:
        logged = session.scalars(
            select(LogRecord.action).where(LogRecord.action.like("year.%")).order_by(LogRecord.id)
        ).all()
    assert logged == ["year.close", "year.audit", "year.sign", "year.adopt"]


def test_only_who_is_executive_today_counts(office: Office) -> None:
    """One that signed has left since: two are left, and both are needed."""
    office.close()
    office.audit()
    first, second, third = office.executives
    office.do(first, service.adopt)
    with unit_of_work(office.engine) as session:
        session.get_one(Person, first.id).deactivated_at_utc = NOW
    office.do(second, service.adopt)
    assert state(office) is YearState.AUDITED
    office.do(third, service.adopt)
    assert state(office) is YearState.ADOPTED


def test_who_signed_can_finish_when_an_executive_leaves(office: Office) -> None:
    """With four executives three are needed; one leaves, and two signatures have become enough."""
    cast = office.cast
    with unit_of_work(office.engine) as session:
        appoint(session, cast.ambassador, cast.network, cast.partners["farent"], Role.EXECUTIVE)
    office.close()
    office.audit()
    office.adopt()
    assert state(office) is YearState.AUDITED
    with unit_of_work(office.engine) as session:
        session.get_one(Person, cast.ambassador.id).deactivated_at_utc = NOW
    office.do(office.executives[0], service.adopt)
    assert state(office) is YearState.ADOPTED


def test_one_executive_alone_never_adopts(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        for person in office.executives[1:]:
            session.get_one(Person, person.id).deactivated_at_utc = NOW
    office.close()
    office.audit()
    office.do(office.executives[0], service.adopt)
    assert state(office) is YearState.AUDITED
    found = page(office, office.executives[0]).quorum
    assert (found.required, found.reached, found.possible) == (2, False, False)


def test_the_overview_is_kept_as_it_was_adopted(office: Office) -> None:
    cast = office.cast
    with pytest.raises(NothingAdopted):
        office.read(cast.executive, lambda work: adopted_document(work, YEAR))
    office.bring_to(YearState.ADOPTED)
    with unit_of_work(office.engine, write=False) as session:
        head = book.head_hash(session, network=cast.network.code)
        kept = session.get_one(AdoptedOverview, (cast.network.id, YEAR))
        assert (kept.head_hash, kept.adopted_at_utc) == (head, NOW)
        assert kept.document["state"] == "adopted"
        assert kept.document["fund"]["closing_cents"] == 98_750
        work = work_as(session, cast.executive, cast.network)
        overview = annual_overview(session, network=cast.network.code, year=YEAR, as_of_utc=NOW)
        view = adopted_view(work, overview)
        assert view is not None
        assert view.differing == ()
        assert set(view.names) == {one.name for one in office.executives[:2]}
        document = adopted_document(work, YEAR)
        assert document["head_hash"] == head
        assert document["overview"] == kept.document


def test_an_adopted_year_stays_as_it_is(office: Office) -> None:
    office.bring_to(YearState.ADOPTED)
    for step, facts in ((service.ask_reopening, {"reason": "toch"}), (service.reopen, {})):
        with pytest.raises(YearNotReady) as refused:
            office.do(office.cast.treasurer, step, **facts)
        assert "Boek een correctie in het open jaar." in refused.value.sentence("nl")
    with unit_of_work(office.engine) as session:
        last_year = datetime(YEAR, 12, 31, 9, tzinfo=UTC)
        work = work_as(session, office.cast.treasurer, office.cast.network, at_utc=last_year)
        with pytest.raises(YearClosed):
            fund(work, 100)


def test_two_people_reopen_and_everyone_signs_anew(office: Office) -> None:
    treasurer, auditor = office.cast.treasurer, office.cast.auditor
    office.close()
    office.audit()
    office.do(office.executives[0], service.adopt)
    with pytest.raises(SecondPersonNeeded):
        office.do(auditor, service.reopen)
    with pytest.raises(ReopeningReasonMissing):
        office.do(treasurer, service.ask_reopening, reason="  ")
    office.do(treasurer, service.ask_reopening, reason="vergeten factuur", key="ask-key-1")
    office.do(treasurer, service.ask_reopening, reason="vergeten factuur", key="ask-key-1")
    with pytest.raises(ReopeningAskedAlready):
        office.do(treasurer, service.ask_reopening, reason="nog eens")
    with pytest.raises(SecondPersonNeeded):
        office.do(treasurer, service.reopen)
    asked = page(office, auditor).asked
    assert asked is not None
    assert (asked.names, asked.reason, asked.by_reader) == ((treasurer.name,), "vergeten factuur", False)
    office.do(auditor, service.reopen, key="reopen-key-1")
    office.do(auditor, service.reopen, key="reopen-key-1")
    assert state(office) is YearState.OPEN
    assert page(office, treasurer).asked is None
    office.close()
    office.audit()
    assert page(office, office.executives[0]).quorum.signed == ()
    office.adopt()
    assert state(office) is YearState.ADOPTED
    with unit_of_work(office.engine, write=False) as session:
        assert verify(session, network=office.cast.network.code).ok
        closings = session.scalars(
            select(BookYearSignature.closing).where(BookYearSignature.act == "adopt")
        ).all()
    assert sorted(closings) == [1, 2, 2]


def test_only_the_last_closed_year_is_reopened(office: Office) -> None:
    in_2027 = datetime(2027, 1, 5, 9, tzinfo=UTC)
    office.close()
    office.close(year=2026, statements_through_on=date(2027, 1, 2), at_utc=in_2027)
    assert page(office, office.cast.treasurer).later_closed == 2026
    with pytest.raises(YearNotReady) as refused:
        office.do(office.cast.treasurer, service.ask_reopening, reason="toch")
    assert "Heropen eerst het jaar erna." in refused.value.sentence("nl")


def test_a_year_in_which_nothing_happened_can_go_all_the_way(office: Office) -> None:
    """2026 without a single entry: nothing is posted at its closing."""
    in_2027 = datetime(2027, 1, 5, 9, tzinfo=UTC)
    office.close()
    office.close(year=2026, statements_through_on=date(2027, 1, 2), at_utc=in_2027)
    office.do(office.cast.auditor, service.audit, year=2026, at_utc=in_2027)
    for person in office.executives[:2]:
        office.do(person, service.adopt, year=2026, at_utc=in_2027)
    rows = office.read(
        office.cast.treasurer, lambda work: {one.year: one.state.value for one in book_years(work)}
    )
    assert rows == {2026: "adopted", 2025: "closed"}


def test_the_years_of_another_network_are_out_of_sight(office: Office) -> None:

    office.bring_to(YearState.ADOPTED)
    with unit_of_work(office.engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
        work = work_as(session, other.treasurer, other.network)
        assert [one.year for one in book_years(work)] == [2026]
        with pytest.raises(NoSuchBookYear):
            year_page(work, YEAR)
        with pytest.raises(NothingAdopted):
            adopted_document(work, YEAR)


def test_the_quorum_grows_with_the_executives(office: Office) -> None:
    def required(work: Work) -> int:
        found = book_year(work.session, network=work.network.code, year=YEAR)
        return quorum(work, found).required

    assert office.read(office.cast.executive, required) == 2
    with unit_of_work(office.engine) as session:
        cast = office.cast
        for person in (cast.ambassador, cast.representative):
            appoint(session, person, cast.network, cast.partners["farent"], Role.EXECUTIVE)
        # A second appointment, for another partner, does not make someone two people.
        appoint(session, cast.executive, cast.network, cast.partners["mee"], Role.EXECUTIVE)
    assert office.read(office.cast.executive, required) == 3
