"""Batches: two treasurers, one file, nothing twice, and nothing but what was seen."""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sepaxml
import xmlschema
from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.accounts.refusals import NoFundAccount
from casework.accounts.tables import BankAccount
from casework.audit.record import record
from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import DecisionVote
from casework.payout import batches, service
from casework.payout.batch_queries import batch_page, prepared_batches
from casework.payout.queries import lines_to_pay, payable_ids, to_pay_totals
from casework.payout.refusals import (
    AlreadyOrdered,
    BatchChanged,
    BatchNotIn,
    BatchPartlyDone,
    BatchStale,
    BatchState,
    CountNotTheSame,
    DateInFuture,
    ExecutionTooEarly,
    ExecutionTooLate,
    FileDamaged,
    NoBankDay,
    OwnBatch,
    OwnCase,
    TotalNotTheSame,
    UploadedBefore,
)
from casework.payout.tables import PaymentBatch, PaymentBatchLine, Payout
from errors import NotFound, OmloopError
from ledger.bank.payment_file import PayeeNameUnwritable
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import (
    POT_CENTS,
    a_funded_cast,
    an_approved_case,
    order,
    position,
    prepare,
    release,
)

TODAY = date(2026, 6, 1)
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def both(session: Session, cast: Cast) -> tuple[Work, Work]:
    """The two treasurers at work."""
    first = make.work_as(session, cast.treasurer, cast.network)
    return first, make.work_as(session, cast.second_treasurer, cast.network)


def texts(content: bytes, tag: str) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(content).iter(f"{NAMESPACE}{tag}")]


