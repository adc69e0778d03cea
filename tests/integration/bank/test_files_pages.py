"""The pages on bank files: uploading, progress, what was refused, what waits, statements with their lines."""

from __future__ import annotations

import io
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from ledger.bank.tables import bank_line, bank_statement
from storage.unit_of_work import unit_of_work
from tests.bank_files import SampleLine, SampleStatement, camt, series, zipped
from tests.integration.bank.files_scene import OURS
from tests.integration.factories import Cast, a_cast
from tests.integration.pages import page_text, sign_in, soup


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return a_cast(session)


@pytest.fixture
def treasurer(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.treasurer)
    return client


def offer(client: FlaskClient, content: bytes, name: str = "afschrift.xml") -> TestResponse:
    return client.post("/bank/bestanden", data={"file": (io.BytesIO(content), name)})


def read(client: FlaskClient, answer: TestResponse) -> str:
    """What the page of the file says once reading has ended."""
    assert answer.status_code == 302, page_text(answer)
    deadline = time.monotonic() + 20
    while "every 2s" in (page := client.get(answer.location)).get_data(as_text=True):
        assert time.monotonic() < deadline, page_text(page)
        time.sleep(0.05)
    return page_text(page)


def test_a_file_is_uploaded_read_and_shown(treasurer: FlaskClient, app: Flask):
    lines = [
        SampleLine(12_50, name="Gemeente Voorbeeld", text="Terugbetaling mei"),
        SampleLine(-2_50, text="Kosten"),
    ]
    answer = offer(treasurer, camt(SampleStatement(lines, iban=OURS)), "map\\maart <b>.xml")
    text = read(treasurer, answer)
    assert "Ingelezen: 1 afschrift." in text
    assert "maart <b>.xml" in text
    link = soup(treasurer.get(answer.location)).select_one("th[scope=row] a")
    assert link is not None
    page = page_text(treasurer.get(str(link["href"])))
    assert "Gemeente Voorbeeld" in page
    assert "€ 12,50" in page
    found = page_text(treasurer.get(f"{link['href']}?q=kosten"))
    assert "Kosten" in found
    assert "Terugbetaling mei" not in found
    assert "Terugbetaling mei" in page_text(treasurer.get(f"{link['href']}?q=12,50"))
    assert "Geen regel gevonden" in page_text(treasurer.get(f"{link['href']}?q=nergens"))


