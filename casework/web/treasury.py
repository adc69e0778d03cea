"""The treasurer's pages."""

from __future__ import annotations

from flask import render_template

from casework.access import Permission
from casework.web.route import needs
from casework.web.treasury_base import bp

__all__ = ["bp"]


@bp.get("/betalen")
@needs(Permission.PAYOUT_ORDER)
def index() -> str:
    """What is to be paid, confirmed and collected."""
    return render_template("treasury/index.html")
