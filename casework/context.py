"""Who acts, when, in which network and in which transaction: the first argument of every service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from casework.network.policy import policy_book
from casework.network.tables import Network
from rules.policy import Policy
from rules.roles import Role

# No row has this id: what must name a person cannot be kept by the program.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A role that someone holds today, for one partner."""

    role: Role
    partner_id: int
    partner_code: str
    partner_name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, with the roles held today in the network they work in now.

    ``called`` are the ids of the cases for which they are called as a substitute or an executive.
    """

    person_id: int
    name: str
    network_id: int
    network_code: str
    held: tuple[Held, ...]
    called: frozenset[int] = frozenset()

    @classmethod
    def program(cls, *, network_id: int, network_code: str) -> Actor:
        """The program itself, for what the calendar brings: no person, and no role that allows anything."""
        return cls(NOBODY, "", network_id, network_code, ())

    @property
    def is_program(self) -> bool:
        """Whether no person acts."""
        return self.person_id == NOBODY

    def has(self, *roles: Role) -> bool:
        """Whether any of ``roles`` is held."""
        return any(held.role in roles for held in self.held)

    def partner_ids(self, *roles: Role) -> frozenset[int]:
        """The partners for whom any of ``roles`` (any role at all, if none is given) is held."""
        return frozenset(held.partner_id for held in self.held if not roles or held.role in roles)

    def partner_codes(self, *roles: Role) -> frozenset[str]:
        """The codes of those partners."""
        return frozenset(held.partner_code for held in self.held if not roles or held.role in roles)


@dataclass
class Work:
    """One piece of work: a transaction, an actor and a moment. Made at the edge, passed to services.

    ``now_utc`` is given, never looked up by a service: a history can be generated and a rule tested
    as of any moment. ``address`` is where the request came from, for the log.
    """

    session: Session
    actor: Actor
    network: Network
    now_utc: datetime
    address: str = field(default="")

    @cached_property
    def today(self) -> date:
        """The date on the wall in the network's own time zone."""
        return self.now_utc.astimezone(ZoneInfo(self.network.time_zone)).date()

    def policy_on(self, day: date) -> Policy:
        """The policy in force on ``day``. Raises when a section did not exist yet."""
        return policy_book(self.session, self.network.id).on(day)

    @cached_property
    def policy(self) -> Policy:
        """The policy in force today."""
        return self.policy_on(self.today)
