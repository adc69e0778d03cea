"""Two years of a small fund, told with round figures, so that every figure of 2025 can be worked out by hand.

2024: EUR 5,000 comes in; case A (1,000) is paid, settled on zayaz, and 400 of it is repaid.
2025: zayaz puts in 5,000 and repays the last 600 of A.
  B 4,000: asked back for a day; shared by zayaz and mee, zayaz repays its half, mee not until 2026;
    saves the municipality 36,000.
  C   500: ordered on 30 December, debited in 2026; saves an insurer 250, 500 or 1,000.
  D   300: a gift, settled too late.
  E 1,200: the resident repays in twelve instalments from July, and stops after three.
  F declined, G withdrawn, H (250) promised and not paid.
  Bank costs 12.50, interest 20, and 75 that nobody recognises.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case, InformationRequest
from casework.context import Work
from casework.settlement.decide import settle
from casework.settlement.tables import Settlement, SettlementParty
from ledger import book, claims, events
from ledger.entries import Draft
from rules.lifecycle import SettlementState
from tests.integration.factories import Cast, a_case, a_cast, fund, work_as
from tests.integration.settlement.paid import approve, order

_keys = itertools.count(1)


def at(year: int, month: int, day: int, hour: int = 8) -> datetime:
    """A moment in UTC; eight o'clock is the morning in the network, winter and summer."""
    return datetime(year, month, day, hour, tzinfo=UTC)


@dataclass
class Story:
    """The network, and its cases by the letter they have above."""

    session: Session
    cast: Cast
    cases: dict[str, Case]

    def treasurer(self, moment: datetime) -> Work:
        """The treasurer at work."""
        return work_as(self.session, self.cast.treasurer, self.cast.network, at_utc=moment)

    def number(self, letter: str) -> str:
        """The number of a case."""
        return self.cases[letter].number

    def post(self, draft: Draft, moment: datetime) -> None:
        """Post an entry as of a moment."""
        book.post(self.session, network=self.cast.network.code, draft=draft, recorded_at_utc=moment)

    def submit(
        self, letter: str, cents: int, moment: datetime, decided: datetime | None, **values: object
    ) -> Case:
        """A case, approved at ``decided`` unless ``values`` say otherwise."""
        state = "approved" if decided else "submitted"
        columns: dict[str, object] = {"decision_state": state, "decided_at_utc": decided} | values
        case = a_case(
            self.session, self.cast.network, self.cast.applicant, amounts=(cents,), at_utc=moment, **columns
        )
        if decided and case.decision_state == "approved":
            approve(self.treasurer(decided), case, cents)
        self.cases[letter] = case
        return case

    def pay(self, letter: str, ordered: datetime, seen: datetime) -> None:
        """Order the payment of the whole case, and see it on a statement."""
        case = self.cases[letter]
        payout = order(self.treasurer(ordered), case, case.amount_cents)
        work = self.treasurer(seen)
        draft = events.payment_seen(
            payment=payout.reference,
            amount_cents=payout.amount_cents,
            booked_on=work.today,
            cause=payout.reference,
            key=f"seen-{next(_keys)}",
        )
        self.post(draft, seen)
        payout.state, payout.paid_on = "paid", work.today
        case.payment_state, case.first_paid_on = "paid", work.today
        self.session.flush()

    def settle(
        self, letter: str, kind: str, moment: datetime, parties: Sequence[str] = (), **values: object
    ) -> None:
        """Decide a settlement that everybody agreed to."""
        case, work = self.cases[letter], self.treasurer(moment)
        settlement = Settlement(
            network_id=case.network_id,
            case_id=case.id,
            sequence=1,
            kind=kind,
            amount_cents=case.amount_cents,
            state=SettlementState.ACCEPTED.value if parties else SettlementState.PROPOSED.value,
            proposed_by=self.cast.secretariat[0].id,
            proposed_at_utc=moment,
            **values,
        )
        for code in parties:
            settlement.parties.append(
                SettlementParty(
                    partner_id=self.cast.partners[code].id,
                    percentage=Decimal(100) / len(parties),
                    share_cents=case.amount_cents // len(parties),
                    response="accepted",
                )
            )
        self.session.add(settlement)
        self.session.flush()
        settle(work, case, settlement)

    def repay(self, letter: str, party: str, cents: int, moment: datetime) -> None:
        """Receive a repayment on the claim on ``party``."""
        claims.receive_repayment(
            self.session,
            network=self.cast.network.code,
            reference=f"{self.number(letter)}-V1-{party}",
            amount_cents=cents,
            booked_on=self.treasurer(moment).today,
            cause=self.number(letter),
            key=f"repay-{next(_keys)}",
            recorded_at_utc=moment,
        )

    def regular(
        self, letter: str, party: str, *, low: int, mid: int, high: int, probability: str = "1"
    ) -> None:
        """A line of what the regular way would have cost."""
        self.session.add(
            BusinessCaseLine(
                case_id=self.cases[letter].id,
                side="regular",
                party=party,
                quantity=Decimal(1),
                low_cents=low,
                mid_cents=mid,
                high_cents=high,
                probability=Decimal(probability),
            )
        )
        self.session.flush()


