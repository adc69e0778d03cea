"""What was received and is owed back: to whom, since when, and the claims it can be set off against.

Money comes to stand here when a settlement on which something was repaid is undone to be settled anew. It
then stands under the reference of the claim that was repaid.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casework.context import Work
from casework.fund.refusals import MoreThanOwedBack, ReceiptNotFound
from ledger import book, tables
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.balances import subject_balances
from ledger.claims import Claim
from ledger.refusals import ClaimNotFound, in_euros


@dataclass(frozen=True, slots=True)
class OwedBack:
    """What is left of a receipt, in cents. ``claim`` is the claim it was paid on, if it was on one.

    ``since_on`` is the day of the entry since which something is owed; None when nothing is left.
    """

    subject: str
    amount_cents: int
    since_on: date | None
    claim: Claim | None

    @property
    def party_name(self) -> str:
        """Who is to get it; empty when that is not known."""
        return self.claim.party_name if self.claim else ""

    @property
    def partner(self) -> str:
        """The code of the partner that is to get it; empty when it is not a partner."""
        return self.claim.party if self.claim and self.claim.account is Account.PARTNER_CLAIMS else ""

    @property
    def case(self) -> str:
        """The case it was paid for; empty when that is not known."""
        return self.claim.case if self.claim else ""


def owed_back(work: Work) -> tuple[OwedBack, ...]:
    """Everything of which something is left, the longest owed first."""
    left = subject_balances(work.session, network=work.network.code, account=Account.SUSPENSE)
    since = _since(work, left)
    claimed = _claimed(work, left)
    found = [
        OwedBack(subject, -cents, since.get(subject), _claim(work, subject) if subject in claimed else None)
        for subject, cents in left.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.since_on or work.today, one.subject)))


def owed_back_on(work: Work, subject: str) -> OwedBack:
    """What is left under this reference, which may be nothing. Raises :class:`ReceiptNotFound`."""
    network = work.network.code
    every = subject_balances(work.session, network=network, account=Account.SUSPENSE, nonzero=False)
    if subject not in every:
        raise ReceiptNotFound(subject=subject)
    since = _since(work, [subject]).get(subject)
    return OwedBack(subject, -every[subject], since, _claim(work, subject))


def left_of(work: Work, subject: str, amount_cents: int) -> OwedBack:
    """What is left under this reference, locked until the transaction ends, to take ``amount_cents`` from.

    Raises :class:`ReceiptNotFound`, :class:`MoreThanOwedBack`.
    """
    book.lock_fund(work.session, network=work.network.code)
    owed = owed_back_on(work, subject)
    if amount_cents > owed.amount_cents:
        raise MoreThanOwedBack(field="amount", left=in_euros(owed.amount_cents))
    return owed


def claims_to_set_off(work: Work, owed: OwedBack) -> tuple[Claim, ...]:
    """The open claims on the party that is owed this, the first due first."""
    if owed.claim is None:
        return ()
    return ledger_claims.open_claims(
        work.session, network=work.network.code, account=owed.claim.account, party=owed.claim.party
    )


def _claimed(work: Work, subjects: Collection[str]) -> frozenset[str]:
    """Those of ``subjects`` that are the reference of a claim; most receipts come from a bank line."""
    c, f = tables.claim.c, tables.fund.c
    rows = work.session.scalars(
        select(c.reference)
        .join(tables.fund, f.id == c.fund_id)
        .where(f.network == work.network.code, c.reference.in_(subjects))
    )
    return frozenset(rows)


def _claim(work: Work, reference: str) -> Claim | None:
    try:
        return ledger_claims.claim(work.session, network=work.network.code, reference=reference)
    except ClaimNotFound:
        return None


def _since(work: Work, subjects: Collection[str]) -> dict[str, date]:
    """Per reference the day on which its balance last left zero."""
    e, f, lg = tables.entry.c, tables.fund.c, tables.leg.c
    rows = work.session.execute(
        select(lg.subject, lg.amount_cents, e.booked_on)
        .select_from(tables.leg.join(tables.entry, e.id == lg.entry_id).join(tables.fund, f.id == e.fund_id))
        .where(f.network == work.network.code, lg.account == Account.SUSPENSE.value, lg.subject.in_(subjects))
        .order_by(e.id)
    )
    standing: dict[str, int] = {}
    since: dict[str, date] = {}
    for subject, cents, booked_on in rows:
        before = standing.get(subject, 0)
        standing[subject] = before + cents
        if before == 0:
            since[subject] = booked_on
        elif standing[subject] == 0:
            since.pop(subject, None)
    return since
