"""``flask demo``: a network with people and a history, to try Omloop with."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app

from casework.commands.spoken import SpokenGroup
from casework.demo.load import DEFAULT_SEED, keep_password, load_demo, sign_ins
from storage.migrate import upgrade

group = SpokenGroup("demo", help="A demo to try Omloop with.")


@group.command("load")
@click.option(
    "--cases", type=click.IntRange(0, 100_000), help="How many cases; about sixty a year if left out."
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Same seed, same history.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The day at which the history ends; today if left out."
)
def load_command(cases: int | None, seed: int, until: datetime | None) -> None:
    """Load the demo into an empty database, which is migrated first."""
    engine = current_app.extensions["omloop_engine"]
    settings = current_app.extensions["omloop_settings"]
    upgrade(engine)
    now_utc = until.replace(hour=12, tzinfo=UTC) if until else None
    code = load_demo(
        engine, password=keep_password(settings), seed=seed, cases=cases, now_utc=now_utc, say=click.echo
    )
    click.echo(f"The demo of {code} is loaded.")
    for line in sign_ins(settings):
        click.echo(f"  {line}")
