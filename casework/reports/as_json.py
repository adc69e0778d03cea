"""The annual overview as JSON: stable keys, amounts in whole cents, rates as exact fractions and decimals.

Nothing is a float. A figure that is not there is ``null``, with the reason in the key that ends in
``_why_not``. Parties, states and kinds are codes; ``name`` is what they are called.
"""

from __future__ import annotations

from fractions import Fraction

from casework.reports.annual import AnnualOverview, KeyFigures
from casework.reports.cases import Breakdown
from casework.reports.claims import PartyClaims
from casework.reports.savings import PartySaving
from casework.reports.speed import Speed
from ledger.balances import FundPosition
from rules.business_case import Figure, Range
from rules.wording import round_half_up

_DECIMALS = 4
Json = dict[str, object]


def overview_json(overview: AnnualOverview) -> Json:
    """The whole overview, ready for :func:`json.dumps`."""
    return {
        "network": overview.network_code,
        "year": overview.year,
        "as_of_utc": overview.as_of_utc.isoformat(),
        "seen_on": overview.seen_on.isoformat(),
        "state": overview.fund.state.value,
        "fund": _fund(overview),
        "claims": _claims(overview),
        "cases": _cases(overview),
        "speed": {
            "to_decision": _speed(overview.speed.to_decision),
            "to_payment": _speed(overview.speed.to_payment),
            "settle_within_days": overview.speed.settle_within_days,
            "due": overview.speed.due,
            "in_time": overview.speed.in_time,
        }
        | _figure("settled_in_time", overview.speed.settled_in_time),
        "savings": _savings(overview),
        "barriers": [
            {
                "field": one.field.code,
                "name": one.field.nl,
                "law": one.law,
                "cases": one.cases,
                "approved_cents": one.approved_cents,
                "paid_cents": one.paid_cents,
            }
            for one in overview.barriers
        ],
        "previous": _previous(overview.previous) if overview.previous else None,
    }


def _fund(overview: AnnualOverview) -> Json:
    fund, found = overview.fund, overview.cohort
    return (
        {
            "opening_cents": fund.opening_cents,
            "in": {f"{flow.value}_cents": cents for flow, cents in fund.flows_in.items()},
            "in_cents": fund.in_cents,
            "out": {f"{flow.value}_cents": cents for flow, cents in fund.flows_out.items()},
            "out_cents": fund.out_cents,
            "closing_cents": fund.closing_cents,
            "closing": _position(fund.position),
            "given_up": {"gifts_cents": fund.gifts_cents, "write_offs_cents": fund.write_offs_cents},
            "given_up_cents": fund.given_up_cents,
            "repayments_cents": fund.repayments_cents,
            "payouts_cents": fund.payouts_cents,
            "cohort_paid_cents": found.paid_cents,
            "cohort_returned_cents": str(round_half_up(found.returned_cents, 2)),
        }
        | _figure("revolving_rate", fund.revolving_rate)
        | _figure("cohort_return", found.returned_share)
    )


def _position(position: FundPosition) -> Json:
    return {
        "bank_cents": position.bank_cents,
        "in_transit_cents": position.in_transit_cents,
        "promised_cents": position.commitments_cents,
        "advances_cents": position.advances_cents,
        "not_recognised_cents": position.suspense_cents,
        "buffer_cents": position.buffer_cents,
        "available_cents": position.available_cents,
        "cards_cents": position.cards_cents,
        "unsettled_cents": position.unsettled_cents,
        "still_to_come_back_cents": position.still_to_come_back_cents,
    }


def _claims(overview: AnnualOverview) -> Json:
    claims = overview.claims
    return {
        "on": claims.on.isoformat(),
        "open_cents": claims.open_cents,
        "late_cents": claims.late_cents,
        "by_age": {f"{age.name.lower()}_cents": cents for age, cents in claims.by_age.items()},
        "parties": [_party_claims(one) for one in claims.parties],
    }


def _party_claims(one: PartyClaims) -> Json:
    return {
        "account": one.account.value,
        "party": one.party,
        "open_cents": one.open_cents,
        "by_age": {f"{age.name.lower()}_cents": cents for age, cents in one.by_age.items()},
        "oldest_days": one.oldest_days,
        "open_now_cents": one.open_now_cents,
    }


def _cases(overview: AnnualOverview) -> Json:
    cases = overview.cases
    return {
        "submitted": cases.submitted,
        "decided": cases.decided,
        "approved": cases.approved,
        "declined": cases.declined,
        "approved_cents": cases.approved_cents,
        "first_paid": cases.first_paid,
        "by_state": {state.value: count for state, count in cases.by_state},
        "by_partner": [
            {
                "partner": one.code,
                "name": one.name,
                "submitted": one.submitted,
                "approved": one.approved,
                "approved_cents": one.approved_cents,
            }
            for one in cases.by_partner
        ],
        "settled": {
            one.kind.value: {"settlements": one.settlements, "amount_cents": one.amount_cents}
            for one in cases.settled
        },
        "left_by_outside": [
            {"party": one.party, "settlements": one.settlements, "amount_cents": one.amount_cents}
            for one in cases.left_by_outside
        ],
        "breakdowns": {one.characteristic.value: _breakdown(one) for one in cases.breakdowns},
    }


def _breakdown(breakdown: Breakdown) -> list[Json]:
    return [
        {
            "code": one.choice.code,
            "name": one.choice.nl,
            "cases": one.cases,
            "approved_cents": one.approved_cents,
        }
        for one in breakdown.groups
    ]


def _speed(speed: Speed) -> Json:
    return {
        "cases": speed.count,
        "median_hours": _decimal(speed.median_hours),
        "slowest_tenth_hours": _decimal(speed.slowest_hours),
    }


def _savings(overview: AnnualOverview) -> Json:
    savings = overview.savings
    return {
        "cases": savings.counted,
        "cases_left_out": savings.left_out,
        "invested_cents": _range(savings.invested),
        "avoided_cents": _range(savings.avoided),
        "saving_cents": _range(savings.saving),
        "parties": [_party_saving(one) for one in savings.parties],
    } | _figure("return_per_euro", savings.return_per_euro)


def _party_saving(one: PartySaving) -> Json:
    return {
        "party": one.party.code,
        "name": one.party.nl,
        "invests_cents": _range(one.result.invests),
        "collects_cents": _range(one.result.collects),
        "net_cents": _range(one.result.net),
    }


def _previous(before: KeyFigures) -> Json:
    return (
        {
            "year": before.year,
            "median_hours": _decimal(before.median_hours),
            "payouts_cents": before.payouts_cents,
            "repayments_cents": before.repayments_cents,
            "approved": before.approved,
        }
        | _figure("revolving_rate", before.revolving_rate)
        | _figure("return_per_euro", before.return_per_euro)
        | _figure("settled_in_time", before.settled_in_time)
    )


def _range(amount: Range) -> Json:
    """Business cases are worked out in fractions of cents; here they are rounded to whole ones."""
    return {
        "low": int(round_half_up(amount.low, 0)),
        "mid": int(round_half_up(amount.mid, 0)),
        "high": int(round_half_up(amount.high, 0)),
    }


def _figure(name: str, figure: Figure) -> Json:
    """A quotient exactly (``"29/60"``) and as a decimal (``"0.4833"``), or the reason there is none."""
    return {
        name: _decimal(figure.value),
        f"{name}_exact": None if figure.value is None else str(figure.value),
        f"{name}_why_not": figure.why_not.sentence("en") if figure.why_not else None,
    }


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else str(round_half_up(value, _DECIMALS))
