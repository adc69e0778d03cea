"""Collections: prepared by one, released by another, once; booked only when the bank shows it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.accounts.service import confirm_account, propose_account
from casework.accounts.tables import BankAccount
from casework.audit.tables import LogRecord
from casework.claims.queries import claim_page
from casework.claims.service import book_repayment
from casework.collections import by_hand
from casework.collections.batches import (
    cancel_collections,
    earliest_day,
    note_uploaded,
    prepare_collections,
    read_file,
    release_collections,
)
from casework.collections.due import collectable
from casework.collections.queries import collection_batch, collection_batches, due_by_scheme
from casework.collections.refusals import (
    CollectDayPassed,
    CollectionNotIn,
    CollectionStale,
    CollectionState,
    CollectTooEarly,
    CollectTooLate,
    MixedSchemes,
    NoCreditorId,
    NotCollectable,
    NothingToCollect,
    OutcomeBeforeDay,
    OwnCaseCollected,
    Scheme,
)
from casework.collections.tables import CollectionBatch
from casework.once import KeyReused
from casework.payout.refusals import (
    BatchChanged,
    BatchNotIn,
    CountNotTheSame,
    DateInFuture,
    FileDamaged,
    FundAccountChanged,
    NoBankDay,
    OwnBatch,
    TotalNotTheSame,
    UploadedBefore,
)
from errors import Forbidden, NotFound
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.collection_file import SCHEMA
from ledger.bank.payment_file import schema
from ledger.bank.references import parse_collection_id
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.collections.scene import (
    COLLECT_ON,
    TODAY,
    Collecting,
    a_collecting_cast,
    a_mandate,
)
from tests.integration.documents.papers import owed
from tests.integration.factories import NOW

TOTAL = 42_345
AFTER = NOW + timedelta(days=3)


def prepared(session: Session, it: Collecting, *, key: str = "prepare-key-1") -> str:
    return prepare_collections(it.first_work(session), claims=it.claims, collect_on=COLLECT_ON, key=key)


def released(session: Session, it: Collecting, *, key: str = "release-key-1") -> str:
    reference = prepared(session, it, key=f"prepare-for-{key}")
    page = collection_batch(it.second_work(session), reference)
    return release_collections(
        it.second_work(session),
        reference=reference,
        seen=page.seal,
        typed_cents=page.row.total_cents,
        typed_count=page.row.line_count,
        key=key,
    )


def file_of(session: Session, it: Collecting, reference: str) -> Element:
    content = read_file(it.first_work(session), reference=reference)
    schema(SCHEMA).validate(content.decode())
    return fromstring(content)


def texts(root: Element, name: str) -> list[str | None]:
    return [found.text for found in root.iter(f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}{name}")]


def bank(session: Session, it: Collecting) -> int:
    return balance_cents(session, network=it.cast.network.code, account=Account.BANK)


def test_what_is_due_of_mandated_partners_gathers(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        work = it.first_work(session)
        assert [(one.claim, one.amount_cents) for one in collectable(work, COLLECT_ON)] == [
            (it.claims[0], 30_000),
            (it.claims[1], 12_345),
        ]
        assert it.later in [one.claim for one in collectable(work, COLLECT_ON + timedelta(days=1))]
        prepared(session, it)
        assert due_by_scheme(work, COLLECT_ON) == {}


def test_from_claim_to_file_and_nothing_is_booked(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        before = bank(session, it)
        reference = released(session, it)
        page = collection_batch(it.first_work(session), reference)
        assert (page.row.total_cents, page.row.line_count, page.row.state) == (TOTAL, 2, "released")
        root = file_of(session, it, reference)
        assert texts(root, "CtrlSum") == ["423.45", "423.45"]
        assert texts(root, "MndtId") == ["TN-zayaz-1"] * 2
        assert texts(root, "EndToEndId") == [line.end_to_end_id for line in page.lines]
        for line in page.lines:
            found = parse_collection_id(line.end_to_end_id)
            assert found is not None
            assert found[1] == 1
        assert bank(session, it) == before
        assert claim_page(it.first_work(session), it.claims[0]).row.open_cents == 30_000
        assert {line.state for line in page.lines} == {CollectionState.ORDERED}


def test_once_whatever_is_repeated(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        assert prepared(session, it) == reference
        with pytest.raises(NotCollectable):
            prepared(session, it, key="prepare-key-2")
        page = collection_batch(it.second_work(session), reference)
        form = {"seen": page.seal, "typed_cents": TOTAL, "typed_count": 2, "key": "release-key-1"}
        for _twice in range(2):
            release_collections(it.second_work(session), reference=reference, **form)  # type: ignore[arg-type]  # a form
        first = read_file(it.first_work(session), reference=reference)
        assert first == read_file(it.second_work(session), reference=reference)
        with pytest.raises(BatchNotIn):
            release_collections(
                it.second_work(session), reference=reference, **(form | {"key": "release-key-2"})
            )  # type: ignore[arg-type]  # a form
        with pytest.raises(KeyReused):
            release_collections(it.second_work(session), reference=reference, **(form | {"typed_count": 3}))  # type: ignore[arg-type]  # a form
        actions = session.scalars(select(LogRecord.action).where(LogRecord.object_ref == reference)).all()
        assert sorted(actions) == [
            "collection.download",
            "collection.download",
            "collection.prepare",
            "collection.release",
        ]


def test_two_people_see_every_batch_and_none_who_decided(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        page = collection_batch(it.first_work(session), reference)
        form = {"seen": page.seal, "typed_cents": TOTAL, "typed_count": 2, "key": "release-key-1"}
        with pytest.raises(OwnBatch):
            release_collections(it.first_work(session), reference=reference, **form)  # type: ignore[arg-type]  # a form
        make.appoint(session, it.cast.applicant, it.cast.network, it.cast.partners["farent"], Role.TREASURER)
        applicant = make.work_as(session, it.cast.applicant, it.cast.network)
        with pytest.raises(OwnCaseCollected):
            release_collections(applicant, reference=reference, **form)  # type: ignore[arg-type]  # a form
        cancel_collections(it.first_work(session), reference=reference, key="cancel-key-1")
        with pytest.raises(OwnCaseCollected):
            prepare_collections(applicant, claims=it.claims, collect_on=COLLECT_ON, key="prepare-key-9")
        auditor = make.work_as(session, it.cast.auditor, it.cast.network)
        with pytest.raises(Forbidden):
            prepare_collections(auditor, claims=it.claims, collect_on=COLLECT_ON, key="prepare-key-9")
        assert collection_batch(auditor, reference).row.state == "cancelled"
        other = make.a_cast(session, code="ander", case_prefix="AN")
        with pytest.raises(NotFound):
            collection_batch(make.work_as(session, other.treasurer, other.network), reference)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"seen": "0" * 64}, BatchChanged),
        ({"typed_cents": TOTAL + 1}, TotalNotTheSame),
        ({"typed_count": 1}, CountNotTheSame),
    ],
)
def test_what_is_released_is_what_was_seen(
    engine: Engine, wrong: dict[str, object], refusal: type[Exception]
) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        page = collection_batch(it.second_work(session), reference)
        form = {"seen": page.seal, "typed_cents": TOTAL, "typed_count": 2, "key": "release-key-1"} | wrong
        with pytest.raises(refusal):
            release_collections(it.second_work(session), reference=reference, **form)  # type: ignore[arg-type]  # a form
        assert collection_batch(it.second_work(session), reference).row.state == "prepared"


def test_what_was_paid_meanwhile_is_not_released(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        work = it.first_work(session)
        book_repayment(work, reference=it.claims[0], amount_cents=1, received_on=TODAY, key="repay-key-1")
        page = collection_batch(it.second_work(session), reference)
        with pytest.raises(CollectionStale):
            release_collections(
                it.second_work(session),
                reference=reference,
                seen=page.seal,
                typed_cents=TOTAL,
                typed_count=2,
                key="release-key-1",
            )


def test_nothing_is_collected_on_an_account_that_is_the_funds_no_more(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        changed = propose_account(
            it.first_work(session),
            partner="",
            holder="Stichting Testnetwerk",
            iban="NL20INGB0001234567",
            from_on=TODAY,
            reason="Andere bank.",
        )
        confirm_account(it.second_work(session), account_id=changed)
        page = collection_batch(it.second_work(session), reference)
        with pytest.raises(FundAccountChanged):
            release_collections(
                it.second_work(session),
                reference=reference,
                seen=page.seal,
                typed_cents=TOTAL,
                typed_count=2,
                key="release-key-1",
            )
        assert collection_batch(it.second_work(session), reference).row.state == "prepared"


def test_a_day_the_bank_cannot_meet_any_more(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        late = it.second_work(session, at_utc=NOW + timedelta(days=1))
        page = collection_batch(late, reference)
        assert page.too_late
        with pytest.raises(CollectDayPassed):
            release_collections(
                late,
                reference=reference,
                seen=page.seal,
                typed_cents=TOTAL,
                typed_count=2,
                key="release-key-1",
            )


@pytest.mark.parametrize(
    ("on", "refusal"),
    [
        (TODAY, CollectTooEarly),
        (TODAY + timedelta(days=61), CollectTooLate),
        (date(2026, 6, 6), NoBankDay),
    ],
)
def test_days_on_which_nothing_can_be_collected(engine: Engine, on: date, refusal: type[Exception]) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        with pytest.raises(refusal):
            prepare_collections(it.first_work(session), claims=it.claims, collect_on=on, key="prepare-key-1")


def test_the_earliest_day_skips_weekends_and_holidays() -> None:
    assert earliest_day(date(2026, 6, 5)) == date(2026, 6, 8)
    assert earliest_day(date(2026, 4, 2)) == date(2026, 4, 7)  # Good Friday to Easter Monday
    assert earliest_day(date(2026, 12, 24)) == date(2026, 12, 28)


def test_what_cannot_be_prepared(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        work = it.first_work(session)
        for claims, refusal in (
            ((), NothingToCollect),
            ((it.later,), NotCollectable),
            ((it.without,), NotCollectable),
            ((*it.claims, "nergens"), NotCollectable),
        ):
            with pytest.raises(refusal):
                prepare_collections(work, claims=claims, collect_on=COLLECT_ON, key="prepare-key-1")
        a_mandate(work, it.second_work(session), "mee", scheme=Scheme.B2B)
        with pytest.raises(MixedSchemes):
            prepare_collections(
                work, claims=(*it.claims, it.without), collect_on=COLLECT_ON, key="prepare-key-1"
            )
        for account in session.scalars(select(BankAccount)):
            account.creditor_id = ""
        with pytest.raises(NoCreditorId):
            prepare_collections(work, claims=it.claims, collect_on=COLLECT_ON, key="prepare-key-1")


def test_cancelled_before_release_it_can_be_prepared_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = prepared(session, it)
        for _twice in range(2):
            cancel_collections(it.second_work(session), reference=reference, key="cancel-key-1")
        again = prepared(session, it, key="prepare-key-2")
        lines = collection_batch(it.first_work(session), again).lines
        assert {parse_collection_id(line.end_to_end_id)[1] for line in lines} == {2}  # type: ignore[index]  # ours
        assert [row.reference for row in collection_batches(it.first_work(session)).rows] == [
            again,
            reference,
        ]
        with pytest.raises(BatchNotIn):
            read_file(it.first_work(session), reference=again)


def test_collected_by_hand_rejected_and_taken_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = released(session, it)
        work = it.first_work(session, at_utc=AFTER)
        first, second = collection_batch(work, reference).lines
        before = bank(session, it)
        with pytest.raises(OutcomeBeforeDay):
            by_hand.collected(work, collection_id=first.id, on=TODAY, key="collected-key-1")
        with pytest.raises(DateInFuture):
            by_hand.collected(
                work, collection_id=first.id, on=work.today + timedelta(days=1), key="collected-key-1"
            )
        for _twice in range(2):
            by_hand.collected(work, collection_id=first.id, on=COLLECT_ON, key="collected-key-1")
        assert bank(session, it) == before + 30_000
        assert claim_page(work, it.claims[0]).row.open_cents == 0
        by_hand.rejected(work, collection_id=second.id, on=COLLECT_ON, reason="AC04", key="rejected-key-1")
        assert bank(session, it) == before + 30_000
        with pytest.raises(CollectionNotIn):
            by_hand.collected(work, collection_id=second.id, on=COLLECT_ON, key="collected-key-2")
        by_hand.reversed_by_bank(
            work, collection_id=first.id, on=work.today, reason="MD06", key="reversed-key-1"
        )
        assert bank(session, it) == before
        assert claim_page(work, it.claims[0]).row.open_cents == 30_000
        states = [(line.state, line.bank_reason) for line in collection_batch(work, reference).lines]
        assert states == [(CollectionState.REVERSED, "MD06"), (CollectionState.REJECTED, "AC04")]
        day = earliest_day(work.today)
        again = prepare_collections(work, claims=it.claims, collect_on=day, key="prepare-again-1")
        assert collection_batch(work, again).row.total_cents == TOTAL


def test_when_the_file_was_given_to_the_bank(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = released(session, it)
        work = it.first_work(session)
        with pytest.raises(UploadedBefore):
            note_uploaded(work, reference=reference, uploaded_on=TODAY - timedelta(days=1))
        with pytest.raises(DateInFuture):
            note_uploaded(work, reference=reference, uploaded_on=TODAY + timedelta(days=1))
        note_uploaded(work, reference=reference, uploaded_on=TODAY)
        assert collection_batch(work, reference).row.uploaded_on == TODAY


def test_a_damaged_file_is_not_given(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = released(session, it)
        session.scalars(select(CollectionBatch)).one().file_sha256 = hashlib.sha256(b"anders").hexdigest()
        with pytest.raises(FileDamaged):
            read_file(it.first_work(session), reference=reference)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE collection_batch SET released_by = prepared_by",
        "UPDATE collection_batch SET file = NULL",
        "UPDATE collection_batch SET state = 'prepared'",
        "UPDATE collection_batch SET total_cents = 0",
        "UPDATE collection SET live = (1 = 0)",
        "UPDATE collection SET amount_cents = 0",
        "UPDATE collection SET claim_reference = 'x', attempt = 1",
    ],
)
def test_the_database_holds_it_too(engine: Engine, change: str) -> None:
    with unit_of_work(engine) as session:
        released(session, a_collecting_cast(session))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(change))


def test_claims_of_others_stay_out(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        make.fund(make.work_as(session, other.treasurer, other.network), 100_000)
        owed(session, other, ("zayaz", 999))
        found = collectable(it.first_work(session), COLLECT_ON)
        assert {one.claim for one in found} == set(it.claims)
