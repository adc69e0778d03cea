"""``flask policy``: what a changed policy would have meant, and taking the adopted policy out."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from casework.commands.clock import present_utc
from casework.commands.spoken import SpokenGroup
from casework.network.policy_versions import partner_names
from casework.policy.export import network_as_toml
from casework.policy.operator import preview_file, work_of
from casework.web.policy_as_text import change_as_text
from storage.unit_of_work import unit_of_work

group = SpokenGroup("policy", help="Policy.")
_network = click.option("--network", help="The code of the network, where there are several.")


@group.command("preview")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_network
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", help="The language of the text.")
def preview_command(file: Path, network: str | None, language: str) -> None:
    """Run the changes in FILE over past cases; changes nothing.

    FILE is a network's file with versions that are not adopted yet, or only the sections that change.
    """
    with (
        unit_of_work(current_app.extensions["omloop_engine"], write=False) as session,
        force_locale(language),
    ):
        work = work_of(session, network, present_utc())
        found = preview_file(work, file.read_text(encoding="utf-8"), file=str(file))
        names = partner_names(work)
        texts = [change_as_text(change, effects, names) for change, effects in found]
        click.echo("\n\n".join(texts) or _("In dit bestand staat geen wijziging van het beleid."))


@group.command("export")
@_network
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file to write to.")
def export_command(network: str | None, output: Path | None) -> None:
    """Print the network as its TOML file, with all that was adopted in the program."""
    with unit_of_work(current_app.extensions["omloop_engine"], write=False) as session:
        text = network_as_toml(work_of(session, network, present_utc()))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
