"""Amounts, numbers, dates and durations as the reader writes them: the Jinja filters of every page.

Each function takes the locale (``"nl"`` or ``"en"``) and is pure, so that letters and spreadsheets can
use it too; :func:`install` makes filters of them that read locale and time zone of the request. Spaces
inside a figure are no-break spaces and the minus is U+2212, so that no figure breaks over two lines.
Floats are refused: what is shown comes from an exact number and is rounded once, half away from zero.

| filter | of | nl |
|---|---|---|
| ``euro`` | cents (int) | € 2.500,00 |
| ``euro_whole`` | cents (int) | € 2.500 |
| ``number`` (decimals=0) | int, Fraction, Decimal | 1.234,5 |
| ``percent`` (decimals=0) | ratio | 68 % |
| ``date_long`` / ``date_short`` | date or moment | 3 november 2025 / 3 nov 2025 |
| ``date_iso`` | date or None | 2025-11-03 (for input type=date) |
| ``moment`` / ``clock`` | aware moment | 3 november 2025, 10.14 uur / 10.14 uur |
| ``when`` (now) | aware moment | vandaag 10.14 uur, gisteren 10.14 uur, else as ``moment`` |
| ``duration`` | timedelta or hours (int) | 26 uur, 3 dagen |
| ``days`` | int | 14 dagen |
| ``label`` | state, role, choice | in beoordeling |
| ``euro_input`` | cents (int) or None | 2500,00 (to fill a form field in again) |
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask import Flask, g, get_flashed_messages
from flask_babel import get_locale, gettext, ngettext
from jinja2 import pass_context
from jinja2.runtime import Context

from rules.wording import Choice, Labelled, round_half_up

NO_BREAK = "\u00a0"
MINUS = "\u2212"
_HOURS_SHOWN_AS_HOURS = 48  # two days and more read better in days

Exact = int | Fraction | Decimal


def euros(cents: int, locale: str = "nl") -> str:
    """``250000`` as ``€ 2.500,00`` (nl) or ``€2,500.00`` (en). Raises TypeError for anything but int."""
    _require_int(cents)
    group, point = _separators(locale)
    whole, rest = divmod(abs(cents), 100)
    return _with_sign(cents, f"{_grouped(whole, group)}{point}{rest:02d}", locale)


def whole_euros(cents: int, locale: str = "nl") -> str:
    """``250049`` as ``€ 2.500``, rounded half away from zero. Raises TypeError for anything but int."""
    _require_int(cents)
    rounded = int(round_half_up(Fraction(cents, 100), 0))
    return _with_sign(rounded, _grouped(abs(rounded), _separators(locale)[0]), locale)


def euro_input(cents: int | None) -> str:
    """``250000`` as ``2500,00``: what a form field is filled with, and what ``parse_euros`` reads back."""
    if cents is None:
        return ""
    _require_int(cents)
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def number(value: Exact, decimals: int = 0, locale: str = "nl") -> str:
    """An exact number with ``decimals`` digits after the comma and groups of three."""
    group, point = _separators(locale)
    rounded = round_half_up(_exact(value), decimals)
    whole, _dot, rest = f"{abs(rounded):f}".partition(".")
    digits = _grouped(int(whole), group) + (point + rest if rest else "")
    return f"{MINUS}{digits}" if rounded < 0 else digits


def percent(ratio: Exact, decimals: int = 0, locale: str = "nl") -> str:
    """A ratio as a percentage: ``Fraction(17, 25)`` as ``68 %`` (nl) or ``68%`` (en)."""
    shown = number(_exact(ratio) * 100, decimals, locale)
    return f"{shown}%" if locale == "en" else f"{shown}{NO_BREAK}%"


def date_long(day: date, locale: str = "nl", zone: tzinfo = UTC) -> str:
    """``3 november 2025``. A moment is first brought to ``zone``."""
    return _no_break(format_date(_day(day, zone), "d MMMM y", locale=_babel(locale)))


def date_short(day: date, locale: str = "nl", zone: tzinfo = UTC) -> str:
    """``3 nov 2025``, for tables. A moment is first brought to ``zone``."""
    return _no_break(format_date(_day(day, zone), "d MMM y", locale=_babel(locale)).replace(".", ""))


def clock(moment_utc: datetime, locale: str = "nl", zone: tzinfo = UTC) -> str:
    """The time in ``zone``: ``10.14 uur`` (nl) or ``10:14`` (en). Raises ValueError for a naive moment."""
    local = _local(moment_utc, zone)
    return f"{local:%H:%M}" if locale == "en" else f"{local.hour}.{local:%M}{NO_BREAK}uur"


def moment(moment_utc: datetime, locale: str = "nl", zone: tzinfo = UTC) -> str:
    """``3 november 2025, 10.14 uur``, in ``zone``. Raises ValueError for a naive moment."""
    return f"{date_long(moment_utc, locale, zone)}, {clock(moment_utc, locale, zone)}"


def _request_locale() -> str:
    found: Locale | None = get_locale()
    return found.language if found else "nl"


def _request_zone() -> tzinfo:
    """The network's time zone; before anyone is signed in, that of the pages' first users."""
    return _zone(g.get("time_zone") or "Europe/Amsterdam")


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def label(value: Labelled | Choice) -> str:
    """The words of a state, role or choice in the reader's language. Needs a request."""
    return value.label(_request_locale())


