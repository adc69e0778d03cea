"""What treasurers do in the demo besides cases: accounts, mandates, collections, cards, and odd receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from casework.accounts.service import confirm_account, propose_account
from casework.collections import batches
from casework.collections.due import collectable
from casework.collections.mandates import confirm_mandate, record_mandate
from casework.collections.queries import collection_batch
from casework.collections.refusals import Scheme
from casework.demo.bank import DemoBank
from casework.demo.cast import emails_with
from casework.demo.statements import COLLECTED, PAID
from casework.payout.cards import buy_cards
from casework.payout.fund_payments import ask_cards
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.bank.payment_file import next_bank_day
from rules.roles import Role

MANDATED = ("brabantwonen", "zayaz")
TO_CONFIRM = "cello"  # its mandate was recorded, another treasurer has to look at it
MOVED = "brabantzorg"  # a new account number waits for a second pair of eyes
CARDS = "Warenhuis De Markt"


class Treasury:
    """Plans what treasurers do, so that every page of theirs has something on it."""

    def __init__(self, bank: DemoBank, partners: list[tuple[str, str]]) -> None:
        self.bank, self.stage = bank, bank.stage
        self.partners = partners  # code and name
        self.first, self.second = emails_with(Role.TREASURER)[:2]

    def plan(self, first_day: date) -> None:
        """Accounts on the first day; mandates and collections from the first statement on."""
        until = self._until()
        self._on(first_day, 9.5, self._accounts)
        self._on(self.bank.opens_on - timedelta(days=20), 10, self._buy_cards)
        self._on(self.bank.opens_on, 10, self._mandates)
        for weeks in (2, 5):
            self._on(self.bank.opens_on + timedelta(weeks=weeks), 11, partial(self._collect, release=True))
        self._on(_working_days_before(until, 5), 10, self._odd_receipts)
        self._on(_working_days_before(until, 2), 11, self._left_to_do)
        self._on(_working_days_before(until, 1), 11, partial(self._collect, release=False))

    def _on(self, day: date, hour: float, act: Callable[[datetime], None]) -> None:
        self.stage.plan(self.stage.moment(day, hour), act)

    def _until(self) -> date:
        return self.stage.curtain_utc.astimezone(self.stage.zone).date()

    def _accounts(self, at_utc: datetime) -> None:
        """The accounts of all partners, proposed by one and confirmed by the other."""
        one, other = self.stage.work(self.first, at_utc), self.stage.work(self.second, at_utc)
        for code, name in self.partners:
            made = propose_account(
                one, partner=code, holder=name, iban=self.bank.iban_of(code), from_on=one.today, reason=""
            )
            confirm_account(other, account_id=made)

    def _mandates(self, at_utc: datetime) -> None:
        one, other = self.stage.work(self.first, at_utc), self.stage.work(self.second, at_utc)
        for code in MANDATED:
            made = record_mandate(
                one, partner=code, reference=f"MACHTIGING-{code}", scheme=Scheme.CORE,
                signed_on=one.today - timedelta(days=7), holder=dict(self.partners)[code],
                iban=self.bank.iban_of(code),
            )  # fmt: skip
            confirm_mandate(other, mandate_id=made)

    def _collect(self, at_utc: datetime, *, release: bool) -> None:
        """The second treasurer gathers what is due of who gave a mandate; the first releases it."""
        work = self.stage.work(self.second, at_utc)
        # What is left for the visitor to release must not be too late by then.
        ahead = timedelta(days=2 if release else 10)
        on = batches.earliest_day(work.today + ahead)
        due = collectable(work, on)
        if not due:
            return
        reference = batches.prepare_collections(
            work, claims=[one.claim for one in due], collect_on=on, key=self.stage.key()
        )
        if release:
            self._release(reference, at_utc)

    def _release(self, reference: str, at_utc: datetime) -> None:
        work = self.stage.work(self.first, at_utc)
        seen = collection_batch(work, reference)
        batches.release_collections(
            work,
            reference=reference,
            seen=seen.seal,
            typed_cents=seen.row.total_cents,
            typed_count=seen.row.line_count,
            key=self.stage.key(),
        )
        batches.note_uploaded(work, reference=reference, uploaded_on=work.today)
        for line in seen.lines:
            arrives = partial(
                self.bank.moves,
                cents=line.amount_cents,
                other=(line.partner_name, line.iban),
                text="Incasso",
                code=COLLECTED,
                end_to_end_id=line.end_to_end_id,
            )
            self._on(seen.row.collect_on, 12, arrives)

    def _buy_cards(self, at_utc: datetime) -> None:
        """Cards from a shop, paid straight from the account: before the first statement, so by hand."""
        work = self.stage.work(self.first, at_utc)
        buy_cards(
            work, supplier=CARDS, amount_cents=50_000, bought_on=work.today,
            description="Tien kaarten van € 50", key=self.stage.key(),
        )  # fmt: skip

    def _odd_receipts(self, at_utc: datetime) -> None:
        """What no rule can be sure of: for the visitor to recognise."""
        account = self.bank.iban_of
        friends = ("Stichting Vrienden van de Stad", account("friends"))
        self.bank.moves(at_utc, 25_000, friends, "Gift voor de pot")
        self.bank.moves(at_utc, -4_840, ("Drukkerij Van Dijk", account("printer")), "Factuur 2213", code=PAID)
        owing = ledger_claims.open_claims(
            self.stage.session, network=self.stage.network.code, account=Account.PARTNER_CLAIMS
        )
        for owed in [one for one in owing if one.party not in MANDATED][:2]:
            # The right sum and name, but an account that nobody knows and no reference.
            payer = (owed.party_name, account(f"other account of {owed.party}"))
            self.bank.moves(at_utc, owed.open_cents, payer, "Betaling doorbraak")

    def _left_to_do(self, at_utc: datetime) -> None:
        """By the second treasurer, for the visitor to look at."""
        work = self.stage.work(self.second, at_utc)
        ask_cards(
            work, supplier=CARDS, iban=self.bank.iban_of("cards"), amount_cents=25_000,
            description="Vijf kaarten van € 50", key=self.stage.key(),
        )  # fmt: skip
        names = dict(self.partners)
        propose_account(
            work, partner=MOVED, holder=names[MOVED], iban=self.bank.iban_of(f"new {MOVED}"),
            from_on=next_bank_day(work.today + timedelta(days=7)), reason="Nieuwe bank per brief gemeld.",
        )  # fmt: skip
        record_mandate(
            work, partner=TO_CONFIRM, reference=f"MACHTIGING-{TO_CONFIRM}", scheme=Scheme.CORE,
            signed_on=work.today - timedelta(days=3), holder=names[TO_CONFIRM],
            iban=self.bank.iban_of(TO_CONFIRM),
        )  # fmt: skip


def _working_days_before(day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < 5
    return day
