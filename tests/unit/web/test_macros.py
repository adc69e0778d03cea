"""What the macros promise: labels, errors beside fields, keys in forms, text beside every colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from tests.browser.look.application import ERRORS, Position, build

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def app() -> Flask:
    return build()


def shown(app: Flask, path: str) -> BeautifulSoup:
    answer = app.test_client().get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def macro(app: Flask, file: str, name: str, call: str, **values: object) -> BeautifulSoup:
    """The outcome of one macro, as markup."""
    source = f"{{% from 'macros/{file}.html' import {name} %}}{{{{ {call} }}}}"
    with app.test_request_context():
        return BeautifulSoup(app.jinja_env.from_string(source).render(values), "html.parser")


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select(selector)
    assert len(found) == 1, f"{selector}: {len(found)}"
    return found[0]


def text(tag: Tag | BeautifulSoup) -> str:
    return " ".join(tag.get_text(" ").replace("\u00a0", " ").split())


# --- the frame -------------------------------------------------------------------------------------


def test_no_page_holds_a_style_or_script_of_its_own(app: Flask) -> None:
    page = shown(app, "/?errors=1&flash=1&short=100")
    assert page.select("[style], style, script:not([src])") == []
    handlers = [name for tag in page.find_all(True) for name in tag.attrs if name.startswith(("on", "hx-on"))]
    assert handlers == []


def test_the_language_of_the_page_is_declared_and_the_other_offered(app: Flask) -> None:
    for language, other in (("nl", "English"), ("en", "Nederlands")):
        page = shown(app, f"/?lang={language}")
        assert one(page, "html")["lang"] == language
        assert text(one(page, "form[action*='/taal/'] button")) == other


def test_the_frame_says_who_is_signed_in_and_where_they_are(app: Flask) -> None:
    page = shown(app, "/")
    assert "Sanne de Vries" in text(one(page, ".who"))
    assert "Zayaz" in text(one(page, ".who"))
    assert text(one(page, ".site-nav [aria-current=page]")) == "Casussen"
    assert one(page, "form[action='/afmelden']")["method"] == "post"


def test_without_a_sign_in_there_is_no_menu_and_no_sign_out(app: Flask) -> None:
    page = shown(app, "/?anonymous=1")
    assert page.select(".site-nav, .who, form[action='/afmelden']") == []
    assert page.select("form[action*='/taal/']")


def test_the_first_thing_to_focus_leads_to_the_content(app: Flask) -> None:
    page = shown(app, "/")
    first = page.select("a, button, input, select, textarea")[0]
    assert one(page, str(first["href"])).name == "main"


def test_ids_are_unique_and_every_reference_leads_somewhere(app: Flask) -> None:
    page = shown(app, "/?errors=1")
    for template in page.select("template"):
        template.decompose()
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for tag in page.select(f"[{attribute}]"):
            values = tag[attribute]
            for reference in values.split() if isinstance(values, str) else values:
                assert reference in ids, f"{attribute}={reference}"


# --- forms -----------------------------------------------------------------------------------------


def test_every_control_has_a_label(app: Flask) -> None:
    page = shown(app, "/")
    labelled = {str(label["for"]) for label in page.select("label[for]")}
    for control in page.select("input:not([type=hidden]), select, textarea"):
        assert str(control["id"]) in labelled


def test_an_error_stands_beside_its_field_and_on_top_with_a_link_to_it(app: Flask) -> None:
    page = shown(app, "/?errors=1")
    summary = one(page, ".error-summary")
    assert summary.has_attr("autofocus")
    assert summary["tabindex"] == "-1"
    assert f"{len(ERRORS)} dingen" in text(one(summary, "h2"))
    control = one(page, str(one(summary, "a[href='#amount']")["href"]))
    assert control["aria-invalid"] == "true"
    assert "amount-error" in control["aria-describedby"]
    assert ERRORS["amount"] in text(one(page, "#amount-error"))
    assert ERRORS[""] in text(summary), "an error of the whole form has no link but is told"


def test_what_was_typed_comes_back(app: Flask) -> None:
    page = shown(app, "/?errors=1")
    assert one(page, "#amount")["value"] == "10.005"
    assert one(page, "#story_text").get_text().strip() == "Bellen\nBrief"
    assert one(page, "#domain option[selected]")["value"] == "werk"
    assert [tag["value"] for tag in page.select("input[name=routes][checked]")] == ["2"]
    assert [tag["value"] for tag in page.select("input[name=legitimacy][checked]")] == ["4"]


def test_text_that_looks_like_markup_stays_text(app: Flask) -> None:
    wicked = '"><script>alert(1)</script>'
    for call in ("field('x', v, v, error=v, hint=v)", "textarea('x', v, v)", "select('x', v, [(v, v)], v)"):
        soup = macro(app, "field", call.split("(")[0], call, v=wicked)
        assert soup.select("script") == []
    assert one(macro(app, "field", "field", "field('x', 'y', v)", v=wicked), "input")["value"] == wicked


def test_a_password_never_comes_back(app: Flask) -> None:
    soup = macro(app, "field", "field", "field('password', 'Wachtwoord', 'geheim', type='password')")
    assert not one(soup, "input").has_attr("value")


def test_a_field_says_whether_it_may_stay_empty(app: Flask) -> None:
    optional = macro(app, "field", "field", "field('x', 'Naam')")
    needed = macro(app, "field", "field", "field('x', 'Naam', required=True)")
    assert "mag leeg blijven" in text(optional)
    assert "mag leeg blijven" not in text(needed)
    assert one(needed, "input").has_attr("required")


def test_a_group_of_choices_has_a_legend_and_its_error(app: Flask) -> None:
    soup = macro(
        app,
        "field",
        "radios",
        "radios('h', 'Huishouden', [('a', 'A'), ('b', 'B')], 'b', error='Kies er een.')",
    )
    assert "Huishouden" in text(one(soup, "fieldset > legend"))
    assert one(soup, "fieldset")["aria-describedby"] == "h-error"
    assert one(soup, "#h")["value"] == "a", "the summary links to the first choice"
    assert one(soup, "input[checked]")["value"] == "b"


def test_every_form_that_posts_carries_the_token(app: Flask) -> None:
    forms = shown(app, "/").select("form[method=post]")
    assert len(forms) >= 4
    for form in forms:
        assert one(form, "input[name=csrf_token]")["value"]


def test_a_money_action_carries_its_key_and_asks_first(app: Flask) -> None:
    page = shown(app, "/")
    form = one(page, "form[data-confirm]")
    assert form["data-confirm"] == "Wilt u deze casus intrekken?"
    assert one(form, "input[name=idempotency_key]")["value"] == "key-2"
    assert one(form, "input[name=case]")["value"] == "47"
    assert form.select("input[name=confirmed]") == [], "confirmed only after the question was answered"


def test_the_question_as_a_page_repeats_what_was_sent_and_confirms(app: Flask) -> None:
    call = "confirm_page('Intrekken?', 'Ja', '/sent', '/', fields, idempotency_key='k')"
    soup = macro(app, "form", "confirm_page", call, fields={"case": 47, "line": ["a", "b"]})
    form = one(soup, "form")
    assert form["action"] == "/sent"
    sent = [
        (field["name"], field["value"]) for field in form.select("input") if field["name"] != "csrf_token"
    ]
    assert sent == [
        ("idempotency_key", "k"),
        ("case", "47"),
        ("line", "a"),
        ("line", "b"),
        ("confirmed", "1"),
    ]
    assert one(soup, "h1").get_text() == "Intrekken?"


def test_keys_for_new_forms_differ(app: Flask) -> None:
    keys = {str(macro(app, "form", "form_keys", "form_keys(new_idempotency_key())")) for _ in range(3)}
    assert len(keys) == 3


def test_lines_can_be_added_and_removed_without_a_script(app: Flask) -> None:
    group = one(shown(app, "/"), "fieldset[data-repeating=costs]")
    assert one(group, "button[data-add-line]")["value"] == "add:costs"
    assert one(group, "[data-lines] button[data-remove-line]")["value"] == "remove:costs:0"
    assert one(group, "[data-lines] input[name=costs-0-payee]")["value"] == "Reisbureau"
    fresh = BeautifulSoup(one(group, "template").decode_contents(), "html.parser")
    assert one(fresh, "input[name=costs-__index__-payee]")["value"] == ""


def test_enter_in_a_field_never_takes_away_a_line(app: Flask) -> None:
    form = one(shown(app, "/"), "form[action='/sent']:not([data-confirm])")
    first = form.select("button:not([type=button])")[0]
    assert (first["name"], first["value"]) == ("action", "draft")


# --- money, pot, triangle, charts --------------------------------------------------------------------


def test_an_amount_is_one_unbreakable_piece(app: Flask) -> None:
    soup = macro(app, "money", "money", "money(250000)")
    assert one(soup, ".amount").get_text() == "€\u00a02.500,00"
    assert "negative" in one(macro(app, "money", "money", "money(-1)"), ".amount")["class"]
    assert text(macro(app, "money", "money", "money(none)")) == "–"


def bar_width(soup: BeautifulSoup, part: str) -> float:
    return float(str(one(soup, f".pot-bar .pot-{part} rect")["width"]))


def test_the_bar_of_the_pot_is_divided_in_proportion(app: Flask) -> None:
    position = Position()
    soup = macro(app, "pot", "pot", "pot(p)", p=position)
    parts = soup.select(".pot-bar g rect")
    assert sum(float(str(part["width"])) for part in parts) == pytest.approx(1000, abs=1)
    whole = 4_127_500 + 1_014_000 + 330_000 + 12_000 + 2_278_500 + 250_000
    assert bar_width(soup, "available") == pytest.approx(1000 * 4_127_500 / whole, abs=0.1)
    assert bar_width(soup, "transit") == pytest.approx(1000 * 330_000 / whole, abs=0.1)
    assert float(str(parts[1]["x"])) == pytest.approx(float(str(parts[0]["width"])), abs=0.1)


def test_every_part_of_the_pot_has_its_word_and_amount(app: Flask) -> None:
    legend = text(one(macro(app, "pot", "pot", "pot(p)", p=Position()), ".pot-legend"))
    for words in (
        "beschikbaar € 41.275",
        "toegezegd € 10.140",
        "onderweg € 3.300",
        "nog terug te komen € 22.785",
    ):
        assert words in legend
    assert "voorgeschoten" not in legend, "what is nothing is left out"


def test_a_shortage_is_said_in_words_and_says_what_lifts_it(app: Flask) -> None:
    soup = macro(
        app,
        "pot",
        "pot",
        "pot(p, lifts='Zayaz betaalt € 1.200 terug.')",
        p=Position(available_cents=-120_000),
    )
    assert "Tekort" in text(one(soup, "h2"))
    assert text(one(soup, ".pot-amount")) == "€ −1.200,00"
    assert "Zayaz betaalt" in text(soup)
    assert soup.select(".pot-bar .pot-available") == []


def test_an_empty_pot_divides_by_nothing(app: Flask) -> None:
    nothing = Position(0, 0, 0, 0, 0, 0, 0)
    assert macro(app, "pot", "pot", "pot(p)", p=nothing).select(".pot-bar g") == []


def corners(points: str) -> list[tuple[float, float]]:
    return [tuple(float(number) for number in pair.split(",")) for pair in points.split()]  # type: ignore[misc]  # pairs


def test_the_triangle_draws_each_member_to_scale_and_tells_it_in_words(app: Flask) -> None:
    page = shown(app, "/")
    drawing = one(page, ".triangle svg[role=img]")
    polygons = drawing.select("polygon.member")
    assert len(polygons) == 3
    up, right, left = corners(str(polygons[0]["points"]))  # 3, 5, 4
    assert up == (170, pytest.approx(166 - 24 * 3))
    assert right == (pytest.approx(170 + 24 * 5 * 3**0.5 / 2, abs=0.1), pytest.approx(166 + 60))
    assert left == (pytest.approx(170 - 24 * 4 * 3**0.5 / 2, abs=0.1), pytest.approx(166 + 48))
    assert "legitimiteit 3,5, rendement 4,5, betrokkenheid 4,0" in drawing["aria-label"]
    rows = [text(row) for row in page.select(".triangle tbody tr")]
    assert rows[0] == "Gemeente 3 5 4"
    assert rows[2] == "Zayaz adviseert, telt niet mee 5 2 3"
    assert rows[3] == "Gemiddeld 3,5 4,5 4,0"


def test_investing_and_collecting_share_one_scale(app: Flask) -> None:
    call = "invest_collect('x', [('Gemeente', 1000, 4000), ('Farent', 2000, 0)])"
    soup = macro(app, "chart", "invest_collect", call)
    assert [float(str(bar["width"])) for bar in soup.select(".fill-blue")] == [25, 50]
    assert [float(str(bar["width"])) for bar in soup.select(".fill-green")] == [100, 0]
    assert float(str(soup.select(".fill-blue")[0]["x"])) == 75, "what is invested grows to the left"
    assert text(soup.select("tbody tr")[1]) == "Farent € 20 € 0 € −20"


@pytest.mark.parametrize("rows", [[], [("Zayaz", 0)], [("Zayaz", -500), ("Farent", 100)]])
def test_bars_bear_nothing_and_less_than_nothing(app: Flask, rows: list[tuple[str, int]]) -> None:
    soup = macro(app, "chart", "bars", "bars('x', rows)", rows=rows)
    assert len(soup.select("tbody tr")) == len(rows)
    assert all(0 <= float(str(bar["width"])) <= 100 for bar in soup.select(".bar rect"))


# --- tables and lists --------------------------------------------------------------------------------


def test_a_sorted_column_says_so(app: Flask) -> None:
    heading = one(shown(app, "/"), "th[aria-sort=descending]")
    assert text(heading) == "Bedrag"
    assert one(heading, "a")["href"] == "?sort=amount"


def test_pages_of_a_list_keep_first_last_and_neighbours(app: Flask) -> None:
    pages = one(shown(app, "/"), ".utrecht-pagination")
    assert [re.sub(r"\D", "", text(page)) for page in pages.select("a:not([rel]), [aria-current]")] == [
        "1",
        "2",
        "3",
        "4",
        "9",
    ]
    assert one(pages, "a[rel=prev]")["href"] == "?page=2"
    assert macro(app, "table", "pagination", "pagination(1, 1, none)").select("nav") == []


def test_facts_without_a_value_are_left_out(app: Flask) -> None:
    soup = macro(app, "table", "data_list", "data_list([('A', 'a'), ('B', none), ('C', 0)])")
    assert [text(key) for key in soup.select("dt")] == ["A", "C"]


def test_the_axis_on_turn_is_said_not_only_coloured(app: Flask) -> None:
    axes = one(shown(app, "/"), ".axes")
    assert "nu aan de beurt" in text(one(axes, ".now"))
    assert [text(b) for b in axes.select("dd b")][1] == "nog niet"


# --- errors and licences -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 418, 502])
def test_every_error_page_says_what_to_do_next(app: Flask, status: int) -> None:
    answer = app.test_client().get(f"/error/{status}")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == status
    assert str(status) in text(one(page, ".error-page .above"))
    assert len(text(page.select(".error-page p")[1])) > 20
    assert one(page, ".error-page a")["href"] == "/"


def test_a_page_about_a_failing_database_does_not_touch_the_session(app: Flask) -> None:
    answer = app.test_client().get("/error/503")
    assert "Set-Cookie" not in answer.headers
    assert "csrf_token" not in answer.get_data(as_text=True)


def test_every_template_reads_without_a_mistake(app: Flask) -> None:
    names = [
        name for name in app.jinja_env.list_templates() if name.startswith(("macros/", "errors/", "base"))
    ]
    assert len(names) >= 10
    for name in names:
        app.jinja_env.get_template(name)
