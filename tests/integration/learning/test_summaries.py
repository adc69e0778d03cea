"""Summaries: written by one member, released by a second, found by all, taken away again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.learning.queries import SummarySearch, summaries, summary, summary_work
from casework.learning.refusals import (
    ChangedMeanwhile,
    ChecksNeeded,
    NotEndedYet,
    NothingToCheck,
    PointsToSomebody,
    SecondReaderNeeded,
    TextNeeded,
)
from casework.learning.service import Texts, digest, release_summary, save_summary, withdraw_summary
from casework.learning.tables import CaseSummary
from casework.settlement import service
from casework.settlement.proposal import Proposal
from errors import Forbidden, NotFound
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast, work_as
from tests.integration.settlement.paid import a_paid_case

TEXTS = Texts(
    title="Borg voorgeschoten",
    situation="Iemand kon een woning krijgen.",
    barrier="Bijzondere bijstand duurt weken.",
    breakthrough="De pot schoot de borg voor.",
    lesson="Vraag eerst wat de verhuurder nodig heeft.",
)
EVERYTHING = SummarySearch()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with unit_of_work(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def writer(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.secretariat[0], cast.network)


@pytest.fixture
def reader(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.secretariat[1], cast.network)


def an_ended_case(session: Session, cast: Cast, cents: int = 40_000, **values: object) -> str:
    """A case that was paid and settled by all partners together."""
    values.setdefault("domains", ["wonen"])
    values.setdefault("barrier_law", "Woningwet")
    case = a_paid_case(session, cast, cents, **values)
    work = work_as(session, cast.secretariat[0], cast.network)
    together = Proposal(SettlementKind.COLLECTIVE, motivation="Zo is het.")
    service.propose(work, number=case.number, proposal=together, key="een")
    return case.number


def released(writer: Work, reader: Work, number: str, texts: Texts = TEXTS) -> CaseSummary:
    made = save_summary(writer, number=number, texts=texts, offer=True)
    return release_summary(reader, number=number, seen=digest(made), checked=True)


def found(work: Work, search: SummarySearch = EVERYTHING) -> list[str]:
    return [one.title for one in summaries(work, search).page.rows]


def test_one_writes_a_second_releases_and_all_find_it(
    session: Session, cast: Cast, writer: Work, reader: Work
) -> None:
    number = an_ended_case(session, cast, 44_999)
    applicant = work_as(session, cast.other_applicant, cast.network)
    made = save_summary(writer, number=number, texts=TEXTS, offer=False)
    assert (made.state, found(writer)) == ("draft", [])
    with pytest.raises(NothingToCheck):
        release_summary(reader, number=number, seen=digest(made), checked=True)
    save_summary(writer, number=number, texts=TEXTS, offer=True)
    assert found(applicant) == []
    assert [one.case_number for one in summaries(reader, EVERYTHING).to_check] == [number]
    release_summary(reader, number=number, seen=digest(made), checked=True)
    assert found(applicant) == ["Borg voorgeschoten"]
    [view] = summaries(applicant, EVERYTHING).page.rows
    assert (view.about_cents, view.settled_as.value, view.paid_year) == (40_000, "collective", 2026)
    assert (view.barrier_law, [one.code for one in view.domains]) == ("Woningwet", ["wonen"])
    assert view.case_number == ""  # whose case it was is nobody's business
    assert summary(writer, view.id).case_number == number
    actions = session.scalars(select(LogRecord.action).where(LogRecord.action.like("summary.%")))
    assert list(actions) == ["summary.save", "summary.offer", "summary.release"]


def test_who_wrote_it_does_not_release_it(session: Session, cast: Cast, writer: Work) -> None:
    made = save_summary(writer, number=an_ended_case(session, cast), texts=TEXTS, offer=True)
    with pytest.raises(SecondReaderNeeded):
        release_summary(writer, number=_number(session, made), seen=digest(made), checked=True)


def test_a_reader_who_changes_it_becomes_the_writer(
    session: Session, cast: Cast, writer: Work, reader: Work
) -> None:
    number = an_ended_case(session, cast)
    save_summary(writer, number=number, texts=TEXTS, offer=True)
    other = Texts("Borg", *(text for _, text in TEXTS.parts()[1:]))
    made = save_summary(reader, number=number, texts=other, offer=True)
    with pytest.raises(SecondReaderNeeded):
        release_summary(reader, number=number, seen=digest(made), checked=True)
    release_summary(writer, number=number, seen=digest(made), checked=True)
    assert found(writer) == ["Borg"]


def test_what_was_not_looked_at_is_not_released(
    session: Session, cast: Cast, writer: Work, reader: Work
) -> None:
    number = an_ended_case(session, cast)
    seen = digest(save_summary(writer, number=number, texts=TEXTS, offer=True))
    other = Texts("Anders", *(text for _, text in TEXTS.parts()[1:]))
    save_summary(writer, number=number, texts=other, offer=True)
    with pytest.raises(ChangedMeanwhile):
        release_summary(reader, number=number, seen=seen, checked=True)


def test_every_check_is_made(session: Session, cast: Cast, writer: Work, reader: Work) -> None:
    number = an_ended_case(session, cast)
    seen = digest(save_summary(writer, number=number, texts=TEXTS, offer=True))
    with pytest.raises(ChecksNeeded):
        release_summary(reader, number=number, seen=seen, checked=False)


def test_a_changed_summary_is_hidden_until_it_is_released_again(
    session: Session, cast: Cast, writer: Work, reader: Work
) -> None:
    number = an_ended_case(session, cast)
    made = released(writer, reader, number)
    assert release_summary(reader, number=number, seen=digest(made), checked=False) is made  # once more
    save_summary(writer, number=number, texts=TEXTS, offer=False)
    assert found(reader) == []
    with pytest.raises(NotFound):
        summary(reader, made.id)


def test_withdrawn_the_texts_are_gone(session: Session, cast: Cast, writer: Work, reader: Work) -> None:
    number = an_ended_case(session, cast)
    made = released(writer, reader, number)
    withdraw_summary(writer, number=number)
    withdraw_summary(writer, number=number)
    assert (made.state, made.title, made.situation, found(writer)) == ("withdrawn", "", "", [])
    assert released(writer, reader, number).id != made.id  # it can be told anew


def test_a_case_without_an_end_is_not_told(session: Session, cast: Cast, writer: Work) -> None:
    case = a_paid_case(session, cast)
    with pytest.raises(NotEndedYet):
        save_summary(writer, number=case.number, texts=TEXTS, offer=False)
    assert not summary_work(writer, case.number).possible


@pytest.mark.parametrize("name", [name for name, _ in TEXTS.parts()])
def test_every_part_is_needed_and_looked_through(
    session: Session, cast: Cast, writer: Work, name: str
) -> None:
    number = an_ended_case(session, cast)
    parts = dict(TEXTS.parts())
    with pytest.raises(TextNeeded) as refused:
        save_summary(writer, number=number, texts=Texts(**(parts | {name: "  "})), offer=False)
    assert refused.value.field == name
    with pytest.raises(PointsToSomebody) as told:
        save_summary(writer, number=number, texts=Texts(**(parts | {name: "a@b.nl"})), offer=False)
    assert told.value.field == name


def test_search_by_word_domain_and_barrier(session: Session, cast: Cast, writer: Work, reader: Work) -> None:
    first = an_ended_case(session, cast, barrier_field="huurachterstand")
    other = Texts("Bril betaald", "Slecht zien.", "De polis.", "De bril.", "Kijk in de polis.")
    second = an_ended_case(session, cast, barrier_field="huisarts", domains=["zorg"])
    released(writer, reader, first)
    released(writer, reader, second, other)
    assert found(writer) == ["Bril betaald", "Borg voorgeschoten"]
    assert found(writer, SummarySearch(words="polis BRIL")) == ["Bril betaald"]
    assert found(writer, SummarySearch(words="woningwet verhuurder")) == ["Borg voorgeschoten"]
    assert found(writer, SummarySearch(domain="zorg")) == ["Bril betaald"]
    assert found(writer, SummarySearch(barrier_field="huurachterstand")) == ["Borg voorgeschoten"]
    assert found(writer, SummarySearch(words="polis", domain="wonen")) == []


def test_long_lists_come_in_pages(session: Session, cast: Cast, writer: Work, reader: Work) -> None:
    for _ in range(26):
        released(writer, reader, an_ended_case(session, cast))
    assert [len(summaries(writer, EVERYTHING, page=number).page.rows) for number in (1, 2, 3)] == [25, 1, 0]


def test_only_the_secretariat_writes_and_other_networks_read_nothing(
    session: Session, cast: Cast, writer: Work, reader: Work
) -> None:
    number = an_ended_case(session, cast)
    made = released(writer, reader, number)
    applicant = work_as(session, cast.applicant, cast.network)
    with pytest.raises(Forbidden):
        save_summary(applicant, number=number, texts=TEXTS, offer=False)
    with pytest.raises(Forbidden):
        summaries(work_as(session, cast.administrator, cast.network), EVERYTHING)
    other = a_cast(session, code="elders", case_prefix="EL")
    stranger = work_as(session, other.secretariat[0], other.network)
    assert found(stranger) == []
    with pytest.raises(NotFound):
        summary(stranger, made.id)
    with pytest.raises(NotFound):
        withdraw_summary(stranger, number=number)


@pytest.mark.parametrize(
    "change",
    ["state = 'other'", "checked_by = written_by", "checked_by = NULL", "about_cents = -1"],
)
def test_the_database_keeps_it_right(
    session: Session, cast: Cast, writer: Work, reader: Work, change: str
) -> None:
    released(writer, reader, an_ended_case(session, cast))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE case_summary SET {change}"))


def test_texts_are_encrypted(session: Session, cast: Cast, writer: Work) -> None:
    save_summary(writer, number=an_ended_case(session, cast), texts=TEXTS, offer=False)
    row = session.execute(text("SELECT title, situation, lesson FROM case_summary")).one()
    assert all(b"Borg" not in bytes(one) and b"woning" not in bytes(one) for one in row)


def _number(session: Session, made: CaseSummary) -> str:
    return session.get_one(Case, made.case_id).number
