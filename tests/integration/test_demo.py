"""The demo is a history like any other: balanced, repeatable, with work left for everyone."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.bank.agrees import agreement
from casework.cases.tables import Case
from casework.collections.tables import Collection, CollectionBatch, CollectionMandate
from casework.context import Work
from casework.decision.called import acting
from casework.demo.load import NetworkIsThere, load_demo
from casework.fund.tables import ContributionInvoice
from casework.learning.tables import CaseSummary
from casework.network.tables import Network
from casework.payout.tables import FundPayment, PaymentBatch, Payout
from casework.people.tables import Person
from casework.settlement.tables import ClaimLetter, Settlement
from ledger.bank.tables import bank_booking, bank_file, bank_line, bank_statement
from ledger.verify import verify
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work

MONDAY_MORNING = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PASSWORD = "een lang wachtwoord"


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A demo of thirty-six cases, loaded before the office opened on a Monday."""
    engine = _loaded(sqlite_template, tmp_path_factory.mktemp("demo"))
    yield engine
    engine.dispose()


def _loaded(template: Path, folder: Path) -> Engine:
    path = folder / "demo.db"
    shutil.copyfile(template, path)
    engine = build_engine(f"sqlite:///{path}")
    load_demo(engine, password=PASSWORD, seed=7, cases=36, now_utc=MONDAY_MORNING)
    return engine


def _states(session: Session) -> Counter[tuple[str, str, str]]:
    rows = session.execute(select(Case.decision_state, Case.payment_state, Case.settlement_state))
    return Counter((decision, payment, settlement) for decision, payment, settlement in rows)


def test_every_role_finds_work(demo: Engine) -> None:
    with unit_of_work(demo, write=False) as session:
        states = _states(session)
        kinds = set(session.scalars(select(Settlement.kind)))
    assert states["draft", "none", "none"] >= 1
    assert states["submitted", "none", "none"] >= 2
    assert states["information_requested", "none", "none"] >= 1
    assert states["approved", "none", "none"] >= 2
    assert states["approved", "ordered", "none"] >= 1
    assert states["approved", "paid", "none"] >= 2
    assert states["approved", "paid", "put"] >= 1
    assert states["approved", "paid", "disputed"] >= 1
    assert {"responsible", "shared", "collective", "resident"} <= kinds


def test_there_is_something_to_learn_and_outside_parties_were_written_to(demo: Engine) -> None:
    with unit_of_work(demo, write=False) as session:
        assert "released" in set(session.scalars(select(CaseSummary.state)))
        assert session.scalars(select(ClaimLetter)).first() is not None


def test_the_books_of_the_demo_hold(demo: Engine) -> None:
    with unit_of_work(demo, write=False) as session:
        report = verify(session)
    assert not report.problems


def test_the_treasurer_finds_something_on_every_page(demo: Engine) -> None:
    with unit_of_work(demo, write=False) as session:
        of_files = set(session.scalars(select(bank_file.c.format)))
        lines = Counter(session.scalars(select(bank_line.c.state)))
        rules = Counter(session.scalars(select(bank_booking.c.rule)))
        assert of_files == {"camt.053.001.08"}
        assert set(session.scalars(select(bank_statement.c.state))) == {"booked"}
        assert 4 <= lines["parked"] <= 10
        assert lines["booked"] > 2 * lines["parked"]
        assert rules["end_to_end"]
        assert rules["reference"]
        assert "prepared" in set(session.scalars(select(PaymentBatch.state)))
        assert set(session.scalars(select(CollectionBatch.state))) == {"prepared", "released"}
        assert "collected" in set(session.scalars(select(Collection.state)))
        assert set(session.scalars(select(CollectionMandate.state))) == {"recorded", "active"}
        assert set(session.scalars(select(FundPayment.state))) == {"waiting", "paid"}
        assert {"bank", "advance"} <= set(session.scalars(select(Payout.method)))
        assert session.scalars(select(ContributionInvoice)).first() is not None


def test_the_bank_of_the_demo_agrees_with_its_book(demo: Engine) -> None:
    with unit_of_work(demo, write=False) as session:
        network = session.scalars(select(Network)).one()
        person = session.scalars(select(Person).where(Person.email.startswith("penningmeester@"))).one()
        actor = acting(session, person=person, network=network, day=MONDAY_MORNING.date())
        found = agreement(Work(session, actor, network, MONDAY_MORNING))
    assert found.statement_count > 10
    assert found.agrees
    assert found.by_hand == ()  # since the first statement nothing that the bank did was typed


def test_same_seed_and_day_same_history(demo: Engine, sqlite_template: Path, tmp_path: Path) -> None:
    again = _loaded(sqlite_template, tmp_path)
    with unit_of_work(demo, write=False) as first, unit_of_work(again, write=False) as second:
        assert _states(first) == _states(second)
        assert verify(first).heads == verify(second).heads
    again.dispose()


def test_the_demo_is_not_mixed_with_what_is_there(demo: Engine) -> None:
    with pytest.raises(NetworkIsThere):
        load_demo(demo, password=PASSWORD, seed=8, cases=0, now_utc=MONDAY_MORNING)
