"""Any sequence of events against a plain model: a dictionary of balances.

The model decides what must be accepted; the book must agree on every outcome and every balance, and
verify clean at the end.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import Engine

from errors import OmloopError
from ledger import cash_flows, closing, events, statements
from ledger.accounts import AVAILABLE, CASH, RULES, Account
from ledger.entries import GUARDED, GUARDED_WHEN_REVERSED, SETTLING, Draft, EntryKind, PostedEntry
from ledger.snapshot import snapshot
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, Book, open_book

# Few names and few amounts, so that events often meet on the same sub-account and at the same limit.
CASES = st.sampled_from(["C1", "C1", "C2"])
NAMES = st.sampled_from(["P1", "P1", "P2"])
CLAIMS = st.sampled_from(["V1", "V2"])
CLAIM_ACCOUNTS = st.sampled_from([Account.PARTNER_CLAIMS, Account.RESIDENT_CLAIMS, Account.OUTSIDE_CLAIMS])
AMOUNTS = st.sampled_from([1, 10, 10, 20, 30])
DATES = st.sampled_from([date(2025, 11, 3), date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28)])

# Every event with what it takes; the amount is drawn for all of them.
EVENTS: list[tuple[Callable[..., Draft], dict[str, st.SearchStrategy[Any]]]] = [
    (events.contribution_received, {"partner": NAMES}),
    (events.contribution_paid_back, {"partner": NAMES, "payment": NAMES}),
    (events.case_approved, {"case": CASES}),
    (events.commitment_raised, {"case": CASES}),
    (events.commitment_released, {"case": CASES}),
    (events.payment_ordered, {"case": CASES, "payment": NAMES}),
    (events.payment_seen, {"payment": NAMES}),
    (events.payment_rejected, {"case": CASES, "payment": NAMES}),
    (events.payment_returned, {"case": CASES}),
    (events.cards_bought, {"payment": NAMES}),
    (events.cards_handed_out, {"case": CASES}),
    (events.partner_paid_in_advance, {"case": CASES, "partner": NAMES}),
    (events.advance_refunded, {"partner": NAMES, "payment": NAMES}),
    (events.advance_set_off, {"partner": NAMES, "claim": CLAIMS}),
    (events.settled_as_gift, {"case": CASES}),
    (events.repayment_received, {"account": CLAIM_ACCOUNTS, "claim": CLAIMS}),
    (events.payee_refund_unsettled, {"case": CASES}),
    (events.claim_fell_back, {"case": CASES, "account": CLAIM_ACCOUNTS, "claim": CLAIMS}),
    (events.repaid_part_fell_back, {"case": CASES, "receipt": NAMES}),
    (events.claim_written_off, {"account": CLAIM_ACCOUNTS, "claim": CLAIMS}),
    (events.written_off_claim_received, {}),
    (events.receipt_unrecognised, {"receipt": NAMES}),
    (events.receipt_sent_back, {"receipt": NAMES, "payment": NAMES}),
    (events.recognised_as_contribution, {"receipt": NAMES, "partner": NAMES}),
    (events.recognised_as_refund, {"receipt": NAMES, "case": CASES}),
    (events.recognised_as_repayment, {"receipt": NAMES, "account": CLAIM_ACCOUNTS, "claim": CLAIMS}),
    (events.bank_costs, {}),
    (events.other_costs, {}),
    (events.other_income, {}),
]


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Any event with any facts; the key is set when it is posted."""
    event, facts = draw(st.sampled_from(EVENTS))
    drawn = {name: draw(strategy) for name, strategy in facts.items()}
    return event(**drawn, amount_cents=draw(AMOUNTS), booked_on=draw(DATES), cause="c", key="k")


@st.composite
def settlements(draw: st.DrawFn) -> Draft:
    """A case settled over one or two claims, or refunded by its payee after it was settled."""
    accounts = draw(st.lists(CLAIM_ACCOUNTS, min_size=1, max_size=2, unique=True))
    shares = [events.ClaimShare(account, draw(CLAIMS), draw(AMOUNTS)) for account in accounts]
    rest = {"booked_on": draw(DATES), "cause": "c", "key": "k"}
    if draw(st.booleans()):
        return events.settled(case=draw(CASES), claims=shares, **rest)
    share = shares[0]
    return events.payee_refund_settled(
        account=share.account,
        claim=share.claim,
        open_cents=draw(AMOUNTS),
        receipt=draw(NAMES),
        amount_cents=share.amount_cents,
        **rest,
    )


class Model:
    """The rules of the domain in as few lines as they take."""

    def __init__(self) -> None:
        self.balances: dict[tuple[Account, str], int] = defaultdict(int)
        self.closed_through = 0
        self.reversed: set[int] = set()
        self.posted: list[PostedEntry] = []

    def accepts(self, draft: Draft, *, guarded: bool) -> bool:
        """Whether the book must take ``draft``."""
        if draft.booked_on.year <= self.closed_through:
            return False
        after = defaultdict(int, self.balances)
        for leg in draft.legs:
            account, subject = leg.key.account, leg.key.subject
            after[account, subject] += leg.amount_cents
            if not RULES[account].leaning.allows(after[account, subject]) and not RULES[
                account
            ].leaning.allows(leg.amount_cents):
                return False
            if draft.kind in SETTLING and account is Account.UNSETTLED_CASES:
                paid = self.balances[account, subject] + self.balances[Account.COMMITMENTS, subject]
                if -leg.amount_cents > paid:
                    return False
        available = sum(cents for (account, _), cents in after.items() if account in AVAILABLE)
        return not guarded or available >= 0

    def take(self, entry: PostedEntry) -> None:
        """Book ``entry``."""
        self.posted.append(entry)
        for leg in entry.legs:
            self.balances[leg.key.account, leg.key.subject] += leg.amount_cents


