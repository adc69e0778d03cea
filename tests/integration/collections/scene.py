"""Two treasurers, a partner with a mandate and claims that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from casework.collections.batches import earliest_day
from casework.collections.mandates import confirm_mandate, record_mandate
from casework.collections.refusals import Scheme
from casework.context import Work
from casework.people.tables import Person
from rules.roles import Role
from tests.integration import factories as make
from tests.integration.documents.papers import owed
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import a_funded_cast

TODAY = NOW.date()
COLLECT_ON = earliest_day(TODAY)
IBAN = "NL91ABNA0417164300"


@dataclass
class Collecting:
    """Two treasurers. Of zayaz ``claims`` are due, ``later`` is not; ``without`` is of mee."""

    cast: Cast
    second: Person
    mandate_id: int
    claims: tuple[str, str]
    later: str
    without: str

    def first_work(self, session: Session, *, at_utc: datetime = NOW) -> Work:
        """The treasurer who prepares."""
        return make.work_as(session, self.cast.treasurer, self.cast.network, at_utc=at_utc)

    def second_work(self, session: Session, *, at_utc: datetime = NOW) -> Work:
        """The treasurer who releases."""
        return make.work_as(session, self.second, self.cast.network, at_utc=at_utc)


def a_mandate(
    first: Work, second: Work, partner: str, *, scheme: Scheme = Scheme.CORE, reference: str = ""
) -> int:
    """A mandate that holds."""
    mandate_id = record_mandate(
        first,
        partner=partner,
        reference=reference or f"TN-{partner}-1",
        scheme=scheme,
        signed_on=date(2026, 1, 15),
        holder=partner.capitalize(),
        iban=IBAN,
    )
    confirm_mandate(second, mandate_id=mandate_id)
    return mandate_id


def a_collecting_cast(session: Session) -> Collecting:
    """Everything there is to collect from."""
    return with_claims(session, a_funded_cast(session))


def with_claims(session: Session, cast: Cast) -> Collecting:
    """The same for a network that exists."""
    second = make.a_person(session, cast.network, cast.partners["gemeente"], Role.TREASURER)
    first = make.work_as(session, cast.treasurer, cast.network)
    other = make.work_as(session, second, cast.network)
    mandate_id = a_mandate(first, other, "zayaz")
    late = owed(session, cast, ("zayaz", 30_000), ("mee", 20_000), due_on=TODAY - timedelta(days=5))
    due = owed(session, cast, ("zayaz", 12_345), due_on=COLLECT_ON)
    later = owed(session, cast, ("zayaz", 500), due_on=COLLECT_ON + timedelta(days=1))
    return Collecting(cast, second, mandate_id, (late["zayaz"], due["zayaz"]), later["zayaz"], late["mee"])
