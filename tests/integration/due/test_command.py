"""``flask work due``: everything that is due, in every network, as the shell sees it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from casework.settlement import service
from casework.settlement.proposal import responsible
from casework.settlement.tables import Settlement
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, a_cast, work_as
from tests.integration.settlement.paid import a_paid_case


def test_what_is_due_is_done_once_and_what_fails_gives_exit_one(app: Flask) -> None:
    engine = app.extensions["omloop_engine"]
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        member = work_as(session, cast.secretariat[0], cast.network)
        good, bad = (a_paid_case(session, cast).number for _ in range(2))
        for number in (bad, good):
            service.propose(member, number=number, proposal=responsible("zayaz"), key="een")
        # More than was paid: this one cannot be decided any more.
        session.execute(update(Settlement).where(Settlement.id == 1).values(amount_cents=500_000))
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=22)
    run = app.test_cli_runner()
    first = run.invoke(args=["work", "due"])
    assert first.exit_code == 1
    assert f"testnet: {good}: silence is consent, the settlement is decided." in first.output
    assert "testnet: settlement.silence 1: NOT done. There is less to settle now" in first.output
    assert "Error: 1 not done" in first.output
    second = run.invoke(args=["work", "due"])
    assert second.exit_code == 1
    assert good not in second.output
    with unit_of_work(engine, write=False) as session:
        states = list(session.scalars(select(Settlement.state).order_by(Settlement.id)))
    assert states == ["put", "decided"]


def test_with_nothing_due_any_more_it_says_nothing(app: Flask) -> None:
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        a_cast(session)
    run = app.test_cli_runner()
    first, second = (run.invoke(args=["work", "due"]) for _ in range(2))
    assert (first.exit_code, first.output) == (0, "testnet: the buffer is now EUR 2500.00.\n")
    assert (second.exit_code, second.output) == (0, "")
