"""hledger and beancount themselves read the book and come to the same balances, to the cent."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction

from ledger.export import Exported, Format
from tests.integration.ledger.book_of_tests import Book
from tests.integration.ledger_export.conftest import Export, every_balance
from tests.integration.ledger_export.history import AWKWARD, EVERY_KIND, kinds_of

needs_hledger = pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")


def _hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["hledger", "-f", path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )


def _bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("bean-check")
    return subprocess.run([program, "--no-cache", path], capture_output=True, text=True, check=False)


def _with_parents(own: dict[str, int]) -> dict[str, int]:
    """Balances of sub-accounts and of main accounts, zeros left out."""
    totals: defaultdict[str, int] = defaultdict(int)
    for name, cents in own.items():
        totals[":".join(name.split(":")[:2])] += cents
    return {name: cents for name, cents in (own | totals).items() if cents}


def _spoil_last_amount(path: Path, done: Exported) -> None:
    """One cent more in the entry with the last hash, on both its legs: it still balances."""
    text = path.read_text()
    begin = text.index(done.head_hash, text.index(done.head_hash) + 1)
    end = text.index("\n\n", begin)
    legs = re.sub(r"(\d+)\.(\d\d) EUR", lambda m: f"{int(m[1]) + 1}.{m[2]} EUR", text[begin:end])
    path.write_text(text[:begin] + legs + text[end:])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_history_holds_every_kind(lived: Book) -> None:
    assert kinds_of(lived) == EVERY_KIND
    assert lived.verify().problems == ()


@needs_hledger
def test_hledger_accepts_the_book_and_agrees_on_every_balance(lived: Book, exported: Export) -> None:
    path, done = exported(Format.HLEDGER)
    strict = _hledger(path, "check", "-s")
    assert (strict.returncode, strict.stderr) == (0, "")
    rows = csv.reader(_hledger(path, "balance", "--flat", "-N", "-O", "csv").stdout.splitlines()[1:])
    own = {name: int(Decimal(amount.removesuffix(" EUR") or 0) * 100) for name, amount in rows}
    assert _with_parents(own) == every_balance(lived)
    assert path.read_text().count("; hash:") == done.entry_count
    _spoil_last_amount(path, done)
    spoiled = _hledger(path, "check", "-s")
    assert spoiled.returncode == 1
    assert "balance assertion" in spoiled.stderr


def test_beancount_accepts_the_book_and_agrees_on_every_balance(lived: Book, exported: Export) -> None:
    path, done = exported(Format.BEANCOUNT)
    checked = _bean_check(path)
    assert (checked.returncode, checked.stderr) == (0, "")
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    booked = [entry for entry in entries if isinstance(entry, Transaction)]
    assert len(booked) == done.entry_count
    own: defaultdict[str, int] = defaultdict(int)
    for entry in booked:
        for posting in entry.postings:
            own[posting.account] += int(posting.units.number * 100)
    assert _with_parents(own) == every_balance(lived)
    assert AWKWARD in {entry.narration for entry in booked}
    _spoil_last_amount(path, done)
    assert "Balance failed" in _bean_check(path).stderr
