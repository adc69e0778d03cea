"""The log, for auditors."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from casework.access import Permission
from casework.audit.find import LogSearch, log
from casework.web.errors import errors_by_field
from casework.web.fields import DateField, FormInvalid, FormSchema, parse
from casework.web.log_words import ACTIONS, action_choices, action_sentence, facts_line
from casework.web.route import needs, work

bp = Blueprint("audit", __name__)


class DaysForm(FormSchema):
    """The days to search in."""

    van = DateField()
    tot = DateField()


@bp.get("/logboek")
@needs(Permission.LOG_VIEW)
def index() -> str:
    """Everything that was done, newest first, to search and filter."""
    asked = request.args
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {}
    try:
        days = parse(DaysForm(), asked)
    except FormInvalid as problem:
        errors = errors_by_field(problem)
    search = LogSearch(
        action=asked.get("actie", "") if asked.get("actie") in ACTIONS else "",
        person=asked.get("wie", "")[:100].strip(),
        object_ref=asked.get("wat", "")[:80].strip(),
        from_on=days.get("van"),
        until_on=days.get("tot"),
        refused_only=asked.get("alleen") == "geweigerd",
    )
    with work() as job:
        page = log(job, search, page=asked.get("pagina", 1, type=int))
        now = job.now_utc
    return render_template(
        "audit/index.html",
        page=page,
        rows=[(row, action_sentence(row), facts_line(row)) for row in page.rows],
        search=search,
        typed=asked,
        errors=errors,
        actions=action_choices(),
        now=now,
    )
