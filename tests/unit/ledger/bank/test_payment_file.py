"""The payment file: valid whatever the names and amounts are, and the same bytes for the same batch."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bank.payment_file import (
    NAME_MAX,
    PayeeNameUnwritable,
    PaymentFile,
    PaymentOrder,
    build_file,
    is_bank_day,
    next_bank_day,
    sepa_text,
)

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


def a_file(*orders: PaymentOrder, name: str = "Stichting Bossche Bond") -> PaymentFile:
    return PaymentFile("BB1-B-2026-0001", NOW, name, "NL44RABO0123456789", "RABONL2U", NOW.date(), orders)


def an_order(number: int = 1, *, cents: int = 100, name: str = "Zayaz", text: str = "BB") -> PaymentOrder:
    return PaymentOrder(f"BB-2026-{number:04d}-U1", cents, name, "NL91ABNA0417164300", text)


def texts(content: bytes, tag: str) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(content).iter(f"{NAMESPACE}{tag}")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 99_999_999_999),
            st.text(min_size=1, max_size=200),
            st.text(min_size=1, max_size=300),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_batch_gives_a_valid_file_that_adds_up(payments: list[tuple[int, str, str]]) -> None:
    orders = [
        an_order(number, cents=cents, name=f"N {name}", text=f"T {text}")
        for number, (cents, name, text) in enumerate(payments, 1)
    ]
    content = build_file(a_file(*orders))  # checked against the schema before it is given
    total = sum(cents for cents, _name, _text in payments)
    shown = f"{total // 100}.{total % 100:02d}"
    assert texts(content, "CtrlSum") == [shown] * 2
    assert texts(content, "EndToEndId") == [order.reference for order in orders]
    names = texts(content, "Nm")[2:]
    assert all(0 < len(name) <= NAME_MAX and ALLOWED.fullmatch(name) for name in names)
    assert all(0 < len(one) <= 140 and ALLOWED.fullmatch(one) for one in texts(content, "Ustrd"))


def test_the_same_batch_gives_the_same_bytes() -> None:
    assert build_file(a_file(an_order())) == build_file(a_file(an_order()))


def test_names_are_written_as_banks_read_them() -> None:
    assert sepa_text("Çelik & Zoon B.V. <incasso>", 70) == "Celik Zoon B.V. incasso"
    assert sepa_text("//Café  ‘De Brug’//", 70) == "Cafe 'De Brug'"
    assert sepa_text("a" * 80, 70) == "a" * 70


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(PayeeNameUnwritable, match="BB-2026-0001-U1"):
        build_file(a_file(an_order(name="★")))


@pytest.mark.parametrize("reference", ["", "/BB", "BB//1", "B B", "x" * 36])
def test_a_reference_that_banks_would_change_is_a_fault(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        build_file(a_file(PaymentOrder(reference, 1, "Zayaz", "NL91ABNA0417164300", "BB")))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), True),
        (date(2026, 4, 27), True),  # King's Day: banks settle
        (date(2026, 5, 1), False),
        (date(2026, 12, 25), False),
        (date(2027, 1, 1), False),
        (date(2027, 3, 26), False),
        (date(2027, 3, 29), False),
        (date(2026, 6, 6), False),
    ],
)
def test_the_days_on_which_banks_work(day: date, works: bool) -> None:
    assert is_bank_day(day) is works


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)))
def test_the_next_bank_day_is_never_far(day: date) -> None:
    following = next_bank_day(day)
    assert is_bank_day(following)
    assert timedelta(0) <= following - day <= timedelta(days=5)