def test_a_released_batch_orders_everything_and_gives_one_valid_file(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        one = an_approved_case(session, cast, amounts=(40_000, 10_005))
        two = an_approved_case(session, cast, amounts=(25,))
        reference = prepare(first, [one, two])
        assert position(first).in_transit_cents == 0
        assert (one.payment_state, lines_to_pay(first)) == ("none", ())
        assert [row.reference for row in prepared_batches(second)] == [reference]

        payments = release(second, reference)
        assert payments == (f"{one.number}-U1", f"{one.number}-U2", f"{two.number}-U1")
        assert (position(first).in_transit_cents, one.payment_state) == (-50_030, "ordered")
        assert session.scalars(select(Payout.ordered_by)).all() == [cast.treasurer.id] * 3
        content = batches.read_file(second, reference=reference)
        folder = Path(sepaxml.__file__).parent / "schemas"
        xmlschema.XMLSchema(folder / "pain.001.001.09.xsd").validate(content.decode())
        assert texts(content, "EndToEndId") == list(payments)
        assert texts(content, "InstdAmt") == ["400.00", "100.05", "0.25"]
        assert texts(content, "CtrlSum") == ["500.30"] * 2
        assert texts(content, "NbOfTxs") == ["3"] * 2
        assert texts(content, "BtchBookg") == ["false"]
        assert texts(content, "Dt") == ["2026-06-01"]
        assert texts(content, "PstlAdr") == []
        page = batch_page(first, reference)
        assert texts(content, "MsgId") == [page.message_id]
        assert page.file_sha256 == hashlib.sha256(content).hexdigest()
        assert (page.row.state, page.released_by) == (BatchState.RELEASED, cast.second_treasurer.name)


def test_who_prepared_it_does_not_release_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        with pytest.raises(OwnBatch):
            release(first, reference)
        assert batch_page(first, reference).row.own
        assert not batch_page(second, reference).row.own
    with pytest.raises(IntegrityError, match="released_by_another"), engine.begin() as connection:
        connection.execute(
            update(PaymentBatch).values(
                state="released", released_by=PaymentBatch.prepared_by, file=b"x", file_sha256="x"
            )
        )
    with pytest.raises(IntegrityError, match="released_by_somebody"), engine.begin() as connection:
        connection.execute(text("UPDATE payment_batch SET state = 'released'"))


@pytest.mark.parametrize("how", ["brought", "voted", "promised"])
def test_who_brought_or_decided_on_a_case_in_it_neither_prepares_nor_releases(
    engine: Engine, how: str
) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        case = an_approved_case(session, cast)
        if how == "brought":
            case.applicant_id = cast.second_treasurer.id
        elif how == "voted":
            session.add(
                DecisionVote(
                    case_id=case.id,
                    person_id=cast.second_treasurer.id,
                    outcome="approve",
                    counts=True,
                    voted_at_utc=NOW,
                )
            )
        else:
            record(second, "case.promise", case.number)
        session.flush()
        assert lines_to_pay(second)[0].involved
        assert payable_ids(second, most=10) == []
        with pytest.raises(OwnCase, match=case.number):
            prepare(second, [case])
        reference = prepare(first, [an_approved_case(session, cast), case])
        assert batch_page(second, reference).involved
        with pytest.raises(OwnCase, match=case.number):
            release(second, reference)
        assert batch_page(first, reference).row.state is BatchState.PREPARED


def test_what_is_released_is_what_was_seen_and_signed_for(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        case = an_approved_case(session, cast)
        reference = prepare(first, [case])
        seen = batch_page(second, reference).seal

        def sign(*, seal: str = seen, cents: int = 50_000, count: int = 1) -> None:
            batches.release_batch(
                second, reference=reference, seen=seal, typed_cents=cents, typed_count=count, key="sign-key-1"
            )

        for wrong, refusal in (
            ({"seal": "0" * 64}, BatchChanged),
            ({"cents": 49_999}, TotalNotTheSame),
            ({"count": 2}, CountNotTheSame),
        ):
            with pytest.raises(refusal):
                sign(**wrong)  # type: ignore[arg-type]  # one of three
        line = session.scalars(select(PaymentBatchLine)).one()
        line.payee_iban = "NL20INGB0001234567"
        session.flush()
        with pytest.raises(BatchChanged):
            sign()
        seen_now = batch_page(second, reference).seal
        with pytest.raises(BatchStale, match=case.number):
            sign(seal=seen_now)
        assert session.scalar(select(func.count()).select_from(Payout)) == 0


def test_a_day_that_has_passed_becomes_today_and_must_be_seen(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, _second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        seen = batch_page(first, reference).seal
        saturday = make.work_as(session, cast.second_treasurer, cast.network, at_utc=NOW + timedelta(days=5))
        page = batch_page(saturday, reference)
        assert (page.row.execution_on, page.day_asked) == (TODAY, date(2026, 6, 8))
        with pytest.raises(BatchChanged):
            batches.release_batch(
                saturday, reference=reference, seen=seen, typed_cents=50_000, typed_count=1, key="sign-key-1"
            )
        release(saturday, reference)
        content = batches.read_file(saturday, reference=reference)
        assert texts(content, "Dt") == ["2026-06-08"]


def test_the_day_asked_is_a_day_on_which_banks_work(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, _second = both(session, cast)
        case = an_approved_case(session, cast)
        for day, refusal in (
            (date(2026, 6, 6), NoBankDay),
            (TODAY - timedelta(days=3), ExecutionTooEarly),
            (TODAY + timedelta(days=61), ExecutionTooLate),
        ):
            with pytest.raises(refusal):
                batches.prepare_batch(
                    first, cost_line_ids=[case.cost_lines[0].id], execution_on=day, key="prepare-1"
                )


def test_a_cancelled_batch_gives_its_lines_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        case = an_approved_case(session, cast)
        reference = prepare(first, [case])
        for _twice in range(2):
            batches.cancel_batch(second, reference=reference, key="cancel-key-1")
        assert to_pay_totals(first) == (1, 50_000)
        with pytest.raises(BatchNotIn, match="cancelled"):
            release(second, reference)
        with pytest.raises(BatchNotIn):
            batches.read_file(second, reference=reference)
        again = prepare(first, [case], key="order-key-2")
        release(second, again)
        with pytest.raises(BatchNotIn, match="released"):
            batches.cancel_batch(first, reference=again, key="cancel-key-2")


def test_a_batch_the_bank_refuses_as_a_whole_stands_as_promises_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        cases = [an_approved_case(session, cast, amounts=(100, 200)), an_approved_case(session, cast)]
        reference = prepare(first, cases)
        release(second, reference)
        with pytest.raises(DateInFuture):
            batches.reject_batch(
                first, reference=reference, rejected_on=TODAY + timedelta(days=1), key="reject-key-1"
            )
        for _twice in range(2):
            batches.reject_batch(first, reference=reference, rejected_on=TODAY, key="reject-key-2")
        assert [case.payment_state for case in cases] == ["none", "none"]
        now = position(first)
        assert (now.in_transit_cents, now.commitments_cents) == (0, 50_300)
        assert batch_page(first, reference).row.state is BatchState.REJECTED
        again = prepare(first, cases, key="order-key-2")
        payments = release(second, again, key="order-key-2")
        assert payments[0].endswith("-U3")
        service.confirm_payout(first, reference=payments[0], paid_on=TODAY, key="confirm-key-1")
        with pytest.raises(BatchPartlyDone, match=re.escape(payments[0])):
            batches.reject_batch(first, reference=again, rejected_on=TODAY, key="reject-key-3")


def test_the_file_is_the_same_bytes_each_time_and_every_look_is_logged(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        release(second, reference)
        looks = {batches.read_file(work, reference=reference) for work in (first, second, first)}
        assert len(looks) == 1
        logged = select(func.count()).where(LogRecord.action == "batch.download")
        assert session.scalar(logged) == 3
        session.execute(update(PaymentBatch).values(file_sha256="0" * 64))
        session.expire_all()
        with pytest.raises(FileDamaged):
            batches.read_file(first, reference=reference)


def test_when_it_was_given_to_the_bank_is_noted(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        with pytest.raises(BatchNotIn):
            batches.note_uploaded(first, reference=reference, uploaded_on=TODAY)
        release(second, reference)
        with pytest.raises(DateInFuture):
            batches.note_uploaded(first, reference=reference, uploaded_on=TODAY + timedelta(days=1))
        with pytest.raises(UploadedBefore, match="01-06-2026"):
            batches.note_uploaded(first, reference=reference, uploaded_on=TODAY - timedelta(days=1))
        batches.note_uploaded(first, reference=reference, uploaded_on=TODAY)
        assert batch_page(first, reference).row.uploaded_on == TODAY


def test_without_an_account_of_its_own_the_fund_pays_nobody(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, _second = both(session, cast)
        case = an_approved_case(session, cast)
        session.execute(delete(BankAccount))
        with pytest.raises(NoFundAccount):
            prepare(first, [case])


def test_a_name_no_bank_can_read_releases_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        case.cost_lines[0].payee_name = "★ ★"
        session.flush()
    with pytest.raises(OmloopError) as caught, unit_of_work(engine) as session:
        order(session, cast, session.get_one(Case, case.id))
    assert isinstance(caught.value, PayeeNameUnwritable)
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(Payout)) == 0


def test_another_network_finds_no_batch(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        first, second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        seen = batch_page(second, reference)
        stranger = make.work_as(session, other.second_treasurer, other.network)
        with pytest.raises(NotFound):
            batch_page(stranger, reference)
        with pytest.raises(NotFound):
            batches.release_batch(
                stranger,
                reference=reference,
                seen=seen.seal,
                typed_cents=50_000,
                typed_count=1,
                key="strange-key",
            )
        for act in (batches.cancel_batch,):
            with pytest.raises(NotFound):
                act(stranger, reference=reference, key="strange-key")
        with pytest.raises(NotFound):
            batches.read_file(stranger, reference=reference)


def test_the_database_holds_a_line_in_one_live_batch(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first, _second = both(session, cast)
        case, other = an_approved_case(session, cast), an_approved_case(session, cast)
        prepare(first, [case])
        prepare(first, [other], key="order-key-2")
        rows = session.scalars(select(PaymentBatchLine).order_by(PaymentBatchLine.id)).all()
        rows[1].cost_line_id = rows[0].cost_line_id
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def _at_once(engine: Engine, cast: Cast, *acts: object) -> list[str]:
    """Do these at the same moment, each in a transaction of its own; what came of each."""
    results: list[str] = []
    ready = threading.Barrier(len(acts))

    def run(act: object) -> None:
        ready.wait()
        try:
            with unit_of_work(engine) as session:
                results.append(str(act(session)))  # type: ignore[operator]  # a function of a session
        except OmloopError as refused:
            results.append(type(refused).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_two_treasurers_who_prepare_the_same_line_at_once_make_one_batch(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)

    def by(person: object, key: str) -> object:
        def act(session: Session) -> str:
            network = session.merge(cast.network, load=False)
            work = make.work_as(session, person, network)  # type: ignore[arg-type]  # one of the cast
            return prepare(work, [session.get_one(Case, case.id)], key=key)

        return act

    results = _at_once(engine, cast, by(cast.treasurer, "first-key"), by(cast.second_treasurer, "second-key"))
    assert results == [AlreadyOrdered.__name__, "B-2026-0001"]


@pytest.mark.parametrize("keys", [("same-key-1", "same-key-1"), ("first-key-1", "second-key-1")])
def test_a_batch_released_twice_at_once_is_one_file(engine: Engine, keys: tuple[str, str]) -> None:
    """A double click has one key; a second treasurer and a third have two."""
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        third = make.a_person(session, cast.network, cast.partners["mee"], make.Role.TREASURER)
        first, second = both(session, cast)
        reference = prepare(first, [an_approved_case(session, cast)])
        seen = batch_page(second, reference).seal
    people = (cast.second_treasurer, cast.second_treasurer if keys[0] == keys[1] else third)

    def by(person: object, key: str) -> object:
        def act(session: Session) -> str:
            network = session.merge(cast.network, load=False)
            work = make.work_as(session, person, network)  # type: ignore[arg-type]  # one of the cast
            return batches.release_batch(
                work, reference=reference, seen=seen, typed_cents=50_000, typed_count=1, key=key
            )

        return act

    results = _at_once(engine, cast, *(by(one, key) for one, key in zip(people, keys, strict=True)))
    again = reference if keys[0] == keys[1] else BatchNotIn.__name__
    assert results == sorted([reference, again])
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(Payout)) == 1
        work = make.work_as(session, cast.treasurer, session.merge(cast.network, load=False))
        assert position(work).in_transit_cents == -50_000
        assert position(work).bank_cents == POT_CENTS
