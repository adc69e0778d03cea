"""Everything that posting keeps beside the entries, compared with what the entries say.

What grows with the book is compared by the database, in statements that return only the rows that differ,
so that memory does not grow with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import Connection, select, text

from ledger import tables
from ledger.tables import IDS_PER_FUND
from ledger.verify.chain import PROBLEMS_KEPT, Chain
from ledger.verify.report import Problem

_BALANCES = """
SELECT t.account, t.subject, t.cents, b.balance_cents FROM (
  SELECT account, subject, sum(amount_cents) AS cents FROM ledger_leg
  WHERE entry_id BETWEEN :first AND :last AND subject <> '' GROUP BY account, subject) t
LEFT JOIN ledger_balance b ON b.fund_id = :fund AND b.account = t.account AND b.subject = t.subject
WHERE b.balance_cents IS NULL OR b.balance_cents <> t.cents LIMIT :most"""

_BALANCES_WITHOUT_LEGS = """
SELECT b.account, b.subject, b.balance_cents FROM ledger_balance b
WHERE b.fund_id = :fund AND b.subject <> '' AND NOT EXISTS (
  SELECT 1 FROM ledger_leg l WHERE l.account = b.account AND l.subject = b.subject
    AND l.entry_id BETWEEN :first AND :last)
UNION ALL
SELECT b.account, b.subject, b.balance_cents FROM ledger_balance b
WHERE b.fund_id = :fund AND b.subject = '' AND NOT EXISTS (
  SELECT 1 FROM ledger_leg l WHERE l.account = b.account AND l.entry_id BETWEEN :first AND :last)
LIMIT :most"""

_MONTHS = "SELECT month, account, kind, debit_cents, credit_cents FROM ledger_month WHERE fund_id = :fund"

_REVERSALS = """
SELECT e.book_year, e.number FROM ledger_entry e
WHERE e.fund_id = :fund AND e.reverses IS NOT NULL AND (
  NOT EXISTS (SELECT 1 FROM ledger_entry o
              WHERE o.id = e.reverses AND o.fund_id = e.fund_id AND o.kind <> 'reversal' AND o.id < e.id)
  OR (SELECT count(*) FROM ledger_leg l WHERE l.entry_id = e.id)
     <> (SELECT count(*) FROM ledger_leg l JOIN ledger_leg p ON p.entry_id = e.reverses
           AND p.account = l.account AND p.subject = l.subject AND p.amount_cents = -l.amount_cents
         WHERE l.entry_id = e.id)
  OR (SELECT count(*) FROM ledger_leg l WHERE l.entry_id = e.id)
     <> (SELECT count(*) FROM ledger_leg p WHERE p.entry_id = e.reverses))
LIMIT :most"""

_CROSSED = """
SELECT account, subject, balance_cents FROM ledger_balance
WHERE fund_id = :fund
  AND ((account IN ('1160', '1300', '1310', '1320', '1400') AND balance_cents < 0)
       OR (account IN ('1150', '2100', '2200', '2900') AND balance_cents > 0)) LIMIT :most"""

_CLAIMS = """
SELECT c.reference FROM ledger_claim c
LEFT JOIN ledger_leg l ON l.entry_id = c.entry_id AND l.account = c.account AND l.subject = c.reference
WHERE c.fund_id = :fund AND (l.amount_cents IS NULL OR l.amount_cents <> c.amount_cents) LIMIT :most"""

_CLAIMS_WITHOUT_PARTY = """
SELECT b.account, b.subject FROM ledger_balance b
WHERE b.fund_id = :fund AND b.account IN ('1300', '1310', '1320') AND b.subject <> ''
  AND NOT EXISTS (SELECT 1 FROM ledger_claim c
                  WHERE c.fund_id = b.fund_id AND c.account = b.account AND c.reference = b.subject)
