"""Two networks with something of everything in them, and an address for every route."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from casework.accounts.service import propose_account
from casework.accounts.tables import BankAccount
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.tables import Attachment, Case, InformationRequest
from casework.collections.tables import Collection, CollectionBatch, CollectionMandate
from casework.context import Work
from casework.fund.tables import ContributionInvoice
from casework.learning.service import Texts, digest, release_summary, save_summary
from casework.learning.tables import CaseSummary
from casework.mail.kinds import MailKind
from casework.mail.queue import Recipient, tell
from casework.mail.tables import Mail
from casework.meeting import service as meeting
from casework.payout.payee import propose_payee
from casework.payout.tables import Payout
from casework.people.tables import Appointment, Person
from casework.settlement import service
from casework.settlement.letters import register_letter
from casework.settlement.proposal import Proposal, responsible
from ledger import book, events
from ledger.bank import store
from ledger.bank.lines import BankLine, StatementHead
from ledger.bank.statement import ReadStatement
from ledger.bank.tables import bank_file, bank_line, bank_statement
from ledger.claims import claims_of_case
from rules.lifecycle import SettlementKind
from rules.roles import Role
from storage.cipher import encrypt_bytes
from tests.integration.factories import NOW, Cast, a_case, a_cast, a_partner, a_person, appoint, fund, work_as
from tests.integration.policy.scene import propose
from tests.integration.settlement.paid import a_paid_case
from tests.integration.treasury.scene import an_approved_case, prepare, release


@dataclass(frozen=True, slots=True)
class World:
    """What the addresses point at. ``stories`` are texts that only some may read, by case number."""

    cast: Cast
    other: Cast
    everything_elsewhere: Person
    own: Case
    of_mee: Case
    draft: Case
    paid: Case
    stuck: Case
    substitute: Person
    elsewhere: Case
    outside: Case
    stories: Mapping[str, str]
    arguments: Mapping[str, object]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the first network."""
        return (self.own, self.of_mee, self.draft, self.paid, self.stuck)


