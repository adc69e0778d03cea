"""The list that makes the pot revolve: what is paid and not settled, and whom every settlement waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import defer, lazyload, selectinload

from casework.access import Permission, visible_cases
from casework.cases.brought import brought_by
from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.payout.tables import Payout
from casework.settlement.decide import settlement_reference
from casework.settlement.find import UNDER_WAY
from casework.settlement.letters import written_to
from casework.settlement.mandate import Electorate, Tally, conflicts_of_actor, tally_of_read, voters_left
from casework.settlement.tables import ClaimLetter, Settlement, SettlementParty, SettlementVote
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.balances import subject_balances
from ledger.claims import Claim
from rules.lifecycle import SettlementKind, SettlementState
from rules.wording import Labelled

PAGE_SIZE = 25
# A list shows no motivations, reasons or cost lines: reading and decrypting them took half its time.
_WITHOUT_TEXTS = (
    defer(Settlement.motivation),
    selectinload(Settlement.parties).options(
        defer(SettlementParty.reason), defer(SettlementParty.counter_proposal)
    ),
    selectinload(Settlement.votes).options(defer(SettlementVote.motivation)),
    lazyload(Case.cost_lines),
    lazyload(Case.questions),
    lazyload(Case.applicant),
)


class Stage(Labelled):
    """What a line of the list waits for."""

    TO_SETTLE = "to_settle", "te verrekenen", "to be settled"
    PARTIES = "parties", "wacht op antwoord", "waiting for an answer"
    VOTES = "votes", "wacht op stemmen", "waiting for votes"
    DISPUTED = "disputed", "betwist", "disputed"
    LETTER = "letter", "brief te versturen", "letter to be sent"
    REPAYING = "repaying", "nog niet terugbetaald", "not repaid yet"


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One case in the list. ``age_days`` counts from the payment, ``waiting_for`` are names of parties.

    ``voters`` are the names of those whose vote would count and is not given yet. ``until_on`` is the last
    day of the term that runs; ``overdue`` says that it has passed.
    """

    stage: Stage
    case_number: str
    title: str
    partner_name: str
    amount_cents: int
    open_cents: int
    since_on: date | None
    age_days: int
    kind: SettlementKind | None = None
    settlement_id: int | None = None
    waiting_for: tuple[str, ...] = ()
    voters: tuple[str, ...] = ()
    until_on: date | None = None
    overdue: bool = False
    escalated: bool = False
    tally: Tally | None = None
    my_turn: bool = False


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """One page of the list. ``counts`` and ``sums_cents`` are per stage, over all that was searched."""

    lines: tuple[SettlementLine, ...]
    page: int
    pages: int
    total: int
    counts: Mapping[Stage, int]
    sums_cents: Mapping[Stage, int]


_SORTS: dict[str, Callable[[SettlementLine], tuple[object, ...]]] = {
    "age": lambda line: (line.age_days, line.case_number),
    "amount": lambda line: (line.open_cents, line.case_number),
    "case": lambda line: (line.case_number,),
    "until": lambda line: (line.until_on or date.max, line.case_number),
}
SORTS = tuple(_SORTS)


