"""Undoing a decided settlement: one member asks with a reason, a second one confirms.

While nothing was repaid, the whole settlement is reversed. After that its claims fall back: what is open
returns to the case; settled anew, what was repaid is owed to who repaid it. In every case the money stands
as paid and unsettled again, and the case is back on the worklist.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.settlement.carry import reverse_split
from casework.settlement.decide import settlement_reference
from casework.settlement.find import STANDING, settlements_of
from casework.settlement.mandate import conflicts_of_actor
from casework.settlement.refusals import (
    GroundDoesNotFit,
    InConflict,
    MotivationNeeded,
    NothingFallsBack,
    OutsideTermNotOver,
    SecondMemberNeeded,
    UndoingAsked,
    UndoingGone,
)
from casework.settlement.state import FALLEN_BACK, REVERSED, move, refresh_case
from casework.settlement.tables import Settlement, SettlementUndoing
from errors import NotFound
from ledger import book
from ledger import claims as ledger_claims
from ledger.claims import Claim
from rules.lifecycle import SettlementAction, SettlementKind
from rules.wording import Labelled


class Ground(Labelled):
    """Why a decided settlement is undone."""

    ANEW = "anew", "het moet anders worden verrekend", "it must be settled differently"
    HARDSHIP = "hardship", "de inwoner kan niet meer betalen", "the resident can no longer pay"
    OUTSIDE = "outside", "de partij buiten het netwerk betaalt niet", "the outside party does not pay"


_KIND_OF_GROUND = {Ground.HARDSHIP: SettlementKind.RESIDENT, Ground.OUTSIDE: SettlementKind.OUTSIDE}


def grounds_for(kind: SettlementKind) -> tuple[Ground, ...]:
    """The grounds that fit who repays."""
    return tuple(ground for ground in Ground if _KIND_OF_GROUND.get(ground, kind) is kind)


def ask_undoing(work: Work, *, number: str, sequence: int, ground: str, motivation: str) -> SettlementUndoing:
    """Ask that settlement ``sequence`` of a case be undone; a second member must confirm it.

    Asking again what one asked is asking once. Raises :class:`GroundDoesNotFit`,
    :class:`OutsideTermNotOver`, :class:`NothingFallsBack`, :class:`MotivationNeeded`, :class:`UndoingAsked`.
    """
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    settlement = _standing(work, case, sequence)
    if ground not in grounds_for(SettlementKind(settlement.kind)):
        raise GroundDoesNotFit(field="ground")
    if not motivation.strip():
        raise MotivationNeeded(field="motivation")
    present = open_undoing(work, settlement)
    if present is not None and present.asked_by == work.actor.person_id:
        return present
    if present is not None:
        raise UndoingAsked()
    _require_possible(work, case, settlement, Ground(ground))
    asked = SettlementUndoing(
        settlement_id=settlement.id,
        ground=ground,
        motivation=motivation.strip(),
        asked_by=work.actor.person_id,
        asked_at_utc=work.now_utc,
    )
    work.session.add(asked)
    work.session.flush()
    record(work, "settlement.undo_ask", case.number, sequence=sequence, ground=ground)
    return asked


def confirm_undoing(work: Work, *, number: str, sequence: int) -> Settlement:
    """Confirm, as a second member, and undo. Confirming again what was done changes nothing.

    Raises :class:`SecondMemberNeeded` for who asked, :class:`InConflict` for who is of a party.
    """
    case = case_for(work, number, Permission.SETTLEMENT_VOTE, lock=True)
    settlement = _of_case(work, case, sequence)
    asked = open_undoing(work, settlement)
    if asked is None:
        if settlement.state in {REVERSED, FALLEN_BACK}:
            return settlement
        raise UndoingGone()
    if asked.asked_by == work.actor.person_id:
        raise SecondMemberNeeded()
    if conflicts_of_actor(work, case, settlement):
        raise InConflict()
    _require_possible(work, case, settlement, Ground(asked.ground))
    asked.state = "done"
    asked.answered_by, asked.answered_at_utc = work.actor.person_id, work.now_utc
    _undo(work, case, settlement, Ground(asked.ground))
    refresh_case(work, case)
    record(
        work,
        "settlement.undo",
        case.number,
        sequence=sequence,
        ground=asked.ground,
        state=settlement.state,
    )
    return settlement


def refuse_undoing(work: Work, *, number: str, sequence: int) -> None:
    """Let the request go, by who asked or by another member. The settlement stands."""
    case = case_for(work, number, Permission.SETTLEMENT_VOTE, lock=True)
    settlement = _of_case(work, case, sequence)
    asked = open_undoing(work, settlement)
    if asked is None:
        return
    asked.state = "refused"
    asked.answered_by, asked.answered_at_utc = work.actor.person_id, work.now_utc
    record(work, "settlement.undo_refuse", case.number, sequence=sequence)


def open_undoing(work: Work, settlement: Settlement) -> SettlementUndoing | None:
    """The request to undo that waits for a second member."""
    query = select(SettlementUndoing).where(
        SettlementUndoing.settlement_id == settlement.id, SettlementUndoing.state == "asked"
    )
    return work.session.scalars(query).one_or_none()


def claims_of(work: Work, case: Case, settlement: Settlement) -> tuple[Claim, ...]:
    """The claims that arose from ``settlement``."""
    return ledger_claims.claims_of_settlement(
        work.session, network=work.network.code, settlement=settlement_reference(case, settlement)
    )


def _standing(work: Work, case: Case, sequence: int) -> Settlement:
    settlement = _of_case(work, case, sequence)
    if settlement.state not in STANDING:
        move(settlement, SettlementAction.FALL_BACK)  # the table of states says what is possible instead
    return settlement


def _of_case(work: Work, case: Case, sequence: int) -> Settlement:
    found = next((one for one in settlements_of(work, case) if one.sequence == sequence), None)
    if found is None:
        raise NotFound()
    return found


def _require_possible(work: Work, case: Case, settlement: Settlement, ground: Ground) -> None:
    claims = claims_of(work, case, settlement)
    open_cents = sum(claim.open_cents for claim in claims)
    if ground is not Ground.ANEW and open_cents == 0:
        raise NothingFallsBack()
    if ground is Ground.OUTSIDE and any(claim.due_on >= work.today for claim in claims):
        raise OutsideTermNotOver(until=f"{max(claim.due_on for claim in claims):%d-%m-%Y}")


def _undo(work: Work, case: Case, settlement: Settlement, ground: Ground) -> None:
    key = f"settlement-{settlement.id}-undo"
    if settlement.kind == SettlementKind.GIFT.value:
        entry_id = settlement.facts["entry_id"]
        book.reverse(
            work.session,
            network=work.network.code,
            entry_id=int(entry_id),
            booked_on=work.today,
            cause=settlement_reference(case, settlement),
            key=key,
            recorded_at_utc=work.now_utc,
        )
        move(settlement, SettlementAction.FALL_BACK, ended=REVERSED)
        return
    claims = claims_of(work, case, settlement)
    untouched = all(claim.open_cents == claim.amount_cents for claim in claims)
    if ground is Ground.ANEW and untouched:
        move(settlement, SettlementAction.REVERSE, ended=REVERSED)
        ledger_claims.reverse_settlement(
            work.session,
            network=work.network.code,
            settlement=settlement_reference(case, settlement),
            booked_on=work.today,
            key=key,
            recorded_at_utc=work.now_utc,
        )
    else:
        fall_back(work, case, settlement, ground)
    if ground is Ground.ANEW:
        reverse_split(work, settlement_id=settlement.id)


def fall_back(work: Work, case: Case, settlement: Settlement, ground: Ground) -> None:
    """Let what is open on ``settlement`` return to its case; settled anew, what was repaid as well.

    The caller has asked who may and whether it is possible, and refreshes the case.
    """
    move(settlement, SettlementAction.FALL_BACK, ended=FALLEN_BACK)
    claims = claims_of(work, case, settlement)
    left = sum(claim.open_cents for claim in claims)
    _post_falling_back(work, claims, whole=ground is Ground.ANEW, key=f"settlement-{settlement.id}-undo")
    settlement.facts = dict(settlement.facts) | {"fell_back_on": ground.value, "fell_back_cents": left}


def _post_falling_back(work: Work, claims: Sequence[Claim], *, whole: bool, key: str) -> None:
    for claim in claims:
        ledger_claims.fall_back(
            work.session,
            network=work.network.code,
            reference=claim.reference,
            repaid_part=whole,
            booked_on=work.today,
            cause=claim.settlement,
            key=f"{key}-{claim.reference}",
            recorded_at_utc=work.now_utc,
        )
