"""Large files, encrypted piece by piece so that they never stand in memory or on disk in the clear.

A sealed file is a line per piece of a mebibyte: the piece with its number in front, encrypted with the
installation's keys (``storage.cipher``). The number keeps pieces in their place. All pieces but the last are
equally long, so that any place in the file can be found, as a zip demands.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy import event
from sqlalchemy.orm import Session

from storage.cipher import Unreadable, decrypt_bytes, encrypt_bytes

_PIECE = 1024 * 1024
_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that was sealed: its name in the folder, its size, and the SHA-256 of what is in it."""

    name: str
    size_bytes: int
    sha256: str


def seal(source: IO[bytes], folder: Path, *, maximum_bytes: int) -> Sealed | None:
    """Write what ``source`` gives into a new file in ``folder``, and sync it; none if it is more than
    allowed.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name, digest, size = secrets.token_hex(20), hashlib.sha256(), 0
    path = folder / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            number = 0
            while piece := source.read(_PIECE):
                size += len(piece)
                if size > maximum_bytes:
                    path.unlink()
                    return None
                digest.update(piece)
                target.write(encrypt_bytes(number.to_bytes(_NUMBER) + piece) + b"\n")
                number += 1
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Sealed(name, size, digest.hexdigest())


def unseal(path: Path) -> BinaryIO:
    """What is in a sealed file, to read and seek in. Reading raises ``Unreadable`` where a key is missing."""
    return io.BufferedReader(_Pieces(path), buffer_size=64 * 1024)


def remove_after_commit(session: Session, path: Path) -> None:
    """Remove a file once the transaction is safely over: until then it could still be undone."""
    event.listen(session, "after_commit", _remover(path), once=True)


def _remover(path: Path) -> Callable[[Session], None]:
    def remove(_session: Session) -> None:
        path.unlink(missing_ok=True)

    return remove


class _Pieces(io.RawIOBase):
    """One piece in memory at a time."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._line = len(self._file.readline())
        self._pieces = -(-path.stat().st_size // self._line) if self._line else 0
        self._at = 0
        self._number, self._piece = -1, b""
        self._size = (self._pieces - 1) * _PIECE + len(self._load(self._pieces - 1)) if self._pieces else 0

    def _load(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(number * self._line)
            whole = decrypt_bytes(self._file.read(self._line).rstrip(b"\n"))
            if int.from_bytes(whole[:_NUMBER]) != number:
                raise Unreadable()
            self._number, self._piece = number, whole[_NUMBER:]
        return self._piece

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is all that comes
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, _PIECE)
        some = self._load(number)[start : start + len(buffer)]
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def close(self) -> None:
        self._file.close()
        super().close()
