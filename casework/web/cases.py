"""Cases: the list, and the page of one."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import get_locale

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.cases.listing import case_list
from casework.cases.page import case_page
from casework.web import case_actions, case_edit, case_files, case_top_up
from casework.web.case_blueprint import bp
from casework.web.case_parts import parts_of
from casework.web.route import needs, work
from rules.lifecycle import DecisionState

# The modules whose routes hang on the same blueprint.
PAGES = (case_actions, case_edit, case_files, case_top_up)
__all__ = ["PAGES", "bp"]


@bp.get("/casussen")
@needs(Permission.CASE_LIST)
def index() -> str:
    """The cases one may see."""
    search = request.args.get("q", "")[:100]
    state = request.args.get("stand", "")
    sort = request.args.get("sorteer", "number")
    descending = request.args.get("richting", "af" if sort == "number" else "op") == "af"
    page = request.args.get("bladzijde", 1, type=int)
    with work() as job:
        found = case_list(job, search=search, state=state, sort=sort, descending=descending, page=page)

    def address(**changed: object) -> str:
        kept: dict[str, object] = {"q": search or None, "stand": state or None, "sorteer": sort}
        kept["richting"] = "af" if descending else "op"
        return url_for("cases.index", **(kept | changed))  # type: ignore[arg-type]  # any query value

    locale = str(get_locale() or "nl")
    return render_template(
        "cases/index.html",
        found=found,
        search=search,
        state=state,
        sort=sort,
        descending=descending,
        state_options=[(one.value, one.label(locale).capitalize()) for one in DecisionState],
        address=address,
        page_address=lambda number: address(bladzijde=number),
        may_create=may_ever(g.actor, Permission.CASE_CREATE),
    )


@bp.get("/casussen/<number>")
@needs(Permission.CASE_VIEW)
def show(number: str) -> str:
    """One case. Who looked is kept in the log."""
    with work(write=True) as job:
        case, page = case_page(job, number)
        record(job, "case.view", case.number)
        return render_template("cases/show.html", **parts_of(job, case, page))
