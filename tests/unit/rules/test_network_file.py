"""Loading a network: the shipped one, and everything that can be wrong with one, by file and line."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import MAX_CENTS
from rules.network_file import NetworkFile, load_network, parse_network
from rules.network_text import network_toml
from rules.policy import SECTIONS, PolicyVersion, SectionName
from rules.policy_reader import PolicyWrong, Reader, cents_text, fraction_text
from rules.policy_sections import AllocationKey, MandateSection, PartnerWithoutWeight, PriceIndex
from rules.price_list import load_price_list
from rules.responsibility import load_responsibility
from rules.toml_lines import line_at, lines_of

CONFIG = Path(__file__).parents[3] / "config"
SHIPPED = CONFIG / "networks" / "bossche_bond.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shipped() -> NetworkFile:
    return load_network(SHIPPED)


def test_the_shipped_network_is_whole(shipped: NetworkFile) -> None:
    assert shipped.network.case_prefix == "BB"
    assert len(shipped.partners) == 16
    assert {version.section for version in shipped.versions} == set(SectionName)
    policy = shipped.book().on(date(2026, 7, 1))
    assert policy.contribution.per_partner_cents == 500_000
    assert [(band.up_to_cents, band.members) for band in policy.mandate.bands] == [(50_000, 1), (500_000, 2)]
    assert policy.terms.remind_days == (-7, 14, 30)
    assert policy.fund.buffer_cents == 250_000
    assert policy.consumer_price_index.index[2022] == Fraction("121.43")
    members = [one.code for one in shipped.partners if one.takes_part_on(date(2016, 12, 31))]
    assert len(members) == 12
    assert policy.allocation_key.weights_for(members) == dict.fromkeys(members, 1)


def test_every_version_says_where_it_comes_from(shipped: NetworkFile) -> None:
    every: list[Any] = [*shipped.versions, *shipped.partners, shipped.network]
    for one in every:
        assert one.source or one.assumed


def test_the_tables_beside_it_speak_the_same_words(shipped: NetworkFile) -> None:
    form = shipped.book().on(date(2026, 1, 1)).case_form
    fields = {field for rule in load_responsibility(CONFIG / "responsibility.csv") for field in rule.fields}
    assert {choice.code for choice in form.barrier_fields} == fields
    prices = load_price_list(CONFIG / "price_list.csv")
    assert len({price.code for price in prices}) == len(prices) == 30
    assert {price.domain for price in prices} <= {choice.code for choice in form.domains}
    index = shipped.book().on(date(2026, 1, 1)).consumer_price_index.index
    assert {price.price_year for price in prices} <= set(index)


def test_every_section_survives_the_database(shipped: NetworkFile) -> None:
    for version in shipped.versions:
        stored = json.loads(json.dumps(version.to_document()))
        again = PolicyVersion.from_document(
            str(version.section),
            version.valid_from,
            stored,
            source=version.source,
            assumed=version.assumed,
        )
        assert again == version
        assert again.to_document() == version.to_document()


def test_what_is_taken_out_can_be_loaded_again(shipped: NetworkFile) -> None:
    assert parse_network(network_toml(shipped)) == shipped


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PolicyWrong) as wrong:
        parse_network(text, file="network.toml")
    for problem in wrong.value.problems:
        assert problem.file == "network.toml"
        assert f"network.toml:{problem.line}" in wrong.value.sentence("nl")
    return [(one.line, one.place.split(" ")[1] if " " in one.place else "") for one in wrong.value.problems]


def line_of(fragment: str, text: str = TEXT) -> int:
    return text[: text.index(fragment)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('per_partner = "5000.00"', "per_partner = 5000.0", "contribution[1].per_partner"),
        ('per_partner = "5000.00"', 'per_partner = "5.000,00"', "contribution[1].per_partner"),
        ('pay_by = "01-31"', 'pay_by = "02-30x"', "contribution[1].pay_by"),
        ('pay_by = "01-31"', 'pay_by = "02-30"', "contribution[1].pay_by"),
        ('weights = "equal"', 'weights = "gelijk"', "allocation_key[1].weights"),
        ('weights = "equal"', "weights = { zayaz = 0.5 }", "allocation_key[1].weights.zayaz"),
        ('up_to = "5000.00", members = 2', 'up_to = "5000.00", members = 0', "mandate[1].bands[2].members"),
        ("above = 3", "above = 1", "mandate[1].above"),
        ("minimum_mean = 3", "minimum_mean = 6", "advice[1].minimum_mean"),
        ("override_members = 2", "override_members = 1", "gates[1].override_members"),
        ('"responsible", "shared"]', '"responsible", "friends"]', "conflict[1].grounds"),
        ("pay_claim_days = 30", 'pay_claim_days = "30"', "terms[1].pay_claim_days"),
        ("remind_days = [-7, 14, 30]", "remind_days = [14, -7, 30]", "terms[1].remind_days"),
        (
            "escalate_to_executives_days = 75",
            "escalate_to_executives_days = 10",
            "terms[1].escalate_to_executives_days",
        ),
        ("books_years = 7", "books_years = 3", "retention[1].books_years"),
        ('alpha = "0"', 'alpha = "1.5"', "business_case[1].alpha"),
        (
            "hour_rate_price_year = 2022",
            "hour_rate_price_year = 2013",
            "business_case[1].hour_rate_price_year",
        ),
        ('2017 = "101.70"', '2017 = "-1"', "consumer_price_index[1].index.2017"),
        ('2017 = "101.70"', '17 = "101.70"', "consumer_price_index[1].index.17"),
        ('case_prefix = "BB"', 'case_prefix = "bb"', "network.case_prefix"),
        ('time_zone = "Europe/Amsterdam"', 'time_zone = "Europe/Bosch"', "network.time_zone"),
        ('language = "nl"', 'language = "fr"', "network.language"),
        ("started_on = 2016-06-02", 'started_on = "soon"', "network.started_on"),
        ('code = "zayaz"', 'code = "Zayaz!"', "partner[10].code"),
        ('code = "zayaz"', 'code = "ggd"', "partner[10].code"),
        ('name = "Zayaz"', "", "partner[10].name"),
        ('domains = ["wonen", "zorg"]', 'domains = ["wonen", "wo"]', "partner[11].domains"),
        ('domains = ["wonen", "zorg"]', 'domains = ["wonen", "wonen"]', "partner[11].domains"),
        ('nl = "Mogen wij dit doen?"', 'nl = ""', "triangle[1].legitimacy[2].nl"),
        ('code = "paar"', 'code = "alleenstaand"', "case_form[1].household_types"),
        ("score_max = 5", "score_maks = 5", "advice[1].score_maks"),
    ],
)
def test_each_mistake_is_named_by_line_and_key(old: str, new: str, key: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    found = problems(text)
    assert key in [place for _, place in found]
    line = next(line for line, place in found if place == key)
    # A missing key has no line of its own: its table has.
    assert line == line_of(old) or not new or key.endswith("household_types")


def test_all_mistakes_are_named_at_once_in_order_of_line() -> None:
    text = TEXT.replace("above = 3", "above = 1").replace("books_years = 7", "books_years = 1")
    text += "\n[extra]\nx = 1\n"
    found = problems(text)
    assert [place for _, place in found] == ["mandate[1].above", "retention[1].books_years", "extra"]
    assert [line for line, _ in found] == [
        line_of("above = 1", text),
        line_of("books_years = 1", text),
        line_of("[extra]", text),
    ]


def test_a_version_needs_a_source_and_a_day() -> None:
    bare = TEXT.replace('assumed = "buffer"\n', "")
    assert problems(bare) == [(line_of("[[fund]]"), "fund[1]")]
    undated = TEXT.replace('from = 2016-06-02\nassumed = "buffer"', 'assumed = "buffer"')
    assert problems(undated) == [(line_of("[[fund]]"), "fund[1].from")]


def test_missing_and_late_sections_are_named() -> None:
    start, end = TEXT.index("[[fund]]"), TEXT.index("# Weighing and deciding")
    with pytest.raises(PolicyWrong, match=r"section \[\[fund\]\] is missing"):
        parse_network(TEXT[:start] + TEXT[end:])
    late = TEXT.replace('from = 2016-06-02\nassumed = "buffer"', 'from = 2016-06-03\nassumed = "buffer"')
    assert [place for _, place in problems(late)] == ["fund[1].from"]


FUND = '\n[[fund]]\nfrom = {day}\nassumed = "more"\nbuffer = "3000.00"\n'


def test_two_versions_of_one_day_are_refused_and_of_two_days_not() -> None:
    assert [place for _, place in problems(TEXT + FUND.format(day="2016-06-02"))] == ["fund[2].from"]
    book = parse_network(TEXT + FUND.format(day="2026-01-01")).book()
    assert book.on(date(2025, 12, 31)).fund.buffer_cents == 250_000
    assert book.on(date(2026, 1, 1)).fund.buffer_cents == 300_000


def test_a_key_by_table_needs_every_member_and_nobody_else() -> None:
    weights = "weights = { zayaz = 2, gemeente = 3, nobody = 1 }"
    with pytest.raises(PolicyWrong) as wrong:
        parse_network(TEXT.replace('weights = "equal"', weights))
    sentence = wrong.value.sentence("en")
    assert "weights.nobody: this partner does not exist" in sentence
    assert "farent takes part but has no weight" in sentence
    assert "zayaz takes part" not in sentence


def test_a_partner_cannot_leave_before_joining() -> None:
    wrong = "joined_on = 2017-01-01\nleft_on = 2017-01-01"
    assert [place for _, place in problems(TEXT.replace("joined_on = 2017-01-01", wrong, 1))] == [
        "partner[13].left_on"
    ]
    left = parse_network(
        TEXT.replace("joined_on = 2017-01-01", "joined_on = 2017-01-01\nleft_on = 2018-01-01", 1)
    )
    joost = left.partners[12]
    assert joost.takes_part_on(date(2017, 12, 31))
    assert not joost.takes_part_on(date(2018, 1, 1))
    assert parse_network(network_toml(left)) == left


@pytest.mark.parametrize(
    "text", ["", "[network", "network = 3", "[[network]]", 'partner = "x"', "a = {b = [1"]
)
def test_what_is_no_network_at_all_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PolicyWrong) as wrong:
        parse_network(text, file="x.toml")
    assert wrong.value.problems
    assert "x.toml" in wrong.value.sentence("nl")


def test_invalid_toml_names_its_line() -> None:
    assert problems("[network]\nname = 'x'\ncode = = 3\n")[0][0] == 3


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyWrong, match=r"none\.toml"):
        load_network(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("naam = 'caf\xe9'".encode("latin-1"))
    with pytest.raises(PolicyWrong, match=r"latin\.toml"):
        load_network(latin)
    with pytest.raises(PolicyWrong, match=r"cannot be read"):
        load_network(tmp_path)


def test_a_document_with_mistakes_names_its_keys() -> None:
    with pytest.raises(PolicyWrong) as wrong:
        MandateSection.from_document({"bands": [{"up_to": "1.00"}], "above": True, "extra": 1})
    assert [one.place for one in wrong.value.problems] == [
        "bands[1].members",
        "above",
        "household_window_days",
        "extra",
    ]


@pytest.mark.parametrize("section", SectionName)
@pytest.mark.parametrize("document", [{}, {"x": 1}])
def test_no_section_takes_an_empty_or_strange_document(section: SectionName, document: Any) -> None:
    with pytest.raises(PolicyWrong):
        SECTIONS[section].from_document(document)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_value_in_any_place_is_refused_or_survives(data: st.DataObject) -> None:
    version = data.draw(st.sampled_from(load_network(SHIPPED).versions))
    document = version.to_document()
    key = data.draw(st.sampled_from(sorted(document)))
    document[key] = data.draw(JUNK)
    reader = Reader(document)
    content = SECTIONS[version.section].read(reader)
    reader.finish()
    if reader.problems:
        assert all(problem.path for problem in reader.problems)
    else:
        assert SECTIONS[version.section].from_document(content.to_document()) == content


@given(st.fractions(), st.integers(0, MAX_CENTS))
def test_numbers_survive_being_written(number: Fraction, cents: int) -> None:
    reader = Reader({"f": fraction_text(number), "c": cents_text(cents)})
    if number.denominator < 10**12 and abs(number.numerator) < 10**12:
        assert reader.fraction("f") == number
    assert reader.cents("c") == cents
    assert not reader.problems


def test_keys_of_an_allocation_by_table() -> None:
    key = AllocationKey.from_document({"weights": {"b": "7.5", "a": "1/3"}})
    assert key.weights_for(["a"]) == {"a": Fraction(1, 3)}
    assert key.to_document() == {"weights": {"a": "1/3", "b": "7.5"}}
    with pytest.raises(PartnerWithoutWeight) as refused:
        key.weights_for(["a", "c", "d"])
    assert "c, d" in refused.value.sentence("nl")


def test_years_of_the_index_are_put_in_order() -> None:
    index = PriceIndex.from_document({"index": {"2020": "2", "2019": 1}})
    assert list(index.index) == [2019, 2020]


def test_lines_are_found_through_strings_comments_and_nesting() -> None:
    text = '''a = """
[not.a.table]
b = 1
"""
# c = 1
[t.u]
d = [
  { x = "]" }, # ] # comment
  { x = '[', y = [1,
     2] },
]
"quoted key".e = 1
[[list]]
f = 1
[list.inner]
g = 1
[[list]]
f = 2
'''
    lines = lines_of(text)
    assert lines == {
        ("a",): 1,
        ("t", "u"): 6,
        ("t", "u", "d"): 7,
        ("t", "u", "d", 0): 8,
        ("t", "u", "d", 1): 9,
        ("t", "u", "quoted key", "e"): 12,
        ("list", 0): 13,
        ("list", 0, "f"): 14,
        ("list", 0, "inner"): 15,
        ("list", 0, "inner", "g"): 16,
        ("list", 1): 17,
        ("list", 1, "f"): 18,
    }
    assert line_at(lines, ("t", "u", "d", 1, "y", 0)) == 9
    assert line_at(lines, ("nowhere",)) == 1
