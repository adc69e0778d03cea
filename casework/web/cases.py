"""Cases: the list, a new one, and the page of one."""

from __future__ import annotations

from flask import render_template, request, url_for

from casework.access import Permission
from casework.cases.listing import case_list
from casework.web.case_blueprint import bp
from casework.web.route import needs, work
from rules.lifecycle import DecisionState

__all__ = ["bp"]


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
        found = case_list(
            job, search=search, state=state, sort=sort, descending=descending, page=page
        )

    def address(**changed: object) -> str:
        kept = {"q": search or None, "stand": state or None, "sorteer": sort}
        kept["richting"] = "af" if descending else "op"
        return url_for("cases.index", **(kept | changed))

    return render_template(
        "cases/index.html",
        found=found,
        search=search,
        state=state,
        sort=sort,
        descending=descending,
        states=tuple(DecisionState),
        address=address,
    )
