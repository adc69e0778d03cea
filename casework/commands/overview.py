"""``flask overview YEAR``: the annual overview from the shell."""

from __future__ import annotations

import click


@click.command("overview")
@click.argument("year", type=int)
def command(year: int) -> None:
    """The annual overview of YEAR."""
    click.echo(str(year))
