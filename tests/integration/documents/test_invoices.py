"""The invoice of a contribution on paper: what is still to pay, by its own reference, for those concerned."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from casework.claims.contribution_letter import contribution_letter, invoice_of
from casework.context import Work
from casework.documents.letter import letter_pdf
from casework.fund.invoices import invoice, make_invoices
from casework.fund.service import book_contribution
from errors import NotFound
from ledger.bank.references import ReferenceKind, parse_reference
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.documents.papers import FUND_IBAN, text_of
from tests.integration.factories import NOW
from tests.integration.pages import page_text
from tests.integration.treasury.conftest import Site
from tests.integration.treasury.scene import a_funded_cast


def _receive(work: Work, cents: int) -> None:
    book_contribution(
        work,
        partner="zayaz",
        amount_cents=cents,
        received_on=work.today,
        for_year=2026,
        key=f"contribution-{cents}",
    )


def test_the_invoice_asks_for_what_was_not_received_yet(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        make_invoices(work, for_year=2026, key="invoice-key-1")
        reference = invoice_of(work, cast.partners["zayaz"].id, 2026)
        asked = invoice(work, reference)
        letter = contribution_letter(work, reference=reference, language="nl")
        assert letter.payment is not None
        assert (letter.payment.amount_cents, letter.payment.iban) == (asked.amount_cents, FUND_IBAN)
        named = parse_reference(letter.payment.reference)
        assert named is not None
        assert (named.kind, named.number, named.year) == (
            ReferenceKind.CONTRIBUTION,
            cast.partners["zayaz"].id,
            2026,
        )
        assert reference in text_of(letter_pdf(letter, language="nl", made_at_utc=NOW))
        _receive(work, 100)
        less = contribution_letter(work, reference=reference, language="en")
        assert less.payment is not None
        assert less.payment.amount_cents == asked.amount_cents - 100
        _receive(work, asked.amount_cents - 100)
        paid = contribution_letter(work, reference=reference, language="nl")
        assert (paid.payment, paid.notice) == (None, "Deze factuur is betaald.")


def test_an_invoice_is_for_its_own_partner(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        make_invoices(make.work_as(session, cast.treasurer, cast.network), for_year=2026, key="invoice-key-1")
        own = make.work_as(session, cast.representative, cast.network)
        reference = invoice_of(own, cast.partners["zayaz"].id, 2026)
        assert contribution_letter(own, reference=reference, language="nl").payment is not None
        stranger = make.work_as(session, cast.other_representative, cast.network)
        with pytest.raises(NotFound):
            contribution_letter(stranger, reference=reference, language="nl")
        with pytest.raises(NotFound):
            contribution_letter(own, reference="BF-2026-9999", language="nl")


def test_it_is_found_from_the_statement(site_on_both: Site) -> None:
    with site_on_both.session() as session, session.begin():
        cast = site_on_both.cast
        work = make.work_as(session, cast.treasurer, cast.network)
        make_invoices(work, for_year=2026, key="invoice-key-1")
        reference = invoice_of(work, cast.partners["zayaz"].id, 2026)
    client = site_on_both.as_(cast.representative)
    assert f"Factuur {reference}" in page_text(client.get("/rekeningoverzichten/zayaz/2026"))
    paper = client.get(f"/bijdragen/{reference}/factuur.pdf")
    assert paper.mimetype == "application/pdf"
    assert f"Factuur {reference}" in text_of(paper.get_data())
    assert (
        site_on_both.as_(cast.other_representative).get(f"/bijdragen/{reference}/factuur.pdf").status_code
        == 404
    )