GOOD = camt(SampleStatement([SampleLine(1_00), SampleLine(-2_00)], iban=OURS))
BROKEN = {
    "nothing": (b"", "leeg"),
    "text": (b"a,b,c\n1,2,3", "geen afschrift dat we kunnen lezen"),
    "cut off": (GOOD[: len(GOOD) // 2], "Regel"),
    "cut off in a tag": (GOOD[:-30], "afgebroken"),
    "wrong sum": (GOOD.replace(b">1.00</Amt>\n  <Cdt", b">1.01</Amt>\n  <Cdt", 1), "Ntry/Amt"),
    "wrong closing balance": (camt(SampleStatement(iban=OURS, closing_cents=5)), "klopt niet"),
    "other currency": (GOOD.replace(b'"EUR"', b'"USD"'), "Verwacht: EUR"),
    "other account": (GOOD.replace(OURS.encode(), b"NL91ABNA0417164300"), f"Verwacht: {OURS}"),
    "document type": (GOOD.replace(b"<Document", b"<!DOCTYPE x><Document"), "DOCTYPE"),
    "entity": (GOOD.replace(b"Gemeente", b"&x;"), "ENTITY"),
    "latin-1 that says utf-8": (GOOD.replace(b"Gemeente", "Geméente".encode("latin-1")), "tekens"),
    "version": (GOOD.replace(b"053.001.08", b"053.001.01"), "camt.053.001.01"),
    "notification": (GOOD.replace(b"camt.053", b"camt.054"), "camt.054"),
    "pending": (GOOD.replace(b"BOOK", b"PDNG", 1), "PDNG"),
    "doubled entry": (
        GOOD.replace(
            b"</Ntry>\n", b"</Ntry>\n" + GOOD[GOOD.index(b"<Ntry>") : GOOD.index(b"</Ntry>") + 8], 1
        ),
        "klopt niet",
    ),
    "unknown field": (GOOD.replace(b"<NtryRef>", b"<Iets/><NtryRef>", 1), "Ntry/Iets"),
    "date": (
        GOOD.replace(b"2026-03-02</Dt>\n  </Bk", b"x", 1).replace(b"<Dt>2026-03-02", b"<Dt>2026-02-30"),
        "Regel",
    ),
    "mt940 without end": (b":20:X\n:25:" + OURS.encode() + b"\n:28C:1\n:60F:C260301EUR0,00\n", ":62F:"),
    "mt940 in another alphabet": (b":20:X\x80\xff\n:25:y\n", "latin-1"),
    "zip of nothing": (zipped(), "er staat geen bestand in"),
    "zip in zip": (zipped(("a.zip", zipped(("a.xml", GOOD)))), "er zit nog een zip in"),
    "damaged zip": (zipped(("a.xml", GOOD))[:-40], "zip-bestand"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_a_sentence_and_nothing_is_stored(
    treasurer: FlaskClient, app: Flask, engine: Engine, name: str
):
    content, says = BROKEN[name]
    answer = offer(treasurer, content)
    if answer.status_code == 302:
        text = read(treasurer, answer)
        assert "Dit bestand is geweigerd. Er is niets van ingelezen." in text
    else:
        assert answer.status_code == 422
        text = page_text(answer)
    assert says in text
    with engine.connect() as connection:
        assert connection.execute(select(bank_statement)).all() == []
        assert connection.execute(select(bank_line)).all() == []
    folder = app.extensions["omloop_settings"].uploads
    assert not folder.exists() or list(folder.iterdir()) == []
    index = treasurer.get("/bank/afschriften")
    assert index.status_code == 200
    assert ("geweigerd" in page_text(index)) == (answer.status_code == 302)


def test_without_a_file_the_form_says_so(treasurer: FlaskClient):
    answer = treasurer.post("/bank/bestanden", data={})
    assert answer.status_code == 422
    assert "Kies een bestand van de bank." in page_text(answer)


def test_the_same_file_again_is_refused_beside_the_field(treasurer: FlaskClient):
    read(treasurer, offer(treasurer, GOOD, "mei.xml"))
    answer = offer(treasurer, GOOD, "nog eens.xml")
    assert answer.status_code == 409
    assert "al op 01-06-2026 aangeboden, als ‘mei.xml’" in page_text(answer)


class Zeros(io.RawIOBase):
    """So many bytes that stand nowhere."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is all that comes
        some = min(len(buffer), self._left)
        buffer[:some] = bytes(some)
        self._left -= some
        return some


def send_zeros(client: FlaskClient, path: str, megabytes: int) -> TestResponse:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="groot.xml"\r\n\r\n'
    size = megabytes * 2**20
    body = io.BufferedReader(_Joined([io.BytesIO(head), Zeros(size), io.BytesIO(b"\r\n--x--\r\n")]))
    length = str(len(head) + size + len(b"\r\n--x--\r\n"))
    environ = {
        "wsgi.input": body,
        "CONTENT_LENGTH": length,
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    return client.post(path, environ_overrides=environ)


class _Joined(io.RawIOBase):
    def __init__(self, parts: list[io.IOBase]) -> None:
        self._parts = parts

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is all that comes
        while self._parts:
            if count := self._parts[0].readinto(buffer):  # type: ignore[attr-defined]  # every part has it
                return int(count)
            self._parts.pop(0)
        return 0


def test_150_mb_is_refused_with_a_sentence_and_kept_nowhere(treasurer: FlaskClient, app: Flask):
    answer = send_zeros(treasurer, "/bank/bestanden", 150)
    assert answer.status_code == 422
    assert "hoogstens 100 MB" in page_text(answer)
    assert list(app.extensions["omloop_settings"].uploads.iterdir()) == []


def test_a_large_file_is_let_in_here_only_and_from_who_is_signed_in(
    treasurer: FlaskClient, app: Flask, cast: Cast
):
    assert send_zeros(treasurer, "/bank/bestanden", 3).status_code == 302
    assert send_zeros(treasurer, "/betalen/opdracht", 3).status_code in (404, 405, 413)
    assert send_zeros(app.test_client(), "/bank/bestanden", 3).status_code == 413
    assert send_zeros(treasurer, "/bank/bestanden", 250).status_code == 413


def test_what_waits_is_explained_and_can_be_removed(treasurer: FlaskClient):
    read(treasurer, offer(treasurer, camt(*series([5_00], [6_00], opening_cents=9_00, iban=OURS))))
    text = page_text(treasurer.get("/bank/afschriften"))
    assert "Het begint met € 9,00, maar volgens het grootboek staat er € 0,00 op de bank" in text
    assert "Volgt vanzelf op het afschrift van 1 maart 2026, dat ook nog wacht." in text
    assert "Er past nog niets" in page_text(
        treasurer.post("/bank/afschriften/opnieuw", follow_redirects=True)
    )
    assert "Er is nog niets van geboekt." in page_text(treasurer.post("/bank/afschriften/2/weghalen"))
    gone = treasurer.post("/bank/afschriften/2/weghalen", data={"confirmed": "1"}, follow_redirects=True)
    assert "Het afschrift is weggehaald" in page_text(gone)
    assert treasurer.get("/bank/afschriften/2").status_code == 404


def test_an_auditor_sees_and_brings_nothing(client: FlaskClient, cast: Cast):
    sign_in(client, cast.treasurer)
    answer = offer(client, GOOD)
    read(client, answer)
    sign_in(client, cast.auditor)
    page = client.get("/bank/afschriften")
    assert page.status_code == 200
    assert soup(page).select_one("input[type=file]") is None
    assert client.get(answer.location).status_code == 200
    assert offer(client, GOOD).status_code == 403


def test_another_network_sees_nothing(client: FlaskClient, cast: Cast, engine: Engine):
    sign_in(client, cast.treasurer)
    read(client, offer(client, GOOD, "geheim.xml"))
    with unit_of_work(engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
    sign_in(client, other.treasurer)
    assert "geheim" not in page_text(client.get("/bank/afschriften"))
    for path in ("/bank/bestanden/1", "/bank/bestanden/1/voortgang", "/bank/afschriften/1"):
        assert client.get(path).status_code == 404
    assert client.post("/bank/afschriften/1/weghalen", data={"confirmed": "1"}).status_code == 404
