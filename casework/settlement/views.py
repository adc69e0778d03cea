"""What pages show of one settlement: frozen rows, read in one go for all settlements of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.people.tables import Person
from casework.settlement.decide import settlement_reference
from casework.settlement.grounds import Grounds, grounds_of
from casework.settlement.letters import LetterReason, letters_of
from casework.settlement.mandate import Tally, required_members
from casework.settlement.mandate import tally as count_votes
from casework.settlement.plan import PlanView, plans_of
from casework.settlement.proposal import PlannedInstalment, instalments
from casework.settlement.tables import ClaimLetter, Settlement, SettlementUndoing
from casework.settlement.undo import Ground
from ledger import claims as ledger_claims
from ledger.claims import Claim
from rules.lifecycle import SettlementKind, SettlementState
from rules.wording import Labelled


class Response(Labelled):
    """What a party answered."""

    PENDING = "pending", "nog geen antwoord", "no answer yet"
    ACCEPTED = "accepted", "akkoord", "agreed"
    DISPUTED = "disputed", "niet akkoord", "disputed"
    SILENT = "silent", "geen antwoord binnen de termijn", "no answer within the term"


class Standing(Labelled):
    """Where a settlement stands in one word, also where it ended without standing."""

    PROPOSED = "proposed", "wacht op stemmen", "waiting for votes"
    PUT = "put", "wacht op antwoord", "waiting for an answer"
    ACCEPTED = "accepted", "akkoord", "agreed"
    DISPUTED = "disputed", "betwist", "disputed"
    DECIDED = "decided", "vastgesteld", "decided"
    REPAID = "repaid", "afgerond", "completed"
    DROPPED = "dropped", "ingetrokken", "dropped"
    REPLACED = "replaced", "vervangen door een nieuw voorstel", "replaced by a new proposal"
    REVERSED = "reversed", "teruggedraaid", "reversed"
    FALLEN_BACK = "fallen_back", "teruggevallen", "fallen back"


@dataclass(frozen=True, slots=True)
class PartyView:
    """A named partner with its share and answer."""

    code: str
    name: str
    percentage: Decimal
    share_cents: int
    response: Response
    reason: str
    counter_proposal: str
    responded_by: str
    responded_at_utc: datetime | None


@dataclass(frozen=True, slots=True)
class VoteView:
    """Someone who agreed."""

    name: str
    body: str
    counts: bool
    motivation: str
    voted_at_utc: datetime


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim that arose."""

    reference: str
    party_name: str
    amount_cents: int
    open_cents: int
    due_on: date


@dataclass(frozen=True, slots=True)
class LetterView:
    """A claim letter that was sent. The address is only in the letter itself."""

    number: int
    reason: LetterReason
    recipient: str
    sent_on: date
    due_on: date
    registered_by: str


