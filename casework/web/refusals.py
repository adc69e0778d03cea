"""Refusals go to the log too: who tried to reach what they may not."""

from __future__ import annotations

import re

from flask import g, request

from casework.audit.tables import LogRecord
from casework.context import Actor
from casework.web.route import engine, now_utc
from storage.unit_of_work import unit_of_work

_CODE = re.compile(r"[A-Za-z0-9-]{1,40}")


def log_refusal() -> None:
    """One record for a page or action that was refused to someone who is signed in.

    It holds the route and, where it looks like one, the number or code that was asked for; never the
    address itself, in which anything can be typed.
    """
    actor: Actor | None = g.get("actor")
    if actor is None or request.url_rule is None:
        return
    asked = [str(value) for value in (request.view_args or {}).values() if _CODE.fullmatch(str(value))]
    with unit_of_work(engine()) as session:
        session.add(
            LogRecord(
                at_utc=now_utc(),
                network_id=actor.network_id,
                person_id=actor.person_id,
                action="access.refuse",
                object_ref=request.url_rule.rule[:80],
                result="refused",
                address=request.remote_addr or "",
                facts={"method": request.method, "asked": " ".join(asked)},
            )
        )