def a_world(session: Session) -> World:
    """Everything there is to be found, made once."""
    cast = a_cast(session)
    other = a_cast(session, code="ander", case_prefix="AN")
    everything_elsewhere = other.administrator
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            appoint(session, everything_elsewhere, other.network, other.partners["farent"], role)
    own = a_case(session, cast.network, cast.applicant, title="titel-een", situation="verhaal-een")
    of_mee = a_case(session, cast.network, cast.other_applicant, title="titel-twee", situation="verhaal-twee")
    draft = a_case(
        session,
        cast.network,
        cast.applicant,
        decision_state="draft",
        title="titel-drie",
        situation="verhaal-drie",
    )
    a_partner(session, cast.network, "alleenhier")
    substitute = a_person(session, cast.network, cast.partners["brabantwonen"], Role.SUBSTITUTE)
    # Three must decide, and two members have an interest: the substitute is called.
    stuck = a_case(
        session,
        cast.network,
        cast.applicant,
        amounts=(600_000,),
        expected_payers=["mee"],
        title="titel-acht",
        situation="verhaal-acht",
    )
    paid = a_paid_case(session, cast, later=50_000, title="titel-vier", situation="verhaal-vier")
    elsewhere = a_paid_case(session, other, title="titel-vijf", situation="verhaal-vijf")
    disputed = a_paid_case(session, cast, 100_000, title="titel-zeven", situation="verhaal-zeven")
    waiting = a_paid_case(session, cast, 100_000, title="titel-zes", situation="verhaal-zes")
    member = work_as(session, cast.secretariat[0], cast.network)
    settled = service.propose(member, number=paid.number, proposal=responsible("zayaz"), key="settle-paid")
    zayaz = work_as(session, cast.representative, cast.network)
    service.accept(zayaz, settlement_id=settled.id)
    doubted = service.propose(
        member, number=disputed.number, proposal=responsible("zayaz"), key="settle-disputed"
    )
    service.dispute(
        zayaz, settlement_id=doubted.id, reason="Niet van ons.", counter_proposal="Iedereen samen."
    )
    service.escalate(member, number=disputed.number)
    put = service.propose(member, number=waiting.number, proposal=responsible("zayaz"), key="settle-waiting")
    outside = _written_to(session, cast)
    claim = claims_of_case(session, network=cast.network.code, case=paid.number)[0]
    receipt = events.receipt_unrecognised(
        receipt="ONTVANGST-1", amount_cents=100, booked_on=NOW.date(), cause="ONTVANGST-1", key="receipt-1"
    )
    book.post(session, network=cast.network.code, draft=receipt, recorded_at_utc=NOW)
    arguments = (
        _small_things(session, cast, own)
        | _collected(session, cast, claim.reference)
        | _in_a_batch(session, cast)
        | _from_the_bank(session, cast)
        | {
            "proposal_id": propose(session, cast, by=cast.secretariat[1]).id,
            "cost_line_id": paid.cost_lines[1].id,
            "payout": session.scalars(select(Payout.reference).where(Payout.case_id == paid.id)).one(),
            "claim": claim.reference,
            "subject": "ONTVANGST-1",
            "settlement_id": put.id,
            "disputed": doubted.id,
            "letter": 1,
            "summary_id": _told(session, cast, paid).id,
            "person_id": cast.applicant.id,
            "mail_id": _mailed(session, member, cast),
            **_met(member),
            "appointment_id": session.scalars(
                select(Appointment.id).where(Appointment.person_id == cast.applicant.id)
            ).one(),
        }
    )
    stories = {
        case.number: case.situation
        for case in (own, of_mee, draft, paid, stuck, elsewhere, waiting, disputed, outside)
    }
    return World(
        cast,
        other,
        everything_elsewhere,
        own,
        of_mee,
        draft,
        paid,
        stuck,
        substitute,
        elsewhere,
        outside,
        stories,
        arguments,
    )


def _written_to(session: Session, cast: Cast) -> Case:
    """A case that an outside party is to repay, and was sent a letter about."""
    case = a_paid_case(session, cast, 40_000, title="titel-acht", situation="verhaal-acht")
    member = work_as(session, cast.secretariat[0], cast.network)
    proposal = Proposal(SettlementKind.OUTSIDE, outside_party="Verzekeraar")
    service.propose(member, number=case.number, proposal=proposal, key="settle-outside")
    register_letter(
        member,
        number=case.number,
        sequence=1,
        reason="first",
        recipient="Verzekeraar",
        address="Postbus 1",
        language="nl",
        sent_on=member.today,
        key="letter-outside",
    )
    return case


def _told(session: Session, cast: Cast, case: Case) -> CaseSummary:
    """The summary of ``case`` that was released."""
    first, second = (work_as(session, one, cast.network) for one in cast.secretariat[:2])
    texts = Texts("Een regeling", "Een gezin zat vast.", "De regel.", "Het anders doen.", "Vraag het eerst.")
    made = save_summary(first, number=case.number, texts=texts, offer=True)
    return release_summary(second, number=case.number, seen=digest(made), checked=True)


def _mailed(session: Session, member: Work, cast: Cast) -> int:
    """A mail in the outbox."""
    to = Recipient("Mens", "mens@farent.example", "nl", person_id=cast.applicant.id)
    tell(member, MailKind.CASE_ASKED, (to,), about="mail-hier")
    return session.scalars(select(Mail.id).where(Mail.about == "mail-hier")).one()


def _met(member: Work) -> dict[str, object]:
    """A meeting with a point on its agenda; their ids."""
    meeting_id = meeting.plan(member, held_on=NOW.date())
    return {
        "meeting_id": meeting_id,
        "point_id": meeting.add_point(member, meeting_id=meeting_id, title="punt-hier"),
    }


