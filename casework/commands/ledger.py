"""``flask ledger``: verify and read the book from the shell."""

from __future__ import annotations

import json
import sys
from datetime import datetime

import click
from flask import current_app
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.commands.spoken import SpokenGroup
from casework.network.tables import Network
from errors import Invalid, NotFound
from ledger import as_of
from ledger.accounts import Account
from ledger.balances import FundPosition, fund_position, main_balances
from ledger.chart import chart
from ledger.snapshot import snapshot
from ledger.verify import verify
from rules.wording import show_cents
from storage.unit_of_work import unit_of_work

group = SpokenGroup("ledger", help="The book of the fund.")
_PROBLEMS_SHOWN = 20


class WhichNetwork(Invalid):
    """There are several networks, so one must be named."""

    nl = "Er zijn meer netwerken. Kies er een met --network: {codes}."
    en = "There are several networks. Choose one with --network: {codes}."


class NetworkUnknown(NotFound):
    """No network has this code, or there is none at all."""

    nl = "Er is geen netwerk {code}. Laad eerst een netwerk met: flask network load BESTAND."
    en = "There is no network {code}. Load one first: flask network load FILE."


@group.command("verify")
@click.option("--network", help="The network's code; every network if left out.")
@click.option("--head", help="A hash that was kept elsewhere and must still be in the chain.")
@click.pass_context
def verify_command(context: click.Context, network: str | None, head: str | None) -> None:
    """Recompute chain, numbers, sums and balances; names the first wrong row and ends with 1."""
    with snapshot(_engine()) as session, click.progressbar(length=1, label="Entries", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = verify(session, network=network, head=head, progress=progress)
    counted = f"{report.entry_count} entries, {report.leg_count} legs"
    if report.ok:
        for code, hash_ in report.heads.items():
            click.echo(f"{code}: head {hash_}")
        click.echo(f"The book is right: {counted}.")
        return
    click.echo(f"The book is NOT right. First wrong: {report.first}", err=True)
    for problem in report.problems[1:_PROBLEMS_SHOWN]:
        click.echo(f"  also: {problem}", err=True)
    click.echo(f"{len(report.problems)} problems in {counted}.", err=True)
    context.exit(1)


@group.command("balances")
@click.option("--network", help="The network's code; may be left out when there is one.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="After the last entry of this day; now if left out."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, amounts in whole cents.")
def balances_command(network: str | None, on: datetime | None, as_json: bool) -> None:
    """The balance of every main account, debit positive, and how the fund stands."""
    with unit_of_work(_engine(), write=False) as session:
        code = only_network(session, network)
        if on is None:
            totals = main_balances(session, network=code)
            position = fund_position(session, network=code)
        else:
            totals = as_of.main_balances(session, network=code, on=on.date())
            position = as_of.fund_position(session, network=code, on=on.date())
    if as_json:
        click.echo(json.dumps(_document(code, on, totals, position), indent=2, ensure_ascii=False))
        return
    for account, cents in totals.items():
        click.echo(f"{account.value}  {chart()[account].name_en:<34}{show_cents(cents, 'en'):>18}")
    click.echo(f"      {'Available':<34}{show_cents(position.available_cents, 'en'):>18}")


def _document(
    code: str, on: datetime | None, totals: dict[Account, int], position: FundPosition
) -> dict[str, object]:
    return {
        "network": code,
        "on": on.date().isoformat() if on else None,
        "accounts": {
            account.value: {"name": chart()[account].name_en, "balance_cents": cents}
            for account, cents in totals.items()
        },
        "fund": {
            "cash_cents": position.cash_cents,
            "commitments_cents": position.commitments_cents,
            "advances_cents": position.advances_cents,
            "suspense_cents": position.suspense_cents,
            "buffer_cents": position.buffer_cents,
            "available_cents": position.available_cents,
            "still_to_come_back_cents": position.still_to_come_back_cents,
        },
    }


def only_network(session: Session, code: str | None) -> str:
    """The code that was asked for, or that of the only network."""
    codes = list(session.scalars(select(Network.code).order_by(Network.code)))
    if code is None and len(codes) == 1:
        return codes[0]
    if code is None and codes:
        raise WhichNetwork(codes=", ".join(codes))
    if code not in codes:
        raise NetworkUnknown(code=code or "")
    return code


def _engine() -> Engine:
    found = current_app.extensions["omloop_engine"]
    assert isinstance(found, Engine)
    return found
