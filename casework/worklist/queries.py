"""The worklist of one member: all that waits, in three sections, searched, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casework.access import Permission, may, visible_cases
from casework.cases.brought import brought_by
from casework.cases.handing_over import orphaned
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.deciding import waiting_list
from casework.decision.given import assessments_by_case, votes_by_case
from casework.decision.standing import own_standing
from casework.decision.tables import Assessment, Decision, DecisionReview, DecisionVote
from casework.decision.weighing import Around, around, judged_on, weigh
from casework.worklist import lines
from casework.worklist.lines import Action, Page, Section, Tone, Turn, WorkLine, Worklist
from casework.worklist.settling import settling_lines
from casework.worklist.turns import Facts, turn_in_assessment
from ledger.accounts import Account
from ledger.balances import fund_position, subject_balances
from rules.clock import Pause, running_time
from rules.lifecycle import DecisionState
from rules.policy import Policy
from rules.waiting_list import Waiting, can_be_promised

PAGE_SIZE = 25
_UNDECIDED = (
    DecisionState.SUBMITTED.value,
    DecisionState.IN_ASSESSMENT.value,
    DecisionState.INFORMATION_REQUESTED.value,
    DecisionState.WAITING.value,
)
SORTS: Mapping[str, Callable[[WorkLine], tuple[object, ...]]] = {
    "time": lambda line: (line.urgent, line.waits_for, line.number),
    "amount": lambda line: (line.amount_cents, line.number),
    "case": lambda line: (line.number,),
}


@dataclass(frozen=True, slots=True)
class _Given:
    """What was given on all cases at once, so that a long list takes as many queries as a short one."""

    assessments: Mapping[int, Sequence[Assessment]]
    votes: Mapping[int, Sequence[DecisionVote]]
    surroundings: Around
    brought: frozenset[int]
    orphaned: frozenset[int]
    waiting: Sequence[Waiting]
    promisable: frozenset[str]


def worklist(
    work: Work,
    *,
    search: str = "",
    section: Section | None = None,
    sort: str = "time",
    descending: bool = True,
    page: int = 1,
) -> Worklist:
    """The worklist of the actor. ``section`` shows one part only, with ``page``; else each part's first page.

    ``search`` looks in number, title and partner; ``sort`` is one of :data:`SORTS`.
    """
    words = search.casefold().split()
    every = [line for line in _every_line(work) if _holds(line, words)]
    every.sort(key=SORTS.get(sort, SORTS["time"]), reverse=descending)
    parts = {one: [line for line in every if line.turn.section is one] for one in Section}
    wanted = Section if section is None else (section,)
    to_settle = parts[Section.TO_SETTLE]
    return Worklist(
        sections=tuple(_page(one, parts[one], page if section else 1) for one in wanted),
        yours=len(parts[Section.YOURS]),
        counts={one: len(found) for one, found in parts.items()},
        fastest=fastest_this_month(work),
        unsettled_cents=sum(line.amount_cents for line in to_settle),
    )


def fastest_this_month(work: Work) -> timedelta | None:
    """The shortest time from submission to approval among this month's decisions, pauses left out."""
    zone = ZoneInfo(work.network.time_zone)
    first = datetime(work.today.year, work.today.month, 1, tzinfo=zone)
    query = (
        select(Case)
        .join(Decision, Decision.case_id == Case.id)
        .where(
            Case.network_id == work.network.id,
            Decision.outcome == "approve",
            Decision.decided_at_utc >= first,
        )
    )
    times = [
        running(case, case.decided_at_utc) for case in work.session.scalars(query) if case.decided_at_utc
    ]
    return min(times, default=None)


def running(case: Case, until_utc: datetime) -> timedelta:
    """The time on the decision clock of ``case`` at ``until_utc``."""
    pauses = [Pause(one.asked_at_utc, one.answered_at_utc) for one in case.questions]
    return running_time(case.submitted_at_utc or case.created_at_utc, until_utc, pauses)


