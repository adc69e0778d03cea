"""The worklist of the secretariat: what waits for whom, since when, and the one button for it."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("worklist", __name__)


@bp.get("/werkvoorraad")
@needs(Permission.WORKLIST)
def index() -> str:
    """Everything that is on turn, with the member's own turn first."""
    return render_template("worklist/index.html")
