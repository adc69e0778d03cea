"""Reading a file from the bank, whatever it is: camt.053 or MT940, by itself or several in a zip.

Nothing is believed of a name: what a file is shows in its first bytes. What a zip would unpack to is looked
up in its directory first; while reading, never more comes out of it than that, as a directory can lie.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ledger.bank.camt import read_camt
from ledger.bank.mt940 import read_mt940
from ledger.bank.refusals import FileEmpty, FormatUnknown, TooLarge, ZipWrong
from ledger.bank.statement import Ours, Progress, ReadStatement, checked_count

MAXIMUM_BYTES = 100 * 1024 * 1024
MAXIMUM_FILES = 400
_HEAD = 4_096
_VERSION = re.compile(rb"camt\.053\.001\.[0-9]{2}")
_MT940 = re.compile(rb"(^|[\r\n]):20:")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file held: its format (``"camt.053.001.08"``, ``"mt940"``; of a zip that of its first file)."""

    format: str
    statements: tuple[ReadStatement, ...]


def read_file(stream: BinaryIO, ours: Ours, progress: Progress = lambda _lines, _bytes: None) -> ReadFile:
    """The statements of ``stream`` (seekable), in the order in which they stand there, checked one by one.

    ``progress`` is told now and then how many lines and bytes were read, and may raise to stop. Raises a
    :class:`~ledger.bank.refusals.BankFileRefused`; then nothing of the file counts.
    """
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise FileEmpty()
    if size > MAXIMUM_BYTES:
        raise TooLarge(maximum_mb=MAXIMUM_BYTES // (1024 * 1024))
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"PK"):
        return _zipped(stream, ours, progress)
    return _one(stream, head, ours, progress)


def _one(stream: BinaryIO, head: bytes, ours: Ours, progress: Progress) -> ReadFile:
    plain = head
    for mark in _BYTE_ORDER_MARKS:
        plain = plain.removeprefix(mark)
    plain = plain.replace(b"\x00", b"").lstrip()
    if plain.startswith(b"<"):
        version = _VERSION.search(head.replace(b"\x00", b""))
        statements = read_camt(stream, ours, progress)
        return ReadFile(version[0].decode() if version else "camt.053", tuple(statements))
    if _MT940.search(plain):
        return ReadFile("mt940", tuple(read_mt940(stream, ours, progress)))
    raise FormatUnknown()


def _zipped(stream: BinaryIO, ours: Ours, progress: Progress) -> ReadFile:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = _members(archive)
            found: list[ReadStatement] = []
            form, lines, read = "", 0, 0
            for member in members:
                # Never gives more than the directory promised, and fails where there is more or other.
                with io.BufferedReader(archive.open(member)) as content:  # type: ignore[type-var]  # is raw enough
                    one = _one(content, _head_of(content), ours, _further(progress, lines, read))
                form = form or one.format
                found += one.statements
                lines += sum(len(statement.lines) for statement in one.statements)
                checked_count(lines)
                read += member.file_size
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ZipWrong(reason_nl="het is beschadigd", reason_en="it is damaged") from error
    return ReadFile(form, tuple(found))


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files to read, by name. Raises :class:`ZipWrong` or :class:`TooLarge` by the directory alone."""
    members = [
        one
        for one in archive.infolist()
        if not one.is_dir()
        and not one.filename.startswith("__MACOSX/")
        and not one.filename.endswith(".DS_Store")
    ]
    if not members:
        raise ZipWrong(reason_nl="er staat geen bestand in", reason_en="there is no file in it")
    if len(members) > MAXIMUM_FILES:
        raise ZipWrong(
            reason_nl=f"er staan meer dan {MAXIMUM_FILES} bestanden in",
            reason_en=f"it holds more than {MAXIMUM_FILES} files",
        )
    if any(one.flag_bits & 1 for one in members):
        raise ZipWrong(reason_nl="er staat een wachtwoord op", reason_en="it has a password")
    if sum(one.file_size for one in members) > MAXIMUM_BYTES:
        raise TooLarge(maximum_mb=MAXIMUM_BYTES // (1024 * 1024))
    return sorted(members, key=lambda one: one.filename)


def _head_of(content: BinaryIO) -> bytes:
    head = content.read(_HEAD)
    content.seek(0)
    if not head:
        raise FileEmpty()
    if head.startswith(b"PK"):
        raise ZipWrong(reason_nl="er zit nog een zip in", reason_en="there is another zip in it")
    return head


def _further(progress: Progress, lines: int, read: int) -> Callable[[int, int], None]:
    return lambda more_lines, more_bytes: progress(lines + more_lines, read + more_bytes)
