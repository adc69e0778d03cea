"""Drafts: incomplete is fine, invalid is not, and nobody overwrites unseen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from casework.audit.tables import LogRecord
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.attachments import add_attachment
from casework.cases.drafts import (
    ChoiceNotKnown,
    ConsentInFuture,
    CostLineDraft,
    NotADraft,
    NotYourPartner,
    SavedElsewhere,
    create_draft,
    delete_draft,
    save_draft,
)
from casework.cases.submission import submit
from casework.cases.tables import Attachment, Case
from casework.people_data import BsnFound
from errors import Forbidden, NotFound
from storage.unit_of_work import unit_of_work
from tests.integration.cases.scene import COSTS, IBAN, STORY, a_desk
from tests.integration.factories import NOW, a_cast, work_as

BSN = "111222333"  # passes the test, belongs to nobody


def test_a_draft_begins_with_a_number_and_the_terms_of_policy(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        case = desk.case(number)
        assert number == "TN-2026-0001"
        assert (case.decision_state, case.partner.code, case.revision) == ("draft", "farent", 1)
        assert desk.session.get_one(BusinessCase, case.id).term_months == 12
        assert desk.draft() == "TN-2026-0002"


def test_nobody_begins_for_a_partner_they_do_not_work_for(engine: Engine) -> None:
    with a_desk(engine) as desk:
        with pytest.raises(NotYourPartner):
            create_draft(desk.work(), partner="zayaz")
        with pytest.raises(NotYourPartner):
            create_draft(desk.work(desk.cast.ambassador), partner="farent")


def test_what_is_not_sent_stays(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        desk.save(number, revision=2, title="Een andere titel")
        case = desk.case(number)
        assert (case.title, case.situation) == ("Een andere titel", STORY["situation"])
        assert [line.amount_cents for line in case.cost_lines] == [400_000]
        assert case.revision == 3


def test_cost_lines_are_replaced_in_order(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        lines = [CostLineDraft("Eerst", 100, "A", IBAN), CostLineDraft("Dan"), CostLineDraft("Huur", 5, "Z")]
        desk.save(number, revision=2, cost_lines=lines)
        found = desk.case(number).cost_lines
        assert [(one.position, one.description, one.amount_cents) for one in found] == [
            (1, "Eerst", 100),
            (2, "Dan", 0),
            (3, "Huur", 5),
        ]


def test_a_citizen_number_is_refused_beside_its_field(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        for name in ("title", "alias", "situation", "tried", "barrier", "breakthrough", "own_contribution"):
            with pytest.raises(BsnFound) as refused:
                desk.save(number, **{name: f"Zijn nummer is {BSN[:4]}.{BSN[4:]}."})
            assert refused.value.field == name
            assert getattr(desk.case(number), name) == ""


def test_a_citizen_number_in_a_cost_line_is_refused(engine: Engine) -> None:
    with a_desk(engine) as desk, pytest.raises(BsnFound):
        desk.save(desk.draft(), cost_lines=[CostLineDraft(f"voor {BSN}", 100, "A", IBAN)])


def test_a_choice_that_does_not_exist_is_refused(engine: Engine) -> None:
    unknown: dict[str, Any] = {
        "household_type": "kasteel",
        "age_band": "oud",
        "district": "ver weg",
        "barrier_field": "iets",
        "domains": ["wonen", "ruimtevaart"],
        "expected_payers": ["bestaatniet"],
    }
    with a_desk(engine) as desk:
        number = desk.draft()
        for name, value in unknown.items():
            with pytest.raises(ChoiceNotKnown) as refused:
                desk.save(number, **{name: value})
            assert refused.value.field == name


def test_consent_is_not_given_tomorrow(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        with pytest.raises(ConsentInFuture):
            desk.save(number, consent_on=NOW.date() + timedelta(days=1))
        desk.save(number, consent_on=NOW.date())
        assert desk.case(number).consent_on == date(2026, 6, 1)


def test_a_field_that_a_case_has_not_is_a_fault(engine: Engine) -> None:
    with a_desk(engine) as desk, pytest.raises(TypeError, match="decision_state"):
        desk.save(desk.draft(), decision_state="approved")


def test_another_window_is_not_overwritten_unseen(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        desk.save(number, revision=1, form="een", title="Van het eerste venster")
        with pytest.raises(SavedElsewhere):
            desk.save(number, revision=1, form="twee", title="Van het tweede venster")
        assert desk.case(number).title == "Van het eerste venster"


def test_a_form_is_not_stopped_by_its_own_autosave(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        desk.save(number, revision=1, form="een", title="Automatisch bewaard")
        saved = desk.save(number, revision=1, form="een", title="En verder getypt")
        assert (saved.revision, desk.case(number).title) == (3, "En verder getypt")


def test_only_the_applicant_writes(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        for person in (desk.cast.other_applicant, desk.cast.secretariat[0], desk.cast.treasurer):
            with pytest.raises(NotFound):
                save_draft(desk.work(person), number=number, revision=2, fields={"title": "x"})
        submit(desk.work(), number=number)
        with pytest.raises(Forbidden):
            save_draft(desk.work(desk.cast.secretariat[0]), number=number, revision=2, fields={"title": "x"})


def test_what_was_submitted_stays_as_it_was(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        with pytest.raises(NotADraft):
            desk.save(number, revision=2, title="Achteraf mooier")
        with pytest.raises(NotADraft):
            delete_draft(desk.work(), number=number, uploads=Path("/nonexistent"))


def test_each_change_is_logged_once_and_without_text(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        rows = desk.session.execute(
            select(LogRecord.action, LogRecord.object_ref, LogRecord.facts).order_by(LogRecord.id)
        ).all()
        assert [row.action for row in rows] == ["case.create", "case.save", "case.submit"]
        assert {row.object_ref for row in rows} == {number}
        assert "huurschuld" not in str([row.facts for row in rows]).lower()


def test_texts_and_accounts_are_unreadable_in_the_database(engine: Engine) -> None:
    with a_desk(engine) as desk:
        desk.complete()
        rows = desk.session.execute(text('SELECT title, situation FROM "case"')).all()
        rows += desk.session.execute(text("SELECT description, payee_iban FROM cost_line")).all()
        seen = b" ".join(bytes(value) for row in rows for value in row)
        for word in (b"huurschuld", b"Huurschuld", IBAN.encode()):
            assert word not in seen


def test_a_draft_goes_with_everything_that_belongs_to_it(engine: Engine, folder: Path) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        work = work_as(session, cast.applicant, cast.network)
        number = create_draft(work, partner="farent")
        save_draft(work, number=number, revision=1, fields=STORY, cost_lines=COSTS)
        add_attachment(
            work, number=number, file_name="a.pdf", content=b"%PDF-1.7", uploads=folder, maximum_bytes=100
        )
    assert len(list(folder.iterdir())) == 1
    with unit_of_work(engine) as session:
        delete_draft(work_as(session, cast.applicant, cast.network), number=number, uploads=folder)
        assert len(list(folder.iterdir())) == 1  # until it is certain
    assert list(folder.iterdir()) == []
    with unit_of_work(engine, write=False) as session:
        for table in (Case, Attachment, BusinessCase, BusinessCaseLine):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert "case.delete" in session.scalars(select(LogRecord.action)).all()
