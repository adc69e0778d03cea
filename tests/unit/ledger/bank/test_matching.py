"""What is sure, what is likely and what is neither: the cases that go wrong where one looks no further."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.accounts import Account
from ledger.bank.lines import BankLine
from ledger.bank.matching import Matcher
from ledger.bank.matching_facts import (
    AccountFact,
    ClaimFact,
    CollectedFact,
    ContributionFact,
    Facts,
    MatchKind,
    MatchRule,
    Part,
    PaymentFact,
    partner_payer,
)
from ledger.bank.references import (
    claim_reference,
    collection_id,
    contribution_reference,
    statement_reference,
)

FUND, DAY = 1, date(2026, 6, 1)
A, B, STRANGER = "NL91ABNA0417164300", "NL20INGB0001234567", "NL44RABO0123456789"
NAMES = {partner_payer("a"): "Stichting Alfa", partner_payer("b"): "Stichting Beta"}


def claim(row: int, party: str, cents: int, **values: object) -> ClaimFact:
    """A claim on a partner."""
    made = ClaimFact(
        row,
        f"TN-2026-{row:04d}-V1-{party}",
        Account.PARTNER_CLAIMS,
        party,
        NAMES[partner_payer(party)],
        f"TN-2026-{row:04d}",
        cents,
        DAY,
    )
    return replace(made, **values)  # type: ignore[arg-type]  # fields of a claim


def facts(*claims: ClaimFact, **more: object) -> Facts:
    """Facts with both partners' accounts on record."""
    values: dict[str, object] = {
        "accounts": (
            AccountFact(A, partner_payer("a"), on_record=True),
            AccountFact(B, partner_payer("b"), on_record=True),
        ),
        "partners": {1: "a", 2: "b"},
        "names": NAMES,
    }
    return Facts(fund_id=FUND, claims=claims, **(values | more))  # type: ignore[arg-type]


def rf(row: int) -> str:
    return claim_reference(fund_id=FUND, claim_id=row).rf


def credit(cents: int, **values: object) -> BankLine:
    return replace(BankLine(DAY, cents), **values)  # type: ignore[arg-type]  # fields of a line


def sure(known: Facts, line: BankLine) -> list[tuple[MatchKind, str, int]] | None:
    """The parts that are sure, if any."""
    found = Matcher(known).match(line).sure
    return None if found is None else [(one.kind, one.subject, one.amount_cents) for one in found.parts]


def paid(one: ClaimFact, cents: int | None = None) -> tuple[MatchKind, str, int]:
    return (MatchKind.REPAYMENT, one.reference, cents or one.open_cents)


ONE, OTHER = claim(1, "a", 10_000), claim(2, "b", 10_000)


@pytest.mark.parametrize("iban", ["", STRANGER, A])
def test_a_reference_with_the_amount_is_sure_from_any_account_that_owes_nothing_like_it(iban: str) -> None:
    assert sure(facts(ONE), credit(10_000, reference=rf(1), counter_iban=iban)) == [paid(ONE)]
    assert sure(facts(ONE), credit(10_000, reference=rf(1), counter_iban=B)) == [paid(ONE)]


def test_a_reference_is_not_sure_from_who_owes_just_this_amount_too() -> None:
    assert sure(facts(ONE, OTHER), credit(10_000, reference=rf(1), counter_iban=B)) is None


def test_a_reference_with_another_amount_pays_a_part_or_too_much() -> None:
    assert sure(facts(ONE), credit(4_000, reference=rf(1))) == [paid(ONE, 4_000)]
    rest = (MatchKind.UNRECOGNISED, "", 2_500)
    assert sure(facts(ONE), credit(12_500, reference=rf(1), counter_iban=A)) == [paid(ONE), rest]


def test_another_amount_that_another_claim_has_is_not_sure() -> None:
    small = claim(3, "b", 4_000)
    assert sure(facts(ONE, small), credit(4_000, reference=rf(1))) is None
    assert sure(facts(ONE, small), credit(4_000, reference=rf(1), counter_iban=A)) == [paid(ONE, 4_000)]
    own = claim(3, "a", 4_000)
    assert sure(facts(ONE, own), credit(4_000, reference=rf(1), counter_iban=A)) is None
    assert sure(facts(ONE), credit(4_000, reference=rf(1), counter_iban=B)) is None
    assert sure(facts(ONE), credit(4_000, reference=rf(1), counter_name="Stichting Beta")) is None


def test_a_reference_that_is_paid_already_makes_nothing_else_sure() -> None:
    left = claim(4, "a", 10_000)
    line = credit(10_000, reference=rf(1), counter_iban=A)
    outcome = Matcher(facts(left)).match(line)
    assert outcome.sure is None
    assert outcome.likely[0].parts == (Part(*paid(left)),)


