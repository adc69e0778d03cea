"""Working out mini-business-cases: of one case for its page, of many at once for reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.business_case.lines import POT
from casework.business_case.repaying import repaid_by
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.network.policy import policy_book
from casework.network.tables import Network
from rules import business_case as sums
from rules.policy import Policy, PolicyBook

# Parameters of one statement: SQLite takes no more than 32,766.
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a business case was worked out with. ``price_year`` is the year its amounts are in."""

    term_months: int
    deadweight: Decimal
    deadweight_reason: str
    alpha: Fraction
    price_year: int
    policy_on: date


@dataclass(frozen=True, slots=True)
class Computed:
    """A worked-out business case, and with whom the payout ends once it is settled.

    ``repaid_by_cents`` is what each party repaid or still owes, by partner code or name; empty before
    settlement and for a gift.
    """

    case_id: int
    assumptions: Assumptions
    result: sums.BusinessCase
    repaid_by_cents: Mapping[str, int]

    @property
    def parties(self) -> Mapping[str, sums.PartyResult]:
        """Per party, with those who repay in the place of the pot."""
        return sums.with_repayers(self.result.parties, self.repaid_by_cents)


def computed(work: Work, case: Case) -> Computed:
    """The business case of ``case``. The caller has asked whether the actor may see it."""
    return computed_many(work.session, network_id=case.network_id, case_ids=[case.id], now_utc=work.now_utc)[
        case.id
    ]


def computed_many(
    session: Session, *, network_id: int, case_ids: Collection[int], now_utc: datetime
) -> dict[int, Computed]:
    """The business cases of many cases of one network, in a handful of statements; by case id.

    No texts are read: descriptions stay encrypted. Each case is worked out with the policy of the day
    of its submission (``now_utc`` for a draft).
    """
    network = session.get_one(Network, network_id)
    book = policy_book(session, network_id)
    found: dict[int, Computed] = {}
    ids = sorted(set(case_ids))
    for start in range(0, len(ids), _CHUNK):
        found |= _computed_chunk(session, network, book, ids[start : start + _CHUNK], now_utc)
    return found


def _computed_chunk(
    session: Session, network: Network, book: PolicyBook, ids: list[int], now_utc: datetime
) -> dict[int, Computed]:
    zone = ZoneInfo(network.time_zone)
    days = {
        case_id: (submitted or now_utc).astimezone(zone).date()
        for case_id, submitted in session.execute(
            select(Case.id, Case.submitted_at_utc).where(Case.network_id == network.id, Case.id.in_(ids))
        )
    }
    stored = session.scalars(select(BusinessCase).where(BusinessCase.case_id.in_(ids)))
    heads = {row.case_id: row for row in stored}
    lines = _lines(session, ids)
    asked = _asked_cents(session, ids)
    repaid = repaid_by(session, ids)
    policies: dict[date, Policy] = {}
    made = {}
    for case_id, day in days.items():
        policy = policies.get(day) or policies.setdefault(day, book.on(day))
        made[case_id] = _work_out(
            case_id,
            policy,
            head=heads.get(case_id),
            lines=lines.get(case_id, []),
            asked_cents=asked.get(case_id, 0),
            repaid_by_cents=repaid.get(case_id, {}),
        )
    return made


def _work_out(
    case_id: int,
    policy: Policy,
    *,
    head: BusinessCase | None,
    lines: list[sums.Line],
    asked_cents: int,
    repaid_by_cents: Mapping[str, int],
) -> Computed:
    if asked_cents and not any(line.party == POT for line in lines):
        # Until the decision freezes it, the payout is what is asked now.
        lines = [payout_line(asked_cents), *lines]
    index = policy.consumer_price_index.index
    # An index that is not published yet: amounts then stand at the level of its last year.
    price_year = min(policy.on.year, max(index))
    terms = policy.business_case
    deadweight = Fraction(head.deadweight) if head else terms.deadweight
    term_months = head.term_months if head else terms.term_months
    result = sums.compute(
        lines,
        term_months=term_months,
        alpha=terms.alpha,
        deadweight=deadweight,
        case_year=price_year,
        price_index=index,
    )
    assumptions = Assumptions(
        term_months=term_months,
        deadweight=Decimal(deadweight.numerator) / Decimal(deadweight.denominator),
        deadweight_reason="",
        alpha=terms.alpha,
        price_year=price_year,
        policy_on=policy.on,
    )
    return Computed(case_id, assumptions, result, repaid_by_cents)


def payout_line(cents: int) -> sums.Line:
    """The payout as a line: what the pot puts in."""
    return sums.Line(sums.Side.NEW, POT, Fraction(1), cents, cents, cents, confidence="A", cashable=True)


def _lines(session: Session, ids: list[int]) -> dict[int, list[sums.Line]]:
    """The lines of these cases, without their encrypted descriptions. ``key`` is the line's id."""
    table = BusinessCaseLine
    rows = session.execute(
        select(
            table.case_id, table.id, table.side, table.party, table.quantity, table.low_cents,
            table.mid_cents, table.high_cents, table.probability, table.price_year, table.overlap_group,
            table.unit, table.source, table.confidence, table.cashable,
        ).where(table.case_id.in_(ids)).order_by(table.id)
    )  # fmt: skip
    found: dict[int, list[sums.Line]] = {}
    for row in rows:
        line = sums.Line(
            side=sums.Side(row.side),
            party=row.party,
            quantity=Fraction(row.quantity),
            low_cents=row.low_cents,
            mid_cents=row.mid_cents,
            high_cents=row.high_cents,
            probability=Fraction(row.probability),
            price_year=row.price_year,
            overlap_group=row.overlap_group,
            unit=row.unit,
            source=row.source,
            confidence=row.confidence,
            cashable=row.cashable,
            key=str(row.id),
        )
        found.setdefault(row.case_id, []).append(line)
    return found


def _asked_cents(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(CostLine.case_id, func.sum(CostLine.amount_cents))
        .where(CostLine.case_id.in_(ids))
        .group_by(CostLine.case_id)
    )
    return {case_id: int(cents) for case_id, cents in rows}
