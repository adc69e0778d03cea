"""From a network's file to the database: the network, its partners, its policy and its fund."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework.accounts.tables import BankAccount
from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.network.policy import policy_book
from casework.network.tables import Network, Partner, PolicySection
from errors import Conflict
from ledger import book
from ledger.balances import fund_position
from rules.network_file import BankEntry, NetworkFile, PartnerEntry
from rules.policy import JUDGES_CASES


class SectionAdopted(Conflict):
    """The file says something else about a version of policy that was adopted before."""

    nl = (
        "Het beleid voor ‘{section_nl}’ vanaf {on} is al vastgesteld en verandert niet meer. "
        "Zet de wijziging in een nieuwe versie, met een latere ‘from’."
    )
    en = (
        "The policy for ‘{section_en}’ from {on} was adopted before and does not change any more. "
        "Put the change in a new version, with a later ‘from’."
    )


class SectionBackdated(Conflict):
    """A new version would hold from a day that has passed, and so change what was decided since."""

    nl = (
        "De nieuwe versie van ‘{section_nl}’ zou al vanaf {on} gelden. Wat sindsdien besloten is, verandert "
        "niet meer: laat haar gelden vanaf vandaag of later."
    )
    en = (
        "The new version of ‘{section_en}’ would hold from {on} already. What was decided since does not "
        "change any more: let it hold from today or later."
    )


class CasesJudgedToday(Conflict):
    """A new version would hold from today, while cases of today are judged by the present one."""

    nl = (
        "De nieuwe versie van ‘{section_nl}’ zou vanaf vandaag ({on}) gelden, maar vandaag is al een casus "
        "ingediend. Die houdt het beleid van nu: laat haar morgen ingaan of later."
    )
    en = (
        "The new version of ‘{section_en}’ would hold from today ({on}), but a case was submitted today. It "
        "keeps the policy as it is: let the version hold from tomorrow or later."
    )


@dataclass(slots=True)
class Loaded:
    """What loading a file has added and changed, for whoever loaded it."""

    code: str
    created: bool = False
    partners_added: list[str] = field(default_factory=list)
    partners_changed: list[str] = field(default_factory=list)
    partners_to_end: list[str] = field(default_factory=list)
    versions_added: list[tuple[str, date]] = field(default_factory=list)
    account_added: bool = False
    buffer_cents: int | None = None

    @property
    def changed(self) -> bool:
        """Whether anything at all is different from before."""
        return bool(
            self.created
            or self.partners_added
            or self.partners_changed
            or self.versions_added
            or self.account_added
            or self.buffer_cents is not None
        )


def load_network(session: Session, network_file: NetworkFile, now_utc: datetime) -> Loaded:
    """Bring the database to what ``network_file`` says. Loading the same file again changes nothing.

    Names, kinds and domains of partners follow the file. A partner's leaving is not taken from the
    file once the partner is known: that has consequences and is done by an administrator
    (:func:`casework.network.partners.end_partner`). Nor is the fund's account once it has one: from then
    on two people change it on the page. Raises :class:`SectionAdopted`,
    :class:`SectionBackdated` or :class:`CasesJudgedToday`.
    """
    header = network_file.network
    network = session.scalar(select(Network).where(Network.code == header.code).with_for_update())
    loaded = Loaded(code=header.code, created=network is None)
    if network is None:
        network = Network(
            code=header.code,
            name=header.name,
            case_prefix=header.case_prefix,
            time_zone=header.time_zone,
            created_at_utc=now_utc,
        )
        session.add(network)
        session.flush()
    network.name = header.name
    _load_partners(session, network, network_file.partners, loaded)
    _load_policy(session, network, network_file, loaded, now_utc)
    loaded.account_added = _load_account(session, network, network_file.bank, now_utc)
    session.flush()
    loaded.buffer_cents = follow_buffer(session, network, now_utc, opening=loaded.created)
    if loaded.changed:
        _log(session, network, loaded, now_utc)
    return loaded


def follow_buffer(
    session: Session, network: Network, now_utc: datetime, *, opening: bool = False
) -> int | None:
    """Give the fund the buffer of today's policy; the new buffer in cents, or None when it stays as it was.

    To be called also when a later version of the fund's policy begins to hold.
    """
    today = now_utc.astimezone(ZoneInfo(network.time_zone)).date()
    content = policy_book(session, network.id).on(today).fund
    if opening:
        book.open_fund(session, network=network.code, buffer_cents=content.buffer_cents, at_utc=now_utc)
        return content.buffer_cents
    if fund_position(session, network=network.code).buffer_cents == content.buffer_cents:
        return None
    book.set_buffer(session, network=network.code, buffer_cents=content.buffer_cents, at_utc=now_utc)
    return content.buffer_cents


def submitted_today(session: Session, network: Network, now_utc: datetime) -> bool:
    """Whether a case was submitted today, on the network's wall clock."""
    zone = ZoneInfo(network.time_zone)
    midnight = datetime.combine(now_utc.astimezone(zone), time.min, zone)
    found = exists().where(Case.network_id == network.id, Case.submitted_at_utc >= midnight)
    return bool(session.scalar(select(found)))


