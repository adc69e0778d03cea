"""Cells of a spreadsheet that hold what they should: text is never a formula, amounts are real numbers.

A spreadsheet program runs text that starts with ``=``, ``+``, ``-`` or ``@`` as a formula, and openpyxl
writes text that starts with ``=`` as a live one. People's text therefore only enters through
:func:`put_text`; formulas of our own through :func:`put_formula`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from openpyxl.cell import Cell, MergedCell

EURO = '"€" #,##0.00;[Red]"€" -#,##0.00'
DAY = "dd-mm-yyyy"
WHOLE = "#,##0"
PERCENT = "0.0%"
# Characters that XML forbids, or that hide the one that begins a formula (tab, return).
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ufffe\uffff]")
_LONGEST = 32_000  # a cell holds 32,767 characters


def safe_text(text: str) -> str:
    """``text`` without control characters, at most as long as a cell can hold."""
    return _CONTROL.sub(" ", text)[:_LONGEST]


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write ``text`` as text, whatever it starts with; also when the cell is edited later."""
    cell = _whole(cell)
    cell.value = safe_text(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def put_cents(cell: Cell | MergedCell, cents: int) -> None:
    """Write an amount as a number in euros, exact to the cent. Raises TypeError for anything but an int."""
    if type(cents) is not int:
        raise TypeError(f"cents are a whole number, not {type(cents).__name__}")
    cell = _whole(cell)
    cell.value = Decimal(cents) / 100
    cell.number_format = EURO


def put_whole(cell: Cell | MergedCell, number: int) -> None:
    """Write a whole number."""
    cell = _whole(cell)
    cell.value = number
    cell.number_format = WHOLE


def put_date(cell: Cell | MergedCell, day: date) -> None:
    """Write a date as a date."""
    cell = _whole(cell)
    cell.value = day
    cell.number_format = DAY


def put_formula(cell: Cell | MergedCell, formula: str, number_format: str = EURO) -> None:
    """Write a formula of our own making; never one that holds somebody's text."""
    if not formula.startswith("="):
        raise ValueError("a formula starts with =")
    cell = _whole(cell)
    cell.value = formula
    cell.number_format = number_format


def _whole(cell: Cell | MergedCell) -> Cell:
    """``cell`` itself; the covered part of a merged cell holds nothing and is a fault of the program."""
    if not isinstance(cell, Cell):
        raise TypeError("nothing can be written in the covered part of a merged cell")
    return cell
