"""The people of a network, their roles and their access."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("people", __name__)


@bp.get("/mensen")
@needs(Permission.PEOPLE_MANAGE)
def index() -> str:
    """The people of a network, their roles and their access."""
    return render_template("people/index.html")
