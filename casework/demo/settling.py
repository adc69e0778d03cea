"""The second half of the circle in the demo: proposing, answering, deciding, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from casework.access import Permission
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.claims.service import book_repayment
from casework.context import Work
from casework.decision.members import free_members, secretariat
from casework.demo.bank import DemoBank
from casework.demo.cast import email_of, emails_with
from casework.demo.plot import Plot, Stop
from casework.demo.stage import Stage
from casework.demo.treasury import MANDATED
from casework.learning.service import Texts, digest, may_be_told, release_summary, save_summary
from casework.people.tables import Person
from casework.settlement import undo
from casework.settlement.letters import LetterReason, register_letter
from casework.settlement.proposal import PartyShare, Proposal
from casework.settlement.propose import propose
from casework.settlement.respond import accept, consent_by_silence_of, dispute
from casework.settlement.tables import Settlement
from casework.settlement.undo import Ground
from casework.settlement.vote import vote
from ledger.claims import claim, claims_of_case, open_parts
from rules.lifecycle import SettlementKind, SettlementState
from rules.roles import Role

MOTIVATION = "Volgt uit de regels en uit wat wij eerder deden."
DISPUTE = "Wij vinden dat dit bij een andere organisatie hoort: de wet legt dit niet bij ons."
COUNTER = "Laat alle partners samen betalen."
LESSONS = (
    "Bel eerst met wie de regel uitvoert: vaak kan er meer dan op papier staat.",
    "Vraag aan elke partij wat zij nodig heeft om mee te werken, en schrijf dat op.",
    "Regel tegelijk wat er daarna komt, dan houdt de oplossing stand.",
)


class SecondHalf:
    """Plans and performs what happens to a case after it was paid."""

    def __init__(self, stage: Stage, bank: DemoBank) -> None:
        self.stage = stage
        self.bank = bank
        self.members = emails_with(Role.SECRETARIAT)
        self.treasurer = emails_with(Role.TREASURER)[0]

    def begin(self, plot: Plot, at_utc: datetime) -> None:
        """Some cases are settled within days, some wait for months."""
        days = plot.rng.choice((2, 5, 9, 14, 21, 30, 45, 80, 130))
        if plot.stops_at(Stop.PUT, Stop.DISPUTED):
            days = 1
        self._later(plot, at_utc, days, self._propose)

    def members_free_for(self, work: Work, case: Case) -> list[str]:
        """The addresses of the members who count for ``case``, by name."""
        free = free_members(secretariat(work), case, work.policy.conflict)
        ids = [member.person_id for member in free]
        emails = dict(work.session.execute(select(Person.id, Person.email).where(Person.id.in_(ids))).all())
        return [emails[person_id] for person_id in ids]

    def _later(
        self, plot: Plot, at_utc: datetime, days: float, act: Callable[[Plot, datetime], None]
    ) -> None:
        self.stage.plan(at_utc + timedelta(days=days), partial(act, plot))

    def _propose(self, plot: Plot, at_utc: datetime) -> None:
        member = plot.rng.choice(self.members)
        work = self.stage.work(member, at_utc)
        ending = plot.story.ending
        proposal = Proposal(
            ending.kind,
            parties=tuple(PartyShare(partner, share) for partner, share in ending.shares),
            instalment_count=ending.instalments,
            first_instalment_on=work.today + timedelta(days=30) if ending.instalments else None,
            outside_party=ending.outside_party,
            motivation=MOTIVATION,
        )
        settlement = propose(work, number=plot.number, proposal=proposal, key=self.stage.key())
        if not ending.kind.is_put_to_parties:
            self._decide(plot, settlement, at_utc)
        elif plot.stops_at(Stop.DISPUTED):
            self._dispute(plot, at_utc)
        elif not plot.stops_at(Stop.PUT):
            draw = plot.rng.random()
            if draw < 0.12:
                self._later(plot, at_utc, plot.rng.uniform(2, 15), self._dispute)
            elif draw < 0.3:
                self._later(plot, at_utc, 23, self._silence)
            else:
                self._later(plot, at_utc, plot.rng.uniform(1, 18), self._accept)

    def _accept(self, plot: Plot, at_utc: datetime) -> None:
        settlement = self._present(plot)
        for partner, _share in plot.story.ending.shares:
            accept(
                self.stage.work(email_of("vertegenwoordiger", partner), at_utc), settlement_id=settlement.id
            )
        self._await_money(plot, at_utc)

    def _silence(self, plot: Plot, at_utc: datetime) -> None:
        consent_by_silence_of(self.stage.work(self.members[0], at_utc), number=plot.number)
        self._await_money(plot, at_utc)

    def _dispute(self, plot: Plot, at_utc: datetime) -> None:
        partner = plot.story.ending.shares[0][0]
        dispute(
            self.stage.work(email_of("vertegenwoordiger", partner), at_utc),
            settlement_id=self._present(plot).id,
            reason=DISPUTE,
            counter_proposal=COUNTER,
        )
        if not plot.stops_at(Stop.DISPUTED):
            self._later(plot, at_utc, plot.rng.uniform(5, 25), self._settle_dispute)

    def _settle_dispute(self, plot: Plot, at_utc: datetime) -> None:
        """Half of the disputes are decided as proposed; in the others the counter-proposal is taken over."""
        if plot.rng.random() < 0.5:
            self._decide(plot, self._present(plot), at_utc)
            return
        self._propose_collective(plot, at_utc)

    def _propose_collective(self, plot: Plot, at_utc: datetime) -> None:
        work = self.stage.work(plot.rng.choice(self.members), at_utc)
        proposal = Proposal(SettlementKind.COLLECTIVE, motivation=COUNTER)
        settlement = propose(work, number=plot.number, proposal=proposal, key=self.stage.key())
        self._decide(plot, settlement, at_utc)

    def _decide(self, plot: Plot, settlement: Settlement, at_utc: datetime) -> None:
        """Members agree until they are enough. Where too few count, it stays open."""
        decided = (SettlementState.DECIDED, SettlementState.REPAID)
        for index, member in enumerate(self.members):
            if settlement.state in decided:
                break
            work = self.stage.work(member, at_utc + timedelta(minutes=5 * index))
            vote(work, number=plot.number, motivation=MOTIVATION)
        if settlement.state in decided:
            self._await_money(plot, at_utc)

    def _await_money(self, plot: Plot, at_utc: datetime) -> None:
        network = self.stage.network.code
        self._later(plot, at_utc, 21, self._tell)
        if self._present(plot).kind == SettlementKind.OUTSIDE:
            self._later(plot, at_utc, 2, self._write)
        for owed in claims_of_case(self.stage.session, network=network, case=plot.number):
            if not owed.open_cents:
                continue
            for due_on, cents in open_parts(owed):
                late = self._days_late(plot, instalments=bool(owed.instalments))
                if late is None:
                    break
                paid_at = self.stage.moment(due_on + timedelta(days=late), 11)
                self.stage.plan(
                    max(paid_at, at_utc + timedelta(days=1)),
                    partial(self._repay, owed.reference, cents),
                )
        if self._present(plot).kind == SettlementKind.OUTSIDE and plot.rng.random() < 0.6:
            self._later(plot, at_utc, 66, self._fall_back)

    def _days_late(self, plot: Plot, *, instalments: bool) -> int | None:
        """Most pay around the due date, some late, a few not at all; outside parties often not."""
        if instalments:
            return plot.rng.choice((0, 0, 0, 1, 3, 12))
        if plot.story.ending.kind is SettlementKind.OUTSIDE:
            return plot.rng.choice((None, None, -5))
        return plot.rng.choice((-20, -12, -7, -3, 0, 0, 2, 5, 9, 20, 38, 70, 110, 160, None))

    def _repay(self, reference: str, cents: int, at_utc: datetime) -> None:
        work = self.stage.work(self.treasurer, at_utc)
        owed = claim(work.session, network=work.network.code, reference=reference)
        still_open = owed.open_cents
        if still_open and self.bank.tells(at_utc):
            if owed.party not in MANDATED:  # what they owe is collected
                self.bank.repays(owed, min(cents, still_open), at_utc)
        elif still_open:
            book_repayment(
                work,
                reference=reference,
                amount_cents=min(cents, still_open),
                received_on=work.today,
                key=self.stage.key(),
            )

    def _write(self, plot: Plot, at_utc: datetime) -> None:
        """The claim letter to an outside party leaves; its term begins."""
        work = self.stage.work(self.members[0], at_utc)
        settlement = self._present(plot)
        register_letter(
            work,
            number=plot.number,
            sequence=settlement.sequence,
            reason=LetterReason.FIRST.value,
            recipient=settlement.outside_party,
            address="Postbus 100\n5200 AA 's-Hertogenbosch",
            language="nl",
            sent_on=work.today,
            key=self.stage.key(),
        )

    def _tell(self, plot: Plot, at_utc: datetime) -> None:
        """Of some cases a member writes what others can learn, and mostly a second one releases it."""
        drawn = Random(plot.number)  # not the plot's own: telling a case does not change how it goes
        first, second = (self.stage.work(one, at_utc) for one in drawn.sample(self.members, 2))
        if drawn.random() > 0.3 or not may_be_told(case_for(first, plot.number, Permission.SUMMARY_WRITE)):
            return
        fields = plot.story.fields
        title, situation, barrier, breakthrough = (
            fields[name] for name in ("title", "situation", "barrier", "breakthrough")
        )
        texts = Texts(title, situation, barrier, breakthrough, drawn.choice(LESSONS))
        made = save_summary(first, number=plot.number, texts=texts, offer=True)
        if drawn.random() < 0.9:
            release_summary(second, number=plot.number, seen=digest(made), checked=True)

    def _fall_back(self, plot: Plot, at_utc: datetime) -> None:
        """An outside party that did not pay: its claim falls back and all partners share it."""
        settlement = self._present(plot)
        owed = claims_of_case(self.stage.session, network=self.stage.network.code, case=plot.number)
        if not any(one.open_cents for one in owed):
            return
        first, second = self.members[:2]
        undo.ask_undoing(
            self.stage.work(first, at_utc),
            number=plot.number,
            sequence=settlement.sequence,
            ground=Ground.OUTSIDE,
            motivation="Na de termijn is er niet betaald.",
        )
        undo.confirm_undoing(
            self.stage.work(second, at_utc + timedelta(hours=1)),
            number=plot.number,
            sequence=settlement.sequence,
        )
        self._later(plot, at_utc, 3, self._propose_collective)

    def _present(self, plot: Plot) -> Settlement:
        return self.stage.session.scalars(
            select(Settlement)
            .join(Case, Case.id == Settlement.case_id)
            .where(Case.network_id == self.stage.network.id, Case.number == plot.number)
            .order_by(Settlement.sequence.desc())
            .limit(1)
        ).one()
