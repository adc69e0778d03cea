"""The decisions that were taken between two meetings: listed with the minutes, never typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import Decision
from casework.decision.weighing import APPROVE
from casework.settlement.tables import Settlement
from rules.lifecycle import SettlementKind
from rules.mandate import DecidingBody
from rules.wording import Labelled, Reason, ReasonKind


class TakenKind(Labelled):
    """What was decided."""

    APPROVED = "approved", "gehonoreerd", "approved"
    DECLINED = "declined", "niet gehonoreerd", "declined"
    PROMISED = "promised", "toegezegd vanaf de wachtlijst", "promised from the waiting list"
    SETTLED = "settled", "verrekening vastgesteld", "settlement fixed"


@dataclass(frozen=True, slots=True)
class Taken:
    """One decision on a case. ``amount_cents`` is what was asked, promised or settled."""

    on: date
    number: str
    title: str
    kind: TakenKind
    amount_cents: int
    by: Reason


_BY_ONE = ReasonKind("by_one", "{body}, één lid", "{body}, one member")
_BY = ReasonKind("by_members", "{body}, {members} leden", "{body}, {members} members")
_IN_LINE = ReasonKind("in_line", "op volgorde van de lijst", "in the order of the list")
_WHO_PAYS = ReasonKind("who_pays", "{kind}", "{kind}")


def taken_between(work: Work, from_on: date, until_on: date) -> tuple[Taken, ...]:
    """The decisions of the days ``from_on`` through ``until_on`` of the network's cases, oldest first."""
    found = [*_decided(work, from_on, until_on), *_promised(work, from_on, until_on)]
    found += _settled(work, from_on, until_on)
    return tuple(sorted(found, key=lambda one: (one.on, one.number, one.kind)))


def _moments(work: Work, from_on: date, until_on: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(work.network.time_zone)
    start = datetime.combine(from_on, time(), zone)
    return start, datetime.combine(until_on + timedelta(days=1), time(), zone)


def _decided(work: Work, from_on: date, until_on: date) -> Iterator[Taken]:
    start, end = _moments(work, from_on, until_on)
    query = (
        select(Case, Decision)
        .join(Decision, Decision.case_id == Case.id)
        .where(
            Case.network_id == work.network.id,
            Decision.decided_at_utc >= start,
            Decision.decided_at_utc < end,
        )
    )
    for case, decision in work.session.execute(query):
        kind = TakenKind.APPROVED if decision.outcome == APPROVE else TakenKind.DECLINED
        body = DecidingBody(decision.body)
        by = _BY_ONE(body=body) if decision.quorum == 1 else _BY(members=decision.quorum, body=body)
        on = decision.decided_at_utc.astimezone(start.tzinfo).date()
        yield Taken(on, case.number, case.title, kind, decision.amount_cents, by)


def _promised(work: Work, from_on: date, until_on: date) -> Iterator[Taken]:
    start, end = _moments(work, from_on, until_on)
    query = (
        select(Case, Decision)
        .join(Decision, Decision.case_id == Case.id)
        .where(
            Case.network_id == work.network.id,
            Decision.promised_at_utc >= start,
            Decision.promised_at_utc < end,
        )
    )
    for case, decision in work.session.execute(query):
        assert decision.promised_at_utc is not None, "the query asked for those that were promised"
        on = decision.promised_at_utc.astimezone(start.tzinfo).date()
        yield Taken(on, case.number, case.title, TakenKind.PROMISED, decision.amount_cents, _IN_LINE())


def _settled(work: Work, from_on: date, until_on: date) -> Iterator[Taken]:
    query = (
        select(Case, Settlement)
        .join(Settlement, Settlement.case_id == Case.id)
        .where(Case.network_id == work.network.id, Settlement.decided_on.between(from_on, until_on))
    )
    for case, settlement in work.session.execute(query):
        assert settlement.decided_on is not None, "the query asked for those that were decided"
        who = _WHO_PAYS(kind=SettlementKind(settlement.kind))
        yield Taken(
            settlement.decided_on, case.number, case.title, TakenKind.SETTLED, settlement.amount_cents, who
        )
