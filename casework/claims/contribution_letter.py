"""The invoice of a partner's yearly contribution, on paper."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.accounts.find import fund_account
from casework.claims.note import address_of, payment_of, sender_of
from casework.context import Work
from casework.documents.letter import Column, Grid, Letter, sayer
from casework.fund.invoices import invoice
from casework.fund.tables import ContributionInvoice
from casework.network.partners import partner_for
from errors import NotFound
from ledger import book
from ledger.bank.references import contribution_reference
from rules.roles import Role


def contribution_letter(work: Work, *, reference: str, language: str) -> Letter:
    """The invoice ``reference``; what was received on it since is taken off.

    Raises :class:`errors.NotFound`, also for an invoice to a partner that is not one's own.
    """
    found = invoice(work, reference)
    may_see_own = may_ever(work.actor, Permission.CLAIM_VIEW_OWN)
    own = may_see_own and found.partner in work.actor.partner_codes(Role.REPRESENTATIVE)
    if not own and not may_ever(work.actor, Permission.CLAIM_VIEW):
        raise NotFound()
    partner = partner_for(work, found.partner)
    say = sayer(language)
    account = fund_account(work.session, work.network.id, work.today)
    fund_id = book.fund_id_of(work.session.connection(), work.network.code)
    pays = contribution_reference(fund_id=fund_id, partner_id=partner.id, year=found.for_year)
    payment = None
    if account and found.open_cents:
        payment = replace(payment_of(account, found.open_cents, pays), due_on=found.due_on)
    rows: list[tuple[str, int]] = [
        (
            say(
                f"Bijdrage aan het fonds over {found.for_year}",
                f"Contribution to the fund for {found.for_year}",
            ),
            found.amount_cents,
        )
    ]
    if found.received_cents:
        rows.append((say("Al ontvangen", "Received already"), -found.received_cents))
    greeting = say("Met vriendelijke groet,", "Kind regards,")
    return Letter(
        sender=sender_of(work, language),
        recipient=address_of(work, partner, language),
        dated=found.invoiced_on,
        subject=say(f"Factuur {reference}", f"Invoice {reference}"),
        facts=(
            (say("Voor", "For"), partner.name),
            (say("Jaar", "Year"), str(found.for_year)),
            (say("Te betalen vóór", "To be paid by"), f"{found.due_on:%d-%m-%Y}"),
        ),
        notice="" if found.open_cents else say("Deze factuur is betaald.", "This invoice is paid."),
        tables=(
            Grid(
                say("Bijdrage", "Contribution"),
                (Column(say("Wat", "What")), Column(say("Bedrag", "Amount"), "money")),
                tuple(rows),
                (say("Te betalen", "To pay"), found.open_cents),
            ),
        ),
        payment=payment,
        closing=(f"{greeting}\n{work.network.name}",),
    )


def invoice_of(work: Work, partner_id: int, year: int) -> str:
    """The reference of a partner's invoice for a year; empty where none was made."""
    found = work.session.scalar(
        select(ContributionInvoice.reference).where(
            ContributionInvoice.partner_id == partner_id, ContributionInvoice.for_year == year
        )
    )
    return found or ""
