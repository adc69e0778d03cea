"""A statement of camt.053 as a whole: its account, its two balances, and whether everything adds up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.bank.camt_entry import Entry, day_of
from ledger.bank.camt_node import Node
from ledger.bank.lines import StatementHead
from ledger.bank.refusals import PagesSplit, TagMissing, TotalWrong, ValueWrong, euros
from ledger.bank.statement import (
    Ours,
    ReadStatement,
    cents_of,
    check_days,
    check_order,
    check_sum,
    counted,
    euro_only,
)
from ledger.citizen_number import masked

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def statement_of(node: Node, entries: Sequence[Entry], ours: Ours) -> ReadStatement:
    """``node`` (``Stmt``) with the entries that were read of it. Raises a :class:`BankFileRefused`."""
    account = node.first("Acct")
    assert account is not None  # the schema was checked
    iban = ours.recognised(account.words("Id/IBAN", "Id/Othr/Id"), account.line)
    if currency := account.words("Ccy"):
        euro_only(currency, line=account.line, tag="Acct/Ccy")
    _check_pages(node)
    opening_on, opening_cents, _at = _balance(node, _OPENING)
    closing_on, closing_cents, closing_line = _balance(node, _CLOSING)
    head = StatementHead(
        iban=iban,
        currency="EUR",
        statement_id=masked(node.words("Id"))[:70],
        sequence=counted(node.words("ElctrncSeqNb", "LglSeqNb"), closing_on),
        opening_on=opening_on,
        opening_cents=opening_cents,
        closing_on=closing_on,
        closing_cents=closing_cents,
    )
    check_order(head, line=closing_line, tag="Bal/CLBD")
    booked = [one for one in entries if not one.left_out]
    _check_totals(node, booked, left_out=len(entries) - len(booked))
    check_sum(head, sum(one.cents for one in booked), line=closing_line, tag="Bal/CLBD")
    check_days(head, [(one.booked_on, one.at_line, "Ntry/BookgDt") for one in booked])
    lines = tuple(line for one in booked for line in one.lines)
    return ReadStatement(head, lines, node.line, left_out=len(entries) - len(booked))


def _balance(node: Node, codes: tuple[str, ...]) -> tuple[date, int, int]:
    """Day, cents and line of the balance with the first of ``codes`` that is there; exactly one of it."""
    for code in codes:
        found = [one for one in node.all("Bal") if one.words("Tp/CdOrPrtry/Cd") == code]
        if len(found) > 1:
            raise TotalWrong(line=found[1].line, tag=f"Bal/{code}", stated=1, found=len(found))
        if found:
            return _amount(found[0], code)
    raise TagMissing(line=node.line, tag="Stmt", expected=f"Bal/{codes[0]}")


def _amount(balance: Node, code: str) -> tuple[date, int, int]:
    amount = balance.first("Amt")
    day = day_of(balance, "Dt")
    assert amount is not None
    assert day is not None
    euro_only(amount.attributes["Ccy"], line=amount.line, tag=f"Bal/{code}/@Ccy")
    sign = -1 if balance.words("CdtDbtInd") == "DBIT" else 1
    return day, cents_of(amount.text, line=amount.line, tag=f"Bal/{code}/Amt") * sign, amount.line


def _check_pages(node: Node) -> None:
    """A statement in one piece: banks that spread one over messages are asked for the whole."""
    pages = node.first("StmtPgntn")
    if pages is not None and (
        pages.words("PgNb").lstrip("0") != "1" or pages.words("LastPgInd") not in ("true", "1")
    ):
        raise PagesSplit(line=pages.line, tag="StmtPgntn/LastPgInd = true")


def _check_totals(node: Node, entries: Sequence[Entry], *, left_out: int) -> None:
    """Counts and totals that the bank states are those of the entries. Raises :class:`TotalWrong`."""
    summary = node.first("TxsSummry")
    if summary is None or left_out:
        return  # a bank may count what is for information only, or not
    for name, chosen in (
        ("TtlNtries", entries),
        ("TtlCdtNtries", [one for one in entries if one.cents > 0]),
        ("TtlDbtNtries", [one for one in entries if one.cents < 0]),
    ):
        total = summary.first(name)
        if total is None:
            continue
        tag = f"TxsSummry/{name}"
        number, amount = total.words("NbOfNtries"), total.first("Sum")
        if (
            number
            and _whole(number, total.line, tag) != len(chosen)
            and 0 not in {one.cents for one in entries}
        ):
            raise TotalWrong(line=total.line, tag=f"{tag}/NbOfNtries", stated=number, found=len(chosen))
        if amount is not None:
            stated, found = (
                cents_of(amount.text, line=amount.line, tag=f"{tag}/Sum"),
                sum(abs(one.cents) for one in chosen),
            )
            if stated != found:
                raise TotalWrong(line=amount.line, tag=f"{tag}/Sum", stated=euros(stated), found=euros(found))


def _whole(text: str, line: int, tag: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueWrong(
            line=line, tag=tag, found=text, expected_nl="een geheel getal", expected_en="a whole number"
        )
    return int(text)
