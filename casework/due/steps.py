"""The steps that time brings, in the order in which they are taken.

A new one is a line here: :func:`casework.due.step.each` over a function that finds items and one that does
an item, :func:`casework.due.step.once` for one thing per network, or a :class:`casework.due.step.Step` that
works with the bench itself. Steps that tell people something come last: they tell what the others did.
"""

from __future__ import annotations

from casework.audit.record import record
from casework.bank.booking import book_left
from casework.context import Work
from casework.due.bank_files import read_left
from casework.due.mail import letters_due, send_due_letter, send_outbox
from casework.due.step import Step, each, once
from casework.mail.digest import gathered, send_digest
from casework.network.load import follow_buffer
from casework.payout import expiry
from casework.settlement import by_time


def _buffer(work: Work) -> str | None:
    """Bring the fund's buffer to the policy that holds today."""
    cents = follow_buffer(work.session, work.network, work.now_utc)
    if cents is None:
        return None
    record(work, "network.buffer", work.network.code, amount_cents=cents)
    return f"the buffer is now EUR {cents // 100}.{cents % 100:02d}."


STEPS: tuple[Step, ...] = (
    once("buffer", _buffer),
    Step("bank.files", read_left),
    Step("bank.lines", book_left),
    each("commitment.expire", expiry.expired_lines, expiry.release_expired),
    each("settlement.silence", by_time.silent, by_time.let_silence_decide),
    each("settlement.outside", by_time.left_by_outside, by_time.let_outside_fall_back),
    each("settlement.executives", by_time.short_of_quorum, by_time.let_executives_decide),
    each("reminders", letters_due, send_due_letter),
    each("mail.digest", gathered, send_digest),
    Step("mail", send_outbox),
)
