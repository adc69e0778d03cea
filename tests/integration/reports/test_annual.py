"""The annual overview against figures worked out by hand from the story in ``scene``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import Engine, event

from casework.reports.annual import (
    AnnualOverview,
    NoSuchYear,
    annual_overview,
    for_executives,
    overview_years,
)
from casework.reports.as_json import overview_json
from casework.reports.cases import Breakdown, Characteristic, Group, masked
from casework.reports.claims import claims_overview
from casework.reports.fund import FundDoesNotAddUp
from ledger import book, events
from ledger.cash_flows import Flow
from ledger.snapshot import snapshot
from rules.business_case import Range
from rules.clock import AgeBucket
from rules.lifecycle import DecisionState, SettlementKind
from rules.wording import Choice
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, a_cast
from tests.integration.reports.scene import Story, at, two_years


@pytest.fixture
def story(sqlite_engine: Engine) -> Iterator[Story]:
    with unit_of_work(sqlite_engine) as session:
        yield two_years(session)


@pytest.fixture
def overview(story: Story) -> AnnualOverview:
    return annual_overview(story.session, network="testnet", year=2025, as_of_utc=NOW)


def test_opening_and_in_less_out_is_closing(overview: AnnualOverview) -> None:
    fund = overview.fund
    assert fund.opening_cents == 440_000
    assert {flow: cents for flow, cents in fund.flows_in.items() if cents} == {
        Flow.CONTRIBUTIONS: 500_000,
        Flow.REPAYMENTS_PARTNERS: 260_000,
        Flow.REPAYMENTS_RESIDENTS: 30_000,
        Flow.OTHER_INCOME: 2_000,
        Flow.NOT_RECOGNISED: 7_500,
    }
    assert {flow: cents for flow, cents in fund.flows_out.items() if cents} == {
        Flow.PAYOUTS: 600_000,  # the 500 of C too: ordered on 30 December
        Flow.BANK_COSTS: 1_250,
    }
    assert (fund.in_cents, fund.out_cents, fund.closing_cents) == (799_500, 601_250, 638_250)


def test_the_closing_balance_is_broken_down(overview: AnnualOverview) -> None:
    position = overview.fund.position
    assert position.cash_cents == 638_250
    assert (position.bank_cents, position.in_transit_cents) == (688_250, -50_000)
    assert (position.commitments_cents, position.suspense_cents, position.available_cents) == (
        25_000,
        7_500,
        605_750,
    )
    assert position.still_to_come_back_cents == 290_000 + 50_000  # claims, and C that nobody settled
    assert (overview.fund.gifts_cents, overview.fund.write_offs_cents) == (30_000, 0)


def test_rates(overview: AnnualOverview) -> None:
    assert overview.fund.revolving_rate.value == Fraction(2_900, 6_000)
    # By June 2026 mee had repaid its half of B as well.
    assert overview.cohort.paid_cents == 600_000
    assert overview.cohort.returned_share.value == Fraction(2_000 + 2_000 + 300, 6_000)
    assert (overview.speed.due, overview.speed.in_time) == (3, 2)  # B and E in time, D not, C paid in 2026


def test_claims_are_those_of_the_years_last_day_by_the_age_of_each_part(overview: AnnualOverview) -> None:
    by_party = {one.party: one for one in overview.claims.parties}
    assert list(by_party) == ["mee", "resident"]
    mee, resident = by_party["mee"], by_party["resident"]
    assert (mee.open_cents, mee.by_age[AgeBucket.OVER_90], mee.oldest_days) == (200_000, 200_000, 294)
    assert mee.open_now_cents == 0
    assert resident.by_age == {
        AgeBucket.NOT_DUE: 60_000,
        AgeBucket.DAYS_0_30: 10_000,
        AgeBucket.DAYS_31_60: 10_000,
        AgeBucket.DAYS_61_90: 0,
        AgeBucket.OVER_90: 10_000,
    }
    assert resident.open_now_cents == 90_000
    assert (overview.claims.open_cents, overview.claims.late_cents) == (290_000, 230_000)


def test_claims_that_do_not_sum_to_their_accounts_are_an_error(story: Story) -> None:
    on = at(2025, 12, 31).date()
    with pytest.raises(FundDoesNotAddUp, match="290000 open, 290001 booked"):
        claims_overview(story.session, network="testnet", on=on, today=NOW.date(), booked_cents=290_001)


def test_the_clock_stands_still_while_the_applicant_is_asked(overview: AnnualOverview, story: Story) -> None:
    hours = {one.number: one.hours_to_decision for one in overview.speed.cases}
    assert hours[story.number("B")] == 24  # two days, of which one waiting for the answer
    decision, payment = overview.speed.to_decision, overview.speed.to_payment
    assert (decision.count, decision.median_hours, decision.slowest_hours) == (6, 36, 72)
    assert (payment.count, payment.median_hours, payment.slowest_hours) == (3, 24, 48)


def test_a_top_up_adds_money_and_hours_and_not_another_case(overview: AnnualOverview, story: Story) -> None:
    # Asked on 1 April, approved two days later, paid on the 4th, and never settled.
    asked = story.submit(
        "T",
        50_000,
        at(2025, 4, 1),
        at(2025, 4, 3),
        main_case_id=story.cases["B"].id,
        barrier_field="huurachterstand",
    )
    story.pay("T", at(2025, 4, 4), at(2025, 4, 4))
    with_it = annual_overview(story.session, network="testnet", year=2025, as_of_utc=NOW)
    before, after = overview.speed, with_it.speed
    assert {one.number: one.hours_to_decision for one in after.cases}[asked.number] == 48
    assert (after.to_decision.count, after.to_payment.count) == (7, 4)
    # Its case was in time, and is so no longer: not everything paid on it was settled.
    assert (after.due, after.in_time) == (before.due, before.in_time - 1)
    assert (with_it.savings.counted, with_it.savings.left_out) == (2, 3)
    assert with_it.savings.invested == _euros(5_000, 5_000, 5_000)
    assert with_it.savings.avoided == overview.savings.avoided
    [stuck] = [one for one in with_it.barriers if one.field.code == "huurachterstand"]
    [stuck_before] = [one for one in overview.barriers if one.field.code == "huurachterstand"]
    assert (stuck.cases, stuck.paid_cents) == (stuck_before.cases, stuck_before.paid_cents + 50_000)


def test_a_top_up_of_a_later_year_costs_in_that_year_for_a_saving_counted_before(story: Story) -> None:
    story.submit("T", 50_000, at(2026, 4, 1), at(2026, 4, 3), main_case_id=story.cases["B"].id)
    savings = annual_overview(story.session, network="testnet", year=2026, as_of_utc=NOW).savings
    assert (savings.counted, savings.left_out) == (1, 0)
    assert (savings.invested, savings.avoided) == (_euros(500, 500, 500), _euros(0, 0, 0))


def test_savings_are_exact_and_say_what_they_leave_out(overview: AnnualOverview) -> None:
    savings = overview.savings
    assert (savings.counted, savings.left_out) == (2, 3)
    assert savings.invested == _euros(4_500, 4_500, 4_500)
    assert savings.avoided == _euros(36_250, 36_500, 37_000)
    assert savings.saving == _euros(31_750, 32_000, 32_500)
    assert savings.return_per_euro.value == Fraction(73, 9)
    parties = {one.party.code: one for one in savings.parties}
    euros = {
        code: (one.result.invests.mid / 100, one.result.collects.mid / 100) for code, one in parties.items()
    }
    assert euros == {
        "gemeente": (0, 36_000),
        "zayaz": (2_000, 0),  # who repay stand in the place of the pot
        "mee": (2_000, 0),
        "zorgverzekeraar": (0, 500),
        "pot": (500, 0),
    }
    assert savings.parties[-1].party.code == "pot"
    assert [one.party.code for one in savings.parties if one.collects_only] == ["gemeente", "zorgverzekeraar"]


def test_cases_are_counted_in_their_year(overview: AnnualOverview) -> None:
    cases = overview.cases
    assert (cases.submitted, cases.approved, cases.declined, cases.approved_cents) == (7, 5, 1, 625_000)
    assert dict(cases.by_state) == {
        DecisionState.APPROVED: 5,
        DecisionState.DECLINED: 1,
        DecisionState.WITHDRAWN: 1,
    }
    assert [(one.kind, one.settlements, one.amount_cents) for one in cases.settled] == [
        (SettlementKind.SHARED, 1, 400_000),
        (SettlementKind.RESIDENT, 1, 120_000),
        (SettlementKind.GIFT, 1, 30_000),
    ]
    assert [(one.code, one.submitted, one.approved) for one in cases.by_partner] == [("farent", 7, 5)]


def test_barriers_by_number_and_money(overview: AnnualOverview) -> None:
    assert [(one.field.code, one.cases, one.approved_cents, one.paid_cents) for one in overview.barriers] == [
        ("huurachterstand", 2, 430_000, 430_000),
        ("", 2, 145_000, 120_000),
        ("kredietbank", 1, 50_000, 50_000),
    ]
    assert overview.barriers[0].field.nl == "Huurachterstand"


def test_the_year_before_stands_beside_it_as_that_year_says(story: Story, overview: AnnualOverview) -> None:
    before = annual_overview(story.session, network="testnet", year=2024, as_of_utc=NOW)
    assert overview.previous == before.key_figures
    assert before.previous is None
    assert before.fund.revolving_rate.value == Fraction(2, 5)
    assert before.cohort.returned_share.value == 1
    assert before.savings.return_per_euro.value is None
    assert before.savings.return_per_euro.why_not is not None


def test_years_without_figures_are_refused(story: Story) -> None:
    assert overview_years(story.session, network="testnet", as_of_utc=NOW) == (2026, 2025, 2024)
    for year in (2023, 2027):
        with pytest.raises(NoSuchYear, match=str(year)):
            annual_overview(story.session, network="testnet", year=year, as_of_utc=NOW)


def test_a_running_year_shows_claims_of_today(story: Story) -> None:
    running = annual_overview(story.session, network="testnet", year=2026, as_of_utc=NOW)
    assert running.is_running
    assert running.fund.opening_cents == 638_250
    assert running.fund.flows_in[Flow.REPAYMENTS_PARTNERS] == 200_000
    assert running.claims.open_cents == 90_000
    assert running.fund.revolving_rate.why_not is not None  # nothing was paid out: no figure, and why
    assert running.cohort.returned_share.value is None


def test_reversals_lessen_what_they_reverse(story: Story, overview: AnnualOverview) -> None:
    draft = events.contribution_received(
        partner="mee", amount_cents=11_100, booked_on=at(2025, 7, 7).date(), cause="fout", key="mistake"
    )
    mistake = book.post(story.session, network="testnet", draft=draft, recorded_at_utc=NOW)
    book.reverse(
        story.session,
        network="testnet",
        entry_id=mistake.id,
        booked_on=at(2025, 7, 8).date(),
        cause="fout",
        key="undo",
        recorded_at_utc=NOW,
    )
    again = annual_overview(story.session, network="testnet", year=2025, as_of_utc=NOW)
    assert again.fund == overview.fund


def test_another_network_is_another_overview(story: Story) -> None:
    a_cast(story.session, code="ander", case_prefix="AN")
    other = annual_overview(story.session, network="ander", year=2026, as_of_utc=NOW)
    assert (other.fund.closing_cents, other.cases.submitted, other.claims.parties) == (0, 0, ())


def test_executives_see_no_group_of_fewer_than_five(overview: AnnualOverview) -> None:
    def groups(seen: AnnualOverview, what: Characteristic) -> dict[str, int | None]:
        breakdown = next(one for one in seen.cases.breakdowns if one.characteristic is what)
        return {group.choice.code: group.cases for group in breakdown.groups}

    assert groups(overview, Characteristic.HOUSEHOLD) == {"": 4, "gezin met kinderen": 2, "alleenstaand": 1}
    seen = for_executives(overview)
    assert set(groups(seen, Characteristic.HOUSEHOLD).values()) == {None}
    assert groups(seen, Characteristic.AGE) == {"": None, "28-64": None}  # 5 is hidden, or 2 would follow
    assert not any(fact.household_type or fact.domains for fact in seen.facts)
    assert not seen.shows_residents


def test_one_small_group_takes_the_next_smallest_with_it(overview: AnnualOverview) -> None:
    counts = {"a": 20, "b": 9, "c": 2}
    breakdown = Breakdown(
        Characteristic.AGE,
        several=False,
        groups=tuple(Group(Choice(code, code, code), count, 100) for code, count in counts.items()),
    )
    hidden = masked(replace(overview.cases, breakdowns=(breakdown,))).breakdowns[0]
    assert [one.cases for one in hidden.groups] == [20, None, None]
    assert [one.approved_cents for one in hidden.groups] == [100, None, None]


def test_both_databases_give_the_same_overview(
    database_url: Callable[[str], str], overview: AnnualOverview
) -> None:
    engine = build_engine(database_url("postgresql"))
    with unit_of_work(engine) as session:
        two_years(session)
        other = annual_overview(session, network="testnet", year=2025, as_of_utc=NOW)
    engine.dispose()
    assert overview_json(other) == overview_json(overview)
    assert for_executives(other).cases == for_executives(overview).cases


def test_the_number_of_statements_does_not_grow_with_the_cases(story: Story) -> None:
    def statements() -> int:
        counted: list[str] = []
        connection = story.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: counted.append(args[2]))
        annual_overview(story.session, network="testnet", year=2025, as_of_utc=NOW)
        return len(counted)

    before = statements()
    for number in range(20):
        story.submit(f"X{number}", 1_000, at(2025, 10, 1), at(2025, 10, 2))
    assert statements() == before


def test_one_unchanging_state_is_read(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        two_years(session)
    with snapshot(engine) as reading:
        first = annual_overview(reading, network="testnet", year=2026, as_of_utc=NOW)
        with unit_of_work(engine) as writing:
            draft = events.bank_costs(amount_cents=100, booked_on=NOW.date(), cause="bank", key="meanwhile")
            book.post(writing, network="testnet", draft=draft, recorded_at_utc=NOW)
        assert annual_overview(reading, network="testnet", year=2026, as_of_utc=NOW) == first
    with snapshot(engine) as later:
        assert (
            annual_overview(later, network="testnet", year=2026, as_of_utc=NOW).fund.flows_out[
                Flow.BANK_COSTS
            ]
            == 100
        )


def _euros(*amounts: int) -> Range:
    return Range(*(Fraction(amount * 100) for amount in amounts))
