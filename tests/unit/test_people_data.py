"""A BSN is found however it is written, and numbers of another kind are left alone."""

from __future__ import annotations

import pytest

from casework.people_data import BsnFound, contains_bsn
from casework.web.fields import EmailField


@pytest.mark.parametrize(
    "text",
    [
        "123456782",
        "bsn 123456782, zie brief",
        "123456782 01-01-1980",
        "123456782 06-12345678",
        "06-12345678 123456782",
        "123456782-1",
        "1234.56.782 1-1-1980",
        "1234 56 782",
        "123-456-782",
        "123 - 456 - 782",
        "123  456  782",
        "12345 6782",
        "1234\u00a056\u00a0782",
        "123\u2011456\u2011782",
        "123\u2013456\u2013782",
        "123\u200b456782",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff12",
        "123456782\n2026",
        "bsn123456782bsn",
    ],
)
def test_a_bsn_is_found(text: str) -> None:
    assert contains_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789",
        "NL91 ABNA 0417 1643 00",
        "NL91ABNA0417164300",
        "0612345678",
        "06-12345678",
        "BB-2026-0001-23",
        "1234567820",
        "9123456782",
        "\u20ac 1.234.567,82",
        "01-01-1980 12",
        "23-11-2026 1",
        "tussen 2026 en 2027",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not contains_bsn(text)


def test_an_address_holds_no_bsn() -> None:
    with pytest.raises(BsnFound):
        EmailField().read("j.123456782@partner.example")
    assert EmailField().read("J.Jansen1980@partner.example") == "j.jansen1980@partner.example"
