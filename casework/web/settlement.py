"""Settling, for the secretariat: the list of what is still to be settled."""

from __future__ import annotations

from flask import render_template

from casework.access import Permission
from casework.web.route import needs
from casework.web.settlement_base import bp

__all__ = ["bp"]


@bp.get("/verrekening")
@needs(Permission.SETTLEMENT_LIST)
def index() -> str:
    """Every paid case without a settlement, every proposal and whom it waits for, what is not yet repaid."""
    return render_template("settlement/index.html")


@bp.get("/uw-antwoord")
@needs(Permission.SETTLEMENT_RESPOND)
def respond_index() -> str:
    """What waits for an answer of one's own partner."""
    return render_template("settlement/respond_index.html")
