"""Who may decide a settlement: the quorum by amount, and whose vote does not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casework.cases.brought import brought_by_actor
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.network.tables import Partner
from casework.people.tables import Appointment, Person
from casework.settlement.state import move
from casework.settlement.tables import Settlement, SettlementVote
from rules.conflict import CaseParties, Member, conflicts
from rules.lifecycle import SettlementAction, SettlementKind
from rules.mandate import quorum
from rules.policy import Policy
from rules.roles import Role
from rules.wording import Reason

SECRETARIAT, EXECUTIVES = "secretariat", "executives"


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a proposal is: members that count and agree, and how many are needed."""

    agreed: int
    required: int

    @property
    def reached(self) -> bool:
        """Whether enough members agree."""
        return self.agreed >= self.required


class Electorate:
    """Who can vote, what partners are called and which policy holds: read once for many proposals."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._holders: dict[Role, tuple[tuple[Person, frozenset[str]], ...]] = {}
        self._codes: dict[int, str] = {}
        self._policies: dict[date, Policy] = {}

    def holders(self, role: Role) -> tuple[tuple[Person, frozenset[str]], ...]:
        """Everyone who holds ``role`` today by name, with the codes of all partners they work for."""
        if role not in self._holders:
            self._holders[role] = _holders(self._work, role)
        return self._holders[role]

    def parties_of(self, settlement: Settlement) -> frozenset[str]:
        """The codes of the partners that ``settlement`` names."""
        if not self._codes:
            query = select(Partner.id, Partner.code).where(Partner.network_id == self._work.network.id)
            self._codes = {row.id: row.code for row in self._work.session.execute(query)}
        return frozenset(self._codes[party.partner_id] for party in settlement.parties)

    def policy_of(self, case: Case) -> Policy:
        """The policy by which ``case`` is judged."""
        day = judged_on(self._work, case)
        if day not in self._policies:
            self._policies[day] = self._work.policy_on(day)
        return self._policies[day]


def policy_of_case(work: Work, case: Case) -> Policy:
    """The policy of the day the case was submitted: a case is judged by it for ever."""
    return work.policy_on(judged_on(work, case))


def judged_on(work: Work, case: Case) -> date:
    """The day by whose policy ``case`` is judged: that of its submission."""
    moment = case.submitted_at_utc or case.created_at_utc
    return moment.astimezone(ZoneInfo(work.network.time_zone)).date()


def required_members(work: Work, case: Case, amount_cents: int) -> int:
    """How many members decide on settling ``amount_cents``."""
    return quorum(amount_cents, policy_of_case(work, case).mandate)


def body_of(settlement: Settlement) -> str:
    """Who decides now: the secretariat, or the executives once it was put to them."""
    return EXECUTIVES if settlement.escalated_at_utc else SECRETARIAT


def tally(work: Work, case: Case, settlement: Settlement) -> Tally:
    """The votes of the body that decides now. Members in conflict are not in it."""
    query = select(SettlementVote.id).where(
        SettlementVote.settlement_id == settlement.id,
        SettlementVote.body == body_of(settlement),
        SettlementVote.counts,
    )
    agreed = len(work.session.scalars(query).all())
    return Tally(agreed=agreed, required=required_members(work, case, settlement.amount_cents))


def tally_of_read(known: Electorate, case: Case, settlement: Settlement) -> Tally:
    """:func:`tally` for a list, by the votes that were read with the settlement."""
    body = body_of(settlement)
    agreed = sum(1 for vote in settlement.votes if vote.counts and vote.body == body)
    return Tally(agreed=agreed, required=quorum(settlement.amount_cents, known.policy_of(case).mandate))


def conflicts_of_actor(
    work: Work,
    case: Case,
    settlement: Settlement,
    *,
    known: Electorate | None = None,
    brought: bool | None = None,
) -> tuple[Reason, ...]:
    """Why the actor's vote does not count; empty where it does.

    Who looks at many proposals at once gives what is ``known``, and whether the actor ``brought`` the case.
    """
    actor = work.actor
    return _conflicts(
        known or Electorate(work),
        case,
        settlement,
        partners=actor.partner_codes(),  # every organisation they work for, in whatever role
        brought=brought_by_actor(work, case) if brought is None else brought,
        name=actor.name,
    )


def free_members(
    work: Work, case: Case, settlement: Settlement, role: Role, *, known: Electorate | None = None
) -> tuple[Person, ...]:
    """Everyone who holds ``role`` today and whose vote would count, by name."""
    known = known or Electorate(work)
    return tuple(
        person
        for person, codes in known.holders(role)
        if not _conflicts(
            known,
            case,
            settlement,
            partners=codes,
            brought=case.applicant_id == person.id,
            name=person.name,
        )
    )


def _holders(work: Work, role: Role) -> tuple[tuple[Person, frozenset[str]], ...]:
    in_force = (
        Appointment.network_id == work.network.id,
        Appointment.from_on <= work.today,
        (Appointment.until_on.is_(None)) | (Appointment.until_on >= work.today),
    )
    with_role = select(Appointment.person_id).where(*in_force, Appointment.role == role.value)
    query = (
        select(Person, Partner.code)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Partner, Partner.id == Appointment.partner_id)
        .where(*in_force, Person.deactivated_at_utc.is_(None), Person.id.in_(with_role))
        .order_by(Person.name)
    )
    people: dict[int, tuple[Person, set[str]]] = {}
    for person, code in work.session.execute(query):
        people.setdefault(person.id, (person, set()))[1].add(code)
    return tuple((person, frozenset(codes)) for person, codes in people.values())


def short_of_members(work: Work, case: Case, settlement: Settlement) -> bool:
    """Whether the secretariat cannot reach the quorum, whoever of it agrees.

    A vote that was given counts on, also of a member who has left since.
    """
    able = {person.id for person in free_members(work, case, settlement, Role.SECRETARIAT)}
    able |= {vote.person_id for vote in settlement.votes if vote.counts and vote.body == SECRETARIAT}
    return len(able) < required_members(work, case, settlement.amount_cents)


def voters_left(
    work: Work, case: Case, settlement: Settlement, *, known: Electorate | None = None
) -> tuple[str, ...]:
    """The names of those in the body that decides now whose vote would count and is not given yet."""
    body = body_of(settlement)
    role = Role.EXECUTIVE if body == EXECUTIVES else Role.SECRETARIAT
    voted = {vote.person_id for vote in settlement.votes if vote.body == body}
    return tuple(
        person.name
        for person in free_members(work, case, settlement, role, known=known)
        if person.id not in voted
    )


def escalate_if_short(work: Work, case: Case, settlement: Settlement) -> bool:
    """Put what waits for votes to the executives where the secretariat cannot reach the quorum."""
    if settlement.escalated_at_utc is not None or not short_of_members(work, case, settlement):
        return False
    move(settlement, SettlementAction.ESCALATE)
    settlement.escalated_at_utc = work.now_utc
    work.session.flush()
    notices.settlement_escalated(work, case, settlement)
    return True


def _conflicts(
    known: Electorate,
    case: Case,
    settlement: Settlement,
    *,
    partners: frozenset[str],
    brought: bool,
    name: str,
) -> tuple[Reason, ...]:
    """Being a party, or having submitted the case oneself.

    That one's organisation submitted the case or was paid weighs at the decision on the case; who
    repays is another question, in which only who repays has an interest.
    """
    parties = CaseParties(
        submitted_by_person=name if brought else "",
        settlement_kind=SettlementKind(settlement.kind),
        settled_on=known.parties_of(settlement),
    )
    terms = known.policy_of(case).conflict
    found = [reason for code in sorted(partners) for reason in conflicts(Member(name, code), parties, terms)]
    return tuple(dict.fromkeys(found))