def test_a_reference_of_another_fund_says_nothing() -> None:
    foreign = claim_reference(fund_id=2, claim_id=1).rf
    assert sure(facts(ONE), credit(10_000, reference=foreign)) is None


def test_a_known_account_and_the_amount_of_one_claim() -> None:
    line = credit(10_000, counter_iban=A)
    assert sure(facts(ONE, OTHER), line) == [paid(ONE)]
    assert sure(facts(ONE, claim(3, "a", 10_000)), line) is None
    assert sure(facts(OTHER), line) is None
    assert sure(facts(claim(1, "a", 10_001)), line) is None


def test_all_claims_together_and_never_a_choice_of_some() -> None:
    three = (claim(1, "a", 1_111), claim(2, "a", 2_222), claim(3, "a", 4_444))
    known = facts(*three)
    assert sure(known, credit(7_777, counter_iban=A)) == [paid(one) for one in three]
    some = Matcher(known).match(credit(3_333, counter_iban=A))
    assert some.sure is None
    assert some.likely[0].rule is MatchRule.ACCOUNT_AND_SUM
    assert [part.amount_cents for part in some.likely[0].parts] == [1_111, 2_222]


def test_one_claim_that_others_come_to_as_well_is_not_sure() -> None:
    known = facts(claim(1, "a", 1_000), claim(2, "a", 2_000), claim(3, "a", 3_000), claim(4, "a", 9_999))
    assert sure(known, credit(3_000, counter_iban=A)) is None


def test_nothing_is_paid_before_it_was_owed() -> None:
    later = claim(1, "a", 10_000, raised_on=date(2026, 6, 2))
    assert sure(facts(later), credit(10_000, counter_iban=A)) is None
    assert sure(facts(later), credit(10_000, reference=rf(1))) is None


def test_an_account_seen_once_needs_more_than_an_amount_that_others_owe() -> None:
    resident = replace(
        ONE, account=Account.RESIDENT_CLAIMS, party="TN-1", open_cents=30_000, parts=(2_500,) * 12
    )
    neighbour = replace(resident, row=2, reference="TN-2-V1-inwoner", party="TN-2")
    line = credit(2_500, counter_iban=STRANGER)

    def known(uses: int, *claims: ClaimFact) -> Facts:
        return facts(*claims, accounts=(AccountFact(STRANGER, resident.payer, uses=uses),))

    assert sure(known(1, resident, neighbour), line) is None
    assert sure(known(2, resident, neighbour), line) == [paid(resident, 2_500)]
    assert sure(known(1, resident), line) == [paid(resident, 2_500)]
    two = (AccountFact(STRANGER, resident.payer, uses=5), AccountFact(STRANGER, neighbour.payer))
    assert sure(facts(resident, neighbour, accounts=two), line) is None


def test_accounts_are_learned_on_the_way() -> None:
    matcher = Matcher(facts(*(claim(row, "a", row * 1_000) for row in range(1, 4)), accounts=()))
    for row in (1, 2):
        line = credit(row * 1_000, reference=rf(row), counter_iban=STRANGER)
        found = matcher.match(line).sure
        assert found is not None
        matcher.take(line, found)
    assert matcher.match(credit(3_000, counter_iban=STRANGER)).sure is not None


def test_a_mistyped_reference_near_another_claim_of_the_same_payer_is_not_sure() -> None:
    digits = claim_reference(fund_id=FUND, claim_id=2).digits
    slipped = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    line = credit(10_000, counter_iban=A, text=f"kenmerk {slipped}")
    assert sure(facts(claim(1, "a", 10_000), claim(2, "a", 55_555)), line) is None
    assert sure(facts(claim(2, "a", 10_000), claim(1_234_567, "a", 55_555)), line) is not None


def test_several_references_pay_several_claims_when_it_adds_up() -> None:
    two = (claim(1, "a", 10_000), claim(2, "a", 5_000))
    text = f"{rf(1)} en {rf(2)}"
    assert sure(facts(*two), credit(15_000, text=text)) == [paid(one) for one in two]
    assert sure(facts(*two), credit(14_000, text=text)) is None


def test_the_reference_of_a_statement_of_account() -> None:
    two = (claim(1, "a", 10_000), claim(2, "a", 5_000))
    reference = statement_reference(fund_id=FUND, partner_id=1).rf
    assert sure(facts(*two), credit(15_000, reference=reference)) == [paid(one) for one in two]
    assert sure(facts(*two), credit(5_000, reference=reference)) == [paid(two[1])]
    assert sure(facts(*two), credit(14_999, reference=reference)) is None
    assert sure(facts(*two), credit(15_000, reference=reference, counter_iban=B)) is None


