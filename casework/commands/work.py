"""``flask work``: what the calendar brings, safe to run from cron as often as one likes."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select

from casework.commands.clock import present_utc
from casework.commands.spoken import SpokenGroup
from casework.network.load import follow_buffer
from casework.network.tables import Network
from storage.unit_of_work import unit_of_work

group = SpokenGroup("work", help="What the calendar brings.")


@group.command("due")
def due_command() -> None:
    """Bring every fund's buffer to the policy that holds today."""
    now_utc = present_utc()
    with unit_of_work(current_app.extensions["omloop_engine"]) as session:
        for network in session.scalars(select(Network).order_by(Network.code)):
            cents = follow_buffer(session, network, now_utc)
            if cents is not None:
                click.echo(f"{network.code}: the buffer is now EUR {cents // 100}.{cents % 100:02d}.")
