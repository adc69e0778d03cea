"""A book that ``bean-check`` accepts, with every balance asserted without tolerance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TextIO

from sqlalchemy.orm import Session

from ledger.accounts import RULES, Account, Subject
from ledger.entries import PostedEntry
from ledger.export.names import account_name, euros, main_account_name
from ledger.export.reading import Extent, Progress, entries, sub_account_balances, year_ends


def write(session: Session, out: TextIO, *, network: str, found: Extent, progress: Progress | None) -> None:
    """Write the whole book of ``network`` to ``out``."""
    out.write(f'option "title" {_quoted(network)}\n')
    out.write('option "operating_currency" "EUR"\n')
    out.write(f"; {found.entry_count} entries. In names, -x2e- is the character with that code.\n")
    out.write(f'{found.first_on} custom "head" "{found.head_hash}"\n\n')
    out.write(f"{found.first_on} commodity EUR\n")
    for account in Account:
        out.write(f"{found.first_on} open {main_account_name(account)} EUR\n")
    for key, _ in sub_account_balances(session, network=network):
        if RULES[key.account].subject is not Subject.NONE:
            out.write(f"{found.first_on} open {account_name(key)} EUR\n")
    for entry in entries(session, network=network, found=found, progress=progress):
        _write_entry(out, entry)
    out.write("\n")
    for year, totals in year_ends(session, network=network, found=found):
        for account, cents in totals.items():
            _assert_balance(out, date(year + 1, 1, 1), main_account_name(account), cents)
    # beancount asserts what stands before the day begins.
    for key, cents in sub_account_balances(session, network=network):
        _assert_balance(out, found.last_on + timedelta(days=1), account_name(key), cents)


def _write_entry(out: TextIO, entry: PostedEntry) -> None:
    number = f"{entry.book_year}-{entry.number}"
    out.write(f'\n{entry.booked_on} * "{entry.kind}" {_quoted(entry.cause)}\n')
    out.write(f'  number: "{number}"\n  id: "{entry.id}"\n  hash: "{entry.hash}"\n')
    if entry.reverses is not None:
        out.write(f'  reverses: "{entry.reverses}"\n')
    for leg in entry.legs:
        out.write(f"  {account_name(leg.key)}  {euros(leg.amount_cents)} EUR\n")


def _assert_balance(out: TextIO, on: date, name: str, cents: int) -> None:
    # Without a tolerance of its own beancount lets a cent pass.
    out.write(f"{on} balance {name}  {euros(cents)} ~ 0 EUR\n")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
