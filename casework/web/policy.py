"""The adopted policy of a network, in sentences."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.network.policy_versions import partner_names, section_versions
from casework.web.policy_words import TITLES, sentences
from casework.web.route import needs, work

bp = Blueprint("policy", __name__)


@bp.get("/beleid")
@needs(Permission.POLICY_VIEW)
def index() -> str:
    """What holds today per section, from when, whether stated or assumed, and what held before."""
    with work() as job:
        found = section_versions(job)
        names = partner_names(job)
    return render_template(
        "policy/index.html",
        sections=[(str(title), found[name]) for name, title in TITLES.items()],
        words=lambda version: sentences(version, names),
    )
