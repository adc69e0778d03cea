"""Typesetting: a template of ours and data of anybody's make a tagged PDF (PDF/UA-1, ISO 14289-1).

Data goes in as one JSON text and comes out in Typst as strings and numbers: a string is shown, never read as
markup, so nothing a user writes can become a formula, a link, a file that is read or a loop. Only files in
``templates/documents`` can be opened, and no package is ever fetched. The letters are the ones the typesetter
carries with it, so that a paper looks the same on every machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import typst

from casework.documents.refusals import DocumentNotMade
from config.settings import ROOT

PDF = "application/pdf"
TEMPLATES: Path = ROOT / "templates" / "documents"

Data: TypeAlias = "str | int | bool | Sequence[Data] | Mapping[str, Data] | None"

# What cannot be seen on paper: controls (but for the end of a line), and marks that turn the direction of
# what follows, with which a text could be made to read as another.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]")
_MISSING = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_STAND_IN = "\u25a1"  # an empty box: there was something here that these letters cannot show
_ATTEMPTS = 6


def render(template: str, data: Mapping[str, Data], language: str, *, made_at_utc: datetime) -> bytes:
    """The PDF that ``template`` (a name in ``templates/documents``, without ``.typ``) makes of ``data``.

    The same arguments give the same bytes. ``language`` is ``"nl"`` or ``"en"``. Amounts go in as whole
    cents, days as ISO text. A character that the letters do not have becomes an empty box. Raises
    :class:`DocumentNotMade`.
    """
    readable = _readable(data)
    for attempt in range(_ATTEMPTS):
        inputs = {"data": json.dumps(readable, ensure_ascii=False), "language": language}
        try:
            return typst.compile(
                str(TEMPLATES / f"{template}.typ"),
                root=str(TEMPLATES),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["ua-1"],
                ignore_system_fonts=True,
                package_path=str(TEMPLATES),
                package_cache_path=str(TEMPLATES),
                timestamp=int(made_at_utc.timestamp()),
            )
        except typst.TypstError as wrong:
            found = _MISSING.search(str(wrong))
            if found is None:
                raise DocumentNotMade() from wrong
            missing = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found["text"])
            # One by one as long as there are few; a text full of them keeps its Latin letters only.
            few = attempt < _ATTEMPTS - 2
            readable = _replaced(readable, missing if few else None)
    raise DocumentNotMade()


def _readable(value: Data) -> Data:
    """``value`` with every text in it composed (é as one letter) and without what cannot be seen."""
    if isinstance(value, str):
        return _UNSEEN.sub(" ", unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, Mapping):
        return {key: _readable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(part) for part in value]
    return value


def _replaced(value: Data, missing: str | None) -> Data:
    """``value`` with a box for ``missing``, or (None) for everything outside the Latin letters."""
    if isinstance(value, str):
        if missing is not None:
            return value.replace(missing, _STAND_IN)
        return "".join(one if one < "\u0250" or one in "–—‘’“”…€" else _STAND_IN for one in value)
    if isinstance(value, Mapping):
        return {key: _replaced(part, missing) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(part, missing) for part in value]
    return value