class BookMachine(RuleBasedStateMachine):
    """Posts, repeats, reverses and closes; ``engine_factory`` is set by the test."""

    engine_factory: Callable[[], Engine]

    @initialize(contribution=st.integers(0, 200))
    def open(self, contribution: int) -> None:
        self.book: Book = open_book(type(self).engine_factory())
        self.model = Model()
        if contribution:
            self.model.take(
                self.book.do(
                    events.contribution_received,
                    partner="P1",
                    amount_cents=contribution,
                    on=date(2025, 11, 1),
                )
            )

    def attempt(self, post: Callable[[], PostedEntry], *, expected: bool) -> None:
        try:
            entry = post()
        except OmloopError:
            assert not expected
        else:
            assert expected
            self.model.take(entry)

    @rule(case=CASES, approved=AMOUNTS, ordered=AMOUNTS, settled=AMOUNTS, on=DATES)
    def follow_a_case(self, case: str, approved: int, ordered: int, settled: int, on: date) -> None:
        rest = {"booked_on": on, "cause": "c", "key": "k"}
        share = events.ClaimShare(Account.PARTNER_CLAIMS, "V1", settled)
        self.post(events.case_approved(case=case, amount_cents=approved, **rest))
        self.post(events.payment_ordered(case=case, payment="P1", amount_cents=ordered, **rest))
        self.post(events.settled(case=case, claims=[share], **rest))

    @rule(draft=st.one_of(drafts(), drafts(), settlements()))
    def post_any(self, draft: Draft) -> None:
        self.post(draft)

    def post(self, draft: Draft) -> None:
        keyed = Draft(draft.kind, draft.booked_on, draft.legs, draft.cause, f"d{next(self.book.keys)}")
        expected = self.model.accepts(keyed, guarded=keyed.kind in GUARDED)
        self.attempt(lambda: self.book.post(keyed), expected=expected)

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        earlier = data.draw(st.sampled_from(self.model.posted))
        if earlier.kind is EntryKind.REVERSAL:
            return
        again = self.book.post(
            Draft(
                earlier.kind,
                earlier.booked_on,
                tuple(reversed(earlier.legs)),
                earlier.cause,
                earlier.idempotency_key,
            )
        )
        assert again == earlier
        assert again.repeated

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data(), on=DATES)
    def reverse(self, data: st.DataObject, on: date) -> None:
        entry = data.draw(st.sampled_from(self.model.posted))
        mirror = Draft(
            EntryKind.REVERSAL,
            on,
            tuple(type(leg)(leg.key, -leg.amount_cents) for leg in entry.legs),
            "fout",
            "k",
            reverses=entry.id,
        )
        fresh = entry.kind is not EntryKind.REVERSAL and entry.id not in self.model.reversed
        expected = fresh and self.model.accepts(mirror, guarded=entry.kind in GUARDED_WHEN_REVERSED)
        self.attempt(lambda: self.book.reverse(entry, on=on), expected=expected)
        if expected:
            self.model.reversed.add(entry.id)

    @precondition(lambda self: self.model.closed_through == 0 and len(self.model.posted) > 8)
    @rule()
    def close_the_first_year(self) -> None:
        with unit_of_work(self.book.engine) as session:
            entry = closing.close_year(
                session,
                network=self.book.network,
                year=2025,
                by="anna",
                statements_through=date(2025, 12, 31),
                recorded_at_utc=NOW,
            )
        if entry is not None:
            self.model.take(entry)
        self.model.closed_through = 2025

    @invariant()
    def balances_agree(self) -> None:
        if not hasattr(self, "book"):
            return
        position = self.book.position()
        cash = sum(cents for (account, _), cents in self.model.balances.items() if account in CASH)
        assert position.cash_cents == cash

    def teardown(self) -> None:
        if not hasattr(self, "book"):
            return
        for (account, subject), cents in self.model.balances.items():
            assert self.book.balance(account.value, subject) == cents
        with snapshot(self.book.engine) as session:
            for year in (2025, 2026):
                flows = cash_flows.cash_flows(session, network=self.book.network, year=year)
                assert flows.opening_cents + flows.in_cents - flows.out_cents == flows.closing_cents
            totals = statements.year_totals(session, network=self.book.network, year=2026)
        assert flows.closing_cents == sum(totals[account].closing_cents for account in CASH)
        for account in Account:
            modelled = sum(cents for (one, _), cents in self.model.balances.items() if one is account)
            assert totals[account].closing_cents == modelled
        # Claims posted without their party are this test's doing; everything else must be right.
        wrong = [str(p) for p in self.book.verify().problems if "no claim behind it" not in p.what]
        assert not wrong
        self.book.engine.dispose()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_any_sequence_of_events_agrees_with_the_model(
    backend: str, request: pytest.FixtureRequest, database_url: Callable[[str], str]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="omloop-model-"))
    template: Path = request.getfixturevalue("sqlite_template")

    def make() -> Engine:
        if backend == "postgresql":
            return build_engine(database_url(backend))
        path = folder / f"{len(list(folder.iterdir()))}.db"
        shutil.copyfile(template, path)
        return build_engine(f"sqlite:///{path}")

    machine = type("Machine", (BookMachine,), {"engine_factory": staticmethod(make)})
    try:
        run_machine(
            machine,
            settings=settings(
                max_examples=40 if backend == "sqlite" else 10,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        shutil.rmtree(folder)
