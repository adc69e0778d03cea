"""The secretariat's meeting: agenda from the worklist, minutes with the decisions, a second member adopts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from casework.audit.tables import LogRecord
from casework.decision.deciding import promise
from casework.meeting import service
from casework.meeting.agenda import PointKind, subjects
from casework.meeting.queries import MeetingPage, meeting_list, meeting_page
from casework.meeting.refusals import (
    AdoptedByWriter,
    MeetingNotHeld,
    MeetingOnThatDay,
    MeetingOutOfOrder,
    MeetingPassesNext,
    MinutesAdopted,
    MinutesChanged,
    MinutesNotWritten,
    PointEmpty,
)
from casework.meeting.tables import Meeting
from casework.people_data import BsnFound
from errors import Forbidden, NotFound
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import NOW, a_case, a_cast, fund, work_as
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.settlement.paid import a_paid_case

TODAY = NOW.date()


def _plan(it: Round, held_on: date = TODAY) -> int:
    return service.plan(it.work(it.cast.secretariat[0]), held_on=held_on)


def _page(it: Round, meeting_id: int) -> MeetingPage:
    return meeting_page(it.work(it.cast.secretariat[0]), meeting_id)


def _write(it: Round, meeting_id: int, *, by: int = 0, revision: int = 1, **changes: object) -> None:
    values: dict[str, object] = {
        "held_on": TODAY,
        "present": {it.cast.secretariat[0].id, it.cast.secretariat[1].id},
        "notes": {},
        "remarks": "",
    }
    service.write(
        it.work(it.cast.secretariat[by]),
        meeting_id=meeting_id,
        revision=revision,
        **(values | changes),  # type: ignore[arg-type]  # the values of one form
    )


def _kinds(it: Round) -> list[tuple[PointKind, int]]:
    return [(one.kind, one.case_id) for one in subjects(it.work(it.cast.secretariat[0]))]


def test_the_agenda_has_what_must_be_spoken_about(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=1_000_000) as it:
        first = it.cast.secretariat[0]
        assert _kinds(it) == []  # a case that everyone can still assess needs no meeting
        it.assess(first, (2, 2, 2))
        discuss = (PointKind.DISCUSS, it.case.id)
        assert _kinds(it) == [discuss]
        stuck = a_case(
            it.session, it.cast.network, it.cast.applicant, amounts=(600_000,), expected_payers=["mee"]
        )
        waiting = a_case(
            it.session, it.cast.network, it.cast.applicant, decision_state="waiting", amounts=(9_000_000,)
        )
        paid = a_paid_case(it.session, it.cast, 100_000)
        it.vote(first, motivation="Doen.")
        assert _kinds(it) == [
            (PointKind.DISCUSS, stuck.id),
            (PointKind.WAITING, waiting.id),
            (PointKind.UNSETTLED, paid.id),
            (PointKind.REVIEW, it.case.id),
        ]


def test_the_agenda_gives_no_scores_away(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, (5, 5, 5))
        it.assess(second, (5, 2, 5))
        alike = a_case(it.session, it.cast.network, it.cast.applicant, amounts=(100_000,))
        for person in (first, second):
            it.assess(person, number=alike.number)
        assert [kind for kind, _ in _kinds(it)] == [PointKind.DISCUSS, PointKind.DISCUSS]


def test_it_is_made_once_and_brought_up_to_date(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        meeting_id = _plan(it)
        member = it.work(it.cast.secretariat[0])
        assert service.refresh(member, meeting_id=meeting_id) == 0
        a_case(it.session, it.cast.network, it.cast.applicant, decision_state="waiting")
        assert service.refresh(member, meeting_id=meeting_id) == 1
        own = service.add_point(member, meeting_id=meeting_id, title="Vakantierooster")
        page = _page(it, meeting_id)
        assert [kind for kind, _ in page.sections] == [PointKind.DISCUSS, PointKind.WAITING, PointKind.OWN]
        service.remove_point(member, meeting_id=meeting_id, point_id=own)
        assert PointKind.OWN not in dict(_page(it, meeting_id).sections)
        with pytest.raises(PointEmpty):
            service.add_point(member, meeting_id=meeting_id, title="  ")
        with pytest.raises(BsnFound):
            service.add_point(member, meeting_id=meeting_id, title="Over 111222333")
        with pytest.raises(NotFound):
            service.remove_point(member, meeting_id=meeting_id, point_id=own)


def test_minutes_say_who_was_there_and_list_the_decisions(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first, second, third, fourth = it.cast.secretariat
        it.assess(first)
        it.vote(first)
        meeting_id = _plan(it)
        (point,) = dict(_page(it, meeting_id).sections)[PointKind.REVIEW]
        _write(it, meeting_id, notes={point.id: "Goed besluit."}, remarks="Volgende keer taart.")
        page = _page(it, meeting_id)
        assert set(page.present) == {first.name, second.name}
        assert set(page.absent) == {third.name, fourth.name}
        assert dict(page.sections)[PointKind.REVIEW][0].note == "Goed besluit."
        assert (page.remarks, page.written_by) == ("Volgende keer taart.", first.name)
        assert [(one.number, one.kind.value, one.amount_cents) for one in page.taken] == [
            (it.case.number, "approved", 40_000)
        ]
        assert page.taken[0].by.sentence("nl") == "Het secretariaat, één lid"


def test_decisions_stand_with_the_meeting_after_them_and_with_no_other(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=30_000) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.vote(first)  # on the waiting list
        one = _plan(it)
        later = NOW + timedelta(days=1)
        fund(it.work(it.cast.treasurer), 10_000)
        promise(it.work(second, at_utc=later), number=it.case.number)
        two = _plan(it, TODAY + timedelta(days=7))
        assert [taken.kind.value for taken in _page(it, one).taken] == ["approved"]
        assert [taken.kind.value for taken in _page(it, two).taken] == ["promised"]
        assert _page(it, two).from_on == TODAY + timedelta(days=1)


def test_a_second_member_adopts_and_then_nothing_changes(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        meeting_id = _plan(it)
        with pytest.raises(MinutesNotWritten):
            service.adopt(it.work(second), meeting_id=meeting_id, revision=1)
        _write(it, meeting_id)
        with pytest.raises(AdoptedByWriter):
            service.adopt(it.work(first), meeting_id=meeting_id, revision=2)
        with pytest.raises(MinutesChanged):
            service.adopt(it.work(second), meeting_id=meeting_id, revision=1)
        assert meeting_page(it.work(second), meeting_id).may_adopt
        assert not meeting_page(it.work(first), meeting_id).may_adopt
        service.adopt(it.work(second), meeting_id=meeting_id, revision=2)
        page = _page(it, meeting_id)
        assert (page.adopted, page.adopted_by, page.adopted_at_utc) == (True, second.name, NOW)
        point = {"meeting_id": meeting_id}
        closed: tuple[Callable[[], object], ...] = (
            lambda: _write(it, meeting_id, revision=2),
            lambda: service.adopt(it.work(second), revision=2, **point),
            lambda: service.discard(it.work(first), **point),
            lambda: service.refresh(it.work(first), **point),
            lambda: service.add_point(it.work(first), title="Nog iets", **point),
        )
        for change in closed:
            with pytest.raises(MinutesAdopted):
                change()
        actions = it.session.scalars(
            select(LogRecord.action).where(LogRecord.action.startswith("meeting.")).order_by(LogRecord.id)
        ).all()
        assert actions == ["meeting.plan", "meeting.write", "meeting.adopt"]


def test_two_who_write_at_once_do_not_overwrite_each_other(engine: Engine) -> None:
    with a_round(engine) as it:
        meeting_id = _plan(it)
        _write(it, meeting_id)
        with pytest.raises(MinutesChanged):
            _write(it, meeting_id, by=1)
        _write(it, meeting_id, by=1, revision=2)


def test_a_meeting_to_come_is_not_adopted(engine: Engine) -> None:
    with a_round(engine) as it:
        later = TODAY + timedelta(days=3)
        meeting_id = _plan(it, later)
        _write(it, meeting_id, held_on=later)
        with pytest.raises(MeetingNotHeld):
            service.adopt(it.work(it.cast.secretariat[1]), meeting_id=meeting_id, revision=2)


def test_meetings_follow_each_other(engine: Engine) -> None:
    with a_round(engine) as it:
        _plan(it, TODAY)
        with pytest.raises(MeetingOnThatDay):
            _plan(it, TODAY)
        with pytest.raises(MeetingOutOfOrder):
            _plan(it, TODAY - timedelta(days=1))
        second = _plan(it, TODAY + timedelta(days=7))
        _plan(it, TODAY + timedelta(days=14))
        for day, refusal in ((0, MeetingOnThatDay), (-2, MeetingOutOfOrder), (20, MeetingPassesNext)):
            with pytest.raises(refusal):
                _write(it, second, held_on=TODAY + timedelta(days=day))
        _write(it, second, held_on=TODAY + timedelta(days=8))
        assert _page(it, second).held_on == TODAY + timedelta(days=8)


def test_numbers_of_people_are_refused_and_texts_are_unreadable_in_the_database(engine: Engine) -> None:
    with a_round(engine) as it:
        meeting_id = _plan(it)
        with pytest.raises(BsnFound) as refused:
            _write(it, meeting_id, remarks="Zie 111222333.")
        assert refused.value.field == "remarks"
        _write(it, meeting_id, remarks="Over het gezin gesproken.")
        raw = it.session.scalar(text("SELECT remarks FROM meeting"))
        assert b"gezin" not in bytes(raw)


def test_searching_former_meetings(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        one = _plan(it)
        _write(it, one, remarks="Taart bij de koffie.")
        _plan(it, TODAY + timedelta(days=7))
        work = it.work(it.cast.secretariat[0])
        assert [row.held_on for row in meeting_list(work).rows] == [TODAY + timedelta(days=7), TODAY]
        for words, found in (("TAART", 1), (it.case.number, 2), ("taart ontbreekt", 0), ("01-06-2026", 1)):
            assert meeting_list(work, search=words).total == found, words


def test_a_meeting_is_for_the_secretariat_of_its_own_network(engine: Engine) -> None:
    with a_round(engine) as it:
        meeting_id = _plan(it)
        other = a_cast(it.session, code="elders", case_prefix="EL")
        with pytest.raises(NotFound):
            meeting_page(work_as(it.session, other.secretariat[0], other.network), meeting_id)
        for person in (it.cast.applicant, it.cast.executive, it.cast.auditor, it.cast.treasurer):
            with pytest.raises(Forbidden):
                meeting_page(it.work(person), meeting_id)


def test_discarding_a_concept(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        meeting_id = _plan(it)
        _write(it, meeting_id)
        service.discard(it.work(it.cast.secretariat[1]), meeting_id=meeting_id)
        assert it.session.scalars(select(Meeting)).all() == []


def test_from_agenda_to_adopted_minutes_without_javascript(
    app: Flask, client: FlaskClient, engine: Engine
) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        number, people = it.case.number, it.cast.secretariat
    sign_in(client, people[0])
    assert "Er is nog geen overleg" in page_text(client.get("/overleg"))
    assert client.post("/overleg", data={"held_on": "gisteren"}).status_code == 422
    planned = client.post("/overleg", data={"held_on": "01-06-2026"}, follow_redirects=True)
    url = planned.request.path
    assert number in page_text(planned)
    assert "Vul dit in." in page_text(client.post(f"{url}/punten", data={"title": ""}))
    client.post(f"{url}/punten", data={"title": "Rooster"})
    form = soup(client.get(f"{url}/verslag"))
    fields = {one["name"]: one.get("value", "") for one in form.select("main input:not([type=checkbox])")}
    notes = [one["name"] for one in form.find_all("textarea")]
    assert len(form.select("input[name=present]")) == 4
    refused = client.post(f"{url}/verslag", data={notes[0]: "x" * 4_000} | fields)
    assert refused.status_code == 422
    assert client.post(f"{url}/verslag").status_code == 422
    typed = fields | {notes[0]: "Goed gesproken.", "present": [str(people[0].id)]}
    written = client.post(f"{url}/verslag", data=typed, follow_redirects=True)
    assert "Goed gesproken." in page_text(written)
    assert not soup(written).find("form", action=f"{url}/vaststellen")
    stale = client.post(f"{url}/verslag", data=typed)
    assert stale.status_code == 409
    assert "Goed gesproken." in page_text(stale)
    sign_in(client, people[1])
    ask = client.post(f"{url}/vaststellen", data={"revision": "2"})
    assert "Wilt u het verslag van 1 juni 2026 vaststellen?" in page_text(ask)
    done = client.post(f"{url}/vaststellen", data={"revision": "2", "confirmed": "1"}, follow_redirects=True)
    assert "Het verslag is vastgesteld." in page_text(done)
    assert client.get(f"{url}/verslag").status_code == 302
    assert "vastgesteld" in page_text(client.get("/overleg"))
    client.post(f"{url}/weggooien", data={"confirmed": "1"})
    assert client.get(url).status_code == 200
