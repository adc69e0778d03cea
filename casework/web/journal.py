"""The book: journal, entries, account cards, trial balance."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.access import Permission
from casework.web.route import needs

bp = Blueprint("ledger", __name__)


@bp.get("/grootboek")
@needs(Permission.LEDGER_VIEW)
def journal() -> str:
    """The entries, newest first."""
    return render_template("ledger/journal.html")
