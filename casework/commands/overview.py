"""``flask overview YEAR``: the annual overview from the shell, as text, JSON or a spreadsheet."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.commands.ledger import NetworkUnknown, WhichNetwork
from casework.network.tables import Network
from casework.reports.annual import annual_overview
from casework.reports.as_json import overview_json
from casework.reports.as_text import overview_text
from casework.reports.journal import journal_of
from casework.reports.workbook import annual_workbook
from errors import OmloopError
from ledger.snapshot import snapshot


@click.command("overview")
@click.argument("year", type=int)
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON with amounts in cents.")
@click.option(
    "--xlsx",
    "workbook",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the spreadsheet to this file.",
)
@click.option("--network", "code", help="Of this network; the only one if left out.")
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    default="nl",
    show_default=True,
    help="Of the spreadsheet.",
)
@with_appcontext
def command(year: int, as_json: bool, workbook: Path | None, code: str | None, language: str) -> None:
    """The annual overview of YEAR: opening, in, out, closing, claims, cases, speed and savings."""
    clock = current_app.extensions.get("omloop_clock")
    now_utc = clock() if clock else datetime.now(UTC)
    try:
        with snapshot(current_app.extensions["omloop_engine"]) as session:
            found = _network(session, code)
            overview = annual_overview(session, network=found, year=year, as_of_utc=now_utc)
            legs = journal_of(session, network=found, fund=overview.fund) if workbook else ()
    except OmloopError as problem:
        raise click.ClickException(problem.sentence("en")) from problem
    if workbook is not None:
        workbook.write_bytes(annual_workbook(overview, legs, language=language, with_subjects=True))
        click.echo(f"Written to {workbook}.", err=True)
    if as_json:
        click.echo(json.dumps(overview_json(overview), ensure_ascii=False, indent=2))
    elif workbook is None:
        click.echo(overview_text(overview))


def _network(session: Session, code: str | None) -> str:
    """The code that was asked for, or that of the only network."""
    known = list(session.scalars(select(Network.code).order_by(Network.code)))
    if code is None and len(known) == 1:
        return known[0]
    if code is None and known:
        raise WhichNetwork(codes=", ".join(known))
    if code is None or code not in known:
        raise NetworkUnknown(code=code or "")
    return code
