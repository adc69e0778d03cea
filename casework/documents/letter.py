"""A letter of the network: who writes to whom, what about, a table if there is one, and what to pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from casework.documents.payment_qr import payment_qr_svg
from casework.documents.render import Data, render


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes. ``lines`` are what stands below the names: how to reach the secretariat."""

    network: str
    fund: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Amounts are whole cents, days are dates, a figure is text that says how many."""

    heading: str
    kind: Literal["text", "money", "day", "figure"] = "text"


Cell: TypeAlias = str | int | date | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with what it is about. Its first column names the row. ``total`` is its last row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What is to be paid, to which account and by which references.

    ``reference`` is the RF creditor reference (ISO 11649) without spaces, ``betalingskenmerk`` the Dutch
    one, empty where there is none.
    """

    amount_cents: int
    holder: str
    iban: str
    reference: str
    betalingskenmerk: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. ``facts`` are the few things that stand under the subject, as (name, value).

    ``paragraphs`` come before the tables, ``closing`` after the payment. ``notice`` is one sentence that
    stands out, such as that this is a copy.
    """

    sender: Sender
    recipient: tuple[str, ...]
    dated: date
    subject: str
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Grid, ...] = ()
    payment: Payment | None = None
    closing: tuple[str, ...] = ()


def sayer(language: str) -> Callable[[str, str], str]:
    """What chooses between a Dutch and an English wording."""
    return lambda nl, en: en if language == "en" else nl


def letter_pdf(letter: Letter, *, language: str, made_at_utc: datetime) -> bytes:
    """``letter`` as a tagged PDF in ``language``. Raises :class:`.refusals.DocumentNotMade`."""
    return render("letter", _letter(letter), language, made_at_utc=made_at_utc)


def _letter(letter: Letter) -> dict[str, Data]:
    return {
        "sender": sender_data(letter.sender),
        "recipient": list(letter.recipient),
        "dated": letter.dated.isoformat(),
        "subject": letter.subject,
        "facts": [list(fact) for fact in letter.facts],
        "notice": letter.notice,
        "paragraphs": list(letter.paragraphs),
        "tables": [grid_data(grid) for grid in letter.tables],
        "payment": None if letter.payment is None else payment_data(letter.payment, letter.dated),
        "closing": list(letter.closing),
    }


def sender_data(sender: Sender) -> dict[str, Data]:
    """``sender`` as a template reads it."""
    return {"network": sender.network, "fund": sender.fund, "lines": list(sender.lines)}


def grid_data(grid: Grid) -> dict[str, Data]:
    """``grid`` as a template reads it."""
    return {
        "caption": grid.caption,
        "columns": [{"heading": column.heading, "kind": column.kind} for column in grid.columns],
        "rows": [[_cell(cell) for cell in row] for row in grid.rows],
        "total": None if grid.total is None else [_cell(cell) for cell in grid.total],
    }


def payment_data(payment: Payment, dated: date) -> dict[str, Data]:
    """``payment`` as a template reads it, with its QR code, on a paper of ``dated``."""
    return {
        "amount_cents": payment.amount_cents,
        "holder": payment.holder,
        "iban": payment.iban,
        "reference": payment.reference,
        "betalingskenmerk": payment.betalingskenmerk,
        "due_on": None if payment.due_on is None else payment.due_on.isoformat(),
        "overdue": payment.due_on is not None and payment.due_on < dated,
        "qr_svg": payment_qr_svg(payment.holder, payment.iban, payment.amount_cents, payment.reference),
    }


def _cell(cell: Cell) -> Data:
    return cell.isoformat() if isinstance(cell, date) else cell
