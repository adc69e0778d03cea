"""The blueprint of settling: the pages of secretariat, representatives and executives hang on it."""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint
from flask_babel import get_locale

from rules.wording import show_number

bp = Blueprint("settlement", __name__)


@bp.app_template_filter("millionths")
def millionths(carry: int) -> str:
    """A carry in millionths of a cent as exact cents: ``-600000`` becomes ``−0,6``."""
    return show_number(Fraction(carry, 1_000_000), str(get_locale() or "nl"), decimals=6)
