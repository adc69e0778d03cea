"""Reading MT940, field by field, as ABN AMRO, ING, Rabobank, SNS, Triodos and Knab send it.

The grammar of the fields is that of the package ``mt-940``. Around it stands what that package lets pass:
which field may follow which, that every line belongs to one, that pages of a statement connect, and that
everything adds up. What stands in ``:86:`` differs from bank to bank and is read by ``mt940_details``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from mt940 import tags

from ledger.bank.lines import BankLine, StatementHead
from ledger.bank.mt940_details import Details, details_of
from ledger.bank.mt940_fields import Field, fields_in
from ledger.bank.refusals import (
    FieldUnexpected,
    NothingInside,
    PagesSplit,
    SumWrong,
    TagMissing,
    TotalWrong,
    ValueWrong,
    euros,
    shown,
)
from ledger.bank.statement import (
    Ours,
    Progress,
    ReadStatement,
    cents_of,
    check_days,
    check_order,
    check_sum,
    checked_count,
    counted,
    euro_only,
)
from ledger.citizen_number import masked

# What may follow what. Fields that say nothing of the movements (13, 21, 34F, 64, 65, NS) are passed over.
_PASSED_OVER = {"13", "13D", "21", "34F", "64", "65", "NS"}
_AFTER: dict[str, tuple[str, ...]] = {
    "": ("20",),
    "20": ("25",),
    "25": ("28C", "28"),
    "28C": ("60F", "60M"),
    "60F": ("61", "62F", "62M"),
    "61": ("86", "61", "62F", "62M"),
    "86": ("61", "62F", "62M"),
    "62F": ("86", "90D", "90C", "20"),
}
_SAME_AS = {"28": "28C", "60M": "60F", "62M": "62F", "90C": "62F", "90D": "62F"}
_LINE = tags.StatementGLS().re  # the one with references of any length: SNS gives an account there
_BALANCE = tags.FinalOpeningBalance().re
_SUM = tags.SumDebitEntries().re
_NO_REFERENCE = {"", "NONREF", "EREF", "PREF", "MARF", "NOTPROVIDED", "KREF"}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
_EUR = "R"  # the third letter of the currency, which some banks give with the amount


@dataclass(slots=True)
class _Open:
    """The statement that is being read, over its pages."""

    field: Field
    name: str
    iban: str = ""
    number: str = ""
    opening: tuple[date, int] | None = None
    page_from_cents: int = 0
    continued: bool = False


def read_mt940(stream: BinaryIO, ours: Ours, progress: Progress) -> list[ReadStatement]:
    """The statements in ``stream``, which must be seekable. Raises a :class:`BankFileRefused`."""
    reader = _Reader(ours)
    for field in fields_in(stream, lambda read: progress(reader.count, read)):
        reader.take(field)
    return reader.whole()


class _Reader:
    """One file, field by field."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._statements: list[ReadStatement] = []
        self._open: _Open | None = None
        self._lines: list[tuple[BankLine, int]] = []
        self._pending: tuple[BankLine, int] | None = None
        self._before = ""
        self._last_line = 1
        self.count = 0

    def take(self, field: Field) -> None:
        """The next field."""
        self._last_line = field.line
        tag = field.tag
        if tag in _PASSED_OVER and self._before:
            return
        if tag not in _AFTER.get(self._before, ()):
            expected = " / ".join(f":{one}:" for one in _AFTER.get(self._before, ("20",)))
            raise FieldUnexpected(line=field.line, found=f":{tag}:", expected=expected)
        if tag != "86":
            self._finish_line(None)
        after_closing = self._before == "62F"
        self._before = _SAME_AS.get(tag, tag)
        if tag == "20":
            self._begin(field)
        elif tag == "86":
            # Behind the closing balance it is about the statement as a whole.
            if after_closing:
                self._before = "62F"
            else:
                self._finish_line(field)
        elif tag in ("90C", "90D"):
            self._check_total(field)
        else:
            self._of_statement(field)

    def _of_statement(self, field: Field) -> None:
        opened = self._open
        assert opened is not None
        if field.tag == "25":
            iban = self._ours.recognised(field.text, field.line)
            if opened.continued and iban != opened.iban:
                raise PagesSplit(line=field.line, tag=":62F:")
            opened.iban = iban
        elif field.tag in ("28C", "28"):
            opened.number = field.text.partition("/")[0].strip()
        elif field.tag in ("60F", "60M"):
            self._opening(field, opened)
        elif field.tag == "61":
            self._pending = self._line(field), field.line
        else:
            self._closing(field, opened)

    def whole(self) -> list[ReadStatement]:
        """Everything that was read, now that the file is at its end."""
        if self._before not in ("", "62F"):
            raise TagMissing(line=self._last_line, tag=f":{self._before}:", expected=":62F:")
        if self._open is not None:
            raise PagesSplit(line=self._last_line, tag=":62F:")
        if not self._statements:
            raise NothingInside()
        return self._statements

    def _begin(self, field: Field) -> None:
        if self._open is None:
            self._open = _Open(field, field.text.strip())

    def _opening(self, field: Field, opened: _Open) -> None:
        day, cents = _balance(field)
        if opened.continued:
            if field.tag != "60M":
                raise PagesSplit(line=field.line, tag=":60M:")
            if cents != opened.page_from_cents:
                raise TotalWrong(
                    line=field.line, tag=":60M:", stated=euros(cents), found=euros(opened.page_from_cents)
                )
        elif field.tag != "60F":
            raise PagesSplit(line=field.line, tag=":60F:")
        else:
            opened.opening = day, cents
            opened.page_from_cents = cents

    def _closing(self, field: Field, opened: _Open) -> None:
        day, cents = _balance(field)
        assert opened.opening is not None
        total = sum(line.amount_cents for line, _at in self._lines)
        if field.tag == "62M":
            found = opened.opening[1] + total
            if found != cents:
                raise SumWrong(
                    line=field.line,
                    tag=":62M:",
                    statement=shown(opened.name) or "–",
                    opening=euros(opened.opening[1]),
                    sum=euros(total),
                    found=euros(found),
                    closing=euros(cents),
                )
            opened.continued, opened.page_from_cents = True, cents
            return
        head = StatementHead(
            iban=opened.iban,
            currency="EUR",
            statement_id=masked(f"{opened.name} {opened.number}".strip())[:70],
            sequence=counted(opened.number, day),
            opening_on=opened.opening[0],
            opening_cents=opened.opening[1],
            closing_on=day,
            closing_cents=cents,
        )
        check_order(head, line=field.line, tag=":62F:")
        check_sum(head, total, line=field.line, tag=":62F:")
        check_days(head, [(line.booked_on, at, ":61:") for line, at in self._lines])
        moved = tuple(line for line, _at in self._lines if line.amount_cents)
        self._statements.append(ReadStatement(head, moved, opened.field.line))
        self._open, self._lines = None, []

    def _check_total(self, field: Field) -> None:
        """Number and sum of debits or credits, where a bank gives them behind the closing balance."""
        found = _SUM.match(field.text)
        if found is None or not self._statements:
            raise ValueWrong(
                line=field.line,
                tag=f":{field.tag}:",
                found=shown(field.text),
                expected_nl="aantal en som van de regels",
                expected_en="number and sum of the lines",
            )
        sign = 1 if field.tag == "90C" else -1
        amounts = [abs(one.amount_cents) for one in self._statements[-1].lines if one.amount_cents * sign > 0]
        stated = cents_of(found["amount"], line=field.line, tag=f":{field.tag}:")
        if stated != sum(amounts) or int(found["number"] or -1) != len(amounts):
            raise TotalWrong(
                line=field.line,
                tag=f":{field.tag}:",
                stated=f"{found['number']} × {euros(stated)}",
                found=f"{len(amounts)} × {euros(sum(amounts))}",
            )

    def _line(self, field: Field) -> BankLine:
        self.count += 1
        checked_count(self.count)
        found = _LINE.match(field.text)
        if found is None or not found["amount"].isascii() or "," not in found["amount"]:
            raise ValueWrong(
                line=field.line,
                tag=":61:",
                found=shown(field.text),
                expected_nl="datum, C of D, bedrag met een komma, soort en kenmerk",
                expected_en="date, C or D, amount with a comma, type and reference",
            )
        if (found["funds_code"] or _EUR).upper() != _EUR:
            euro_only(found["funds_code"], line=field.line, tag=":61:")
        mark = found["status"].upper()
        cents = cents_of(found["amount"], line=field.line, tag=":61:")
        value_on = _day(found["year"], found["month"], found["day"], field)
        customer = (found["customer_reference"] or "").strip()
        beside = (found["extra_details"] or "").strip()
        account = next((one for one in (customer, beside) if _IBAN.fullmatch(one)), "")
        known = "" if customer.upper() in _NO_REFERENCE or customer == account else customer
        return BankLine(
            booked_on=_booked_on(found["entry_month"], found["entry_day"], value_on, field),
            value_on=value_on,
            # RC takes a credit back and RD a debit.
            amount_cents=cents if mark in ("C", "RD") else -cents,
            counter_iban=account,
            end_to_end_id=masked(known)[:70],
            bank_reference=masked((found["bank_reference"] or "").strip())[:70],
            code=(found["id"] or "").strip()[:40],
            returned=mark in ("RC", "RD"),
            text="" if beside == account or beside.startswith("/") else masked(beside)[:1_000],
        )

    def _finish_line(self, about: Field | None) -> None:
        if self._pending is None:
            return
        line, at = self._pending
        self._pending = None
        if about is not None:
            line = _with(line, details_of(about.value, credit=line.amount_cents > 0))
        self._lines.append((line, at))


