"""The first half of the circle in the demo: drafting, submitting, assessing, deciding, paying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from casework.cases import drafts, submission
from casework.cases.household import household_hash
from casework.cases.tables import Case
from casework.context import Work
from casework.decision import assessing, inquiry, voting
from casework.decision.assessing import GateReply
from casework.decision.deciding import promise, review
from casework.decision.refusals import NotFirstInLine, PotStillEmpty
from casework.decision.voting import Ballot
from casework.demo.bank import DemoBank
from casework.demo.cast import email_of, emails_with
from casework.demo.plot import Fate, Plot, Stop
from casework.demo.settling import SecondHalf
from casework.demo.stage import Stage
from casework.payout import batches, outside_bank
from casework.payout import service as payouts
from casework.payout.batch_queries import batch_page
from ledger.bank.payment_file import next_bank_day
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.roles import Role
from rules.triangle import Value

QUESTION = "Wat is er gebeurd na het laatste gesprek, en wie helpt er al?"
ANSWER = "Er is contact geweest met de wijkcoach. Die sluit aan zodra de doorbraak er is."
ALTERNATIVE = "Het sociaal wijkteam neemt deze week contact op over een betalingsregeling en schuldhulp."
SCORE_REASONS = {
    Value.LEGITIMACY: "De regel wil misbruik voorkomen; daar is hier geen sprake van.",
    Value.YIELD: "Doorgaan zoals het gaat kost meer dan deze doorbraak.",
    Value.INVOLVEMENT: "De inwoner doet zelf wat kan en wil dit.",
}
GATES = {
    Gate.ALTERNATIVES_EXPLORED: GateReply(True, "De gewone wegen zijn gevraagd en lopen dood."),
    Gate.DURABLE_SOLUTION: GateReply(True, "Er is begeleiding afgesproken voor de tijd erna."),
}


class FirstHalf:
    """Plans and performs what happens to a case until it is paid; then the second half takes over."""

    def __init__(self, stage: Stage, second_half: SecondHalf, bank: DemoBank) -> None:
        self.stage = stage
        self.bank = bank
        self.advanced = False
        self.second_half = second_half
        self.members = emails_with(Role.SECRETARIAT)
        self.treasurers = emails_with(Role.TREASURER)

    def begin(self, plot: Plot, at_utc: datetime) -> None:
        """The applicant writes the case down and, unless it stays a draft, submits it."""
        work = self.stage.work(email_of("aanvrager", plot.story.partner), at_utc)
        plot.number = drafts.create_draft(work, partner=plot.story.partner)
        postcode = f"52{plot.rng.randrange(10, 50)}AB"
        fields = {
            **plot.story.fields,
            "consent_on": work.today,
            "urgent": plot.rng.random() < 0.2,
            "household_hash": household_hash(work.network.code, postcode, str(plot.rng.randrange(1, 300))),
        }
        drafts.save_draft(
            work,
            number=plot.number,
            revision=1,
            fields=fields,
            cost_lines=plot.story.cost_lines,
            regular_lines=plot.story.regular_lines,
        )
        if plot.stops_at(Stop.DRAFT):
            return
        submission.submit(work, number=plot.number)
        if plot.stops_at(Stop.SUBMITTED):
            return
        hours = plot.rng.uniform(1, 20)
        if plot.fate is Fate.WITHDRAWN:
            self._later(plot, at_utc, 30 + hours, self._withdraw)
        elif plot.fate is Fate.ASKED_FIRST or plot.stops_at(Stop.ASKED):
            self._later(plot, at_utc, hours, self._ask)
        else:
            self._later(plot, at_utc, hours, self._assess)

    def _later(
        self, plot: Plot, at_utc: datetime, hours: float, act: Callable[[Plot, datetime], None]
    ) -> None:
        self.stage.plan(at_utc + timedelta(hours=hours * plot.pace), partial(act, plot))

    def _withdraw(self, plot: Plot, at_utc: datetime) -> None:
        work = self.stage.work(email_of("aanvrager", plot.story.partner), at_utc)
        submission.withdraw(work, number=plot.number)

    def _ask(self, plot: Plot, at_utc: datetime) -> None:
        member = self._free(plot, at_utc)[0]
        inquiry.ask(self.stage.work(member, at_utc), number=plot.number, question=QUESTION)
        if not plot.stops_at(Stop.ASKED):
            self._later(plot, at_utc, plot.rng.uniform(4, 90), self._answer)

    def _answer(self, plot: Plot, at_utc: datetime) -> None:
        work = self.stage.work(email_of("aanvrager", plot.story.partner), at_utc)
        question = self._case(work, plot).questions[-1]
        submission.answer(work, number=plot.number, question_id=question.id, text=ANSWER)
        self._later(plot, at_utc, plot.rng.uniform(2, 20), self._assess)

    def _assess(self, plot: Plot, at_utc: datetime) -> None:
        free = self._free(plot, at_utc)
        if plot.stop is not Stop.NOWHERE:
            # The member a visitor signs in as is left something to do.
            free = [member for member in free if member != self.members[0]]
        plot.panel = tuple(free[: 1 if plot.stops_at(Stop.ASSESSED_ONCE) else 3])
        for index, member in enumerate(plot.panel):
            assessing.assess(
                self.stage.work(member, at_utc + timedelta(minutes=7 * index)),
                number=plot.number,
                scores=self._scores(plot, index),
                reasons=SCORE_REASONS,
                gates=GATES,
            )
        if not plot.stops_at(Stop.ASSESSED_ONCE, Stop.DISCUSS, Stop.ASSESSED):
            self._later(plot, at_utc, plot.rng.uniform(1, 30), self._vote)

    def _scores(self, plot: Plot, index: int) -> dict[Value, int]:
        if plot.stops_at(Stop.DISCUSS):
            return {value: (5, 2, 4)[index % 3] if value is Value.YIELD else 4 for value in Value}
        low = 1 if plot.fate is Fate.DECLINED else 3
        shared = {value: low + plot.rng.choice((0, 1)) for value in Value}
        return {value: min(5, score + plot.rng.choice((0, 1))) for value, score in shared.items()}

    def _vote(self, plot: Plot, at_utc: datetime) -> None:
        decline = plot.fate is Fate.DECLINED
        ballot = Ballot(
            "decline" if decline else "approve",
            motivation="Besproken in het overleg; dit past bij wat wij eerder deden.",
            alternative=ALTERNATIVE if decline else "",
        )
        for index, member in enumerate(plot.panel):
            work = self.stage.work(member, at_utc + timedelta(minutes=3 * index))
            outcome = voting.vote(work, number=plot.number, ballot=ballot)
            if outcome.decided:
                if index == 0:
                    self._later(plot, at_utc, plot.rng.uniform(24, 200), self._review)
                self._decided(plot, work.now_utc, outcome.state)
                return

    def _review(self, plot: Plot, at_utc: datetime) -> None:
        """What one member decided, another looks at afterwards."""
        reviewers = [member for member in self._free(plot, at_utc) if member != plot.panel[0]]
        if reviewers:  # else it stays on the worklist until there is someone without an interest
            review(self.stage.work(reviewers[0], at_utc), number=plot.number)

    def _decided(self, plot: Plot, at_utc: datetime, state: DecisionState) -> None:
        if state is DecisionState.WAITING:
            self._later(plot, at_utc, 24 * 7, self._promise)
        elif state is DecisionState.APPROVED and not plot.stops_at(Stop.APPROVED):
            self._later(plot, at_utc, plot.rng.uniform(2, 40), self._order)

    def _promise(self, plot: Plot, at_utc: datetime) -> None:
        member = self._free(plot, at_utc)[0]
        try:
            with self.stage.session.begin_nested():
                promise(self.stage.work(member, at_utc), number=plot.number)
        except (PotStillEmpty, NotFirstInLine):
            self._later(plot, at_utc, 24 * 7, self._promise)
        else:
            self._later(plot, at_utc, plot.rng.uniform(2, 40), self._order)

    def _order(self, plot: Plot, at_utc: datetime) -> None:
        # What is left for the visitor to release was prepared by the other treasurer.
        first = self.treasurers[1 if plot.stops_at(Stop.PREPARED) else 0]
        work = self.stage.work(first, at_utc)
        lines = [line.id for line in self._case(work, plot).cost_lines]
        if self.bank.tells(at_utc) and plot.stop is Stop.NOWHERE and not self.advanced:
            self._advance(plot, work, lines)
            return
        # What is left for the visitor to release must not be too late by then.
        earliest = self.stage.curtain_utc.date() + timedelta(days=7) if plot.stops_at(Stop.PREPARED) else None
        batch = batches.prepare_batch(
            work,
            cost_line_ids=lines,
            execution_on=next_bank_day(earliest or work.today),
            key=self.stage.key(),
        )
        if plot.stops_at(Stop.PREPARED):
            return
        references = self._release(batch, at_utc + timedelta(minutes=20))
        if not plot.stops_at(Stop.ORDERED):
            self.stage.plan(at_utc + timedelta(days=1), partial(self._confirm, plot, references))

    def _advance(self, plot: Plot, work: Work, lines: list[int]) -> None:
        """Once somebody could not wait: the partner that asked for it paid by itself, for the pot."""
        self.advanced = True
        for line in lines:
            outside_bank.book_advance(
                work,
                cost_line_id=line,
                partner=plot.story.partner,
                paid_on=work.today,
                key=self.stage.key(),
            )
        self._paid(plot, work.now_utc)

    def _release(self, batch: str, at_utc: datetime) -> tuple[str, ...]:
        """The other treasurer looks at the batch and releases it."""
        work = self.stage.work(self.treasurers[1], at_utc)
        seen = batch_page(work, batch)
        batches.release_batch(
            work,
            reference=batch,
            seen=seen.seal,
            typed_cents=seen.row.total_cents,
            typed_count=seen.row.line_count,
            key=self.stage.key(),
        )
        batches.note_uploaded(work, reference=batch, uploaded_on=work.today)
        return tuple(line.reference for line in batch_page(work, batch).lines)

    def _confirm(self, plot: Plot, references: tuple[str, ...], at_utc: datetime) -> None:
        if self.bank.tells(at_utc):
            for reference in references:
                self.bank.debits(reference, at_utc)
            self.bank.then(at_utc, partial(self._paid, plot))
            return
        work = self.stage.work(self.treasurers[-1], at_utc)
        for reference in references:
            payouts.confirm_payout(work, reference=reference, paid_on=work.today, key=self.stage.key())
        self._paid(plot, at_utc)

    def _paid(self, plot: Plot, at_utc: datetime) -> None:
        if not plot.stops_at(Stop.PAID):
            self.second_half.begin(plot, at_utc)

    def _free(self, plot: Plot, at_utc: datetime) -> list[str]:
        """The members without a conflict, in an order of the case's own."""
        work = self.stage.work(self.members[0], at_utc)
        free = self.second_half.members_free_for(work, self._case(work, plot))
        return plot.rng.sample(free, len(free))

    def _case(self, work: Work, plot: Plot) -> Case:
        return work.session.scalars(
            select(Case).where(Case.network_id == work.network.id, Case.number == plot.number)
        ).one()
