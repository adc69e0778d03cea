"""Mandates: a treasurer records what a partner signed, another treasurer checks it against the paper."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.collections.refusals import (
    HolderMissing,
    MandateExists,
    MandateInUse,
    MandateNotIn,
    MandateReferenceTaken,
    MandateReferenceWrong,
    MandateState,
    NotAMember,
    OwnMandate,
    Scheme,
    SignedInFuture,
)
from casework.collections.tables import Collection, CollectionBatch, CollectionMandate
from casework.context import Work
from casework.network.partners import partner_for
from casework.network.tables import Partner
from errors import Forbidden, NotFound
from ledger.bank.iban import read_iban
from ledger.bank.payment_file import NAME_MAX, sepa_text

# What every SEPA bank takes in a mandate reference, without the spaces that get lost on the way.
_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.+-]{0,33}[A-Za-z0-9])?")


def record_mandate(
    work: Work, *, partner: str, reference: str, scheme: Scheme, signed_on: date, holder: str, iban: str
) -> int:
    """Record what ``partner`` (a code) signed; it holds once another treasurer confirmed it. Gives its id.

    Raises :class:`MandateReferenceWrong`, :class:`MandateReferenceTaken`, :class:`SignedInFuture`,
    :class:`HolderMissing`, :class:`MandateExists`, :class:`NotAMember`, and what
    :func:`ledger.bank.iban.read_iban` raises.
    """
    may_manage(work)
    owner = partner_for(work, partner, lock=True)
    if owner.left_on is not None and owner.left_on <= work.today:
        raise NotAMember(partner=owner.name)
    if not _REFERENCE.fullmatch(reference):
        raise MandateReferenceWrong(field="reference")
    if signed_on > work.today:
        raise SignedInFuture(field="signed_on")
    if not sepa_text(holder, NAME_MAX):
        raise HolderMissing(field="holder")
    number = read_iban(iban)
    taken = select(CollectionMandate.id).where(
        CollectionMandate.network_id == work.network.id, CollectionMandate.reference == reference
    )
    if work.session.scalar(taken) is not None:
        raise MandateReferenceTaken(field="reference")
    mandate = CollectionMandate(
        network_id=work.network.id,
        partner_id=owner.id,
        reference=reference,
        scheme=scheme.value,
        signed_on=signed_on,
        holder=" ".join(holder.split())[:NAME_MAX],
        iban=number.iban,
        recorded_by=work.actor.person_id,
        recorded_at_utc=work.now_utc,
    )
    try:
        with work.session.begin_nested():
            work.session.add(mandate)
    except IntegrityError as error:
        raise MandateExists(partner=owner.name) from error
    record(work, "mandate.record", partner, mandate=mandate.id)
    work.session.flush()
    return mandate.id


def confirm_mandate(work: Work, *, mandate_id: int) -> None:
    """Let a recorded mandate hold. Raises :class:`OwnMandate`, :class:`MandateNotIn`."""
    _judge(work, mandate_id, MandateState.ACTIVE, "mandate.confirm")


def refuse_mandate(work: Work, *, mandate_id: int) -> None:
    """It is not what the partner signed. Raises :class:`OwnMandate`, :class:`MandateNotIn`."""
    _judge(work, mandate_id, MandateState.REFUSED, "mandate.refuse")


def end_mandate(work: Work, *, mandate_id: int) -> None:
    """Collect under it no more; the partner took it back, or the account changed.

    Raises :class:`MandateNotIn`, :class:`MandateInUse` while a collection under it is under way.
    """
    mandate = _locked(work, mandate_id)
    if mandate.state not in (MandateState.RECORDED, MandateState.ACTIVE):
        raise _not_in(mandate)
    batch = work.session.scalar(
        select(CollectionBatch.reference)
        .join(Collection, Collection.batch_id == CollectionBatch.id)
        .where(Collection.mandate_id == mandate.id, Collection.live.is_(True))
        .limit(1)
    )
    if batch is not None:
        raise MandateInUse(batch=batch)
    mandate.state = MandateState.ENDED.value
    mandate.ended_by, mandate.ended_on = work.actor.person_id, work.today
    _log(work, mandate, "mandate.end")


def may_manage(work: Work) -> None:
    """Raise :class:`errors.Forbidden` for who may not collect."""
    if not may_ever(work.actor, Permission.COLLECTION_MANAGE):
        raise Forbidden()


def _judge(work: Work, mandate_id: int, state: MandateState, action: str) -> None:
    mandate = _locked(work, mandate_id)
    if mandate.state != MandateState.RECORDED:
        raise _not_in(mandate)
    if mandate.recorded_by == work.actor.person_id:
        raise OwnMandate()
    mandate.state = state.value
    mandate.confirmed_by, mandate.confirmed_at_utc = work.actor.person_id, work.now_utc
    _log(work, mandate, action)


def _locked(work: Work, mandate_id: int) -> CollectionMandate:
    may_manage(work)
    found = work.session.scalar(
        select(CollectionMandate)
        .where(CollectionMandate.id == mandate_id, CollectionMandate.network_id == work.network.id)
        .with_for_update(of=CollectionMandate)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _not_in(mandate: CollectionMandate) -> MandateNotIn:
    state = MandateState(mandate.state)
    return MandateNotIn(state_nl=state.nl, state_en=state.en)


def _log(work: Work, mandate: CollectionMandate, action: str) -> None:
    code = work.session.get_one(Partner, mandate.partner_id).code
    record(work, action, code, mandate=mandate.id)
    work.session.flush()
