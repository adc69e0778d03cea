"""A person says what a line is, takes that back, sends money back; nothing is ever there twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select

from casework.bank.agrees import agreement
from casework.bank.queries import LinePage, line_page, lines_to_recognise
from casework.bank.recognise import accept, recognise, send_back, undo_line
from casework.bank.refusals import (
    LineNotBooked,
    LineNotFound,
    LineNotParked,
    NoLineChosen,
    NothingChosen,
    NotOnThisSide,
    OnlyReceipts,
    PartlySpent,
    PartsNotWhole,
    PayerUnknown,
    ProposalChanged,
    PurposeUnknown,
    RefundUnclear,
)
from casework.claims.service import book_repayment
from casework.fund.by_hand import BookedByStatement, UndoneOnTheLine
from casework.fund.queries import contributions_of_year
from casework.fund.refusals import BookingKind, ReasonMissing
from casework.fund.reversal import can_be_corrected, correct
from casework.fund.service import book_contribution, book_expected_contributions, book_other
from casework.payout.tables import FundPayment
from casework.people_data import BsnFound
from errors import Forbidden
from ledger import book
from ledger.accounts import Account
from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import MatchKind, Part
from ledger.bank.references import collection_id
from ledger.bank.tables import bank_booking, bank_line
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.bank.office import DAY, Office, a_claim, an_account, an_office, case_of
from tests.integration.bank.taken import take

ZAYAZ, STRANGER = "NL91ABNA0417164300", "NL20INGB0001234567"
KEY = "sleutel-0001"


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine)


def _taken(office: Office, lines: Sequence[BankLine]) -> list[int]:
    with unit_of_work(office.engine) as session:
        take(office.work(session), lines)
    office.book()
    with unit_of_work(office.engine, write=False) as session:
        return list(session.scalars(select(bank_line.c.id).order_by(bank_line.c.id)))


def _page(office: Office, line_id: int, search: str = "") -> LinePage:
    with unit_of_work(office.engine, write=False) as session:
        return line_page(office.work(session), line_id, search=search)


def _recognise(office: Office, line_id: int, *parts: Part, key: str = KEY) -> str:
    with unit_of_work(office.engine) as session:
        return recognise(office.work(session), line_id=line_id, parts=parts, key=key)


def _undo(office: Office, line_id: int, key: str = "undo-00001") -> str:
    with unit_of_work(office.engine) as session:
        return undo_line(office.work(session), line_id=line_id, reason="Verkeerde vordering.", key=key)


def _repayment(reference: str, cents: int) -> Part:
    return Part(MatchKind.REPAYMENT, reference, cents)


def _sound(office: Office) -> None:
    with unit_of_work(office.engine, write=False) as session:
        assert verify(session).ok
        assert agreement(office.work(session)).agrees


def _claims(office: Office, *cents: int, party: str = "zayaz") -> list[str]:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        return [a_claim(work, office.cast, party, one)[0] for one in cents]


def test_one_line_over_several_claims_and_a_rest(office: Office) -> None:
    first, second = _claims(office, 30_000, 20_000)
    [line] = _taken(office, [BankLine(DAY, 60_000, counter_iban=STRANGER, text="?")])
    bank = office.balance(Account.BANK)
    name = _recognise(office, line, _repayment(first, 30_000), _repayment(second, 15_000))
    assert (office.open_cents(first), office.open_cents(second)) == (0, 5_000)
    assert office.balance(Account.SUSPENSE, name) == -15_000
    assert office.balance(Account.BANK) == bank
    assert _page(office, line).row.left_cents == 15_000
    with unit_of_work(office.engine, write=False) as session:
        assert lines_to_recognise(office.work(session)).in_cents == 15_000, (
            "what is left of it, not all of it"
        )
    _sound(office)


def test_the_same_form_twice_books_once(office: Office) -> None:
    [claim] = _claims(office, 30_000)
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    assert _recognise(office, line, _repayment(claim, 10_000)) == _recognise(
        office, line, _repayment(claim, 10_000)
    )
    assert office.open_cents(claim) == 20_000
    with pytest.raises(LineNotParked):
        _recognise(office, line, _repayment(claim, 10_000), key="sleutel-0002")


def test_a_settlement_is_repaid_and_open_again_when_undone(office: Office) -> None:
    [claim] = _claims(office, 30_000)
    [line] = _taken(office, [BankLine(DAY, 30_000, text="?")])
    _recognise(office, line, _repayment(claim, 30_000))
    bank = office.balance(Account.BANK)
    name = _undo(office, line)
    assert office.open_cents(claim) == 30_000
    assert office.balance(Account.SUSPENSE, name) == -30_000
    assert office.balance(Account.BANK) == bank
    assert _undo(office, line) == name  # the same form again
    with pytest.raises(LineNotBooked):
        _undo(office, line, key="undo-00002")
    page = _page(office, line)
    assert page.state == "parked"
    assert [one.undone for one in page.booked] == [True, True, False]
    _sound(office)


def test_what_a_rule_booked_is_undone_too(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        claim, reference = a_claim(office.work(session), office.cast, "zayaz", 40_000)
    [line] = _taken(office, [BankLine(DAY, 40_000, reference=reference.rf)])
    assert office.open_cents(claim) == 0
    _undo(office, line)
    assert office.open_cents(claim) == 40_000
    assert office.book() == 0, "what a person took back is not booked again by itself"
    _sound(office)


def test_a_contribution_counts_for_its_partner_and_year(office: Office) -> None:
    [line] = _taken(office, [BankLine(DAY, 100_000, text="bijdrage")])
    _recognise(office, line, Part(MatchKind.CONTRIBUTION, "zayaz:2026", 100_000))

    def received() -> int:
        with unit_of_work(office.engine, write=False) as session:
            rows = contributions_of_year(office.work(session), 2026)
            return next(one.received_cents for one in rows if one.partner == "zayaz")

    assert received() == 100_000
    _undo(office, line)
    assert received() == 0
    _sound(office)


def test_costs_and_income(office: Office) -> None:
    out, in_ = _taken(office, [BankLine(DAY, -5_000, text="?"), BankLine(DAY, 700, text="rente")])
    _recognise(office, out, Part(MatchKind.BANK_COSTS, "", 2_000), key="sleutel-0001")
    _recognise(office, in_, Part(MatchKind.OTHER_INCOME, "", 700), key="sleutel-0002")
    assert office.balance(Account.BANK_COSTS) == 2_000
    assert office.balance(Account.OTHER_COSTS) == 3_000, "what is not explained stays there"
    assert office.balance(Account.OTHER_INCOME) == -700
    with unit_of_work(office.engine, write=False) as session:
        assert agreement(office.work(session)).unexplained_costs_cents == 3_000
    _undo(office, out)
    assert office.balance(Account.OTHER_COSTS) == 5_000
    _sound(office)


def test_a_refund_goes_to_what_is_not_settled_or_to_the_one_claim(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        claim, _reference = a_claim(work, office.cast, "zayaz", 30_000)
        case = case_of(session, claim).number
    [line] = _taken(office, [BankLine(DAY, 12_000, text="retour")])
    _recognise(office, line, Part(MatchKind.REFUND, case, 12_000))
    assert office.open_cents(claim) == 18_000
    _undo(office, line)
    assert office.open_cents(claim) == 30_000
    with pytest.raises(PurposeUnknown):
        _recognise(office, line, Part(MatchKind.REFUND, "TN-2026-9999", 1), key="sleutel-0002")
    [other] = _taken(office, [BankLine(DAY, 99_000, text="retour")])[1:]
    with pytest.raises(RefundUnclear):
        _recognise(office, other, Part(MatchKind.REFUND, case, 99_000), key="sleutel-0003")
    _sound(office)


def test_several_proposals_are_accepted_at_once(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        an_account(session, office.cast, "zayaz", ZAYAZ)
        claims = [a_claim(work, office.cast, "zayaz", 25_000)[0] for _twice in range(2)]
    _taken(office, [BankLine(DAY, 25_000, counter_iban=ZAYAZ), BankLine(DAY, 9_999, text="?")])
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        waiting = lines_to_recognise(work)
        assert (waiting.in_count, waiting.in_cents, waiting.out_count) == (2, 34_999, 0)
        best = waiting.found.rows[0].proposals
        assert [one.parts[0].subject for one in best][:2] == claims
        assert waiting.found.rows[1].proposals == ()
    for _twice in range(2):
        with unit_of_work(office.engine) as session:
            accept(office.work(session), tokens=[best[1].token], key=KEY)
    assert [office.open_cents(one) for one in claims] == [25_000, 0]
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        with pytest.raises(ProposalChanged):
            accept(work, tokens=[best[0].token], key="sleutel-0002")
        with pytest.raises(NoLineChosen):
            accept(work, tokens=[], key="sleutel-0003")
    _sound(office)


def test_a_collection_that_the_bank_takes_back_opens_its_claim(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        claim, reference = a_claim(office.work(session), office.cast, "zayaz", 40_000)
    end_to_end = collection_id(reference, 1)
    lines = _taken(
        office,
        [
            BankLine(DAY, 40_000, end_to_end_id=end_to_end, code="PMNT/RDDT/PMDD"),
            BankLine(DAY, -40_000, end_to_end_id=end_to_end, returned=True, return_reason="MD06"),
        ],
    )
    assert office.open_cents(claim) == 40_000
    assert _page(office, lines[1]).booked[0].kind is MatchKind.COLLECTION_REVERSED
    _undo(office, lines[1])
    assert office.open_cents(claim) == 0
    _sound(office)


def test_money_goes_back_by_a_payment(office: Office) -> None:
    [claim] = _claims(office, 50_000)
    known, nameless, out = _taken(
        office,
        [
            BankLine(DAY, 50_000, counter_iban=STRANGER, counter_name="Iemand"),
            BankLine(DAY, 100, text="?"),
            BankLine(DAY, -100, text="?"),
        ],
    )
    with unit_of_work(office.engine) as session:
        name = send_back(office.work(session), line_id=known, key=KEY)
    with unit_of_work(office.engine, write=False) as session:
        payment = session.scalars(select(FundPayment)).one()
        assert (payment.subject, payment.amount_cents, payment.payee_iban) == (name, 50_000, STRANGER)
        work = office.work(session)
        assert known not in [one.id for one in lines_to_recognise(work).found.rows]
        assert line_page(work, known).going_back == payment.reference
    with pytest.raises(PartlySpent):
        _recognise(office, known, _repayment(claim, 50_000), key="sleutel-0002")
    with unit_of_work(office.engine) as session:
        with pytest.raises(PayerUnknown):
            send_back(office.work(session), line_id=nameless, key="sleutel-0003")
        with pytest.raises(OnlyReceipts):
            send_back(office.work(session), line_id=out, key="sleutel-0004")


def test_what_cannot_be_is_refused(office: Office) -> None:
    [claim] = _claims(office, 50_000)
    in_, out = _taken(office, [BankLine(DAY, 10_000, text="?"), BankLine(DAY, -10_000, text="?")])
    refused: list[tuple[int, tuple[Part, ...], type[Exception]]] = [
        (in_, (), NothingChosen),
        (in_, (_repayment(claim, 10_001),), PartsNotWhole),
        (in_, (Part(MatchKind.BANK_COSTS, "", 100),), NotOnThisSide),
        (out, (_repayment(claim, 100),), NotOnThisSide),
        (out, (Part(MatchKind.PAYOUT, "TN-2026-0001-U9", 100),), PurposeUnknown),
        (in_, (Part(MatchKind.CONTRIBUTION, "nobody:2026", 100),), PurposeUnknown),
        (999_999, (_repayment(claim, 100),), LineNotFound),
    ]
    for number, (line, parts, problem) in enumerate(refused):
        with pytest.raises(problem):
            _recognise(office, line, *parts, key=f"sleutel-1{number:03d}")
    with unit_of_work(office.engine) as session, pytest.raises(ReasonMissing):
        undo_line(office.work(session), line_id=in_, reason=" ", key="sleutel-2000")
    assert office.open_cents(claim) == 50_000
    _sound(office)


def test_only_the_treasurer_recognises_and_only_treasurer_and_auditor_look(office: Office) -> None:
    [claim] = _claims(office, 50_000)
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    with unit_of_work(office.engine) as session:
        auditor = make.work_as(session, office.cast.auditor, office.cast.network)
        assert line_page(auditor, line).row.id == line
        with pytest.raises(Forbidden):
            recognise(auditor, line_id=line, parts=[_repayment(claim, 10_000)], key=KEY)
        with pytest.raises(Forbidden):
            undo_line(auditor, line_id=line, reason="x", key=KEY)
        secretariat = make.work_as(session, office.cast.secretariat[0], office.cast.network)
        with pytest.raises(Forbidden):
            lines_to_recognise(secretariat)
        with pytest.raises(Forbidden):
            agreement(secretariat)


def test_another_networks_lines_do_not_exist(office: Office) -> None:
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    with unit_of_work(office.engine) as session:
        other = make.a_cast(session, code="elders", case_prefix="EL")
        with pytest.raises(LineNotFound):
            line_page(make.work_as(session, other.treasurer, other.network), line)


def test_what_stands_on_another_networks_line_is_not_told(office: Office) -> None:
    [claim] = _claims(office, 50_000)
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    _recognise(office, line, _repayment(claim, 10_000))
    with unit_of_work(office.engine) as session:
        other = make.a_cast(session, code="elders", case_prefix="EL")
        work = make.work_as(session, other.treasurer, other.network)
        with pytest.raises(LineNotFound):
            undo_line(work, line_id=line, reason="Kijken.", key="undo-elders-1")


@pytest.mark.parametrize("token", ["²-0", "-", "99999999999999999999-0123456789abcdef", "1", "1-0123"])
def test_a_forged_choice_is_a_line_that_does_not_exist(office: Office, token: str) -> None:
    _taken(office, [BankLine(DAY, 10_000, text="?")])
    with unit_of_work(office.engine) as session, pytest.raises(LineNotFound):
        accept(office.work(session), tokens=[token], key=KEY)


@pytest.mark.parametrize("year", ["²", "99999999999999999999", "", "20260", "0000"])
def test_a_contribution_is_for_a_year(office: Office, year: str) -> None:
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    with pytest.raises(PurposeUnknown):
        _recognise(office, line, Part(MatchKind.CONTRIBUTION, f"zayaz:{year}", 10_000))
    _sound(office)


def test_why_a_line_is_undone_holds_no_citizens_number(office: Office) -> None:
    [claim] = _claims(office, 50_000)
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    _recognise(office, line, _repayment(claim, 10_000))
    with unit_of_work(office.engine) as session, pytest.raises(BsnFound):
        undo_line(office.work(session), line_id=line, reason="Van 111222333.", key="undo-bsn-0001")
    assert office.open_cents(claim) == 40_000


def test_a_collection_taken_back_is_not_looked_for_elsewhere(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another network has the same claim reference, and was paid with the same end-to-end id since."""
    with unit_of_work(office.engine) as session:
        claim, reference = a_claim(office.work(session), office.cast, "zayaz", 40_000)
        cast = make.a_cast(session, code="elders", case_prefix=office.cast.network.case_prefix)
        other = Office(office.engine, cast)
        make.fund(other.work(session), 100_000)
        # Both networks number their cases from one.
        monkeypatch.setattr(make, "_numbers", itertools.chain([int(claim.split("-")[2])], make._numbers))
        namesake, _unused = a_claim(other.work(session), cast, "zayaz", 40_000)
    assert namesake == claim
    end_to_end = collection_id(reference, 1)
    _taken(office, [BankLine(DAY, 40_000, end_to_end_id=end_to_end, code="PMNT/RDDT/PMDD")])
    there = _taken(other, [BankLine(DAY, 40_000, end_to_end_id=end_to_end)])[-1]
    _recognise(other, there, _repayment(namesake, 40_000))
    back = _taken(office, [BankLine(DAY, -40_000, end_to_end_id=end_to_end, returned=True)])[-1]
    assert _page(office, back).booked[0].kind is MatchKind.COLLECTION_REVERSED
    assert (office.open_cents(claim), other.open_cents(namesake)) == (40_000, 0)