@dataclass(frozen=True, slots=True)
class UndoingView:
    """A request to undo: one that waits for a second member, or the one that was done, by whom."""

    ground: Ground
    motivation: str
    asked_by: str
    asked_by_id: int
    asked_at_utc: datetime
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class SettlementView:
    """One settlement as pages show it."""

    id: int
    sequence: int
    reference: str
    kind: SettlementKind
    standing: Standing
    amount_cents: int
    motivation: str
    parties: tuple[PartyView, ...]
    plan: tuple[PlannedInstalment, ...]
    outside_party: str
    proposed_by: str
    proposed_at_utc: datetime
    respond_by_on: date | None
    escalated_at_utc: datetime | None
    votes: tuple[VoteView, ...]
    tally: Tally
    decided_on: date | None
    claims: tuple[ClaimView, ...]
    undoing: UndoingView | None
    undone: UndoingView | None
    grounds: Grounds
    plans: tuple[PlanView, ...] = ()
    letters: tuple[LetterView, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stands(self) -> bool:
        """Whether it was decided and is not undone."""
        return self.standing in (Standing.DECIDED, Standing.REPAID)

    @property
    def is_under_way(self) -> bool:
        """Whether it still waits for someone."""
        return self.standing in (Standing.PROPOSED, Standing.PUT, Standing.ACCEPTED, Standing.DISPUTED)

    @property
    def waits_for_votes(self) -> bool:
        """Whether members, or executives, decide on it now."""
        return self.standing in (Standing.PROPOSED, Standing.DISPUTED)

    @property
    def fell_back(self) -> Ground | None:
        """Why it fell back to its case, where it did."""
        ground = self.facts.get("fell_back_on")
        return None if ground is None else Ground(ground)

    @property
    def fell_back_cents(self) -> int:
        """How much of it fell back."""
        return int(self.facts.get("fell_back_cents", 0))

    @property
    def open_cents(self) -> int:
        """What is not repaid yet."""
        return sum(claim.open_cents for claim in self.claims)


def settlement_views(work: Work, case: Case, settlements: Sequence[Settlement]) -> tuple[SettlementView, ...]:
    """The settlements of one case with all that belongs to them."""
    people = _names(work, settlements)
    names = _partner_names(work)
    partners = _partners(work, settlements)
    every = ledger_claims.claims_of_case(work.session, network=work.network.code, case=case.number)
    asked, done = _undoings(work, settlements, "asked"), _undoings(work, settlements, "done")
    return tuple(
        _view(
            work,
            case,
            one,
            people=people,
            partners=partners,
            claims=every,
            asked=asked,
            done=done,
            names=names,
        )
        for one in settlements
    )


def _view(
    work: Work,
    case: Case,
    settlement: Settlement,
    *,
    people: Mapping[int, str],
    partners: Mapping[int, Partner],
    claims: Iterable[Claim],
    asked: Mapping[int, SettlementUndoing],
    done: Mapping[int, SettlementUndoing],
    names: Mapping[str, str],
) -> SettlementView:
    reference = settlement_reference(case, settlement)
    own = tuple(claim for claim in claims if claim.settlement == reference)
    return SettlementView(
        id=settlement.id,
        sequence=settlement.sequence,
        reference=reference,
        kind=SettlementKind(settlement.kind),
        standing=Standing(settlement.state),
        amount_cents=settlement.amount_cents,
        motivation=settlement.motivation,
        parties=_party_views(settlement, people, partners),
        plan=_plan(settlement, own),
        outside_party=settlement.outside_party,
        proposed_by=people.get(settlement.proposed_by or 0, ""),
        proposed_at_utc=settlement.proposed_at_utc,
        respond_by_on=settlement.respond_by_on,
        escalated_at_utc=settlement.escalated_at_utc,
        votes=tuple(
            VoteView(people[vote.person_id], vote.body, vote.counts, vote.motivation, vote.voted_at_utc)
            for vote in settlement.votes
        ),
        tally=_tally(work, case, settlement),
        decided_on=settlement.decided_on,
        claims=tuple(_claim_view(claim) for claim in own),
        undoing=_undoing_view(asked.get(settlement.id), people),
        undone=_undoing_view(done.get(settlement.id), people),
        grounds=grounds_of(settlement.facts, names=names, reference=reference),
        plans=plans_of(settlement, people),
        letters=_letters(work, settlement, people),
        facts=dict(settlement.facts),
    )


def _tally(work: Work, case: Case, settlement: Settlement) -> Tally:
    if settlement.state in (SettlementState.PROPOSED.value, SettlementState.DISPUTED.value):
        return count_votes(work, case, settlement)
    agreed = sum(vote.counts for vote in settlement.votes)
    return Tally(agreed=agreed, required=required_members(work, case, settlement.amount_cents))


def _party_views(
    settlement: Settlement, people: Mapping[int, str], partners: Mapping[int, Partner]
) -> tuple[PartyView, ...]:
    return tuple(
        PartyView(
            code=partners[party.partner_id].code,
            name=partners[party.partner_id].name,
            percentage=party.percentage,
            share_cents=party.share_cents,
            response=Response(party.response),
            reason=party.reason,
            counter_proposal=party.counter_proposal,
            responded_by=people.get(party.responded_by or 0, ""),
            responded_at_utc=party.responded_at_utc,
        )
        for party in settlement.parties
    )


def _plan(settlement: Settlement, claims: Sequence[Claim]) -> tuple[PlannedInstalment, ...]:
    """The plan in force: as proposed, or as it was changed since."""
    if settlement.facts.get("plan_changes"):
        return tuple(
            PlannedInstalment(part.due_on, part.amount_cents) for one in claims for part in one.instalments
        )
    if not settlement.instalment_count or settlement.first_instalment_on is None:
        return ()
    return instalments(settlement.amount_cents, settlement.instalment_count, settlement.first_instalment_on)


def _claim_view(claim: Claim) -> ClaimView:
    return ClaimView(
        reference=claim.reference,
        party_name=claim.party_name,
        amount_cents=claim.amount_cents,
        open_cents=claim.open_cents,
        due_on=claim.due_on,
    )


def _undoing_view(undoing: SettlementUndoing | None, people: Mapping[int, str]) -> UndoingView | None:
    if undoing is None:
        return None
    return UndoingView(
        ground=Ground(undoing.ground),
        motivation=undoing.motivation,
        asked_by=people[undoing.asked_by],
        asked_by_id=undoing.asked_by,
        asked_at_utc=undoing.asked_at_utc,
        confirmed_by=people.get(undoing.answered_by or 0, ""),
    )


def _letters(work: Work, settlement: Settlement, people: Mapping[int, str]) -> tuple[LetterView, ...]:
    if settlement.kind != SettlementKind.OUTSIDE.value:
        return ()
    return tuple(
        LetterView(
            number=one.number,
            reason=LetterReason(one.reason),
            recipient=one.recipient,
            sent_on=one.sent_on,
            due_on=one.due_on,
            registered_by=people.get(one.registered_by, ""),
        )
        for one in letters_of(work, settlement)
    )


def _undoings(work: Work, settlements: Sequence[Settlement], state: str) -> dict[int, SettlementUndoing]:
    query = select(SettlementUndoing).where(
        SettlementUndoing.settlement_id.in_([one.id for one in settlements]),
        SettlementUndoing.state == state,
    )
    return {one.settlement_id: one for one in work.session.scalars(query)}


def _names(work: Work, settlements: Sequence[Settlement]) -> dict[int, str]:
    """Names of everyone who proposed, voted, answered or asked for undoing."""
    wanted: set[int] = set()
    for one in settlements:
        if one.proposed_by is not None:
            wanted.add(one.proposed_by)
        wanted.update(vote.person_id for vote in one.votes)
        wanted.update(party.responded_by for party in one.parties if party.responded_by)
        wanted.update(int(change["by"]) for change in one.facts.get("plan_changes", ()))
    ids = [one.id for one in settlements]
    undoings = work.session.execute(
        select(SettlementUndoing.asked_by, SettlementUndoing.answered_by).where(
            SettlementUndoing.settlement_id.in_(ids)
        )
    )
    wanted.update(person for row in undoings for person in (row.asked_by, row.answered_by) if person)
    wanted.update(
        work.session.scalars(select(ClaimLetter.registered_by).where(ClaimLetter.settlement_id.in_(ids)))
    )
    people = work.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {person.id: person.name for person in people}


def _partner_names(work: Work) -> dict[str, str]:
    """The name of every partner there is or was, by code."""
    partners = work.session.scalars(select(Partner).where(Partner.network_id == work.network.id))
    return {partner.code: partner.name for partner in partners}


def _partners(work: Work, settlements: Sequence[Settlement]) -> dict[int, Partner]:
    wanted = {party.partner_id for one in settlements for party in one.parties}
    query = select(Partner).where(Partner.id.in_(wanted))
    return {partner.id: partner for partner in work.session.scalars(query)}
