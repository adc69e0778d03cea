"""Contribution invoices: one per partner and year, and paid by what was booked for that year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from casework.fund.invoices import invoice, invoices, invoices_to_make, make_invoices
from casework.fund.queries import contribution_years, contributions_of_year
from casework.fund.refusals import NothingToInvoice, YearNotInvoiced
from casework.fund.service import book_contribution
from errors import Forbidden, NotFound
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make

TODAY = date(2026, 6, 1)


def test_every_partner_that_takes_part_gets_one_invoice(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        make.a_partner(session, cast.network, "weg", left_on=date(2026, 1, 1))
        work = make.work_as(session, cast.treasurer, cast.network)
        assert invoices_to_make(work, 2026) == 5
        for _twice in range(2):
            made = make_invoices(work, for_year=2026, key="invoice-key-1")
        assert made == tuple(f"BF-2026-{number:04d}" for number in range(1, 6))
        with pytest.raises(NothingToInvoice):
            make_invoices(work, for_year=2026, key="invoice-key-2")
        make.a_partner(session, cast.network, "nieuw")
        assert make_invoices(work, for_year=2026, key="invoice-key-3") == ("BF-2026-0006",)
        shown = invoices(work, 2026)
        each = work.policy.contribution.per_partner_cents
        assert {(one.amount_cents, one.due_on) for one in shown} == {(each, TODAY + timedelta(days=30))}
        assert [one.partner for one in shown][:2] == ["brabantwonen", "farent"]


def test_what_comes_in_for_the_year_is_booked_on_the_invoice(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        make_invoices(work, for_year=2026, key="invoice-key-1")
        each = work.policy.contribution.per_partner_cents
        for year, cents in ((2026, 1_000), (2025, 500)):
            book_contribution(
                work,
                partner="mee",
                amount_cents=cents,
                received_on=TODAY,
                for_year=year,
                key=f"received-{year}",
            )
        of_mee = next(one for one in invoices(work, 2026) if one.partner == "mee")
        assert (of_mee.received_cents, of_mee.open_cents) == (1_000, each - 1_000)
        assert invoice(work, of_mee.reference) == of_mee
        row = next(one for one in contributions_of_year(work, 2026) if one.partner == "mee")
        assert (row.invoice, row.due_on) == (of_mee.reference, of_mee.due_on)


def test_an_invoice_for_next_year_is_due_on_the_day_of_policy(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        autumn = make.NOW + timedelta(days=150)
        work = make.work_as(session, cast.treasurer, cast.network, at_utc=autumn)
        assert contribution_years(work)[0] == 2027
        make_invoices(work, for_year=2027, key="invoice-key-1")
        assert {one.due_on for one in invoices(work, 2027)} == {date(2027, 1, 31)}
        for year in (2024, 2028):
            with pytest.raises(YearNotInvoiced, match=str(year)):
                make_invoices(work, for_year=year, key="invoice-key-2")


def test_only_a_treasurer_makes_them_and_each_network_has_its_own(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        with pytest.raises(Forbidden):
            make_invoices(
                make.work_as(session, cast.auditor, cast.network), for_year=2026, key="invoice-key-1"
            )
        make_invoices(make.work_as(session, cast.treasurer, cast.network), for_year=2026, key="invoice-key-1")
        stranger = make.work_as(session, other.treasurer, other.network)
        assert invoices(stranger, 2026) == ()
        with pytest.raises(NotFound):
            invoice(stranger, "BF-2026-0001")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO contribution_invoice (network_id, reference, partner_id, for_year, amount_cents,"
                " invoiced_on, due_on, made_by, made_at_utc) SELECT network_id, 'X', partner_id, for_year,"
                " amount_cents, invoiced_on, due_on, made_by, made_at_utc FROM contribution_invoice"
            )
        )
