"""The mini-business-case of a case: what it costs, what it saves, and for whom."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("business_case", __name__)