def two_years(session: Session) -> Story:
    """Everything above, as of 1 June 2026."""
    story = Story(session, a_cast(session), {})
    _year_2024(story)
    _spring_2025(story)
    _autumn_2025(story)
    story.pay("C", at(2025, 12, 30), at(2026, 1, 2))
    story.repay("B", "mee", 200_000, at(2026, 2, 1))
    session.flush()
    return story


def _year_2024(story: Story) -> None:
    fund(story.treasurer(at(2024, 2, 1)), 500_000)
    story.submit("A", 100_000, at(2024, 3, 1), at(2024, 3, 2))
    story.pay("A", at(2024, 3, 4), at(2024, 3, 4))
    story.settle("A", "responsible", at(2024, 4, 1), ["zayaz"])
    story.repay("A", "zayaz", 40_000, at(2024, 6, 1))


def _spring_2025(story: Story) -> None:
    fund(story.treasurer(at(2025, 1, 15)), 500_000, partner="zayaz")
    story.repay("A", "zayaz", 60_000, at(2025, 2, 1))
    household = {
        "household_type": "gezin met kinderen",
        "age_band": "28-64",
        "district": "noord",
        "domains": ["wonen", "schulden"],
    }
    b = story.submit(
        "B", 400_000, at(2025, 1, 6), at(2025, 1, 8), barrier_field="huurachterstand", **household
    )
    story.session.add(
        InformationRequest(
            case_id=b.id,
            asked_by=story.cast.secretariat[0].id,
            question="Hoe hoog is de schuld?",
            asked_at_utc=at(2025, 1, 6, 12),
            answer="4.000 euro",
            answered_by=story.cast.applicant.id,
            answered_at_utc=at(2025, 1, 7, 12),
        )
    )
    story.pay("B", at(2025, 1, 10), at(2025, 1, 10))
    story.settle("B", "shared", at(2025, 2, 10), ["zayaz", "mee"])
    story.repay("B", "zayaz", 200_000, at(2025, 3, 1))
    story.regular("B", "gemeente", low=3_600_000, mid=3_600_000, high=3_600_000)
    story.submit(
        "C",
        50_000,
        at(2025, 2, 3),
        at(2025, 2, 6),
        barrier_field="kredietbank",
        household_type="alleenstaand",
    )
    story.regular("C", "zorgverzekeraar", low=50_000, mid=100_000, high=200_000, probability="0.5")
    story.submit("D", 30_000, at(2025, 4, 30), at(2025, 5, 1), barrier_field="huurachterstand", **household)
    story.pay("D", at(2025, 5, 2), at(2025, 5, 2))


def _autumn_2025(story: Story) -> None:
    story.submit("E", 120_000, at(2025, 5, 30), at(2025, 6, 1))
    story.pay("E", at(2025, 6, 2), at(2025, 6, 2))
    story.settle("E", "resident", at(2025, 6, 10), instalment_count=12, first_instalment_on=date(2025, 7, 1))
    for month in (7, 8, 9):
        story.repay("E", "inwoner", 10_000, at(2025, month, 1))
    story.settle("D", "gift", at(2025, 11, 1), motivation="Er is niemand anders.")
    story.submit("F", 9_900, at(2025, 8, 1), at(2025, 8, 4), decision_state="declined")
    story.submit("G", 8_800, at(2025, 9, 1), None, decision_state="withdrawn")
    story.submit("H", 25_000, at(2025, 12, 28), at(2025, 12, 29))
    story.post(
        events.bank_costs(amount_cents=1_250, booked_on=date(2025, 3, 31), cause="bank", key="costs"),
        at(2025, 12, 31),
    )
    story.post(
        events.other_income(amount_cents=2_000, booked_on=date(2025, 6, 30), cause="rente", key="interest"),
        at(2025, 12, 31),
    )
    story.post(
        events.receipt_unrecognised(
            receipt="R1", amount_cents=7_500, booked_on=date(2025, 9, 9), cause="R1", key="unknown"
        ),
        at(2025, 12, 31),
    )
