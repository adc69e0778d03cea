"""What partners paid in advance for the pot: per partner what it is owed, refunded in a batch or set off."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from casework.access import Permission
from casework.accounts.find import Account as BankAccount
from casework.accounts.find import partner_account
from casework.audit.record import record
from casework.cases.find import case_for
from casework.context import Work
from casework.fund.refusals import MoreThanClaimed, NotTheirClaim
from casework.fund.service import may_book
from casework.network.partners import partner_for
from casework.once import attempt
from casework.payout.fund_payments import advance_left
from casework.payout.refusals import FundPaymentKind, FundPaymentState, MoreThanOwed, PayoutMethod
from casework.payout.tables import FundPayment, Payout
from casework.settlement.service import after_repayment
from ledger import book
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.balances import subject_balances
from ledger.claims import Claim
from ledger.refusals import in_euros


@dataclass(frozen=True, slots=True)
class AdvanceOf:
    """What a partner is owed, in cents; ``asked_cents`` of it already waits to be refunded."""

    partner: str
    partner_name: str
    owed_cents: int
    asked_cents: int

    @property
    def left_cents(self) -> int:
        """What can still be refunded or set off."""
        return max(0, self.owed_cents - self.asked_cents)


@dataclass(frozen=True, slots=True)
class AdvancePage:
    """One partner's advances: what is left, which payments they were, and its open claims."""

    of: AdvanceOf
    account: BankAccount | None
    payouts: tuple[Payout, ...]
    claims: tuple[Claim, ...]


def advances(work: Work) -> tuple[AdvanceOf, ...]:
    """The partners that are owed something, by code."""
    may_book(work)
    owed = subject_balances(work.session, network=work.network.code, account=Account.PARTNER_ADVANCES)
    return tuple(_of(work, code, -cents) for code, cents in sorted(owed.items()))


def advance_page(work: Work, code: str) -> AdvancePage:
    """One partner's advances, also when nothing is left. Raises :class:`errors.NotFound`."""
    may_book(work)
    partner = partner_for(work, code)
    owed = subject_balances(work.session, network=work.network.code, account=Account.PARTNER_ADVANCES)
    paid = work.session.scalars(
        select(Payout)
        .where(
            Payout.network_id == work.network.id,
            Payout.method == PayoutMethod.ADVANCE.value,
            Payout.advanced_by == partner.id,
        )
        .order_by(Payout.id.desc())
    )
    claims = ledger_claims.open_claims(
        work.session, network=work.network.code, account=Account.PARTNER_CLAIMS, party=code
    )
    return AdvancePage(
        of=_of(work, code, -owed.get(code, 0)),
        account=partner_account(work.session, partner.id, work.today),
        payouts=tuple(paid),
        claims=tuple(claims),
    )


def set_off_advance(work: Work, *, partner: str, claim: str, amount_cents: int, key: str) -> str:
    """Set off (part of) what a partner paid in advance against an open claim on it.

    Gives the claim's reference. Raises :class:`MoreThanOwed`, :class:`NotTheirClaim`,
    :class:`MoreThanClaimed`.
    """
    may_book(work)
    payer = partner_for(work, partner)
    done = attempt(work, "advance.set_off", key, partner=partner, claim=claim, cents=amount_cents)
    if done.repeated:
        return done.result
    found = ledger_claims.claim(work.session, network=work.network.code, reference=claim)
    if found.account is not Account.PARTNER_CLAIMS or found.party != payer.code:
        raise NotTheirClaim(field="claim")
    case_for(work, found.case, Permission.FUND_BOOK, lock=True)  # before the fund, as everywhere
    book.lock_fund(work.session, network=work.network.code)
    left = advance_left(work, payer)
    if amount_cents > left:
        raise MoreThanOwed(field="amount", partner=payer.name, left=in_euros(left))
    found = ledger_claims.claim(work.session, network=work.network.code, reference=claim)
    if amount_cents > found.open_cents:
        raise MoreThanClaimed(field="amount", reference=claim, open=in_euros(found.open_cents))
    ledger_claims.set_off_advance(
        work.session,
        network=work.network.code,
        reference=claim,
        amount_cents=amount_cents,
        booked_on=work.today,
        cause=claim,
        key=key,
        recorded_at_utc=work.now_utc,
    )
    after_repayment(work, found.case)
    record(work, "advance.set_off", claim, amount_cents=amount_cents, partner=payer.code)
    work.session.flush()
    return done.finish(claim)


def _of(work: Work, code: str, owed_cents: int) -> AdvanceOf:
    partner = partner_for(work, code)
    asked = work.session.scalar(
        select(func.coalesce(func.sum(FundPayment.amount_cents), 0)).where(
            FundPayment.partner_id == partner.id,
            FundPayment.kind == FundPaymentKind.ADVANCE.value,
            FundPayment.state == FundPaymentState.WAITING.value,
        )
    )
    return AdvanceOf(code, partner.name, owed_cents, int(asked or 0))
