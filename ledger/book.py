"""Posting to the book: opening a fund, posting an entry once, reversing one once.

Everything happens in the caller's transaction and takes the fund's lock first, so that number, chain and
available are decided one entry at a time. What is checked here with a sentence for the user, the database
checks again (:mod:`ledger.tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.orm import Session

from ledger import backends, tables
from ledger.accounts import AVAILABLE, RULES, Account, Leaning
from ledger.encoding import FIRST_PREVIOUS_HASH, Gapped, gapped, hash_of, moment
from ledger.entries import (
    GUARDED,
    GUARDED_WHEN_REVERSED,
    SETTLING,
    AccountKey,
    Draft,
    EntryKind,
    Leg,
    PostedEntry,
    check,
)
from ledger.refusals import (
    AlreadyReversed,
    BalanceCrossesZero,
    EntryNotFound,
    FundAlreadyOpen,
    FundExhausted,
    FundNotOpen,
    IdempotencyConflict,
    ReversalNotReversible,
    SettlementExceedsPaid,
    YearClosed,
    in_euros,
)

_AVAILABLE_KEYS = tuple(AccountKey(account) for account in AVAILABLE)


def open_fund(session: Session, *, network: str, buffer_cents: int, at_utc: datetime) -> None:
    """Give ``network`` a book with nothing in it. Raises :class:`FundAlreadyOpen`."""
    connection = session.connection()
    fund = tables.fund
    if connection.scalar(select(fund.c.id).where(fund.c.network == network)) is not None:
        raise FundAlreadyOpen(network=network)
    fund_id = 1 + (connection.scalar(select(func.max(fund.c.id))) or 0)
    connection.execute(
        insert(fund).values(
            id=fund_id,
            network=network,
            buffer_cents=buffer_cents,
            entry_count=0,
            head_hash=FIRST_PREVIOUS_HASH,
            closed_through=0,
            opened_at_utc=at_utc,
        )
    )
    _note_buffer(connection, fund_id, buffer_cents, at_utc)


def set_buffer(session: Session, *, network: str, buffer_cents: int, at_utc: datetime) -> None:
    """Change the buffer of policy. Always done, also when it brings available below zero."""
    connection = session.connection()
    fund_id = fund_id_of(connection, network)
    connection.execute(
        update(tables.fund).where(tables.fund.c.id == fund_id).values(buffer_cents=buffer_cents)
    )
    _note_buffer(connection, fund_id, buffer_cents, at_utc)


def _note_buffer(connection: Connection, fund_id: int, buffer_cents: int, at_utc: datetime) -> None:
    connection.execute(
        insert(tables.buffer_change).values(fund_id=fund_id, buffer_cents=buffer_cents, at_utc=at_utc)
    )


def fund_id_of(connection: Connection, network: str) -> int:
    """The number of the fund of ``network``. Raises :class:`FundNotOpen`."""
    fund = tables.fund
    found: int | None = connection.scalar(select(fund.c.id).where(fund.c.network == network))
    if found is None:
        raise FundNotOpen(network=network)
    return found


def lock_fund(session: Session, *, network: str) -> None:
    """Hold the fund's lock until the transaction ends, so that what is read next cannot change."""
    f = tables.fund.c
    found = session.connection().scalar(select(f.id).where(f.network == network).with_for_update())
    if found is None:
        raise FundNotOpen(network=network)


def earlier(session: Session, *, network: str, key: str) -> PostedEntry | None:
    """The entry that was posted under this idempotency key, if there is one."""
    e, f = tables.entry.c, tables.fund.c
    connection = session.connection()
    found = connection.scalar(
        select(e.id)
        .join(tables.fund, f.id == e.fund_id)
        .where(f.network == network, e.idempotency_key == key)
    )
    return None if found is None else _load(connection, network, found)


def head_hash(session: Session, *, network: str) -> str:
    """The hash of the newest entry of ``network``: the head of its chain, to be kept elsewhere too."""
    fund = tables.fund
    query = select(fund.c.head_hash).where(fund.c.network == network)
    found: str | None = session.connection().scalar(query)
    if found is None:
        raise FundNotOpen(network=network)
    return found


