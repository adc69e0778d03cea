"""Figures and dates as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from casework.web import formatting
from ledger.money import parse_euros
from rules.roles import Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CENTS = st.integers(min_value=-(10**13), max_value=10**13)


@pytest.fixture
def app() -> Flask:
    made = Flask("formatting")
    Babel(made, locale_selector=lambda: g.get("language", "nl"))
    formatting.install(made)
    return made


@pytest.mark.parametrize(
    ("cents", "nl", "en"),
    [
        (250010, "€\u00a02.500,10", "€2,500.10"),
        (0, "€\u00a00,00", "€0.00"),
        (5, "€\u00a00,05", "€0.05"),
        (-250010, "€\u00a0−2.500,10", "−€2,500.10"),
        (123456789012, "€\u00a01.234.567.890,12", "€1,234,567,890.12"),
    ],
)
def test_euros_are_written_as_each_language_does(cents: int, nl: str, en: str) -> None:
    assert formatting.euros(cents, "nl") == nl
    assert formatting.euros(cents, "en") == en


@given(CENTS, st.sampled_from(["nl", "en"]))
def test_euros_agree_with_the_cldr(cents: int, locale: str) -> None:
    by_babel = format_currency(Decimal(cents) / 100, "EUR", locale="en_GB" if locale == "en" else locale)
    assert formatting.euros(cents, locale).replace(formatting.MINUS, "-") == by_babel


@given(st.integers(min_value=0, max_value=99_999_999_999))
def test_what_a_field_is_filled_with_is_read_back_to_the_cent(cents: int) -> None:
    assert parse_euros(formatting.euro_input(cents)).cents == cents


@given(CENTS)
def test_no_amount_can_break_over_two_lines(cents: int) -> None:
    for text in (formatting.euros(cents), formatting.whole_euros(cents)):
        assert " " not in text
        assert "-" not in text


@pytest.mark.parametrize("wrong", [2500.0, "2500", True, None, Decimal("25.00")])
def test_an_amount_that_is_not_whole_cents_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        formatting.euros(wrong)  # type: ignore[arg-type]  # the refusal is what is tested
    with pytest.raises(TypeError):
        formatting.whole_euros(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cents", "shown"),
    [(250049, "€\u00a02.500"), (250050, "€\u00a02.501"), (-250050, "€\u00a0−2.501"), (-49, "€\u00a00")],
)
def test_whole_euros_round_half_away_from_zero(cents: int, shown: str) -> None:
    assert formatting.whole_euros(cents) == shown


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from(["nl", "en"]))
def test_numbers_agree_with_the_cldr(value: Decimal, locale: str) -> None:
    by_babel = format_decimal(value, "#,##0.00", locale="en_GB" if locale == "en" else locale)
    expected = by_babel.removeprefix("-") if value == 0 else by_babel
    assert formatting.number(value, 2, locale).replace(formatting.MINUS, "-") == expected


def test_a_float_is_no_exact_number() -> None:
    with pytest.raises(TypeError):
        formatting.number(0.1)  # type: ignore[arg-type]  # the refusal is what is tested


def test_percentages() -> None:
    assert formatting.percent(Fraction(17, 25)) == "68\u00a0%"
    assert formatting.percent(Fraction(1, 3), 1) == "33,3\u00a0%"
    assert formatting.percent(Fraction(17, 25), locale="en") == "68%"
    assert formatting.percent(Fraction(-1, 200)) == "−1\u00a0%"


def test_dates_and_moments_stand_in_the_zone_of_the_network() -> None:
    late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert formatting.date_long(late, "nl", AMSTERDAM) == "1\u00a0januari\u00a02026"
    assert formatting.date_long(date(2025, 11, 3), "en") == "3\u00a0November\u00a02025"
    assert formatting.date_short(date(2025, 3, 3)) == "3\u00a0mrt\u00a02025"
    assert formatting.clock(late, "nl", AMSTERDAM) == "0.30\u00a0uur"
    assert formatting.clock(late, "en", AMSTERDAM) == "00:30"
    assert formatting.moment(late, "nl", AMSTERDAM) == "1\u00a0januari\u00a02026, 0.30\u00a0uur"


def test_the_hour_that_comes_twice_is_shown_as_it_was_on_the_wall() -> None:
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert formatting.clock(first, "nl", AMSTERDAM) == "2.30\u00a0uur"
    assert formatting.clock(first + timedelta(hours=1), "nl", AMSTERDAM) == "2.30\u00a0uur"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formatting.clock(datetime(2025, 1, 1, 12, 0))  # noqa: DTZ001  # the refusal is what is tested


@pytest.mark.parametrize(
    ("elapsed", "shown"),
    [
        (1, "1 uur"),
        (26, "26 uur"),
        (47, "47 uur"),
        (48, "2 dagen"),
        (80, "3 dagen"),
        (timedelta(hours=26, minutes=59), "26 uur"),
    ],
)
def test_durations_in_hours_and_then_in_days(app: Flask, elapsed: timedelta | int, shown: str) -> None:
    with app.test_request_context():
        assert formatting.duration(elapsed) == shown.replace(" ", "\u00a0")
        assert formatting.duration(timedelta(minutes=40)) == "minder dan een uur"  # may break
        assert formatting.days(1) == "1\u00a0dag"


def test_today_and_yesterday_by_the_calendar_of_the_network(app: Flask) -> None:
    now = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
    with app.test_request_context():
        assert formatting.when(datetime(2026, 1, 11, 23, 5, tzinfo=UTC), now) == "vandaag 0.05\u00a0uur"
        assert formatting.when(datetime(2026, 1, 11, 9, 14, tzinfo=UTC), now) == "gisteren 10.14\u00a0uur"
        assert formatting.when(datetime(2026, 1, 9, 9, 14, tzinfo=UTC), now).startswith("9\u00a0januari")


def test_filters_follow_the_language_and_the_zone_of_the_request(app: Flask) -> None:
    template = app.jinja_env.from_string(
        "{{ 250000|euro }} {{ at|clock }} {{ role|label }} {{ day|date_iso }}"
    )
    values = {"at": datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "role": Role.TREASURER, "day": date(2026, 7, 1)}
    with app.test_request_context():
        assert template.render(values) == "€\u00a02.500,00 10.00\u00a0uur penningmeester 2026-07-01"
    with app.test_request_context():
        g.language, g.time_zone = "en", "Europe/London"
        assert template.render(values) == "€2,500.00 09:00 treasurer 2026-07-01"


def test_what_was_typed_as_a_date_comes_back_as_it_was() -> None:
    assert formatting.date_iso("31-02-2026") == "31-02-2026"
    assert formatting.date_iso(None) == ""
    assert formatting.date_iso(datetime(2026, 2, 1, 23, 0, tzinfo=UTC)) == "2026-02-01"
