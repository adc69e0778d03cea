"""A fund to post to, and short ways to do so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, text

from ledger import book, claims, events
from ledger.accounts import Account
from ledger.balances import FundPosition, balance_cents, fund_position
from ledger.entries import Draft, PostedEntry
from ledger.snapshot import snapshot
from ledger.verify import VerifyReport, verify
from storage.unit_of_work import unit_of_work

NETWORK = "proef"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ON = date(2026, 3, 1)


@dataclass(slots=True)
class Book:
    """One network's book on a real database; every call is a transaction of its own."""

    engine: Engine
    network: str
    now: datetime
    keys: count[int]

    def post(self, draft: Draft) -> PostedEntry:
        """Post ``draft`` one second after the one before."""
        self.now += timedelta(seconds=1)
        with unit_of_work(self.engine) as session:
            return book.post(session, network=self.network, draft=draft, recorded_at_utc=self.now)

    def do(
        self,
        event: Callable[..., Draft],
        *,
        on: date = ON,
        key: str = "",
        cause: str = "test",
        **facts: object,
    ) -> PostedEntry:
        """Post an event with a fresh key."""
        return self.post(event(booked_on=on, cause=cause, key=key or f"k{next(self.keys)}", **facts))

    def reverse(self, entry: PostedEntry, *, on: date = ON, key: str = "") -> PostedEntry:
        """Reverse ``entry``."""
        self.now += timedelta(seconds=1)
        with unit_of_work(self.engine) as session:
            return book.reverse(
                session,
                network=self.network,
                entry_id=entry.id,
                booked_on=on,
                cause="fout",
                key=key or f"k{next(self.keys)}",
                recorded_at_utc=self.now,
            )

    def pay(self, case: str, cents: int, *, on: date = ON) -> None:
        """Approve a case, order its payment and see it on a statement."""
        payment = f"{case}-b{next(self.keys)}"
        self.do(events.case_approved, case=case, amount_cents=cents, on=on)
        self.do(events.payment_ordered, case=case, payment=payment, amount_cents=cents, on=on)
        self.do(events.payment_seen, payment=payment, amount_cents=cents, on=on)

    def claim(
        self, case: str, *wanted: claims.NewClaim, key: str = "", on: date = ON
    ) -> Sequence[claims.Claim]:
        """Settle ``case`` into claims; the settlement is called after the case."""
        self.now += timedelta(seconds=1)
        with unit_of_work(self.engine) as session:
            return claims.raise_claims(
                session,
                network=self.network,
                case=case,
                settlement=f"{case}-1",
                claims=wanted,
                booked_on=on,
                key=key or f"k{next(self.keys)}",
                recorded_at_utc=self.now,
            )

    def repay(self, reference: str, cents: int, *, on: date = ON, key: str = "") -> PostedEntry:
        """Book a repayment of a claim."""
        self.now += timedelta(seconds=1)
        with unit_of_work(self.engine) as session:
            return claims.receive_repayment(
                session,
                network=self.network,
                reference=reference,
                amount_cents=cents,
                booked_on=on,
                cause="afschrift",
                key=key or f"k{next(self.keys)}",
                recorded_at_utc=self.now,
            )

    def balance(self, account: str, subject: str = "") -> int:
        """One balance."""
        with snapshot(self.engine) as session:
            return balance_cents(session, network=self.network, account=Account(account), subject=subject)

    def position(self) -> FundPosition:
        """How the fund stands."""
        with snapshot(self.engine) as session:
            return fund_position(session, network=self.network)

    def verify(self, head: str | None = None) -> VerifyReport:
        """Verify the whole database."""
        with snapshot(self.engine) as session:
            return verify(session, head=head)

    def sql(self, statement: str, **values: object) -> None:
        """Run a statement behind the program's back."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)


def open_book(engine: Engine, *, network: str = NETWORK, buffer_cents: int = 0) -> Book:
    """An empty book."""
    with unit_of_work(engine) as session:
        book.open_fund(session, network=network, buffer_cents=buffer_cents, at_utc=NOW)
    return Book(engine, network, NOW, count(1))


def partner_claim(reference: str, cents: int, *, due_on: date = date(2026, 4, 1)) -> claims.NewClaim:
    """A claim on a partner."""
    return claims.NewClaim(reference, Account.PARTNER_CLAIMS, "stadsbank", "Stadsbank", cents, due_on)
