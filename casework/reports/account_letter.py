"""A statement of account on paper: what was owed, what came and went, and how to pay what is open."""

from __future__ import annotations

from casework.claims.note import address_of, mandate_of, open_grid, pay_everything, sender_of, to_pay
from casework.context import Work
from casework.documents.letter import Column, Grid, Letter, sayer
from casework.fund.wording import kind_label
from casework.network.partners import partner_for
from casework.reports.account_statement import AccountFlow, AccountStatement, Card


def account_letter(work: Work, statement: AccountStatement, *, language: str) -> Letter:
    """The paper. In the year that runs it asks to pay what is open; later it only tells."""
    say = sayer(language)
    partner = partner_for(work, statement.partner_code)
    claims = to_pay(work, partner.code) if statement.open_claims else ()
    collected = mandate_of(work, partner) is not None
    payment = pay_everything(work, partner, claims) if claims and not collected else None
    tables = [summary_grid(statement, language)]
    if statement.owed.lines:
        tables.append(movements_grid(say("Vorderingen", "Claims"), statement.owed, language))
    if statement.contributed.lines or statement.contributed.opening_cents:
        tables.append(
            movements_grid(say("Inleg in het fonds", "Contributions"), statement.contributed, language)
        )
    if statement.advanced.lines or statement.advanced.opening_cents:
        caption = say("Voorgeschoten voor het fonds", "Advanced for the fund")
        tables.append(movements_grid(caption, statement.advanced, language))
    if claims:
        tables.append(open_grid(claims, language, collected=collected))
    until = f"{statement.until_on:%d-%m-%Y}"
    greeting = say("Met vriendelijke groet,", "Kind regards,")
    return Letter(
        sender=sender_of(work, language),
        recipient=address_of(work, partner, language),
        dated=work.today,
        subject=say(f"Rekeningoverzicht {statement.year}", f"Statement of account {statement.year}"),
        notice=say(
            f"Het jaar is nog bezig: dit is de stand op {until}.", f"The year still runs: as of {until}."
        )
        if statement.runs
        else "",
        paragraphs=(
            say(
                f"Dit overzicht laat zien wat {statement.partner_name} in {statement.year} aan het fonds "
                "schuldig was, wat daarvan terugkwam en wat openstaat.",
                f"This statement shows what {statement.partner_name} owed the fund in {statement.year}, what "
                "came back and what is open.",
            ),
        ),
        tables=tuple(tables),
        payment=payment,
        closing=(f"{greeting}\n{work.network.name}",),
    )


def summary_grid(statement: AccountStatement, language: str) -> Grid:
    """From what was open at the start to what is open at the end."""
    say = sayer(language)
    rows = [(say("Open aan het begin", "Open at the start"), statement.owed.opening_cents)]
    rows += [
        (flow.label(language).capitalize(), statement.flows[flow])
        for flow in AccountFlow
        if statement.flows[flow]
    ]
    return Grid(
        say("In het kort", "In short"),
        (Column(say("Wat", "What")), Column(say("Bedrag", "Amount"), "money")),
        tuple(rows),
        (say("Open aan het eind", "Open at the end"), statement.owed.closing_cents),
    )


def movements_grid(caption: str, card: Card, language: str) -> Grid:
    """Every movement with the balance after it."""
    say = sayer(language)
    opening = (None, say("Beginstand", "Opening balance"), "", None, card.opening_cents)
    rows = [
        (
            line.movement.booked_on,
            say(f"Teruggedraaid: {what}", f"Reversed: {what}") if line.movement.reversal else what,
            line.movement.subject if line.case else "",
            line.movement.amount_cents,
            line.balance_cents,
        )
        for line in card.lines
        for what in (kind_label(line.movement.kind, language),)
    ]
    return Grid(
        caption,
        (
            Column(say("Datum", "Date"), "day"),
            Column(say("Wat", "What")),
            Column(say("Vordering", "Claim")),
            Column(say("Bedrag", "Amount"), "money"),
            Column(say("Stand", "Balance"), "money"),
        ),
        (opening, *rows),
        (None, say("Eindstand", "Closing balance"), "", None, card.closing_cents),
    )
