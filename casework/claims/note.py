"""What a partner gets on paper to pay with: a note for one claim, or for everything that is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.accounts.find import Account, fund_account
from casework.claims.queries import claim_page
from casework.collections.tables import CollectionMandate
from casework.context import Work
from casework.documents.letter import Column, Grid, Letter, Payment, Sender, sayer
from casework.network.finance_contact import finance_contact
from casework.network.partners import partner_for
from casework.network.tables import Partner
from errors import NotFound
from ledger import book, tables
from ledger import claims as ledger_claims
from ledger.accounts import Account as LedgerAccount
from ledger.bank.references import Reference, claim_reference, statement_reference
from ledger.claims import Claim
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class ClaimToPay:
    """A claim with the reference that pays it."""

    claim: Claim
    reference: Reference


def claim_note(work: Work, *, reference: str, language: str) -> Letter:
    """The note of one claim on a partner.

    Raises :class:`errors.NotFound`, also for a claim that is not on a partner or not on one's own.
    """
    claim_page(work, reference)
    claim = ledger_claims.claim(work.session, network=work.network.code, reference=reference)
    if claim.account is not LedgerAccount.PARTNER_CLAIMS:
        raise NotFound()
    [one] = _with_references(work, (claim,))
    say = sayer(language)
    facts = (
        (say("Vordering", "Claim"), reference),
        (say("Casus", "Case"), claim.case),
        (say("Verrekening", "Settlement"), claim.settlement),
        (say("Ontstaan op", "Dates from"), f"{claim.raised_on:%d-%m-%Y}"),
    )
    cents, due_on = _asked(claim, work.today)
    payment = _payment(work, cents, one.reference)
    return _note(
        work,
        partner_for(work, claim.party),
        language,
        subject=say(f"Nota {reference}", f"Claim note {reference}"),
        facts=facts,
        tables=(_plan_grid(claim, language),) if claim.open_cents else (),
        payment=payment and replace(payment, due_on=due_on),
    )


def partner_note(work: Work, *, code: str, language: str) -> Letter:
    """One note of everything that is open on a partner, with the reference of each claim.

    Raises :class:`errors.NotFound`, also for a partner that is not one's own.
    """
    partner = partner_for(work, code)
    own = may_ever(work.actor, Permission.CLAIM_VIEW_OWN)
    if not may_ever(work.actor, Permission.CLAIM_VIEW) and not (
        own and code in work.actor.partner_codes(Role.REPRESENTATIVE)
    ):
        raise NotFound()
    return open_note(work, partner, language=language)


def open_note(work: Work, partner: Partner, *, language: str) -> Letter:
    """The same for the program itself, which asks nobody's leave."""
    say = sayer(language)
    claims = to_pay(work, partner.code)
    return _note(
        work,
        partner,
        language,
        subject=say(f"Openstaande vorderingen van {partner.name}", f"Open claims on {partner.name}"),
        tables=(open_grid(claims, language, collected=mandate_of(work, partner) is not None),)
        if claims
        else (),
        payment=pay_everything(work, partner, claims),
        several=len(claims) > 1,
    )


def pay_everything(work: Work, partner: Partner, claims: tuple[ClaimToPay, ...]) -> Payment | None:
    """What pays all of ``claims`` at once: by its own reference if there is one, else by the partner's."""
    total = sum(one.claim.open_cents for one in claims)
    if len(claims) == 1:
        return _payment(work, total, claims[0].reference)
    fund_id = book.fund_id_of(work.session.connection(), work.network.code)
    return _payment(work, total, statement_reference(fund_id=fund_id, partner_id=partner.id))


def to_pay(work: Work, code: str) -> tuple[ClaimToPay, ...]:
    """Every open claim on a partner, oldest due day first, with its reference."""
    found = ledger_claims.open_claims(
        work.session, network=work.network.code, account=LedgerAccount.PARTNER_CLAIMS, party=code
    )
    return _with_references(work, found)


def open_grid(claims: tuple[ClaimToPay, ...], language: str, *, collected: bool = False) -> Grid:
    """The table of open claims with due day, and with the reference of each unless they are collected."""
    say = sayer(language)
    reference = (
        say("Machtiging", "Mandate") if collected else say("Kenmerk bij betalen", "Reference when paying")
    )
    return Grid(
        say("Wat er openstaat", "What is open"),
        (
            Column(say("Vordering", "Claim")),
            Column(reference),
            Column(say("Vervalt op", "Due on"), "day"),
            Column(say("Open", "Open"), "money"),
        ),
        tuple(
            (
                one.claim.reference,
                say("wij incasseren", "we collect")
                if collected
                else one.reference.rf_spaced.replace(" ", "\u00a0"),
                ledger_claims.oldest_due_on(one.claim) or one.claim.due_on,
                one.claim.open_cents,
            )
            for one in claims
        ),
        (say("Samen", "Together"), "", None, sum(one.claim.open_cents for one in claims)),
    )


def sender_of(work: Work, language: str) -> Sender:
    """The network as it writes letters."""
    texts = work.policy.texts
    return Sender(work.network.name, texts.text("fund_name", language), (texts.text("contact", language),))


