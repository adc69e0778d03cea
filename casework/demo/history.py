"""The whole history: contributions each January, cases through the years, today's half-done work."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import select

from casework.book_year import service as book_year
from casework.demo.bank import DemoBank
from casework.demo.cast import emails_with
from casework.demo.deciding import FirstHalf
from casework.demo.plot import Fate, Plot, Stop
from casework.demo.settling import SecondHalf
from casework.demo.stage import Stage
from casework.demo.stories import Ending, Story, made_up_story, real_stories
from casework.demo.treasury import Treasury
from casework.fund import invoices
from casework.fund import service as fund
from casework.fund.refusals import BookingKind
from casework.network.tables import Partner
from rules.lifecycle import SettlementKind
from rules.roles import Role

CASES_PER_YEAR = 60
OPENING_POT_CENTS = 1_250_000
# Where the latest cases are left: how many working days ago they began, and how far they came.
UNFINISHED = (
    (1, Stop.DRAFT), (1, Stop.SUBMITTED), (2, Stop.SUBMITTED), (3, Stop.ASSESSED_ONCE),
    (4, Stop.DISCUSS), (4, Stop.ASKED), (5, Stop.ASSESSED), (6, Stop.APPROVED),
    (7, Stop.PREPARED), (8, Stop.ORDERED), (12, Stop.PAID), (17, Stop.PAID),
    (16, Stop.PUT), (20, Stop.PUT), (24, Stop.DISPUTED),
)  # fmt: skip
# The real cases began so many days before the curtain: long enough to be settled by now.
REAL_DAYS_AGO = (300, 240, 190, 150)


def begins_on(until: date) -> date:
    """The first of January from which the demo tells, one and a half to two and a half years back."""
    return date(until.year - (2 if until.month < 7 else 1), 1, 1)


def plan(stage: Stage, *, seed: int, cases: int | None) -> None:
    """Plan everything. The same seed and the same day give the same history."""
    until = stage.curtain_utc.astimezone(stage.zone).date()
    first_day = begins_on(until)
    rows = stage.session.execute(
        select(Partner.code, Partner.name)
        .where(Partner.network_id == stage.network.id)
        .order_by(Partner.code)
    )
    named = [(row.code, row.name) for row in rows]
    partners = frozenset(code for code, _name in named)
    bank = DemoBank(stage, seed)
    bank.open()
    _plan_fund(bank, first_day, until, sorted(partners), random.Random(f"{seed}:fund"))
    _plan_year_ends(stage, first_day, until)
    Treasury(bank, named).plan(first_day)
    first_half = FirstHalf(stage, SecondHalf(stage, bank), bank)
    for plot in _plots(stage, seed=seed, cases=cases, first_day=first_day, until=until, partners=partners):
        stage.plan(plot.begins_utc, partial(first_half.begin, plot))


def _plots(
    stage: Stage, *, seed: int, cases: int | None, first_day: date, until: date, partners: frozenset[str]
) -> Iterator[Plot]:
    days = (until - first_day).days
    count = cases if cases is not None else round(CASES_PER_YEAR * days / 365)
    real = real_stories(random.Random(f"{seed}:real"))
    for story, ago in zip(real, REAL_DAYS_AGO, strict=True):
        rng = random.Random(f"{seed}:{story.fields['title']}")
        yield Plot(story, stage.moment(until - timedelta(days=ago), 10), rng)
    for index in range(max(0, count - len(real) - len(UNFINISHED))):
        rng = random.Random(f"{seed}:{index}")
        # Nothing of the generated history begins in the last weeks: those are told one by one below.
        day = first_day + timedelta(days=4 + rng.randrange(max(1, days - 44)))
        fate = rng.choices(list(Fate), (70, 20, 6, 4))[0]
        yield Plot(made_up_story(rng, partners), stage.moment(day, rng.uniform(8.5, 17)), rng, fate)
    if count > len(real):
        yield from _unfinished(stage, seed, partners)


def _unfinished(stage: Stage, seed: int, partners: frozenset[str]) -> Iterator[Plot]:
    until = stage.curtain_utc.astimezone(stage.zone).date()
    for index, (days_ago, stop) in enumerate(UNFINISHED):
        rng = random.Random(f"{seed}:unfinished:{index}")
        story = made_up_story(rng, partners)
        if stop in (Stop.DRAFT, Stop.ASKED):
            story = _of("farent", story)
        if stop in (Stop.PUT, Stop.DISPUTED):
            story = _settled_on("gemeente" if index % 2 == 0 else "zayaz", story)
        begins = stage.moment(_working_days_before(until, days_ago), 9 + index / 4)
        yield Plot(story, begins, rng, stop=stop, pace=0.1)


def _working_days_before(day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _of(partner: str, story: Story) -> Story:
    """The same story, told by the applicant a visitor signs in as."""
    return Story(partner, story.fields, story.cost_lines, story.regular_lines, story.ending)


def _settled_on(partner: str, story: Story) -> Story:
    """The same story, to be settled on the partner a visitor answers for."""
    ending = Ending(SettlementKind.RESPONSIBLE, ((partner, Decimal(100)),))
    fields = {**story.fields, "expected_payers": [partner]}
    return Story(story.partner, fields, story.cost_lines, story.regular_lines, ending)


def _plan_fund(bank: DemoBank, first_day: date, until: date, partners: list[str], rng: random.Random) -> None:
    stage = bank.stage
    treasurer = emails_with(Role.TREASURER)[0]

    def take_over(moment: datetime) -> None:
        work = stage.work(treasurer, moment)
        fund.take_over_pot(
            work,
            partner=partners[0] if "gemeente" not in partners else "gemeente",
            bank_cents=OPENING_POT_CENTS,
            taken_over_on=work.today,
            description="Overgenomen van de oude rekening",
            key=stage.key(),
        )

    stage.plan(stage.moment(first_day, 9), take_over)
    for year in range(first_day.year, until.year + 1):
        policy = stage.work(treasurer, stage.moment(date(year, 1, 2))).policy
        stage.plan(stage.moment(date(year, 1, 2), 11), partial(_invoice, stage, treasurer, year))
        for partner in partners:
            day = date(year, 1, 6) + timedelta(days=rng.randrange(0, 50))
            if year == until.year and rng.random() < 0.1:
                continue  # this one is still expected
            stage.plan(
                stage.moment(day, 10),
                _contribution(bank, treasurer, partner, policy.contribution.per_partner_cents, year),
            )
        for quarter in (3, 6, 9, 12):
            stage.plan(stage.moment(date(year, quarter, 28), 12), _bank_costs(bank, treasurer))


def _plan_year_ends(stage: Stage, first_day: date, until: date) -> None:
    """Each full year is closed and audited; adopting the last one is left to the visitor."""
    treasurer, auditor = emails_with(Role.TREASURER)[0], emails_with(Role.AUDITOR)[0]

    def close(year: int, moment: datetime) -> None:
        work = stage.work(treasurer, moment)
        through = date(year, 12, 31)
        book_year.close(work, year=year, complete=True, statements_through_on=through, key=stage.key())

    def audit(year: int, moment: datetime) -> None:
        book_year.audit(stage.work(auditor, moment), year=year, key=stage.key())

    for year in range(first_day.year, until.year):
        stage.plan(stage.moment(date(year + 1, 2, 10), 14), partial(close, year))
        stage.plan(stage.moment(date(year + 1, 3, 3), 14), partial(audit, year))


def _invoice(stage: Stage, treasurer: str, year: int, moment: datetime) -> None:
    invoices.make_invoices(stage.work(treasurer, moment), for_year=year, key=stage.key())


def _contribution(
    bank: DemoBank, treasurer: str, partner: str, cents: int, year: int
) -> Callable[[datetime], None]:
    stage = bank.stage

    def book(moment: datetime) -> None:
        if bank.tells(moment):
            bank.contributes(partner, year, cents, moment)
            return
        work = stage.work(treasurer, moment)
        fund.book_contribution(
            work,
            partner=partner,
            amount_cents=cents,
            received_on=work.today,
            for_year=year,
            key=stage.key(),
        )

    return book


def _bank_costs(bank: DemoBank, treasurer: str) -> Callable[[datetime], None]:
    stage = bank.stage

    def book(moment: datetime) -> None:
        if bank.tells(moment):
            bank.charges(3_475, moment)
            return
        work = stage.work(treasurer, moment)
        fund.book_other(
            work,
            kind=BookingKind.BANK_COSTS,
            amount_cents=3_475,
            booked_on=work.today,
            description="Kosten betaalrekening, kwartaal",
            key=stage.key(),
        )

    return book
