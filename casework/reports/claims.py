"""What is still to come back: open claims per party, by how long they are past their day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.reports.fund import FundDoesNotAddUp
from ledger import as_of, balances, tables
from ledger.accounts import CLAIMS, Account
from ledger.claims import Claim, Instalment, open_parts
from rules.clock import AgeBucket, aged

RESIDENTS = "resident"
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class PartyClaims:
    """What one party owed on the day of looking, by age after the due date, in cents.

    All residents together are one row: who they are is nobody's business here. ``open_now_cents`` is what
    of the same claims is still open at present, when the day of looking is past.
    """

    account: Account
    party: str
    name: str
    open_cents: int
    by_age: Mapping[AgeBucket, int]
    oldest_days: int | None
    open_now_cents: int


@dataclass(frozen=True, slots=True)
class ClaimsOverview:
    """Open claims on the day ``on``, largest debtor of what is late first."""

    on: date
    parties: tuple[PartyClaims, ...]

    @property
    def open_cents(self) -> int:
        """Everything that was open."""
        return sum(one.open_cents for one in self.parties)

    @property
    def by_age(self) -> dict[AgeBucket, int]:
        """The same by age."""
        return {age: sum(one.by_age[age] for one in self.parties) for age in AgeBucket}

    @property
    def late_cents(self) -> int:
        """What was past its due date."""
        return self.open_cents - self.by_age[AgeBucket.NOT_DUE]


def claims_overview(
    session: Session, *, network: str, on: date, today: date, booked_cents: int
) -> ClaimsOverview:
    """The claims as they were open at the end of ``on``; parts are due by the repayment plan in force now.

    ``booked_cents`` is what the accounts of claims come to on that day. Raises
    :class:`FundDoesNotAddUp` where the open parts do not.
    """
    now = _open(session, network, None)
    then = now if on >= today else _open(session, network, on)
    claims = _load(session, network, then)
    grouped: dict[tuple[Account, str], list[Claim]] = defaultdict(list)
    open_now: dict[tuple[Account, str], int] = defaultdict(int)
    for reference, plain in claims.items():
        key = (plain.account, RESIDENTS if plain.account is Account.RESIDENT_CLAIMS else plain.party)
        open_now[key] += now.get(reference, 0)
        grouped[key].append(replace(plain, open_cents=then[reference]))
    parties = [_party(key, of_party, open_now[key], on) for key, of_party in grouped.items()]
    parties.sort(key=lambda one: (one.by_age[AgeBucket.NOT_DUE] - one.open_cents, -one.open_cents, one.name))
    found = ClaimsOverview(on, tuple(parties))
    if found.open_cents != booked_cents:
        raise FundDoesNotAddUp(f"{network}: {found.open_cents} open, {booked_cents} booked")
    return found


def _party(key: tuple[Account, str], found: Sequence[Claim], open_now: int, on: date) -> PartyClaims:
    parts = [part for claim in found for part in open_parts(claim)]
    oldest = min(due_on for due_on, _cents in parts)
    return PartyClaims(
        account=key[0],
        party=key[1],
        name=found[-1].party_name,
        open_cents=sum(cents for _due_on, cents in parts),
        by_age=aged(parts, on),
        oldest_days=(on - oldest).days if oldest <= on else None,
        open_now_cents=open_now,
    )


def _open(session: Session, network: str, on: date | None) -> dict[str, int]:
    """Open cents by claim reference: now, or at the end of a past day."""
    found: dict[str, int] = {}
    for account in CLAIMS:
        if on is None:
            found |= balances.subject_balances(session, network=network, account=account)
        else:
            found |= as_of.subject_balances(session, network=network, account=account, on=on)
    return found


def _load(session: Session, network: str, references: Iterable[str]) -> dict[str, Claim]:
    """The claims with these references as they were raised, with the repayment plan in force, by due date."""
    wanted = sorted(references)
    found: dict[str, Claim] = {}
    for start in range(0, len(wanted), _CHUNK):
        found |= _load_chunk(session, network, wanted[start : start + _CHUNK])
    return dict(sorted(found.items(), key=lambda item: (item[1].due_on, item[0])))


def _load_chunk(session: Session, network: str, references: Sequence[str]) -> dict[str, Claim]:
    c, i, f = tables.claim.c, tables.instalment.c, tables.fund.c
    of_network = tables.claim.join(tables.fund, f.id == c.fund_id)
    named = (f.network == network) & c.reference.in_(references)
    connection = session.connection()
    plans: dict[int, list[Instalment]] = defaultdict(list)
    for claim_id, due_on, cents in connection.execute(
        select(i.claim_id, i.due_on, i.amount_cents)
        .select_from(of_network.join(tables.instalment, (i.claim_id == c.id) & (i.plan == c.plan)))
        .where(named)
        .order_by(i.claim_id, i.number)
    ):
        plans[claim_id].append(Instalment(due_on, cents))
    return {
        row.reference: Claim(
            reference=row.reference,
            account=Account(row.account),
            case=row.case_number,
            settlement=row.settlement,
            party=row.party,
            party_name=row.party_name,
            amount_cents=row.amount_cents,
            open_cents=0,
            raised_on=row.raised_on,
            due_on=row.due_on,
            entry_id=row.entry_id,
            planned_cents=row.planned_cents,
            instalments=tuple(plans.get(row.id, ())),
        )
        for row in connection.execute(select(tables.claim).select_from(of_network).where(named))
    }
