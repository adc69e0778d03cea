"""Reading camt.053: every version, what is taken from an entry, and every demand that refuses a file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest

from ledger.bank import refusals
from ledger.bank.camt_schema import VERSIONS
from ledger.bank.reading import ReadFile, read_file
from ledger.bank.statement import Ours
from tests.bank_files import OTHERS, OURS, V02, V08, SampleLine, SampleStatement, camt

ONE = SampleStatement(
    [
        SampleLine(12_50, reference="RF18539007547034", end_to_end_id="E2E-1", bank_reference="B1"),
        SampleLine(-2_50),
    ],
    opening_cents=100_00,
)


def read(content: bytes, *ibans: str) -> ReadFile:
    return read_file(io.BytesIO(content), Ours(ibans or (OURS,)))


def changed(old: str, new: str, *, version: str = V08, count: int = 1) -> bytes:
    """A good file with one thing changed."""
    content = camt(ONE, version=version).decode()
    assert old in content
    return content.replace(old, new, count).encode()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_the_same_lines(version: str):
    found = read(camt(ONE, version=version))
    assert found.format == version
    (statement,) = found.statements
    assert (statement.head.opening_cents, statement.head.closing_cents) == (100_00, 110_00)
    assert statement.head.iban == OURS
    first, second = statement.lines
    assert (first.amount_cents, first.counter_iban, first.counter_name) == (
        12_50,
        OTHERS[0],
        "Gemeente Voorbeeld",
    )
    assert (first.reference, first.end_to_end_id, first.bank_reference) == ("RF18539007547034", "E2E-1", "B1")
    assert (first.code, first.returned) == ("PMNT/RCDT/ESCT", False)
    assert (second.amount_cents, second.end_to_end_id, second.counter_iban) == (-2_50, "", OTHERS[0])


@pytest.mark.parametrize("version", [V02, V08])
def test_a_batch_is_a_line_per_detail(version: str):
    batch = [SampleLine(1_00, text="een"), SampleLine(2_00, text="twee"), SampleLine(-50, text="terug")]
    if version == V02:
        batch = batch[:2]  # in this version details have no direction of their own
    (statement,) = read(camt(SampleStatement(batches=[batch]), version=version)).statements
    assert [(line.amount_cents, line.text) for line in statement.lines] == [
        (one.cents, one.text) for one in batch
    ]


def test_details_must_make_up_their_entry():
    batch = SampleStatement(batches=[[SampleLine(1_00), SampleLine(2_00)]])
    content = camt(batch).decode().replace('<Amt Ccy="EUR">2.00</Amt>', '<Amt Ccy="EUR">2.01</Amt>')
    with pytest.raises(refusals.TotalWrong, match=r"Ntry/Amt states 3\.00, but the file holds 3\.01"):
        read(content.encode())


def test_the_count_of_a_batch_must_be_right():
    batch = SampleStatement(batches=[[SampleLine(1_00), SampleLine(2_00)]])
    with pytest.raises(refusals.TotalWrong, match="NbOfTxs states 3, but the file holds 2"):
        read(camt(batch).replace(b"<NbOfTxs>2<", b"<NbOfTxs>3<"))


def test_twenty_thousand_details_of_one_entry_are_as_many_lines():
    batch = [SampleLine(cents) for cents in range(1, 3_001)]
    (statement,) = read(camt(SampleStatement(batches=[batch]))).statements
    assert len(statement.lines) == 3_000


def test_returns_and_reversals_are_marked():
    lines = [SampleLine(5_00, reversal=True), SampleLine(6_00, reason="AC04"), SampleLine(7_00)]
    (statement,) = read(camt(SampleStatement(lines))).statements
    assert [(line.returned, line.return_reason) for line in statement.lines] == [
        (True, ""),
        (True, "AC04"),
        (False, ""),
    ]


def test_of_a_return_that_names_the_parties_as_the_payment_did_the_other_one_is_taken():
    content = camt(SampleStatement([SampleLine(5_00, reason="AC04", iban=OURS)])).decode()
    ours = content[content.index("<Dbtr>") : content.index("</RltdPties>")]
    payee = ours.replace("Dbtr", "Cdtr").replace(OURS, OTHERS[1]).replace("Gemeente Voorbeeld", "J. Jansen")
    (statement,) = read(content.replace(ours, ours + payee).encode()).statements
    assert (statement.lines[0].counter_iban, statement.lines[0].counter_name) == (OTHERS[1], "J. Jansen")


def test_what_looks_like_a_bsn_is_masked_wherever_it_stands():
    line = SampleLine(
        1_00,
        text="BSN 111222333 van Jan",
        name="Jan 111.222.333",
        end_to_end_id="111222333",
        reference="111222333",
    )
    (statement,) = read(camt(SampleStatement([line]))).statements
    assert "111222333" not in repr(statement)
    assert statement.lines[0].text == "BSN ********* van Jan"
    assert statement.lines[0].counter_name == "Jan ***.***.***"


def test_what_is_no_iban_or_no_code_of_the_standard_is_masked_too():
    content = camt(SampleStatement([SampleLine(1_00, reason="AC04", iban=OTHERS[0])])).decode()
    account, reason = f"<IBAN>{OTHERS[0]}</IBAN>", "<Cd>AC04</Cd>"
    assert account in content
    assert reason in content
    content = content.replace(account, "<Othr><Id>BSN 111222333</Id></Othr>")
    content = content.replace(reason, "<Prtry>111222333</Prtry>")
    (statement,) = read(content.encode()).statements
    assert statement.lines[0].counter_iban == "BSN *********"
    assert statement.lines[0].return_reason == "*********"


def test_entries_for_information_are_left_out_and_counted():
    content = changed("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>INFO</Cd></Sts>")
    content = content.replace(b">110.00<", b">97.50<")
    (statement,) = read(content).statements
    assert ([line.amount_cents for line in statement.lines], statement.left_out) == ([-2_50], 1)


def test_a_statement_without_movements_is_taken():
    (statement,) = read(camt(SampleStatement(opening_cents=5))).statements
    assert (statement.lines, statement.head.closing_cents) == ((), 5)


def test_an_amount_of_nothing_is_no_line():
    (statement,) = read(camt(SampleStatement([SampleLine(0), SampleLine(1)]))).statements
    assert [line.amount_cents for line in statement.lines] == [1]


def test_overdrawn_balances_are_negative():
    found = read(camt(SampleStatement([SampleLine(-7)], opening_cents=-3)))
    assert (found.statements[0].head.opening_cents, found.statements[0].head.closing_cents) == (-3, -10)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(12, 12), (0, None), (26061, None), (20260302, None), (6061, None), (61, None), (6101, 6101)],
)
def test_a_number_that_is_a_date_does_not_count(number: int, expected: int | None):
    (statement,) = read(camt(replace(ONE, number=number))).statements
    assert statement.head.sequence == expected


REFUSED = [
    ("<CreDtTm>2026", "<CreDtTm>soms", refusals.ValueWrong, "GrpHdr/CreDtTm"),
    ("<NtryRef>1</NtryRef>", "<NtryRef></NtryRef>", refusals.ValueWrong, "1 to 35 characters"),
    ("<NtryRef>1</NtryRef>", "<Onzin>1</Onzin>", refusals.TagUnexpected, "Ntry/Onzin"),
    ("<CdtDbtInd>CRDT</CdtDbtInd>\n  <Sts>", "<Sts>", refusals.TagMissing, "lacks CdtDbtInd"),
    ("<CdtDbtInd>CRDT", "<CdtDbtInd>CREDIT", refusals.ValueWrong, "one of CRDT, DBIT"),
    ("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>", refusals.NotBooked, "Expected: BOOK"),
    ("<Cd>OPBD</Cd>", "<Cd>ITAV</Cd>", refusals.TagMissing, "Bal/OPBD"),
    ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", refusals.TagMissing, "Bal/CLBD"),
    ("<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>", refusals.TotalWrong, "Bal/OPBD"),
    (">110.00<", ">110.01<", refusals.SumWrong, "Bal/CLBD says 110.01"),
    (">110.00<", ">110.001<", refusals.ValueWrong, "an amount in whole cents"),
    (">110.00<", ">1e2<", refusals.ValueWrong, "a number with at most 5 decimals"),
    (">12.50<", ">-12.50<", refusals.ValueWrong, "an amount without a minus sign"),
    (">12.50</Amt>\n  <CdtDbtInd>", ">12,50</Amt>\n  <CdtDbtInd>", refusals.ValueWrong, "Ntry/Amt"),
    ('Ccy="EUR">12.50', 'Ccy="USD">12.50', refusals.CurrencyWrong, "USD. Expected: EUR"),
    ('Ccy="EUR">12.50', ">12.50", refusals.TagMissing, "@Ccy"),
    ('Ccy="EUR">12.50', 'Ccy="EUR" x="1">12.50', refusals.TagUnexpected, "@x"),
    ("<Ccy>EUR</Ccy>", "<Ccy>CHF</Ccy>", refusals.CurrencyWrong, "CHF"),
    (OURS, OTHERS[1], refusals.AccountWrong, f"Expected: {OURS}"),
    (f"<IBAN>{OURS}</IBAN>", "<IBAN>NL91</IBAN>", refusals.ValueWrong, "an IBAN"),
    (
        "<Dt>2026-03-02</Dt>\n  </BookgDt>",
        "<Dt>2026-13-02</Dt>\n  </BookgDt>",
        refusals.ValueWrong,
        "2026-13-02",
    ),
    (
        "<Dt>2026-03-02</Dt>\n  </BookgDt>",
        "<Dt>2025-03-02</Dt>\n  </BookgDt>",
        refusals.ValueWrong,
        "a day of",
    ),
    ("camt.053.001.08", "camt.053.001.13", refusals.VersionUnknown, r"camt\.053\.001\.13"),
    ("camt.053.001.08", "camt.054.001.08", refusals.VersionUnknown, r"camt\.054\.001\.08"),
    ("<Document", "<!DOCTYPE Document><Document", refusals.DtdRefused, "DOCTYPE"),
    ("<Document", '<!DOCTYPE d [<!ENTITY a "b">]><Document', refusals.DtdRefused, "DOCTYPE"),
    ("Gemeente Voorbeeld", "&geheim;", refusals.DtdRefused, "ENTITY"),
    ("Gemeente Voorbeeld", "&#0;", refusals.XmlBroken, "damaged"),
    ('encoding="UTF-8"', 'encoding="UTF-7"', refusals.EncodingWrong, "UTF-8"),
    ("<Stmt>", "<Stmt>tekst", refusals.ValueWrong, "no text, but fields"),
    ("<NtryDtls>", "<NtryDtls><x:y xmlns:x='urn:x'/>", refusals.TagUnexpected, "NtryDtls/y"),
]


@pytest.mark.parametrize(("old", "new", "error", "says"), REFUSED)
def test_what_is_wrong_is_said_with_its_line_and_tag(
    old: str, new: str, error: type[refusals.BankFileRefused], says: str
):
    with pytest.raises(error, match=says) as refused:
        read(changed(old, new))
    for language in ("nl", "en"):
        assert "{" not in refused.value.sentence(language)
    if error is not refusals.VersionUnknown:
        assert refused.value.facts["line"] in range(1, 60)


def test_the_line_is_the_line_of_the_tag():
    content = changed("<Cd>BOOK</Cd>", "<Cd>BLUF</Cd>")
    content = content.replace(b"<Cd>BLUF</Cd>", b"\n\n<Cd>" + b"x" * 40 + b"</Cd>")
    with pytest.raises(refusals.ValueWrong) as refused:
        read(content)
    lines = content.split(b"\n")
    assert b"xxxx" in lines[int(str(refused.value.facts["line"])) - 1]


def test_a_latin_1_file_that_says_it_is_utf_8_is_refused_by_its_encoding():
    content = changed("Gemeente", "Geméénte").decode().encode("latin-1")
    with pytest.raises(refusals.EncodingWrong, match="Expected: UTF-8"):
        read(content)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16"])
def test_other_encodings_that_are_declared_are_read(encoding: str):
    content = changed("Gemeente", "Geméénte").decode().replace('"UTF-8"', f'"{encoding}"').encode(encoding)
    assert read(content).statements[0].lines[0].counter_name == "Geméénte Voorbeeld"


def test_white_space_between_tags_does_not_matter():
    plain, padded = read(camt(ONE)), read(camt(ONE, indent=" " * 40))
    assert plain.statements == padded.statements


def test_elements_nested_without_end_are_refused_at_once():
    deep = changed("<NtryDtls>", "<NtryDtls>" + "<TxDtls>" * 100)
    with pytest.raises(refusals.TagUnexpected):
        read(deep)
    inside = camt(ONE).replace(
        b"</TxDtls>", b"<SplmtryData><Envlp>" + b"<a>" * 100_000 + b"</Envlp></SplmtryData></TxDtls>", 1
    )
    with pytest.raises(refusals.TagUnexpected):
        read(inside)


def test_summaries_must_be_right():
    summary = (
        "<TxsSummry><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>12.50</Sum></TtlCdtNtries></TxsSummry>\n"
    )
    good = camt(ONE).replace(b"<Ntry>", summary.encode() + b"<Ntry>", 1)
    assert len(read(good).statements[0].lines) == 2
    for old, new in ((b"<NbOfNtries>1<", b"<NbOfNtries>2<"), (b"<Sum>12.50<", b"<Sum>12.51<")):
        with pytest.raises(refusals.TotalWrong, match="TxsSummry/TtlCdtNtries"):
            read(good.replace(old, new))


def test_a_statement_in_pages_is_refused():
    page = b"<StmtPgntn><PgNb>1</PgNb><LastPgInd>%s</LastPgInd></StmtPgntn><ElctrncSeqNb>"
    assert read(camt(ONE).replace(b"<ElctrncSeqNb>", page % b"true")).statements
    with pytest.raises(refusals.PagesSplit):
        read(camt(ONE).replace(b"<ElctrncSeqNb>", page % b"false"))


def test_dates_may_be_moments():
    content = changed(
        "<Dt>2026-03-02</Dt>\n  </BookgDt>", "<DtTm>2026-03-02T09:00:00+01:00</DtTm>\n  </BookgDt>"
    )
    assert read(content).statements[0].lines[0].booked_on == date(2026, 3, 2)


def test_any_of_the_funds_accounts_is_ours():
    assert read(camt(ONE), OTHERS[0], OURS).statements[0].head.iban == OURS
