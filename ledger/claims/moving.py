"""What becomes of a claim: repaid, written off, fallen back, reversed with its settlement, re-planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import book, events, tables
from ledger.accounts import Account
from ledger.claims.raising import store_plan
from ledger.claims.reading import (
    Claim,
    Instalment,
    claim,
    claims_of_settlement,
    repaid_cents,
)
from ledger.claims.written_off import written_off_left
from ledger.entries import PostedEntry
from ledger.refusals import (
    ClaimHasNothingOpen,
    ClaimsNotRight,
    RepaymentTooLarge,
    SettlementNotFound,
    SettlementPartlyRepaid,
    in_euros,
)


def receive_repayment(
    session: Session,
    *,
    network: str,
    reference: str,
    amount_cents: int,
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Book a repayment that came in at the bank. Raises :class:`RepaymentTooLarge` above the open part."""
    found = _locked(session, network, reference)
    if book.earlier(session, network=network, key=key) is None:
        _require_open(found, amount_cents)
    draft = events.repayment_received(
        account=found.account,
        claim=reference,
        amount_cents=amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
    return book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)


def set_off_advance(
    session: Session,
    *,
    network: str,
    reference: str,
    amount_cents: int,
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Let a partner set off what it paid in advance against its claim ``reference``."""
    found = _locked(session, network, reference)
    if book.earlier(session, network=network, key=key) is None:
        _require_open(found, amount_cents)
    if found.account is not Account.PARTNER_CLAIMS:
        raise ClaimsNotRight(reason=f"{reference}: geen partner / not on a partner")
    draft = events.advance_set_off(
        partner=found.party,
        claim=reference,
        amount_cents=amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
    return book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)


def write_off(
    session: Session,
    *,
    network: str,
    reference: str,
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Write off the whole open part. Raises :class:`ClaimHasNothingOpen`."""
    found = _locked(session, network, reference)
    if earlier := book.earlier(session, network=network, key=key):
        amount_cents = max(leg.amount_cents for leg in earlier.legs)
    elif found.open_cents:
        amount_cents = found.open_cents
    else:
        raise ClaimHasNothingOpen(reference=reference)
    draft = events.claim_written_off(
        account=found.account,
        claim=reference,
        amount_cents=amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
    return book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)


def receive_written_off(
    session: Session,
    *,
    network: str,
    reference: str,
    amount_cents: int,
    booked_on: date,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Book what comes in all the same on a claim that was written off; the entry's cause is the claim.

    Raises :class:`RepaymentTooLarge` above what was written off and did not come in since.
    """
    found = _locked(session, network, reference)
    if book.earlier(session, network=network, key=key) is None:
        left = written_off_left(session, network=network).get(reference, 0)
        _require_open(replace(found, open_cents=left), amount_cents)
    draft = events.written_off_claim_received(
        amount_cents=amount_cents, booked_on=booked_on, cause=reference, key=key
    )
    return book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)


def fall_back(
    session: Session,
    *,
    network: str,
    reference: str,
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
    repaid_part: bool = False,
) -> tuple[PostedEntry, ...]:
    """Let a claim's open part fall back to its case, to be settled another way.

    With ``repaid_part`` what was already repaid on it is owed back as well: it goes to suspense under the
    claim's reference, to refund or set off. Returns the entries: none when there is nothing to move.
    """
    found = _locked(session, network, reference)
    posted = []
    earlier = book.earlier(session, network=network, key=f"{key}-open")
    open_cents = max(leg.amount_cents for leg in earlier.legs) if earlier else found.open_cents
    if open_cents:
        draft = events.claim_fell_back(
            case=found.case,
            account=found.account,
            claim=reference,
            amount_cents=open_cents,
            booked_on=booked_on,
            cause=cause,
            key=f"{key}-open",
        )
        posted.append(book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc))
    repaid = repaid_cents(session, network=network, reference=reference) if repaid_part else 0
    if repaid:
        draft = events.repaid_part_fell_back(
            case=found.case,
            receipt=reference,
            amount_cents=repaid,
            booked_on=booked_on,
            cause=cause,
            key=f"{key}-repaid",
        )
        posted.append(book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc))
    return tuple(posted)


def reverse_settlement(
    session: Session,
    *,
    network: str,
    settlement: str,
    booked_on: date,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Reverse a settlement as a whole, with all its claims; only while nothing on it was repaid.

    Raises :class:`SettlementNotFound`, and :class:`SettlementPartlyRepaid` when anything has happened to
    one of its claims: then they fall back instead.
    """
    book.lock_fund(session, network=network)
    claims = claims_of_settlement(session, network=network, settlement=settlement)
    if not claims:
        raise SettlementNotFound(settlement=settlement)
    if book.earlier(session, network=network, key=key) is None and any(
        one.open_cents != one.amount_cents for one in claims
    ):
        raise SettlementPartlyRepaid()
    return book.reverse(
        session,
        network=network,
        entry_id=claims[0].entry_id,
        booked_on=booked_on,
        cause=settlement,
        key=key,
        recorded_at_utc=recorded_at_utc,
    )


def change_terms(
    session: Session,
    *,
    network: str,
    reference: str,
    due_on: date,
    instalments: Sequence[Instalment] = (),
) -> Claim:
    """Give a claim's open part another due date or plan: a pause for hardship, another arrangement.

    ``instalments`` divide what is open now. Raises :class:`ClaimsNotRight` when they do not sum to it.
    """
    found = _locked(session, network, reference)
    if instalments and sum(part.amount_cents for part in instalments) != found.open_cents:
        raise ClaimsNotRight(reason=f"{reference}: termijnen ≠ open deel / instalments ≠ open part")
    connection = session.connection()
    c = tables.claim.c
    fund_id = book.fund_id_of(connection, network)
    row = connection.execute(select(c.id, c.plan).where(c.fund_id == fund_id, c.reference == reference)).one()
    connection.execute(
        update(tables.claim)
        .where(c.id == row.id)
        .values(due_on=due_on, plan=row.plan + 1, planned_cents=found.open_cents)
    )
    store_plan(connection, row.id, row.plan + 1, instalments)
    return claim(session, network=network, reference=reference)


def _locked(session: Session, network: str, reference: str) -> Claim:
    """The claim, read under the fund's lock: what is open cannot change before the entry is posted."""
    book.lock_fund(session, network=network)
    return claim(session, network=network, reference=reference)


def _require_open(found: Claim, amount_cents: int) -> None:
    if amount_cents > found.open_cents:
        raise RepaymentTooLarge(
            reference=found.reference,
            open=in_euros(found.open_cents),
            amount=in_euros(amount_cents),
            open_cents=found.open_cents,
            amount_cents=amount_cents,
        )
