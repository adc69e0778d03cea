"""The fields of an MT940 file: which lines belong together, in which characters, between which envelopes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ledger.bank.refusals import EncodingWrong, FieldUnexpected, shown

_CHUNK = 64 * 1024
_LONGEST_LINE = 2_000
_LONGEST_FIELD = 20_000
_EXPECTED = "UTF-8 / ISO 8859-1 (latin-1)"
_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)", re.DOTALL)
# What banks put around a statement: SWIFT's blocks, ABN AMRO's three lines, Rabobank's :940:.
_ENVELOPE = re.compile(r"(\{[1-5]:.*|:940:|940|[A-Z0-9]{8}([A-Z0-9]{3,4})?|F01[A-Z0-9]+|)", re.DOTALL)
_END = re.compile(r"-\}?(\{5:.*)?|-XXX|")
_UNSHOWABLE = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
_NOT_LATIN = re.compile(rb"[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``value`` with its line ends, ``text`` without the white space around it."""

    tag: str
    value: str
    line: int

    @property
    def text(self) -> str:
        """The value without white space around it."""
        return self.value.strip()


def fields_in(stream: BinaryIO, progress: Callable[[int], None]) -> Iterator[Field]:
    """The fields of ``stream`` in order. Raises :class:`EncodingWrong` or :class:`FieldUnexpected`."""
    encoding = _encoding(stream)
    stream.seek(0)
    tag, parts, start, length = "", [""], 0, 0
    for number, line in _lines(stream, encoding, progress):
        found = _TAG.fullmatch(line)
        if found:
            if tag:
                yield Field(tag, "\n".join(parts), start)
            tag, parts, start, length = found[1], [found[2]], number, 0
        elif tag and line != "-" and not line.startswith("-}"):
            length += len(line)
            if length > _LONGEST_FIELD or line.startswith("{1:"):
                raise FieldUnexpected(line=number, found=shown(line), expected=":61: / :62F:")
            parts.append(line)
        elif tag and _END.fullmatch(line):
            yield Field(tag, "\n".join(parts), start)
            tag = ""
        elif tag or not _ENVELOPE.fullmatch(line):
            raise FieldUnexpected(line=number, found=shown(line), expected=":20:")
    if tag:
        yield Field(tag, "\n".join(parts), start)


def _lines(stream: BinaryIO, encoding: str, progress: Callable[[int], None]) -> Iterator[tuple[int, str]]:
    read = 0
    for number, raw in enumerate(iter(lambda: stream.readline(_LONGEST_LINE + 1), b""), start=1):
        if len(raw) > _LONGEST_LINE:
            raise FieldUnexpected(
                line=number, found=shown(raw[:80].decode("latin-1")), expected=f"≤ {_LONGEST_LINE}"
            )
        read += len(raw)
        if number % 500 == 0:
            progress(read)
        # Some banks end a file with the end-of-file mark of old.
        yield number, raw.decode(encoding).lstrip("\ufeff").rstrip("\r\n\x1a")
    progress(read)


def _encoding(stream: BinaryIO) -> str:
    """UTF-8 where all of it is that, else latin-1. Raises :class:`EncodingWrong` where it is neither."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, line, not_latin_at = True, 1, 0
    while chunk := stream.read(_CHUNK):
        bad = _UNSHOWABLE.search(chunk)
        if bad:
            raise EncodingWrong(line=line + chunk.count(b"\n", 0, bad.start()), expected=_EXPECTED)
        if not not_latin_at and (beyond := _NOT_LATIN.search(chunk)):
            not_latin_at = line + chunk.count(b"\n", 0, beyond.start())
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
        line += chunk.count(b"\n")
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    if not utf8 and not_latin_at:
        raise EncodingWrong(line=not_latin_at, expected=_EXPECTED)
    return "utf-8" if utf8 else "latin-1"
