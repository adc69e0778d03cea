"""Why a bank file is not taken: each sentence says where it is, what stands there and what should.

``where`` is a line of the file, or a statement in it. Texts of a file are never repeated in a sentence as
they stand: they are cut short and stripped of what cannot be shown.
"""

from __future__ import annotations

import unicodedata

from errors import Invalid
from ledger.citizen_number import masked

SHOWN = 40  # characters of what the file says that a sentence repeats


def shown(text: str) -> str:
    """``text`` as a sentence may repeat it: short, on one line, without controls or what looks like a BSN."""
    return shown_account(masked(text[: SHOWN * 4]))


def shown_account(text: str) -> str:
    """The same for our own account's number, which may look like a BSN and must be recognised."""
    plain = "".join(mark if unicodedata.category(mark)[0] != "C" else " " for mark in text[: SHOWN * 2])
    plain = " ".join(plain.split())
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


def euros(cents: int) -> str:
    """An amount as in the bank's own files: ``-1234.50``. Sentences in both languages use it."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


class BankFileRefused(Invalid):
    """Anything that is wrong with a file from the bank. Nothing of such a file is taken."""


class FileEmpty(BankFileRefused):
    """Nothing in it."""

    nl = "Dit bestand is leeg. Haal het afschrift opnieuw op bij de bank."
    en = "This file is empty. Fetch the statement from the bank again."


class FormatUnknown(BankFileRefused):
    """Neither camt.053 nor MT940."""

    nl = (
        "Dit bestand is geen afschrift dat we kunnen lezen. Haal bij de bank een camt.053-bestand (versie 02 "
        "tot en met 12) of een MT940-bestand op."
    )
    en = (
        "This file is no statement that can be read. Fetch a camt.053 file (version 02 to 12) or an MT940 "
        "file "
        "from the bank."
    )


class VersionUnknown(BankFileRefused):
    """XML of another message or version."""

    nl = (
        "Regel {line}: dit is {found}. Verwacht: camt.053.001.02 tot en met camt.053.001.12. Kies bij de "
        "bank ‘camt.053’."
    )
    en = (
        "Line {line}: this is {found}. Expected: camt.053.001.02 to camt.053.001.12. Choose ‘camt.053’ at "
        "the bank."
    )


class EncodingWrong(BankFileRefused):
    """Not in an encoding that the format knows."""

    nl = (
        "Regel {line}: de tekens in dit bestand zijn niet te lezen. Verwacht: {expected}. Haal het bestand "
        "opnieuw op en "
        "open of bewaar het niet in een ander programma."
    )
    en = (
        "Line {line}: the characters in this file cannot be read. Expected: {expected}. Fetch the file "
        "again, and do not open "
        "or save it in another program."
    )


class XmlBroken(BankFileRefused):
    """No well-formed XML, such as a file that was cut off."""

    nl = "Regel {line}: het bestand klopt hier niet of is afgebroken. Haal het opnieuw op bij de bank."
    en = "Line {line}: the file is damaged here or was cut off. Fetch it from the bank again."


class DtdRefused(BankFileRefused):
    """A document type or an entity: a bank sends none, an attacker does."""

    nl = (
        "Regel {line}: er staat een DOCTYPE of ENTITY in het bestand. Verwacht: gewone XML zonder, zoals "
        "banken die sturen."
    )
    en = "Line {line}: the file holds a DOCTYPE or ENTITY. Expected: plain XML without, as banks send it."


class TagUnexpected(BankFileRefused):
    """An element that the schema does not have there."""

    nl = (
        "Regel {line}: het veld {tag} hoort hier niet. Verwacht: {expected}. Haal het bestand opnieuw op bij"
        " de bank."
    )
    en = (
        "Line {line}: the field {tag} does not belong here. Expected: {expected}. Fetch the file from the "
        "bank again."
    )


class TagMissing(BankFileRefused):
    """An element that the schema demands is not there."""

    nl = "Regel {line}: in {tag} ontbreekt {expected}. Haal het bestand opnieuw op bij de bank."
    en = "Line {line}: {tag} lacks {expected}. Fetch the file from the bank again."


class ValueWrong(BankFileRefused):
    """The text of a field is not what the format demands."""

    nl = (
        "Regel {line}: in {tag} staat ‘{found}’. Verwacht: {expected_nl}. Haal het bestand opnieuw op bij de"
        " bank."
    )
    en = "Line {line}: {tag} says ‘{found}’. Expected: {expected_en}. Fetch the file from the bank again."


class FieldUnexpected(BankFileRefused):
    """A field of an MT940 file stands where it cannot, or a line belongs to none."""

    nl = (
        "Regel {line}: ‘{found}’ kan hier niet staan. Verwacht: {expected}. Haal het bestand opnieuw op bij "
        "de bank."
    )
    en = "Line {line}: ‘{found}’ cannot stand here. Expected: {expected}. Fetch the file from the bank again."


class SumWrong(BankFileRefused):
    """The lines do not lead from the opening to the closing balance."""

    nl = (
        "Regel {line}: het afschrift {statement} klopt niet. Begin {opening} plus de regels ({sum}) is "
        "{found}, "
        "maar in {tag} staat {closing}. Er ontbreekt iets: haal het bestand opnieuw op bij de bank."
    )
    en = (
        "Line {line}: statement {statement} does not add up. Opening {opening} plus its lines ({sum}) is "
        "{found}, "
        "but {tag} says {closing}. Something is missing: fetch the file from the bank again."
    )


class TotalWrong(BankFileRefused):
    """A count or total that the file states is not what it holds."""

    nl = (
        "Regel {line}: {tag} zegt {stated}, maar in het bestand staat {found}. Haal het bestand opnieuw op "
        "bij de bank."
    )
    en = "Line {line}: {tag} states {stated}, but the file holds {found}. Fetch the file from the bank again."


class CurrencyWrong(BankFileRefused):
    """An amount that is not in euros."""

    nl = "Regel {line}: het bedrag in {tag} is in {found}. Verwacht: EUR. De pot rekent alleen in euro's."
    en = "Line {line}: the amount in {tag} is in {found}. Expected: EUR. The fund reckons in euros only."


class AccountWrong(BankFileRefused):
    """A statement of an account that is not the fund's."""

    nl = "Regel {line}: dit afschrift is van rekening {found}. Verwacht: {expected}, de rekening van de pot."
    en = "Line {line}: this statement is of account {found}. Expected: {expected}, the account of the fund."


