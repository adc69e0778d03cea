"""By what a text could give somebody away: what is refused, and what a reader must look at.

No program sees every way in which people can be recognised; that is why a second member reads every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases.tables import Case
from casework.learning.refusals import PointsToSomebody
from casework.people_data import BsnFound, contains_bsn
from rules.wording import Labelled

_REFUSED = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),  # an e-mail address
    re.compile(
        r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])"
    ),  # IBAN
    re.compile(r"(?<![0-9])(?:\+31|0031|0)[ -]?(?:[0-9][ -]?){8}[0-9](?![0-9])"),  # a telephone number
    re.compile(r"(?<![0-9A-Z])[1-9][0-9]{3} ?[A-Z]{2}(?![A-Z0-9])"),  # a post code
)
_DAY = re.compile(
    r"(?<![0-9])[0-3]?[0-9](?:[-/.][01]?[0-9][-/.](?:[0-9]{2}){1,2}| [a-z]{3,9} (?:19|20)[0-9]{2})"
)
_AGE = re.compile(r"\b[0-9]{1,3}[- ](?:jaar|jarige|years?)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:€|EUR|euro) ?[0-9][0-9.]*(?:,[0-9]{2})?|[0-9][0-9.]*(?:,[0-9]{2})? ?euro")
_NAME_LIKE = re.compile(r"(?<![.!?:\n] )(?<!^)\b[A-Z][a-zà-ÿ]{2,}\b", re.MULTILINE)
_WORD = re.compile(r"\b[A-Za-zÀ-ÿ'’-]{4,}\b")


class Clue(Labelled):
    """Why a reader should look at a piece of text."""

    DAY = "day", "een dag", "a day"
    AGE = "age", "een leeftijd", "an age"
    AMOUNT = "amount", "een bedrag", "an amount"
    OF_CASE = "of_case", "staat ook in de naam, de wijk of de aanvrager van de casus", "is also in the case"
    NAME = "name", "kan een naam zijn", "may be a name"


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of text and why to look at it."""

    text: str
    clue: Clue


def refuse_identifying(texts: Iterable[tuple[str, str]]) -> None:
    """Raise :class:`PointsToSomebody` or ``BsnFound`` for the first of (field, text) that must not stay."""
    for field, text in texts:
        if contains_bsn(text):
            raise BsnFound(field=field)
        for pattern in _REFUSED:
            if match := pattern.search(text):
                raise PointsToSomebody(field=field, found=match.group().strip())


def findings(case: Case, texts: Iterable[str]) -> tuple[Finding, ...]:
    """What a reader should look at in ``texts``, each once, in the order in which it stands there."""
    whole = "\n".join(texts)
    own = {
        word.casefold()
        for source in (case.alias, case.district, case.applicant.name)
        for word in _WORD.findall(source)
        if word[0].isupper()
    }
    found: dict[str, tuple[int, Clue]] = {}
    for clue, pattern in ((Clue.DAY, _DAY), (Clue.AGE, _AGE), (Clue.AMOUNT, _AMOUNT)):
        for match in pattern.finditer(whole):
            found.setdefault(match.group(), (match.start(), clue))
    for match in _WORD.finditer(whole):
        if match.group().casefold() in own:
            found.setdefault(match.group(), (match.start(), Clue.OF_CASE))
    for match in _NAME_LIKE.finditer(whole):
        found.setdefault(match.group(), (match.start(), Clue.NAME))
    ordered = sorted(found.items(), key=lambda item: item[1][0])
    return tuple(Finding(text, clue) for text, (_at, clue) in ordered)
