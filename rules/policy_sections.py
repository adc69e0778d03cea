"""The sections of policy that hold numbers: money, mandate, advice, terms, retention, business case.

Each section is frozen, checks itself when read (:meth:`from_document`) and writes itself back as a
JSON-able document (:meth:`to_document`); the two are each other's inverse. ``read`` does the same on a
:class:`~rules.policy_reader.Reader`, so that a whole file's problems can be gathered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Self

from errors import Invalid
from rules.mandate import MandateBand
from rules.policy_reader import Reader, cents_text, fraction_text


class Section(ABC):
    """What every section of policy can do."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def read(cls, reader: Reader) -> Self:
        """Read the section, noting problems in ``reader``."""

    @abstractmethod
    def to_document(self) -> dict[str, object]:
        """The section as JSON-able values: text, whole numbers, true/false, lists and tables."""

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """The section that ``document`` describes. Raises :class:`~rules.policy_reader.PolicyWrong`."""
        reader = Reader(document)
        section = cls.read(reader)
        reader.finish()
        reader.raise_if_wrong()
        return section


class PartnerWithoutWeight(Invalid):
    """The allocation key in force has no weight for a member."""

    nl = "De verdeelsleutel heeft geen gewicht voor {partners}. Vul de sleutel aan."
    en = "The allocation key has no weight for {partners}. Complete the key."


@dataclass(frozen=True, slots=True)
class Contribution(Section):
    """What each partner puts in a year, and by which day (``"01-31"``: month-day)."""

    per_partner_cents: int
    pay_by: str

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(per_partner_cents=reader.cents("per_partner"), pay_by=reader.day_of_year("pay_by"))

    def to_document(self) -> dict[str, object]:
        return {"per_partner": cents_text(self.per_partner_cents), "pay_by": self.pay_by}


@dataclass(frozen=True, slots=True)
class AllocationKey(Section):
    """The weights of a collective settlement; ``weights`` is ``None`` where every member weighs the same."""

    weights: Mapping[str, Fraction] | None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        if reader.has("weights") and reader.document["weights"] == "equal":
            return cls(weights=None)
        value = reader.take("weights")
        if not isinstance(value, Mapping):
            if value is not None:
                reader.wrong("weights", 'schrijf "equal" of een tabel.', 'write "equal" or a table.')
            return cls(weights=None)
        if not value:
            reader.wrong("weights", "de tabel is leeg.", "the table is empty.")
        return cls(weights=reader.table("weights", _read_weights))

    def to_document(self) -> dict[str, object]:
        if self.weights is None:
            return {"weights": "equal"}
        return {"weights": {code: fraction_text(weight) for code, weight in self.weights.items()}}

    def weights_for(self, members: Iterable[str]) -> dict[str, Fraction]:
        """The weight of each member, ready for :mod:`rules.allocation`.

        Raises :class:`PartnerWithoutWeight` where the key does not know a member.
        """
        codes = sorted(set(members))
        if self.weights is None:
            return dict.fromkeys(codes, Fraction(1))
        missing = [code for code in codes if code not in self.weights]
        if missing:
            raise PartnerWithoutWeight(partners=", ".join(missing))
        return {code: self.weights[code] for code in codes}


def _read_weights(reader: Reader) -> Mapping[str, Fraction]:
    weights = {}
    for code in reader.document:
        weights[code] = reader.fraction(code, low=0)
        if weights[code] == 0:
            reader.wrong(code, "een gewicht is meer dan nul.", "a weight is more than zero.")
    return MappingProxyType(dict(sorted(weights.items())))


@dataclass(frozen=True, slots=True)
class MandateSection(Section):
    """Amounts to quorum, and the days within which one household's requests count together."""

    bands: tuple[MandateBand, ...]
    members_above: int
    household_window_days: int

    @classmethod
    def read(cls, reader: Reader) -> Self:
        bands = reader.tables("bands", _read_band)
        limits = [band.up_to_cents for band in bands]
        quorums = [band.members for band in bands]
        if limits != sorted(set(limits)):
            reader.wrong(
                "bands", "zet de grenzen oplopend, elk één keer.", "put the limits in ascending order."
            )
        above = reader.whole("above", low=1, high=20)
        if [*quorums, above] != sorted([*quorums, above]):
            reader.wrong(
                "above",
                "een hoger bedrag vraagt niet minder leden dan een lager.",
                "a larger amount does not take fewer members than a smaller one.",
            )
        return cls(
            bands=bands,
            members_above=above,
            household_window_days=reader.whole("household_window_days", low=0, high=3660),
        )

    def to_document(self) -> dict[str, object]:
        return {
            "bands": [
                {
                    "up_to": cents_text(band.up_to_cents),
                    "members": band.members,
                    "reviewed_afterwards": band.reviewed_afterwards,
                }
                for band in self.bands
            ],
            "above": self.members_above,
            "household_window_days": self.household_window_days,
        }


def _read_band(reader: Reader) -> MandateBand:
    return MandateBand(
        up_to_cents=reader.cents("up_to", at_least=1),
        members=reader.whole("members", low=1, high=20),
        reviewed_afterwards=reader.flag("reviewed_afterwards", default=False),
    )


