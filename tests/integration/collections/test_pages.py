"""The pages of collecting: from a signed paper to a file at the bank, and what is said when it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casework.collections.tables import Collection, CollectionMandate
from tests.integration.collections.scene import COLLECT_ON, Collecting, with_claims
from tests.integration.factories import NOW
from tests.integration.pages import page_text, soup
from tests.integration.treasury.conftest import Site

DAY = COLLECT_ON.isoformat()


@pytest.fixture
def it(site_on_both: Site) -> Collecting:
    with site_on_both.session() as session, session.begin():
        return with_claims(session, site_on_both.cast)


def key_of(client: FlaskClient, url: str, form: str) -> dict[str, str]:
    """The hidden fields of the form on ``url`` that posts to ``form``."""
    found = soup(client.get(url)).find("form", action=form)
    assert found is not None, (url, form)
    return {str(one["name"]): str(one.get("value", "")) for one in found.find_all("input", type="hidden")}


def test_a_mandate_goes_from_paper_to_valid(site_on_both: Site, it: Collecting) -> None:
    first, second = site_on_both.as_(it.cast.treasurer), site_on_both.as_(it.second)
    assert "Mee" in page_text(first.get("/incasso/machtigingen/vastleggen"))
    form = {
        "partner": "mee",
        "reference": "TN-MEE-1",
        "scheme": "CORE",
        "signed_on": "2026-05-01",
        "holder": "MEE",
        "iban": "nl91 abna 0417 1643 00",
    }
    wrong = first.post("/incasso/machtigingen/vastleggen", data=form | {"iban": "NL91 ABNA 0417 1643 01"})
    assert wrong.status_code == 422
    assert "Dit rekeningnummer klopt niet" in page_text(wrong)
    assert "TN-MEE-1" in wrong.get_data(as_text=True)
    missing = first.post("/incasso/machtigingen/vastleggen", data=form | {"partner": "nergens"})
    assert missing.status_code == 422
    assert first.post("/incasso/machtigingen/vastleggen", data=form).status_code == 302
    with site_on_both.session() as session:
        made = session.scalars(
            select(CollectionMandate.id).where(CollectionMandate.reference == "TN-MEE-1")
        ).one()
    assert "Wacht op een ander" in page_text(first.get("/incasso/machtigingen"))
    assert "1 machtiging wacht" in page_text(second.get("/incasso"))
    address = f"/incasso/machtigingen/{made}/bevestigen"
    assert "Klopt deze machtiging met het papier?" in page_text(second.post(address))
    own = first.post(address, data={"confirmed": "1"}, follow_redirects=True)
    assert "Laat een andere penningmeester haar nakijken" in page_text(own)
    done = second.post(address, data={"confirmed": "1"}, follow_redirects=True)
    assert "De machtiging is geldig" in page_text(done)
    ended = second.post(
        f"/incasso/machtigingen/{made}/intrekken", data={"confirmed": "1"}, follow_redirects=True
    )
    assert "Van deze partner wordt niet meer geïncasseerd" in page_text(ended)
    assert "TN-MEE-1" in page_text(second.get("/incasso/machtigingen?stand=oud"))


def test_from_due_to_file_and_back_from_the_bank(site_on_both: Site, it: Collecting) -> None:
    first, second = site_on_both.as_(it.cast.treasurer), site_on_both.as_(it.second)
    listed = page_text(first.get("/incasso"))
    for claim in it.claims:
        assert claim in listed
    assert it.later not in listed
    key = key_of(first, "/incasso", "/incasso/klaarzetten")
    asked = first.post("/incasso/klaarzetten", data=key | {"claim": list(it.claims)})
    assert "Klopt dit?" in page_text(asked)
    assert "€ 423,45" in page_text(asked)
    done = first.post("/incasso/klaarzetten", data=key | {"claim": list(it.claims), "confirmed": "1"})
    assert done.status_code == 302
    batch = str(done.location)
    assert "Wacht op een ander" in page_text(first.get(batch))
    sign = key_of(second, batch, f"{batch}/vrijgeven")
    wrong = second.post(f"{batch}/vrijgeven", data=sign | {"count": "2", "total": "423,44"})
    assert wrong.status_code == 422
    assert "Dit is niet het totaal" in page_text(wrong)
    right = second.post(f"{batch}/vrijgeven", data=sign | {"count": "2", "total": "423,45"})
    assert right.status_code == 302
    file = first.get(f"{batch}/bestand")
    assert file.mimetype == "application/xml"
    assert b"pain.008.001.08" in file.get_data()
    assert file.headers["Content-Disposition"].startswith("attachment")
    first.post(f"{batch}/aangeleverd", data={"uploaded_on": NOW.date().isoformat()})
    assert "Aangeleverd" in page_text(first.get(batch))
    site_on_both.app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=2)
    first = site_on_both.as_(it.cast.treasurer)  # a session does not last that long
    with site_on_both.session() as session:
        post = session.scalars(select(Collection.id).order_by(Collection.id)).first()
    address = f"/incasso/posten/{post}"
    form = key_of(first, address, address) | {"outcome": "ontvangen", "on": DAY, "reason": ""}
    assert "Het geld is binnen, op" in page_text(first.post(address, data=form))
    assert first.post(address, data=form | {"confirmed": "1"}).status_code == 302
    assert "ontvangen" in page_text(first.get(batch))
    assert "€ 0,00 open" in page_text(first.get(f"/vorderingen/{sorted(it.claims)[0]}"))
    back = key_of(first, address, address) | {"outcome": "teruggeboekt", "on": DAY, "reason": "MD06"}
    assert first.post(address, data=back | {"confirmed": "1"}).status_code == 302
    assert "MD06" in page_text(first.get(batch))
    assert "met de hand niets te noteren" in page_text(first.get(address))


def test_cancelling_asks_first(site_on_both: Site, it: Collecting) -> None:
    first = site_on_both.as_(it.cast.treasurer)
    key = key_of(first, "/incasso", "/incasso/klaarzetten")
    batch = str(
        first.post("/incasso/klaarzetten", data=key | {"claim": list(it.claims), "confirmed": "1"}).location
    )
    form = key_of(first, batch, f"{batch}/intrekken")
    assert "intrekken?" in page_text(first.post(f"{batch}/intrekken", data=form))
    assert first.post(f"{batch}/intrekken", data=form | {"confirmed": "1"}).status_code == 302
    assert "ingetrokken" in page_text(first.get(batch))
    assert first.get(f"{batch}/bestand").status_code == 409


def test_nothing_ticked_or_a_wrong_day_is_said(site_on_both: Site, it: Collecting) -> None:
    first = site_on_both.as_(it.cast.treasurer)
    key = key_of(first, "/incasso", "/incasso/klaarzetten")
    nothing = first.post("/incasso/klaarzetten", data=key)
    assert nothing.status_code == 422
    assert "zet een vinkje" in page_text(nothing)
    weekend = first.post(
        "/incasso/klaarzetten", data=key | {"collect_on": "2026-06-06", "claim": list(it.claims)}
    )
    assert "werken banken niet" in page_text(weekend)
    assert first.get("/incasso?collect_on=onzin").status_code == 200
    assert first.get("/incasso?collect_on=0001-01-01").status_code == 200


def test_who_may_look_and_who_may_act(site_on_both: Site, it: Collecting) -> None:
    auditor = site_on_both.as_(it.cast.auditor)
    shown = auditor.get("/incasso")
    assert shown.status_code == 200
    assert "Aangevinkte klaarzetten" not in page_text(shown)
    assert auditor.post("/incasso/klaarzetten").status_code == 403
    assert auditor.get("/incasso/machtigingen").status_code == 200
    assert auditor.get("/incasso/machtigingen/vastleggen").status_code == 403
    assert site_on_both.as_(it.cast.representative).get("/incasso").status_code == 403
