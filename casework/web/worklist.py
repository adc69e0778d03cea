"""The worklist of the secretariat: what waits for whom, since when, and the one button for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from casework.access import Permission
from casework.web.route import needs, work
from casework.worklist.lines import Action, Section, WorkLine
from casework.worklist.queries import SORTS, worklist
from rules.roles import Role

bp = Blueprint("worklist", __name__)

_PAGES: dict[Action, str] = {
    Action.ASSESS: "decision.assess_form",
    Action.VOTE: "decision.show",
    Action.DECIDE: "decision.show",
    Action.PROMISE: "decision.show",
    Action.REVIEW: "decision.show",
    Action.OPEN: "cases.show",
    Action.PROPOSE_SETTLEMENT: "settlement.propose",
    Action.SETTLEMENT: "settlement.show",
}


@bp.get("/werkvoorraad")
@needs(Permission.WORKLIST)
def index() -> str:
    """Everything that is on turn, with the member's own turn first."""
    search = request.args.get("zoek", "").strip()[:100]
    section = next((one for one in Section if one.value == request.args.get("deel")), None)
    sort = request.args.get("sorteer", "time")
    sort = sort if sort in SORTS else "time"
    descending = request.args.get("richting", "af") != "op"
    page = request.args.get("bladzijde", 1, type=int)
    with work() as job:
        found = worklist(job, search=search, section=section, sort=sort, descending=descending, page=page)

    def address(**changed: object) -> str:
        kept: dict[str, Any] = {"zoek": search or None, "deel": section, "sorteer": sort}
        kept["richting"] = "af" if descending else "op"
        return url_for("worklist.index", **(kept | changed))

    def sort_address(key: str) -> str:
        """Sorting by another column starts high; clicking the same column again turns it round."""
        direction = "op" if sort == key and descending else "af"
        return address(sorteer=key, richting=direction)

    def page_address(number: int) -> str:
        return address(bladzijde=number)

    return render_template(
        "worklist/index.html",
        found=found,
        search=search,
        section=section,
        sort=sort,
        descending=descending,
        address=address,
        page_address=page_address,
        sort_address=sort_address,
        line_url=line_url,
        stands_in=not g.actor.has(Role.SECRETARIAT),
    )


def line_url(line: WorkLine) -> str:
    """Where the button of a line leads."""
    return url_for(_PAGES[line.turn.action], number=line.number)
