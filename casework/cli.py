"""Commands, so that everything can be done and checked from a shell: ``flask --app app …``."""

from __future__ import annotations

from flask import Flask

from casework.commands import database, demo, ledger, ledger_export, network, overview


def install(app: Flask) -> None:
    """Add the commands to ``app``."""
    ledger.group.add_command(ledger_export.command)
    for command in (database.group, network.group, demo.group, ledger.group, overview.command):
        app.cli.add_command(command)
