"""Reading camt.053 (ISO 20022, versions 02 to 12) element by element, so that the size of a file does not
matter.

Every element is held to the schema (``camt_schema``) at the moment it is met, and forgotten once what we need
of it is taken: at any moment at most one entry, of a batch one detail, is in memory as XML. A document type
is refused before anything is read of it (an entity cannot do harm when none can be declared).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO
from xml.parsers import expat

from ledger.bank import camt_schema
from ledger.bank.camt_entry import Detail, Entry, check_batch, detail_of, entry_of
from ledger.bank.camt_node import Node
from ledger.bank.camt_schema import NAMESPACE, VERSIONS, Type
from ledger.bank.camt_statement import statement_of
from ledger.bank.refusals import (
    BankFileRefused,
    DtdRefused,
    EncodingWrong,
    NothingInside,
    TagMissing,
    TagUnexpected,
    ValueWrong,
    VersionUnknown,
    XmlBroken,
    shown,
)
from ledger.bank.statement import Ours, Progress, ReadStatement, checked_count

_CHUNK = 64 * 1024
_DEEPEST = 40  # the schema itself is 13 deep
_LONGEST_TEXT = 20_000
_MOST_NODES = 50_000  # in one entry or detail, or beside them
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance "
_BAD_ENCODING = {
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}
_ENCODINGS = {"", "UTF-8", "UTF8", "US-ASCII", "ASCII", "ISO-8859-1", "UTF-16"}


def read_camt(stream: BinaryIO, ours: Ours, progress: Progress) -> list[ReadStatement]:
    """The statements in ``stream``, all checked by themselves. Raises a :class:`BankFileRefused`."""
    return _Reader(ours, progress).read(stream)


class _Reader:
    """One file. Expat calls the methods; what they refuse comes out of :meth:`read`."""

    def __init__(self, ours: Ours, progress: Progress) -> None:
        self._ours, self._progress = ours, progress
        self._statements: list[ReadStatement] = []
        self._entries: list[Entry] = []
        self._details: list[Detail] = []
        self._batch_from = 0
        self._root = Node("", 0, {}, Type(""))
        self._stack = [self._root]
        self._nodes = 0
        self._lines = 0
        self._account = ""
        self._namespace = ""
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.XmlDeclHandler = self._declaration
        for name in (
            "StartDoctypeDeclHandler",
            "EntityDeclHandler",
            "ExternalEntityRefHandler",
            "UnparsedEntityDeclHandler",
        ):
            setattr(self._parser, name, self._refuse_dtd)

    def read(self, stream: BinaryIO) -> list[ReadStatement]:
        read = 0
        try:
            while chunk := stream.read(_CHUNK):
                self._parser.Parse(chunk, False)
                read += len(chunk)
                self._progress(self._lines, read)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._broken(error, chunk, read) from None
        if not self._statements:
            raise NothingInside()
        return self._statements

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _broken(self, error: expat.ExpatError, chunk: bytes, read: int) -> BankFileRefused:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
            return DtdRefused(line=error.lineno)
        at = self._parser.ErrorByteIndex - read
        no_character = (
            0 <= at < len(chunk) and chunk[at] >= 0x80
        )  # those below it are the same in any encoding
        if no_character or error.code in _BAD_ENCODING:
            return EncodingWrong(line=error.lineno, expected="UTF-8")
        return XmlBroken(line=error.lineno)

    def _refuse_dtd(self, *_about: object) -> None:
        raise DtdRefused(line=self._line)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "").upper() not in _ENCODINGS:
            raise EncodingWrong(line=1, expected="UTF-8")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        parent = self._stack[-1]
        if parent is self._root:
            self._begin(qualified)
        self._nodes += 1
        if len(self._stack) > _DEEPEST or self._nodes > _MOST_NODES:
            raise TagUnexpected(
                line=self._line, tag=shown(qualified.rpartition(" ")[2]), expected=parent.name
            )
        name = self._names.get(qualified) or self._name(qualified, parent)
        if parent.type.anything:
            self._stack.append(Node(name, self._line, {}, parent.type))
            return
        child = parent.type.children.get(name)
        if child is None or child.place < parent.place or _chosen_other(parent, child.place):
            raise self._unexpected(name, parent)
        if child.place == parent.place:
            parent.count += 1
            if child.maximum is not None and parent.count > child.maximum:
                raise self._unexpected(name, parent)
        else:
            missing = _skipped(parent, child.place)
            if missing:
                raise TagMissing(line=self._line, tag=parent.name, expected=missing)
            parent.place, parent.count = child.place, 1
        node = Node(name, self._line, attributes, child.type)
        if attributes or child.type.required_attributes:
            self._check_attributes(node)
        self._stack.append(node)

    def _begin(self, qualified: str) -> None:
        """The first element says which message and version this is."""
        namespace, _, name = qualified.rpartition(" ")
        version = namespace.removeprefix(NAMESPACE)
        if name != "Document" or version not in VERSIONS:
            raise VersionUnknown(line=self._line, found=shown(version or name))
        self._namespace = namespace
        document = Type("", choice=True)
        document.children["Document"] = camt_schema.Child(0, 1, 1, camt_schema.document(version))
        self._root.type = document

    def _name(self, qualified: str, parent: Node) -> str:
        namespace, _, name = qualified.rpartition(" ")
        if namespace != self._namespace and not parent.type.anything:
            raise self._unexpected(name, parent)
        if namespace == self._namespace and len(self._names) < 1_000:
            self._names[qualified] = name
        return name

    def _unexpected(self, name: str, parent: Node) -> TagUnexpected:
        wanted = [one for one, child in parent.type.children.items() if child.place >= parent.place]
        listed = ", ".join(wanted[:6]) + (", …" if len(wanted) > 6 else "")
        tag = f"{parent.name}/{shown(name)}" if parent.name else shown(name)
        return TagUnexpected(line=self._line, tag=tag, expected=listed or f"</{parent.name}>")

    def _check_attributes(self, node: Node) -> None:
        for name, value in node.attributes.items():
            check = node.type.attributes.get(name)
            if check is None:
                if name.startswith(_SCHEMA_INSTANCE):
                    continue
                raise self._unexpected(f"@{name}", node)
            self._check(value, check, node, f"{node.name}/@{name}")
        for name in node.type.required_attributes:
            if name not in node.attributes:
                raise TagMissing(line=self._line, tag=node.name, expected=f"@{name}")

    def _check(
        self, value: str, check: Callable[[str], camt_schema.Expectation | None], node: Node, tag: str
    ) -> None:
        wrong = check(value)
        if wrong is not None:
            raise ValueWrong(
                line=node.line, tag=tag, found=shown(value), expected_nl=wrong[0], expected_en=wrong[1]
            )

    def _characters(self, text: str) -> None:
        node = self._stack[-1]
        if node.type.text is None and (node.type.anything or text.isspace()):
            return
        node.text += text
        if len(node.text) > _LONGEST_TEXT:
            raise ValueWrong(
                line=node.line,
                tag=node.name,
                found=shown(node.text),
                expected_nl=f"hoogstens {_LONGEST_TEXT} tekens",
                expected_en=f"at most {_LONGEST_TEXT} characters",
            )

    def _end(self, _qualified: str) -> None:
        node = self._stack.pop()
        parent = self._stack[-1]
        if node.type.anything:
            if not parent.type.anything:
                parent.children.append(node)
            return
        self._check_whole(node, parent)
        name = node.name
        if name == "TxDtls":
            self._details.append(detail_of(node, self._stack[-2], self._account))
            self._nodes = 0
            self._lines += 1
            checked_count(self._lines)
        elif name == "NtryDtls":
            # What else it holds is about the batch: checked here, then forgotten like its details.
            check_batch(node, self._details[self._batch_from :])
            self._batch_from = len(self._details)
        elif name == "Ntry" and parent.name == "Stmt":
            self._entries.append(entry_of(node, self._details, self._account))
            self._lines += not self._details
            checked_count(self._lines)
            self._details, self._batch_from, self._nodes = [], 0, 0
        elif name == "Stmt":
            self._statements.append(statement_of(node, self._entries, self._ours))
            self._entries, self._nodes, self._account = [], 0, ""
        else:
            parent.children.append(node)
            if name == "Acct" and parent.name == "Stmt":
                self._account = node.words("Id/IBAN") or node.words("Id/Othr/Id")

    def _check_whole(self, node: Node, parent: Node) -> None:
        found = node.type
        if found.text is not None:
            self._check(node.text, found.text, node, f"{parent.name}/{node.name}")
        elif node.text and not node.text.isspace():
            raise ValueWrong(
                line=node.line,
                tag=node.name,
                found=shown(node.text),
                expected_nl="geen tekst, maar velden",
                expected_en="no text, but fields",
            )
        if found.choice and node.place < 0:
            raise TagMissing(line=node.line, tag=node.name, expected=" / ".join(list(found.children)[:6]))
        missing = _skipped(node, len(found.children))
        if missing:
            raise TagMissing(line=node.line, tag=node.name, expected=missing)


def _skipped(node: Node, place: int) -> str:
    """The required element between where ``node`` is and ``place``, if there is one."""
    for name in node.type.required:
        if node.place < node.type.children[name].place < place:
            return name
    return ""


def _chosen_other(parent: Node, place: int) -> bool:
    return parent.type.choice and parent.place not in (-1, place)
