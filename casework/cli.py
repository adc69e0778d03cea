"""Commands, so that everything can be done and checked from a shell: ``flask --app app …``."""

from __future__ import annotations

from flask import Flask

from casework.commands import backup, database, demo, ledger, ledger_export, network, overview, policy, work


def install(app: Flask) -> None:
    """Add the commands to ``app``."""
    ledger.group.add_command(ledger_export.command)
    groups = (database.group, network.group, policy.group, demo.group, ledger.group, work.group)
    for command in (*groups, overview.command, *backup.commands):
        app.cli.add_command(command)
