"""Charts as a strict page needs them: no style, no script, a name and a description, letters of the page."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from casework.reports.charts import Opposed, Spec, Stack, Step, Tone, opposed, stacks, waterfall
from casework.reports.drawing import DrawingRefused, draw

SVG = "{http://www.w3.org/2000/svg}"
STEPS = [
    Step(("1 januari",), "€ 100", 0, 10_000, Tone.BALANCE),
    Step(("partners", "terug"), "€ 50", 10_000, 15_000, Tone.CAME_IN),
    Step(("uitbetaald",), "€ −120", 15_000, 3_000, Tone.WENT_OUT),
    Step(("31 december",), "€ 30", 0, 3_000, Tone.BALANCE),
]
PARTIES = [
    Opposed("Zayaz <b>&", 2_000, 9_000, "€ 20", "€ 90"),
    Opposed("Insurer", 0, 4_000, "€ 0", "€ 40"),
]
DEBTORS = [Stack("Zayaz", (1_000, 0, 500), "€ 15"), Stack("Mee", (0, 0, 300), "€ 3")]
SPECS = {
    "waterfall": lambda narrow: waterfall(STEPS, narrow=narrow),
    "opposed": lambda narrow: opposed(PARTIES, invests="invests", collects="collects", narrow=narrow),
    "stacks": lambda narrow: stacks(DEBTORS, ["not due", "0-30", "late"], narrow=narrow),
}


def drawing(spec: Spec, *, name: str = "some", title: str = "-", description: str = "-") -> str:
    """The drawing of ``spec``."""
    return draw(lambda: spec, content=spec, name=name, title=title, description=description)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("chart", SPECS)
def test_a_drawing_is_one_named_image_without_anything_a_page_refuses(chart: str, narrow: bool) -> None:
    drawn = drawing(
        SPECS[chart](narrow), name=f"{chart}-{narrow}", title="What it is", description="In words"
    )
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.get("width") is None
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert [named[part] for part in (root.get("aria-labelledby") or "").split()] == ["What it is", "In words"]
    for element in root.iter():
        assert element.tag not in {f"{SVG}{tag}" for tag in ("script", "style", "image", "a")}
        assert not {"style", "href"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)
    letters = {element.get("font-family") for element in root.iter(f"{SVG}text")}
    assert all(family and family.startswith("'Source Sans 3'") for family in letters)


def texts(spec: Spec) -> list[str]:
    """Every word in the drawing."""
    root = ET.fromstring(drawing(spec))
    found = ("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    return [text for text in found if text]


def test_words_and_amounts_are_drawn_as_they_were_given() -> None:
    assert {"1 januari", "€ 100", "€ −120", "31 december"} <= set(texts(waterfall(STEPS, narrow=False)))
    assert "partners terug" in texts(waterfall(STEPS, narrow=True))
    assert {"Zayaz <b>&", "€ 20", "€ 90"} <= set(texts(SPECS["opposed"](False)))
    assert "€ 0" not in texts(SPECS["opposed"](False))  # who invests nothing has no bar and no figure
    assert {"not due", "late", "€ 15"} <= set(texts(SPECS["stacks"](True)))


def test_many_steps_become_rows_also_where_there_is_room() -> None:
    few, many = waterfall(STEPS, narrow=False), waterfall(STEPS * 4, narrow=False)
    assert few["height"] == 210
    assert many["height"] == 16 * 46


def test_nothing_to_show_is_still_a_drawing() -> None:
    for spec in (opposed([], invests="i", collects="c", narrow=False), stacks([], ["a"], narrow=True)):
        assert drawing(spec).startswith("<svg")


def test_a_drawing_with_a_link_out_is_refused() -> None:
    spec = {
        "data": {"values": [{"x": 1, "to": "https://elsewhere.example"}]},
        "mark": "point",
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "href": {"field": "to", "type": "nominal"}},
    }
    with pytest.raises(DrawingRefused):
        drawing(spec)


def test_figures_that_do_not_change_are_drawn_once() -> None:
    made: list[int] = []

    def make() -> Spec:
        made.append(1)
        return waterfall(STEPS, narrow=False)

    words = {"name": "once", "title": "-", "description": "-"}
    first = draw(make, content=STEPS, **words)
    assert draw(make, content=list(STEPS), **words) == first
    assert len(made) == 1
    draw(make, content=STEPS[:2], **words)
    assert len(made) == 2