class _Policies:
    """The policy of each case's day, resolved once per day and not once per case."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._by_day: dict[date, Policy] = {}

    def of(self, case: Case) -> Policy:
        """The policy by which ``case`` is judged."""
        day = judged_on(case, self._work.network.time_zone)
        if day not in self._by_day:
            self._by_day[day] = self._work.policy_on(day)
        return self._by_day[day]


def _every_line(work: Work) -> list[WorkLine]:
    policies = _Policies(work)
    mine = visible_cases(work.actor, Permission.CASE_ASSESS)
    cases = list(work.session.scalars(select(Case).where(mine, Case.decision_state.in_(_UNDECIDED))))
    given = _given(work, cases)
    found = [
        _line(work, case, _turn(work, case, policies.of(case), given), policies, clock=True) for case in cases
    ]
    return [*found, *_unpaid(work, policies), *_to_review(work, policies), *settling_lines(work)]


def _given(work: Work, cases: Sequence[Case]) -> _Given:
    ids = [case.id for case in cases]
    brought = select(Case.id).where(Case.id.in_(ids), brought_by(work.actor.person_id))
    waiting = waiting_list(work)
    available = fund_position(work.session, network=work.network.code).available_cents
    return _Given(
        assessments=assessments_by_case(work, cases),
        votes=votes_by_case(work, cases),
        surroundings=around(work, cases),
        brought=frozenset(work.session.scalars(brought)),
        orphaned=orphaned(work, cases),
        waiting=waiting,
        promisable=frozenset(one.reference for one in can_be_promised(waiting, available)),
    )


def _turn(work: Work, case: Case, policy: Policy, given: _Given) -> Turn:
    state = DecisionState(case.decision_state)
    standing = own_standing(work, case, policy, brought=case.id in given.brought)
    if state is DecisionState.INFORMATION_REQUESTED:
        asked = next((one.asked_at_utc for one in case.questions if one.answered_at_utc is None), None)
        zone = ZoneInfo(work.network.time_zone)
        note = lines.ASKED_ON(on=asked.astimezone(zone).date()) if asked else None
        if case.id in given.orphaned and may(work.actor, Permission.CASE_REASSIGN, case):
            return Turn(Section.YOURS, lines.APPLICANT_LEFT(), Action.OPEN, Tone.LATE, note)
        return Turn(Section.OTHERS, lines.APPLICANT(), Action.DECIDE, Tone.MUTE, note)
    if state is DecisionState.WAITING:
        if case.number in given.promisable and standing.counts:
            return Turn(Section.YOURS, lines.PROMISE(), Action.PROMISE)
        place = [one.reference for one in given.waiting].index(case.number) + 1
        return Turn(Section.OTHERS, lines.IN_LINE(place=place), Action.DECIDE, Tone.MUTE)
    assessments, votes = given.assessments.get(case.id, ()), given.votes.get(case.id, ())
    weighing = weigh(
        work, case, policy=policy, assessments=assessments, votes=votes, surroundings=given.surroundings
    )
    assert weighing.seating is not None, "a case that is not decided has those who decide"
    return turn_in_assessment(
        Facts(
            case=case,
            weighing=weighing,
            assessments=assessments,
            votes=votes,
            seating=weighing.seating,
            me=work.actor.person_id,
            standing=standing,
        )
    )


def _unpaid(work: Work, policies: _Policies) -> list[WorkLine]:
    """Approved cases of which money is promised and not ordered yet."""
    promised = subject_balances(work.session, network=work.network.code, account=Account.COMMITMENTS)
    open_cents = {number: -cents for number, cents in promised.items() if cents < 0}
    mine = visible_cases(work.actor, Permission.CASE_VIEW)
    query = select(Case).where(
        mine, Case.decision_state == DecisionState.APPROVED.value, Case.number.in_(open_cents)
    )
    zone = ZoneInfo(work.network.time_zone)
    found = []
    for case in work.session.scalars(query):
        decided = case.decided_at_utc
        note = lines.APPROVED_ON(on=decided.astimezone(zone).date()) if decided else None
        turn = Turn(Section.OTHERS, lines.TREASURER(), Action.DECIDE, Tone.MUTE, note)
        age = (work.today - decided.astimezone(zone).date()).days if decided else None
        found.append(_line(work, case, turn, policies, amount_cents=open_cents[case.number], age_days=age))
    return found


def _to_review(work: Work, policies: _Policies) -> list[WorkLine]:
    """Decisions of one member that nobody looked at yet, for those who did not take them."""
    voted = select(DecisionVote.case_id).where(DecisionVote.person_id == work.actor.person_id)
    query = (
        select(Case)
        .join(Decision, Decision.case_id == Case.id)
        .outerjoin(DecisionReview, DecisionReview.case_id == Case.id)
        .where(
            visible_cases(work.actor, Permission.CASE_DECIDE),
            Decision.reviewed_afterwards,
            DecisionReview.case_id.is_(None),
            Case.id.not_in(voted),
            ~brought_by(work.actor.person_id),
        )
    )
    zone = ZoneInfo(work.network.time_zone)
    found = []
    for case in work.session.scalars(query):
        if not own_standing(work, case, policies.of(case), brought=False).counts:
            continue
        decided = (case.decided_at_utc or case.created_at_utc).astimezone(zone).date()
        turn = Turn(Section.YOURS, lines.REVIEW(), Action.REVIEW, Tone.INFO, lines.ONE_DECIDED_ON(on=decided))
        found.append(_line(work, case, turn, policies, age_days=(work.today - decided).days))
    return found


def _line(
    work: Work,
    case: Case,
    turn: Turn,
    policies: _Policies,
    *,
    clock: bool = False,
    amount_cents: int | None = None,
    age_days: int | None = None,
) -> WorkLine:
    known = {one.code: one for one in policies.of(case).case_form.domains}
    return WorkLine(
        number=case.number,
        title=case.title,
        partner_name=case.partner.name,
        amount_cents=case.amount_cents if amount_cents is None else amount_cents,
        turn=turn,
        domains=tuple(known[code] for code in case.domains if code in known),
        urgent=case.urgent,
        top_up=case.main_case_id is not None,
        elapsed=running(case, work.now_utc) if clock else None,
        still=any(one.answered_at_utc is None for one in case.questions),
        age_days=age_days,
    )


def _page(section: Section, found: Sequence[WorkLine], page: int) -> Page:
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return Page(section, shown, len(found), page, pages)


def _holds(line: WorkLine, words: Sequence[str]) -> bool:
    text = f"{line.number} {line.title} {line.partner_name}".casefold()
    return all(word in text for word in words)
