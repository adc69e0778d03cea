"""``flask network``: networks from their files, and the first people who can sign in to one."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from casework.commands.clock import present_utc
from casework.commands.spoken import SpokenGroup
from casework.network.load import Loaded, load_network
from casework.network.tables import Network
from casework.people.operator import add_first_administrator, give_temporary_password
from errors import NotFound
from rules.network_file import load_network as read_network
from rules.wording import show_cents
from storage.unit_of_work import unit_of_work

group = SpokenGroup("network", help="Networks.")


@group.command("load")
@click.argument("file", type=click.Path(path_type=Path))
def load_command(file: Path) -> None:
    """Bring the database to what FILE says: partners, policy, fund. Twice is once."""
    network_file = read_network(file)
    with unit_of_work(current_app.extensions["omloop_engine"]) as session:
        loaded = load_network(session, network_file, present_utc())
    for line in _lines(loaded):
        click.echo(line)


@group.command("add-administrator")
@click.argument("network")
@click.argument("partner")
@click.argument("email")
@click.argument("name")
def add_administrator_command(network: str, partner: str, email: str, name: str) -> None:
    """Make the first administrator of NETWORK, at PARTNER; prints a temporary password.

    Refused once the network has an administrator: from then on it is done on the page.
    """
    with unit_of_work(current_app.extensions["omloop_engine"]) as session:
        found = session.scalar(select(Network).where(Network.code == network))
        if found is None:
            raise NotFound()
        password = add_first_administrator(
            session, network=found, partner_code=partner, email=email, name=name, now_utc=present_utc()
        )
    click.echo(f"{name} signs in with {email.lower()} and the temporary password {password}")


@group.command("reset-password")
@click.argument("email")
def reset_password_command(email: str) -> None:
    """Give the account with EMAIL a temporary password, also where it works in several networks."""
    with unit_of_work(current_app.extensions["omloop_engine"]) as session:
        password = give_temporary_password(session, email=email, now_utc=present_utc())
    click.echo(f"The temporary password is {password}")


def _lines(loaded: Loaded) -> list[str]:
    """What was loaded, for a shell."""
    lines = [f"Network {loaded.code} " + ("is new." if loaded.created else "was there already.")]
    if loaded.partners_added:
        lines.append(f"Partners added: {', '.join(loaded.partners_added)}.")
    if loaded.partners_changed:
        lines.append(f"Partners changed: {', '.join(loaded.partners_changed)}.")
    if loaded.partners_to_end:
        lines.append(
            f"The file says these have left; record that on the page: {', '.join(loaded.partners_to_end)}."
        )
    for section, valid_from in loaded.versions_added:
        lines.append(f"Policy {section} holds from {valid_from.isoformat()}.")
    if loaded.account_added:
        lines.append("The fund has the account of the file.")
    if loaded.buffer_cents is not None:
        lines.append(f"The fund keeps back {show_cents(loaded.buffer_cents, 'en')}.")
    if not loaded.changed:
        lines.append("Nothing changed.")
    return lines