def _with(line: BankLine, said: Details) -> BankLine:
    """``line`` with what ``:86:`` says of it. A code in ``:61:`` counts where ``:86:`` is silent."""
    return replace(
        line,
        counter_iban=(said.iban or line.counter_iban)[:34],
        counter_name=masked(said.name)[:140],
        text=masked(said.text or line.text)[:1_000],
        end_to_end_id=masked(said.end_to_end_id or line.end_to_end_id)[:70],
        reference=masked(said.reference)[:70],
        returned=line.returned or bool(said.return_reason),
        return_reason=said.return_reason[:40],
    )


def _balance(field: Field) -> tuple[date, int]:
    found = _BALANCE.match(field.text)
    if found is None or found.end() != len(field.text) or "," not in found["amount"]:
        raise ValueWrong(
            line=field.line,
            tag=f":{field.tag}:",
            found=shown(field.text),
            expected_nl="C of D, datum, EUR en een bedrag met een komma",
            expected_en="C or D, date, EUR and an amount with a comma",
        )
    euro_only(found["currency"], line=field.line, tag=f":{field.tag}:")
    cents = cents_of(found["amount"], line=field.line, tag=f":{field.tag}:")
    day = _day(found["year"], found["month"], found["day"], field)
    return day, -cents if found["status"].upper() == "D" else cents


def _day(year: str, month: str, day: str, field: Field) -> date:
    try:
        return date(2000 + int(year), int(month), int(day))
    except ValueError:
        raise ValueWrong(
            line=field.line,
            tag=f":{field.tag}:",
            found=shown(year + month + day),
            expected_nl="een datum als JJMMDD",
            expected_en="a date as YYMMDD",
        ) from None


def _booked_on(month: str | None, day: str | None, value_on: date, field: Field) -> date:
    """The entry date has no year: it is the one nearest to the value date."""
    if not (month or "").strip() or not (day or "").strip():
        return value_on
    days = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            days.append(date(year, int(month or 0), int(day or 0)))
        except ValueError:
            continue  # 29 February, or no day at all
    if not days:
        raise ValueWrong(
            line=field.line,
            tag=":61:",
            found=shown(f"{month}{day}"),
            expected_nl="een datum als MMDD",
            expected_en="a date as MMDD",
        )
    return min(days, key=lambda one: abs(one - value_on))
