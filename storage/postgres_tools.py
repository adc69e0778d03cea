"""PostgreSQL's own programs: ``pg_dump``, ``pg_restore`` and ``psql``.

A ``pg_dump`` must not be older than its server, and a machine can hold several: the folder can be set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from errors import Unavailable

LOCK_TIMEOUT_MS = 10_000
_DEBIAN = Path("/usr/lib/postgresql")


class PostgresToolMissing(Unavailable):
    """A program that comes with PostgreSQL is not on this machine."""

    nl = (
        "Het programma {program} staat niet op deze machine. Installeer postgresql-client, of zet de map "
        "waar het staat in OMLOOP_POSTGRES_BIN."
    )
    en = (
        "The program {program} is not on this machine. Install postgresql-client, or set OMLOOP_POSTGRES_BIN "
        "to the folder where it is."
    )


class PostgresToolFailed(Unavailable):
    """A program that comes with PostgreSQL ended with an error; nothing was changed."""

    nl = "{program} is niet gelukt: {reason}. Er is niets veranderd."
    en = "{program} failed: {reason}. Nothing was changed."


@dataclass(frozen=True, slots=True)
class PostgresTools:
    """The programs, run against one database. ``folder`` is where to look first."""

    url: URL
    folder: Path | None = None

    def run(self, program: str, *arguments: str | Path, database: str | None = None) -> None:
        """Run ``program``. Raises :class:`PostgresToolMissing` or :class:`PostgresToolFailed`."""
        command: Sequence[str | Path] = (self._path(program), *arguments)
        done = subprocess.run(  # noqa: S603  (no shell; program names and arguments are ours)
            command, env=self._environment(database), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["?"]
            raise PostgresToolFailed(program=program, reason=lines[-1].rstrip("."))

    def _path(self, program: str) -> Path:
        if self.folder is not None and (self.folder / program).exists():
            return self.folder / program
        # Debian's /usr/bin/pg_dump picks the version of a local cluster; the newest serves every server.
        installed = sorted(_DEBIAN.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
        if installed:
            return installed[-1]
        found = shutil.which(program)
        if found is None:
            raise PostgresToolMissing(program=program)
        return Path(found)

    def _environment(self, database: str | None) -> dict[str, str]:
        """The connection in variables: on a command line everyone could read the password."""
        url = self.url
        host = url.host or url.query.get("host")
        given = {
            "PGHOST": host if isinstance(host, str) else None,
            "PGPORT": str(url.port) if url.port else None,
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": database or url.database,
            "PGOPTIONS": f"-c lock_timeout={LOCK_TIMEOUT_MS}",
            "LC_ALL": "C",
        }
        return {**os.environ, **{name: value for name, value in given.items() if value}}
