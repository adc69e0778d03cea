"""Contributions and the other bookings on the fund, and putting mistakes right."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.fund import service
from casework.fund.queries import contribution_years, contributions_of_year, partner_choices
from casework.fund.refusals import (
    BookedInFuture,
    BookedTooEarly,
    BookingKind,
    NobodyChosen,
    NotCorrectedHere,
    NothingExpected,
    PartnerUnknown,
    ReasonMissing,
    StillMember,
)
from casework.fund.reversal import correct
from casework.fund.tables import FundBooking
from errors import Forbidden
from ledger import book
from ledger.accounts import Account
from ledger.balances import balance_cents, subject_balances
from ledger.refusals import AlreadyReversed, FundExhausted
from ledger.statements import entries
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.treasury.scene import a_funded_cast, an_approved_case, position

TODAY = date(2026, 6, 1)


def test_contributions_expected_and_received(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        make.a_partner(session, cast.network, "later", joined_on=date(2027, 1, 1))
        make.a_partner(session, cast.network, "weg", left_on=date(2026, 1, 1))
        make.a_partner(session, cast.network, "halverwege", left_on=date(2026, 3, 1))
        work = make.work_as(session, cast.treasurer, cast.network)
        each = work.policy.contribution.per_partner_cents
        rows = {one.partner: one for one in contributions_of_year(work, 2026)}
        assert sorted(rows) == ["brabantwonen", "farent", "gemeente", "halverwege", "mee", "zayaz"]
        assert {one.open_cents for one in rows.values()} == {each}

        service.book_contribution(
            work, partner="zayaz", amount_cents=each - 1, received_on=TODAY, for_year=2026, key="contrib-1"
        )
        references = service.book_expected_contributions(
            work, partners=["mee", "zayaz"], received_on=TODAY, for_year=2026, key="contrib-2"
        )
        assert references == ("F-2026-0002", "F-2026-0003")
        after = {one.partner: one for one in contributions_of_year(work, 2026)}
        assert (after["zayaz"].received_cents, after["zayaz"].open_cents) == (each, 0)
        assert after["mee"].last_received_on == TODAY
        assert subject_balances(session, network=cast.network.code, account=Account.CONTRIBUTIONS) == {
            "mee": -each,
            "zayaz": -each,
        }
        assert all(one.received_cents == 0 for one in contributions_of_year(work, 2025))
        with pytest.raises(NothingExpected, match="Mee"):
            service.book_expected_contributions(
                work, partners=["mee"], received_on=TODAY, for_year=2026, key="contrib-3"
            )


def test_a_contribution_counts_for_the_year_it_is_meant_for(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        service.book_contribution(
            work, partner="mee", amount_cents=100, received_on=TODAY, for_year=2025, key="contrib-1"
        )
        received = {
            year: sum(one.received_cents for one in contributions_of_year(work, year))
            for year in (2025, 2026)
        }
        assert received == {2025: 100, 2026: 0}
        assert contribution_years(work)[0] == 2026
        assert contribution_years(work)[-1] == 2016


def test_each_booking_once_per_key_and_one_log_record(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        before = position(work).bank_cents
        for _twice in range(2):
            service.book_contribution(
                work, partner="mee", amount_cents=700, received_on=TODAY, for_year=2026, key="once-key-1"
            )
            service.book_other(
                work,
                kind=BookingKind.OTHER_INCOME,
                amount_cents=30,
                booked_on=TODAY,
                description="rente",
                key="once-key-2",
            )
            service.book_other(
                work,
                kind=BookingKind.OTHER_COSTS,
                amount_cents=200,
                booked_on=TODAY,
                description="drukwerk",
                key="once-key-3",
            )
            service.take_over_pot(
                work,
                partner="gemeente",
                bank_cents=5_000,
                taken_over_on=TODAY,
                description="",
                key="once-key-4",
            )
        assert position(work).bank_cents == before + 700 + 30 - 200 + 5_000
        actions = session.scalars(select(LogRecord.action).where(LogRecord.action.like("fund.%"))).all()
        assert sorted(actions) == [
            "fund.contribution",
            "fund.other_costs",
            "fund.other_income",
            "fund.pot_taken_over",
        ]


def test_what_is_refused(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        tomorrow = TODAY + timedelta(days=1)
        with pytest.raises(PartnerUnknown):
            service.book_contribution(
                work, partner="wie", amount_cents=1, received_on=TODAY, for_year=2026, key="refuse-1"
            )
        with pytest.raises(BookedInFuture):
            service.book_other(
                work,
                kind=BookingKind.BANK_COSTS,
                amount_cents=1,
                booked_on=tomorrow,
                description="",
                key="refuse-2",
            )
        with pytest.raises(BookedTooEarly):
            service.book_other(
                work,
                kind=BookingKind.BANK_COSTS,
                amount_cents=1,
                booked_on=date(TODAY.year - 2, 12, 31),
                description="",
                key="refuse-2b",
            )
        with pytest.raises(NobodyChosen):
            service.book_expected_contributions(
                work, partners=[], received_on=TODAY, for_year=2026, key="refuse-3"
            )
        with pytest.raises(StillMember):
            service.pay_back_contribution(
                work, partner="mee", amount_cents=1, paid_on=TODAY, description="", key="refuse-4"
            )
        cast.partners["gemeente"].left_on = TODAY
        session.flush()
        with pytest.raises(FundExhausted):
            service.pay_back_contribution(
                work,
                partner="gemeente",
                amount_cents=1_000_001,
                paid_on=TODAY,
                description="",
                key="refuse-5",
            )
        assert [one.code for one in partner_choices(work) if one.left] == ["gemeente"]


def test_a_leaver_gets_its_contribution_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        cast.partners["gemeente"].left_on = TODAY
        session.flush()
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = service.pay_back_contribution(
            work, partner="gemeente", amount_cents=400_000, paid_on=TODAY, description="", key="back-key-1"
        )
        assert (position(work).bank_cents, position(work).in_transit_cents) == (600_000, 0)
        [first, _second] = session.scalars(
            select(FundBooking.entry_ids).where(FundBooking.reference == reference)
        ).one()
        correct(work, entry_id=first, reason="Niet uitbetaald.", key="correct-1")
        assert (position(work).bank_cents, position(work).in_transit_cents) == (1_000_000, 0)


def test_a_mistake_is_reversed_once_and_whole(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = service.book_contribution(
            work, partner="mee", amount_cents=700, received_on=TODAY, for_year=2026, key="contrib-1"
        )
        [row] = entries(session, network=cast.network.code, search=reference).rows
        with pytest.raises(ReasonMissing):
            correct(work, entry_id=row.entry.id, reason="  ", key="correct-0")
        last = correct(work, entry_id=row.entry.id, reason="Dubbel.", key="correct-1")
        assert correct(work, entry_id=row.entry.id, reason="Dubbel.", key="correct-1") == last
        with pytest.raises(AlreadyReversed):
            correct(work, entry_id=row.entry.id, reason="Nog eens.", key="correct-2")
        assert (
            balance_cents(session, network=cast.network.code, account=Account.CONTRIBUTIONS, subject="mee")
            == 0
        )
        assert {one.received_cents for one in contributions_of_year(work, 2026)} == {0}
        with pytest.raises(NotCorrectedHere):
            correct(work, entry_id=last, reason="Toch goed.", key="correct-3")


def test_what_belongs_to_a_case_is_not_reversed_here(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        [row] = entries(session, network=cast.network.code, search=case.number).rows
        with pytest.raises(NotCorrectedHere):
            correct(work, entry_id=row.entry.id, reason="Fout.", key="correct-1")
        assert book.entry(session, network=cast.network.code, entry_id=row.entry.id).reverses is None


def test_only_a_treasurer_books(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        for person in (cast.secretariat[0], cast.auditor, cast.executive, cast.representative):
            work = make.work_as(session, person, cast.network)
            with pytest.raises(Forbidden):
                service.book_contribution(
                    work, partner="mee", amount_cents=1, received_on=TODAY, for_year=2026, key="forbidden-1"
                )
            with pytest.raises(Forbidden):
                correct(work, entry_id=1, reason="Zomaar.", key="forbidden-2")


def test_two_treasurers_do_not_book_one_expectation_twice(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
    results: list[str] = []
    ready = threading.Barrier(2)

    def click(key: str) -> None:
        ready.wait()
        try:
            with unit_of_work(engine) as session:
                work = make.work_as(session, cast.treasurer, session.merge(cast.network, load=False))
                service.book_expected_contributions(
                    work, partners=["mee", "zayaz"], received_on=TODAY, for_year=2026, key=key
                )
                results.append("booked")
        except NothingExpected:
            results.append("refused")

    threads = [threading.Thread(target=click, args=(key,)) for key in ("first-key", "second-key")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["booked", "refused"]
