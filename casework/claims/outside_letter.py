"""The claim letter to a party outside the network, on paper."""

from __future__ import annotations

from sqlalchemy import select

from casework.accounts.find import fund_account
from casework.context import Work
from casework.documents.letter import Letter, Payment, Sender, sayer
from casework.settlement.letters import LetterReason
from casework.settlement.tables import ClaimLetter
from ledger import tables
from ledger.bank.references import Reference, claim_reference
from ledger.claims import Claim
from rules.wording import show_cents


def outside_letter(work: Work, letter: ClaimLetter, claim: Claim) -> Letter:
    """``letter`` on ``claim`` as it is, or was, sent: in the words and with the account of that day.

    Nothing of the household or its story is in it: the party gets a reference, an amount and a term.
    """
    say = sayer(letter.language)
    texts = work.policy_on(letter.sent_on).texts
    account = fund_account(work.session, work.network.id, letter.sent_on)
    reference = _reference(work, claim)
    due_on = letter.due_on
    return Letter(
        sender=Sender(
            work.network.name,
            texts.text("fund_name", letter.language),
            (texts.text("contact", letter.language),),
        ),
        recipient=(letter.recipient, *letter.address.splitlines()),
        dated=letter.sent_on,
        subject=_subject(letter),
        facts=(
            (say("Ons kenmerk", "Our reference"), claim.reference),
            (say("Bedrag", "Amount"), show_cents(letter.amount_cents, letter.language)),
            (say("Uiterlijk te betalen op", "To be paid by"), f"{due_on:%d-%m-%Y}"),
        ),
        paragraphs=(
            texts.text("outside_letter", letter.language),
            say(
                f"Wilt u het bedrag uiterlijk op {due_on:%d-%m-%Y} betalen? Bent u het er niet mee eens? "
                "Schrijf ons dan voor die dag waarom.",
                f"Please pay the amount by {due_on:%d-%m-%Y}. If you do not agree, please write to us "
                "before that day to say why.",
            ),
        ),
        payment=None
        if account is None
        else Payment(
            letter.amount_cents,
            account.holder,
            account.iban,
            reference.rf,
            reference.digits,
            due_on=due_on,
        ),
        closing=(
            *(
                ()
                if account is not None
                else (
                    say(
                        "Naar welke rekening u betaalt, hoort u van onze penningmeester.",
                        "Our treasurer will tell you to which account to pay.",
                    ),
                )
            ),
            f"{say('Met vriendelijke groet,', 'Kind regards,')}\n{work.network.name}",
        ),
    )


def _subject(letter: ClaimLetter) -> str:
    say = sayer(letter.language)
    if letter.reason == LetterReason.REMINDER.value:
        return say("Herinnering: verzoek om vergoeding", "Reminder: request for reimbursement")
    return say("Verzoek om vergoeding", "Request for reimbursement")


def _reference(work: Work, claim: Claim) -> Reference:
    """The reference by which a payment of ``claim`` is recognised."""
    fund, row = tables.fund.c, tables.claim.c
    found = work.session.execute(
        select(row.id, row.fund_id)
        .join_from(tables.claim, tables.fund, fund.id == row.fund_id)
        .where(fund.network == work.network.code, row.reference == claim.reference)
    ).one()
    return claim_reference(fund_id=found.fund_id, claim_id=found.id)
