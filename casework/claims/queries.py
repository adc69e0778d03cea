"""Claims as people look at them: who owes what, for which case, since when. Own claims for a partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, exists, false, func, or_, select

from casework.access import Permission, may_ever
from casework.claims.tables import WriteOff
from casework.context import Work
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from ledger import claims as ledger_claims
from ledger import tables
from ledger.accounts import Account
from ledger.claims import Claim, Instalment
from ledger.refusals import ClaimNotFound
from rules.clock import AgeBucket, age_bucket
from rules.roles import Role
from rules.wording import Labelled


class ClaimFilter(Labelled):
    """Which claims a list shows."""

    OPEN = "open", "open", "open"
    DUE = "due", "over de datum", "past due"
    PAID = "paid", "niets meer open", "nothing open"
    ALL = "all", "alle", "all"


SORTS = ("due", "amount", "open", "case", "party")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list. ``due_on``, ``days_late`` and ``age`` are those of its oldest open part.

    ``late_cents`` is what of it is past its day; ``age`` is None when nothing is open.
    """

    reference: str
    account: Account
    party: str
    party_name: str
    case: str
    amount_cents: int
    open_cents: int
    late_cents: int
    raised_on: date
    due_on: date
    age: AgeBucket | None
    days_late: int


@dataclass(frozen=True, slots=True)
class ClaimTotals:
    """What the claims of a list come to in all, in cents."""

    amount_cents: int
    open_cents: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a claim's plan: what was agreed and what of it is still open."""

    due_on: date
    amount_cents: int
    open_cents: int
    days_late: int


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """That and why a claim was given up."""

    amount_cents: int
    motivation: str
    by: str
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One claim with its plan. ``suggested_cents`` is what the next repayment would be.

    ``ended_cents`` is what is no longer owed without having been repaid: written off, fallen back to the
    case, or reversed with the settlement.
    """

    row: ClaimRow
    settlement: str
    parts: tuple[Part, ...]
    repaid_cents: int
    ended_cents: int
    suggested_cents: int
    written_off: tuple[WrittenOff, ...]


def claim_list(
    work: Work,
    *,
    show: str = ClaimFilter.OPEN,
    party: str = "",
    search: str = "",
    sort: str = "due",
    descending: bool = False,
    page: int = 1,
    own: bool = False,
) -> tuple[Page[ClaimRow], ClaimTotals]:
    """One page of claims and the totals of all pages. ``own`` keeps to the partners one represents.

    ``search`` looks in references, case numbers and names of partners; names of others are encrypted.
    """
    where = _visible(work, own=own) & _matching(work, show, party, search)
    c, b = tables.claim.c, tables.balance.c
    totals = work.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(c.amount_cents), 0),
            func.coalesce(func.sum(b.balance_cents), 0),
        )
        .select_from(_joined())
        .where(where)
    ).one()
    query = _claims().where(where).order_by(*_order(sort, descending))
    rows = work.session.execute(query.limit(PER_PAGE).offset(offset_of(page))).all()
    found = Page(_rows(work, rows), max(page, 1), int(totals[0]))
    return found, ClaimTotals(int(totals[1]), int(totals[2]))


def due_claims(work: Work, *, limit: int) -> tuple[ClaimRow, ...]:
    """Open claims of which a part is past its day, oldest first: what there is to collect now."""
    found = [
        (late, one)
        for one in ledger_claims.open_claims(work.session, network=work.network.code)
        if (late := ledger_claims.oldest_due_on(one)) is not None and late < work.today
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].reference))
    return tuple(_row(work, one) for _late, one in found[:limit])


def party_choices(work: Work) -> tuple[tuple[str, str], ...]:
    """The partners that ever owed something, as (code, name), to filter by."""
    c = tables.claim.c
    owing = (
        select(c.party)
        .join(tables.fund, tables.fund.c.id == c.fund_id)
        .where(tables.fund.c.network == work.network.code, c.account == Account.PARTNER_CLAIMS.value)
    )
    rows = work.session.execute(
        select(Partner.code, Partner.name)
        .where(Partner.network_id == work.network.id, Partner.code.in_(owing))
        .order_by(Partner.name)
    )
    return tuple((code, name) for code, name in rows)


def claim_page(work: Work, reference: str) -> ClaimPage:
    """One claim. Raises :class:`~ledger.refusals.ClaimNotFound`, also for a claim that is not one's own."""
    found = ledger_claims.claim(work.session, network=work.network.code, reference=reference)
    if not may_ever(work.actor, Permission.CLAIM_VIEW) and not _is_own(work, found):
        raise ClaimNotFound(reference=reference)  # in the same words as for one that is not there
    parts = _parts(work, found)
    repaid = ledger_claims.repaid_cents(work.session, network=work.network.code, reference=reference)
    return ClaimPage(
        row=_row(work, found),
        settlement=found.settlement,
        parts=parts,
        repaid_cents=repaid,
        ended_cents=found.amount_cents - repaid - found.open_cents,
        suggested_cents=next((part.open_cents for part in parts if part.open_cents), 0),
        written_off=_written_off(work, reference),
    )


def _is_own(work: Work, claim: Claim) -> bool:
    own = work.actor.partner_codes(Role.REPRESENTATIVE)
    return claim.account is Account.PARTNER_CLAIMS and claim.party in own


