"""The audit file is valid against its schema and the rules beyond it, and opens and closes like the book."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import pyxaf

from ledger.export import Format, NothingToExport
from ledger.snapshot import snapshot
from ledger.statements import year_totals
from tests.integration.ledger.book_of_tests import Book
from tests.integration.ledger_export.conftest import Export

# Several of our accounts share a code of the reference chart, which has none for each; the schema allows it.
SHARED_RGS_CODE = "XAF6003"


ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_audit_file_is_valid_and_adds_up_to_the_book(lived: Book, exported: Export) -> None:
    for year in (2025, 2026):
        path, done = exported(Format.XAF, year)
        report = pyxaf.validate(path, xsd=True)
        assert [str(finding) for finding in report.errors] == []
        assert {finding.code for finding in report.warnings} <= {SHARED_RGS_CODE}
        opening, moved, transactions = _read(path)
        assert transactions == done.entry_count
        with snapshot(lived.engine) as session:
            totals = year_totals(session, network=lived.network, year=year)
        for account, total in totals.items():
            assert opening.get(account.value, 0) == total.opening_cents
            assert opening.get(account.value, 0) + moved.get(account.value, 0) == total.closing_cents


def _read(path: Path) -> tuple[dict[str, int], dict[str, int], int]:
    """Opening balance and movement per account, and the number of transactions."""
    moved: defaultdict[str, int] = defaultdict(int)
    count = 0
    with pyxaf.open(path) as file:
        for transaction in file.transactions():
            count += 1
            for line in transaction.lines:
                moved[line.account_id] += int(line.signed_amount * 100)
        opening = file.opening_balance().by_account().items()
        return {account: int(amount * 100) for account, amount in opening}, moved, count


@ON_SQLITE
def test_schema_check_would_notice(exported: Export) -> None:
    path, _ = exported(Format.XAF, 2026)
    path.write_text(path.read_text().replace("<jrnTp>M</jrnTp>", "<jrnTp>Q</jrnTp>"))
    assert not pyxaf.validate(path, xsd=True).ok


@ON_SQLITE
def test_last_year_is_the_default_and_an_empty_one_is_refused(exported: Export) -> None:
    path, done = exported(Format.XAF)
    assert done.year == 2026
    text = path.read_text()
    assert "<fiscalYear>2026</fiscalYear>" in text
    with pytest.raises(NothingToExport):
        exported(Format.XAF, 2019)
    # No text begins like a formula, whatever a cause begins with.
    assert "other_income: =rente" in text
    for sign in "=+-@":
        assert f">{sign}" not in text
