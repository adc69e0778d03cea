"""The whole round through the bank's own files: nothing that the bank did is typed by anybody.

Sixteen partners put in € 5.000 each: € 80.000, which is where the first statement begins. The case costs
€ 875; the partner that should have paid pays it back under the reference on its note.
"""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from playwright.sync_api import Page, expect

from ledger.bank.payment_file import SCHEMA, schema
from tests.bank_files import SampleLine, SampleStatement, camt
from tests.browser import walk
from tests.browser.installation import flask_command
from tests.browser.office import TODAY, Office, menu, press, told, words
from tests.browser.walk import RegularLine

pytestmark = pytest.mark.browser

FULL = "€ 77.500,00"  # 80.000 - 2.500 buffer
OURS = "NL44RABO0123456789"  # the account of the fund in the network file
THEIRS = "NL20INGB0001234567"


def test_from_approved_case_to_repaid_claim_through_the_bank(
    office: Office, folder: Path, shift: timedelta, tmp_path: Path
) -> None:
    it = walk.real_case("terug-naar-mexico")
    walk.book_contributions(office)
    number = _approved(office, it)
    file = walk.send(office, number, amount="€ 875,00", payee=it["payee"])
    end_to_end, cents, to = _only_payment(file)
    assert (end_to_end, cents, to) == (f"{number}-U1", 87_500, walk.IBAN.replace(" ", ""))
    debit = SampleLine(-cents, TODAY, it["payee"], to, "Doorbraak", end_to_end_id=end_to_end)
    _take_in(office, "uit.xml", _statement(1, 8_000_000, debit))
    _bank_agrees(office, "€ 79.125,00")  # 80.000 - 875
    page = office.of("penningmeester")
    page.goto(f"{office.address}/betalen/uitbetalingen/{end_to_end}")
    assert "Stand betaald" in words(page)  # nobody confirmed it
    _settled_on_mo(office, number)
    reference = _reference_on_note(office, f"{number}-V1-mo", tmp_path)
    receipt = SampleLine(87_500, TODAY, "Maatschappelijke opvang", THEIRS, "", reference=reference)
    _take_in(office, "in.xml", _statement(2, 7_912_500, receipt))
    _bank_agrees(office, "€ 80.000,00")
    page = office.of("penningmeester")
    page.goto(f"{office.address}/vorderingen/{number}-V1-mo")
    assert "€ 0,00 open" in words(page)
    page = office.of("secretariaat.zorg")
    page.goto(f"{office.address}/casussen/{number}/verrekening")
    assert "afgerond" in words(page)  # every claim of it is repaid
    assert walk.available(office) == FULL
    assert "The book is right" in flask_command(folder, "ledger", "verify", shift=shift)


def _approved(office: Office, it: walk.Told) -> str:
    regular = [RegularLine("Plek maatschappelijke opvang", "mo", "0,5", "100", "opvang-bossche-bond")]
    number = walk.fill_in_and_submit(office, "aanvrager.mo", it, regular)
    for member in ("secretariaat.zorg", "secretariaat.welbevinden"):
        walk.assess(office, number, member, (4, 5, 5))
    walk.vote(office, number, "secretariaat.zorg")
    page = walk.vote(office, number, "secretariaat.welbevinden")
    told(page, "De casus is gehonoreerd.")
    return number


def _only_payment(file: bytes) -> tuple[str, int, str]:
    """The end-to-end id, cents and account of the one payment in a file, as the bank would read it."""
    schema(SCHEMA).validate(file.decode())
    names = {}
    for one in fromstring(file).iter():
        names.setdefault(one.tag.rpartition("}")[2], []).append((one.text or "").strip())
    assert names["NbOfTxs"] == ["1", "1"]
    assert "AdrLine" not in names  # unstructured addresses are refused since 15 November 2026
    assert names["CtrlSum"] == names["InstdAmt"] * 2
    euros, _, rest = names["InstdAmt"][0].partition(".")
    assert len(rest) == 2
    assert names["IBAN"][0] == OURS
    return names["EndToEndId"][0], int(euros + rest), names["IBAN"][1]


def _statement(sequence: int, opening_cents: int, line: SampleLine) -> bytes:
    return camt(SampleStatement([line], opening_cents, TODAY, TODAY, sequence, f"AFSCHRIFT-{sequence}", OURS))


def _take_in(office: Office, name: str, content: bytes) -> None:
    """The treasurer brings in what was fetched at the bank; it is read outside the request."""
    page = office.of("penningmeester")
    menu(page, "Bank")
    page.set_input_files("#file", {"name": name, "mimeType": "application/xml", "buffer": content})
    press(page, "Inlezen")
    expect(page.locator("#voortgang")).to_contain_text("Ingelezen: 1 afschrift.")


def _bank_agrees(office: Office, amount: str) -> None:
    page = office.of("penningmeester")

    def look(page: Page) -> str:
        page.goto(f"{office.address}/bank/klopt")
        return words(page)

    for _attempt in range(30):  # lines are booked right after the file was read, also outside the request
        said = look(page)
        if "moet nog geboekt" not in said:
            break
        page.wait_for_timeout(500)
    assert "Boek en bank zijn gelijk." in said
    assert f"In het boek staat {amount} op de bank." in said
    assert "Er is niets onderweg" in said
    assert "Alles wat binnenkwam is herkend." in said


def _settled_on_mo(office: Office, number: str) -> None:
    page = walk.open_settling(office, number, "secretariaat.zorg")
    page.check("input[name=kind][value=responsible]")
    page.select_option("#partner", "mo")
    page.fill("#motivation", "Er kwam een plek vrij in de opvang.")
    press(page, "Voorstellen")
    told(page, "Het voorstel is voorgelegd aan de partners.")
    walk.accept(office, number, "vertegenwoordiger.mo")


def _reference_on_note(office: Office, claim: str, folder: Path) -> str:
    """The reference that the partner reads on its note, fetched on the page of the claim."""
    page = office.of("vertegenwoordiger.mo")
    page.goto(f"{office.address}/vorderingen/{claim}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Nota (pdf)").click()
    paper = folder / "nota.pdf"
    download.value.save_as(paper)
    read = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    found = re.search(r"\bRF\d{2}(?: ?[0-9A-Z]{1,4})+", read)
    assert found, read
    assert "€ 875,00" in " ".join(read.split())
    return found[0].replace(" ", "")
