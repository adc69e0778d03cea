"""The pot on top of every page of the secretariat: those who spend it always see what is available."""

from __future__ import annotations

from flask import g
from werkzeug.local import LocalProxy

from casework.access import Permission, may_ever
from casework.context import Actor
from casework.web.route import work
from ledger.balances import FundPosition, fund_position
from rules.roles import Role


def pot_for_page() -> FundPosition | None:
    """How the pot stands, for a member of the secretariat; None for everyone else. Read once per request."""
    actor: Actor | None = g.get("actor")
    if actor is None or not actor.has(Role.SECRETARIAT) or not may_ever(actor, Permission.POT_VIEW):
        return None
    if "fund_position" not in g:
        with work(write=False) as job:
            g.fund_position = fund_position(job.session, network=job.network.code)
    found: FundPosition = g.fund_position
    return found


def names_for_templates() -> dict[str, object]:
    """``fund_position`` for the frame of every page; read only by a page that shows it."""
    return {"fund_position": LocalProxy(pot_for_page)}
