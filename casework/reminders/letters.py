"""Which reminders are due today, to whom, and which wait: the preview and the sending ask the same."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.mail.queue import Recipient, holders, person_recipient
from casework.network.finance_contact import finance_contact
from casework.network.tables import Partner
from casework.reminders.pauses import PauseReason, pauses
from casework.reminders.tables import Reminder as Taken
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.claims import Claim
from rules.reminders import Reminder, ReminderKind, reminders_due
from rules.roles import Role
from rules.wording import Labelled


class Audience(Labelled):
    """Who is written to."""

    PARTNER = "partner", "de partner", "the partner"
    RESIDENT = "resident", "de professional van de inwoner", "the resident's professional"
    AMBASSADOR = "ambassador", "de ambassadeur", "the ambassador"
    EXECUTIVES = "executives", "de bestuurders", "the executives"


@dataclass(frozen=True, slots=True)
class Line:
    """One open part of a claim in a letter, with the step that is taken about it."""

    reference: str
    case: str
    due_on: date
    open_cents: int
    days_late: int
    step: Reminder


@dataclass(frozen=True, slots=True)
class DueLetter:
    """One letter: everything that one partner, or one professional, is written about today.

    ``key`` names whom it is for: ``partner:zayaz``. Without ``recipients`` it cannot go.
    """

    key: str
    audience: Audience
    partner_id: int
    partner_name: str
    recipients: tuple[Recipient, ...]
    lines: tuple[Line, ...]

    @property
    def total_cents(self) -> int:
        """What the parts in it come to."""
        return sum(line.open_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that has come, about a claim for which reminding is paused."""

    reference: str
    party_name: str
    case: str
    due_on: date
    open_cents: int
    reason: PauseReason


@dataclass(frozen=True, slots=True)
class _Group:
    audience: Audience
    partner_id: int
    person_id: int | None = None


def due_letters(work: Work) -> tuple[DueLetter, ...]:
    """What goes out today, by partner: one letter for everything that is due to one audience."""
    return _look(work)[0]


def waiting(work: Work) -> tuple[Waiting, ...]:
    """What would go out today, were it not paused."""
    return _look(work)[1]


def fingerprint(letters: Iterable[DueLetter]) -> str:
    """The same for the same letters: what is sent must be what was shown."""
    digest = hashlib.sha256()
    for letter in letters:
        to = [(one.key, one.email) for one in letter.recipients]
        digest.update(repr((letter.key, to, letter.lines)).encode())
    return digest.hexdigest()


def look(work: Work) -> tuple[tuple[DueLetter, ...], tuple[Waiting, ...]]:
    """Both at once, for the page that shows them."""
    return _look(work)


def _look(work: Work) -> tuple[tuple[DueLetter, ...], tuple[Waiting, ...]]:
    claims = [
        one
        for one in ledger_claims.open_claims(work.session, network=work.network.code)
        if one.account in (Account.PARTNER_CLAIMS, Account.RESIDENT_CLAIMS)
    ]
    taken = _taken(work, claims)
    found = [
        (claim, line) for claim in claims for line in _lines(work, claim, taken)
    ]  # before anything else is read: most days there is nothing
    if not found:
        return (), ()
    paused = pauses(work, {claim.reference: claim for claim, _line in found})
    partners = {one.code: one for one in _partners(work)}
    cases = _cases(work, {claim.case for claim, _line in found})
    groups: dict[_Group, list[Line]] = defaultdict(list)
    waits = []
    for claim, line in found:
        if reason := paused.get(claim.reference):
            waits.append(
                Waiting(claim.reference, claim.party_name, claim.case, line.due_on, line.open_cents, reason)
            )
            continue
        groups[_group(claim, line, partners, cases)].append(line)
    names = {one.id: one for one in partners.values()}
    letters = [_letter(work, group, names[group.partner_id], lines) for group, lines in groups.items()]
    letters.sort(key=lambda one: (one.partner_name.casefold(), list(Audience).index(one.audience), one.key))
    return tuple(letters), tuple(waits)


def _lines(work: Work, claim: Claim, taken: dict[tuple[str, date], list[Reminder]]) -> Iterable[Line]:
    escalates = claim.account is Account.PARTNER_CLAIMS  # a household's instalments are no executive's matter
    open_by_day: dict[date, int] = defaultdict(int)
    for due_on, cents in ledger_claims.open_parts(claim):
        open_by_day[due_on] += cents
    for due_on, cents in open_by_day.items():
        for step in reminders_due(
            due_on,
            work.policy.terms,
            on=work.today,
            taken=taken.get((claim.reference, due_on), ()),
            escalates=escalates,
        ):
            late = max(0, (work.today - due_on).days)
            yield Line(claim.reference, claim.case, due_on, cents, late, step)


def _group(claim: Claim, line: Line, partners: dict[str, Partner], cases: dict[str, Case]) -> _Group:
    if claim.account is Account.RESIDENT_CLAIMS:
        case = cases[claim.case]
        return _Group(Audience.RESIDENT, case.partner_id, case.applicant_id)
    audience = {
        ReminderKind.AMBASSADOR: Audience.AMBASSADOR,
        ReminderKind.EXECUTIVES: Audience.EXECUTIVES,
    }.get(line.step.kind, Audience.PARTNER)
    return _Group(audience, partners[claim.party].id)


def _letter(work: Work, group: _Group, partner: Partner, lines: list[Line]) -> DueLetter:
    whom = f"{partner.code}:{group.person_id}" if group.person_id else partner.code
    ordered = sorted(lines, key=lambda line: (line.due_on, line.reference))
    return DueLetter(
        key=f"{group.audience.value}:{whom}",
        audience=group.audience,
        partner_id=partner.id,
        partner_name=partner.name,
        recipients=_recipients(work, group, partner),
        lines=tuple(ordered),
    )


def _recipients(work: Work, group: _Group, partner: Partner) -> tuple[Recipient, ...]:
    of_partner = (partner.id,)
    match group.audience:
        case Audience.RESIDENT:
            assert group.person_id is not None
            return person_recipient(work, group.person_id)
        case Audience.AMBASSADOR:
            return holders(work, Role.AMBASSADOR, partner_ids=of_partner)
        case Audience.EXECUTIVES:
            # A partner without an executive of its own is a matter for all of them.
            own = holders(work, Role.EXECUTIVE, partner_ids=of_partner)
            return own or holders(work, Role.EXECUTIVE)
        case _:
            contact = finance_contact(work.session, partner.id)
            if contact is None:
                return holders(work, Role.REPRESENTATIVE, partner_ids=of_partner)
            return (Recipient(contact.name, contact.email, contact.language, partner_id=partner.id),)


def _taken(work: Work, claims: list[Claim]) -> dict[tuple[str, date], list[Reminder]]:
    wanted = {claim.reference for claim in claims}
    rows = work.session.execute(
        select(Taken.claim_reference, Taken.due_on, Taken.step_on, Taken.kind).where(
            Taken.network_id == work.network.id
        )
    )
    found: dict[tuple[str, date], list[Reminder]] = defaultdict(list)
    for reference, due_on, step_on, kind in rows:
        if reference in wanted:
            found[reference, due_on].append(Reminder(step_on, ReminderKind(kind)))
    return found


def _partners(work: Work) -> Iterable[Partner]:
    return work.session.scalars(select(Partner).where(Partner.network_id == work.network.id))


def _cases(work: Work, numbers: set[str]) -> dict[str, Case]:
    query = select(Case).where(Case.network_id == work.network.id, Case.number.in_(numbers))
    return {case.number: case for case in work.session.scalars(query)}
