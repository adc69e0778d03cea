"""One file that holds a backup: a zip with a manifest and its parts, each with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from errors import Invalid

FORM = "omloop-backup-1"
MANIFEST = "manifest.json"
DATABASE = "database"
UPLOADS = "uploads/"
MANIFEST_MAX_BYTES = 10_000_000
_CHUNK = 1 << 20
_UPLOAD_NAME = re.compile(r"uploads/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_READ_ERRORS = (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError)


class BackupUnreadable(Invalid):
    """The file is no backup, or was damaged or changed on the way."""

    nl = "Dit bestand is geen hele back-up: {reason}. Neem een andere back-up. Er is niets veranderd."
    en = "This file is not a whole backup: {reason}. Take another backup. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Part:
    """A file in the archive."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    ``heads`` has the head of the chain per network, ``keys`` something only the installation's own keys
    can read (the keys themselves are in no backup).
    """

    created_at_utc: str
    backend: str
    schema_revision: str
    heads: Mapping[str, str]
    entry_count: int
    leg_count: int
    row_counts: Mapping[str, int]
    keys: Mapping[str, str]
    parts: Mapping[str, Part] = field(default_factory=dict)


class ArchiveWriter:
    """Puts parts in a new archive and the manifest last; ``parts`` is what is in it so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def add(self, name: str, path: Path, *, packed: bool = False) -> None:
        """Add the file at ``path`` as ``name``; what is ``packed`` already is stored as it is."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source, self._zip.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.parts[name] = Part(digest.hexdigest(), size)

    def finish(self, manifest: Manifest) -> None:
        """Write ``manifest``, which is complete now, and the archive's directory."""
        document = {"form": FORM, **asdict(manifest)}
        self._zip.writestr(MANIFEST, json.dumps(document, indent=1, sort_keys=True))
        self._zip.close()


def read_manifest(path: Path) -> Manifest:
    """The manifest of the archive at ``path``. Raises :class:`BackupUnreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > MANIFEST_MAX_BYTES:
                raise ValueError("the manifest is too large")
            manifest = _manifest(json.loads(archive.read(MANIFEST)))
            names = [info.filename for info in archive.infolist()]
    except _READ_ERRORS as error:
        raise BackupUnreadable(reason=_reason(error)) from error
    wanted = {MANIFEST, *manifest.parts}
    if len(names) != len(set(names)) or set(names) != wanted or DATABASE not in wanted:
        raise BackupUnreadable(reason="its parts are not those of its manifest")
    for name in wanted - {MANIFEST, DATABASE}:
        if not _UPLOAD_NAME.fullmatch(name):
            raise BackupUnreadable(reason=f"a part is called {name!r}")
    return manifest


def _manifest(document: Any) -> Manifest:
    if document.pop("form") != FORM:
        raise ValueError("it has another form")
    parts = {name: Part(**part) for name, part in document.pop("parts").items()}
    manifest = Manifest(**document, parts=parts)
    for mapping in (manifest.heads, manifest.row_counts, manifest.keys):
        if not isinstance(mapping, dict):
            raise TypeError("its manifest is not right")
    return manifest


def extract(path: Path, manifest: Manifest, folder: Path) -> None:
    """Unpack every part into ``folder``, checking size and SHA-256. Raises :class:`BackupUnreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name, part in manifest.parts.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with archive.open(name) as source, target.open("xb") as out:
                    _copy_checked(source, out, name, part)
                target.chmod(0o600)
    except _READ_ERRORS as error:
        raise BackupUnreadable(reason=_reason(error)) from error


def _copy_checked(source: IO[bytes], target: IO[bytes], name: str, part: Part) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > part.size:
            break  # never unpack more than was announced
        target.write(chunk)
        digest.update(chunk)
    if (digest.hexdigest(), size) != (part.sha256, part.size):
        raise BackupUnreadable(reason=f"{name} is not what was backed up")


def _reason(error: BaseException) -> str:
    return str(error).strip(".") or type(error).__name__
