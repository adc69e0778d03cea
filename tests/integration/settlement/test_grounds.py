"""What a settlement rests on can be unfolded: the rule, the policy with its day, the figures to the cent."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from casework.context import Work
from casework.settlement import service
from casework.settlement.grounds import Grounds
from casework.settlement.proposal import Proposal, responsible
from casework.settlement.queries import settlement_of_case
from rules.lifecycle import SettlementKind
from tests.integration.factories import Cast, work_as
from tests.integration.settlement.paid import a_paid_case

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE, motivation="Samen.")


def grounds(work: Work, number: str) -> Grounds:
    _case, found = settlement_of_case(work, number)
    return found.standing[-1].grounds


def test_the_rule_is_the_row_of_the_table_with_its_law(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast, barrier_field="ontruiming", barrier_law="Woningwet", domains=["wonen"])
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    service.accept(work_as(session, cast.representative, cast.network), settlement_id=made.id)
    found = grounds(member, case.number)
    assert found.rule is not None
    assert (found.rule.law, found.rule.kinds, found.rule.outside) == (
        "Woningwet",
        ("woningcorporatie",),
        "verhuurder",
    )
    assert "ontruiming" in found.rule.fields
    zayaz = next(one for one in found.pointed if one.name == "Zayaz")
    assert zayaz.strongest
    assert [reason.nl for reason in zayaz.reasons] == [
        "‘ontruiming’ hoort volgens Woningwet bij: woningcorporatie. Zayaz is dat hier.",
        "Zayaz werkt in het domein van de casus: wonen.",
        "Een jurist heeft deze regel nog niet bevestigd.",
    ]
    assert zayaz.reasons[1].en == "Zayaz works in the case's domain: wonen."
    assert not found.deviates


def test_policy_is_that_of_the_day_with_the_terms_it_gave(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast, 40_000)
    service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    found = grounds(member, case.number)
    assert found.policy_from == {"terms": date(2016, 6, 2), "allocation_key": date(2016, 6, 2)}
    assert found.mandate_on == member.today
    assert found.terms == {
        "object_to_settlement_days": 21,
        "pay_claim_days": 30,
        "outside_party_pays_days": 60,
    }
    assert found.rule is None  # nobody laid down whose ‘verzonnen veld’ is


def test_who_answers_a_proposal_reads_the_policy_it_rests_on(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast, 400_000)
    service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    _case, settlement = settlement_of_case(member, case.number)
    assert settlement.present is not None
    found = settlement.present.grounds
    assert found.policy_from == {"terms": date(2016, 6, 2)}
    assert found.terms["object_to_settlement_days"] == 21
    assert found.mandate_on == member.today


def test_the_split_adds_up_row_by_row_to_the_cent(session: Session, cast: Cast, member: Work) -> None:
    for _ in range(2):
        case = a_paid_case(session, cast, 32_002)
        service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    rows = grounds(member, case.number).split
    assert sum(row.share_cents for row in rows) == 32_002
    for row in rows:
        assert row.due == 6_400_400_000  # a fifth of 32002 cents
        assert row.wanted == row.before + row.due == row.share_cents * 1_000_000 + row.after
    # The first two paid the odd cents of the former split; this one gives them to the others.
    assert {row.name: (row.before, row.share_cents, row.after) for row in rows} == {
        "Brabantwonen": (-600_000, 6_400, -200_000),
        "Farent": (-600_000, 6_400, -200_000),
        "Gemeente": (400_000, 6_401, -200_000),
        "Mee": (400_000, 6_401, -200_000),
        "Zayaz": (400_000, 6_400, 800_000),
    }


def test_what_was_kept_before_reasons_were_sentences_still_shows(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast, 40_000)
    made = service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    old = {"kind": "responsible", "party": "zayaz", "reasons": ["by_field"], "strongest": True}
    made.facts = {"suggested": {"kind": "responsible", "candidates": [old]}}
    session.flush()
    found = grounds(member, case.number)
    assert (found.rule, found.split, found.terms) == (None, (), {})
    assert [(one.name, one.reasons) for one in found.pointed] == [("Zayaz", ())]
