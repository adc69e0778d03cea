"""The value triangle: members' scores to an advice, with its reasons. People decide; this only advises.

In this order (``domain.md``: the Waardendriehoek of the Instituut voor Publieke Waarden):

1. ``discuss`` where two members differ by ``discuss_from_spread`` or more on one value;
2. ``approve`` where every value's mean reaches ``minimum_per_value`` and the mean of the three means
   reaches ``minimum_mean``;
3. ``decline``, with another route for the resident, in every other case.

All numbers are policy (:class:`rules.policy_sections.Advice`). Means are exact fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from errors import Invalid
from rules.wording import Labelled, Reason, ReasonKind


class Value(Labelled):
    """The three values every case is weighed on."""

    LEGITIMACY = "legitimacy", "legitimiteit", "legitimacy"
    YIELD = "yield_", "rendement", "yield"
    INVOLVEMENT = "involvement", "betrokkenheid", "involvement"


class AdviceOutcome(Labelled):
    """What the scores advise."""

    DISCUSS = "discuss", "bespreken", "discuss"
    APPROVE = "approve", "honoreren", "approve"
    DECLINE = "decline", "niet honoreren, met een andere route", "decline, with another route"


class AdviceTerms(Protocol):
    """The numbers the advice needs; policy's ``advice`` section has them."""

    @property
    def minimum_per_value(self) -> Fraction: ...
    @property
    def minimum_mean(self) -> Fraction: ...
    @property
    def discuss_from_spread(self) -> int: ...
    @property
    def score_min(self) -> int: ...
    @property
    def score_max(self) -> int: ...


class NoAssessments(Invalid):
    """There is nothing to compute an advice from."""

    nl = "Er is nog geen beoordeling. Geef eerst uw eigen scores."
    en = "There is no assessment yet. Give your own scores first."


class ScoreOutOfRange(Invalid):
    """A score is missing, not a whole number, or outside the scale."""

    nl = "Geef voor {value_nl} een heel cijfer van {low} tot en met {high}."
    en = "Give a whole score from {low} to {high} for {value_en}."


class AssessedTwice(Invalid):
    """One member appears twice among the assessments."""

    nl = "{member} heeft al beoordeeld. Wijzig die beoordeling in plaats van een nieuwe te geven."
    en = "{member} has already assessed. Change that assessment instead of giving another."


@dataclass(frozen=True, slots=True)
class Assessment:
    """One member's scores: a whole number per value."""

    member: str
    scores: Mapping[Value, int]


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice and everything it was computed from."""

    outcome: AdviceOutcome
    means: Mapping[Value, Fraction]
    mean: Fraction
    spread: Mapping[Value, int]
    reasons: tuple[Reason, ...]


_SPREAD = ReasonKind(
    "spread",
    "De scores voor {value} lopen {spread} uiteen ({lowest} tot {highest}); vanaf {limit} wordt besproken.",
    "The scores for {value} are {spread} apart ({lowest} to {highest}); from {limit} on it is discussed.",
)
_VALUE_REACHED = ReasonKind(
    "value_reached",
    "{value} scoort gemiddeld {mean}; dat is ten minste {minimum}.",
    "{value} has a mean of {mean}; that is at least {minimum}.",
)
_VALUE_TOO_LOW = ReasonKind(
    "value_too_low",
    "{value} scoort gemiddeld {mean}; dat is minder dan {minimum}.",
    "{value} has a mean of {mean}; that is less than {minimum}.",
)
_MEAN_REACHED = ReasonKind(
    "mean_reached",
    "Het gemiddelde van de drie waarden is {mean}; dat is ten minste {minimum}.",
    "The mean of the three values is {mean}; that is at least {minimum}.",
)
_MEAN_TOO_LOW = ReasonKind(
    "mean_too_low",
    "Het gemiddelde van de drie waarden is {mean}; dat is minder dan {minimum}.",
    "The mean of the three values is {mean}; that is less than {minimum}.",
)


def advise(assessments: Sequence[Assessment], terms: AdviceTerms) -> Advice:
    """The advice on ``assessments``; the order of members does not matter.

    Raises :class:`NoAssessments`, :class:`ScoreOutOfRange` or :class:`AssessedTwice`.
    """
    _check(assessments, terms)
    means = {
        value: Fraction(sum(one.scores[value] for one in assessments), len(assessments)) for value in Value
    }
    mean = sum(means.values(), Fraction(0)) / len(means)
    spread = {value: _highest(assessments, value) - _lowest(assessments, value) for value in Value}
    outcome, reasons = _weigh(assessments, means, mean, spread, terms)
    return Advice(outcome=outcome, means=means, mean=mean, spread=spread, reasons=reasons)


def check_scores(scores: Mapping[Value, int], terms: AdviceTerms) -> None:
    """Refuse scores that miss a value or leave the scale. Raises :class:`ScoreOutOfRange`."""
    for value in Value:
        score: object = scores.get(value)
        if type(score) is not int or not terms.score_min <= score <= terms.score_max:
            raise ScoreOutOfRange(
                field=str(value),
                value_nl=value.nl,
                value_en=value.en,
                low=terms.score_min,
                high=terms.score_max,
            )


def _check(assessments: Sequence[Assessment], terms: AdviceTerms) -> None:
    if not assessments:
        raise NoAssessments()
    seen: set[str] = set()
    for one in assessments:
        if one.member in seen:
            raise AssessedTwice(member=one.member)
        seen.add(one.member)
        check_scores(one.scores, terms)


def _weigh(
    assessments: Sequence[Assessment],
    means: Mapping[Value, Fraction],
    mean: Fraction,
    spread: Mapping[Value, int],
    terms: AdviceTerms,
) -> tuple[AdviceOutcome, tuple[Reason, ...]]:
    apart = tuple(
        _SPREAD(
            value=value,
            spread=spread[value],
            lowest=_lowest(assessments, value),
            highest=_highest(assessments, value),
            limit=terms.discuss_from_spread,
        )
        for value in Value
        if spread[value] >= terms.discuss_from_spread
    )
    if apart:
        return AdviceOutcome.DISCUSS, apart
    low = tuple(value for value in Value if means[value] < terms.minimum_per_value)
    values = tuple(
        (_VALUE_TOO_LOW if value in low else _VALUE_REACHED)(
            value=value, mean=means[value], minimum=terms.minimum_per_value
        )
        for value in Value
    )
    enough = mean >= terms.minimum_mean
    overall = (_MEAN_REACHED if enough else _MEAN_TOO_LOW)(mean=mean, minimum=terms.minimum_mean)
    if enough and not low:
        return AdviceOutcome.APPROVE, (*values, overall)
    failing = tuple(reason for reason in (*values, overall) if reason.code.endswith("too_low"))
    return AdviceOutcome.DECLINE, failing


def _lowest(assessments: Sequence[Assessment], value: Value) -> int:
    return min(one.scores[value] for one in assessments)


def _highest(assessments: Sequence[Assessment], value: Value) -> int:
    return max(one.scores[value] for one in assessments)
