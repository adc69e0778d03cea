"""A partner's statement of account over a year: what it owed, what was added, what came back, what is left.

Every figure is the sum of entries in the book; a reversal counts under what it reverses, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from casework.access import Permission, may_ever
from casework.context import Work
from casework.network.partners import partner_for
from casework.network.tables import Partner
from errors import NotFound
from ledger import claims as ledger_claims
from ledger import tables
from ledger.accounts import Account
from ledger.claims.movements import Movement, claim_movements, subject_movements
from ledger.entries import EntryKind
from rules.roles import Role
from rules.wording import Labelled


class AccountFlow(Labelled):
    """How what a partner owes changes. Each is written as it works on what is owed."""

    TAKEN_OVER = "taken_over", "overgenomen uit de oude pot", "taken over from the earlier fund"
    RAISED = "raised", "nieuwe vorderingen", "claims raised"
    REPAID = "repaid", "terugbetaald", "repaid"
    SET_OFF = "set_off", "verrekend met een voorschot", "set off against an advance"
    REFUNDED = "refunded", "door de ontvanger terugbetaald", "refunded by the payee"
    WRITTEN_OFF = "written_off", "afgeboekt", "written off"
    FELL_BACK = "fell_back", "vervallen: opnieuw verrekend", "fallen back: settled anew"


FLOW_OF = {
    EntryKind.POT_TAKEN_OVER: AccountFlow.TAKEN_OVER,
    EntryKind.SETTLED: AccountFlow.RAISED,
    EntryKind.REPAYMENT_RECEIVED: AccountFlow.REPAID,
    EntryKind.RECEIPT_RECOGNISED: AccountFlow.REPAID,
    EntryKind.ADVANCE_SET_OFF: AccountFlow.SET_OFF,
    EntryKind.PAYEE_REFUND_SETTLED: AccountFlow.REFUNDED,
    EntryKind.CLAIM_WRITTEN_OFF: AccountFlow.WRITTEN_OFF,
    EntryKind.CLAIM_FELL_BACK: AccountFlow.FELL_BACK,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement, with the balance after it. ``subject`` is the claim, or the partner itself."""

    movement: Movement
    case: str
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Card:
    """A sub-account over the year, in whole cents; positive is what was owed, or what was put in."""

    opening_cents: int
    lines: tuple[Line, ...]

    @property
    def closing_cents(self) -> int:
        """The balance after the last movement."""
        return self.lines[-1].balance_cents if self.lines else self.opening_cents


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim of which something is open now, with its oldest due day."""

    reference: str
    case: str
    due_on: date
    open_cents: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One partner, one year. ``until_on`` is the last day that counts: today in the year that runs.

    ``owed`` are its claims; ``contributed`` what it put into the fund; ``advanced`` what it paid for the
    fund and gets back. ``open_claims`` is what there is to pay now; empty for a year that is over.
    """

    network_name: str
    time_zone: str
    partner_id: int
    partner_code: str
    partner_name: str
    year: int
    until_on: date
    as_of_utc: datetime
    owed: Card
    flows: Mapping[AccountFlow, int]
    contributed: Card
    advanced: Card
    open_claims: tuple[OpenClaim, ...]

    @property
    def runs(self) -> bool:
        """Whether the year is not over yet."""
        return self.until_on < date(self.year, 12, 31)

    @property
    def to_pay_cents(self) -> int:
        """What is open now."""
        return sum(one.open_cents for one in self.open_claims)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A partner in the list of statements, with what it owed at both ends of the year."""

    code: str
    name: str
    opening_cents: int
    raised_cents: int
    closing_cents: int


def account_statement(work: Work, *, code: str, year: int) -> AccountStatement:
    """The statement of the partner with ``code``.

    Raises :class:`errors.NotFound`, also for a partner that is not one's own and for a year in which the
    book did not run yet or that has not begun.
    """
    partner = partner_seen(work, code)
    if year not in statement_years(work):
        raise NotFound()
    first, last = date(year, 1, 1), min(date(year, 12, 31), work.today)
    movements = claim_movements(
        work.session,
        network=work.network.code,
        account=Account.PARTNER_CLAIMS,
        party=code,
        date_from=first,
        date_to=last,
    )
    owed = _card(work, movements, sign=1)
    flows = dict.fromkeys(AccountFlow, 0)
    for line in owed.lines:
        flows[FLOW_OF[line.movement.kind]] += line.movement.amount_cents
    return AccountStatement(
        network_name=work.network.name,
        time_zone=work.network.time_zone,
        partner_id=partner.id,
        partner_code=code,
        partner_name=partner.name,
        year=year,
        until_on=last,
        as_of_utc=work.now_utc,
        owed=owed,
        flows=flows,
        contributed=_of_partner(work, Account.CONTRIBUTIONS, code, first, last),
        advanced=_of_partner(work, Account.PARTNER_ADVANCES, code, first, last),
        open_claims=_open_claims(work, code) if year == work.today.year else (),
    )


def statement_rows(work: Work, *, year: int) -> tuple[StatementRow, ...]:
    """Every partner one may see that owed something in the year or takes part in it, by name.

    Raises :class:`errors.NotFound` for a year without statements.
    """
    if year not in statement_years(work):
        raise NotFound()
    first, last = date(year, 1, 1), date(year, 12, 31)
    sums = _sums(work, first, last)
    rows = []
    for partner in _partners_seen(work):
        opening, raised, closing = sums.get(partner.code, (0, 0, 0))
        takes_part = partner.joined_on <= last and (partner.left_on is None or partner.left_on > first)
        if takes_part or opening or raised or closing:
            rows.append(StatementRow(partner.code, partner.name, opening, raised, closing))
    return tuple(rows)


def statement_years(work: Work) -> tuple[int, ...]:
    """The years there are statements of, newest first: from the first entry until this year."""
    f, e = tables.fund.c, tables.entry.c
    first = work.session.scalar(
        select(func.min(e.booked_on))
        .join_from(tables.entry, tables.fund, f.id == e.fund_id)
        .where(f.network == work.network.code)
    )
    begin = min(first.year if first else work.today.year, work.today.year)
    return tuple(range(work.today.year, begin - 1, -1))


def partner_seen(work: Work, code: str) -> Partner:
    """The partner with ``code``, if one may see what it owes. Raises :class:`errors.NotFound`."""
    partner = partner_for(work, code)
    if not may_ever(work.actor, Permission.CLAIM_VIEW):
        own = may_ever(work.actor, Permission.CLAIM_VIEW_OWN)
        if not own or code not in work.actor.partner_codes(Role.REPRESENTATIVE):
            raise NotFound()
    return partner


def _partners_seen(work: Work) -> tuple[Partner, ...]:
    query = select(Partner).where(Partner.network_id == work.network.id).order_by(Partner.name)
    if not may_ever(work.actor, Permission.CLAIM_VIEW):
        query = query.where(Partner.code.in_(work.actor.partner_codes(Role.REPRESENTATIVE)))
    return tuple(work.session.scalars(query))


def _of_partner(work: Work, account: Account, code: str, first: date, last: date) -> Card:
    found = subject_movements(
        work.session, network=work.network.code, account=account, subject=code, date_from=first, date_to=last
    )
    return _card(work, found, sign=-1)  # these are owed to the partner: credit


def _card(work: Work, found: tuple[int, tuple[Movement, ...]], *, sign: int) -> Card:
    opening, movements = found
    cases = _cases(work, {one.subject for one in movements})
    balance = sign * opening
    lines = []
    for one in movements:
        balance += sign * one.amount_cents
        shown = one if sign == 1 else _turned(one)
        lines.append(Line(shown, cases.get(one.subject, ""), balance))
    return Card(sign * opening, tuple(lines))


def _turned(one: Movement) -> Movement:
    return Movement(
        one.booked_on,
        one.book_year,
        one.number,
        one.kind,
        one.reversal,
        one.subject,
        one.cause,
        -one.amount_cents,
    )


def _cases(work: Work, claims: set[str]) -> dict[str, str]:
    f, c = tables.fund.c, tables.claim.c
    rows = work.session.execute(
        select(c.reference, c.case_number)
        .join_from(tables.claim, tables.fund, f.id == c.fund_id)
        .where(f.network == work.network.code, c.reference.in_(claims))
    )
    return {row.reference: row.case_number for row in rows}


def _open_claims(work: Work, code: str) -> tuple[OpenClaim, ...]:
    found = ledger_claims.open_claims(
        work.session, network=work.network.code, account=Account.PARTNER_CLAIMS, party=code
    )
    return tuple(
        OpenClaim(one.reference, one.case, ledger_claims.oldest_due_on(one) or one.due_on, one.open_cents)
        for one in found
    )


def _sums(work: Work, first: date, last: date) -> dict[str, tuple[int, int, int]]:
    """Per partner what it owed before the year, what was raised in it, and what it owed after it.

    Legs are summed per claim before claims are looked up: joined at once, SQLite walks the whole book for
    every claim.
    """
    f, e, lg, c = tables.fund.c, tables.entry.c, tables.leg.c, tables.claim.c
    original = tables.entry.alias()
    kind = func.coalesce(original.c.kind, e.kind)
    raised_here = (e.booked_on >= first, kind == EntryKind.SETTLED.value)
    moved = (
        select(
            e.fund_id,
            lg.subject,
            func.sum(lg.amount_cents).filter(e.booked_on < first).label("before"),
            func.sum(lg.amount_cents).filter(*raised_here).label("raised"),
            func.sum(lg.amount_cents).label("after"),
        )
        .select_from(
            tables.leg.join(tables.entry, e.id == lg.entry_id)
            .join(tables.fund, f.id == e.fund_id)
            .outerjoin(original, original.c.id == e.reverses)
        )
        .where(
            f.network == work.network.code,
            lg.account == Account.PARTNER_CLAIMS.value,
            e.booked_on <= last,
        )
        .group_by(e.fund_id, lg.subject)
        .subquery()
    )
    m = moved.c
    query = (
        select(c.party, func.sum(m.before), func.sum(m.raised), func.sum(m.after))
        .select_from(
            moved.join(
                tables.claim,
                (c.fund_id == m.fund_id)
                & (c.reference == m.subject)
                & (c.account == Account.PARTNER_CLAIMS.value),
            )
        )
        .group_by(c.party)
    )
    return {
        party: (int(opening or 0), int(added or 0), int(closing))
        for party, opening, added, closing in work.session.execute(query)
    }