def address_of(work: Work, partner: Partner, language: str) -> tuple[str, ...]:
    """The lines of the address: the partner, and whom it is for."""
    contact = finance_contact(work.session, partner.id)
    if contact is None:
        return (partner.name,)
    return (partner.name, sayer(language)(f"t.a.v. {contact.name}", f"attn {contact.name}"))


def payment_of(account: Account, cents: int, reference: Reference) -> Payment:
    """What to pay into ``account``."""
    return Payment(cents, account.holder, account.iban, reference.rf, reference.digits)


def _note(
    work: Work,
    partner: Partner,
    language: str,
    *,
    subject: str,
    tables: tuple[Grid, ...],
    payment: Payment | None,
    facts: tuple[tuple[str, str], ...] = (),
    several: bool = False,
) -> Letter:
    """What every note has in common: whose it is, what is asked, and what it says when there is nothing."""
    say = sayer(language)
    mandate = mandate_of(work, partner)
    if not tables:
        words: tuple[str, ...] = ()
    elif mandate:
        words = (_collected(mandate, language),)
    elif several and payment:
        words = (work.policy.texts.text("claim_note", language), _together(language))
    else:
        words = (work.policy.texts.text("claim_note", language),)
    if tables and not mandate and payment is None:
        words = (*words, _no_account(language))
    greeting = say("Met vriendelijke groet,", "Kind regards,")
    return Letter(
        sender=sender_of(work, language),
        recipient=address_of(work, partner, language),
        dated=work.today,
        subject=subject,
        facts=facts,
        notice="" if tables else say("Er staat niets meer open.", "Nothing is open any more."),
        paragraphs=words,
        tables=tables,
        payment=payment if tables and not mandate else None,
        closing=(f"{greeting}\n{work.network.name}",),
    )


def _asked(claim: Claim, today: date) -> tuple[int, date | None]:
    """What of a claim is asked now: what is due, or else its next part; and since or until when."""
    parts = ledger_claims.open_parts(claim)
    if not parts:
        return 0, None
    due = [cents for due_on, cents in parts if due_on <= today]
    return sum(due) or parts[0][1], parts[0][0]


def _plan_grid(claim: Claim, language: str) -> Grid:
    """The open parts of a claim; one that has no plan is one row without a total."""
    say = sayer(language)
    parts = ledger_claims.open_parts(claim)
    names = [str(number) for number in range(1, len(parts) + 1)] if claim.instalments else [claim.reference]
    return Grid(
        say("Wanneer te betalen", "When to pay")
        if claim.instalments
        else say("Wat openstaat", "What is open"),
        (
            Column(say("Termijn", "Part") if claim.instalments else say("Vordering", "Claim")),
            Column(say("Vervalt op", "Due on"), "day"),
            Column(say("Nog open", "Open"), "money"),
        ),
        tuple((name, due_on, cents) for name, (due_on, cents) in zip(names, parts, strict=True)),
        (say("Samen", "Together"), None, claim.open_cents) if len(parts) > 1 else None,
    )


def _together(language: str) -> str:
    return sayer(language)(
        "Betaalt u alles in een keer? Gebruik dan het kenmerk onder de tabel. Betaalt u elke vordering "
        "apart? Gebruik dan het kenmerk dat ernaast staat.",
        "If you pay everything at once, use the reference below the table. If you pay each claim apart, use "
        "the reference beside it.",
    )


def _collected(mandate: CollectionMandate, language: str) -> str:
    hidden = f"{mandate.iban[:4]}\u00a0…\u00a0{mandate.iban[-4:]}"
    return sayer(language)(
        f"U hoeft niets over te maken. Wij schrijven dit bedrag op of kort na de vervaldag af van rekening "
        f"{hidden}, volgens machtiging {mandate.reference}.",
        f"You need not transfer anything. We collect this amount on or shortly after the due day from "
        f"account {hidden}, under mandate {mandate.reference}.",
    )


def _no_account(language: str) -> str:
    return sayer(language)(
        "Naar welke rekening u betaalt, hoort u van de penningmeester.",
        "The treasurer will tell you to which account to pay.",
    )


def mandate_of(work: Work, partner: Partner) -> CollectionMandate | None:
    """The mandate by which claims on ``partner`` are collected, if it gave one."""
    return work.session.scalar(
        select(CollectionMandate).where(
            CollectionMandate.partner_id == partner.id, CollectionMandate.state == "active"
        )
    )


def _payment(work: Work, cents: int, reference: Reference) -> Payment | None:
    account = fund_account(work.session, work.network.id, work.today)
    return payment_of(account, cents, reference) if account and cents else None


def _with_references(work: Work, claims: tuple[Claim, ...]) -> tuple[ClaimToPay, ...]:
    f, c = tables.fund.c, tables.claim.c
    rows = work.session.execute(
        select(c.reference, c.id, c.fund_id)
        .join_from(tables.claim, tables.fund, f.id == c.fund_id)
        .where(f.network == work.network.code, c.reference.in_([one.reference for one in claims]))
    )
    known = {row.reference: claim_reference(fund_id=row.fund_id, claim_id=row.id) for row in rows}
    return tuple(ClaimToPay(one, known[one.reference]) for one in claims)
