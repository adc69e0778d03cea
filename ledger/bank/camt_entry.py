"""An entry of camt.053 as lines: one, or for a batch with details one for each.

The versions differ in three places only: a status is a text or a choice, a party stands in ``Dbtr`` or in
``Dbtr/Pty``, and a detail has an amount of its own or in ``AmtDtls``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.bank.camt_node import Node
from ledger.bank.lines import BankLine
from ledger.bank.refusals import NotBooked, TagMissing, TotalWrong, ValueWrong, euros
from ledger.bank.statement import cents_of, euro_only
from ledger.citizen_number import masked

_BOOKED, _INFORMATION = "BOOK", "INFO"
_NOT_PROVIDED = {"NOTPROVIDED", "NOT PROVIDED", "NONREF"}
# Sub-families of the bank transaction codes (ISO 20022 external code set) for what came back or was reversed.
_RETURNS = {"RRTN", "UPDD", "PRDD", "RCDD", "UPCT", "RPCR", "ARET", "CRET"}
_TEXT_LONGEST, _NAME_LONGEST, _REFERENCE_LONGEST, _CODE_LONGEST = 1_000, 140, 70, 40


@dataclass(frozen=True, slots=True)
class Detail:
    """What one detail of an entry says. ``cents`` is signed; none where the detail has no amount in euros."""

    at_line: int
    cents: int | None
    foreign: bool
    iban: str
    name: str
    text: str
    end_to_end_id: str
    reference: str
    bank_reference: str
    code: str
    returned: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its signed amount and its lines; none of these where it was for information only."""

    at_line: int
    booked_on: date
    cents: int
    lines: tuple[BankLine, ...]
    left_out: bool = False


def detail_of(node: Node, entry: Node, account: str) -> Detail:
    """``node`` (``TxDtls``) of ``entry`` (``Ntry``, of which amount and direction were read)."""
    credit = _is_credit(node) if node.first("CdtDbtInd") else _is_credit(entry)
    amount = node.first("Amt") or node.first("AmtDtls/TxAmt/Amt")
    foreign = amount is not None and amount.attributes.get("Ccy") != "EUR"
    cents = None
    if amount is not None and not foreign:
        cents = cents_of(amount.text, line=amount.line, tag="TxDtls/Amt") * (1 if credit else -1)
    reversal = entry.words("RvslInd") in ("true", "1")
    returned_by = node.first("RtrInf")
    iban, name = _other_party(
        node, credit=credit, account=account, turned=reversal or returned_by is not None
    )
    reference = masked("".join(node.words("RmtInf/Strd/CdtrRefInf/Ref").split()).upper())
    own_code = _code(node)
    return Detail(
        at_line=node.line,
        cents=cents,
        foreign=foreign,
        iban=iban[:34],
        name=masked(name)[:_NAME_LONGEST],
        text=masked(_text(node))[:_TEXT_LONGEST],
        end_to_end_id=_end_to_end(node),
        reference=reference[:_REFERENCE_LONGEST],
        bank_reference=masked(node.words("Refs/AcctSvcrRef", "Refs/TxId", "Refs/PmtInfId"))[
            :_REFERENCE_LONGEST
        ],
        code=own_code[:_CODE_LONGEST],
        returned=returned_by is not None or _is_return(own_code),
        reason=masked(returned_by.words("Rsn/Cd", "Rsn/Prtry") if returned_by else "")[:_CODE_LONGEST],
    )


def check_batch(node: Node, details: Sequence[Detail]) -> None:
    """The count and total of ``Btch`` are those of its details, where both are there. Raises
    :class:`TotalWrong`.
    """
    batch = node.first("Btch")
    if batch is None or not details:
        return
    stated = batch.words("NbOfTxs")
    if stated and int(stated) != len(details):
        raise TotalWrong(line=batch.line, tag="Btch/NbOfTxs", stated=stated, found=len(details))
    total = batch.first("TtlAmt")
    sums = [one.cents for one in details if one.cents is not None]
    if total is not None and total.attributes.get("Ccy") == "EUR" and len(sums) == len(details):
        cents = cents_of(total.text, line=total.line, tag="Btch/TtlAmt")
        if abs(sum(sums)) != cents:
            raise TotalWrong(
                line=total.line, tag="Btch/TtlAmt", stated=euros(cents), found=euros(abs(sum(sums)))
            )


