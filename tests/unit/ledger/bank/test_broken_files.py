"""Thousands of broken variants of good files: each is refused with a sentence, or moves the same money."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator

import pytest

from ledger.bank import refusals
from ledger.bank.reading import MAXIMUM_BYTES, read_file
from ledger.bank.refusals import BankFileRefused
from ledger.bank.statement import Ours
from tests.bank_files import OTHERS, OURS, V02, V08, SampleLine, SampleStatement, camt, zipped
from tests.unit.ledger.bank import mt940_samples

GOOD_CAMT = SampleStatement(
    [SampleLine(123_45, text="Terugbetaling mei", reference="RF18539007547034"), SampleLine(-67_89)],
    opening_cents=1000_00,
    batches=[[SampleLine(1_11), SampleLine(2_22)]],
)
GOOD = {
    "camt 02": camt(GOOD_CAMT, version=V02),
    "camt 08": camt(GOOD_CAMT, version=V08),
    **{name: text.encode() for name, text in mt940_samples.ALL.items()},
}


def money(content: bytes) -> list[tuple[int, int, list[int]]]:
    """The balances and amounts of every statement in a file."""
    found = read_file(io.BytesIO(content), Ours((OURS,)))
    return [
        (one.head.opening_cents, one.head.closing_cents, [line.amount_cents for line in one.lines])
        for one in found.statements
    ]


def refused(content: bytes) -> BankFileRefused | None:
    """Why a file is refused, with sentences that are whole; None where it is taken. Nothing else may come
    out.
    """
    try:
        money(content)
    except BankFileRefused as problem:
        for sentence in (problem.sentence("nl"), problem.sentence("en")):
            assert not re.search(r"\{[a-z_]+\}", sentence)
            assert sentence.isprintable()
            assert 20 < len(sentence) < 600
        return problem
    return None


@pytest.mark.parametrize("name", GOOD)
def test_cut_off_at_any_byte(name: str):
    content, whole = GOOD[name], money(GOOD[name])
    # What stands behind the last tag or the closing balance says nothing about money.
    complete = content.rindex(b":62F:") if b":62F:" in content else len(content.rstrip())
    for length in range(len(content)):
        if refused(content[:length]) is None:
            assert money(content[:length]) == whole
            assert length >= complete


@pytest.mark.parametrize("name", GOOD)
def test_a_byte_that_was_changed_never_changes_the_money(name: str):
    content, whole, seeded = GOOD[name], money(GOOD[name]), random.Random(name)
    caught = 0
    for _turn in range(250):
        place = seeded.randrange(len(content))
        broken = content[:place] + bytes([seeded.randrange(256)]) + content[place + 1 :]
        if refused(broken) is None:
            assert money(broken) == whole, (place, broken[place - 20 : place + 20])
        else:
            caught += 1
    assert caught > 50


@pytest.mark.parametrize("name", GOOD)
def test_bytes_that_are_missing_or_doubled_never_change_the_money(name: str):
    content, whole, seeded = GOOD[name], money(GOOD[name]), random.Random(name)
    for _turn in range(120):
        start = seeded.randrange(len(content))
        end = min(len(content), start + seeded.randrange(1, 40))
        for broken in (content[:start] + content[end:], content[:end] + content[start:]):
            if refused(broken) is None:
                assert money(broken) == whole


def entries(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each entry of a camt file begins and ends."""
    at = 0
    while (start := content.find(b"<Ntry>", at)) >= 0:
        at = content.index(b"</Ntry>", start) + len(b"</Ntry>")
        yield start, at


@pytest.mark.parametrize("name", ["camt 02", "camt 08"])
def test_an_entry_doubled_or_left_out_is_a_wrong_sum(name: str):
    content = GOOD[name]
    for start, end in entries(content):
        for broken in (content[:end] + content[start:end] + content[end:], content[:start] + content[end:]):
            assert isinstance(refused(broken), refusals.SumWrong)


@pytest.mark.parametrize("name", GOOD)
def test_another_account_and_another_currency(name: str):
    content = GOOD[name]
    for ours in (OURS.encode(), b":25:417164300", b"/0417164300"):
        if ours in content:
            other = b":25:123456789" if ours.startswith(b":") else OTHERS[1].encode()
            assert isinstance(refused(content.replace(ours, other)), refusals.AccountWrong)
            break
    for currency in (b"USD", b"GBP", b"XXX"):
        assert isinstance(
            refused(content.replace(b"EUR", currency)), (refusals.CurrencyWrong, refusals.AccountWrong)
        )


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://x.example/">%b;]>',
        b"<!DOCTYPE Document>",
        b"<!DOCTYPE a ["
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        + b"]>",
    ],
)
def test_a_document_type_is_refused_before_anything_is_read(attack: bytes):
    content = GOOD["camt 08"].replace(b"<Document", attack + b"<Document", 1)
    assert isinstance(refused(content), refusals.DtdRefused)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"\n" * 100,
        b"<",
        b"<a/>",
        b"{}",
        b"%PDF-1.7",
        b"a,b,c\n1,2,3\n",
        b"\x00" * 100,
        b"PK",
        b"PK\x03\x04",
        b"\xff\xfe",
        b"<?xml version='1.0'?>",
        b":20:",
        b":20:\n:25:",
        b"\xef\xbb\xbf",
        b"GIF89a",
        b"<html></html>",
        b":20:x\n-",
        b"<Document/>",
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>",
    ],
)
def test_what_is_no_statement_at_all(content: bytes):
    assert refused(content) is not None


def test_zips():
    good = GOOD["camt 08"]
    assert money(zipped(("a.xml", good))) == money(good)
    assert isinstance(refused(zipped()), refusals.ZipWrong)
    assert isinstance(refused(zipped(("a.zip", zipped(("a.xml", good))))), refusals.ZipWrong)
    assert isinstance(refused(zipped(("a.xml", good), ("b.txt", b"niets"))), refusals.FormatUnknown)
    assert isinstance(refused(zipped(("a.xml", b""))), refusals.FileEmpty)
    assert isinstance(refused(zipped(*((f"{n}.xml", good) for n in range(401)))), refusals.ZipWrong)
    whole = zipped(("a.xml", good))
    for length in range(4, len(whole), 7):
        assert refused(whole[:length]) is not None


def test_a_zip_bomb_is_refused_by_its_directory_alone():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.xml", "w") as inside:
        for _mebibyte in range(MAXIMUM_BYTES // 2**20 + 1):
            inside.write(bytes(2**20))
    assert len(target.getvalue()) < 2**20
    assert isinstance(refused(target.getvalue()), refusals.TooLarge)


def test_a_zip_that_lies_about_what_is_in_it():
    content = zipped(("a.xml", GOOD["camt 08"] + b" " * 10_000))
    size = (len(GOOD["camt 08"]) + 10_000).to_bytes(4, "little")
    for told in (100, len(GOOD["camt 08"])):
        assert refused(content.replace(size, told.to_bytes(4, "little"))) is not None


def test_a_file_of_150_mb_is_refused_without_being_read():
    class Large(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return 150 * 2**20 if whence == io.SEEK_END else super().seek(offset, whence)

        def read(self, _size: int | None = -1) -> bytes:
            raise AssertionError("not to be read")

    with pytest.raises(refusals.TooLarge, match="at most 100 MB"):
        read_file(Large(b""), Ours((OURS,)))
