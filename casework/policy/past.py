"""What was decided and settled before, read in a few queries however many cases there are.

No texts are read: of a motivation only whether there is one, and only where a gate was shut.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casework.access import Permission, visible_cases
from casework.cases.tables import Case, CostLine
from casework.context import Actor
from casework.decision.tables import Assessment, Decision, DecisionVote
from casework.network.policy import policy_book
from casework.network.tables import Network, Partner
from casework.people.tables import Appointment
from casework.settlement.tables import Settlement
from rules.conflict import CaseParties
from rules.gates import Gate
from rules.lifecycle import SettlementKind, SettlementState
from rules.policy import Policy, PolicyBook
from rules.triangle import Value

_STANDING = (SettlementState.DECIDED.value, SettlementState.REPAID.value)
_NOT_ASKING = frozenset({"draft", "declined", "withdrawn"})


@dataclass(frozen=True, slots=True)
class PastAssessment:
    """One member's scores and answers at the gates. ``conflict`` is the code of a ground, or ""."""

    person_id: int
    scores: Mapping[Value, int]
    gates: Mapping[Gate, bool]
    counts: bool
    conflict: str
    given_on: date


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case that was decided, with what the decision rested on. ``number`` is "" for who may not see it."""

    id: int
    number: str
    submitted_on: date
    amount_cents: int
    household: str
    outcome: str
    advice: str
    quorum: int
    reviewed_afterwards: bool
    decided_by: frozenset[int]
    counted_with: frozenset[str]


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request of a household, decided or not."""

    number: str
    submitted_on: date
    amount_cents: int
    asking: bool


@dataclass(frozen=True, slots=True)
class PastSplit:
    """A collective settlement that stands, with the key and the carries it was split by."""

    number: str
    amount_cents: int
    weights: Mapping[str, str]
    carry_before: Mapping[str, int]


