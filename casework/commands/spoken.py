"""Commands whose refusals are sentences, not tracebacks."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from errors import OmloopError


class SpokenGroup(AppGroup):
    """Refusals go to standard error with exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OmloopError as problem:
            raise click.ClickException(problem.sentence("en")) from problem


class SpokenCommand(click.Command):
    """One command that stands by itself; refusals as in :class:`SpokenGroup`."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OmloopError as problem:
            raise click.ClickException(problem.sentence("en")) from problem