LIMIT :most"""

_PLANS = """
SELECT c.reference FROM ledger_claim c
JOIN ledger_instalment i ON i.claim_id = c.id AND i.plan = c.plan
WHERE c.fund_id = :fund GROUP BY c.id, c.reference, c.planned_cents
HAVING sum(i.amount_cents) <> c.planned_cents LIMIT :most"""

_AFTER_CLOSING = """
SELECT e.book_year, e.number FROM ledger_entry e
WHERE e.fund_id = :fund AND e.book_year = :year AND e.id > :closing LIMIT :most"""

_BUFFER = """
SELECT f.buffer_cents FROM ledger_fund f
WHERE f.id = :fund AND f.buffer_cents <> (
  SELECT c.buffer_cents FROM ledger_buffer_change c WHERE c.fund_id = f.id ORDER BY c.id DESC LIMIT 1)"""


def check_derived(connection: Connection, chain: Chain, closings: Mapping[int, str]) -> Iterator[Problem]:
    """Every difference between what is kept for the fund of ``chain`` and what its entries say.

    ``closings`` has the head of the chain at the last closing of each year that is closed.
    """
    yield from _fund_and_years(connection, chain)
    yield from _months(connection, chain)
    yield from _main_balances(connection, chain)
    yield from _after_closing(connection, chain, closings)
    describe: list[tuple[str, Callable[..., tuple[str, str]]]] = [
        (_REVERSALS, lambda y, n: (f"entry {y}-{n}", "it is not the mirror of the entry it reverses")),
        (_BALANCES, lambda a, s, t, b: (f"balance {a} {s}".strip(), f"is {b}, the legs say {t}")),
        (_BALANCES_WITHOUT_LEGS, lambda a, s, b: (f"balance {a} {s}".strip(), f"is {b}, without legs")),
        (_CROSSED, lambda a, s, t: (f"balance {a} {s}".strip(), f"{t} is on the wrong side of zero")),
        (_CLAIMS, lambda r: (f"claim {r}", "its amount is not that of its entry")),
        (_CLAIMS_WITHOUT_PARTY, lambda a, s: (f"balance {a} {s}", "there is no claim behind it")),
        (_PLANS, lambda r: (f"claim {r}", "its instalments do not sum to its plan")),
        (_BUFFER, lambda b: ("fund", f"its buffer {b} is not the last one set")),
    ]
    parameters = {
        "fund": chain.fund_id,
        "first": chain.fund_id * IDS_PER_FUND,
        "last": (chain.fund_id + 1) * IDS_PER_FUND - 1,
        "most": PROBLEMS_KEPT,
    }
    for statement, words in describe:
        names = {name for name in parameters if f":{name}" in statement}
        bound = {name: value for name, value in parameters.items() if name in names}
        for row in connection.execute(text(statement), bound):
            yield Problem(chain.network, *words(*row))


def _months(connection: Connection, chain: Chain) -> Iterator[Problem]:
    rows = connection.execute(text(_MONTHS), {"fund": chain.fund_id})
    kept = {(row.month, row.account, row.kind): [row.debit_cents, row.credit_cents] for row in rows}
    true = chain.months
    for key in sorted(kept.keys() | true.keys()):
        if kept.get(key) != true.get(key):
            where = "month " + " ".join(str(part) for part in key)
            yield Problem(chain.network, where, f"is {kept.get(key)}, the legs say {true.get(key)}")


def _main_balances(connection: Connection, chain: Chain) -> Iterator[Problem]:
    """Main accounts, with sub-accounts or without: what the pass over the chain added up."""
    true: Counter[str] = Counter()
    for (_, account, _), (debit_cents, credit_cents) in chain.months.items():
        true[account] += debit_cents - credit_cents
    b = tables.balance.c
    query = select(b.account, b.balance_cents).where(
        b.fund_id == chain.fund_id, b.subject == "", b.account.in_(list(true))
    )
    kept: dict[str, int] = dict(connection.execute(query).all())
    for account in sorted(true):
        if kept.get(account) != true[account]:
            what = f"is {kept.get(account)}, the legs say {true[account]}"
            yield Problem(chain.network, f"balance {account}", what)


def _after_closing(connection: Connection, chain: Chain, closings: Mapping[int, str]) -> Iterator[Problem]:
    """After a year was closed (and not reopened) nothing may have been dated into it."""
    for year, head in closings.items():
        if head not in chain.found:
            yield Problem(chain.network, f"year {year}", "the chain does not contain its closing")
            continue
        bound = {
            "fund": chain.fund_id,
            "year": year,
            "closing": chain.found[head],
            "most": PROBLEMS_KEPT,
        }
        for book_year, number in connection.execute(text(_AFTER_CLOSING), bound):
            yield Problem(chain.network, f"entry {book_year}-{number}", "it was dated into a closed year")


def _fund_and_years(connection: Connection, chain: Chain) -> Iterator[Problem]:
    bound = {"fund": chain.fund_id}
    fund = connection.execute(
        text("SELECT entry_count, head_hash, closed_through FROM ledger_fund WHERE id = :fund"), bound
    ).one()
    if fund.entry_count != chain.entry_count:
        yield Problem(
            chain.network, "fund", f"{fund.entry_count} entries were posted, {chain.entry_count} are there"
        )
    if fund.head_hash != chain.head:
        yield Problem(chain.network, "fund", "the head of the chain is not the last entry's hash")
    years = connection.execute(
        text("SELECT book_year, last_number, state FROM ledger_year WHERE fund_id = :fund"), bound
    ).all()
    kept = {row.book_year: row.last_number for row in years if row.last_number}
    for year in sorted(kept.keys() | chain.last_numbers.keys()):
        if kept.get(year, 0) != chain.last_numbers.get(year, 0):
            yield Problem(
                chain.network,
                f"year {year}",
                f"{kept.get(year, 0)} numbers were given, {chain.last_numbers.get(year, 0)} are there",
            )
    closed = max((row.book_year for row in years if row.state != "open"), default=0)
    if fund.closed_through != closed:
        yield Problem(chain.network, "fund", f"closed through {fund.closed_through}, the years say {closed}")
