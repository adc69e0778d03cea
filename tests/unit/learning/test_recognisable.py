"""What a summary may not hold, and what its second reader is asked to look at."""

from __future__ import annotations

import pytest

from casework.cases.tables import Case
from casework.learning.recognisable import Clue, findings, refuse_identifying
from casework.learning.refusals import PointsToSomebody
from casework.people.tables import Person
from casework.people_data import BsnFound


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mail naar jan.de.vries@voorbeeld.nl graag.", "jan.de.vries@voorbeeld.nl"),
        ("Betaald op NL91 ABNA 0417 1643 00.", "NL91 ABNA 0417 1643 00"),
        ("Betaald op NL91ABNA0417164300.", "NL91ABNA0417164300"),
        ("Bel 06-12345678 voor meer.", "06-12345678"),
        ("Bel +31 73 123 45 67.", "+31 73 123 45 67"),
        ("Zij woont op 5211 AB.", "5211 AB"),
    ],
)
def test_what_leads_to_a_person_is_refused(text: str, found: str) -> None:
    with pytest.raises(PointsToSomebody) as refused:
        refuse_identifying((("title", "Goed."), ("lesson", text)))
    assert refused.value.field == "lesson"
    assert found in refused.value.sentence("nl")


def test_a_citizen_service_number_is_refused() -> None:
    with pytest.raises(BsnFound) as refused:
        refuse_identifying((("barrier", "Nummer 111222333."),))
    assert refused.value.field == "barrier"


@pytest.mark.parametrize(
    "text",
    ["Een gezin met een huurschuld van een paar duizend euro.", "In 2026 duurde het 12 weken.", ""],
)
def test_general_words_stay(text: str) -> None:
    refuse_identifying((("lesson", text),))


def test_a_reader_is_shown_what_may_point_to_somebody() -> None:
    case = Case(alias="gezin uit de Testbuurt", district="Noord", applicant=Person(name="Anna Bakker"))
    texts = (
        "Het gezin in de testbuurt werd geholpen. Rond 12 maart 2026 betaalde Pietersen € 2.500 mee.",
        "De vrouw van 43 jaar vroeg Bakker om hulp op 3-4-2026.",
    )
    assert [(one.text, one.clue) for one in findings(case, texts)] == [
        ("testbuurt", Clue.OF_CASE),
        ("12 maart 2026", Clue.DAY),
        ("Pietersen", Clue.NAME),
        ("€ 2.500", Clue.AMOUNT),
        ("43 jaar", Clue.AGE),
        ("Bakker", Clue.OF_CASE),
        ("3-4-2026", Clue.DAY),
    ]


def test_a_text_without_clues_has_none() -> None:
    case = Case(alias="gezin", district="", applicant=Person(name="Anna Bakker"))
    assert findings(case, ("Een gezin kon niet verhuizen.", "De borg is voorgeschoten.")) == ()
