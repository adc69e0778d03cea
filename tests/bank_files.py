"""Bank files as banks write them, made up: for tests of reading them and for the measurement of its speed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from xml.sax.saxutils import escape

OURS = "NL91ABNA0417164300"
OTHERS = ("NL20INGB0001234567", "NL39RABO0300065264", "NL02ABNA0123456789")
V02, V08 = "camt.053.001.02", "camt.053.001.08"


@dataclass(frozen=True)
class SampleLine:
    """A movement: positive comes in."""

    cents: int
    on: date = date(2026, 3, 2)
    name: str = "Gemeente Voorbeeld"
    iban: str = OTHERS[0]
    text: str = "Terugbetaling casus"
    end_to_end_id: str = ""
    reference: str = ""
    bank_reference: str = ""
    reversal: bool = False
    reason: str = ""


@dataclass(frozen=True)
class SampleStatement:
    """A statement; the closing balance follows, unless it must be wrong."""

    lines: Sequence[SampleLine] = ()
    opening_cents: int = 0
    opening_on: date = date(2026, 3, 1)
    closing_on: date = date(2026, 3, 2)
    number: int | None = 1
    name: str = "AFSCHRIFT-1"
    iban: str = OURS
    currency: str = "EUR"
    closing_cents: int | None = None
    batches: Sequence[Sequence[SampleLine]] = field(default=())

    @property
    def closing(self) -> int:
        if self.closing_cents is not None:
            return self.closing_cents
        return (
            self.opening_cents
            + sum(one.cents for one in self.lines)
            + sum(one.cents for batch in self.batches for one in batch)
        )


def series(
    *days: Sequence[int], opening_cents: int = 0, month: int = 3, iban: str = OURS
) -> list[SampleStatement]:
    """A statement per day that follow on each other, with these amounts."""
    made, balance = [], opening_cents
    for number, amounts in enumerate(days, start=1):
        on = date(2026, month, number)
        lines = [
            SampleLine(cents, on, bank_reference=f"B{month:02d}{number:02d}{place:03d}")
            for place, cents in enumerate(amounts)
        ]
        made.append(SampleStatement(lines, balance, on, on, number, f"2026-{month:02d}-{number:02d}", iban))
        balance = made[-1].closing
    return made


def euros(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _sign(cents: int) -> str:
    return "CRDT" if cents >= 0 else "DBIT"


def camt(*statements: SampleStatement, version: str = V08, indent: str = "") -> bytes:
    """A camt.053 file of ``statements``."""
    return b"".join(camt_parts(statements, version, indent))


def camt_parts(
    statements: Iterable[SampleStatement], version: str = V08, indent: str = ""
) -> Iterator[bytes]:
    """The same in parts, for files too large to hold."""
    newer = int(version[-2:]) >= 7
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">\n'
        "<BkToCstmrStmt>\n<GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-03-31T06:00:00</CreDtTm></GrpHdr>\n"
    ).encode()
    for one in statements:
        yield _head(one, newer).encode()
        numbers = count(1)
        for line in one.lines:
            yield _pad(_entry([line], line.cents, next(numbers), newer, int(version[-2:])), indent).encode()
        for batch in one.batches:
            total = sum(line.cents for line in batch)
            yield _pad(_entry(batch, total, next(numbers), newer, int(version[-2:])), indent).encode()
        yield b"</Stmt>\n"
    yield b"</BkToCstmrStmt>\n</Document>\n"


def _pad(text: str, indent: str) -> str:
    """White space as from a pretty printer: banks' files are half white space."""
    return text.replace("\n", "\n" + indent) if indent else text


def _head(one: SampleStatement, newer: bool) -> str:
    number = f"<ElctrncSeqNb>{one.number}</ElctrncSeqNb>" if one.number is not None else ""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{one.currency}">{euros(cents)}</Amt><CdtDbtInd>{_sign(cents)}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
        for code, cents, day in (
            ("OPBD", one.opening_cents, one.opening_on),
            ("CLBD", one.closing, one.closing_on),
        )
    )
    return (
        f"<Stmt><Id>{escape(one.name)}</Id>{number}<CreDtTm>2026-03-31T06:00:00</CreDtTm>\n"
        f"<Acct><Id><IBAN>{one.iban}</IBAN></Id><Ccy>{one.currency}</Ccy></Acct>\n{balances}"
    )


