"""Numbers people can say aloud: BB-2026-0047."""

from __future__ import annotations

from sqlalchemy import select

from casework.context import Work
from casework.network.tables import Network, NumberCounter


def next_number(work: Work, kind: str) -> tuple[int, int]:
    """The year and the next number of ``kind`` in it.

    The network's row is locked first, so that two people at once get two numbers. The lock is one that
    leaves others free to refer to the network: whoever holds the fund and writes the log must not wait.
    """
    own = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(own.with_for_update(key_share=True))
    year = work.today.year
    counter = work.session.get(NumberCounter, (work.network.id, kind, year))
    if counter is None:
        counter = NumberCounter(network_id=work.network.id, kind=kind, year=year, last_number=0)
        work.session.add(counter)
    counter.last_number += 1
    work.session.flush()
    return year, counter.last_number


def next_case_number(work: Work) -> str:
    """The next case number, such as ``BB-2026-0047``."""
    year, number = next_number(work, "case")
    return f"{work.network.case_prefix}-{year}-{number:04d}"