def post(session: Session, *, network: str, draft: Draft, recorded_at_utc: datetime) -> PostedEntry:
    """Post ``draft`` in the caller's transaction; the same key with the same content returns the first entry.

    Raises :class:`~ledger.refusals.EntryWrong` or ``NotBalanced`` for a malformed draft,
    ``IdempotencyConflict`` for a used key with other content, ``YearClosed``, ``BalanceCrossesZero``,
    ``FundExhausted`` and ``SettlementExceedsPaid``.
    """
    check(draft)
    if draft.reverses is not None:
        return _post_reversal(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)
    connection = session.connection()
    ready = _Ready.of(network, draft, recorded_at_utc)
    placed = backends.post_at_once(
        connection, network=network, book_year=draft.booked_on.year, encoded=ready.encoded
    )
    if placed is not None:
        return ready.posted(placed)
    return _post(connection, ready, guarded=draft.kind in GUARDED)


class _Ready(NamedTuple):
    """A draft that waits for its place in the chain: legs in order, and encoded around that place."""

    network: str
    draft: Draft
    recorded_at_utc: datetime
    legs: tuple[Leg, ...]
    encoded: Gapped

    @classmethod
    def of(cls, network: str, draft: Draft, recorded_at_utc: datetime) -> _Ready:
        """``draft``, recorded at ``recorded_at_utc`` in the book of ``network``."""
        legs = tuple(sorted(draft.legs))
        encoded = gapped(
            network=network,
            kind=draft.kind.value,
            booked_on=draft.booked_on,
            recorded_at=moment(recorded_at_utc),
            cause=draft.cause,
            idempotency_key=draft.idempotency_key,
            reverses=draft.reverses,
            legs=[(key.account.value, key.subject, cents) for key, cents in legs],
        )
        return cls(network, draft, recorded_at_utc.astimezone(UTC), legs, encoded)

    def posted(self, placed: backends.Placed) -> PostedEntry:
        """The entry at its place."""
        return PostedEntry(
            id=placed.id,
            network=self.network,
            book_year=self.draft.booked_on.year,
            number=placed.number,
            kind=self.draft.kind,
            booked_on=self.draft.booked_on,
            recorded_at_utc=self.recorded_at_utc,
            cause=self.draft.cause,
            idempotency_key=self.draft.idempotency_key,
            legs=self.legs,
            hash=placed.hash,
            previous_hash=placed.previous_hash,
            reverses=self.draft.reverses,
        )


def _post(connection: Connection, ready: _Ready, *, guarded: bool) -> PostedEntry:
    network, draft, legs = ready.network, ready.draft, ready.legs
    taken = [leg for leg in legs if _takes_off(leg)]
    keys = [leg.key for leg in taken]
    cases = [leg.key.subject for leg in legs if leg.key.account is Account.UNSETTLED_CASES]
    if draft.kind in SETTLING:
        keys += [AccountKey(Account.COMMITMENTS, case) for case in cases]
    if guarded:
        keys += _AVAILABLE_KEYS
    found = backends.prepare(
        connection, network=network, book_year=draft.booked_on.year, key=draft.idempotency_key, keys=keys
    )
    if found is None:
        raise FundNotOpen(network=network)
    if found.earlier_id is not None:
        return _same_or_conflict(connection, network, found.earlier_id, draft, legs)
    if draft.booked_on.year <= found.closed_through:
        raise YearClosed(book_year=draft.booked_on.year)
    balances = dict(zip(keys, found.balances, strict=True))
    if draft.kind in SETTLING:
        _check_paid(legs, cases, balances)
    _check_zero(taken, balances)
    if guarded:
        _check_available(legs, found.buffer_cents, balances)
    number = found.last_number + 1
    encoded = ready.encoded.filled(
        entry_id=found.next_id,
        book_year=draft.booked_on.year,
        number=number,
        previous_hash=found.head_hash,
    )
    entry = ready.posted(backends.Placed(found.next_id, number, found.head_hash, hash_of(encoded)))
    backends.write(connection, fund_id=found.fund_id, entry=entry, encoded=encoded)
    return entry


def _takes_off(leg: Leg) -> bool:
    leaning = RULES[leg.key.account].leaning
    return leaning is not Leaning.EITHER and (leaning is Leaning.DEBIT) == (leg.amount_cents < 0)


def _check_zero(taken: Sequence[Leg], balances: dict[AccountKey, int]) -> None:
    for leg in taken:
        standing = balances[leg.key]
        if not RULES[leg.key.account].leaning.allows(standing + leg.amount_cents):
            raise BalanceCrossesZero(
                account=leg.key.account.value,
                subject=leg.key.subject or leg.key.account.value,
                balance=in_euros(abs(standing)),
                amount=in_euros(abs(leg.amount_cents)),
                balance_cents=abs(standing),
                amount_cents=abs(leg.amount_cents),
            )


