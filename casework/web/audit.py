"""The log, for auditors."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("audit", __name__)


@bp.get("/logboek")
@needs(Permission.LOG_VIEW)
def index() -> str:
    """The log, for auditors."""
    return render_template("audit/index.html")
