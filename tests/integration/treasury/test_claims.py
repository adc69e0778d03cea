"""Claims: lists, repayments, instalments, write-offs, and who sees what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case, CostLine
from casework.claims.queries import ClaimFilter, claim_list, claim_page, due_claims, party_choices
from casework.claims.service import RepaidBeforeRaised, book_repayment, write_off
from casework.context import Work
from casework.fund.refusals import BookedInFuture, ReasonMissing
from casework.fund.reversal import correct
from casework.payout import service as payouts
from casework.settlement.tables import Settlement
from errors import Forbidden, NotFound
from ledger import book, claims, events
from ledger.accounts import Account
from ledger.claims import Instalment, NewClaim
from ledger.refusals import ClaimHasNothingOpen, ClaimNotFound, RepaymentTooLarge
from ledger.statements import entries
from rules.clock import AgeBucket
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import a_funded_cast, an_approved_case, order, position

TODAY = date(2026, 6, 1)
EARLIER = NOW - timedelta(days=100)
RAISED = TODAY - timedelta(days=100)


@dataclass
class Owed:
    """A settled case and the references of its claims, by party."""

    case: Case
    references: dict[str, str]


def owed(session: Session, cast: Cast, *shares: tuple[str, int], due_on: date = TODAY) -> Owed:
    """A case that was paid and settled a hundred days ago on these partners; ``inwoner`` in instalments."""
    case = an_approved_case(session, cast, amounts=(sum(cents for _, cents in shares),), at_utc=EARLIER)
    work = make.work_as(session, cast.treasurer, cast.network, at_utc=EARLIER)
    key = f"owed-{case.number}"
    [reference] = order(session, cast, case, key=key, at_utc=EARLIER)
    payouts.confirm_payout(work, reference=reference, paid_on=work.today, key=f"{key}-paid")
    settlement = f"{case.number}-V1"
    raised = claims.raise_claims(
        session,
        network=cast.network.code,
        case=case.number,
        settlement=settlement,
        claims=[_claim(settlement, party, cents, due_on) for party, cents in shares],
        booked_on=work.today,
        key=f"{key}-settled",
        recorded_at_utc=EARLIER,
    )
    case.settlement_state = "decided"
    session.add(
        Settlement(
            network_id=cast.network.id,
            case_id=case.id,
            sequence=1,
            kind="shared",
            amount_cents=case.amount_cents,
            state="decided",
            proposed_by=cast.secretariat[0].id,
            proposed_at_utc=EARLIER,
            decided_at_utc=EARLIER,
            decided_on=work.today,
            facts={"claims": {one.reference: one.amount_cents for one in raised}},
        )
    )
    session.flush()
    return Owed(case, {one.party if one.party != case.number else "inwoner": one.reference for one in raised})


def _claim(settlement: str, party: str, cents: int, due_on: date) -> NewClaim:
    if party != "inwoner":
        return NewClaim(
            f"{settlement}-{party}", Account.PARTNER_CLAIMS, party, party.capitalize(), cents, due_on
        )
    third = cents // 3
    plan = tuple(
        Instalment(TODAY + timedelta(days=30 * n), part)
        for n, part in ((-1, third), (0, third), (1, cents - 2 * third))
    )
    number = settlement.removesuffix("-V1")
    return NewClaim(
        f"{settlement}-inwoner",
        Account.RESIDENT_CLAIMS,
        number,
        f"Inwoner {number}",
        cents,
        plan[-1].due_on,
        plan,
    )


def _repay(work: Work, reference: str, cents: int, key: str = "repay-key-1") -> str:
    return book_repayment(work, reference=reference, amount_cents=cents, received_on=TODAY, key=key)


def test_a_case_is_repaid_when_all_its_claims_are(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000), ("mee", 20_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        for _twice in range(2):
            _repay(work, it.references["zayaz"], 30_000)
        assert it.case.settlement_state == "decided"
        _repay(work, it.references["mee"], 15_000, key="repay-key-2")
        assert it.case.settlement_state == "decided"
        _repay(work, it.references["mee"], 5_000, key="repay-key-3")
        assert it.case.settlement_state == "repaid"
        assert position(work).bank_cents == 1_000_000
        logged = session.scalars(select(LogRecord.object_ref).where(LogRecord.action == "claim.repay")).all()
        assert len(logged) == 3


def test_a_mistaken_repayment_opens_the_claim_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = it.references["zayaz"]
        _repay(work, reference, 30_000)
        assert it.case.settlement_state == "repaid"
        newest = entries(session, network=cast.network.code, search=reference).rows[0]
        correct(work, entry_id=newest.entry.id, reason="Andere partij.", key="correct-1")
        assert it.case.settlement_state == "decided"
        assert claim_page(work, reference).row.open_cents == 30_000


def test_what_cannot_come_in(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = it.references["zayaz"]
        with pytest.raises(RepaymentTooLarge):
            _repay(work, reference, 30_001)
        with pytest.raises(ClaimNotFound):
            _repay(work, "TN-2026-9999-V1-zayaz", 1)
        for day, refusal in (
            (TODAY + timedelta(days=1), BookedInFuture),
            (RAISED - timedelta(days=1), RepaidBeforeRaised),
        ):
            with pytest.raises(refusal):
                book_repayment(work, reference=reference, amount_cents=1, received_on=day, key="repay-key-9")
        assert claim_page(work, reference).row.open_cents == 30_000


def test_a_claim_is_given_up_with_a_reason(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = it.references["zayaz"]
        with pytest.raises(ReasonMissing):
            write_off(work, reference=reference, motivation=" ", key="give-up-1")
        _repay(work, reference, 10_000)
        for _twice in range(2):
            write_off(work, reference=reference, motivation="De partij bestaat niet meer.", key="give-up-1")
        page = claim_page(work, reference)
        assert (page.row.open_cents, page.repaid_cents) == (0, 10_000)
        assert [(one.amount_cents, one.motivation) for one in page.written_off] == [
            (20_000, "De partij bestaat niet meer.")
        ]
        assert it.case.settlement_state == "repaid"
        with pytest.raises(ClaimHasNothingOpen):
            write_off(work, reference=reference, motivation="Nog eens.", key="give-up-2")
        newest = entries(session, network=cast.network.code, search=reference).rows[0]
        correct(work, entry_id=newest.entry.id, reason="Er kwam toch bericht.", key="correct-1")
        again = claim_page(work, reference)
        assert (again.row.open_cents, again.written_off) == (20_000, ())
        assert it.case.settlement_state == "decided"


def test_instalments_are_filled_oldest_first(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("inwoner", 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = it.references["inwoner"]
        page = claim_page(work, reference)
        assert page.suggested_cents == 3_333
        assert (page.row.days_late, page.row.late_cents, page.row.age) == (30, 3_333, AgeBucket.DAYS_0_30)
        _repay(work, reference, 4_000)
        after = claim_page(work, reference)
        assert [(part.amount_cents, part.open_cents) for part in after.parts] == [
            (3_333, 0),
            (3_333, 2_666),
            (3_334, 3_334),
        ]
        assert (after.suggested_cents, after.row.due_on, after.row.late_cents) == (2_666, TODAY, 0)
        assert due_claims(work, limit=5) == ()


def test_lists_filter_search_sort_and_page(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        late = owed(session, cast, ("zayaz", 1_000), ("mee", 9_000), due_on=TODAY - timedelta(days=95))
        soon = owed(session, cast, ("zayaz", 5_000), due_on=TODAY + timedelta(days=5))
        work = make.work_as(session, cast.treasurer, cast.network)
        _repay(work, late.references["mee"], 9_000)

        def listed(**asked: object) -> list[str]:
            found, _totals = claim_list(work, **asked)  # type: ignore[arg-type]  # one helper for all
            return [row.reference for row in found.rows]

        old, new, paid = late.references["zayaz"], soon.references["zayaz"], late.references["mee"]
        assert listed() == [old, new]
        assert listed(sort="open", descending=True) == [new, old]
        assert listed(show=ClaimFilter.PAID) == [paid]
        assert listed(show=ClaimFilter.DUE) == [old]
        assert set(listed(show=ClaimFilter.ALL)) == {old, new, paid}
        assert listed(show=ClaimFilter.ALL, party="mee") == [paid]
        assert listed(search=soon.case.number) == [new]
        assert listed(search="ZAYAZ") == [old, new]
        assert listed(search="100%") == []
        _found, totals = claim_list(work, show=ClaimFilter.ALL)
        assert (totals.amount_cents, totals.open_cents) == (15_000, 6_000)
        [row] = due_claims(work, limit=5)
        assert (row.reference, row.days_late, row.age) == (old, 95, AgeBucket.OVER_90)
        assert [code for code, _name in party_choices(work)] == ["mee", "zayaz"]
        page, _totals = claim_list(work, page=2)
        assert (page.rows, page.total, page.pages) == ((), 2, 1)


def test_a_representative_sees_the_claims_of_the_own_partner_only(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 1_000), ("mee", 9_000), ("inwoner", 3_000))
        work = make.work_as(session, cast.representative, cast.network)
        found, totals = claim_list(work, own=True, show=ClaimFilter.ALL)
        assert [row.party for row in found.rows] == ["zayaz"]
        assert totals.open_cents == 1_000
        assert claim_page(work, it.references["zayaz"]).row.open_cents == 1_000
        for party in ("mee", "inwoner"):
            with pytest.raises(NotFound):
                claim_page(work, it.references[party])
        with pytest.raises((Forbidden, NotFound)):
            _repay(work, it.references["zayaz"], 1_000)


def test_another_network_knows_nothing_of_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        it = owed(session, cast, ("zayaz", 1_000))
        stranger = make.work_as(session, other.treasurer, other.network)
        assert claim_list(stranger, show=ClaimFilter.ALL)[0].total == 0
        with pytest.raises(NotFound):
            claim_page(stranger, it.references["zayaz"])
        with pytest.raises(NotFound):
            _repay(stranger, it.references["zayaz"], 1_000)


def test_a_later_payment_of_a_settled_case_is_to_be_settled_too(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        _repay(work, it.references["zayaz"], 30_000)
        assert it.case.settlement_state == "repaid"
        it.case.cost_lines.append(
            CostLine(position=2, amount_cents=4_000, payee_name="Zayaz", payee_iban="NL91ABNA0417164300")
        )
        session.flush()
        draft = events.commitment_raised(
            case=it.case.number, amount_cents=4_000, booked_on=TODAY, cause=it.case.number, key="top-up-1"
        )
        book.post(session, network=cast.network.code, draft=draft, recorded_at_utc=NOW)
        [second] = order(session, cast, lines=[it.case.cost_lines[1]])
        assert second == f"{it.case.number}-U2"
        payouts.confirm_payout(work, reference=second, paid_on=TODAY, key="confirm-key-1")
        assert (it.case.payment_state, it.case.settlement_state) == ("paid", "none")
        payouts.return_payout(work, reference=second, returned_on=TODAY, key="return-key-1")
        assert (it.case.payment_state, it.case.settlement_state) == ("paid", "repaid")
