"""``flask db``: bring the database to the present version."""

from __future__ import annotations

import click
from flask import current_app

from casework.commands.spoken import SpokenGroup
from storage.migrate import upgrade

group = SpokenGroup("db", help="The database.")


@group.command("upgrade")
def upgrade_command() -> None:
    """Run the migrations that were not run yet."""
    upgrade(current_app.extensions["omloop_engine"])
    click.echo("The database is up to date.")