def _small_things(session: Session, cast: Cast, case: Case) -> dict[str, object]:
    """A question, an attachment and a business case line with ``case``; their ids."""
    question = InformationRequest(
        case_id=case.id, asked_by=cast.secretariat[0].id, question="Klopt dit?", asked_at_utc=NOW
    )
    attachment = Attachment(
        case_id=case.id,
        file_name="brief.pdf",
        content_type="application/pdf",
        size_bytes=10,
        sha256="0" * 64,
        stored_as="nowhere",
        added_by=cast.applicant.id,
        added_at_utc=NOW,
    )
    line = BusinessCaseLine(
        case_id=case.id,
        side="regular",
        party="gemeente",
        description="opvang",
        quantity=Decimal(1),
        unit="maand",
        low_cents=1,
        mid_cents=2,
        high_cents=3,
        probability=Decimal(1),
        price_year=2026,
    )
    if session.get(BusinessCase, case.id) is None:
        session.add(BusinessCase(case_id=case.id, term_months=12, deadweight=Decimal(0)))
    session.add_all((question, attachment, line))
    session.flush()
    return {"question_id": question.id, "attachment_id": attachment.id, "line_id": line.id}


def _collected(session: Session, cast: Cast, claim: str) -> dict[str, object]:
    """A mandate that waits for a second treasurer, and a collection that went to the bank."""
    treasurer = cast.treasurer.id
    released_by = cast.administrator.id  # any other person will do for the database
    account = session.scalars(select(BankAccount.id).where(BankAccount.network_id == cast.network.id)).first()
    mandates = [
        CollectionMandate(
            network_id=cast.network.id,
            partner_id=cast.partners[partner].id,
            reference=f"TN-{partner}",
            signed_on=NOW.date(),
            holder=partner,
            iban="NL91ABNA0417164300",
            state=state,
            recorded_by=treasurer,
            recorded_at_utc=NOW,
            confirmed_by=released_by if state == "active" else None,
        )
        for partner, state in (("zayaz", "active"), ("mee", "recorded"))
    ]
    batch = CollectionBatch(
        network_id=cast.network.id,
        reference="I-2026-0001",
        account_id=account,
        scheme="CORE",
        collect_on=NOW.date(),
        state="released",
        line_count=1,
        total_cents=100,
        prepared_by=treasurer,
        prepared_at_utc=NOW,
        released_by=released_by,
        released_at_utc=NOW,
        file=encrypt_bytes(b"<Document/>"),
        file_sha256=hashlib.sha256(b"<Document/>").hexdigest(),
    )
    session.add_all((*mandates, batch))
    session.flush()
    collection = Collection(
        network_id=cast.network.id,
        batch_id=batch.id,
        position=1,
        mandate_id=mandates[0].id,
        claim_reference=claim,
        attempt=1,
        end_to_end_id="8110012345670000-I1",
        amount_cents=100,
        state="ordered",
    )
    session.add(collection)
    session.flush()
    invoice = ContributionInvoice(
        network_id=cast.network.id,
        reference="BF-2026-9001",
        partner_id=cast.partners["zayaz"].id,
        for_year=2026,
        amount_cents=100,
        invoiced_on=NOW.date(),
        due_on=NOW.date(),
        made_by=treasurer,
        made_at_utc=NOW,
    )
    session.add(invoice)
    session.flush()
    return {
        "invoice": invoice.reference,
        "collection_batch": batch.reference,
        "collection_id": collection.id,
        "mandate_id": mandates[1].id,
    }