class NotBooked(BankFileRefused):
    """An entry that the bank has not booked yet."""

    nl = (
        "Regel {line}: in {tag} staat {found}. Verwacht: BOOK. Deze regel is nog niet definitief: haal het "
        "afschrift "
        "op als de bank de dag heeft afgesloten."
    )
    en = (
        "Line {line}: {tag} says {found}. Expected: BOOK. This line is not final yet: fetch the statement "
        "once the "
        "bank has closed the day."
    )


class PagesSplit(BankFileRefused):
    """One statement over several pages or messages, of which not all are here."""

    nl = (
        "Regel {line}: dit afschrift is over meer bladen verdeeld en {tag} ontbreekt. Haal het hele "
        "afschrift op bij de bank."
    )
    en = (
        "Line {line}: this statement is spread over several pages and {tag} is missing. Fetch the whole "
        "statement."
    )


class TooLarge(BankFileRefused):
    """Larger than is read at once."""

    nl = "Dit bestand is te groot: hoogstens {maximum_mb} MB. Haal bij de bank een kortere periode op."
    en = "This file is too large: at most {maximum_mb} MB. Fetch a shorter period from the bank."


class TooManyLines(BankFileRefused):
    """More lines than are taken at once."""

    nl = "In dit bestand staan meer dan {maximum} regels. Haal bij de bank een kortere periode op."
    en = "This file holds more than {maximum} lines. Fetch a shorter period from the bank."


class ZipWrong(BankFileRefused):
    """A zip that cannot be unpacked, holds something else, or would unpack to too much."""

    nl = (
        "Dit zip-bestand kunnen we niet uitpakken: {reason_nl}. Pak het zelf uit, of haal het opnieuw op bij"
        " de bank."
    )
    en = "This zip file cannot be unpacked: {reason_en}. Unpack it yourself, or fetch it from the bank again."


class NothingInside(BankFileRefused):
    """No statement in the file."""

    nl = "Er staat geen afschrift in dit bestand. Haal het opnieuw op bij de bank."
    en = "There is no statement in this file. Fetch it from the bank again."
