"""Mandates: recorded by one, confirmed by another, one per partner, ended when nothing is under way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from casework.claims.note import claim_note
from casework.collections.batches import prepare_collections
from casework.collections.mandates import confirm_mandate, end_mandate, record_mandate, refuse_mandate
from casework.collections.queries import mandates, partners_without_mandate
from casework.collections.refusals import (
    HolderMissing,
    MandateExists,
    MandateInUse,
    MandateNotIn,
    MandateReferenceTaken,
    MandateReferenceWrong,
    MandateState,
    NotAMember,
    OwnMandate,
    Scheme,
    SignedInFuture,
)
from errors import Forbidden, NotFound
from ledger.bank.iban import IbanCheckWrong
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.collections.scene import COLLECT_ON, IBAN, TODAY, a_collecting_cast
from tests.integration.factories import Cast

FORM: dict[str, object] = {
    "partner": "mee",
    "reference": "TN-MEE-1",
    "scheme": Scheme.CORE,
    "signed_on": date(2026, 5, 1),
    "holder": "Stichting MEE",
    "iban": IBAN,
}


def test_a_mandate_holds_once_another_treasurer_confirmed_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        first, second = it.first_work(session), it.second_work(session)
        made = record_mandate(first, **FORM)  # type: ignore[arg-type]  # one form for all tests
        assert ("mee", "Mee") not in partners_without_mandate(first)
        with pytest.raises(OwnMandate):
            confirm_mandate(first, mandate_id=made)
        with pytest.raises(OwnMandate):
            refuse_mandate(first, mandate_id=made)
        confirm_mandate(second, mandate_id=made)
        with pytest.raises(MandateNotIn):
            confirm_mandate(second, mandate_id=made)
        [row] = [one for one in mandates(first) if one.partner == "mee"]
        assert (row.state, row.holder, row.iban) == (MandateState.ACTIVE, "Stichting MEE", IBAN)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"reference": "met spatie"}, MandateReferenceWrong),
        ({"reference": "x" * 36}, MandateReferenceWrong),
        ({"reference": ""}, MandateReferenceWrong),
        ({"reference": "TN-zayaz-1"}, MandateReferenceTaken),
        ({"signed_on": TODAY + timedelta(days=1)}, SignedInFuture),
        ({"holder": " ** "}, HolderMissing),
        ({"iban": "NL91ABNA0417164301"}, IbanCheckWrong),
        ({"partner": "zayaz"}, MandateExists),
        ({"partner": "nergens"}, NotFound),
    ],
)
def test_what_cannot_be_recorded(engine: Engine, wrong: dict[str, object], refusal: type[Exception]) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        with pytest.raises(refusal):
            record_mandate(it.first_work(session), **(FORM | wrong))  # type: ignore[arg-type]  # as above


def test_a_partner_that_left_gives_no_new_mandate(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        it.cast.partners["mee"].left_on = TODAY
        session.flush()
        with pytest.raises(NotAMember):
            record_mandate(it.first_work(session), **FORM)  # type: ignore[arg-type]  # as above


def test_who_may_not(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        cast: Cast = it.cast
        other = make.a_cast(session, code="ander", case_prefix="AN")
        for person in (cast.auditor, cast.representative, cast.secretariat[0]):
            with pytest.raises(Forbidden):
                record_mandate(make.work_as(session, person, cast.network), **FORM)  # type: ignore[arg-type]  # as above
        with pytest.raises(NotFound):
            end_mandate(make.work_as(session, other.treasurer, other.network), mandate_id=it.mandate_id)


def test_a_mandate_is_not_ended_while_a_collection_is_under_way(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        first = it.first_work(session)
        batch = prepare_collections(first, claims=it.claims, collect_on=COLLECT_ON, key="prepare-key-1")
        with pytest.raises(MandateInUse, match=batch):
            end_mandate(first, mandate_id=it.mandate_id)


def test_who_gave_a_mandate_is_told_that_nothing_needs_to_be_paid(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        work = it.first_work(session)
        letter = claim_note(work, reference=it.claims[0], language="nl")
        assert letter.payment is None
        assert "TN-zayaz-1" in letter.paragraphs[0]
        assert IBAN not in letter.paragraphs[0]
        end_mandate(work, mandate_id=it.mandate_id)
        assert claim_note(work, reference=it.claims[0], language="nl").payment is not None
        assert [one.state for one in mandates(work, ended=True)] == [MandateState.ENDED]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE collection_mandate SET confirmed_by = recorded_by",
        "UPDATE collection_mandate SET confirmed_by = NULL",
        "UPDATE collection_mandate SET state = 'anders'",
        "UPDATE collection_mandate SET scheme = 'X'",
    ],
)
def test_the_database_holds_it_too(engine: Engine, change: str) -> None:
    with unit_of_work(engine) as session:
        a_collecting_cast(session)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(change))
