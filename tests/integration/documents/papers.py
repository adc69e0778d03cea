"""Reading papers in tests, and claims to write them about."""

from __future__ import annotations

import subprocess
import tempfile
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from casework.settlement.tables import Settlement
from ledger import book, claims, events
from ledger.accounts import Account
from ledger.claims import NewClaim
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import an_approved_case

FUND_IBAN = "NL44RABO0123456789"


def text_of(pdf: bytes) -> str:
    """All words of a paper with single spaces, to look for a sentence in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        command = ["pdftotext", "-layout", str(path), "-"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return " ".join(unicodedata.normalize("NFKC", done.stdout).split())


def owed(
    session: Session,
    cast: Cast,
    *shares: tuple[str, int],
    due_on: date = NOW.date(),
    raised_at_utc: datetime = NOW - timedelta(days=100),
) -> dict[str, str]:
    """A paid and settled case with claims on these partners (or on ``inwoner``); references by party."""
    total = sum(cents for _, cents in shares)
    case = an_approved_case(session, cast, amounts=(total,), at_utc=raised_at_utc)
    network, day = cast.network.code, raised_at_utc.date()
    for draft in (
        events.payment_ordered(
            case=case.number,
            payment=f"{case.number}-U1",
            amount_cents=total,
            booked_on=day,
            cause=case.number,
            key=f"{case.number}-order",
        ),
        events.payment_seen(
            payment=f"{case.number}-U1",
            amount_cents=total,
            booked_on=day,
            cause=case.number,
            key=f"{case.number}-seen",
        ),
    ):
        book.post(session, network=network, draft=draft, recorded_at_utc=raised_at_utc)
    settlement = f"{case.number}-V1"
    raised = claims.raise_claims(
        session,
        network=network,
        case=case.number,
        settlement=settlement,
        claims=[_new_claim(case.number, settlement, party, cents, due_on) for party, cents in shares],
        booked_on=day,
        key=f"{settlement}-raised",
        recorded_at_utc=raised_at_utc,
    )
    case.payment_state, case.settlement_state = "paid", "decided"
    session.add(
        Settlement(
            network_id=cast.network.id,
            case_id=case.id,
            sequence=1,
            kind="shared",
            amount_cents=total,
            state="decided",
            proposed_by=cast.secretariat[0].id,
            proposed_at_utc=raised_at_utc,
            decided_at_utc=raised_at_utc,
            decided_on=day,
            facts={"claims": {one.reference: one.amount_cents for one in raised}},
        )
    )
    session.flush()
    return {one.party if one.party != case.number else "inwoner": one.reference for one in raised}


def _new_claim(number: str, settlement: str, party: str, cents: int, due_on: date) -> NewClaim:
    reference = f"{settlement}-{party}"
    if party == "inwoner":
        return NewClaim(reference, Account.RESIDENT_CLAIMS, number, f"Inwoner {number}", cents, due_on)
    return NewClaim(reference, Account.PARTNER_CLAIMS, party, party.capitalize(), cents, due_on)
