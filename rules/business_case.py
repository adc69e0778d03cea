"""The mini-business-case: what the new way costs against what the regular way would have cost.

Everything is exact (fractions of cents); rounding happens only in :func:`shown_euros`. Definitions
(``docs/rules.md``):

- ``invested`` is the sum of the new way. It is money put in, so chance and overlap do not lower it.
- ``avoided`` sums the regular way: quantity · price · probability · (1 − deadweight). Of the lines in
  one overlap group the one with the highest mid value counts fully, the others for ``alpha``.
- ``saving`` = avoided − invested, from avoided(low) − invested(high) to avoided(high) − invested(low).
- ``return_per_euro`` = avoided / invested; ``payback_months`` = term_months · invested / avoided. With
  nothing to divide by there is no figure, and the figure says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from errors import Invalid
from rules.wording import Labelled, Reason, ReasonKind, round_half_up

POT = "pot"  # the party of the payout itself


class Side(Labelled):
    """The two ways that are compared."""

    NEW = "new", "doorbreken", "the new way"
    REGULAR = "regular", "doormodderen", "the regular way"


class LineRefused(Invalid):
    """A line of the business case cannot be computed with."""

    nl = "Deze regel klopt niet ({description}): {what_nl}."
    en = "This line is not right ({description}): {what_en}."


class ShareRefused(Invalid):
    """A share or factor is not an exact number from 0 to 1, or a term is not positive."""

    nl = "{name_nl} is een getal van 0 tot en met 1."
    en = "{name_en} is a number from 0 to 1."


class TermRefused(Invalid):
    """The term is not a positive whole number of months."""

    nl = "De looptijd is een heel aantal maanden van 1 of meer."
    en = "The term is a whole number of months, 1 or more."


class PriceYearUnknown(Invalid):
    """The consumer price index has no value for a year that is needed."""

    nl = "De prijsindex kent {year} niet. Vul de index aan, of geef een prijs van een ander jaar."
    en = "The price index does not know {year}. Complete the index, or give a price of another year."


class LineNotEvaluated(Invalid):
    """An evaluation says nothing about one of the regular lines."""

    nl = "Geef voor elke regel aan welk deel echt is vermeden. Het ontbreekt bij: {lines}."
    en = "Say for every line which share was really avoided. It is missing for: {lines}."


@dataclass(frozen=True, slots=True)
class Line:
    """One cost. Prices are per unit, in cents, at the level of ``price_year`` (``None``: the case's year).

    ``probability`` is the chance that it would have happened; it has no meaning on the new side.
    """

    side: Side
    party: str
    quantity: Fraction
    low_cents: int
    mid_cents: int
    high_cents: int
    probability: Fraction = Fraction(1)
    price_year: int | None = None
    overlap_group: str | None = None
    description: str = ""
    unit: str = ""
    source: str = ""
    confidence: str = "C"
    cashable: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """An amount in exact cents: low, mid, high."""

    low: Fraction = Fraction(0)
    mid: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        """The widest range of the difference: low against high, high against low."""
        return Range(self.low - other.high, self.mid - other.mid, self.high - other.low)

    def times(self, factor: Fraction) -> Range:
        """The range with each end multiplied by ``factor`` (at least 0)."""
        return Range(self.low * factor, self.mid * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Figure:
    """A quotient, or none and the reason why."""

    value: Fraction | None
    why_not: Reason | None = None


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line worked out: its value, with everything that was done to the price."""

    line: Line
    index_factor: Fraction
    overlap_factor: Fraction
    value: Range


@dataclass(frozen=True, slots=True)
class PartyResult:
    """What one party puts in and what it saves, in exact cents."""

    invests: Range
    collects: Range

    @property
    def net(self) -> Range:
        """Collects minus invests."""
        return self.collects - self.invests


@dataclass(frozen=True, slots=True)
class BusinessCase:
    """The whole sum."""

    term_months: int
    invested: Range
    avoided: Range
    saving: Range
    return_per_euro: Figure
    payback_months: Figure
    parties: Mapping[str, PartyResult]
    lines: tuple[LineResult, ...]


_NOTHING_INVESTED = ReasonKind(
    "nothing_invested",
    "Er is niets geïnvesteerd; een opbrengst per euro valt dan niet te geven.",
    "Nothing was invested, so there is no return per euro.",
)
_NOTHING_AVOIDED = ReasonKind(
    "nothing_avoided",
    "Er worden geen kosten vermeden; het geld verdient zich niet terug.",
    "No costs are avoided, so the money does not pay itself back.",
)


def compute(
    lines: Sequence[Line],
    *,
    term_months: int,
    alpha: Fraction,
    deadweight: Fraction,
    case_year: int | None = None,
    price_index: Mapping[int, Fraction] | None = None,
) -> BusinessCase:
    """Work out a business case; the order of lines does not matter for any figure.

    ``alpha`` is how much an overlapping line counts (0 to 1), ``deadweight`` the share that would have
    been avoided anyway. ``case_year`` and ``price_index`` are needed where a line has another price
    year. Raises :class:`LineRefused`, :class:`ShareRefused`, :class:`TermRefused` or
    :class:`PriceYearUnknown`.
    """
    if type(term_months) is not int or term_months < 1:
        raise TermRefused(field="term_months")
    _check_share("alpha", alpha, "Hoeveel overlap meetelt", "How much overlap counts")
    _check_share("deadweight", deadweight, "Wat toch al vermeden was", "What was avoided anyway")
    results = _work_out(lines, Fraction(alpha), Fraction(deadweight), case_year, price_index or {})
    invested = _sum(one.value for one in results if one.line.side is Side.NEW)
    avoided = _sum(one.value for one in results if one.line.side is Side.REGULAR)
    return BusinessCase(
        term_months=term_months,
        invested=invested,
        avoided=avoided,
        saving=avoided - invested,
        return_per_euro=return_per_euro(invested.mid, avoided.mid),
        payback_months=payback_months(invested.mid, avoided.mid, term_months),
        parties=_by_party(results),
        lines=results,
    )


def realised(
    lines: Sequence[Line],
    avoided_shares: Mapping[str, Fraction],
    *,
    term_months: int,
    alpha: Fraction,
    deadweight: Fraction,
    case_year: int | None = None,
    price_index: Mapping[int, Fraction] | None = None,
) -> BusinessCase:
    """The same sum with what an evaluation found: per regular line (by ``key``) the share really avoided.

    What was a chance beforehand is known now, so the share takes the place of the probability. Raises
    :class:`LineNotEvaluated` where a regular line has no share, and what :func:`compute` raises.
    """
    missing = [
        one.description or one.key
        for one in lines
        if one.side is Side.REGULAR and one.key not in avoided_shares
    ]
    if missing:
        raise LineNotEvaluated(lines=", ".join(missing))
    found = [
        replace(one, probability=avoided_shares[one.key]) if one.side is Side.REGULAR else one
        for one in lines
    ]
    return compute(
        found,
        term_months=term_months,
        alpha=alpha,
        deadweight=deadweight,
        case_year=case_year,
        price_index=price_index,
    )


def return_per_euro(invested: Fraction, avoided: Fraction) -> Figure:
    """Avoided per euro invested; no figure where nothing was invested."""
    return Figure(avoided / invested) if invested else Figure(None, _NOTHING_INVESTED())


def payback_months(invested: Fraction, avoided: Fraction, term_months: int) -> Figure:
    """After how many months the money has come back in avoided costs; no figure where none are avoided."""
    return Figure(term_months * invested / avoided) if avoided else Figure(None, _NOTHING_AVOIDED())


def index_factor(from_year: int, to_year: int, price_index: Mapping[int, Fraction]) -> Fraction:
    """By what a price of ``from_year`` is multiplied to be one of ``to_year``.

    Raises :class:`PriceYearUnknown`.
    """
    if from_year == to_year:
        return Fraction(1)
    for year in (from_year, to_year):
        if year not in price_index:
            raise PriceYearUnknown(year=year)
    return price_index[to_year] / price_index[from_year]


def add_parties(results: Iterable[Mapping[str, PartyResult]]) -> dict[str, PartyResult]:
    """Many cases' parties summed: the matrix of who invests and who collects, by party code.

    Outside the network a name is all there is: with or without capitals it is one party.
    """
    total: dict[str, PartyResult] = {}
    spelling: dict[str, str] = {}
    for parties in results:
        for written, one in parties.items():
            party = spelling.setdefault(written.casefold(), written)
            before = total.get(party, PartyResult(Range(), Range()))
            total[party] = PartyResult(before.invests + one.invests, before.collects + one.collects)
    return dict(sorted(total.items()))


def with_repayers(
    parties: Mapping[str, PartyResult], repaid_by_cents: Mapping[str, int]
) -> dict[str, PartyResult]:
    """The parties of a settled case: what the pot put in is shown with those who repay it.

    ``repaid_by_cents`` is what each party repays, names with or without capitals; a gift stays with the pot.
    """
    spelling = {party.casefold(): party for party in parties}
    moved: dict[str, Fraction] = {}
    for written, cents in repaid_by_cents.items():
        if cents:
            party = spelling.setdefault(written.casefold(), written)
            moved[party] = moved.get(party, Fraction(0)) + cents
    pot = parties.get(POT, PartyResult(Range(), Range()))
    rest = sum(moved.values(), Fraction(0))
    less = Range(pot.invests.low - rest, pot.invests.mid - rest, pot.invests.high - rest)
    shown = dict(parties) | {POT: PartyResult(less, pot.collects)}
    for party, part in moved.items():
        before = shown.get(party, PartyResult(Range(), Range()))
        shown[party] = PartyResult(before.invests + Range(part, part, part), before.collects)
    if shown[POT] == PartyResult(Range(), Range()):
        del shown[POT]
    return dict(sorted(shown.items()))


def shown_euros(cents: Fraction, decimals: int = 2) -> Decimal:
    """Exact cents as euros rounded half up: the only place where a business case is rounded."""
    return round_half_up(cents / 100, decimals)


def _work_out(
    lines: Sequence[Line],
    alpha: Fraction,
    deadweight: Fraction,
    case_year: int | None,
    price_index: Mapping[int, Fraction],
) -> tuple[LineResult, ...]:
    plain = [_plain(line, deadweight, case_year, price_index) for line in lines]
    leaders = _leaders(plain)
    results = []
    for position, one in enumerate(plain):
        group = one.line.overlap_group if one.line.side is Side.REGULAR else None
        factor = Fraction(1) if group is None or leaders[group] == position else alpha
        results.append(replace(one, overlap_factor=factor, value=one.value.times(factor)))
    return tuple(results)


def _plain(
    line: Line, deadweight: Fraction, case_year: int | None, price_index: Mapping[int, Fraction]
) -> LineResult:
    """The line's value before overlap is taken off."""
    _check_line(line)
    year = line.price_year
    indexed = Fraction(1) if year is None or case_year is None else index_factor(year, case_year, price_index)
    times = Fraction(line.quantity) * indexed
    if line.side is Side.REGULAR:
        times *= Fraction(line.probability) * (1 - deadweight)
    price = Range(Fraction(line.low_cents), Fraction(line.mid_cents), Fraction(line.high_cents))
    return LineResult(line=line, index_factor=indexed, overlap_factor=Fraction(1), value=price.times(times))


def _leaders(results: Sequence[LineResult]) -> dict[str, int]:
    """Per overlap group the position of the line that counts fully: the highest mid, ties by what it says."""
    leaders: dict[str, int] = {}
    for position, one in enumerate(results):
        group = one.line.overlap_group
        if group is None or one.line.side is not Side.REGULAR:
            continue
        if group not in leaders or _rank(one) < _rank(results[leaders[group]]):
            leaders[group] = position
    return leaders


def _rank(one: LineResult) -> tuple[Fraction, Fraction, Fraction, str, str, str]:
    return (
        -one.value.mid,
        -one.value.high,
        -one.value.low,
        one.line.party,
        one.line.description,
        one.line.key,
    )


def _by_party(results: Iterable[LineResult]) -> dict[str, PartyResult]:
    parties: dict[str, PartyResult] = {}
    for one in results:
        before = parties.get(one.line.party, PartyResult(Range(), Range()))
        if one.line.side is Side.NEW:
            parties[one.line.party] = replace(before, invests=before.invests + one.value)
        else:
            parties[one.line.party] = replace(before, collects=before.collects + one.value)
    return dict(sorted(parties.items()))


def _sum(ranges: Iterable[Range]) -> Range:
    return sum(ranges, Range())


def _check_line(line: Line) -> None:
    prices = (line.low_cents, line.mid_cents, line.high_cents)
    if any(type(price) is not int or price < 0 for price in prices) or sorted(prices) != list(prices):
        raise _refused(
            line, "laag, midden en hoog zijn hele centen, oplopend", "low ≤ mid ≤ high in whole cents"
        )
    if not _is_exact(line.quantity) or line.quantity < 0:
        raise _refused(line, "het aantal is een getal van 0 of meer", "the quantity is a number of 0 or more")
    if not _is_exact(line.probability) or not 0 <= line.probability <= 1:
        raise _refused(line, "de kans ligt tussen 0 en 1", "the probability is from 0 to 1")


def _refused(line: Line, what_nl: str, what_en: str) -> LineRefused:
    return LineRefused(description=line.description or line.party, what_nl=what_nl, what_en=what_en)


def _check_share(field: str, share: Fraction, name_nl: str, name_en: str) -> None:
    if not _is_exact(share) or not 0 <= share <= 1:
        raise ShareRefused(field=field, name_nl=name_nl, name_en=name_en)


def _is_exact(value: object) -> bool:
    return isinstance(value, (int, Fraction, Decimal)) and not isinstance(value, bool)