def when(moment_utc: datetime, now_utc: datetime) -> str:
    """``vandaag 10.14 uur`` or ``gisteren 10.14 uur``, else the whole moment. Needs a request."""
    locale, zone = _request_locale(), _request_zone()
    days_ago = (_day(now_utc, zone) - _day(moment_utc, zone)).days
    time = clock(moment_utc, locale, zone)
    if days_ago == 0:
        return str(gettext("vandaag %(time)s", time=time))
    if days_ago == 1:
        return str(gettext("gisteren %(time)s", time=time))
    return moment(moment_utc, locale, zone)


def duration(elapsed: timedelta | int) -> str:
    """How long: hours below two days, whole days from there on. An int is hours. Needs a request."""
    if isinstance(elapsed, bool) or not isinstance(elapsed, timedelta | int):
        raise TypeError(f"a duration is a timedelta or whole hours, not {type(elapsed).__name__}")
    span = elapsed if isinstance(elapsed, timedelta) else timedelta(hours=elapsed)
    hours = span // timedelta(hours=1)
    if hours < 1:
        return gettext("minder dan een uur")  # too long for a column of figures not to break
    if hours < _HOURS_SHOWN_AS_HOURS:
        return _no_break(ngettext("%(num)d uur", "%(num)d uur", hours))
    return days(hours // 24)


def days(count: int) -> str:
    """``1 dag``, ``14 dagen``. Needs a request."""
    _require_int(count)
    return _no_break(ngettext("%(num)d dag", "%(num)d dagen", count))


def date_iso(day: date | str | None) -> str:
    """The value of an ``input type=date``; what someone typed before is given back as it is."""
    if day is None:
        return ""
    return day if isinstance(day, str) else (day.date() if isinstance(day, datetime) else day).isoformat()


def install(app: Flask) -> None:
    """Make the filters of the table above known to the templates of ``app``."""
    localised: dict[str, Callable[..., str]] = {
        "euro": lambda cents: euros(cents, _request_locale()),
        "euro_whole": lambda cents: whole_euros(cents, _request_locale()),
        "number": lambda value, decimals=0: number(value, decimals, _request_locale()),
        "percent": lambda ratio, decimals=0: percent(ratio, decimals, _request_locale()),
        "date_long": lambda day: date_long(day, _request_locale(), _request_zone()),
        "date_short": lambda day: date_short(day, _request_locale(), _request_zone()),
        "clock": lambda at: clock(at, _request_locale(), _request_zone()),
        "moment": lambda at: moment(at, _request_locale(), _request_zone()),
        "when": when,
        "duration": duration,
        "days": days,
        "label": label,
    }
    app.jinja_env.filters |= {name: _at_rendering(filter_) for name, filter_ in localised.items()}
    app.jinja_env.filters |= {"date_iso": date_iso, "euro_input": euro_input}
    app.jinja_env.globals["new_idempotency_key"] = lambda: secrets.token_urlsafe(16)
    app.jinja_env.globals["told_once"] = _told_once


def _told_once() -> tuple[tuple[str, str], ...]:
    """What is to be told on this page, by category; what a double click says twice is told once."""
    told = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
    return tuple(dict.fromkeys((category, str(message)) for category, message in told))


def _at_rendering(filter_: Callable[..., str]) -> Callable[..., str]:
    """``filter_``, kept from being worked out once, when Jinja compiles ``{{ 26|duration }}``: it does that
    with filters of constants that ask for no context, and the first reader's language would stay."""

    @pass_context
    @wraps(filter_)
    def filtered(_context: Context, *values: Any, **options: Any) -> str:
        return filter_(*values, **options)

    return filtered


def _require_int(value: object) -> None:
    if type(value) is not int:
        raise TypeError(f"a whole number is needed, not {type(value).__name__}")


def _exact(value: Exact) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction | Decimal):
        raise TypeError(f"an exact number is needed, not {type(value).__name__}")
    return Fraction(value)


def _grouped(whole: int, group: str) -> str:
    return f"{whole:,}".replace(",", group)


def _with_sign(value: int, digits: str, locale: str) -> str:
    """The euro sign and, for what is below zero, a minus where the language puts it."""
    minus = MINUS if value < 0 else ""
    return f"{minus}€{digits}" if locale == "en" else f"€{NO_BREAK}{minus}{digits}"


@lru_cache
def _babel(locale: str) -> Locale:
    """British conventions for English: the day before the month."""
    return Locale.parse("en_GB" if locale == "en" else locale)


@lru_cache
def _separators(locale: str) -> tuple[str, str]:
    """The marks between groups of three and before the decimals, from the CLDR."""
    symbols = _babel(locale).number_symbols["latn"]
    return symbols["group"], symbols["decimal"]


def _local(moment_utc: datetime, zone: tzinfo) -> datetime:
    if moment_utc.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment_utc.astimezone(zone)


def _day(day: date, zone: tzinfo) -> date:
    return _local(day, zone).date() if isinstance(day, datetime) else day


def _no_break(text: str) -> str:
    return text.replace(" ", NO_BREAK)
