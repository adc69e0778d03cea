"""The same statements, in any order and however often, end in the same books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from casework.bank.agrees import agreement
from casework.bank.files import FileKnown
from ledger import tables
from ledger.accounts import Account
from ledger.balances import main_balances, subject_balances
from ledger.verify import verify
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work
from tests.bank_files import SampleLine, SampleStatement, camt
from tests.integration import factories as make
from tests.integration.bank.files_scene import OURS, Desk, a_desk
from tests.integration.bank.office import a_claim, an_account

POT, ZAYAZ = 1_000_000, "NL91ABNA0417164300"
FIRST = date(2026, 5, 4)
Books = tuple[object, ...]
_in_order: list[Books] = []  # what every order is compared with, made once


def _desk(url: str, folder: Path) -> tuple[Desk, list[str]]:
    """A network with claims that depend on each other's being paid; the RF references of some."""
    desk = a_desk(build_engine(url), folder, opening_cents=POT)
    with unit_of_work(desk.engine) as session:
        work = make.work_as(session, desk.cast.treasurer, desk.cast.network)
        an_account(session, desk.cast, "zayaz", ZAYAZ)
        made = [
            a_claim(work, desk.cast, "zayaz", cents, raised_on=date(2026, 4, 1))
            for cents in (25_000, 25_000, 60_000, 40_000)
        ]
    return desk, [reference.rf for _claim, reference in made]


def _files(references: Sequence[str]) -> list[bytes]:
    """Five days. What the second and fourth day's receipts are depends on what was paid before them."""
    days = (
        (SampleLine(25_000, reference=references[0]), SampleLine(1_111, text="?")),
        (SampleLine(25_000, iban=ZAYAZ), SampleLine(-450, text="kosten")),
        (SampleLine(10_000, reference=references[2]),),
        (SampleLine(90_000, iban=ZAYAZ), SampleLine(70_000, reference=references[3])),
        (SampleLine(25_000, reference=references[0]), SampleLine(-9_999, text="?")),
    )
    files, balance = [], POT
    for at, lines in enumerate(days):
        day = FIRST + timedelta(days=at)
        dated = [
            SampleLine(**{**_fields(line), "on": day, "bank_reference": f"{at}-{n}"})
            for n, line in enumerate(lines)
        ]
        files.append(
            camt(
                SampleStatement(
                    dated,
                    opening_cents=balance,
                    opening_on=day,
                    closing_on=day,
                    number=at + 1,
                    name=f"AFSCHRIFT-{at + 1}",
                    iban=OURS,
                )
            )
        )
        balance += sum(line.cents for line in lines)
    return files


def _fields(line: SampleLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in line.__dataclass_fields__}


def _books(desk: Desk) -> Books:
    """Every balance there is, with claims by row: their cases have other numbers in every run."""
    network = desk.cast.network.code
    with unit_of_work(desk.engine, write=False) as session:
        assert verify(session).ok
        assert agreement(make.work_as(session, desk.cast.treasurer, desk.cast.network)).agrees
        c, b = tables.claim.c, tables.balance.c
        claims = session.scalars(
            select(b.balance_cents)
            .join(tables.claim, (c.fund_id == b.fund_id) & (c.reference == b.subject))
            .order_by(c.id)
        )
        return (
            tuple(claims),
            tuple(sorted(main_balances(session, network=network).items())),
            tuple(sorted(subject_balances(session, network=network, account=Account.SUSPENSE).items())),
        )


def _after(url: str, folder: Path, order: Sequence[int]) -> Books:
    desk, references = _desk(url, folder)
    files = _files(references)
    for at in order:
        with suppress(FileKnown):  # the second time it is recognised
            assert desk.bring(files[at]).startswith("taken")
    books = _books(desk)
    desk.engine.dispose()
    return books


EVERY = list(range(5))
orders = st.permutations(EVERY).flatmap(
    lambda order: st.lists(st.sampled_from(EVERY), max_size=4).map(lambda again: [*order, *again])
)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(order=orders)
def test_any_order_ends_in_the_same_books(
    database_url: Callable[[str], str], tmp_path: Path, order: list[int]
) -> None:
    if not _in_order:
        _in_order.append(_after(database_url("sqlite"), tmp_path / "first", EVERY))
        assert _in_order[0][0] == (0, 0, 0, 0), "all claims are paid by these statements"
    assert _after(database_url("sqlite"), tmp_path / "again", order) == _in_order[0]


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 2, 0, 4, 1, 3, 3, 0]])
def test_on_the_other_database_too(
    database_url: Callable[[str], str], tmp_path: Path, order: list[int]
) -> None:
    expected = _after(database_url("sqlite"), tmp_path / "one", EVERY)
    assert _after(database_url("postgresql"), tmp_path / "other", order) == expected
