"""What an uploaded file really is, read from its first bytes: a name can say anything."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from casework.people_data import BsnFound, contains_bsn
from errors import Invalid

NAME_MAXIMUM = 120


class FileKindRefused(Invalid):
    """Not one of the kinds of file that are kept."""

    nl = "Dit bestand kan niet mee. Voeg een pdf, een foto (png of jpg) of een tekstbestand toe."
    en = "This file cannot be added. Add a PDF, a picture (PNG or JPEG) or a text file."


class FileEmpty(Invalid):
    """Nothing was chosen, or a file without content."""

    nl = "Kies een bestand. Het bestand mag niet leeg zijn."
    en = "Choose a file. The file must not be empty."


class FileNameWrong(Invalid):
    """A name that could lead out of its folder, or that cannot be shown."""

    nl = (
        "De naam van dit bestand kan niet. Geef het een gewone naam van hoogstens {maximum} tekens, "
        "zoals offerte.pdf."
    )
    en = (
        "The name of this file cannot be used. Give it a plain name of at most {maximum} characters, "
        "such as quote.pdf."
    )


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: what it is called on the web, and how its name ends."""

    content_type: str
    extensions: tuple[str, ...]


PDF = FileKind("application/pdf", (".pdf",))
PNG = FileKind("image/png", (".png",))
JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"))
TEXT = FileKind("text/plain", (".txt",))
KINDS = (PDF, PNG, JPEG, TEXT)
ACCEPT = ",".join(extension for kind in KINDS for extension in kind.extensions)


def kind_of(content: bytes) -> FileKind:
    """The kind of ``content``. Raises :class:`FileEmpty` or :class:`FileKindRefused`.

    A text is also read for a number that passes the BSN test (:class:`BsnFound`), as every text is.
    """
    if not content:
        raise FileEmpty(field="file")
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    text = _plain_text(content)
    if text is None:
        raise FileKindRefused(field="file")
    if contains_bsn(text):
        raise BsnFound(field="file")
    return TEXT


def checked_name(name: str, kind: FileKind) -> str:
    """``name`` as it may be kept: no folders, no control characters, no BSN, ending as its kind does."""
    name = unicodedata.normalize("NFC", name).strip()
    if (
        not name
        or len(name) > NAME_MAXIMUM
        or name.startswith(".")
        or any(mark in name for mark in "/\\:")
        or any(unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for mark in name)
    ):
        raise FileNameWrong(field="file", maximum=NAME_MAXIMUM)
    if contains_bsn(name):
        raise BsnFound(field="file")
    return name if name.lower().endswith(kind.extensions) else name + kind.extensions[0]


def _plain_text(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text if all(mark.isprintable() or mark in "\n\r\t\u00a0" for mark in text) else None
