"""The worklist: whose turn it is on every line, what it gives away, and what it adds up to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from casework.decision.inquiry import ask
from casework.people.tables import Person
from casework.worklist.lines import Action, Section, Tone, WorkLine
from casework.worklist.queries import PAGE_SIZE, worklist
from ledger import book, events
from rules.roles import Role
from rules.triangle import Value
from tests.integration.decision.helpers import NO, Round, a_round
from tests.integration.factories import NOW, a_case, a_cast, appoint, fund, work_as


def _lines(it: Round, person: Person) -> dict[str, list[WorkLine]]:
    found: dict[str, list[WorkLine]] = {}
    for page in worklist(it.work(person)).sections:
        for line in page.lines:
            found.setdefault(line.number, []).append(line)
    return found


def _line(it: Round, person: Person) -> WorkLine:
    (line,) = _lines(it, person)[it.case.number]
    return line


def _says(it: Round, person: Person) -> tuple[Section, str, Action]:
    turn = _line(it, person).turn
    return turn.section, turn.says.sentence("nl"), turn.action


def test_a_new_case_is_everyones_turn_to_assess(engine: Engine) -> None:
    with a_round(engine) as it:
        for person in (it.cast.secretariat[0], it.cast.secretariat[1], it.cast.secretariat[3]):
            assert _says(it, person) == (Section.YOURS, "Uw beoordeling", Action.ASSESS)
        assert worklist(it.work(it.cast.secretariat[0])).yours == 1


def test_turns_move_on_from_assessing_to_voting(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        it.assess(first)
        assert _says(it, first) == (
            Section.OTHERS,
            f"Wacht op beoordeling van {second.name} en {fourth.name}",
            Action.DECIDE,
        )
        it.assess(second)
        assert _says(it, first) == (Section.YOURS, "Uw stem", Action.VOTE)
        it.vote(first)
        assert _says(it, first) == (Section.OTHERS, f"Wacht op stem van {second.name}", Action.DECIDE)
        # Enough members have assessed: a third may still, but need not.
        assert _says(it, fourth) == (Section.OTHERS, f"Wacht op stem van {second.name}", Action.ASSESS)


def test_a_spread_is_said_to_who_assessed_and_to_nobody_else(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        it.assess(first, (5, 5, 5))
        it.assess(second, (5, 2, 5))
        section, says, _ = _says(it, first)
        assert (section, says) == (Section.YOURS, "Bespreken: verschil van 3 op rendement")
        assert _line(it, first).turn.tone is Tone.LATE
        assert "verschil" not in _says(it, fourth)[1]


def test_a_tie_waits_for_who_has_not_assessed_yet(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        it.assess(first)
        it.assess(second)
        it.vote(first)
        it.vote(second, "decline", "Het kan ook zonder.", "Naar de gemeente.")
        assert _says(it, fourth) == (Section.YOURS, "Uw beoordeling", Action.ASSESS)
        assert _says(it, first)[1] == f"Wacht op beoordeling van {fourth.name}"


def test_a_shut_gate_asks_the_next_vote_to_motivate(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, gates=NO)
        it.assess(second)
        it.vote(second, motivation="Het kan wel.")
        assert _says(it, first)[1] == "Uw stem: nee op ‘uitzicht op een duurzame oplossing’"


def test_a_member_in_conflict_may_advise_and_reads_why_no_more(engine: Engine) -> None:
    with a_round(engine, expected_payers=["mee"]) as it:
        line = _line(it, it.cast.secretariat[3])
        assert (line.turn.section, line.turn.action) == (Section.OTHERS, Action.ASSESS)
        assert line.turn.note is not None
        assert line.turn.note.sentence("nl") == (
            "U kunt hier adviseren, niet meestemmen: uw organisatie staat aan de lat"
        )


def test_ones_own_submission_is_for_others(engine: Engine) -> None:
    with a_round(engine) as it:
        appoint(
            it.session, it.cast.applicant, it.cast.network, it.cast.partners["gemeente"], Role.SECRETARIAT
        )
        line = _line(it, it.cast.applicant)
        assert (line.turn.section, line.turn.action) == (Section.OTHERS, Action.OPEN)
        assert line.turn.note is not None
        assert line.turn.note.code == "own_submission"


def test_too_few_members_without_an_interest_is_said_with_what_to_do(engine: Engine) -> None:
    with a_round(engine, amounts=(600_000,), expected_payers=["mee"]) as it:
        line = _line(it, it.cast.secretariat[0])
        assert line.turn.says.sentence("nl") == "Te weinig leden zonder eigen belang"
        assert line.turn.note is not None
        assert "plaatsvervanger" in line.turn.note.sentence("nl")


def test_the_clock_stands_still_while_a_question_is_open(engine: Engine) -> None:
    with a_round(engine, at_utc=NOW - timedelta(hours=30)) as it:
        first = it.cast.secretariat[0]
        ask(it.work(first, at_utc=NOW - timedelta(hours=20)), number=it.case.number, question="Wat?")
        line = _line(it, first)
        assert (line.still, line.elapsed) == (True, timedelta(hours=10))
        assert line.turn.says.sentence("nl") == "Wacht op aanvrager"
        it.case.questions[0].answered_at_utc = NOW - timedelta(hours=15)
        it.case.decision_state = "in_assessment"
        assert _line(it, first).elapsed == timedelta(hours=25)


def test_the_waiting_list_shows_places_and_who_can_be_promised(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=0, decision_state="waiting") as it:
        first = it.cast.secretariat[0]
        later = a_case(
            it.session,
            it.cast.network,
            it.cast.applicant,
            amounts=(10_000,),
            decision_state="waiting",
            at_utc=NOW + timedelta(minutes=1),
        )
        lines = _lines(it, first)
        assert lines[it.case.number][0].turn.says.sentence("nl") == "Wachtlijst, plek 1"
        assert lines[later.number][0].turn.says.sentence("nl") == "Wachtlijst, plek 2"
        fund(it.work(it.cast.treasurer), 40_000)
        assert _says(it, first) == (Section.YOURS, "Er is geld: toezeggen", Action.PROMISE)
        assert _lines(it, first)[later.number][0].turn.section is Section.OTHERS


def _pay(it: Round, cents: int) -> None:
    """The book's side of a payout that the bank has debited."""
    facts = {"amount_cents": cents, "booked_on": NOW.date(), "cause": it.case.number}
    drafts = (
        events.payment_ordered(case=it.case.number, payment="P1", key="ordered", **facts),
        events.payment_seen(payment="P1", key="seen", **facts),
    )
    for draft in drafts:
        book.post(it.session, network="testnet", draft=draft, recorded_at_utc=NOW)


