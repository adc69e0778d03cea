"""``flask work``: what the calendar brings, safe to run from cron as often as one likes."""

from __future__ import annotations

import click
from flask import current_app

from casework.commands.clock import present_utc
from casework.commands.spoken import SpokenGroup
from casework.due.run import run_due
from casework.due.steps import STEPS

group = SpokenGroup("work", help="What the calendar brings.")


@group.command("due")
def due_command() -> None:
    """Do everything that is due by now, for every network; exit with 1 where something failed.

    Says what was done. Two runs at once leave each other's work alone.
    """
    engine = current_app.extensions["omloop_engine"]
    outcome = run_due(engine, STEPS, clock=present_utc, say=click.echo)
    if outcome.failed:
        raise click.ClickException(f"{outcome.failed} not done; see above. The next run tries again.")