def _entry(details: Sequence[SampleLine], cents: int, number: int, newer: bool, version: int) -> str:
    first = details[0]
    status = "<Sts><Cd>BOOK</Cd></Sts>" if newer else "<Sts>BOOK</Sts>"
    reversal = "<RvslInd>true</RvslInd>" if first.reversal else ""
    reference = first.bank_reference or f"REF{number:08d}"
    batch = f"<Btch><NbOfTxs>{len(details)}</NbOfTxs></Btch>" if len(details) > 1 else ""
    made = "".join(_detail(one, newer, version) for one in details)
    return (
        f"<Ntry>\n  <NtryRef>{number}</NtryRef>\n"
        f'  <Amt Ccy="EUR">{euros(cents)}</Amt>\n  <CdtDbtInd>{_sign(cents)}</CdtDbtInd>\n'
        f"  {reversal}{status}\n"
        f"  <BookgDt>\n    <Dt>{first.on}</Dt>\n  </BookgDt>\n  <ValDt>\n    <Dt>{first.on}</Dt>\n  "
        f"</ValDt>\n"
        f"  <AcctSvcrRef>{escape(reference)}</AcctSvcrRef>\n"
        "  <BkTxCd>\n    <Domn>\n      <Cd>PMNT</Cd>\n      <Fmly>\n        <Cd>RCDT</Cd>\n"
        "        <SubFmlyCd>ESCT</SubFmlyCd>\n      </Fmly>\n    </Domn>\n  </BkTxCd>\n"
        f"  <NtryDtls>\n    {batch}{made}\n  </NtryDtls>\n</Ntry>\n"
    )


def _detail(one: SampleLine, newer: bool, version: int) -> str:
    role = "Dbtr" if one.cents >= 0 else "Cdtr"
    name = f"<Nm>{escape(one.name)}</Nm>"
    party = f"<Pty>\n            {name}\n          </Pty>" if newer else name
    amount = f'<Amt Ccy="EUR">{euros(one.cents)}</Amt>'
    own = (
        f"\n      {amount}\n      <CdtDbtInd>{_sign(one.cents)}</CdtDbtInd>"
        if version >= 3
        else f"\n      <AmtDtls>\n        <TxAmt>\n          {amount}\n        </TxAmt>\n      </AmtDtls>"
    )
    structured = (
        "\n        <Strd>\n          <CdtrRefInf>\n            <Tp>\n              <CdOrPrtry>\n"
        "                <Cd>SCOR</Cd>\n              </CdOrPrtry>\n            </Tp>\n"
        f"            <Ref>{escape(one.reference)}</Ref>\n          </CdtrRefInf>\n        </Strd>"
        if one.reference
        else ""
    )
    text = f"\n        <Ustrd>{escape(one.text)}</Ustrd>" if one.text else ""
    remittance = f"\n      <RmtInf>{text}{structured}\n      </RmtInf>" if text or structured else ""
    returned = (
        f"\n      <RtrInf>\n        <Rsn>\n          <Cd>{one.reason}</Cd>\n        </Rsn>\n      </RtrInf>"
        if one.reason
        else ""
    )
    return (
        "<TxDtls>\n      <Refs>\n"
        f"        <EndToEndId>{escape(one.end_to_end_id) or 'NOTPROVIDED'}</EndToEndId>\n      </Refs>{own}\n"
        f"      <RltdPties>\n        <{role}>\n          {party}\n        </{role}>\n"
        f"        <{role}Acct>\n          <Id>\n            <IBAN>{one.iban}</IBAN>\n          </Id>\n"
        f"        </{role}Acct>\n      </RltdPties>{remittance}{returned}\n    </TxDtls>"
    )


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A zip of ``files``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()