def test_an_approved_case_waits_for_the_treasurer_then_for_its_settlement(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.vote(first)
        assert _says(it, first) == (Section.OTHERS, "Wacht op penningmeester", Action.DECIDE)
        _pay(it, 40_000)
        it.case.payment_state, it.case.first_paid_on = "paid", (NOW - timedelta(days=19)).date()
        assert _says(it, first) == (
            Section.TO_SETTLE,
            "Verrekening voorstellen, dag 19",
            Action.PROPOSE_SETTLEMENT,
        )
        assert worklist(it.work(first)).unsettled_cents == 40_000
        # Whoever did not decide also has it to review: two lines, each with its own button.
        assert [line.turn.action for line in _lines(it, second)[it.case.number]] == [
            Action.REVIEW,
            Action.PROPOSE_SETTLEMENT,
        ]


def test_the_fastest_breakthrough_counts_approvals_of_this_month(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), at_utc=NOW - timedelta(hours=7)) as it:
        first = it.cast.secretariat[0]
        assert worklist(it.work(first)).fastest is None
        it.assess(first)
        it.vote(first)
        assert worklist(it.work(first)).fastest == timedelta(hours=7)
        assert worklist(it.work(first, at_utc=NOW + timedelta(days=30))).fastest is None


def test_searching_sorting_and_paging(sqlite_engine: Engine) -> None:
    with a_round(sqlite_engine) as it:
        for number in range(PAGE_SIZE + 5):
            a_case(it.session, it.cast.network, it.cast.applicant, amounts=(1_000 + number,))
        work = it.work(it.cast.secretariat[0])
        first_page, *_ = worklist(work, sort="amount").sections
        assert (len(first_page.lines), first_page.total, first_page.pages) == (PAGE_SIZE, PAGE_SIZE + 6, 2)
        assert first_page.lines[0].amount_cents == 100_000
        (second_page,) = worklist(work, section=Section.YOURS, sort="amount", page=2).sections
        assert [line.amount_cents for line in second_page.lines][-1] == 1_000
        (found, *_) = worklist(work, search=it.case.number.lower()).sections
        assert [line.number for line in found.lines] == [it.case.number]
        (beyond,) = worklist(work, section=Section.YOURS, page=99).sections
        assert beyond.page == 2


def test_urgent_cases_come_first(sqlite_engine: Engine) -> None:
    with a_round(sqlite_engine, at_utc=NOW - timedelta(days=3)) as it:
        urgent = a_case(it.session, it.cast.network, it.cast.applicant, urgent=True)
        page, *_ = worklist(it.work(it.cast.secretariat[0])).sections
        assert [line.number for line in page.lines] == [urgent.number, it.case.number]


def test_a_long_list_takes_no_more_queries_than_a_short_one(sqlite_engine: Engine) -> None:
    with a_round(sqlite_engine, household_hash="b" * 64) as it:
        statements: list[str] = []
        event.listen(sqlite_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

        def asked() -> int:
            it.session.flush()
            it.session.expire_all()
            work = it.work(it.cast.secretariat[0])
            statements.clear()
            worklist(work)
            return len(statements)

        def add(count: int) -> None:
            for _ in range(count):
                a_case(it.session, it.cast.network, it.cast.applicant, household_hash="b" * 64)

        add(2)
        few = asked()
        add(20)
        assert asked() <= few


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_what_needs_nobody_is_not_on_it(sqlite_engine: Engine, state: str) -> None:
    with a_round(sqlite_engine, decision_state=state) as it:
        assert _lines(it, it.cast.secretariat[0]) == {}


def test_nothing_of_another_network(sqlite_engine: Engine) -> None:
    with a_round(sqlite_engine) as it:
        other = a_cast(it.session, code="elders", case_prefix="EL")
        found = worklist(work_as(it.session, other.secretariat[0], other.network))
        assert sum(found.counts.values()) == 0


def test_every_sentence_is_there_in_both_languages(sqlite_engine: Engine) -> None:
    with a_round(sqlite_engine) as it:
        it.assess(it.cast.secretariat[0], (5, 5, 5))
        it.assess(it.cast.secretariat[1], (5, 2, 5))
        says = _line(it, it.cast.secretariat[0]).turn.says
        assert says.sentence("en") == "Discuss: 3 apart on yield"
        assert says.fact("value") is Value.YIELD