def _in_a_batch(session: Session, cast: Cast) -> dict[str, object]:
    """A released batch with its file, and changes of accounts that wait for a second person."""
    treasurer = work_as(session, cast.treasurer, cast.network)
    fund(treasurer, 3_000)
    case = an_approved_case(session, cast, amounts=(1_000, 2_000))
    batch = prepare(treasurer, [case], lines=[case.cost_lines[0]])
    release(work_as(session, cast.second_treasurer, cast.network), batch)
    return {
        "batch": batch,
        "partner": "alleenhier",
        "account_id": propose_account(
            treasurer,
            partner="alleenhier",
            holder="Alleen Hier",
            iban="NL91ABNA0417164300",
            from_on=treasurer.today,
            reason="",
        ),
        "change_id": propose_payee(
            treasurer,
            cost_line_id=case.cost_lines[1].id,
            name="Zayaz",
            iban="NL20INGB0001234567",
            reason="Teruggebeld.",
        ),
    }


def _from_the_bank(session: Session, cast: Cast) -> dict[str, object]:
    """A file that was read, with a statement that waits for the one before it; their ids."""
    fund_id = book.fund_id_of(session.connection(), cast.network.code)
    read = ReadStatement(
        StatementHead("NL44RABO0123456789", "EUR", "AFSCHRIFT", 9, NOW.date(), 7, NOW.date(), 8),
        (BankLine(NOW.date(), 1, counter_name="titel-bank"),),
        at_line=1,
    )
    values = {"sha256": "0" * 64, "file_name": "mei.xml", "format": "mt940", "size_bytes": 1, "stored_as": ""}
    values |= {"state": "taken", "lines_read": 1, "bytes_read": 1, "problem_nl": "", "problem_en": ""}
    values |= {"fund_id": fund_id, "taken_by": cast.treasurer.id, "taken_at_utc": NOW}
    file_id = session.execute(insert(bank_file).values(**values).returning(bank_file.c.id)).scalar_one()
    store.put(session, fund_id=fund_id, file_id=file_id, statements=[store.prepare(read)])
    return {
        "file_id": file_id,
        "statement_id": session.execute(select(bank_statement.c.id)).scalar_one(),
        "bank_line_id": session.execute(select(bank_line.c.id)).scalar_one(),
    }


def addresses(rule: Rule, world: World) -> Iterator[tuple[dict[str, object], Case | None]]:
    """The arguments with which to visit ``rule``, each with the case it is about, if it is about one.

    Routes about a case are visited for a case of every kind; smaller things belong to ``world.own``
    or, where a settlement is meant, to ``world.paid``.
    """
    names = set(rule.arguments)
    if "number" in names and "year" not in names:
        if names & {"question_id", "attachment_id", "line_id"}:
            cases: tuple[Case, ...] = (world.own,)
        elif rule.endpoint.startswith("settlement.letter"):
            cases = (world.outside,)
        elif "sequence" in names:
            cases = (world.paid,)
        else:
            cases = world.cases
        for case in cases:
            yield {name: _value(rule, name, world, case) for name in names}, case
        return
    yield {name: _value(rule, name, world, None) for name in names}, None


def _value(rule: Rule, name: str, world: World, case: Case | None) -> object:
    """The value of one argument; a KeyError means that this test has to learn a new one."""
    blueprint = rule.endpoint.split(".")[0]
    if name == "number":
        return case.number if case is not None else 1
    if name == "reference" or (name == "batch" and blueprint == "collections"):
        kinds = {"claims": "claim", "documents": "claim", "collections": "collection_batch"}
        return world.arguments[kinds.get(blueprint, "payout")]
    if name == "code":
        return {"partners": "alleenhier", "session": "testnet", "ledger": "1100", "documents": "zayaz"}[
            blueprint
        ]
    if name == "settlement_id" and "arbitrate" in rule.endpoint:
        return world.arguments["disputed"]
    if name == "step":
        judging = "bevestigen" if ".judge_" in rule.endpoint else "geweigerd"
        return {"cases": "inwoner", "bank_files": "weghalen"}.get(blueprint, judging)
    fixed = {"sequence": 1, "year": 2026, "language": "nl", "section": "pot"}
    return fixed[name] if name in fixed else world.arguments[name]
