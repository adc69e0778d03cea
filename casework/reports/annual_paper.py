"""The annual overview on paper: the same figures as page and spreadsheet, with the page's own drawings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from casework.documents.letter import Column, Grid, Sender, grid_data, sayer, sender_data
from casework.documents.render import Data, render
from casework.reports.annual import AnnualOverview
from casework.reports.annual_tables import (
    barriers_grid,
    breakdown_grids,
    claims_grid,
    fund_grid,
    left_by_outside_grid,
    parties_grid,
    position_grid,
)
from rules.wording import round_half_up, show_cents, show_number

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a drawing (SVG with a description in it, or empty) and tables."""

    heading: str
    drawing: str
    tables: tuple[Grid, ...]


def annual_pdf(
    overview: AnnualOverview, sender: Sender, *, drawings: Mapping[str, str], language: str
) -> bytes:
    """The overview as a tagged PDF. ``drawings`` are the page's charts by name: fund, parties, claims.

    Raises :class:`casework.documents.refusals.DocumentNotMade`.
    """
    say = sayer(language)
    zone = ZoneInfo(overview.time_zone)
    data: dict[str, Data] = {
        "sender": sender_data(sender),
        "title": say(f"Jaaroverzicht {overview.year}", f"Annual overview {overview.year}"),
        "state": _state(overview, overview.as_of_utc.astimezone(zone), language),
        "figures": [list(figure) for figure in key_figures(overview, language)],
        "sections": [_section(one) for one in _sections(overview, drawings, language)],
    }
    return render("annual", data, language, made_at_utc=overview.as_of_utc)


def key_figures(overview: AnnualOverview, language: str) -> tuple[tuple[str, str], ...]:
    """The few figures on top, as (name, value); a dash where there is none."""
    say, found = sayer(language), overview.key_figures
    per_euro = found.return_per_euro.value
    return (
        (
            say("Elke geïnvesteerde euro levert op", "Each euro invested returns"),
            "–" if per_euro is None else show_cents(int(round_half_up(per_euro * 100, 0)), language),
        ),
        (say("De pot draait rond", "The fund revolves"), _percent(found.revolving_rate.value, language)),
        (say("Van vraag tot besluit", "From request to decision"), _hours(found.median_hours, language)),
        (say("Op tijd verrekend", "Settled in time"), _percent(found.settled_in_time.value, language)),
    )


def _sections(overview: AnnualOverview, drawings: Mapping[str, str], language: str) -> tuple[Section, ...]:
    say = sayer(language)
    cases = overview.cases
    counted = Grid(
        "",
        (Column(say("Casussen", "Cases")), Column(say("Aantal", "Number"), "figure")),
        (
            (say("Ingediend", "Submitted"), str(cases.submitted)),
            (say("Gehonoreerd", "Approved"), str(cases.approved)),
            (say("Niet gehonoreerd", "Declined"), str(cases.declined)),
        ),
    )
    outside = left_by_outside_grid(overview, language)
    return (
        Section(
            say("Van beginstand naar eindstand", "From opening to closing"),
            drawings.get("fund", ""),
            (fund_grid(overview, language), position_grid(overview, language)),
        ),
        Section(
            say("Wie investeert en wie incasseert", "Who invests and who collects"),
            drawings.get("parties", ""),
            (parties_grid(overview, language),),
        ),
        Section(
            say("Nog terug te komen", "Still to come back"),
            drawings.get("claims", ""),
            (claims_grid(overview, language), *((outside,) if outside else ())),
        ),
        Section(say("Casussen", "Cases"), "", (counted, *breakdown_grids(overview, language))),
        Section(
            say("Wat u kunt wegnemen", "What you can take away"), "", (barriers_grid(overview, language),)
        ),
    )


def _section(one: Section) -> dict[str, Data]:
    return {
        "heading": one.heading,
        "drawing": one.drawing,
        "alt": _described(one.drawing),
        "tables": [grid_data(grid) for grid in one.tables],
    }


def _described(svg: str) -> str:
    """The words of a drawing for who cannot see it, as the page has them."""
    if not svg:
        return ""
    root = ET.fromstring(svg)  # noqa: S314  # made by our own renderer a moment ago
    return " ".join(root.findtext(f"{_SVG}{name}") or "" for name in ("title", "desc")).strip()


def _state(overview: AnnualOverview, seen: datetime, language: str) -> str:
    as_of = sayer(language)("Stand van", "As of")
    return f"{as_of} {seen:%d-%m-%Y %H:%M} · {overview.fund.state.label(language)}"


def _percent(value: Fraction | None, language: str) -> str:
    return "–" if value is None else f"{show_number(value * 100, language, 0)}%"


def _hours(value: Fraction | None, language: str) -> str:
    word = sayer(language)("uur", "hours")
    return "–" if value is None else f"{show_number(value, language, 1)} {word}"