def _visible(work: Work, *, own: bool) -> ColumnElement[bool]:
    c = tables.claim.c
    in_network = tables.fund.c.network == work.network.code
    if own or not may_ever(work.actor, Permission.CLAIM_VIEW):
        codes = work.actor.partner_codes(Role.REPRESENTATIVE)
        return and_(
            in_network, c.account == Account.PARTNER_CLAIMS.value, c.party.in_(codes) if codes else false()
        )
    return in_network


def _matching(work: Work, show: str, party: str, search: str) -> ColumnElement[bool]:
    c, b = tables.claim.c, tables.balance.c
    conditions: list[ColumnElement[bool]] = []
    if show == ClaimFilter.PAID:
        conditions.append(b.balance_cents == 0)
    elif show != ClaimFilter.ALL:
        conditions.append(b.balance_cents > 0)
    if show == ClaimFilter.DUE:
        late = [one.reference for one in due_claims(work, limit=10_000)]
        conditions.append(c.reference.in_(late))
    if party:
        conditions.append(and_(c.account == Account.PARTNER_CLAIMS.value, c.party == party))
    if sought := search.strip().replace("%", "").replace("_", ""):
        like = f"%{sought}%"
        named = select(Partner.code).where(Partner.network_id == work.network.id, Partner.name.ilike(like))
        by_name = and_(c.account == Account.PARTNER_CLAIMS.value, c.party.in_(named))
        conditions.append(or_(c.reference.ilike(like), c.case_number.ilike(like), by_name))
    return and_(*conditions) if conditions else c.id.is_not(None)


def _joined() -> FromClause:
    c, b = tables.claim.c, tables.balance.c
    own_balance = and_(b.fund_id == c.fund_id, b.account == c.account, b.subject == c.reference)
    return tables.claim.join(tables.fund, tables.fund.c.id == c.fund_id).join(tables.balance, own_balance)


def _claims() -> Select[tuple[object, ...]]:
    return select(tables.claim, tables.balance.c.balance_cents).select_from(_joined())


def _order(sort: str, descending: bool) -> tuple[ColumnElement[object], ...]:
    c = tables.claim.c
    column: ColumnElement[object] = {
        "amount": c.amount_cents,
        "open": tables.balance.c.balance_cents,
        "case": c.case_number,
        "party": c.party,
    }.get(sort, c.due_on)
    return (column.desc() if descending else column.asc(), c.reference)


def _rows(work: Work, rows: Sequence[Row[tuple[object, ...]]]) -> tuple[ClaimRow, ...]:
    """The rows of one page; their plans are read in one go."""
    plans: dict[int, list[Instalment]] = defaultdict(list)
    i, c = tables.instalment.c, tables.claim.c
    wanted = [row.id for row in rows]
    for claim_id, due_on, amount_cents in work.session.execute(
        select(i.claim_id, i.due_on, i.amount_cents)
        .join(tables.claim, and_(c.id == i.claim_id, c.plan == i.plan))
        .where(i.claim_id.in_(wanted))
        .order_by(i.claim_id, i.number)
    ):
        plans[claim_id].append(Instalment(due_on, amount_cents))
    return tuple(
        _row(
            work,
            Claim(
                reference=row.reference,
                account=Account(row.account),
                case=row.case_number,
                settlement=row.settlement,
                party=row.party,
                party_name=row.party_name,
                amount_cents=row.amount_cents,
                open_cents=row.balance_cents,
                raised_on=row.raised_on,
                due_on=row.due_on,
                entry_id=row.entry_id,
                planned_cents=row.planned_cents,
                instalments=tuple(plans.get(row.id, ())),
            ),
        )
        for row in rows
    )


def _row(work: Work, claim: Claim) -> ClaimRow:
    oldest = ledger_claims.oldest_due_on(claim)
    return ClaimRow(
        reference=claim.reference,
        account=claim.account,
        party=claim.party,
        party_name=claim.party_name,
        case=claim.case,
        amount_cents=claim.amount_cents,
        open_cents=claim.open_cents,
        late_cents=sum(cents for due_on, cents in ledger_claims.open_parts(claim) if due_on < work.today),
        raised_on=claim.raised_on,
        due_on=oldest or claim.due_on,
        age=age_bucket(oldest, work.today) if oldest else None,
        days_late=max(0, (work.today - oldest).days) if oldest else 0,
    )


def _parts(work: Work, claim: Claim) -> tuple[Part, ...]:
    open_by_day: dict[date, int] = defaultdict(int)
    for due_on, cents in ledger_claims.open_parts(claim):
        open_by_day[due_on] += cents
    plan = claim.instalments or (Instalment(claim.due_on, claim.amount_cents),)
    parts = []
    for one in sorted(plan, key=lambda part: part.due_on):
        still = min(open_by_day[one.due_on], one.amount_cents)
        open_by_day[one.due_on] -= still
        late = max(0, (work.today - one.due_on).days) if still else 0
        parts.append(Part(one.due_on, one.amount_cents, still, late))
    return tuple(parts)


def _written_off(work: Work, reference: str) -> tuple[WrittenOff, ...]:
    """What was given up and still is: a write-off that was reversed is not one any more."""
    undone = exists().where(tables.entry.c.reverses == WriteOff.entry_id)
    rows = work.session.execute(
        select(WriteOff, Person.name)
        .join(Person, Person.id == WriteOff.written_off_by)
        .where(WriteOff.network_id == work.network.id, WriteOff.claim_reference == reference, ~undone)
        .order_by(WriteOff.id)
    )
    return tuple(
        WrittenOff(one.amount_cents, one.motivation, name, one.written_off_at_utc) for one, name in rows
    )
