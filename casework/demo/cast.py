"""Who plays in the demo: the people of the file, and for each partner an applicant and a representative."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.network.tables import Network, Partner
from casework.people.passwords import hash_password
from casework.people.tables import Appointment, Person
from rules.roles import Role

FOLDER = Path(__file__).resolve().parents[2] / "config" / "demo"
DOMAIN = "omloop.example"


@dataclass(frozen=True, slots=True)
class Player:
    """Someone with an account; ``shown`` when a newcomer is told how to sign in as them."""

    name: str
    email: str
    roles: tuple[tuple[Role, str], ...]
    shown: bool = False


@cache
def named_players() -> tuple[Player, ...]:
    """The people of ``config/demo/people.toml``."""
    content = tomllib.loads((FOLDER / "people.toml").read_text(encoding="utf-8"))
    return tuple(
        Player(
            one["name"],
            one["email"],
            tuple((Role(role), partner) for role, partner in one["roles"]),
            one.get("sign_in", False),
        )
        for one in content["person"]
    )


def email_of(role: str, partner: str) -> str:
    """The address of the applicant or representative of a partner."""
    return f"{role}.{partner}@{DOMAIN}"


def emails_with(role: Role) -> tuple[str, ...]:
    """The addresses of the named people who hold ``role``, in the order of the file."""
    return tuple(
        player.email for player in named_players() if any(held is role for held, _partner in player.roles)
    )


def engage(session: Session, network: Network, *, password: str, at_utc: datetime) -> None:
    """Make everyone's account and appointments. All sign in with ``password``."""
    partners = {
        partner.code: partner
        for partner in session.scalars(
            select(Partner).where(Partner.network_id == network.id).order_by(Partner.id)
        )
    }
    password_hash = hash_password(password)
    for player in (*named_players(), *_others(partners)):
        person = Person(
            email=player.email, name=player.name, password_hash=password_hash, created_at_utc=at_utc
        )
        session.add(person)
        session.flush()
        for role, code in player.roles:
            session.add(
                Appointment(
                    person_id=person.id,
                    network_id=network.id,
                    partner_id=partners[code].id,
                    role=role.value,
                    from_on=at_utc.date(),
                )
            )
    session.flush()


def _others(partners: dict[str, Partner]) -> Iterator[Player]:
    known = {player.email for player in named_players()}
    for code, partner in partners.items():
        for role, word, title in (
            (Role.APPLICANT, "aanvrager", "Aanvrager"),
            (Role.REPRESENTATIVE, "vertegenwoordiger", "Vertegenwoordiger"),
        ):
            email = email_of(word, code)
            if email not in known:
                yield Player(f"{title} {partner.name}", email, ((role, code),))
