"""What matching goes by, read from the book and from casework as they stand now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import exists, select

from casework.accounts.find import partner_ibans
from casework.cases.tables import Case
from casework.context import Work
from casework.fund.queries import contributions_of_year
from casework.fund.tables import ContributionInvoice
from casework.network.tables import Partner
from casework.payout.tables import FundPayment, PaymentBatch, PaymentBatchLine, Payout
from ledger import book
from ledger import claims as ledger_claims
from ledger import tables as ledger_tables
from ledger.accounts import Account
from ledger.balances import subject_balances
from ledger.bank.matching_facts import (
    AccountFact,
    ClaimFact,
    CollectedFact,
    ContributionFact,
    Facts,
    MatchKind,
    MatchRule,
    PaymentFact,
    partner_payer,
)
from ledger.bank.tables import bank_booking, bank_line, bank_statement

CAN_COME_BACK = timedelta(days=400)  # a collection can be reversed for thirteen months
_PAYING = (MatchKind.REPAYMENT.value, MatchKind.CONTRIBUTION.value)
_AT_ONCE = 500


@dataclass
class Remembered:
    """Texts that were decrypted before and never change: kept from one reading of the facts to the next."""

    payees: dict[str, tuple[str, str]] = field(default_factory=dict)  # iban and name, by payment
    payers: dict[int, str] = field(default_factory=dict)  # iban, by line


def facts_of(work: Work, remembered: Remembered | None = None) -> Facts:
    """Everything matching goes by, now."""
    remembered = remembered or Remembered()
    connection = work.session.connection()
    work.session.flush()
    claims = _claims(work)
    partners = work.session.execute(
        select(Partner.id, Partner.code, Partner.name).where(Partner.network_id == work.network.id)
    ).all()
    names = {claim.payer: claim.party_name for claim in claims}
    names |= {partner_payer(one.code): one.name for one in partners}
    under_way, paid = _payments(work, remembered)
    return Facts(
        fund_id=book.fund_id_of(connection, work.network.code),
        claims=claims,
        contributions=_contributions(work, {one.code: one.id for one in partners}),
        under_way=under_way,
        paid=paid,
        collected=_collected(work),
        accounts=_accounts(work, remembered),
        partners={one.id: one.code for one in partners},
        names=names,
    )


def _claims(work: Work) -> tuple[ClaimFact, ...]:
    c, f = ledger_tables.claim.c, ledger_tables.fund.c
    rows = dict(
        work.session.execute(
            select(c.reference, c.id)
            .join(ledger_tables.fund, f.id == c.fund_id)
            .where(f.network == work.network.code)
        ).all()
    )
    return tuple(
        ClaimFact(
            row=rows[one.reference],
            reference=one.reference,
            account=one.account,
            party=one.party,
            party_name=one.party_name,
            case=one.case,
            open_cents=one.open_cents,
            due_on=ledger_claims.oldest_due_on(one) or one.due_on,
            parts=tuple(cents for _due, cents in ledger_claims.open_parts(one)) if one.instalments else (),
            raised_on=one.raised_on,
        )
        for one in ledger_claims.open_claims(work.session, network=work.network.code)
    )


def _contributions(work: Work, rows: dict[str, int]) -> tuple[ContributionFact, ...]:
    """What is still expected for this year, and for other years that an invoice was made for."""
    invoiced = work.session.scalars(
        select(ContributionInvoice.for_year)
        .where(ContributionInvoice.network_id == work.network.id)
        .distinct()
    )
    return tuple(
        ContributionFact(rows[one.partner], one.partner, one.partner_name, year, one.open_cents)
        for year in sorted({work.today.year, *invoiced})
        for one in contributions_of_year(work, year)
        if one.open_cents
    )


def _payments(work: Work, remembered: Remembered) -> tuple[tuple[PaymentFact, ...], tuple[PaymentFact, ...]]:
    """What is on its way by 1150, and what was debited not long ago."""
    on_the_way = subject_balances(work.session, network=work.network.code, account=Account.IN_TRANSIT)
    since = work.today - CAN_COME_BACK
    payouts = work.session.execute(
        select(Payout.reference, Payout.amount_cents, Payout.state, Case.number)
        .join(Case, Case.id == Payout.case_id)
        .where(
            Payout.network_id == work.network.id,
            Payout.reference.in_(on_the_way)
            | ((Payout.state == "paid") & (Payout.paid_on >= since) & (Payout.method == "bank")),
        )
    ).all()
    others = work.session.execute(
        select(FundPayment.reference, FundPayment.amount_cents, FundPayment.state).where(
            FundPayment.network_id == work.network.id,
            FundPayment.reference.in_(on_the_way)
            | ((FundPayment.state == "paid") & (FundPayment.paid_on >= since)),
        )
    ).all()
    cases = {row.reference: row.number for row in payouts}
    known = {row.reference: row for row in (*payouts, *others)}
    _remember_payees(work, remembered, known)
    batches = _batches(work, on_the_way)

    def fact(reference: str, cents: int) -> PaymentFact:
        iban, name = remembered.payees.get(reference, ("", ""))
        return PaymentFact(reference, cents, iban, name, cases.get(reference, ""), batches.get(reference, ""))

    under_way = tuple(fact(reference, -cents) for reference, cents in on_the_way.items())
    paid = tuple(fact(ref, row.amount_cents) for ref, row in known.items() if row.state == "paid")
    return under_way, paid


def _remember_payees(work: Work, remembered: Remembered, wanted: Iterable[str]) -> None:
    new = sorted(set(wanted) - remembered.payees.keys())
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        for table in (Payout, FundPayment):
            rows = work.session.execute(
                select(table.reference, table.payee_iban, table.payee_name).where(
                    table.network_id == work.network.id, table.reference.in_(some)
                )
            )
            remembered.payees |= {row.reference: (row.payee_iban, row.payee_name) for row in rows}


def _batches(work: Work, references: Iterable[str]) -> dict[str, str]:
    """The message id of the file in which each payment went to the bank."""
    wanted = list(references)
    found: dict[str, str] = {}
    for reference, on in (
        (Payout.reference, Payout.id == PaymentBatchLine.payout_id),
        (FundPayment.reference, FundPayment.id == PaymentBatchLine.fund_payment_id),
    ):
        rows = work.session.execute(
            select(reference, PaymentBatch.message_id)
            .select_from(PaymentBatchLine)
            .join(PaymentBatch, PaymentBatch.id == PaymentBatchLine.batch_id)
            .join(reference.class_, on)
            .where(
                PaymentBatch.network_id == work.network.id,
                PaymentBatchLine.live.is_(True),
                PaymentBatch.message_id.is_not(None),
                reference.in_(wanted),
            )
        )
        found |= {row[0]: row[1] or "" for row in rows}
    return found


def _accounts(work: Work, remembered: Remembered) -> tuple[AccountFact, ...]:
    """Accounts on record, and those that recognised receipts came from."""
    on_record = [
        AccountFact(iban, partner_payer(code), on_record=True)
        for iban, code in partner_ibans(work.session, work.network.id).items()
    ]
    b, c, ln = bank_booking.c, ledger_tables.claim.c, bank_line.c
    s, f = bank_statement.c, ledger_tables.fund.c
    rows = work.session.execute(
        select(ln.id, b.kind, b.subject, c.account, c.party)
        .select_from(bank_booking)
        .join(bank_line, ln.id == b.line_id)
        .join(bank_statement, s.id == ln.statement_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .outerjoin(ledger_tables.claim, (c.fund_id == f.id) & (c.reference == b.subject))
        .where(
            f.network == work.network.code,
            b.kind.in_(_PAYING),
            b.undone_by.is_(None),
            ln.booked_on >= work.today - 2 * CAN_COME_BACK,
        )
    ).all()
    payers: dict[int, set[str]] = {}
    for row in rows:
        contribution = row.kind == MatchKind.CONTRIBUTION.value
        payer = partner_payer(row.subject.partition(":")[0]) if contribution else f"{row.account}:{row.party}"
        payers.setdefault(row.id, set()).add(payer)
    _remember_payers(work, remembered, payers)
    uses = Counter(
        (remembered.payers[line], next(iter(who))) for line, who in payers.items() if len(who) == 1
    )
    learned = [AccountFact(iban, payer, uses=count) for (iban, payer), count in uses.items() if iban]
    recorded = {one.iban for one in on_record}
    return (*on_record, *(one for one in learned if one.iban not in recorded))


def _remember_payers(work: Work, remembered: Remembered, wanted: Iterable[int]) -> None:
    new = sorted(set(wanted) - remembered.payers.keys())
    for start in range(0, len(new), _AT_ONCE):
        query = select(bank_line.c.id, bank_line.c.counter_iban).where(
            bank_line.c.id.in_(new[start : start + _AT_ONCE])
        )
        remembered.payers |= {row.id: row.counter_iban for row in work.session.execute(query)}


def _collected(work: Work) -> tuple[CollectedFact, ...]:
    b, ln, s = bank_booking.c, bank_line.c, bank_statement.c
    e, f = ledger_tables.entry.c, ledger_tables.fund.c
    rows = work.session.execute(
        select(ln.end_to_end_id, b.subject, b.amount_cents, b.id)
        .select_from(bank_booking)
        .join(bank_line, ln.id == b.line_id)
        .join(bank_statement, s.id == ln.statement_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(
            f.network == work.network.code,
            b.kind == MatchKind.REPAYMENT.value,
            b.rule == MatchRule.END_TO_END.value,
            b.undone_by.is_(None),
            ~exists().where(e.reverses == b.entry_id),  # taken back by the bank already
            ln.booked_on >= work.today - CAN_COME_BACK,
        )
    )
    return tuple(CollectedFact(row.end_to_end_id, row.subject, row.amount_cents, row.id) for row in rows)
