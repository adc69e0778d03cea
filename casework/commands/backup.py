"""``flask backup FILE`` and ``flask restore FILE``: everything but the secrets, while the program runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from casework.commands.spoken import SpokenCommand
from config.settings import Settings
from ledger.backup import Backup, make_backup, restore_backup

SECRETS = (
    "Secrets are NOT in a backup. Keep encryption_keys, hash_key and secret_key (in {instance}, or the "
    "OMLOOP_ variables) apart from it: without them no text about people can be read."
)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup", cls=SpokenCommand)
@click.argument("file", type=_FILE)
@click.pass_context
@with_appcontext
def backup_command(context: click.Context, file: Path) -> None:
    """Write database and uploads to FILE, as of one moment, and verify the book in it."""
    settings: Settings = current_app.extensions["omloop_settings"]
    if not file.resolve().parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.resolve().parent}", param_hint="FILE")
    made = make_backup(
        current_app.extensions["omloop_engine"],
        uploads=settings.uploads,
        file=file,
        now_utc=datetime.now(UTC),
        postgres_bin=settings.postgres_bin,
    )
    click.echo(f"{file}: {_what(made)}")
    click.echo(SECRETS.format(instance=settings.instance))
    if made.report.first is not None:
        click.echo(f"The book in it is NOT right. First wrong: {made.report.first}", err=True)
        context.exit(1)


@click.command("restore", cls=SpokenCommand)
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace what is here.")
@click.option("--head", help="A hash that was kept elsewhere and must be in the chain.")
@with_appcontext
def restore_command(file: Path, force: bool, head: str | None) -> None:
    """Put the backup in FILE in place, after verifying it; whole or not at all."""
    settings: Settings = current_app.extensions["omloop_settings"]
    done = restore_backup(
        current_app.extensions["omloop_engine"],
        uploads=settings.uploads,
        file=file,
        force=force,
        head=head,
        postgres_bin=settings.postgres_bin,
    )
    click.echo(f"Restored and verified: {_what(done)}")


def _what(backup: Backup) -> str:
    manifest = backup.manifest
    files = len(manifest.parts) - 1
    lines = [
        f"made {manifest.created_at_utc} on {manifest.backend}, {sum(manifest.row_counts.values())} rows, "
        f"{manifest.entry_count} entries, {files} uploads."
    ]
    lines += [f"  {network}: head {head}" for network, head in manifest.heads.items()]
    return "\n".join(lines)


commands = (backup_command, restore_command)
