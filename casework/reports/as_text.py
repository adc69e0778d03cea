"""The annual overview as a page of plain text, for a shell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from casework.reports.annual import AnnualOverview
from casework.reports.fund import FlowLabel
from rules.business_case import Figure
from rules.clock import AgeBucket
from rules.wording import round_half_up, show_cents, show_number

_WIDTH = 44


def overview_text(overview: AnnualOverview) -> str:
    """The figures in English, one to a line; ``--json`` has them all."""
    return "\n".join((*_fund(overview), "", *_back(overview), "", *_cases(overview)))


def _fund(overview: AnnualOverview) -> Iterator[str]:
    fund, position = overview.fund, overview.fund.position
    yield f"{overview.network_name}, {overview.year}: {fund.state.en}"
    yield f"as of {overview.as_of_utc:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield _money("opening", fund.opening_cents)
    for flow, cents in fund.flows_in.items():
        if cents:
            yield _money(f"  + {FlowLabel(flow.value).en}", cents)
    for flow, cents in fund.flows_out.items():
        if cents:
            yield _money(f"  - {FlowLabel(flow.value).en}", cents)
    yield _money("closing", fund.closing_cents)
    yield _money("  promised", position.commitments_cents)
    yield _money("  advanced by partners", position.advances_cents)
    yield _money("  not recognised", position.suspense_cents)
    yield _money("  buffer", position.buffer_cents)
    yield _money("  available", position.available_cents)
    yield _money("given up (gifts and write-offs)", fund.given_up_cents)


def _back(overview: AnnualOverview) -> Iterator[str]:
    claims = overview.claims
    yield _figure("revolving rate", overview.fund.revolving_rate, percent=True)
    yield _figure("come back of what was paid this year", overview.cohort.returned_share, percent=True)
    yield _figure("settled in time", overview.speed.settled_in_time, percent=True)
    yield _money(f"open claims on {claims.on.isoformat()}", claims.open_cents)
    for one in claims.parties:
        name = "residents" if one.party == "resident" else one.name
        late = one.open_cents - one.by_age[AgeBucket.NOT_DUE]
        yield f"{_money('  ' + name, one.open_cents)}  of which late {show_cents(late, 'en')}"


def _cases(overview: AnnualOverview) -> Iterator[str]:
    cases, speed, savings = overview.cases, overview.speed, overview.savings
    yield _line("cases submitted", str(cases.submitted))
    yield _line("  approved", str(cases.approved))
    yield _line("  declined", str(cases.declined))
    yield _line("hours to the decision, median", _hours(speed.to_decision.median_hours))
    yield _line("  nine in ten within", _hours(speed.to_decision.slowest_hours))
    yield _line("hours to the payment, median", _hours(speed.to_payment.median_hours))
    yield _figure("return per euro invested", savings.return_per_euro, percent=False)
    for name, cents in (
        ("low", savings.saving.low),
        ("mid", savings.saving.mid),
        ("high", savings.saving.high),
    ):
        yield _money(f"expected saving, {name}", int(round_half_up(cents, 0)))
    for one in savings.parties:
        invests = show_cents(int(round_half_up(one.result.invests.mid, 0)), "en")
        collects = show_cents(int(round_half_up(one.result.collects.mid, 0)), "en")
        yield _line(f"  {one.party.en}", f"invests {invests}, collects {collects}")


def _line(label: str, value: str) -> str:
    return f"{label:<{_WIDTH}} {value:>18}"


def _money(label: str, cents: int) -> str:
    return _line(label, show_cents(cents, "en"))


def _hours(value: Fraction | None) -> str:
    return "none" if value is None else show_number(value, "en", 1)


def _figure(label: str, figure: Figure, *, percent: bool) -> str:
    if figure.value is None:
        return f"{label:<{_WIDTH}} {figure.why_not.sentence('en') if figure.why_not else 'none'}"
    shown = f"{show_number(figure.value * 100, 'en', 1)}%" if percent else show_number(figure.value, "en", 2)
    return _line(label, shown)
