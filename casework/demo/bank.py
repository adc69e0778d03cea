"""The demo's bank: what moves on the account comes on statements, which are taken in twice a week.

Before the first statement the treasurer booked by hand what the bank did, as in every network that begins;
from that day on nothing is. Most payers give the reference of their note, in one of the forms that people
use; some give none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from casework.accounts.find import fund_account_needed, partner_account
from casework.bank.booking import book_next
from casework.bank.facts import Remembered
from casework.bank.file_reading import take_at_once
from casework.context import Actor, Work
from casework.demo.cast import emails_with
from casework.demo.stage import Stage
from casework.demo.statements import COSTS, PAID, RECEIVED, Movement, statement_file
from casework.demo.stories import iban
from casework.network.tables import Partner
from casework.payout.tables import FundPayment, Payout
from ledger import book, tables
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.references import Reference, claim_reference, contribution_reference
from ledger.claims import Claim
from rules.roles import Role

STATEMENTS_SINCE = timedelta(weeks=9)
FETCHED_ON = (1, 4)  # Tuesday and Friday
_PROXY = "Bewindvoering De Dommel"  # who pays for a resident: residents have no names here


class DemoBank:
    """The account as the bank keeps it, and the treasurer who fetches its statements."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.treasurer = emails_with(Role.TREASURER)[0]
        self.remembered = Remembered()
        until = stage.curtain_utc.astimezone(stage.zone).date()
        self.opens_on = until - STATEMENTS_SINCE - timedelta(days=until.weekday())
        self._seed = seed
        self._ibans: dict[str, str] = {}
        self._moved: list[Movement] = []
        self._opening_cents: int | None = None
        self._opening_on = self.opens_on
        self._numbers: dict[int, int] = {}

    def open(self) -> None:
        """Plan fetching the statements up to the curtain."""
        day = self.opens_on
        until = self.stage.curtain_utc.astimezone(self.stage.zone).date()
        while day <= until:
            day += timedelta(days=1)
            if day.weekday() in FETCHED_ON:
                self.stage.plan(self.stage.moment(day), self._fetch)

    def tells(self, at_utc: datetime) -> bool:
        """Whether statements tell what the bank does at this moment; before, it is booked by hand."""
        return self._day(at_utc) >= self.opens_on

    def then(self, at_utc: datetime, act: Callable[[datetime], None]) -> None:
        """Perform ``act`` when the statement of this day was taken in."""
        day = self._day(at_utc) + timedelta(days=1)
        while day.weekday() not in FETCHED_ON:
            day += timedelta(days=1)
        self.stage.plan(self.stage.moment(day, 10), act)

    def iban_of(self, who: str) -> str:
        """The account of a payer: the one on record, or one made up for it."""
        if who not in self._ibans:
            partner_id = self.stage.session.scalar(
                select(Partner.id).where(Partner.network_id == self.stage.network.id, Partner.code == who)
            )
            session, until = self.stage.session, self.stage.curtain_utc.date()
            found = partner_account(session, partner_id, until) if partner_id else None
            self._ibans[who] = found.iban if found else iban(Random(f"{self._seed}:account:{who}"))
        return self._ibans[who]

    def debits(self, reference: str, at_utc: datetime) -> None:
        """A payment that was ordered leaves the account."""
        for table in (Payout, FundPayment):
            paid = self.stage.session.execute(
                select(table.payee_name, table.payee_iban, table.amount_cents).where(
                    table.network_id == self.stage.network.id, table.reference == reference
                )
            ).one_or_none()
            if paid is not None:
                payee = (paid.payee_name, paid.payee_iban)
                self.moves(at_utc, -paid.amount_cents, payee, reference, code=PAID, end_to_end_id=reference)

    def charges(self, cents: int, at_utc: datetime) -> None:
        """The bank's own costs."""
        self.moves(at_utc, -cents, ("", ""), "Kosten betaalrekening, kwartaal", code=COSTS)

    def repays(self, owed: Claim, cents: int, at_utc: datetime) -> None:
        """Who owes it pays (a part of) a claim, mostly with the reference of its note."""
        c = tables.claim.c
        fund_id = book.fund_id_of(self.stage.session.connection(), self.stage.network.code)
        row = self.stage.session.execute(
            select(c.id).where(c.fund_id == fund_id, c.reference == owed.reference)
        ).scalar_one()
        of_partner = owed.account is Account.PARTNER_CLAIMS
        name = owed.party_name if of_partner or owed.account is Account.OUTSIDE_CLAIMS else _PROXY
        reference = claim_reference(fund_id=fund_id, claim_id=row)
        drawn = Random(f"{owed.reference}:{at_utc:%Y%m%d}").random()
        text, structured = _as_people_write(reference, drawn, f"Terugbetaling casus {owed.case}")
        payer = owed.party if of_partner else f"{owed.account}:{owed.party}"
        self.moves(at_utc, cents, (name, self.iban_of(payer)), text, reference=structured)

    def contributes(self, code: str, year: int, cents: int, at_utc: datetime) -> None:
        """A partner pays its yearly contribution."""
        partner = self.stage.session.scalars(
            select(Partner).where(Partner.network_id == self.stage.network.id, Partner.code == code)
        ).one()
        fund_id = book.fund_id_of(self.stage.session.connection(), self.stage.network.code)
        reference = contribution_reference(fund_id=fund_id, partner_id=partner.id, year=year)
        payer = (partner.name, self.iban_of(code))
        self.moves(at_utc, cents, payer, f"Bijdrage {year}", reference=reference.rf)

    def moves(
        self,
        at_utc: datetime,
        cents: int,
        other: tuple[str, str],
        text: str,
        *,
        code: str = RECEIVED,
        end_to_end_id: str = "",
        reference: str = "",
    ) -> None:
        """Something moves on the account: from or to ``other``, a name and a number. The next statement
        tells.
        """
        day = self._day(at_utc)
        self._moved.append(Movement(day, cents, *other, text, code, end_to_end_id, reference))

    def _fetch(self, at_utc: datetime) -> None:
        """The treasurer fetches what moved up to yesterday and takes it in; the program books it."""
        today = self._day(at_utc)
        ready = sorted((one for one in self._moved if one.on < today), key=lambda one: one.on)
        if not ready:
            return
        self._moved = [one for one in self._moved if one.on >= today]
        work = self.stage.work(self.treasurer, at_utc)
        if self._opening_cents is None:
            self._opening_cents = balance_cents(work.session, network=work.network.code, account=Account.BANK)
        for year in sorted({one.on.year for one in ready}):
            self._take(work, [one for one in ready if one.on.year == year], year)
        program = Actor.program(network_id=work.network.id, network_code=work.network.code)
        books = Work(work.session, program, work.network, at_utc)
        while book_next(books, self.remembered) is not None:
            pass

    def _take(self, work: Work, moved: list[Movement], year: int) -> None:
        number = self._numbers.get(year, 0)
        opening_cents = self._opening_cents or 0
        content = statement_file(
            moved,
            iban=fund_account_needed(work.session, work.network.id, work.today).iban,
            opening_cents=opening_cents,
            opening_on=self._opening_on,
            first_number=number + 1,
        )
        take_at_once(work, file_name=f"camt053-{moved[-1].on}.xml", content=content)
        self._numbers[year] = number + len({one.on for one in moved})
        self._opening_cents = opening_cents + sum(one.cents for one in moved)
        self._opening_on = moved[-1].on

    def _day(self, at_utc: datetime) -> date:
        return at_utc.astimezone(self.stage.zone).date()


def _as_people_write(reference: Reference, drawn: float, otherwise: str) -> tuple[str, str]:
    """The free text and the structured reference with which somebody pays; ``drawn`` from 0 to 1."""
    if drawn < 0.5:
        return "", reference.rf
    if drawn < 0.68:
        return "", reference.digits
    if drawn < 0.88:
        return f"Nota {reference.rf_spaced}", ""
    return otherwise, ""