@dataclass(frozen=True, slots=True)
class AdviceSection(Section):
    """The thresholds of :func:`rules.triangle.advise`, and the scale of the scores."""

    minimum_per_value: Fraction
    minimum_mean: Fraction
    discuss_from_spread: int
    score_min: int
    score_max: int

    @classmethod
    def read(cls, reader: Reader) -> Self:
        known = len(reader.problems)
        low = reader.whole("score_min", low=0, high=1)
        high = reader.whole("score_max", low=2, high=10)
        if len(reader.problems) > known:
            low, high = 0, 10  # the scale itself is wrong: do not blame the thresholds for it
        return cls(
            minimum_per_value=reader.fraction("minimum_per_value", low=low, high=high),
            minimum_mean=reader.fraction("minimum_mean", low=low, high=high),
            discuss_from_spread=reader.whole("discuss_from_spread", low=1, high=10),
            score_min=low,
            score_max=high,
        )

    def to_document(self) -> dict[str, object]:
        return {
            "minimum_per_value": fraction_text(self.minimum_per_value),
            "minimum_mean": fraction_text(self.minimum_mean),
            "discuss_from_spread": self.discuss_from_spread,
            "score_min": self.score_min,
            "score_max": self.score_max,
        }


_TERM_DAYS = (
    "object_to_settlement",
    "pay_claim",
    "outside_party_pays",
    "commitment_expires",
    "give_information",
    "answer_evaluation",
    "escalate_to_ambassador",
    "escalate_to_executives",
    "settle_within",
)


@dataclass(frozen=True, slots=True)
class Terms(Section):
    """Terms in days (months for evaluations). ``remind_days`` count from a claim's due date."""

    object_to_settlement_days: int
    pay_claim_days: int
    outside_party_pays_days: int
    commitment_expires_days: int
    give_information_days: int
    answer_evaluation_days: int
    escalate_to_ambassador_days: int
    escalate_to_executives_days: int
    settle_within_days: int
    remind_days: tuple[int, ...]
    evaluate_months: tuple[int, ...]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        days = {f"{name}_days": reader.whole(f"{name}_days", low=1, high=3660) for name in _TERM_DAYS}
        if days["escalate_to_executives_days"] <= days["escalate_to_ambassador_days"]:
            reader.wrong(
                "escalate_to_executives_days",
                "bestuurders komen na de ambassadeur.",
                "executives come after the ambassador.",
            )
        return cls(
            **days,
            remind_days=reader.wholes("remind_days", low=-60, high=365),
            evaluate_months=reader.wholes("evaluate_months", low=1, high=60),
        )

    def to_document(self) -> dict[str, object]:
        document: dict[str, object] = {f"{name}_days": getattr(self, f"{name}_days") for name in _TERM_DAYS}
        return document | {
            "remind_days": list(self.remind_days),
            "evaluate_months": list(self.evaluate_months),
        }


@dataclass(frozen=True, slots=True)
class Retention(Section):
    """How long what is kept: case texts and books in years, withdrawn requests in weeks."""

    case_text_years: int
    books_years: int
    withdrawn_weeks: int

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            case_text_years=reader.whole("case_text_years", low=1, high=30),
            books_years=reader.whole("books_years", low=7, high=30),
            withdrawn_weeks=reader.whole("withdrawn_weeks", low=1, high=520),
        )

    def to_document(self) -> dict[str, object]:
        return {
            "case_text_years": self.case_text_years,
            "books_years": self.books_years,
            "withdrawn_weeks": self.withdrawn_weeks,
        }


@dataclass(frozen=True, slots=True)
class FundSection(Section):
    """What the fund always keeps back."""

    buffer_cents: int

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(buffer_cents=reader.cents("buffer"))

    def to_document(self) -> dict[str, object]:
        return {"buffer": cents_text(self.buffer_cents)}


@dataclass(frozen=True, slots=True)
class BusinessCaseSection(Section):
    """What a mini-business-case starts from: term, overlap (alpha), deadweight and the price of an hour."""

    term_months: int
    alpha: Fraction
    deadweight: Fraction
    hour_rate_cents: int
    hour_rate_price_year: int

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            term_months=reader.whole("term_months", low=1, high=240),
            alpha=reader.fraction("alpha", low=0, high=1),
            deadweight=reader.fraction("deadweight", low=0, high=1),
            hour_rate_cents=reader.cents("hour_rate"),
            hour_rate_price_year=reader.whole("hour_rate_price_year", low=1990, high=2100),
        )

    def to_document(self) -> dict[str, object]:
        return {
            "term_months": self.term_months,
            "alpha": fraction_text(self.alpha),
            "deadweight": fraction_text(self.deadweight),
            "hour_rate": cents_text(self.hour_rate_cents),
            "hour_rate_price_year": self.hour_rate_price_year,
        }


@dataclass(frozen=True, slots=True)
class PriceIndex(Section):
    """The consumer price index per year; only the ratio of two years is ever used."""

    index: Mapping[int, Fraction]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(index=reader.table("index", _read_index))

    def to_document(self) -> dict[str, object]:
        return {"index": {str(year): fraction_text(value) for year, value in self.index.items()}}


def _read_index(reader: Reader) -> Mapping[int, Fraction]:
    index = {}
    for year in reader.document:
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            reader.has(year)
            reader.wrong(year, "schrijf een jaartal van vier cijfers.", "write a year of four digits.")
            continue
        index[int(year)] = reader.fraction(year, low=Fraction(1, 100))
    if not index:
        reader.wrong(None, "er staat geen enkel jaar in.", "there is not a single year in it.")
    return MappingProxyType(dict(sorted(index.items())))
