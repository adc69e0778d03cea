"""Statements of the demo's bank: camt.053 files as a bank writes them, of movements that are made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
COSTS, PAID, RECEIVED, COLLECTED = "ACMT/MDOP/CHRG", "PMNT/ICDT/ESCT", "PMNT/RCDT/ESCT", "PMNT/IDDT/ESDD"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement: above zero comes in. ``code`` is the bank's, domain/family/sub-family."""

    on: date
    cents: int
    name: str
    iban: str
    text: str
    code: str
    end_to_end_id: str = ""
    reference: str = ""


def statement_file(
    movements: Sequence[Movement], *, iban: str, opening_cents: int, opening_on: date, first_number: int
) -> bytes:
    """A file with a statement for every day on which something moved; ``movements`` in order of day."""
    parts = []
    for number, (day, lines) in enumerate(groupby(movements, key=lambda one: one.on), first_number):
        of_day = list(lines)
        closing_cents = opening_cents + sum(one.cents for one in of_day)
        parts.append(_statement(of_day, iban, number, (opening_cents, opening_on), (closing_cents, day)))
        opening_cents, opening_on = closing_cents, day
    made = f"{movements[-1].on}T23:00:00"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>DEMO-{first_number}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
        f"{''.join(parts)}</BkToCstmrStmt></Document>\n"
    ).encode()


def _statement(
    lines: Sequence[Movement], iban: str, number: int, opening: tuple[int, date], closing: tuple[int, date]
) -> str:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>\n"
        for code, (cents, day) in (("OPBD", opening), ("CLBD", closing))
    )
    entries = "".join(_entry(one, f"{number:05d}{place:03d}") for place, one in enumerate(lines, 1))
    return (
        f"<Stmt><Id>{closing[1]}-{number:03d}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>{closing[1]}T23:00:00</CreDtTm>\n"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{balances}{entries}</Stmt>\n"
    )


def _amount(cents: int) -> str:
    sign = "CRDT" if cents >= 0 else "DBIT"
    whole, rest = divmod(abs(cents), 100)
    return f'<Amt Ccy="EUR">{whole}.{rest:02d}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _entry(one: Movement, reference: str) -> str:
    domain, family, sub_family = one.code.split("/")
    code = f"<Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn>"
    return (
        f"<Ntry>{_amount(one.cents)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{one.on}</Dt></BookgDt><ValDt><Dt>{one.on}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd>{code}</BkTxCd>"
        f"<NtryDtls><TxDtls>{_details(one)}</TxDtls></NtryDtls></Ntry>\n"
    )


def _details(one: Movement) -> str:
    role = "Dbtr" if one.cents >= 0 else "Cdtr"
    parties = (
        f"<RltdPties><{role}><Pty><Nm>{escape(one.name)}</Nm></Pty></{role}>"
        f"<{role}Acct><Id><IBAN>{one.iban}</IBAN></Id></{role}Acct></RltdPties>"
        if one.iban
        else ""
    )
    text = f"<Ustrd>{escape(one.text)}</Ustrd>" if one.text else ""
    structured = (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        f"<Ref>{one.reference}</Ref></CdtrRefInf></Strd>"
        if one.reference
        else ""
    )
    remittance = f"<RmtInf>{text}{structured}</RmtInf>" if text or structured else ""
    end_to_end = escape(one.end_to_end_id) or "NOTPROVIDED"
    return f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{_amount(one.cents)}{parties}{remittance}"