@dataclass
class Past:
    """The history of one network as ``actor`` may see it; everything, for whoever runs the installation."""

    session: Session
    network: Network
    actor: Actor | None = None
    _zone: ZoneInfo = field(init=False)
    _policies: dict[date, Policy] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.network.time_zone)

    @cached_property
    def cases(self) -> tuple[PastCase, ...]:
        """Every decided case, in order of submission."""
        columns = (Case.id, Case.number, Case.submitted_at_utc, Case.created_at_utc, Case.household_hash)
        decided = (
            Decision.amount_cents,
            Decision.outcome,
            Decision.advice,
            Decision.quorum,
            Decision.reviewed_afterwards,
            Decision.facts,
        )
        query = select(*columns, *decided).join(Decision, Decision.case_id == Case.id).where(self._own)
        rows = self.session.execute(query.order_by(Case.submitted_at_utc, Case.id)).all()
        return tuple(
            PastCase(
                id=row.id,
                number=self.shown(row.id, row.number),
                submitted_on=self._day(row.submitted_at_utc or row.created_at_utc),
                amount_cents=row.amount_cents,
                household=row.household_hash or "",
                outcome=row.outcome,
                advice=row.advice,
                quorum=row.quorum,
                reviewed_afterwards=row.reviewed_afterwards,
                decided_by=frozenset(row.facts.get("decided_by", ())),
                counted_with=frozenset(row.facts.get("counted_with", ())),
            )
            for row in rows
        )

    @cached_property
    def assessments(self) -> Mapping[int, list[PastAssessment]]:
        """The assessments of every decided case, by case id, in the order in which they were given."""
        query = (
            select(
                Assessment.case_id,
                Assessment.person_id,
                Assessment.legitimacy,
                Assessment.yield_,
                Assessment.involvement,
                Assessment.alternatives_explored,
                Assessment.durable_solution,
                Assessment.counts,
                Assessment.conflict_reason,
                Assessment.given_at_utc,
            )
            .join(Case, Case.id == Assessment.case_id)
            .join(Decision, Decision.case_id == Case.id)
            .where(self._own)
            .order_by(Assessment.given_at_utc, Assessment.id)
        )
        found: dict[int, list[PastAssessment]] = defaultdict(list)
        for row in self.session.execute(query):
            one = PastAssessment(
                person_id=row.person_id,
                scores={
                    Value.LEGITIMACY: row.legitimacy,
                    Value.YIELD: row.yield_,
                    Value.INVOLVEMENT: row.involvement,
                },
                gates={
                    Gate.ALTERNATIVES_EXPLORED: row.alternatives_explored,
                    Gate.DURABLE_SOLUTION: row.durable_solution,
                },
                counts=row.counts,
                conflict=row.conflict_reason,
                given_on=self._day(row.given_at_utc),
            )
            found[row.case_id].append(one)
        return found

    @cached_property
    def votes(self) -> Mapping[int, Mapping[int, str]]:
        """Per decided case who voted for which outcome, counting or not."""
        query = (
            select(DecisionVote.case_id, DecisionVote.person_id, DecisionVote.outcome)
            .join(Case, Case.id == DecisionVote.case_id)
            .join(Decision, Decision.case_id == Case.id)
            .where(self._own)
        )
        found: dict[int, dict[int, str]] = defaultdict(dict)
        for row in self.session.execute(query):
            found[row.case_id][row.person_id] = row.outcome
        return found

    @cached_property
    def overrides(self) -> Mapping[int, frozenset[int]]:
        """Per case with a gate that was shut: who motivated their vote to approve."""
        shut = (
            Assessment.alternatives_explored.is_(False) | Assessment.durable_solution.is_(False)
        ) & Assessment.counts
        query = (
            select(DecisionVote.case_id, DecisionVote.person_id, DecisionVote.motivation)
            .join(Case, Case.id == DecisionVote.case_id)
            .join(Decision, Decision.case_id == Case.id)
            .where(
                self._own,
                DecisionVote.outcome == "approve",
                select(Assessment.id).where(Assessment.case_id == Case.id, shut).exists(),
            )
        )
        found: dict[int, set[int]] = defaultdict(set)
        for row in self.session.execute(query):
            if row.motivation.strip():
                found[row.case_id].add(row.person_id)
        return {case_id: frozenset(people) for case_id, people in found.items()}

    @cached_property
    def households(self) -> Mapping[str, list[PastRequest]]:
        """Every submitted request of a household that asked more than once."""
        amounts = self._amounts()
        query = select(
            Case.id, Case.number, Case.submitted_at_utc, Case.household_hash, Case.decision_state
        ).where(self._own, Case.household_hash.is_not(None), Case.submitted_at_utc.is_not(None))
        found: dict[str, list[PastRequest]] = defaultdict(list)
        for row in self.session.execute(query):
            asking = row.decision_state not in _NOT_ASKING
            request = PastRequest(row.number, self._day(row.submitted_at_utc), amounts.get(row.id, 0), asking)
            found[row.household_hash].append(request)
        return {household: requests for household, requests in found.items() if len(requests) > 1}

    @cached_property
    def parties(self) -> Mapping[int, CaseParties]:
        """Whose interests are in each case, as far as conflict of interest asks."""
        payees: dict[int, set[str]] = defaultdict(set)
        paid = (
            select(CostLine.case_id, Partner.code)
            .join(Partner, Partner.id == CostLine.payee_partner_id)
            .join(Case, Case.id == CostLine.case_id)
        )
        for row in self.session.execute(paid.where(self._own)):
            payees[row.case_id].add(row.code)
        query = select(Case.id, Case.applicant_id, Case.expected_payers, Partner.code)
        rows = self.session.execute(query.join(Partner, Partner.id == Case.partner_id).where(self._own))
        return {
            row.id: CaseParties(
                submitted_by_person=str(row.applicant_id),
                submitted_by_partner=row.code,
                payee_partners=frozenset(payees[row.id]),
                settlement_kind=_kind(len(set(row.expected_payers))),
                settled_on=frozenset(row.expected_payers),
            )
            for row in rows
        }

    @cached_property
    def splits(self) -> tuple[PastSplit, ...]:
        """Every collective settlement that stands, in the order in which they were decided."""
        query = (
            select(Case.id, Case.number, Settlement.amount_cents, Settlement.facts)
            .join(Case, Case.id == Settlement.case_id)
            .where(
                self._own,
                Settlement.kind == SettlementKind.COLLECTIVE.value,
                Settlement.state.in_(_STANDING),
            )
            .order_by(Settlement.decided_at_utc, Settlement.id)
        )
        return tuple(
            PastSplit(
                number=self.shown(row.id, row.number),
                amount_cents=row.amount_cents,
                weights=row.facts["weights"],
                carry_before=row.facts["carry_before_millionths"],
            )
            for row in self.session.execute(query)
            if "weights" in row.facts
        )

    def policy_on(self, day: date) -> Policy:
        """The policy by which a case of ``day`` was judged."""
        if day not in self._policies:
            self._policies[day] = self._book.on(day)
        return self._policies[day]

    @cached_property
    def _book(self) -> PolicyBook:
        return policy_book(self.session, self.network.id)

    def partners_on(self, person_id: int, day: date) -> frozenset[str]:
        """The codes of the partners for whom this person held a role on ``day``."""
        return frozenset(
            code
            for code, from_on, until_on in self._appointments.get(person_id, ())
            if from_on <= day and (until_on is None or day <= until_on)
        )

    @cached_property
    def _appointments(self) -> Mapping[int, list[tuple[str, date, date | None]]]:
        query = (
            select(Appointment.person_id, Partner.code, Appointment.from_on, Appointment.until_on)
            .join(Partner, Partner.id == Appointment.partner_id)
            .where(Appointment.network_id == self.network.id)
        )
        found: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
        for row in self.session.execute(query):
            found[row.person_id].append((row.code, row.from_on, row.until_on))
        return found

    @cached_property
    def _visible(self) -> frozenset[int] | None:
        if self.actor is None:
            return None
        seen = select(Case.id).where(visible_cases(self.actor, Permission.CASE_VIEW))
        return frozenset(self.session.scalars(seen))

    def shown(self, case_id: int, number: str) -> str:
        """The case's number, for who may see the case; "" for others."""
        return number if self._visible is None or case_id in self._visible else ""

    def _amounts(self) -> dict[int, int]:
        total = select(CostLine.case_id, func.sum(CostLine.amount_cents).label("cents"))
        query = total.join(Case, Case.id == CostLine.case_id).where(self._own).group_by(CostLine.case_id)
        return {row.case_id: int(row.cents) for row in self.session.execute(query)}

    @property
    def _own(self) -> ColumnElement[bool]:
        return Case.network_id == self.network.id

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


def _kind(named: int) -> SettlementKind | None:
    if not named:
        return None
    return SettlementKind.RESPONSIBLE if named == 1 else SettlementKind.SHARED
