"""Mandates, batches and collections as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from casework.accounts.tables import BankAccount
from casework.collections.bank_says import said_by_bank, state_of
from casework.collections.batches import earliest_day, lines_of, seal
from casework.collections.due import Due, collectable
from casework.collections.refusals import CollectionBatchState, CollectionState, MandateState, Scheme
from casework.collections.tables import Collection, CollectionBatch, CollectionMandate
from casework.context import Work
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from errors import NotFound


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A mandate in a list. ``own``: this treasurer recorded it, so another must check it."""

    id: int
    partner: str
    partner_name: str
    reference: str
    scheme: Scheme
    signed_on: date
    holder: str
    iban: str
    state: MandateState
    recorded_by: str
    confirmed_by: str
    ended_on: date | None
    own: bool


@dataclass(frozen=True, slots=True)
class CollectionBatchRow:
    """A batch in a list. ``own``: this treasurer prepared it, so another must release it."""

    reference: str
    state: CollectionBatchState
    scheme: Scheme
    collect_on: date
    line_count: int
    total_cents: int
    prepared_by: str
    prepared_at_utc: datetime
    own: bool
    uploaded_on: date | None


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """One collection with how far it is, since when, and the bank's reason where it went wrong."""

    id: int
    position: int
    claim: str
    partner_name: str
    mandate: str
    iban: str
    end_to_end_id: str
    amount_cents: int
    state: CollectionState
    bank_on: date | None
    bank_reason: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class CollectionBatchPage:
    """Everything on the page of a batch. ``seal`` goes with the form that releases what is shown here."""

    row: CollectionBatchRow
    lines: tuple[CollectionLine, ...]
    account_holder: str
    account_iban: str
    creditor_id: str
    seal: str
    too_late: bool
    released_by: str
    released_at_utc: datetime | None
    message_id: str
    file_sha256: str


def mandates(work: Work, *, ended: bool = False) -> tuple[MandateRow, ...]:
    """The mandates that hold or wait, by partner; with ``ended`` those that are over."""
    confirming = aliased(Person)
    states = (
        [MandateState.REFUSED, MandateState.ENDED] if ended else [MandateState.RECORDED, MandateState.ACTIVE]
    )
    rows = work.session.execute(
        select(CollectionMandate, Partner, Person.name, confirming.name)
        .join(Partner, Partner.id == CollectionMandate.partner_id)
        .join(Person, Person.id == CollectionMandate.recorded_by)
        .outerjoin(confirming, confirming.id == CollectionMandate.confirmed_by)
        .where(CollectionMandate.network_id == work.network.id, CollectionMandate.state.in_(states))
        .order_by(Partner.name, CollectionMandate.id)
    )
    return tuple(
        MandateRow(
            id=one.id,
            partner=partner.code,
            partner_name=partner.name,
            reference=one.reference,
            scheme=Scheme(one.scheme),
            signed_on=one.signed_on,
            holder=one.holder,
            iban=one.iban,
            state=MandateState(one.state),
            recorded_by=recorded_by,
            confirmed_by=confirmed_by or "",
            ended_on=one.ended_on,
            own=one.recorded_by == work.actor.person_id,
        )
        for one, partner, recorded_by, confirmed_by in rows
    )


def partners_without_mandate(work: Work) -> tuple[tuple[str, str], ...]:
    """The members that have no mandate that holds or waits, as (code, name)."""
    live = select(CollectionMandate.partner_id).where(
        CollectionMandate.state.in_([MandateState.RECORDED.value, MandateState.ACTIVE.value])
    )
    rows = work.session.execute(
        select(Partner.code, Partner.name)
        .where(
            Partner.network_id == work.network.id,
            Partner.joined_on <= work.today,
            (Partner.left_on.is_(None)) | (Partner.left_on > work.today),
            Partner.id.not_in(live),
        )
        .order_by(Partner.name)
    )
    return tuple((row.code, row.name) for row in rows)


def due_by_scheme(work: Work, collect_on: date) -> dict[Scheme, tuple[Due, ...]]:
    """What can be collected on a day, a file for each scheme."""
    found = collectable(work, collect_on)
    return {
        scheme: some for scheme in Scheme if (some := tuple(one for one in found if one.scheme is scheme))
    }


