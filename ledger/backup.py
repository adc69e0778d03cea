"""A backup of everything but the secrets, and restoring one that verifies.

Made while the program runs: the database as of one moment, and the uploads, in one file with a manifest that
names the head of each chain. Encryption keys, hash key and secret key are **not** in it: whoever finds a
backup can then still read no text about people.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from errors import Conflict, Invalid
from ledger.snapshot import snapshot
from ledger.verify import VerifyReport, verify
from storage import cipher, migrate
from storage.archive import DATABASE, UPLOADS, ArchiveWriter, Manifest, extract, read_manifest
from storage.backup import copy_database, count_rows, restore_database

_KNOWN_TEXT = "omloop-backup"


class BackupExists(Conflict):
    """A backup is never written over another file."""

    nl = "{file} bestaat al. Kies een andere naam."
    en = "{file} exists already. Choose another name."


class BackupOfOtherDatabase(Conflict):
    """An SQLite backup cannot go into PostgreSQL, nor the other way round."""

    nl = "Deze back-up is van {backend}. Zet hem terug in een installatie die daarop draait."
    en = "This backup is of {backend}. Restore it into an installation that runs on it."


class BackupOfNewerProgram(Conflict):
    """The backup was made by a later version of the program."""

    nl = "Deze back-up is van een nieuwere versie van het programma ({revision}). Werk dat eerst bij."
    en = "This backup was made by a later version of the program ({revision}). Update the program first."


class KeysDoNotFit(Conflict):
    """The installation's keys are not those the backup was made with."""

    nl = (
        "De sleutels van deze installatie passen niet bij de back-up. Zet eerst encryption_keys en hash_key "
        "van de oude installatie in de map instance (of in OMLOOP_ENCRYPTION_KEYS en OMLOOP_HASH_KEY)."
    )
    en = (
        "The keys of this installation do not fit the backup. First put encryption_keys and hash_key of the "
        "old installation in the instance folder (or in OMLOOP_ENCRYPTION_KEYS and OMLOOP_HASH_KEY)."
    )


class BackupDoesNotVerify(Invalid):
    """What is in the backup is not what its manifest says, or its book is not right."""

    nl = "Deze back-up klopt niet: {reason}. Neem een andere back-up. Er is niets veranderd."
    en = "This backup does not verify: {reason}. Take another backup. Nothing was changed."


