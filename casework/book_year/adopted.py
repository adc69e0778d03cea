"""The overview as it was adopted, beside what the same year would come to now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from casework.book_year.queries import names_of
from casework.book_year.refusals import NothingAdopted
from casework.book_year.state import known_year
from casework.book_year.tables import AdoptedOverview
from casework.context import Work
from casework.reports.annual import AnnualOverview, KeyFigures, for_executives
from casework.reports.as_json import overview_json
from ledger.closing import YearAct
from rules.business_case import Figure
from rules.wording import Labelled

Document = Mapping[str, Any]
# Where the document has the figures that are shown: money in cents, rates and hours as decimals, counts.
_FIGURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("opening", "money", ("fund", "opening_cents")),
    ("in", "money", ("fund", "in_cents")),
    ("out", "money", ("fund", "out_cents")),
    ("closing", "money", ("fund", "closing_cents")),
    ("given_up", "money", ("fund", "given_up_cents")),
    ("revolving_rate", "rate", ("fund", "revolving_rate")),
    ("claims_open", "money", ("claims", "open_cents")),
    ("approved", "count", ("cases", "approved")),
    ("median_hours", "hours", ("speed", "to_decision", "median_hours")),
    ("settled_in_time", "rate", ("speed", "settled_in_time")),
    ("saving", "money", ("savings", "saving_cents", "mid")),
    ("return_per_euro", "per_euro", ("savings", "return_per_euro")),
)


class FigureLabel(Labelled):
    """What a figure of the adopted overview is called."""

    OPENING = "opening", "kas bij het begin", "cash at the start"
    IN = "in", "binnengekomen", "came in"
    OUT = "out", "uitgegaan", "went out"
    CLOSING = "closing", "kas aan het eind", "cash at the end"
    GIVEN_UP = "given_up", "giften en afboekingen", "gifts and write-offs"
    REVOLVING_RATE = "revolving_rate", "van de uitbetalingen kwam terug", "of payouts came back"
    CLAIMS_OPEN = "claims_open", "openstaande vorderingen", "open claims"
    APPROVED = "approved", "gehonoreerde casussen", "approved cases"
    MEDIAN_HOURS = "median_hours", "van vraag tot besluit", "from request to decision"
    SETTLED_IN_TIME = "settled_in_time", "op tijd verrekend", "settled in time"
    SAVING = "saving", "verwachte besparing", "expected saving"
    RETURN_PER_EURO = "return_per_euro", "terug per geïnvesteerde euro", "return per euro invested"


@dataclass(frozen=True, slots=True)
class AdoptedFigure:
    """One figure as adopted and as it comes out now. ``kind`` is money (cents), count, rate, hours or
    per_euro (euros); None where there was nothing to divide by."""

    label: FigureLabel
    kind: str
    adopted: int | Decimal | None
    now: int | Decimal | None

    @property
    def differs(self) -> bool:
        """Whether something that happened since has moved it."""
        return self.adopted != self.now


@dataclass(frozen=True, slots=True)
class AdoptedView:
    """When and by whom the year was adopted, the head of the chain then, and its figures."""

    year: int
    adopted_at_utc: datetime
    names: tuple[str, ...]
    head_hash: str
    figures: tuple[AdoptedFigure, ...]

    @property
    def differing(self) -> tuple[AdoptedFigure, ...]:
        """The figures that come out differently now."""
        return tuple(one for one in self.figures if one.differs)


def adopted_view(work: Work, overview: AnnualOverview) -> AdoptedView | None:
    """How the year of ``overview`` was adopted; None when it was not."""
    kept = work.session.get(AdoptedOverview, (work.network.id, overview.year))
    if kept is None:
        return None
    now = overview_json(for_executives(overview))
    acts = known_year(work, overview.year).acts
    people = next((act.people for act in reversed(acts) if act.act is YearAct.ADOPTED), ())
    return AdoptedView(
        year=overview.year,
        adopted_at_utc=kept.adopted_at_utc,
        names=names_of(work, people),
        head_hash=kept.head_hash,
        figures=tuple(
            AdoptedFigure(FigureLabel(code), kind, _read(kept.document, path), _read(now, path))
            for code, kind, path in _FIGURES
        ),
    )


def adopted_document(work: Work, year: int) -> dict[str, Any]:
    """The document that was adopted, with when it was and the head of the chain. Raises NothingAdopted."""
    kept = work.session.get(AdoptedOverview, (work.network.id, year))
    if kept is None:
        raise NothingAdopted(year=year)
    return {
        "adopted_at_utc": kept.adopted_at_utc.isoformat(),
        "head_hash": kept.head_hash,
        "overview": kept.document,
    }


def adopted_key_figures(work: Work, now: KeyFigures) -> KeyFigures:
    """The key figures of the year of ``now`` as they were adopted; ``now`` itself where it was not."""
    kept = work.session.get(AdoptedOverview, (work.network.id, now.year))
    if kept is None:
        return now
    fund, speed, cases = (kept.document[part] for part in ("fund", "speed", "cases"))
    return KeyFigures(
        year=now.year,
        revolving_rate=_figure(fund, "revolving_rate", now.revolving_rate),
        return_per_euro=_figure(kept.document["savings"], "return_per_euro", now.return_per_euro),
        median_hours=_hours(speed["to_decision"]["median_hours"]),
        slowest_hours=_hours(speed["to_decision"]["slowest_tenth_hours"]),
        settled_in_time=_figure(speed, "settled_in_time", now.settled_in_time),
        payouts_cents=fund["payouts_cents"],
        repayments_cents=fund["repayments_cents"],
        approved=cases["approved"],
    )


def _figure(document: Document, name: str, now: Figure) -> Figure:
    """The exact quotient that was kept; none where there was none, for the reason there still is."""
    exact = document[f"{name}_exact"]
    return Figure(None, now.why_not) if exact is None else Figure(Fraction(exact))


def _hours(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _read(document: Document, path: tuple[str, ...]) -> int | Decimal | None:
    """The figure at ``path``: whole numbers as they are, decimals exactly."""
    found: Any = document
    for name in path:
        found = found[name]
    return Decimal(found) if isinstance(found, str) else found
