"""What a reader of bank files hands over: statements with their lines, and what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.bank.lines import BankLine, StatementHead
from ledger.bank.refusals import (
    AccountWrong,
    CurrencyWrong,
    SumWrong,
    TooManyLines,
    ValueWrong,
    euros,
    shown,
    shown_account,
)

MAXIMUM_LINES = 100_000
CURRENCY = "EUR"
# A bank books on the days of the statement; some date a weekend's movements to the working day beside it.
_DAYS_BESIDE = timedelta(days=7)
_NUMBER = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]*))?")
LARGEST_SEQUENCE = 2**31 - 1
_MOST_STATEMENTS = 9_999  # one a day for 27 years: what is more is a date

Progress = Callable[[int, int], None]  # lines read and bytes read so far


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement as it stood in a file. ``left_out`` counts entries that were for information only."""

    head: StatementHead
    lines: tuple[BankLine, ...]
    at_line: int
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Ours:
    """The accounts of the fund that a statement may be of, as IBANs without spaces."""

    ibans: tuple[str, ...]

    def recognised(self, account: str, line: int) -> str:
        """The IBAN that ``account`` means; old files give the bare number, or the currency behind it.

        Raises :class:`AccountWrong`.
        """
        plain = re.sub(r"[\s.]", "", account.rpartition("/")[2]).upper()
        for iban in self.ibans:
            if plain in (iban, iban + CURRENCY):
                return iban
            number = plain.removesuffix(CURRENCY).lstrip("P").lstrip("0")
            if number.isdigit() and len(number) >= 5 and iban[8:].lstrip("0") == number:
                return iban
        expected = " / ".join(self.ibans) or "–"
        raise AccountWrong(line=line, found=shown_account(account) or "–", expected=expected)


def cents_of(text: str, *, line: int, tag: str) -> int:
    """An amount in whole cents, from its text and without rounding. Raises :class:`ValueWrong`."""
    found = _NUMBER.fullmatch(text.strip())
    decimals = (found[2] or "").rstrip("0") if found else ""
    if found is None or len(decimals) > 2:
        raise ValueWrong(
            line=line,
            tag=tag,
            found=shown(text),
            expected_nl="een bedrag in hele centen",
            expected_en="an amount in whole cents",
        )
    return int(found[1]) * 100 + int(decimals.ljust(2, "0"))


def euro_only(currency: str, *, line: int, tag: str) -> None:
    """Raises :class:`CurrencyWrong` for anything but euros."""
    if currency != CURRENCY:
        raise CurrencyWrong(line=line, tag=tag, found=shown(currency) or "–")


def checked_count(lines: int) -> None:
    """Raises :class:`TooManyLines` beyond what is taken at once."""
    if lines > MAXIMUM_LINES:
        raise TooManyLines(maximum=MAXIMUM_LINES)


def check_days(head: StatementHead, booked: Sequence[tuple[date, int, str]]) -> None:
    """Every line (its day, line in the file and tag) is of the days of the statement. Raises
    :class:`ValueWrong`.
    """
    first, last = head.opening_on - _DAYS_BESIDE, head.closing_on + _DAYS_BESIDE
    for day, line, tag in booked:
        if not first <= day <= last:
            raise ValueWrong(
                line=line,
                tag=tag,
                found=day.isoformat(),
                expected_nl=f"een dag van het afschrift, {head.opening_on} tot en met {head.closing_on}",
                expected_en=f"a day of the statement, {head.opening_on} to {head.closing_on}",
            )


def check_order(head: StatementHead, *, line: int, tag: str) -> None:
    """The closing balance is not of before the opening balance. Raises :class:`ValueWrong`."""
    if head.closing_on < head.opening_on:
        raise ValueWrong(
            line=line,
            tag=tag,
            found=head.closing_on.isoformat(),
            expected_nl=f"een datum vanaf {head.opening_on}",
            expected_en=f"a date from {head.opening_on}",
        )


def check_sum(head: StatementHead, sum_cents: int, *, line: int, tag: str) -> None:
    """Opening plus lines is closing. ``tag`` is where the closing balance is. Raises :class:`SumWrong`."""
    found = head.opening_cents + sum_cents
    if found != head.closing_cents:
        raise SumWrong(
            line=line,
            tag=tag,
            statement=shown(head.statement_id) or "–",
            opening=euros(head.opening_cents),
            sum=euros(sum_cents),
            found=euros(found),
            closing=euros(head.closing_cents),
        )


def counted(number: str, closing_on: date) -> int | None:
    """The bank's running number, or none where it does not run one by one.

    Several banks fill the field with the date (``26090`` or ``09001`` for day 90 of 2026), or always the
    same; a jump in those says nothing about a statement that is missing.
    """
    if not number.isascii() or not number.isdigit() or not 0 < int(number) <= LARGEST_SEQUENCE:
        return None
    value, day = int(number), closing_on.timetuple().tm_yday
    if value > _MOST_STATEMENTS:
        return None
    of_day = {5: number[:3], 4: number[1:], 3: number, 2: number}.get(len(number), "")
    return None if of_day and abs(int(of_day) - day) <= _DAYS_BESIDE.days else value
