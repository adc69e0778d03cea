"""A journal that ``hledger check -s`` accepts: accounts declared, and every balance asserted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TextIO

from sqlalchemy.orm import Session

from ledger.accounts import RULES, Account, AccountType, Subject
from ledger.entries import PostedEntry
from ledger.export.names import account_name, euros, main_account_name
from ledger.export.reading import Extent, Progress, entries, sub_account_balances, year_ends

ASSERTIONS_PER_TRANSACTION = 100
# hledger's letter for the kind of an account, in its declaration.
_KINDS = {
    AccountType.ASSET: "A",
    AccountType.LIABILITY: "L",
    AccountType.EQUITY: "E",
    AccountType.EXPENSE: "X",
    AccountType.INCOME: "R",
}
# In a comment hledger reads "name:value" as a tag up to a comma, and brackets as a date of the posting.
_SPECIAL = re.compile(r"[%,:;\[\]|]")


def write(session: Session, out: TextIO, *, network: str, found: Extent, progress: Progress | None) -> None:
    """Write the whole book of ``network`` to ``out``."""
    out.write(f"; The book of {_comment(network)}, {found.entry_count} entries.\n")
    out.write(f"; The chain's head is {found.head_hash}\n")
    out.write("; In names and causes, -x2e- and %2e are the character with that code.\n\n")
    out.write("decimal-mark .\ncommodity 1000.00 EUR\n\n")
    for account in Account:
        out.write(f"account {main_account_name(account)}  ; type: {_KINDS[RULES[account].type]}\n")
    for key, _ in sub_account_balances(session, network=network):
        if RULES[key.account].subject is not Subject.NONE:
            out.write(f"account {account_name(key)}\n")
    for entry in entries(session, network=network, found=found, progress=progress):
        _write_entry(out, entry)
    for year, totals in year_ends(session, network=network, found=found):
        lines = [(main_account_name(account), "=*", cents) for account, cents in totals.items()]
        _write_assertions(out, date(year, 12, 31), lines)
    _write_assertions(out, found.last_on, _final(session, network))


def _write_entry(out: TextIO, entry: PostedEntry) -> None:
    out.write(f"\n{entry.booked_on} * ({entry.book_year}-{entry.number}) {entry.kind}\n")
    reverses = "" if entry.reverses is None else f", reverses:{entry.reverses}"
    out.write(f"    ; id:{entry.id}{reverses}, cause:{_comment(entry.cause)}\n")
    out.write(f"    ; hash:{entry.hash}\n")
    for leg in entry.legs:
        out.write(f"    {account_name(leg.key)}  {euros(leg.amount_cents)} EUR\n")


def _final(session: Session, network: str) -> Iterator[tuple[str, str, int]]:
    for key, cents in sub_account_balances(session, network=network):
        yield account_name(key), "=", cents


def _write_assertions(out: TextIO, on: date, lines: Iterable[tuple[str, str, int]]) -> None:
    """Postings of nothing that say what the balance must be by then."""
    left = iter(lines)
    while some := list(islice(left, ASSERTIONS_PER_TRANSACTION)):
        out.write(f"\n{on} * balances\n")
        for name, sign, cents in some:
            out.write(f"    {name}  0.00 EUR {sign} {euros(cents)} EUR\n")


def _comment(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"%{ord(found[0]):02x}", text)
