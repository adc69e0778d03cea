"""The collection file: valid, complete, the same every time, and safe from what people are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bank.collection_file import (
    SCHEMA,
    CollectionFile,
    CollectionFileWrong,
    CollectionOrder,
    DebtorNameUnwritable,
    build_collection_file,
)
from ledger.bank.payment_file import schema

ORDER = CollectionOrder(
    end_to_end_id="8110012345670000-I1",
    amount_cents=123_456,
    mandate="TN-ZAYAZ-1",
    signed_on=date(2026, 1, 15),
    debtor_name="Zayaz",
    debtor_iban="NL91ABNA0417164300",
    text="Vordering TN-2026-0001-V1-zayaz",
)
FILE = CollectionFile(
    message_id="testnet-I-2026-0001",
    created_at_utc=datetime(2026, 6, 1, 8, 0, tzinfo=UTC),
    creditor_name="Stichting Testnetwerk",
    creditor_iban="NL44RABO0123456789",
    creditor_bic="RABONL2U",
    creditor_id="NL69ZZZ123456780000",
    scheme="CORE",
    collect_on=date(2026, 6, 3),
    orders=(ORDER, replace(ORDER, end_to_end_id="8110012345670000-I2", amount_cents=1)),
)
NAMES = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


def tree(content: CollectionFile = FILE) -> Element:
    return fromstring(build_collection_file(content))


def texts(root: Element, path: str) -> list[str | None]:
    return [found.text for found in root.findall(f".//p:{path.replace('/', '/p:')}", NAMES)]


def test_it_is_valid_and_says_everything_once() -> None:
    built = build_collection_file(FILE)
    schema(SCHEMA).validate(built.decode())
    root = tree()
    assert texts(root, "GrpHdr/MsgId") == texts(root, "PmtInf/PmtInfId") == ["testnet-I-2026-0001"]
    assert texts(root, "GrpHdr/CtrlSum") == ["1234.57"]
    assert texts(root, "GrpHdr/NbOfTxs") == ["2"]
    assert texts(root, "PmtInf/BtchBookg") == ["false"]
    assert texts(root, "SeqTp") == ["RCUR"]
    assert texts(root, "LclInstrm/Cd") == ["CORE"]
    assert texts(root, "ReqdColltnDt") == ["2026-06-03"]
    assert texts(root, "EndToEndId") == ["8110012345670000-I1", "8110012345670000-I2"]
    assert texts(root, "InstdAmt") == ["1234.56", "0.01"]
    assert texts(root, "MndtId") == ["TN-ZAYAZ-1"] * 2
    assert texts(root, "DtOfSgntr") == ["2026-01-15"] * 2
    assert texts(root, "CdtrSchmeId/Id/PrvtId/Othr/Id") == ["NL69ZZZ123456780000"]
    assert texts(root, "CdtrAcct/Id/IBAN") == ["NL44RABO0123456789"]


def test_the_same_batch_gives_the_same_bytes() -> None:
    assert build_collection_file(FILE) == build_collection_file(FILE)


def test_the_other_scheme_is_said() -> None:
    assert texts(tree(replace(FILE, scheme="B2B")), "LclInstrm/Cd") == ["B2B"]


def test_without_a_bic_it_says_so() -> None:
    assert texts(tree(replace(FILE, creditor_bic="")), "CdtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_what_does_not_fit_the_schema_is_not_released() -> None:
    with pytest.raises(CollectionFileWrong):
        build_collection_file(replace(FILE, orders=(replace(ORDER, debtor_iban="geen rekening"),)))
    with pytest.raises(CollectionFileWrong):
        build_collection_file(replace(FILE, message_id="x" * 36))


def test_a_name_of_which_nothing_can_be_written_is_refused() -> None:
    with pytest.raises(DebtorNameUnwritable):
        build_collection_file(replace(FILE, orders=(replace(ORDER, debtor_name="***"),)))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=90), st.text(max_size=200), st.integers(1, 99_999_999_999))
def test_whatever_people_are_called_the_file_is_valid(name: str, text: str, cents: int) -> None:
    order = replace(ORDER, debtor_name=f"A{name}", text=text or "x", amount_cents=cents)
    root = tree(replace(FILE, orders=(order,)))
    assert texts(root, "GrpHdr/CtrlSum") == [f"{cents // 100}.{cents % 100:02d}"]
