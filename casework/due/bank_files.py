"""Files from the bank that a stopped server left lying, and statements that fit by now."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app

from casework.audit.record import record
from casework.bank.file_reading import files_left, read_and_book
from casework.bank.files import set_all_in_row
from casework.due.step import Bench
from config.settings import Settings


def read_left(bench: Bench) -> None:
    """Read every file that nobody reads, and try again what was set aside."""
    settings = current_app.extensions["omloop_settings"]
    assert isinstance(settings, Settings)
    with bench.work(write=False) as work:
        left = files_left(work.session, network_id=bench.network_id, now_utc=bench.now_utc)
    for file_id in left:
        with bench.item(f"bank file {file_id}"):
            if read_and_book(bench.engine, file_id=file_id, folder=settings.uploads, clock=_going_on(bench)):
                bench.did(f"bank file {file_id} was read.")
    with bench.item("statements set aside"):
        with bench.work() as work:
            taken = set_all_in_row(work)
            if taken:
                record(work, "bank.fit", work.network.code, statements=taken)
        if taken:
            bench.did(f"{taken} statements that were set aside fit now.")


def _going_on(bench: Bench) -> Callable[[], datetime]:
    """A clock that begins at the moment of the run: the lease of a file is kept while it is read."""
    begun = time.monotonic()
    return lambda: bench.now_utc + timedelta(seconds=time.monotonic() - begun)
