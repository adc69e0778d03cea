"""Makers of what tests need: a network with policy and fund, partners, people, cases, money.

Everything is made in the session that is given and flushed, never committed: a test wraps it in
``with unit_of_work(engine) as session``. Without more the moment is :data:`NOW`, a Monday morning.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.accounts.tables import BankAccount
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.decision.called import acting
from casework.network.tables import Network, Partner, PolicySection
from casework.people.passwords import hash_password
from casework.people.tables import Appointment, Person
from ledger import book, events
from rules.network_file import load_network
from rules.policy import PolicyVersion
from rules.roles import Role

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)  # ten o'clock on the wall in the test network
JOINED = date(2016, 6, 2)
PASSWORD = "een lang wachtwoord"
NETWORK_FILE = Path(__file__).resolve().parents[2] / "config" / "networks" / "bossche_bond.toml"
_numbers = itertools.count(1)


@cache
def _real_policy() -> tuple[PolicyVersion, ...]:
    return load_network(NETWORK_FILE).versions


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


def a_network(
    session: Session,
    *,
    code: str = "testnet",
    name: str = "Testnetwerk",
    case_prefix: str = "TN",
    buffer_cents: int = 0,
    at_utc: datetime = NOW,
) -> Network:
    """A network without partners, with an account and the policy of the file that comes with the program.

    The fund is opened with ``buffer_cents``, 0 if nothing is said, so that what is put in is available.
    """
    network = Network(
        code=code, name=name, case_prefix=case_prefix, time_zone="Europe/Amsterdam", created_at_utc=at_utc
    )
    session.add(network)
    session.flush()
    for version in _real_policy():
        session.add(
            PolicySection(
                network_id=network.id,
                section=version.section.value,
                valid_from=version.valid_from,
                document=version.to_document(),
                source=version.source,
                assumed=version.assumed,
                adopted_at_utc=at_utc,
            )
        )
    session.add(
        BankAccount(
            network_id=network.id,
            holder=f"Stichting {name}",
            iban="NL44RABO0123456789",
            bic="RABONL2U",
            creditor_id="NL69ZZZ123456780000",
            from_on=JOINED,
            state="confirmed",
            proposed_at_utc=at_utc,
        )
    )
    session.flush()
    book.open_fund(session, network=code, buffer_cents=buffer_cents, at_utc=at_utc)
    return network


def a_partner(
    session: Session,
    network: Network,
    code: str,
    *,
    name: str | None = None,
    kind: str = "woningcorporatie",
    domains: Sequence[str] = ("wonen",),
    joined_on: date = JOINED,
    left_on: date | None = None,
) -> Partner:
    """A partner of ``network``; its name is its code with a capital if none is given."""
    partner = Partner(
        network_id=network.id,
        code=code,
        name=name or code.capitalize(),
        kind=kind,
        domains=list(domains),
        joined_on=joined_on,
        left_on=left_on,
    )
    session.add(partner)
    session.flush()
    return partner


def a_person(
    session: Session,
    network: Network,
    partner: Partner,
    *roles: Role,
    name: str | None = None,
    email: str | None = None,
    from_on: date = JOINED,
    until_on: date | None = None,
) -> Person:
    """Someone who holds ``roles`` for ``partner`` in ``network`` and signs in with :data:`PASSWORD`."""
    number = next(_numbers)
    person = Person(
        email=email or f"mens{number}@{partner.code}.example",
        name=name or f"Mens {number}",
        password_hash=_password_hash(),
        created_at_utc=NOW,
    )
    session.add(person)
    session.flush()
    for role in roles:
        appoint(session, person, network, partner, role, from_on=from_on, until_on=until_on)
    return person


def appoint(
    session: Session,
    person: Person,
    network: Network,
    partner: Partner,
    role: Role,
    *,
    from_on: date = JOINED,
    until_on: date | None = None,
) -> Appointment:
    """One more role for ``person``."""
    appointment = Appointment(
        person_id=person.id,
        network_id=network.id,
        partner_id=partner.id,
        role=role.value,
        from_on=from_on,
        until_on=until_on,
    )
    session.add(appointment)
    session.flush()
    return appointment


def work_as(session: Session, person: Person, network: Network, *, at_utc: datetime = NOW) -> Work:
    """The first argument of a service, as if ``person`` asked for it at ``at_utc``."""
    day = at_utc.astimezone(ZoneInfo(network.time_zone)).date()
    actor = acting(session, person=person, network=network, day=day)
    return Work(session, actor, network, at_utc, address="127.0.0.1")


def fund(work: Work, cents: int, *, partner: str = "gemeente") -> None:
    """``cents`` of contributions in the pot, received today."""
    key = f"test-fund-{next(_numbers)}"
    draft = events.contribution_received(
        partner=partner, amount_cents=cents, booked_on=work.today, cause="contribution", key=key
    )
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)


def a_case(
    session: Session,
    network: Network,
    applicant: Person,
    *,
    amounts: Sequence[int] = (50_000,),
    decision_state: str = "submitted",
    at_utc: datetime = NOW,
    partner: Partner | None = None,
    **values: object,
) -> Case:
    """A case as it stands in the database, with a cost line for each of ``amounts`` (cents).

    It is put there as it is: nothing is posted or logged. ``values`` are other columns of ``Case``.
    """
    if partner is None:
        partner = session.scalars(
            select(Partner)
            .join(Appointment, Appointment.partner_id == Partner.id)
            .where(Appointment.person_id == applicant.id, Appointment.network_id == network.id)
        ).first()
    assert partner is not None, "an applicant without a partner"
    number = f"{network.case_prefix}-{at_utc.year}-{next(_numbers):04d}"
    columns: dict[str, object] = {
        "title": f"Casus {number}",
        "alias": "gezin in de Testbuurt",
        "situation": "Er is een achterstand in de huur.",
        "tried": "Een regeling met de verhuurder lukte niet.",
        "barrier": "De regeling vraagt eerst een vast adres.",
        "breakthrough": "De achterstand in een keer betalen.",
        "own_contribution": "Het gezin betaalt voortaan per week.",
        "submitted_at_utc": None if decision_state == "draft" else at_utc,
        "decided_at_utc": at_utc if decision_state in {"approved", "declined", "waiting"} else None,
    }
    case = Case(
        network_id=network.id,
        number=number,
        partner_id=partner.id,
        applicant_id=applicant.id,
        decision_state=decision_state,
        created_at_utc=at_utc,
        saved_at_utc=at_utc,
        **(columns | values),
    )
    for position, cents in enumerate(amounts, 1):
        case.cost_lines.append(
            CostLine(
                position=position,
                description=f"Kosten {position}",
                amount_cents=cents,
                payee_name="Zayaz",
                payee_iban="NL91ABNA0417164300",
            )
        )
    session.add(case)
    session.flush()
    return case


@dataclass(frozen=True, slots=True)
class Cast:
    """A whole network: partners by code, and one person per role (two where four eyes are needed)."""

    network: Network
    partners: dict[str, Partner]
    applicant: Person
    other_applicant: Person
    secretariat: tuple[Person, Person, Person, Person]
    treasurer: Person
    second_treasurer: Person
    representative: Person
    other_representative: Person
    ambassador: Person
    executive: Person
    auditor: Person
    administrator: Person


def a_cast(
    session: Session, *, code: str = "testnet", case_prefix: str = "TN", buffer_cents: int = 0
) -> Cast:
    """A network with five partners and someone in every role.

    Applicant and ambassador are of farent, the other applicant of mee, the representatives of zayaz
    and mee, everyone else of gemeente except the last two members of the secretariat (farent, mee).
    """
    network = a_network(session, code=code, case_prefix=case_prefix, buffer_cents=buffer_cents)
    kinds = {"gemeente": "gemeente", "farent": "welzijn", "mee": "clientondersteuning"}
    codes = ("brabantwonen", "farent", "gemeente", "mee", "zayaz")
    partners = {
        one: a_partner(session, network, one, kind=kinds.get(one, "woningcorporatie")) for one in codes
    }

    def person(partner: str, role: Role) -> Person:
        return a_person(session, network, partners[partner], role)

    return Cast(
        network=network,
        partners=partners,
        applicant=person("farent", Role.APPLICANT),
        other_applicant=person("mee", Role.APPLICANT),
        secretariat=(
            person("gemeente", Role.SECRETARIAT),
            person("gemeente", Role.SECRETARIAT),
            person("farent", Role.SECRETARIAT),
            person("mee", Role.SECRETARIAT),
        ),
        treasurer=person("gemeente", Role.TREASURER),
        second_treasurer=person("zayaz", Role.TREASURER),
        representative=person("zayaz", Role.REPRESENTATIVE),
        other_representative=person("mee", Role.REPRESENTATIVE),
        ambassador=person("farent", Role.AMBASSADOR),
        executive=person("gemeente", Role.EXECUTIVE),
        auditor=person("gemeente", Role.AUDITOR),
        administrator=person("gemeente", Role.ADMINISTRATOR),
    )