def _check_paid(legs: Sequence[Leg], cases: Sequence[str], balances: dict[AccountKey, int]) -> None:
    for case in cases:
        unsettled = balances[AccountKey(Account.UNSETTLED_CASES, case)]
        paid = unsettled + balances[AccountKey(Account.COMMITMENTS, case)]
        settled = -sum(
            leg.amount_cents for leg in legs if leg.key == AccountKey(Account.UNSETTLED_CASES, case)
        )
        if settled > paid:
            raise SettlementExceedsPaid(case=case, unsettled=in_euros(max(paid, 0)), unsettled_cents=paid)


def _check_available(legs: Sequence[Leg], buffer_cents: int, balances: dict[AccountKey, int]) -> None:
    available = sum(balances[key] for key in _AVAILABLE_KEYS) - buffer_cents
    needed = -sum(leg.amount_cents for leg in legs if leg.key.account in AVAILABLE)
    if available - needed < 0:
        raise FundExhausted(
            available=in_euros(available),
            needed=in_euros(needed),
            available_cents=available,
            needed_cents=needed,
        )


def _same_or_conflict(
    connection: Connection, network: str, entry_id: int, draft: Draft, legs: tuple[Leg, ...]
) -> PostedEntry:
    earlier = _load(connection, network, entry_id)
    content = (earlier.kind, earlier.booked_on, earlier.cause, earlier.reverses, earlier.legs)
    if content != (draft.kind, draft.booked_on, draft.cause, draft.reverses, legs):
        raise IdempotencyConflict()
    return replace(earlier, repeated=True)


def entry(session: Session, *, network: str, entry_id: int) -> PostedEntry:
    """The entry with this id in the book of ``network``. Raises :class:`EntryNotFound`."""
    return _load(session.connection(), network, entry_id)


def _load(connection: Connection, network: str, entry_id: int) -> PostedEntry:
    e, f, lg = tables.entry.c, tables.fund.c, tables.leg.c
    row = connection.execute(
        select(tables.entry)
        .join(tables.fund, f.id == e.fund_id)
        .where(e.id == entry_id, f.network == network)
    ).one_or_none()
    if row is None:
        raise EntryNotFound()
    legs = connection.execute(
        select(lg.account, lg.subject, lg.amount_cents)
        .where(lg.entry_id == entry_id)
        .order_by(lg.account, lg.subject)
    )
    return PostedEntry(
        id=row.id,
        network=network,
        book_year=row.book_year,
        number=row.number,
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        recorded_at_utc=row.recorded_at_utc,
        cause=row.cause,
        idempotency_key=row.idempotency_key,
        legs=tuple(Leg(AccountKey(Account(a), subject), cents) for a, subject, cents in legs),
        hash=row.hash,
        previous_hash=row.previous_hash,
        reverses=row.reverses,
    )


def reverse(
    session: Session,
    *,
    network: str,
    entry_id: int,
    booked_on: date,
    cause: str,
    key: str,
    recorded_at_utc: datetime,
) -> PostedEntry:
    """Reverse a posted entry as a whole: every leg with its sign turned, in an entry that names it.

    Raises :class:`EntryNotFound`, :class:`AlreadyReversed`, :class:`ReversalNotReversible`, and what
    :func:`post` raises: money that has moved on since (a payment on an approval) keeps its entry from
    being reversed.
    """
    original = entry(session, network=network, entry_id=entry_id)
    legs = tuple(Leg(leg.key, -leg.amount_cents) for leg in original.legs)
    draft = Draft(EntryKind.REVERSAL, booked_on, legs, cause, key, reverses=entry_id)
    check(draft)
    return _post_reversal(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)


def _post_reversal(session: Session, *, network: str, draft: Draft, recorded_at_utc: datetime) -> PostedEntry:
    connection = session.connection()
    e = tables.entry.c
    # Under the lock, or two reversals at the same moment would both find none yet.
    found = backends.prepare(
        connection, network=network, book_year=draft.booked_on.year, key=draft.idempotency_key, keys=()
    )
    if found is None:
        raise FundNotOpen(network=network)
    original = _load(connection, network, draft.reverses or 0)
    if found.earlier_id is None:
        if original.kind is EntryKind.REVERSAL:
            raise ReversalNotReversible()
        if connection.scalar(select(e.id).where(e.reverses == original.id)) is not None:
            raise AlreadyReversed(number=f"{original.book_year}-{original.number}")
    ready = _Ready.of(network, draft, recorded_at_utc)
    return _post(connection, ready, guarded=original.kind in GUARDED_WHEN_REVERSED)