def collection_batches(work: Work, *, page: int = 1) -> Page[CollectionBatchRow]:
    """All batches, newest first."""
    own = CollectionBatch.network_id == work.network.id
    total = work.session.scalar(select(func.count()).select_from(CollectionBatch).where(own))
    rows = work.session.execute(
        select(CollectionBatch, Person.name)
        .join(Person, Person.id == CollectionBatch.prepared_by)
        .where(own)
        .order_by(CollectionBatch.id.desc())
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    return Page(tuple(_row(work, batch, name) for batch, name in rows), page, int(total or 0))


def batches_to_release(work: Work) -> int:
    """How many batches another treasurer prepared, for this one to release."""
    query = select(func.count(CollectionBatch.id)).where(
        CollectionBatch.network_id == work.network.id,
        CollectionBatch.state == CollectionBatchState.PREPARED.value,
        CollectionBatch.prepared_by != work.actor.person_id,
    )
    return int(work.session.scalar(query) or 0)


def collection_batch(work: Work, reference: str) -> CollectionBatchPage:
    """One batch with its collections. Raises :class:`errors.NotFound`."""
    releasing = aliased(Person)
    found = work.session.execute(
        select(CollectionBatch, BankAccount, Person.name, releasing.name)
        .join(BankAccount, BankAccount.id == CollectionBatch.account_id)
        .join(Person, Person.id == CollectionBatch.prepared_by)
        .outerjoin(releasing, releasing.id == CollectionBatch.released_by)
        .where(CollectionBatch.network_id == work.network.id, CollectionBatch.reference == reference)
    ).first()
    if found is None:
        raise NotFound()
    batch, account, prepared_by, released_by = found
    rows = lines_of(work, batch)
    prepared = batch.state == CollectionBatchState.PREPARED
    return CollectionBatchPage(
        row=_row(work, batch, prepared_by),
        lines=_lines(work, rows),
        account_holder=account.holder,
        account_iban=account.iban,
        creditor_id=account.creditor_id,
        seal=seal(batch, rows),
        too_late=prepared and batch.collect_on < earliest_day(work.today),
        released_by=released_by or "",
        released_at_utc=batch.released_at_utc,
        message_id=batch.message_id or "",
        file_sha256=batch.file_sha256,
    )


def collection_line(work: Work, collection_id: int) -> tuple[str, CollectionLine]:
    """One collection with the reference of its batch. Raises :class:`errors.NotFound`."""
    found = work.session.execute(
        select(Collection, CollectionBatch.reference)
        .join(CollectionBatch, CollectionBatch.id == Collection.batch_id)
        .where(Collection.network_id == work.network.id, Collection.id == collection_id)
    ).first()
    if found is None:
        raise NotFound()
    [line] = _lines(work, [found[0]])
    return found[1], line


def _row(work: Work, batch: CollectionBatch, prepared_by: str) -> CollectionBatchRow:
    return CollectionBatchRow(
        reference=batch.reference,
        state=CollectionBatchState(batch.state),
        scheme=Scheme(batch.scheme),
        collect_on=batch.collect_on,
        line_count=batch.line_count,
        total_cents=batch.total_cents,
        prepared_by=prepared_by,
        prepared_at_utc=batch.prepared_at_utc,
        own=batch.prepared_by == work.actor.person_id,
        uploaded_on=batch.uploaded_on,
    )


def _lines(work: Work, rows: Sequence[Collection]) -> tuple[CollectionLine, ...]:
    words = said_by_bank(work, [row.end_to_end_id for row in rows])
    wanted = {row.mandate_id for row in rows}
    mandates_of = {
        one.id: (one, name)
        for one, name in work.session.execute(
            select(CollectionMandate, Partner.name)
            .join(Partner, Partner.id == CollectionMandate.partner_id)
            .where(CollectionMandate.id.in_(wanted))
        )
    }
    found = []
    for row in rows:
        mandate, partner_name = mandates_of[row.mandate_id]
        state, bank_on, bank_reason = state_of(row, words.get(row.end_to_end_id))
        found.append(
            CollectionLine(
                id=row.id,
                position=row.position,
                claim=row.claim_reference,
                partner_name=partner_name,
                mandate=mandate.reference,
                iban=mandate.iban,
                end_to_end_id=row.end_to_end_id,
                amount_cents=row.amount_cents,
                state=state,
                bank_on=bank_on,
                bank_reason=bank_reason,
                by_hand=row.noted_by is not None,
            )
        )
    return tuple(found)
