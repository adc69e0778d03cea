"""The annual overview: years, one year, and the same as a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("overview", __name__)


@bp.get("/jaaroverzicht")
@needs(Permission.OVERVIEW_VIEW)
def index() -> str:
    """The years there are."""
    return render_template("overview/index.html")
