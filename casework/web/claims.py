"""Claims: what is owed to the pot, by whom, since when."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("claims", __name__)


@bp.get("/vorderingen")
@needs(Permission.CLAIM_VIEW)
def index() -> str:
    """The claims of the network."""
    return render_template("claims/index.html")
