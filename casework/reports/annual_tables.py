"""The tables of the annual overview on paper."""

from __future__ import annotations

from fractions import Fraction

from casework.documents.letter import Column, Grid, sayer
from casework.reports.annual import AnnualOverview
from casework.reports.cases import FEWEST_SHOWN
from casework.reports.claims import RESIDENTS
from casework.reports.fund import FlowLabel
from rules.clock import AgeBucket
from rules.wording import round_half_up


def fund_grid(overview: AnnualOverview, language: str) -> Grid:
    """Opening, every flow, closing."""
    say, fund = sayer(language), overview.fund
    flows = [(flow, cents) for flow, cents in fund.flows_in.items()]
    flows += [(flow, -cents) for flow, cents in fund.flows_out.items()]
    closing = say("Eindstand", "Closing")
    if overview.is_running:
        closing = say("Nu", "Now")
    return Grid(
        "",
        (Column(say("Geld in en uit", "Money in and out")), Column(say("Bedrag", "Amount"), "money")),
        (
            (say("Beginstand op 1 januari", "Opening on 1 January"), fund.opening_cents),
            *((FlowLabel(flow.value).label(language).capitalize(), cents) for flow, cents in flows if cents),
        ),
        (closing, fund.closing_cents),
    )


def position_grid(overview: AnnualOverview, language: str) -> Grid:
    """What the closing is made of."""
    say, position = sayer(language), overview.fund.position
    return Grid(
        "",
        (Column(say("Waarvan", "Of which")), Column(say("Bedrag", "Amount"), "money")),
        (
            (say("Toegezegd", "Promised"), position.commitments_cents),
            (say("Voorgeschoten door partners", "Advanced by partners"), position.advances_cents),
            (
                say("Nog niet herkend of terug te betalen", "Not recognised, or to be paid back"),
                position.suspense_cents,
            ),
            (say("Buffer", "Buffer"), position.buffer_cents),
        ),
        (say("Beschikbaar", "Available"), position.available_cents),
    )


def parties_grid(overview: AnnualOverview, language: str) -> Grid:
    """Per party what it invests, what it saves, and the difference."""
    say = sayer(language)
    savings = overview.savings
    return Grid(
        "",
        (
            Column(say("Partij", "Party")),
            Column(say("Investeert", "Invests"), "money"),
            Column(say("Incasseert", "Collects"), "money"),
            Column(say("Verschil", "Net"), "money"),
        ),
        tuple(
            (
                one.party.label(language),
                _whole(one.result.invests.mid),
                _whole(one.result.collects.mid),
                _whole(one.result.net.mid),
            )
            for one in savings.parties
        ),
        (
            say("Samen", "Together"),
            _whole(savings.invested.mid),
            _whole(savings.avoided.mid),
            _whole(savings.saving.mid),
        ),
    )


def claims_grid(overview: AnnualOverview, language: str) -> Grid:
    """What is open per party, by days past the due date."""
    say, claims = sayer(language), overview.claims
    residents = say("Inwoners", "Residents")
    return Grid(
        say("Open vorderingen naar dagen na de vervaldag", "Open claims by days past the due date"),
        (
            Column(say("Wie", "Who")),
            *(Column(age.label(language), "money") for age in AgeBucket),
            Column(say("Samen", "Together"), "money"),
        ),
        tuple(
            (
                residents if one.party == RESIDENTS else one.name,
                *(one.by_age[age] for age in AgeBucket),
                one.open_cents,
            )
            for one in claims.parties
        ),
        (say("Samen", "Together"), *(claims.by_age[age] for age in AgeBucket), claims.open_cents),
    )


def left_by_outside_grid(overview: AnnualOverview, language: str) -> Grid | None:
    """What parties outside the network did not pay; ``None`` when there is nothing."""
    left = overview.cases.left_by_outside
    if not left:
        return None
    say = sayer(language)
    return Grid(
        say("Niet betaald door partijen buiten het netwerk", "Not paid by parties outside the network"),
        (
            Column(say("Partij", "Party")),
            Column(say("Verrekeningen", "Settlements"), "figure"),
            Column(say("Bedrag", "Amount"), "money"),
        ),
        tuple((one.party, str(one.settlements), one.amount_cents) for one in left),
    )


def breakdown_grids(overview: AnnualOverview, language: str) -> tuple[Grid, ...]:
    """Cases by characteristic; a small group says that it is small."""
    say = sayer(language)
    few = say(f"minder dan {FEWEST_SHOWN}", f"fewer than {FEWEST_SHOWN}")
    return tuple(
        Grid(
            one.characteristic.label(language).capitalize(),
            (
                Column(one.characteristic.label(language).capitalize()),
                Column(say("Casussen", "Cases"), "figure"),
                Column(say("Toegezegd", "Promised"), "money"),
            ),
            tuple(
                (
                    group.choice.label(language),
                    few if group.cases is None else str(group.cases),
                    group.approved_cents,
                )
                for group in one.groups
            ),
        )
        for one in overview.cases.breakdowns
        if one.groups
    )


def barriers_grid(overview: AnnualOverview, language: str) -> Grid:
    """On what the approved cases of the year stuck."""
    say = sayer(language)
    return Grid(
        "",
        (
            Column(say("Knelpunt", "Barrier")),
            Column(say("Casussen", "Cases"), "figure"),
            Column(say("Toegezegd", "Promised"), "money"),
            Column(say("Uitbetaald", "Paid out"), "money"),
        ),
        tuple(
            (
                " · ".join(part for part in (one.field.label(language), one.law) if part),
                str(one.cases),
                one.approved_cents,
                one.paid_cents,
            )
            for one in overview.barriers
        ),
    )


def _whole(value: Fraction) -> int:
    """Exact cents as whole ones, to be shown."""
    return int(round_half_up(value, 0))
