"""The adopted policy of a network, in sentences."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("policy", __name__)


@bp.get("/beleid")
@needs(Permission.POLICY_VIEW)
def index() -> str:
    """The adopted policy of a network, in sentences."""
    return render_template("policy/index.html")
