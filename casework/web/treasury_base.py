"""The blueprint of the treasurer: the pages of payouts and of the fund's own bookings hang on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("treasury", __name__)
