"""Claim notes: for whom, how much, by which reference, and for nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from casework.accounts.tables import BankAccount
from casework.claims.note import claim_note, partner_note, to_pay
from casework.claims.service import book_repayment
from casework.documents.letter import Payment, letter_pdf
from casework.network.finance_contact import Contact, finance_contact, set_finance_contact
from errors import Forbidden, NotFound
from ledger import claims as ledger_claims
from ledger.bank.references import ReferenceKind, parse_reference
from ledger.claims import Instalment
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.documents.papers import FUND_IBAN, owed, text_of
from tests.integration.factories import NOW, Cast
from tests.integration.pages import page_text
from tests.integration.treasury.conftest import Site
from tests.integration.treasury.scene import a_funded_cast

TODAY = NOW.date()
SOON = TODAY + timedelta(days=20)


def _paid(letter_payment: Payment | None) -> tuple[int, str, ReferenceKind]:
    assert letter_payment is not None
    reference = parse_reference(letter_payment.reference)
    assert reference is not None
    assert parse_reference(letter_payment.betalingskenmerk) == reference
    return letter_payment.amount_cents, letter_payment.iban, reference.kind


def _scene(session: Session) -> tuple[Cast, str, str]:
    cast = a_funded_cast(session)
    first = owed(session, cast, ("zayaz", 30_000), ("mee", 20_000), due_on=SOON)
    second = owed(session, cast, ("zayaz", 12_345), due_on=SOON + timedelta(days=1))
    return cast, first["zayaz"], second["zayaz"]


def test_a_note_asks_for_what_is_open_by_the_reference_of_the_claim(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast, first, _second = _scene(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        book_repayment(work, reference=first, amount_cents=10_001, received_on=TODAY, key="repay-key-1")
        letter = claim_note(work, reference=first, language="nl")
        assert _paid(letter.payment) == (19_999, FUND_IBAN, ReferenceKind.CLAIM)
        assert letter.payment is not None
        assert letter.payment.due_on == SOON
        assert letter.tables[0].rows == ((first, SOON, 19_999),)
        [mine, _other] = to_pay(work, "zayaz")
        assert mine.reference.rf == letter.payment.reference
        text = text_of(letter_pdf(letter, language="nl", made_at_utc=NOW))
        for words in (first, "€ 199,99", "Zayaz", "NL44 RABO 0123 4567 89", mine.reference.rf_spaced):
            assert words in text
        english = claim_note(work, reference=first, language="en")
        assert "Claim note" in english.subject
        assert "€199.99" in text_of(letter_pdf(english, language="en", made_at_utc=NOW))


def test_one_note_of_everything_open_is_paid_by_the_reference_of_the_partner(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast, first, second = _scene(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        letter = partner_note(work, code="zayaz", language="nl")
        assert _paid(letter.payment) == (42_345, FUND_IBAN, ReferenceKind.STATEMENT)
        assert [row[0] for row in letter.tables[0].rows] == [first, second]
        book_repayment(work, reference=first, amount_cents=30_000, received_on=TODAY, key="repay-key-1")
        left = partner_note(work, code="zayaz", language="nl")
        assert _paid(left.payment) == (12_345, FUND_IBAN, ReferenceKind.CLAIM)


def test_a_note_of_a_plan_asks_for_what_is_due_now_or_next(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast, first, _second = _scene(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=30)]
        ledger_claims.change_terms(
            session,
            network=cast.network.code,
            reference=first,
            due_on=days[-1],
            instalments=[Instalment(day, 10_000) for day in days],
        )
        letter = claim_note(work, reference=first, language="nl")
        assert letter.payment is not None
        assert (letter.payment.amount_cents, letter.payment.due_on) == (20_000, days[0])
        assert len(letter.tables[0].rows) == 3


def test_what_is_paid_asks_for_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast, first, _second = _scene(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        book_repayment(work, reference=first, amount_cents=30_000, received_on=TODAY, key="repay-key-1")
        letter = claim_note(work, reference=first, language="nl")
        assert letter.payment is None
        assert letter.notice == "Er staat niets meer open."
        assert partner_note(work, code="farent", language="nl").payment is None


def test_without_an_account_the_note_says_whom_to_ask(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 30_000))
        session.execute(delete(BankAccount))
        work = make.work_as(session, cast.treasurer, cast.network)
        letter = claim_note(work, reference=it["zayaz"], language="nl")
        assert letter.payment is None
        assert "penningmeester" in letter.paragraphs[-1]


def test_only_claims_on_partners_have_a_note_and_only_for_those_concerned(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        it = owed(session, cast, ("zayaz", 1_000), ("inwoner", 3_000))
        treasurer = make.work_as(session, cast.treasurer, cast.network)
        with pytest.raises(NotFound):
            claim_note(treasurer, reference=it["inwoner"], language="nl")
        own = make.work_as(session, cast.representative, cast.network)
        assert claim_note(own, reference=it["zayaz"], language="nl").payment
        assert partner_note(own, code="zayaz", language="nl").tables
        stranger = make.work_as(session, cast.other_representative, cast.network)
        with pytest.raises(NotFound):
            claim_note(stranger, reference=it["zayaz"], language="nl")
        with pytest.raises(NotFound):
            partner_note(stranger, code="zayaz", language="nl")


def test_the_finance_contact_is_named_and_spoken_to_in_its_language(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast, first, _second = _scene(session)
        admin = make.work_as(session, cast.administrator, cast.network)
        contact = Contact("J. Jansen", "debiteuren@zayaz.example", "en")
        for _twice in range(2):
            set_finance_contact(admin, code="zayaz", contact=contact)
        assert finance_contact(session, cast.partners["zayaz"].id) == contact
        work = make.work_as(session, cast.treasurer, cast.network)
        assert claim_note(work, reference=first, language="nl").recipient == ("Zayaz", "t.a.v. J. Jansen")
        with pytest.raises(Forbidden):
            set_finance_contact(work, code="zayaz", contact=None)
        set_finance_contact(admin, code="zayaz", contact=None)
        assert finance_contact(session, cast.partners["zayaz"].id) is None


def test_notes_are_fetched_as_pdf_by_those_who_may(site_on_both: Site) -> None:
    with site_on_both.session() as session, session.begin():
        cast = site_on_both.cast
        it = owed(session, cast, ("zayaz", 30_000), due_on=date(2026, 7, 1))
    reference = it["zayaz"]
    for person, status in (
        (cast.treasurer, 200),
        (cast.representative, 200),
        (cast.other_representative, 404),
        (cast.applicant, 403),
    ):
        client = site_on_both.as_(person)
        for url in (f"/vorderingen/{reference}/nota.pdf", "/partners/zayaz/openstaand.pdf"):
            response = client.get(url)
            assert response.status_code == status, (url, person.name)
            if status == 200:
                assert response.mimetype == "application/pdf"
                assert "no-store" in response.headers["Cache-Control"]
                assert "€ 300,00" in text_of(response.get_data())
    # That a claim of another partner exists shows nowhere: it is refused in the words of one that does not.
    stranger = site_on_both.as_(cast.other_representative)
    for address in ("/vorderingen/{}", "/vorderingen/{}/nota.pdf"):
        said = [page_text(stranger.get(address.format(one))) for one in (reference, "niets")]
        assert said[0].replace(reference, "niets") == said[1]
    english = site_on_both.as_(cast.treasurer).get(f"/vorderingen/{reference}/nota.pdf?taal=en")
    assert "How to pay" in text_of(english.get_data())
    page = site_on_both.as_(cast.representative).get(f"/vorderingen/{reference}").get_data(as_text=True)
    assert f"/vorderingen/{reference}/nota.pdf" in page


def test_the_administrator_keeps_the_finance_contact_on_the_page_of_the_partner(site: Site) -> None:
    client = site.as_(site.cast.administrator)
    form = {
        "contact_name": "J. Jansen",
        "contact_email": "Debiteuren@Zayaz.example",
        "contact_language": "nl",
    }
    wrong = client.post("/partners/zayaz/contact", data=form | {"contact_email": "geen adres"})
    assert wrong.status_code == 422
    assert "J. Jansen" in wrong.get_data(as_text=True)
    done = client.post("/partners/zayaz/contact", data=form, follow_redirects=True)
    assert "J. Jansen krijgt voortaan de nota's van Zayaz" in page_text(done)
    assert "debiteuren@zayaz.example" in done.get_data(as_text=True)
    gone = client.post("/partners/zayaz/contact", data={"remove": "1"}, follow_redirects=True)
    assert "heeft geen financieel contact meer" in page_text(gone)
    assert client.post("/partners/zayaz/contact", data={"remove": "1"}).status_code == 302
    assert site.as_(site.cast.treasurer).post("/partners/zayaz/contact", data=form).status_code == 403
