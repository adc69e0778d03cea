"""``flask ledger export``: the book in a form that others can check."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.commands.ledger import only_network
from casework.network.tables import Network
from ledger.export import Exported, Format, export
from ledger.export.xaf import TAX_NUMBER_MAX, UNKNOWN_TAX_NUMBER
from ledger.snapshot import snapshot


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "name", type=click.Choice([one.value for one in Format]), required=True)
@click.option("--network", help="The network's code; may be left out when there is one.")
@click.option(
    "--year", type=click.IntRange(1900, 9999), help="Audit file only: the book year; else the last."
)
@click.option("--tax-number", default=UNKNOWN_TAX_NUMBER, help="Audit file only: the fund's RSIN, if any.")
@with_appcontext
def command(file: Path, name: str, network: str | None, year: int | None, tax_number: str) -> None:
    """Write the book to FILE: whole for hledger and beancount, one year as audit file (XAF 4.0)."""
    format_ = Format(name)
    if year is not None and format_ is not Format.XAF:
        raise click.UsageError("--year is for the audit file; the plain-text books hold everything.")
    if not 0 < len(tax_number.strip()) <= TAX_NUMBER_MAX:
        raise click.UsageError(f"--tax-number is at most {TAX_NUMBER_MAX} characters.")
    with snapshot(current_app.extensions["omloop_engine"]) as session:
        code = only_network(session, network)
        done = _to_file(session, file, code=code, format_=format_, year=year, tax_number=tax_number.strip())
    what = f"book year {done.year}" if done.year else "the whole book"
    click.echo(f"{file}: {what} of {code}, {done.entry_count} entries. Head {done.head_hash}")


def _to_file(
    session: Session, file: Path, *, code: str, format_: Format, year: int | None, tax_number: str
) -> Exported:
    """Write beside ``file`` and put it in place when whole: nobody finds half a book under its name."""
    company = session.scalar(select(Network.name).where(Network.code == code)) or code
    if not file.resolve().parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.resolve().parent}", param_hint="FILE")
    descriptor, beside = tempfile.mkstemp(dir=file.resolve().parent, prefix=f".{file.name}.")
    try:
        with (
            open(descriptor, "w", encoding="utf-8", newline="\n") as out,
            click.progressbar(length=1, label="Entries", file=sys.stderr) as bar,
        ):

            def progress(entries: int, total: int) -> None:
                bar.length = total
                bar.update(entries - bar.pos)

            done = export(
                session,
                out,
                network=code,
                format_=format_,
                company_name=company,
                created_on=datetime.now(UTC).date(),
                year=year,
                tax_number=tax_number,
                progress=progress,
            )
        os.replace(beside, file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return done