def settlement_list(
    work: Work,
    *,
    stage: Stage | None = None,
    search: str = "",
    sort: str = "age",
    descending: bool = True,
    page: int = 1,
) -> SettlementPage:
    """One page of the list. ``search`` looks in case number, title and names; ``sort`` is one of SORTS."""
    words = search.casefold().split()
    found = [line for line in settlement_lines(work) if _holds(line, words)]
    counts = {one: sum(line.stage is one for line in found) for one in Stage}
    sums = {one: sum(line.open_cents for line in found if line.stage is one) for one in Stage}
    shown = [line for line in found if stage is None or line.stage is stage]
    shown.sort(key=_SORTS.get(sort, _SORTS["age"]), reverse=descending)
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    page = min(max(1, page), pages)
    lines = tuple(shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return SettlementPage(lines, page, pages, len(shown), counts, sums)


def settlement_lines_for_worklist(work: Work) -> tuple[SettlementLine, ...]:
    """What is still to be settled or decided, the actor's own turn and the oldest first."""
    found = settlement_lines(work, repaying=False)
    return tuple(sorted(found, key=lambda line: (not line.my_turn, -line.age_days, line.case_number)))


def settlement_lines(work: Work, *, repaying: bool = True) -> tuple[SettlementLine, ...]:
    """Every case that has money out that is not back, in no order.

    ``repaying`` says whether to read those that are decided as well, which in time are most of them; what
    waits for a letter to an outside party is always there.
    A long list takes as many queries as a short one.
    """
    due = _settleable(work)
    letters = written_to(work)
    wanted: ColumnElement[bool] = Settlement.state.in_([*UNDER_WAY, SettlementState.DECIDED.value])
    if not repaying:
        of_outside = and_(
            Settlement.state == SettlementState.DECIDED.value,
            Settlement.kind == SettlementKind.OUTSIDE.value,
            Settlement.id.not_in(select(ClaimLetter.settlement_id)),
        )
        wanted = or_(Settlement.state.in_(UNDER_WAY), of_outside)
    rows = work.session.execute(
        select(Settlement, Case)
        .join(Case, Case.id == Settlement.case_id)
        .where(
            wanted,
            visible_cases(work.actor, Permission.SETTLEMENT_LIST),
        )
        .options(*_WITHOUT_TEXTS)
    ).all()
    every = work.session.scalars(select(Partner).where(Partner.network_id == work.network.id))
    partners = {partner.id: partner.name for partner in every}
    claims = _open_by_settlement(work, all_kinds=repaying)
    lines = []
    busy = {case.id for settlement, case in rows if settlement.state in UNDER_WAY}
    brought = set(
        work.session.scalars(select(Case.id).where(Case.id.in_(busy), brought_by(work.actor.person_id)))
    )
    known = Electorate(work)
    for settlement, case in rows:
        if settlement.state in UNDER_WAY:
            mine = case.id in brought
            lines.append(_under_way(work, settlement, case, partners, known=known, brought=mine))
        else:
            opens = claims.get(settlement_reference(case, settlement), [])
            unsent = settlement.kind == SettlementKind.OUTSIDE.value and settlement.id not in letters
            lines.append(_repaying(work, settlement, case, opens, letter=unsent and bool(opens)))
    lines += _to_settle(work, {number: cents for number, cents in due.items() if cents}, busy)
    return tuple(lines)


def _settleable(work: Work) -> dict[str, int]:
    """What was paid and is not settled, per case number (see ``find.settleable_cents``)."""
    network = work.network.code
    owed = subject_balances(work.session, network=network, account=Account.UNSETTLED_CASES)
    promised = subject_balances(work.session, network=network, account=Account.COMMITMENTS)
    under_way = (
        select(Case.number, func.sum(Payout.amount_cents))
        .join(Case, Case.id == Payout.case_id)
        .where(Payout.network_id == work.network.id, Payout.state == "ordered")
        .group_by(Case.number)
    )
    ordered = {number: int(cents) for number, cents in work.session.execute(under_way)}
    return {
        number: max(0, cents + promised.get(number, 0) - ordered.get(number, 0))
        for number, cents in owed.items()
    }


def _to_settle(work: Work, due: Mapping[str, int], busy: set[int]) -> list[SettlementLine]:
    paid = (
        select(Payout.case_id, func.max(Payout.paid_on).label("last_on"))
        .where(Payout.network_id == work.network.id, Payout.state == "paid")
        .group_by(Payout.case_id)
        .subquery()
    )
    query = (
        select(
            Case.id,
            Case.number,
            Case.title,
            Case.first_paid_on,
            paid.c.last_on,
            Case.decided_at_utc,
            Partner.name,
        )
        .join(Partner, Partner.id == Case.partner_id)
        .outerjoin(paid, paid.c.case_id == Case.id)
        .where(Case.number.in_(due), visible_cases(work.actor, Permission.SETTLEMENT_LIST))
    )
    settled_before = set(
        work.session.scalars(
            select(Settlement.case_id).where(
                Settlement.network_id == work.network.id,
                Settlement.state.in_([SettlementState.DECIDED.value, SettlementState.REPAID.value]),
            )
        )
    )
    within = work.policy.terms.settle_within_days
    lines = []
    for case_id, number, title, first_on, last_on, decided, partner in work.session.execute(query).all():
        if case_id in busy:
            continue
        # After an earlier settlement it is a later payment that waits.
        since = (last_on if case_id in settled_before else None) or first_on or (decided and decided.date())
        age = (work.today - since).days if since else 0
        lines.append(
            SettlementLine(
                stage=Stage.TO_SETTLE,
                case_number=number,
                title=title,
                partner_name=partner,
                amount_cents=due[number],
                open_cents=due[number],
                since_on=since,
                age_days=age,
                overdue=age > within,
                my_turn=True,
            )
        )
    return lines


def _under_way(
    work: Work,
    settlement: Settlement,
    case: Case,
    partners: Mapping[int, str],
    *,
    known: Electorate,
    brought: bool,
) -> SettlementLine:
    state = SettlementState(settlement.state)
    since = case.first_paid_on
    votes = None
    voters: tuple[str, ...] = ()
    my_turn = overdue = False
    if state is SettlementState.PUT:
        stage = Stage.PARTIES
        overdue = my_turn = settlement.respond_by_on is not None and work.today > settlement.respond_by_on
    else:
        stage = Stage.DISPUTED if state is SettlementState.DISPUTED else Stage.VOTES
        votes = tally_of_read(known, case, settlement)
        voters = voters_left(work, case, settlement, known=known)
        voted = any(vote.person_id == work.actor.person_id for vote in settlement.votes)
        with_us = settlement.escalated_at_utc is None
        conflicts = conflicts_of_actor(work, case, settlement, known=known, brought=brought)
        my_turn = with_us and not voted and not conflicts
    # In a dispute those who dispute are named; before it, those who did not answer yet.
    named = "disputed" if stage is Stage.DISPUTED else "pending"
    waiting = [partners[party.partner_id] for party in settlement.parties if party.response == named]
    return SettlementLine(
        stage=stage,
        case_number=case.number,
        title=case.title,
        partner_name=case.partner.name,
        amount_cents=settlement.amount_cents,
        open_cents=settlement.amount_cents,
        since_on=since,
        age_days=(work.today - since).days if since else 0,
        kind=SettlementKind(settlement.kind),
        settlement_id=settlement.id,
        waiting_for=tuple(waiting),
        voters=voters,
        until_on=settlement.respond_by_on if state is SettlementState.PUT else None,
        overdue=overdue,
        escalated=settlement.escalated_at_utc is not None,
        tally=votes,
        my_turn=my_turn,
    )


def _repaying(
    work: Work, settlement: Settlement, case: Case, claims: list[Claim], *, letter: bool
) -> SettlementLine:
    since = case.first_paid_on
    due = [day for claim in claims if (day := ledger_claims.oldest_due_on(claim)) is not None]
    until = min(due, default=None)
    return SettlementLine(
        stage=Stage.LETTER if letter else Stage.REPAYING,
        case_number=case.number,
        title=case.title,
        partner_name=case.partner.name,
        amount_cents=settlement.amount_cents,
        open_cents=sum(claim.open_cents for claim in claims),
        since_on=since,
        age_days=(work.today - since).days if since else 0,
        kind=SettlementKind(settlement.kind),
        settlement_id=settlement.id,
        waiting_for=tuple(claim.party_name for claim in claims),
        # Without a letter no term runs yet.
        until_on=None if letter else until,
        overdue=not letter and until is not None and until < work.today,
        my_turn=letter,
    )


def _open_by_settlement(work: Work, *, all_kinds: bool) -> dict[str, list[Claim]]:
    """The open claims by settlement, of every kind or of outside parties alone."""
    found: dict[str, list[Claim]] = {}
    account = None if all_kinds else Account.OUTSIDE_CLAIMS
    for claim in ledger_claims.open_claims(work.session, network=work.network.code, account=account):
        if claim.open_cents:
            found.setdefault(claim.settlement, []).append(claim)
    return found


def _holds(line: SettlementLine, words: list[str]) -> bool:
    text = " ".join((line.case_number, line.title, line.partner_name, *line.waiting_for)).casefold()
    return all(word in text for word in words)