def test_a_contribution_by_its_reference_or_by_account() -> None:
    asked = ContributionFact(1, "a", "Alfa", 2026, 500_000)
    known = facts(contributions=(asked,))
    booked = [(MatchKind.CONTRIBUTION, "a:2026", 500_000)]
    reference = contribution_reference(fund_id=FUND, partner_id=1, year=2026).digits_spaced
    assert sure(known, credit(500_000, text=f"bijdrage {reference}")) == booked
    assert sure(known, credit(500_000, counter_iban=A)) == booked
    assert (
        sure(facts(claim(1, "a", 500_000), contributions=(asked,)), credit(500_000, counter_iban=A)) is None
    )


def test_a_refund_is_never_taken_for_a_repayment_without_a_person() -> None:
    payment = PaymentFact("TN-2026-0099-U1", 10_000, iban=A, name="Alfa", case="TN-2026-0099")
    outcome = Matcher(facts(ONE, paid=(payment,))).match(credit(10_000, counter_iban=A))
    assert outcome.sure is None
    kinds = {part.kind for one in outcome.likely for part in one.parts}
    assert kinds == {MatchKind.REPAYMENT, MatchKind.REFUND}


PAYMENT = PaymentFact("TN-2026-0007-U1", 8_000, iban=STRANGER, name="Winkel", case="TN-2026-0007", batch="M1")
SECOND = PaymentFact("TN-2026-0008-U1", 9_000, iban=A, name="Alfa", case="TN-2026-0008", batch="M1")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (BankLine(DAY, -8_000, end_to_end_id=PAYMENT.reference), [PAYMENT]),
        (BankLine(DAY, -8_000, text=f"SEPA EREF {PAYMENT.reference.lower()}"), [PAYMENT]),
        (BankLine(DAY, -8_000, counter_iban=STRANGER), [PAYMENT]),
        (BankLine(DAY, -17_000), [PAYMENT, SECOND]),
        (BankLine(DAY, -17_000, bank_reference="M1"), [PAYMENT, SECOND]),
        (BankLine(DAY, -8_001, end_to_end_id=PAYMENT.reference), None),
        (BankLine(DAY, -8_000), None),
        (BankLine(DAY, -8_000, counter_iban=B), None),
    ],
)
def test_what_went_out(line: BankLine, expected: list[PaymentFact] | None) -> None:
    found = sure(facts(under_way=(PAYMENT, SECOND)), line)
    wanted = [(MatchKind.PAYOUT, one.reference, one.amount_cents) for one in expected or ()]
    assert found == (wanted if expected else None)


def test_a_payment_that_came_back_and_a_collection_taken_back() -> None:
    back = BankLine(DAY, 8_000, end_to_end_id=PAYMENT.reference, returned=True)
    known = facts(paid=(PAYMENT,))
    assert sure(known, back) == [(MatchKind.PAYOUT_RETURNED, PAYMENT.reference, 8_000)]
    assert sure(known, replace(back, amount_cents=7_999)) is None
    id_ = collection_id(claim_reference(fund_id=FUND, claim_id=1), 1)
    collected = facts(collected=(CollectedFact(id_, ONE.reference, 10_000, 1),))
    taken = BankLine(DAY, -10_000, end_to_end_id=id_, returned=True)
    assert sure(collected, taken) == [(MatchKind.COLLECTION_REVERSED, ONE.reference, 10_000)]
    assert sure(facts(), taken) is None


def test_a_collection_pays_its_claim_whoever_else_owes_as_much() -> None:
    id_ = collection_id(claim_reference(fund_id=FUND, claim_id=1), 2)
    line = credit(10_000, end_to_end_id=id_)
    assert sure(facts(ONE, OTHER), line) == [paid(ONE)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (BankLine(DAY, -450, code="PMNT/ICDT/CHRG"), MatchKind.BANK_COSTS),
        (BankLine(DAY, -450, code="NCHG"), MatchKind.BANK_COSTS),
        (BankLine(DAY, 120, code="ACMT/MCOP/INTR"), MatchKind.OTHER_INCOME),
    ],
)
def test_what_the_bank_itself_names(line: BankLine, kind: MatchKind) -> None:
    assert sure(facts(), line) == [(kind, "", abs(line.amount_cents))]
    assert sure(facts(), replace(line, counter_iban=STRANGER)) is None


def test_a_name_or_an_amount_alone_is_only_likely() -> None:
    outcome = Matcher(facts(ONE)).match(credit(10_000, counter_name="ALFA", counter_iban=STRANGER))
    assert outcome.sure is None
    assert outcome.likely[0].rule is MatchRule.NAME_AND_AMOUNT
    nobody = Matcher(facts(ONE)).match(credit(10_000))
    assert [one.rule for one in nobody.likely] == [MatchRule.AMOUNT]
    assert Matcher(facts(ONE)).match(credit(9_999)).likely == ()
