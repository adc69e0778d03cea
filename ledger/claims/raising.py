"""Raising claims: by a settlement, or brought in by a pot that is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from ledger import book, events, tables
from ledger.accounts import Account
from ledger.claims.reading import Claim, Instalment, _find
from ledger.entries import AccountKey, PostedEntry
from ledger.refusals import ClaimsNotRight


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim to be raised. ``party`` is a code, ``party_name`` what the claim note says (kept encrypted)."""

    reference: str
    account: Account
    party: str
    party_name: str
    amount_cents: int
    due_on: date
    instalments: tuple[Instalment, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOverClaim:
    """A claim that a pot brings along, with the case and settlement it came from."""

    case: str
    settlement: str
    claim: NewClaim


def raise_claims(
    session: Session,
    *,
    network: str,
    case: str,
    settlement: str,
    claims: Sequence[NewClaim],
    booked_on: date,
    key: str,
    recorded_at_utc: datetime,
) -> tuple[Claim, ...]:
    """Settle (part of) what was paid on ``case``: one entry for all ``claims``, which are kept with it.

    Raises :class:`~ledger.refusals.SettlementExceedsPaid` for more than was paid,
    :class:`~ledger.refusals.ClaimsNotRight` for claims that do not fit together.
    """
    _check(claims)
    draft = events.settled(
        case=case,
        claims=[events.ClaimShare(one.account, one.reference, one.amount_cents) for one in claims],
        booked_on=booked_on,
        cause=settlement,
        key=key,
    )
    entry = book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)
    connection = session.connection()
    if not entry.repeated:
        _store(connection, network, entry, [TakenOverClaim(case, settlement, one) for one in claims])
    return _find(connection, network, tables.claim.c.entry_id == entry.id)


def take_over(
    session: Session,
    *,
    network: str,
    partner: str,
    balances: Mapping[AccountKey, int],
    claims: Sequence[TakenOverClaim],
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Take over an existing pot as it stands, in one entry against the contribution of ``partner``.

    ``balances`` (cents, debit positive) hold everything but the claims; those come from ``claims``.
    """
    brought = [one.claim for one in claims]
    if brought:
        _check(brought)
    everything = dict(balances)
    for one in brought:
        everything[AccountKey(one.account, one.reference)] = one.amount_cents
    draft = events.pot_taken_over(
        partner=partner, balances=everything, booked_on=booked_on, cause=cause, key=key
    )
    entry = book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)
    if not entry.repeated:
        _store(session.connection(), network, entry, claims)
    return entry


def _check(claims: Sequence[NewClaim]) -> None:
    if not claims:
        raise ClaimsNotRight(reason="er is geen vordering / there is no claim")
    if len({one.reference for one in claims}) < len(claims):
        raise ClaimsNotRight(reason="een kenmerk komt twee keer voor / a reference occurs twice")
    for one in claims:
        if one.instalments and sum(part.amount_cents for part in one.instalments) != one.amount_cents:
            raise ClaimsNotRight(
                reason=f"{one.reference}: termijnen ≠ bedrag / instalments do not sum to the amount"
            )


def _store(
    connection: Connection, network: str, entry: PostedEntry, claims: Sequence[TakenOverClaim]
) -> None:
    if not claims:
        return
    c, fund_id = tables.claim.c, book.fund_id_of(connection, network)
    references = [one.claim.reference for one in claims]
    taken = connection.scalar(select(c.reference).where(c.fund_id == fund_id, c.reference.in_(references)))
    if taken is not None:
        raise ClaimsNotRight(reason=f"{taken}: dit kenmerk bestaat al / this reference exists already")
    connection.execute(
        insert(tables.claim),
        [
            {
                "fund_id": fund_id,
                "reference": one.claim.reference,
                "account": one.claim.account.value,
                "case_number": one.case,
                "settlement": one.settlement,
                "party": one.claim.party,
                "party_name": one.claim.party_name,
                "amount_cents": one.claim.amount_cents,
                "raised_on": entry.booked_on,
                "due_on": one.claim.due_on,
                "plan": 1,
                "planned_cents": one.claim.amount_cents,
                "entry_id": entry.id,
            }
            for one in claims
        ],
    )
    rows = connection.execute(select(c.reference, c.id).where(c.entry_id == entry.id))
    ids = dict(rows.all())
    for one in claims:
        store_plan(connection, ids[one.claim.reference], 1, one.claim.instalments)


def store_plan(connection: Connection, claim_id: int, plan: int, instalments: Sequence[Instalment]) -> None:
    """Keep ``instalments`` as repayment plan number ``plan`` of a claim; earlier plans stay to be read."""
    if not instalments:
        return
    connection.execute(
        insert(tables.instalment),
        [
            {
                "claim_id": claim_id,
                "plan": plan,
                "number": number,
                "due_on": part.due_on,
                "amount_cents": part.amount_cents,
            }
            for number, part in enumerate(sorted(instalments, key=lambda one: one.due_on), start=1)
        ],
    )
