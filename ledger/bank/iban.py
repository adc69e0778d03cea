"""Account numbers, read so that a typing error is named. Pure: no lookup outside the program.

Source: ISO 13616 (IBAN), the EPC's list of SEPA countries (both by schwifty), ISO 20022 AT-02 (creditor id).
"""

from __future__ import annotations

from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import (
    InvalidBBANChecksum,
    InvalidChecksumDigits,
    InvalidCountryCode,
    InvalidLength,
    SchwiftyException,
)
from schwifty.registry import get_iban_spec
from stdnum.eu import at_02

from errors import Invalid


class IbanNotAnIban(Invalid):
    """Not the form of an account number at all."""

    nl = (
        "Dit is geen rekeningnummer. Het begint met twee letters en twee cijfers, "
        "zoals NL91 ABNA 0417 1643 00."
    )
    en = "This is no account number. It begins with two letters and two digits, as in NL91 ABNA 0417 1643 00."


class IbanLengthWrong(Invalid):
    """Characters are missing, or there are too many."""

    nl = "Een rekeningnummer uit {country} heeft {right} tekens, dit heeft er {typed}. Kijk het na."
    en = "An account number from {country} has {right} characters, this one has {typed}. Check it."


class IbanCheckWrong(Invalid):
    """The check digits do not fit: digits were swapped or mistyped."""

    nl = (
        "Dit rekeningnummer klopt niet: er is een teken verkeerd of verwisseld. Kijk het teken voor teken na."
    )
    en = "This account number is not right: a character is wrong or swapped. Check it one by one."


class IbanOutsideSepa(Invalid):
    """No SEPA payment can go there."""

    nl = "Naar een rekening in {country} kan het fonds niet overmaken: dat land doet niet mee aan SEPA."
    en = "The fund cannot pay into an account in {country}: that country does not take part in SEPA."


class CreditorIdWrong(Invalid):
    """Not a creditor identifier."""

    nl = "Dit incassant-ID klopt niet. Het staat in het contract met de bank, zoals NL69ZZZ123456780000."
    en = "This creditor identifier is not right. It is in the contract with the bank, as NL69ZZZ123456780000."


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """A valid account number without spaces, with the bank's BIC where the number tells it (else empty)."""

    iban: str
    bic: str


def read_iban(text: str) -> AccountNumber:
    """The account number in ``text``, spaces and small letters allowed.

    Raises :class:`IbanNotAnIban`, :class:`IbanLengthWrong`, :class:`IbanCheckWrong`,
    :class:`IbanOutsideSepa`; each names the field ``iban``.
    """
    plain = "".join(text.split()).upper()
    try:
        found = IBAN(plain, validate_bban=True)
    except InvalidCountryCode as error:
        raise IbanOutsideSepa(field="iban", country=plain[:2]) from error
    except InvalidLength as error:
        right = get_iban_spec(plain[:2]).iban_length
        raise IbanLengthWrong(field="iban", country=plain[:2], right=right, typed=len(plain)) from error
    except (InvalidChecksumDigits, InvalidBBANChecksum) as error:
        raise IbanCheckWrong(field="iban") from error
    except SchwiftyException as error:
        raise IbanNotAnIban(field="iban") from error
    if not found.in_sepa_zone:
        raise IbanOutsideSepa(field="iban", country=plain[:2])
    return AccountNumber(found.compact, str(found.bic or ""))


def read_creditor_id(text: str) -> str:
    """A creditor identifier without spaces; empty for an empty text. Raises :class:`CreditorIdWrong`."""
    plain = "".join(text.split()).upper()
    if plain and not at_02.is_valid(plain):
        raise CreditorIdWrong(field="creditor_id")
    return plain
