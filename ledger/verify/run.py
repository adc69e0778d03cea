"""Verifying one network's book, or every one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ledger import tables
from ledger.refusals import FundNotOpen
from ledger.verify.chain import check_chain
from ledger.verify.derived import check_derived
from ledger.verify.report import Problem, VerifyReport


def verify(
    session: Session,
    *,
    network: str | None = None,
    head: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyReport:
    """Recompute the book of ``network`` (or of all) from its entries.

    ``head`` is a hash that was kept elsewhere (a backup's manifest, an adopted overview): it must still
    occur in the chain, or a tail was cut off or history rewritten. ``progress`` is called with the entries
    done and their total. Use a session of :func:`ledger.snapshot.snapshot` while others post.
    """
    connection = session.connection()
    f = tables.fund.c
    query = select(f.id, f.network, f.entry_count).order_by(f.id)
    if network is not None:
        query = query.where(f.network == network)
    funds = connection.execute(query).all()
    if network is not None and not funds:
        raise FundNotOpen(network=network)
    total, done = sum(fund.entry_count for fund in funds), 0

    def step(entries: int) -> None:
        nonlocal done
        done += entries
        if progress is not None:
            progress(done, total)

    problems: list[Problem] = list(_without_fund(connection)) if network is None else []
    heads: dict[str, str] = {}
    entry_count = leg_count = 0
    head_seen = head is None
    closings = _closing_heads(connection)
    for fund in funds:
        chain = check_chain(
            connection,
            network=fund.network,
            fund_id=fund.id,
            wanted=frozenset(closings.get(fund.id, {}).values()) | ({head} if head else set()),
            progress=step,
        )
        problems += chain.problems
        problems += check_derived(connection, chain, closings.get(fund.id, {}))
        heads[fund.network] = chain.head
        entry_count += chain.entry_count
        leg_count += chain.leg_count
        head_seen = head_seen or head in chain.found
    if not head_seen:
        problems.append(Problem(network or "*", f"head {head}", "the chain does not contain it"))
    return VerifyReport(tuple(problems), heads, entry_count, leg_count)


def _without_fund(connection: Connection) -> Iterator[Problem]:
    """Entries of a fund whose row was removed: no chain would be walked for them."""
    e, f = tables.entry.c, tables.fund.c
    query = (
        select(e.fund_id, func.count())
        .where(~select(f.id).where(f.id == e.fund_id).exists())
        .group_by(e.fund_id)
        .order_by(e.fund_id)
    )
    for fund_id, entries in connection.execute(query):
        yield Problem("*", f"fund {fund_id}", f"it is missing, its {entries} entries are there")


def _closing_heads(connection: Connection) -> dict[int, dict[int, str]]:
    """Per fund and year that is not open: the head of the chain when it was last closed."""
    y, a = tables.year.c, tables.year_act.c
    rows = connection.execute(
        select(y.fund_id, y.book_year, a.head_hash)
        .join(tables.year_act, (a.fund_id == y.fund_id) & (a.book_year == y.book_year))
        .where(y.state != "open", a.act == "closed")
        .order_by(a.id)
    )
    heads: dict[int, dict[int, str]] = {}
    for fund_id, book_year, hash_ in rows:
        heads.setdefault(fund_id, {})[book_year] = hash_
    return heads