class InstallationNotEmpty(Conflict):
    """There is something here that a restore would replace."""

    nl = "Deze installatie is niet leeg. Maak er eerst een back-up van en zet terug met --force."
    en = "This installation is not empty. Make a backup of it first, then restore with --force."


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or restored: its manifest, and what verifying found."""

    manifest: Manifest
    report: VerifyReport


def make_backup(
    engine: Engine, *, uploads: Path, file: Path, now_utc: datetime, postgres_bin: Path | None = None
) -> Backup:
    """Write a backup to ``file`` and verify the book in it. The file is whole or not there.

    It is also written when the book does not verify, for those who must find out why; the report says so.
    Raises :class:`BackupExists`.
    """
    if file.exists():
        raise BackupExists(file=file)
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.resolve().parent) as folder:
        copy, beside = Path(folder) / DATABASE, Path(folder) / "archive"
        with beside.open("xb") as out:
            beside.chmod(0o600)
            with ArchiveWriter(out) as writer:
                found = _fill(writer, engine, uploads, copy, postgres_bin)
                manifest = _manifest(engine, found, writer, now_utc)
                writer.finish(manifest)
            out.flush()
            os.fsync(out.fileno())
        os.link(beside, file)  # unlike a rename it never writes over a file that came meanwhile
    return Backup(manifest, found.report)


def _fill(
    writer: ArchiveWriter, engine: Engine, uploads: Path, copy: Path, postgres_bin: Path | None
) -> _Description:
    # Uploads before and after: what the database of a moment between names, is then in it.
    _add_uploads(writer, uploads)
    found = copy_database(engine, copy, _describe, postgres_bin=postgres_bin)
    _add_uploads(writer, uploads)
    writer.add(DATABASE, copy, packed=engine.dialect.name == "postgresql")
    return found


def _manifest(engine: Engine, found: _Description, writer: ArchiveWriter, now_utc: datetime) -> Manifest:
    return Manifest(
        created_at_utc=now_utc.astimezone(UTC).isoformat(timespec="seconds"),
        backend=engine.dialect.name,
        schema_revision=found.revision,
        heads=found.report.heads,
        entry_count=found.report.entry_count,
        leg_count=found.report.leg_count,
        row_counts=found.row_counts,
        keys=_key_marks(),
        parts=writer.parts,
    )


def restore_backup(
    engine: Engine,
    *,
    uploads: Path,
    file: Path,
    force: bool = False,
    head: str | None = None,
    postgres_bin: Path | None = None,
) -> Backup:
    """Put the backup in ``file`` in place of the database and uploads, whole or not at all.

    Refused when it does not verify (parts, manifest, chain, a ``head`` that was kept elsewhere), when the
    keys do not fit, and without ``force`` when there is something here already.
    """
    manifest = read_manifest(file)
    if manifest.backend != engine.dialect.name:
        raise BackupOfOtherDatabase(backend=manifest.backend)
    if not migrate.known(manifest.schema_revision):
        raise BackupOfNewerProgram(revision=manifest.schema_revision)
    _require_keys(manifest.keys)
    if not force and not _is_empty(engine, uploads):
        raise InstallationNotEmpty()
    reports: list[VerifyReport] = []
    here = {path.name for path in _files(uploads)}

    def check(staged: Engine) -> None:
        reports.append(_verified(staged, manifest, head))
        # The files are there before the database that names them, and go after the one that named them.
        _put_uploads(unpacked / UPLOADS, uploads)

    uploads.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=uploads.parent) as folder:
        unpacked = Path(folder)
        extract(file, manifest, unpacked)
        try:
            restore_database(engine, unpacked / DATABASE, check, postgres_bin=postgres_bin)
        except BaseException:
            _remove_uploads(uploads, lambda name: name not in here)
            raise
    _remove_uploads(uploads, lambda name: UPLOADS + name not in manifest.parts)
    return Backup(manifest, reports[0])


@dataclass(frozen=True, slots=True)
class _Description:
    revision: str
    row_counts: Mapping[str, int]
    report: VerifyReport


def _describe(connection: Connection) -> _Description:
    with Session(bind=connection) as session:
        report = verify(session)
    return _Description(migrate.revision_of(connection) or "", count_rows(connection), report)


def _verified(staged: Engine, manifest: Manifest, head: str | None) -> VerifyReport:
    with staged.connect() as connection:
        if count_rows(connection) != manifest.row_counts:
            raise BackupDoesNotVerify(reason="it does not hold the rows its manifest says")
        if migrate.revision_of(connection) != manifest.schema_revision:
            raise BackupDoesNotVerify(reason="it has not the schema its manifest says")
    migrate.upgrade(staged)
    with snapshot(staged) as session:
        report = verify(session, head=head)
    if report.first is not None:
        raise BackupDoesNotVerify(reason=report.first)
    if report.heads != manifest.heads:
        raise BackupDoesNotVerify(reason="the heads of its chains are not those of its manifest")
    return report


def _key_marks() -> dict[str, str]:
    return {"encrypted": cipher.encrypt(_KNOWN_TEXT).decode(), "hashed": cipher.keyed_hash(_KNOWN_TEXT)}


def _require_keys(marks: Mapping[str, str]) -> None:
    try:
        fits = cipher.decrypt(marks.get("encrypted", "").encode()) == _KNOWN_TEXT
    except cipher.Unreadable as error:
        raise KeysDoNotFit() from error
    if not fits or marks.get("hashed") != cipher.keyed_hash(_KNOWN_TEXT):
        raise KeysDoNotFit()


def _is_empty(engine: Engine, uploads: Path) -> bool:
    with engine.connect() as connection:
        return not any(count_rows(connection).values()) and not _files(uploads)


def _files(uploads: Path) -> list[Path]:
    return sorted(path for path in uploads.iterdir() if path.is_file()) if uploads.is_dir() else []


def _add_uploads(writer: ArchiveWriter, uploads: Path) -> None:
    for path in _files(uploads):
        if UPLOADS + path.name not in writer.parts:
            try:
                writer.add(UPLOADS + path.name, path, packed=True)
            except FileNotFoundError:
                continue  # removed with its draft meanwhile


def _put_uploads(unpacked: Path, uploads: Path) -> None:
    uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in _files(unpacked):
        os.replace(path, uploads / path.name)


def _remove_uploads(uploads: Path, unwanted: Callable[[str], bool]) -> None:
    for path in _files(uploads):
        if unwanted(path.name):
            path.unlink(missing_ok=True)
