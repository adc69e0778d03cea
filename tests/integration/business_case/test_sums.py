"""The sum of a case from the database: exact, by the policy of its day, many at once, settled or not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import Engine, event, select

from casework.business_case.lines import (
    BusinessCaseFixed,
    DeadweightUnargued,
    LineDraft,
    PayoutLineFrozen,
    RangeWrong,
    add_line,
    change_line,
    remove_line,
    set_assumptions,
)
from casework.business_case.page import business_case_page
from casework.business_case.queries import computed, computed_many
from casework.business_case.regular import RegularLine, set_regular_lines
from casework.business_case.service import freeze_payout_line
from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case
from casework.people_data import BsnFound
from casework.settlement.tables import Settlement
from errors import Forbidden, NotFound
from rules.business_case import Side
from tests.integration.cases.scene import Desk, a_desk
from tests.integration.factories import NOW, a_case, a_network

EVICTION = LineDraft("regular", "zayaz", "Ontruiming", Decimal(1), "keer", 600_000)
SHELTER = LineDraft("regular", "gemeente", "Opvang", Decimal(12), "maand", 250_000)


def a_rent_debt(desk: Desk, **values: object) -> Case:
    """The worked case: 4,000 paid, 6,000 and twelve times 2,500 avoided."""
    case = a_case(desk.session, desk.cast.network, desk.cast.applicant, amounts=(400_000,), **values)  # type: ignore[arg-type]  # columns of Case
    for line in (EVICTION, SHELTER):
        add_line(desk.work(), number=case.number, line=line)
    return case


def a_settlement(desk: Desk, case: Case, kind: str, **values: object) -> None:
    desk.session.add(
        Settlement(
            network_id=desk.cast.network.id,
            case_id=case.id,
            sequence=1,
            kind=kind,
            amount_cents=400_000,
            proposed_by=desk.cast.secretariat[0].id,
            proposed_at_utc=NOW,
            **({"state": "decided"} | values),
        )
    )
    desk.session.flush()


def test_the_worked_case(engine: Engine) -> None:
    with a_desk(engine) as desk:
        found = computed(desk.work(), a_rent_debt(desk))
        result = found.result
        assert (result.invested.mid, result.avoided.mid, result.saving.mid) == (400_000, 3_600_000, 3_200_000)
        assert result.return_per_euro.value == 9
        assert result.payback_months.value == Fraction(4, 3)
        nets = {party: one.net.mid for party, one in found.parties.items()}
        assert nets == {"pot": -400_000, "zayaz": 600_000, "gemeente": 3_000_000}


def test_nothing_to_divide_by_says_why(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant, amounts=())
        result = computed(desk.work(), case).result
        assert result.return_per_euro.value is None
        assert result.return_per_euro.why_not is not None
        assert result.payback_months.why_not is not None


def test_an_older_price_is_brought_to_the_year_of_the_case(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant, amounts=(100,))
        line = LineDraft("regular", "gemeente", "Uur", Decimal(2), "uur", 6_400, price_year=2022)
        add_line(desk.work(), number=case.number, line=line)
        index = desk.work().policy.consumer_price_index.index
        assert computed(desk.work(), case).result.avoided.mid == 2 * 6_400 * index[2026] / index[2022]


def test_a_year_without_an_index_yet_is_shown_at_the_level_of_the_last_one(engine: Engine) -> None:
    with a_desk(engine) as desk:
        later = datetime(2040, 3, 1, tzinfo=UTC)
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant, at_utc=later)
        index = desk.work().policy.consumer_price_index.index
        assert computed(desk.work(at_utc=later), case).assumptions.price_year == max(index)


def test_the_payout_follows_the_cost_lines_until_the_decision_freezes_it(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        freeze_payout_line(desk.work(desk.cast.secretariat[0]), case)
        freeze_payout_line(desk.work(desk.cast.secretariat[0]), case)
        case.cost_lines[0].amount_cents = 999_999
        desk.session.flush()
        assert computed(desk.work(), case).result.invested.mid == 400_000
        pots = desk.session.scalars(select(BusinessCaseLine).where(BusinessCaseLine.party == "pot")).all()
        assert len(pots) == 1


def test_once_settled_the_payout_stands_with_those_who_repay_it(engine: Engine) -> None:
    halves = {"zayaz": 200_000, "gemeente": 200_000}
    with a_desk(engine) as desk:
        for kind, values, claims, invests in (
            ("shared", {}, halves, halves),
            ("resident", {}, {}, {"resident": 400_000}),
            ("outside", {"outside_party": "CZ"}, {}, {"CZ": 400_000}),
            ("gift", {}, {}, {"pot": 400_000}),
            ("responsible", {"state": "put"}, {}, {"pot": 400_000}),
            ("responsible", {"state": "reversed"}, {"zayaz": 400_000}, {"pot": 400_000}),
        ):
            case = a_rent_debt(desk)
            named = {f"{case.number}-V1-{code}": cents for code, cents in claims.items()}
            a_settlement(desk, case, kind, **values, facts={"claims": named})
            found = {party: one.invests.mid for party, one in computed(desk.work(), case).parties.items()}
            assert {party: cents for party, cents in found.items() if cents} == invests, kind


def test_many_cases_take_as_many_statements_as_one(engine: Engine) -> None:
    with a_desk(engine) as desk:
        ids = [a_rent_debt(desk).id for _one in range(5)]

        def statements(wanted: list[int]) -> int:
            desk.session.expire_all()
            seen: list[str] = []
            connection = desk.session.connection()
            listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731  # removed again below
            event.listen(connection, "before_cursor_execute", listener)
            found = computed_many(desk.session, network_id=desk.cast.network.id, case_ids=wanted, now_utc=NOW)
            event.remove(connection, "before_cursor_execute", listener)
            assert {one.result.saving.mid for one in found.values()} == {3_200_000}
            assert sorted(found) == sorted(wanted)
            return len(seen)

        statements(ids[:1])  # the policy is read once and then kept
        assert statements(ids) == statements(ids[:1])


def test_cases_of_another_network_are_not_computed(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        assert computed_many(desk.session, network_id=desk.cast.network.id, case_ids=[], now_utc=NOW) == {}
        elsewhere = a_network(desk.session, code="ander", case_prefix="AN")
        assert computed_many(desk.session, network_id=elsewhere.id, case_ids=[case.id], now_utc=NOW) == {}


def test_lines_are_changed_and_removed(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        page = business_case_page(desk.work(), case.number)
        eviction, shelter = page.of_side(Side.REGULAR)
        assert eviction.id is not None
        assert shelter.id is not None
        changed = LineDraft(
            "regular", "zayaz", "Ontruiming", Decimal(1), "keer", 700_000, 500_000, 900_000, Decimal("0.5")
        )
        change_line(desk.work(), number=case.number, line_id=eviction.id, line=changed)
        remove_line(desk.work(), number=case.number, line_id=shelter.id)
        result = computed(desk.work(), case).result
        avoided = (result.avoided.low, result.avoided.mid, result.avoided.high)
        assert avoided == (250_000, 350_000, 450_000)
        assert (result.saving.low, result.saving.high) == (-150_000, 50_000)


def test_what_a_line_refuses(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        work, number = desk.work(), case.number
        with pytest.raises(RangeWrong) as crossed:
            add_line(work, number=number, line=LineDraft("new", "mee", "x", Decimal(1), "", 100, 200))
        assert crossed.value.field == "mid"
        with pytest.raises(PayoutLineFrozen):
            add_line(work, number=number, line=LineDraft("new", "pot", "x", Decimal(1), "", 100))
        with pytest.raises(BsnFound):
            add_line(work, number=number, line=LineDraft("new", "mee", "111222333", Decimal(1), "", 100))
        with pytest.raises(NotFound):
            change_line(work, number=number, line_id=99_999, line=EVICTION)
        freeze_payout_line(work, case)
        pot = desk.session.scalars(select(BusinessCaseLine.id).where(BusinessCaseLine.party == "pot")).one()
        with pytest.raises(PayoutLineFrozen):
            remove_line(work, number=number, line_id=pot)


def test_deadweight_needs_a_reason(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        with pytest.raises(DeadweightUnargued):
            set_assumptions(
                desk.work(),
                number=case.number,
                term_months=12,
                deadweight=Decimal("0.2"),
                deadweight_reason="",
            )
        set_assumptions(
            desk.work(),
            number=case.number,
            term_months=24,
            deadweight=Decimal("0.2"),
            deadweight_reason="De helft vond zelf iets.",
        )
        result = computed(desk.work(), case).result
        assert (result.term_months, result.avoided.mid) == (24, 2_880_000)


def test_after_the_decision_the_applicant_changes_nothing_but_the_secretariat_may(engine: Engine) -> None:
    with a_desk(engine) as desk:
        member = desk.work(desk.cast.secretariat[0])
        for state in ("approved", "declined", "withdrawn"):
            case = a_case(desk.session, desk.cast.network, desk.cast.applicant, decision_state=state)
            with pytest.raises(BusinessCaseFixed):
                add_line(desk.work(), number=case.number, line=EVICTION)
            assert not business_case_page(desk.work(), case.number).may_change
            add_line(member, number=case.number, line=EVICTION)
            assert business_case_page(member, case.number).may_change


def test_who_else_changes_nothing(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_rent_debt(desk)
        with pytest.raises(Forbidden):
            add_line(desk.work(desk.cast.ambassador), number=case.number, line=EVICTION)
        assert not business_case_page(desk.work(desk.cast.ambassador), case.number).may_change
        for stranger in (desk.cast.other_applicant, desk.cast.executive, desk.cast.treasurer):
            with pytest.raises(NotFound):
                business_case_page(desk.work(stranger), case.number)
            with pytest.raises(NotFound):
                add_line(desk.work(stranger), number=case.number, line=EVICTION)


def test_a_word_changed_in_the_form_keeps_range_and_source(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        line_id = add_line(
            desk.work(),
            number=case.number,
            line=LineDraft(
                "regular", "zayaz", "Ontruiming", Decimal(1), "keer", 600_000, 500_000, 800_000,
                source="Corporatie", confidence="B", overlap_group="wonen",
            ),
        )  # fmt: skip
        kept = RegularLine("zayaz", "Een ontruiming", Decimal(1), "keer", 600_000, line_id=line_id)
        set_regular_lines(desk.work(), case, [kept])
        row = desk.session.get_one(BusinessCaseLine, line_id)
        assert (row.description, row.low_cents, row.source) == ("Een ontruiming", 500_000, "Corporatie")
        dearer = RegularLine("zayaz", "Een ontruiming", Decimal(1), "keer", 650_000, line_id=line_id)
        set_regular_lines(desk.work(), case, [dearer])
        assert (row.low_cents, row.mid_cents, row.source, row.confidence) == (650_000, 650_000, "", "C")
        set_regular_lines(desk.work(), case, [])
        assert computed(desk.work(), case).result.avoided.mid == 0
