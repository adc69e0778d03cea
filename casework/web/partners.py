"""The partners of a network: joining, changing, leaving."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("partners", __name__)


@bp.get("/partners")
@needs(Permission.PARTNERS_MANAGE)
def index() -> str:
    """The partners of a network: joining, changing, leaving."""
    return render_template("partners/index.html")
