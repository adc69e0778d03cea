"""A book in which everything happened, on both databases, and its exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.accounts import Account
from ledger.balances import main_balances, subject_balances
from ledger.entries import AccountKey
from ledger.export import Exported, Format, export
from ledger.export.names import account_name, main_account_name
from ledger.snapshot import snapshot
from tests.integration.ledger.book_of_tests import Book
from tests.integration.ledger_export.history import lived_book

Export = Callable[..., tuple[Path, Exported]]


@pytest.fixture
def lived(engine: Engine) -> Book:
    """The book of :mod:`history`."""
    return lived_book(engine)


@pytest.fixture
def exported(lived: Book, tmp_path: Path) -> Export:
    """Export the book to a file: ``exported(format, year)``."""

    def to_file(format_: Format, year: int | None = None) -> tuple[Path, Exported]:
        path = tmp_path / f"book.{format_}"
        with snapshot(lived.engine) as session, path.open("w", encoding="utf-8") as out:
            done = export(
                session,
                out,
                network=lived.network,
                format_=format_,
                company_name='Proef & "Co" <x>',
                created_on=date(2027, 1, 1),
                year=year,
            )
        return path, done

    return to_file


def every_balance(book: Book) -> dict[str, int]:
    """The balance of each sub-account by its name in an export, and of each main account; zeros left out."""
    found: dict[str, int] = {}
    with snapshot(book.engine) as session:
        for account, cents in main_balances(session, network=book.network).items():
            found[main_account_name(account)] = cents
            for subject, own in subject_balances(session, network=book.network, account=account).items():
                found[account_name(AccountKey(account, subject))] = own
    assert len(found) > len(Account)
    return {name: cents for name, cents in found.items() if cents}