def entry_of(node: Node, details: Sequence[Detail], account: str) -> Entry:
    """``node`` (``Ntry``) with the details that were read of it.

    Raises :class:`NotBooked` for one that is pending, :class:`TotalWrong` where details do not make up the
    entry.
    """
    status = node.words("Sts", "Sts/Cd", "Sts/Prtry")
    if status == _INFORMATION:
        return Entry(node.line, date.min, 0, (), left_out=True)
    if status != _BOOKED:
        raise NotBooked(line=node.line, tag="Ntry/Sts", found=status or "–")
    amount = node.first("Amt")
    assert amount is not None  # the schema was checked
    euro_only(amount.attributes["Ccy"], line=amount.line, tag="Ntry/Amt/@Ccy")
    cents = cents_of(amount.text, line=amount.line, tag="Ntry/Amt") * (1 if _is_credit(node) else -1)
    booked_on = day_of(node, "BookgDt", "ValDt")
    if booked_on is None:
        raise TagMissing(line=node.line, tag="Ntry", expected="BookgDt")
    frame = _Frame(
        booked_on=booked_on,
        value_on=day_of(node, "ValDt"),
        reversal=node.words("RvslInd") in ("true", "1"),
        code=_code(node)[:_CODE_LONGEST],
        bank_reference=masked(node.words("AcctSvcrRef", "NtryRef"))[:_REFERENCE_LONGEST],
        text=masked(node.words("AddtlNtryInf"))[:_TEXT_LONGEST],
    )
    return Entry(node.line, booked_on, cents, _lines(node, frame, details, cents))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the lines of an entry share."""

    booked_on: date
    value_on: date | None
    reversal: bool
    code: str
    bank_reference: str
    text: str


def _lines(node: Node, frame: _Frame, details: Sequence[Detail], cents: int) -> tuple[BankLine, ...]:
    known = [one for one in details if one.cents is not None]
    if len(details) == 1 and details[0].foreign:
        known = []  # what the payer paid in another currency; the entry says what it came to
    if known and len(known) < len(details):
        missing = next(one for one in details if one.cents is None)
        raise TagMissing(line=missing.at_line, tag="TxDtls", expected="Amt (EUR)")
    if known:
        total = sum(one.cents or 0 for one in known)
        if total != cents:
            raise TotalWrong(line=node.line, tag="Ntry/Amt", stated=euros(cents), found=euros(total))
        if len(known) > 1:
            return tuple(_line(frame, one, one.cents or 0) for one in known if one.cents)
    if not cents:
        return ()  # nothing moved
    if len(details) == 1:
        return (_line(frame, details[0], cents),)
    return (
        BankLine(
            booked_on=frame.booked_on,
            amount_cents=cents,
            value_on=frame.value_on,
            text=frame.text,
            bank_reference=frame.bank_reference,
            code=frame.code,
            returned=frame.reversal or _is_return(frame.code),
        ),
    )


def _line(frame: _Frame, detail: Detail, cents: int) -> BankLine:
    code = detail.code or frame.code
    return BankLine(
        booked_on=frame.booked_on,
        amount_cents=cents,
        value_on=frame.value_on,
        counter_iban=detail.iban,
        counter_name=detail.name,
        text=detail.text or frame.text,
        end_to_end_id=detail.end_to_end_id,
        reference=detail.reference,
        bank_reference=detail.bank_reference or frame.bank_reference,
        code=code,
        returned=frame.reversal or detail.returned or _is_return(code),
        return_reason=detail.reason,
    )


def day_of(node: Node, *names: str) -> date | None:
    """The day of the first of ``names`` that is there, given as a date or a moment."""
    for name in names:
        found = node.words(f"{name}/Dt", f"{name}/DtTm")
        if found:
            day = date.fromisoformat(found[:10])
            if not 1990 <= day.year <= 2200:
                line = (node.first(name) or node).line
                raise ValueWrong(
                    line=line,
                    tag=name,
                    found=found[:10],
                    expected_nl="een datum tussen 1990 en 2200",
                    expected_en="a date between 1990 and 2200",
                )
            return day
    return None


def _is_credit(node: Node) -> bool:
    return node.words("CdtDbtInd") == "CRDT"


def _other_party(node: Node, *, credit: bool, account: str, turned: bool) -> tuple[str, str]:
    """IBAN and name of who stands against us. A return can name the parties as the payment did: turned."""
    parties = node.first("RltdPties")
    if parties is None:
        return "", ""
    for role in ("Dbtr", "Cdtr") if credit else ("Cdtr", "Dbtr"):
        # What is no IBAN can be any text.
        iban = parties.words(f"{role}Acct/Id/IBAN") or masked(parties.words(f"{role}Acct/Id/Othr/Id"))
        name = parties.words(f"{role}/Nm", f"{role}/Pty/Nm", f"Ultmt{role}/Nm", f"Ultmt{role}/Pty/Nm")
        if (iban or name) and not (turned and (not iban or iban == account)):
            return ("", name) if iban == account else (iban, name)
    return "", ""


def _text(node: Node) -> str:
    parts = [" ".join(one.text.split()) for one in node.all("RmtInf/Ustrd")]
    parts += [" ".join(one.text.split()) for one in node.all("RmtInf/Strd/AddtlRmtInf")]
    return " ".join(part for part in parts if part) or node.words("AddtlTxInf")


def _end_to_end(node: Node) -> str:
    found = node.words("Refs/EndToEndId")
    return "" if found.upper() in _NOT_PROVIDED else masked(found)[:_REFERENCE_LONGEST]


def _code(node: Node) -> str:
    domain = node.first("BkTxCd/Domn")
    if domain is None:
        return masked(node.words("BkTxCd/Prtry/Cd"))
    return "/".join((domain.words("Cd"), domain.words("Fmly/Cd"), domain.words("Fmly/SubFmlyCd")))


def _is_return(code: str) -> bool:
    return code.rpartition("/")[2] in _RETURNS
