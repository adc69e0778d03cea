"""Proposing, adopting, refusing and withdrawing a change of policy, and what the database holds of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from casework.audit.tables import LogRecord
from casework.network.load import CasesJudgedToday, SectionAdopted, follow_buffer, load_network
from casework.network.policy import policy_book
from casework.network.tables import PolicySection
from casework.policy import proposals
from casework.policy.refusals import (
    AnsweredAlready,
    CasesOfToday,
    ChangedMeanwhile,
    DayIsTaken,
    HoldsFromThePast,
    NothingChanges,
    NotYourProposal,
    OnlyMoneySections,
    OwnProposal,
    ProposalNoLongerFits,
    ProposalOutdated,
    ProposalTooLate,
    ProposalWaits,
    ReasonNeeded,
)
from casework.policy.tables import PolicyProposal
from errors import Forbidden, NotFound
from ledger.balances import fund_position
from rules.network_file import parse_network
from rules.policy import SectionName
from rules.policy_reader import PolicyWrong
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NETWORK_FILE, NOW, Cast, a_case, a_cast, fund, work_as
from tests.integration.policy.scene import TODAY, TOMORROW, adopt, bands, document, propose


def test_what_is_adopted_holds_from_its_day_and_changes_no_earlier_case(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        earlier = a_case(session, cast.network, cast.applicant, amounts=(600_000,))
        before = policy_book(session, cast.network.id).on(TODAY)
        proposal = adopt(session, cast, propose(session, cast))
        book = policy_book(session, cast.network.id)
        assert book.on(TODAY) == before
        assert earlier.submitted_at_utc is not None
        assert book.on(earlier.submitted_at_utc.date()).mandate.bands[1].up_to_cents == 500_000
        assert book.on(TOMORROW).mandate.bands[1].up_to_cents == 750_000
        version = session.get_one(PolicySection, proposal.policy_section_id)
        assert (version.source, version.valid_from) == (proposal.reason, TOMORROW)
        logged = session.scalars(select(LogRecord).where(LogRecord.action.like("policy.%"))).all()
        assert [(one.action, one.object_ref, one.person_id) for one in logged] == [
            ("policy.propose", "mandate", cast.secretariat[0].id),
            ("policy.adopt", "mandate", cast.secretariat[1].id),
        ]


def test_the_proposer_never_adopts_or_refuses(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal = propose(session, cast)
        own = work_as(session, cast.secretariat[0], cast.network)
        with pytest.raises(OwnProposal):
            proposals.adopt(own, proposal_id=proposal.id)
        with pytest.raises(OwnProposal):
            proposals.refuse(own, proposal_id=proposal.id, reason="Toch niet.")
        assert proposal.state == "open"


def test_an_executive_adopts_and_others_do_not(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal = propose(session, cast)
        for person in (cast.treasurer, cast.auditor, cast.administrator, cast.applicant):
            with pytest.raises(Forbidden):
                adopt(session, cast, proposal, person)
        assert adopt(session, cast, proposal, cast.executive).state == "adopted"


def test_a_treasurer_proposes_what_is_about_money_only(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        propose(session, cast, SectionName.FUND, by=cast.treasurer, buffer="3000.00")
        with pytest.raises(OnlyMoneySections):
            propose(session, cast, by=cast.treasurer)
        with pytest.raises(Forbidden):
            propose(session, cast, by=cast.executive)


def test_adopting_twice_is_adopting_once(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        first = adopt(session, cast, propose(session, cast))
        assert adopt(session, cast, first) is first
        with pytest.raises(AnsweredAlready):
            adopt(session, cast, first, cast.executive)
        versions = select(PolicySection).where(PolicySection.section == "mandate")
        assert len(session.scalars(versions).all()) == 2


def test_refusing_and_withdrawing_need_a_reason_and_leave_policy_alone(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        second = work_as(session, cast.secretariat[1], cast.network)
        own = work_as(session, cast.secretariat[0], cast.network)
        refused = propose(session, cast)
        with pytest.raises(ReasonNeeded):
            proposals.refuse(second, proposal_id=refused.id, reason="  ")
        proposals.refuse(second, proposal_id=refused.id, reason="Te hoog.")
        assert (refused.state, refused.answer_reason) == ("refused", "Te hoog.")
        withdrawn = propose(session, cast)
        with pytest.raises(NotYourProposal):
            proposals.withdraw(second, proposal_id=withdrawn.id, reason="Niet van mij.")
        proposals.withdraw(own, proposal_id=withdrawn.id, reason="Toch anders.")
        assert withdrawn.state == "withdrawn"
        with pytest.raises(AnsweredAlready):
            adopt(session, cast, withdrawn)
        assert len(policy_book(session, cast.network.id).versions(SectionName.MANDATE)) == 1


def test_one_open_proposal_per_section(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        first = propose(session, cast)
        assert propose(session, cast) is first  # the same form sent twice
        with pytest.raises(ProposalWaits):
            propose(session, cast, bands=bands(("900.00", 1)))
        with pytest.raises(ProposalWaits):
            propose(session, cast, by=cast.secretariat[1])
        propose(session, cast, SectionName.FUND, buffer="1.00")


def test_days_that_do_not_fit(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        with pytest.raises(HoldsFromThePast):
            propose(session, cast, on=TODAY - timedelta(days=1))
        adopt(session, cast, propose(session, cast))
        with pytest.raises(DayIsTaken):
            propose(session, cast, bands=bands(("900.00", 1)))
        a_case(session, cast.network, cast.applicant)
        with pytest.raises(CasesOfToday):
            propose(session, cast, SectionName.ADVICE, on=TODAY, minimum_mean="4")
        propose(session, cast, SectionName.FUND, on=TODAY, buffer="5.00")  # judges no case


def test_a_change_before_a_version_that_was_adopted_says_until_when_it_holds(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast, on=TODAY + timedelta(days=30)))
        work = work_as(session, cast.secretariat[0], cast.network)
        change = proposals.check_change(
            work,
            section=SectionName.MANDATE,
            valid_from=TOMORROW,
            document=document(work, SectionName.MANDATE, above=4),
            base_id=proposals.newest_version_id(work, SectionName.MANDATE),
        )
        assert change.next_from == TODAY + timedelta(days=30)
        assert change.before.to_document()["bands"][1]["up_to"] == "5000.00"  # type: ignore[index]  # a document


def test_the_checks_of_a_network_file_hold_here_too(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        with pytest.raises(PolicyWrong) as found:
            propose(session, cast, bands=bands(("500.00", 2), ("400.00", 1)))
        assert {one.path for one in found.value.problems} == {("bands",), ("above",)}
        with pytest.raises(PolicyWrong) as found:
            propose(session, cast, SectionName.ALLOCATION_KEY, weights={"zayaz": "1", "wie": "2"})
        assert ("weights", "wie") in {one.path for one in found.value.problems}
        with pytest.raises(PolicyWrong, match="2015"):
            propose(session, cast, SectionName.CONSUMER_PRICE_INDEX, index={"2026": "140.00"})
        with pytest.raises(NothingChanges):
            propose(session, cast, SectionName.FUND, buffer="2500.00")
        with pytest.raises(ReasonNeeded):
            propose(session, cast, reason=" ")


def test_a_version_loaded_meanwhile_stops_form_and_proposal(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal = propose(session, cast)
        session.add(
            PolicySection(
                network_id=cast.network.id,
                section="mandate",
                valid_from=TODAY + timedelta(days=9),
                document=document(
                    work_as(session, cast.executive, cast.network), SectionName.MANDATE, above=5
                ),
                adopted_at_utc=NOW,
            )
        )
        session.flush()
        with pytest.raises(ProposalOutdated):
            adopt(session, cast, proposal)
        second = work_as(session, cast.secretariat[1], cast.network)
        proposals.refuse(second, proposal_id=proposal.id, reason="Opnieuw.")
        with pytest.raises(ChangedMeanwhile):
            proposals.check_change(
                second,
                section=SectionName.MANDATE,
                valid_from=TOMORROW,
                document=document(second, SectionName.MANDATE, above=6),
                base_id=proposal.base_id,
            )


def test_a_proposal_whose_day_has_passed_or_that_no_longer_fits(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        late = propose(session, cast)
        after = work_as(session, cast.secretariat[1], cast.network, at_utc=NOW + timedelta(days=3))
        with pytest.raises(ProposalTooLate):
            proposals.adopt(after, proposal_id=late.id)
        same_day = propose(session, cast, SectionName.ADVICE, on=TODAY, minimum_mean="4")
        a_case(session, cast.network, cast.applicant)
        with pytest.raises(ProposalNoLongerFits, match="submitted today"):
            adopt(session, cast, same_day)


def test_the_buffer_follows_on_its_day(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        fund(work_as(session, cast.treasurer, cast.network), 1_000_000)
        follow_buffer(session, cast.network, NOW)
        adopt(session, cast, propose(session, cast, SectionName.FUND, buffer="4000.00"))

        def buffer() -> int:
            return fund_position(session, network=cast.network.code).buffer_cents

        assert buffer() == 250_000
        follow_buffer(session, cast.network, NOW + timedelta(days=1))
        assert buffer() == 400_000


def test_a_buffer_from_today_follows_at_once(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast, SectionName.FUND, on=TODAY, buffer="4000.00"))
        assert fund_position(session, network=cast.network.code).buffer_cents == 400_000


def test_an_adoption_that_is_rolled_back_leaves_no_policy_behind(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal_id = propose(session, cast).id

    def adopt_and_fail() -> None:
        with unit_of_work(engine) as session:
            adopt(session, cast, session.get_one(PolicyProposal, proposal_id))
            assert policy_book(session, cast.network.id).on(TOMORROW).mandate.bands[1].up_to_cents == 750_000
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        adopt_and_fail()
    with unit_of_work(engine) as session:
        later = work_as(session, cast.secretariat[1], cast.network, at_utc=NOW + timedelta(minutes=1))
        proposals.refuse(later, proposal_id=proposal_id, reason="Anders.")
        other = propose(session, cast, bands=bands(("900.00", 1)))
        proposals.adopt(later, proposal_id=other.id)
        assert policy_book(session, cast.network.id).on(TOMORROW).mandate.bands[0].up_to_cents == 90_000


def test_another_network_has_its_own_proposals(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
        proposal = propose(session, cast)
        with pytest.raises(NotFound):
            adopt(session, other, proposal)
        propose(session, other)  # an open one there does not stand in the way here


def test_loading_a_file_does_not_undo_what_was_adopted(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast))
        text_of_file = NETWORK_FILE.read_text(encoding="utf-8").replace('"bossche-bond"', '"testnet"')
        loaded = load_network(session, parse_network(text_of_file), NOW)
        assert loaded.versions_added == []
        assert policy_book(session, cast.network.id).on(TOMORROW).mandate.bands[1].up_to_cents == 750_000
        wrong = parse_network(text_of_file.replace('buffer = "2500.00"', 'buffer = "1.00"'))
        with pytest.raises(SectionAdopted):
            load_network(session, wrong, NOW)


def test_a_file_does_not_change_by_what_cases_of_today_are_judged(engine: Engine, cast: Cast):
    new = '\n[[gates]]\nfrom = 2026-06-01\nassumed = "test"\noverride_members = 3\n'
    text_of_file = NETWORK_FILE.read_text(encoding="utf-8").replace('"bossche-bond"', '"testnet"')
    with unit_of_work(engine) as session:
        a_case(session, cast.network, cast.applicant, at_utc=NOW - timedelta(days=1))
        other = a_cast(session, code="ander", case_prefix="AN")
        a_case(session, other.network, other.applicant)
        assert load_network(session, parse_network(text_of_file + new), NOW).versions_added
        a_case(session, cast.network, cast.applicant)
        with pytest.raises(CasesJudgedToday):
            load_network(
                session,
                parse_network(
                    text_of_file
                    + new.replace("gates", "conflict").replace("override_members = 3", "grounds = []")
                ),
                NOW,
            )


def _refused(engine: Engine, statement: str, match: str) -> None:
    with pytest.raises(DBAPIError, match=match), engine.begin() as connection:
        connection.execute(text(statement))


def test_the_database_itself_wants_two_people(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal = propose(session, cast)
        base = proposal.base_id
    answered = "answered_at_utc = '2026-06-01 08:00:00', state = "
    me, other = cast.secretariat[0].id, cast.secretariat[1].id
    change = f"UPDATE policy_proposal SET {answered}"
    _refused(
        engine,
        f"{change}'adopted', answered_by = {me}, policy_section_id = {base}",
        "policy_proposal_four_eyes",
    )
    _refused(engine, f"{change}'refused', answered_by = {me}", "policy_proposal_four_eyes")
    _refused(engine, f"{change}'withdrawn', answered_by = {other}", "withdrawn_by_proposer")
    _refused(engine, f"{change}'adopted', answered_by = {other}", "adopted_version")
    _refused(engine, "UPDATE policy_proposal SET state = 'refused'", "answered_")
    _refused(engine, f"{change}'lost', answered_by = {other}", "ck_policy_proposal_state")
    _refused(
        engine,
        "INSERT INTO policy_proposal (network_id, section, valid_from, document, reason, base_id, state,"
        " proposed_by, proposed_at_utc, answer_reason) SELECT network_id, section, valid_from, document,"
        " reason, base_id, state, proposed_by, proposed_at_utc, answer_reason FROM policy_proposal",
        "uq_policy_proposal_open|policy_proposal.network_id",
    )


def test_the_database_keeps_what_was_proposed_answered_and_adopted(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        proposal = propose(session, cast)
    _refused(
        engine, "UPDATE policy_proposal SET valid_from = '2030-01-01'", "what was proposed does not change"
    )
    _refused(engine, "UPDATE policy_section SET valid_from = '2030-01-01'", "adopted policy does not change")
    _refused(engine, "DELETE FROM policy_section", "adopted policy does not change")
    with unit_of_work(engine) as session:
        adopt(session, cast, session.get_one(PolicyProposal, proposal.id))
    _refused(engine, "UPDATE policy_proposal SET answer_reason = 'x'", "an answered proposal does not change")
    _refused(engine, "DELETE FROM policy_proposal", "what was proposed does not change")