def _load_partners(
    session: Session, network: Network, partners: tuple[PartnerEntry, ...], loaded: Loaded
) -> None:
    known = {
        partner.code: partner
        for partner in session.scalars(select(Partner).where(Partner.network_id == network.id))
    }
    for given in partners:
        partner = known.get(given.code)
        if partner is None:
            session.add(
                Partner(
                    network_id=network.id,
                    code=given.code,
                    name=given.name,
                    kind=given.kind,
                    domains=list(given.domains),
                    joined_on=given.joined_on,
                    left_on=given.left_on,
                )
            )
            loaded.partners_added.append(given.code)
            continue
        if (partner.name, partner.kind, partner.domains) != (given.name, given.kind, list(given.domains)):
            partner.name, partner.kind, partner.domains = given.name, given.kind, list(given.domains)
            loaded.partners_changed.append(given.code)
        if given.left_on and partner.left_on is None:
            loaded.partners_to_end.append(given.code)


def _load_policy(
    session: Session, network: Network, network_file: NetworkFile, loaded: Loaded, now_utc: datetime
) -> None:
    adopted = {
        (row.section, row.valid_from): row
        for row in session.scalars(select(PolicySection).where(PolicySection.network_id == network.id))
    }
    today = now_utc.astimezone(ZoneInfo(network.time_zone)).date()
    for version in network_file.versions:
        facts = {"section_nl": version.section.nl, "section_en": version.section.en}
        facts["on"] = version.valid_from.isoformat()
        document = version.to_document()
        row = adopted.get((version.section.value, version.valid_from))
        if row is not None:
            if row.document != document:
                raise SectionAdopted(**facts)
            continue
        if not loaded.created and version.valid_from < today:
            raise SectionBackdated(**facts)
        judging = version.section in JUDGES_CASES and version.valid_from == today
        if not loaded.created and judging and submitted_today(session, network, now_utc):
            raise CasesJudgedToday(**facts)
        session.add(
            PolicySection(
                network_id=network.id,
                section=version.section.value,
                valid_from=version.valid_from,
                document=document,
                source=version.source,
                assumed=version.assumed,
                adopted_at_utc=now_utc,
            )
        )
        loaded.versions_added.append((version.section.value, version.valid_from))


def _load_account(session: Session, network: Network, given: BankEntry | None, now_utc: datetime) -> bool:
    """Give a fund without any account the one of the file; whether that was needed."""
    own = (BankAccount.network_id == network.id, BankAccount.partner_id.is_(None))
    if given is None or session.scalar(select(BankAccount.id).where(*own).limit(1)) is not None:
        return False
    session.add(
        BankAccount(
            network_id=network.id,
            holder=given.holder,
            iban=given.iban,
            bic=given.bic,
            creditor_id=given.creditor_id,
            from_on=given.from_on,
            state="confirmed",
            proposed_at_utc=now_utc,
        )
    )
    return True


def _log(session: Session, network: Network, loaded: Loaded, now_utc: datetime) -> None:
    session.add(
        LogRecord(
            at_utc=now_utc,
            network_id=network.id,
            action="network.load",
            object_ref=network.code,
            facts={
                "partners": len(loaded.partners_added) + len(loaded.partners_changed),
                "versions": len(loaded.versions_added),
                "account": loaded.account_added,
            },
        )
    )
