"""Shorthand of the tests of cases: a network, an applicant at work, a form filled in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload, undefer_group

from casework.cases.drafts import CostLineDraft, Saved, create_draft, save_draft
from casework.cases.tables import PAYMENT, Case
from casework.context import Work
from casework.people.tables import Person
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, work_as
from tests.integration.pages import page_text, sign_in

IBAN = "NL91ABNA0417164300"
STORY: dict[str, Any] = {
    "title": "Huurschuld, ontruiming dreigt",
    "alias": "het gezin met de hond",
    "situation": "Er is een huurschuld van 4.000 euro.",
    "tried": "Een regeling met de verhuurder.",
    "barrier": "Een regeling komt er pas na een vonnis.",
    "breakthrough": "De schuld in een keer betalen.",
    "own_contribution": "Het gezin accepteert begeleiding.",
    "household_type": "gezin met kinderen",
    "age_band": "28-64",
    "domains": ["wonen"],
    "consent_on": date(2026, 5, 28),
    "grade_before": 4,
}
COSTS = [
    CostLineDraft("Huurschuld", 400_000, "Zayaz", IBAN, "zayaz"),
]


@dataclass
class Desk:
    """One transaction with a network in it."""

    session: Session
    cast: Cast

    def work(self, person: Person | None = None, *, at_utc: datetime = NOW) -> Work:
        return work_as(self.session, person or self.cast.applicant, self.cast.network, at_utc=at_utc)

    def draft(self) -> str:
        return create_draft(self.work(), partner="farent")

    def save(self, number: str, *, revision: int = 1, form: str = "", **changes: Any) -> Saved:
        lines = {name: changes.pop(name) for name in ("cost_lines", "regular_lines") if name in changes}
        return save_draft(self.work(), number=number, revision=revision, form=form, fields=changes, **lines)

    def complete(self) -> str:
        number = self.draft()
        self.save(number, **STORY, cost_lines=COSTS)
        return number

    def case(self, number: str) -> Case:
        return self.session.scalars(select(Case).where(Case.number == number)).one()


@contextmanager
def a_desk(engine: Engine) -> Iterator[Desk]:
    """A network in a transaction that is rolled back."""
    with unit_of_work(engine, write=True) as session:
        yield Desk(session, a_cast(session))
        session.rollback()


@dataclass
class Browser:
    """Someone at the pages. ``url`` is the draft's address."""

    app: Flask
    client: FlaskClient
    cast: Cast

    def as_(self, person: Person) -> Browser:
        sign_in(self.client, person)
        return self

    def begin(self) -> str:
        """A fresh draft; its number."""
        answer = self.client.post("/casussen/nieuw")
        assert answer.status_code == 302
        return str(answer.location).split("/")[2]

    def case(self, number: str) -> Case:
        with unit_of_work(self.app.extensions["omloop_engine"], write=False) as session:
            texts = (undefer_group("story"), selectinload(Case.cost_lines).undefer_group(PAYMENT))
            case = session.scalars(select(Case).where(Case.number == number).options(*texts)).one()
            session.expunge(case)
            return case


def a_browser(app: Flask) -> Browser:
    """The pages of a network, signed in as its applicant."""
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        cast = a_cast(session)
    return Browser(app, app.test_client(), cast).as_(cast.applicant)


RESIDENT_FORM: dict[str, Any] = {
    "alias": "het gezin met de hond",
    "household_type": "gezin met kinderen",
    "age_band": "28-64",
    "domains": ["wonen", "schulden"],
    "consent_on": "28-05-2026",
    "grade_before": "4",
    "postcode": "5211 AB",
    "house_number": "12",
}
STUCK_FORM = {name: STORY[name] for name in ("title", "situation", "tried", "barrier")} | {
    "barrier_field": "huurachterstand",
    "barrier_law": "Woningwet",
}
BREAKTHROUGH_FORM = {
    "breakthrough": STORY["breakthrough"],
    "own_contribution": STORY["own_contribution"],
    "costs-0-description": "Huurschuld",
    "costs-0-amount": "4.000,00",
    "costs-0-payee_name": "Zayaz",
    "costs-0-payee_iban": "NL91 ABNA 0417 1643 00",
    "costs-0-payee_partner": "zayaz",
    "expected_payers": ["zayaz", "gemeente"],
}
REGULAR_FORM = {
    "regular-0-description": "Ontruiming",
    "regular-0-party": "zayaz",
    "regular-0-quantity": "1",
    "regular-0-unit": "keer",
    "regular-0-price": "6000",
    "regular-0-chance": "100",
    "regular-1-description": "Opvang",
    "regular-1-party": "gemeente",
    "regular-1-quantity": "12",
    "regular-1-unit": "maand",
    "regular-1-price": "2.500,00",
    "regular-1-chance": "100",
}
FORMS = {
    "inwoner": RESIDENT_FORM,
    "knelpunt": STUCK_FORM,
    "doorbraak": BREAKTHROUGH_FORM,
    "gewone-weg": REGULAR_FORM,
}


def fill_in(browser: Browser) -> str:
    """A draft with all four steps filled in through the pages; its number."""
    number = browser.begin()
    for step, values in FORMS.items():
        case = browser.case(number)
        sent = values | {"revision": str(case.revision), "opened": "venster", "action": "next"}
        answer = browser.client.post(f"/casussen/{number}/bewerken/{step}", data=sent)
        assert answer.status_code == 302, page_text(answer)
    return number