def test_by_hand_is_refused_once_there_are_statements(office: Office) -> None:
    [claim] = _claims(office, 50_000)

    def repay(key: str) -> None:
        with unit_of_work(office.engine) as session:
            work = office.work(session)
            book_repayment(work, reference=claim, amount_cents=100, received_on=DAY, key=key)

    repay("met-de-hand-1")
    [line] = _taken(office, [BankLine(DAY, 10_000, text="?")])
    with pytest.raises(BookedByStatement):
        repay("met-de-hand-2")
    _recognise(office, line, _repayment(claim, 10_000))
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        entry_id = session.scalars(
            select(bank_booking.c.entry_id).where(bank_booking.c.kind == "repayment")
        ).one()
        entry = book.entry(session, network=work.network.code, entry_id=entry_id)
        assert not can_be_corrected(work, entry)
        with pytest.raises(UndoneOnTheLine):
            correct(work, entry_id=entry_id, reason="fout", key="herstel-0001")


def test_the_page_says_what_differs(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        take(work, [BankLine(DAY, 10_000, text="?")], opening_cents=950_000)
        before = agreement(work)
        assert (before.agrees, before.open_lines) == (False, 1)
    office.book()
    with unit_of_work(office.engine, write=False) as session:
        after = agreement(office.work(session))
    assert after.open_lines == 0
    assert [one.difference_cents for one in after.statements] == [50_000]
    assert not after.agrees
    assert [one.amount_cents for one in after.by_hand] == [1_000_000]


def test_choices_are_searched_for(office: Office) -> None:
    zayaz, mee = *_claims(office, 30_000), *_claims(office, 20_000, party="mee")
    [line] = _taken(office, [BankLine(DAY, 11, text="?")])
    found = [one.subject for one in _page(office, line, "mee").choices if one.kind is MatchKind.REPAYMENT]
    assert found == [mee]
    case = zayaz.rpartition("-V1-")[0]
    assert zayaz in [one.subject for one in _page(office, line, case.lower()).choices]
    assert _page(office, line, "bestaatniet").choices == ()


def test_the_fund_is_not_booked_by_hand_either(office: Office) -> None:
    _taken(office, [BankLine(DAY, 10_000, text="?")])
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        common = {"amount_cents": 100, "key": "met-de-hand-9"}
        with pytest.raises(BookedByStatement):
            book_contribution(work, partner="zayaz", received_on=DAY, for_year=2026, **common)
        with pytest.raises(BookedByStatement):
            book_expected_contributions(
                work, partners=["zayaz"], received_on=DAY, for_year=2026, key="met-de-hand-8"
            )
        for kind in (BookingKind.BANK_COSTS, BookingKind.OTHER_COSTS, BookingKind.OTHER_INCOME):
            with pytest.raises(BookedByStatement):
                book_other(work, kind=kind, booked_on=DAY, description="x", **common)
