"""Who should have paid: proposals with reasons, in and outside the network; and the tables they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rules.lifecycle import SettlementKind
from rules.policy_reader import PolicyWrong
from rules.price_list import PriceNotFound, load_price_list, price
from rules.responsibility import CaseFacts, Rule, load_responsibility, propose

CONFIG = Path(__file__).parents[3] / "config"
RULES = load_responsibility(CONFIG / "responsibility.csv")


@dataclass(frozen=True)
class Partner:
    code: str
    name: str
    kind: str
    domains: tuple[str, ...] = ()


CITY = Partner("stad", "De Stad", "gemeente", ("wonen", "zorg"))
HOMES = Partner("thuis", "Thuis", "woningcorporatie", ("wonen",))
OTHER_HOMES = Partner("dak", "Dak", "woningcorporatie", ("wonen",))
NETWORK = [CITY, HOMES, OTHER_HOMES]


def test_the_one_that_would_have_borne_the_costs_comes_first() -> None:
    case = CaseFacts(
        "huurachterstand",
        domains=frozenset({"wonen"}),
        payee_partners=frozenset({"thuis"}),
        regular_cents={"thuis": 600_000, "stad": 3_000_000},
    )
    found = propose(case, NETWORK, RULES)
    assert [one.partner for one in found] == ["thuis", "dak", "stad"]
    assert {one.kind for one in found} == {SettlementKind.RESPONSIBLE}
    assert [reason.code for reason in found[0].reasons] == [
        "by_field",
        "would_have_borne",
        "is_payee",
        "has_domain",
        "needs_lawyer",
    ]
    assert found[0].reasons[0].sentence("nl") == (
        "‘huurachterstand’ hoort volgens Woningwet bij: woningcorporatie. Thuis is dat hier."
    )
    assert "€ 6.000,00" in found[0].reasons[1].sentence("nl")
    assert [reason.code for reason in found[2].reasons] == ["would_have_borne"]
    assert propose(case, NETWORK[::-1], RULES) == found


def test_a_party_outside_the_network_is_proposed_by_name() -> None:
    (found,) = propose(CaseFacts("WIA"), NETWORK, RULES)
    assert (found.kind, found.outside, found.partner) == (SettlementKind.OUTSIDE, "UWV", "")
    assert "niet mee in het netwerk" in found.reasons[0].sentence("nl")
    (energy,) = propose(CaseFacts("energieafsluiting"), NETWORK, RULES)
    assert energy.reasons[0].code == "outside_without_law"


def test_a_kind_that_has_no_partner_here_is_outside() -> None:
    (found,) = propose(CaseFacts("huurachterstand"), [CITY], RULES)
    assert (found.kind, found.outside) == (SettlementKind.OUTSIDE, "verhuurder")


def test_the_first_kind_that_is_there_goes_before_the_next() -> None:
    shelter = CaseFacts("maatschappelijke opvang")
    (by_city,) = propose(shelter, NETWORK, RULES)
    assert by_city.partner == "stad"
    centre = Partner("centrum", "Centrum", "centrumgemeente")
    (by_centre,) = propose(shelter, [*NETWORK, centre], RULES)
    assert by_centre.partner == "centrum"


def test_no_clear_party_means_all_together() -> None:
    (found,) = propose(CaseFacts("geen duidelijke partij"), NETWORK, RULES)
    assert found.kind is SettlementKind.COLLECTIVE
    assert [reason.code for reason in found.reasons] == ["no_clear_party"]
    first, second = propose(CaseFacts("geen duidelijke partij", regular_cents={"stad": 100}), NETWORK, RULES)
    assert (first.kind, second.partner) == (SettlementKind.COLLECTIVE, "stad")


def test_an_unknown_field_says_so() -> None:
    (found,) = propose(CaseFacts("ruimtevaart"), NETWORK, RULES)
    assert found.kind is SettlementKind.COLLECTIVE
    assert "ruimtevaart" in found.reasons[0].sentence("nl")


def test_the_law_chooses_between_rows_of_one_field() -> None:
    rules = (
        Rule(("x",), "Wet A", ("gemeente",), "", "source: test"),
        Rule(("x",), "Wet B", ("woningcorporatie",), "", "source: test"),
    )
    assert propose(CaseFacts("x", law="Wet B"), [CITY, HOMES], rules)[0].partner == "thuis"
    assert propose(CaseFacts("x", law="Wet C"), [CITY, HOMES], rules)[0].partner == "stad"
    assert "needs_lawyer" not in [one.code for one in propose(CaseFacts("x"), [CITY], rules)[0].reasons]


def test_the_shipped_tables_are_read_whole() -> None:
    assert len(RULES) == 15
    assert sum(rule.needs_lawyer for rule in RULES) == 10
    prices = load_price_list(CONFIG / "price_list.csv")
    assert price(prices, "ontruiming").amount_cents == 600_000
    with pytest.raises(PriceNotFound):
        price(prices, "onbekend")


HEADER = "code,domain,description,unit,amount,price_year,bearer_kind,source,confidence\n"


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("a,zorg,x,uur,1.00,2020,rijk,bron,A\nb,zorg,x,uur,1.5,2020,rijk,bron,A\n", "prices.csv:3 amount"),
        ("a,zorg,x,uur,1.00,20,rijk,bron,A\n", "prices.csv:2 price_year"),
        ("a,zorg,x,uur,1.00,2020,rijk,bron,D\n", "prices.csv:2 confidence"),
        ("a,zorg,,uur,1.00,2020,rijk,bron,A\n", "prices.csv:2 description"),
        ("a,zorg,x,uur\n", "prices.csv:2"),
    ],
)
def test_mistakes_in_a_table_are_named_by_line(tmp_path: Path, rows: str, place: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(PolicyWrong) as wrong:
        load_price_list(path)
    assert [one.place.removeprefix(f"{tmp_path}/") for one in wrong.value.problems] == [place]


def test_tables_with_other_columns_or_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    with pytest.raises(PolicyWrong, match="cannot be read"):
        load_price_list(path)
    for text in ("", "code;domain\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PolicyWrong, match="the columns are"):
            load_price_list(path)
