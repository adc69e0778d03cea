"""Partners: who takes part, joining, and changing what is known of one.

Leaving has consequences elsewhere and is in :mod:`casework.administration.leaving`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from casework.audit.record import record
from casework.context import Work
from casework.network.tables import Partner
from errors import Invalid, NotFound
from rules.policy import Policy

CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


class PartnerCodeWrong(Invalid):
    """Not a code."""

    nl = "Schrijf een korte code van kleine letters, cijfers en streepjes, zoals ‘brabantzorg’."
    en = "Write a short code of small letters, digits and dashes, such as ‘brabantzorg’."


class PartnerCodeTaken(Invalid):
    """The code belongs to a partner, or to one that has left: entries in the ledger carry it."""

    nl = (
        "De code ‘{code}’ is al van {name}. Kies een andere. Dat geldt ook voor een partner die terugkomt: "
        "die krijgt een nieuwe code, want in het grootboek staat de oude bij de eerdere deelname."
    )
    en = (
        "The code ‘{code}’ already belongs to {name}. Choose another. That also goes for a partner that "
        "comes back: it gets a new code, as in the ledger the old one stands for the earlier participation."
    )


class PartnerNameTaken(Invalid):
    """Two members with one name cannot be told apart."""

    nl = "Er doet al een partner mee die ‘{name}’ heet. Kies een naam die verschilt."
    en = "A partner called ‘{name}’ already takes part. Choose a name that differs."


class JoiningBackdated(Invalid):
    """Joining in the past would change who shared in what was settled since."""

    nl = "Kies vandaag of een latere dag: tot nu toe is zonder deze partner verrekend."
    en = "Choose today or a later day: until now settlements were made without this partner."


class DomainUnknown(Invalid):
    """Not one of the domains of the network's policy."""

    nl = "Kies de domeinen uit de lijst."
    en = "Choose the domains from the list."


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner as a page shows it. ``left_on`` is its first day outside."""

    id: int
    code: str
    name: str
    kind: str
    domains: tuple[str, ...]
    joined_on: date
    left_on: date | None

    def takes_part_on(self, day: date) -> bool:
        """Whether it is a member on ``day``."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


def partners(work: Work) -> tuple[PartnerRow, ...]:
    """All partners of the network, former ones too, by name."""
    rows = work.session.scalars(
        select(Partner).where(Partner.network_id == work.network.id).order_by(Partner.name)
    )
    return tuple(_row(partner) for partner in rows)


def members(work: Work, day: date | None = None) -> tuple[PartnerRow, ...]:
    """The partners that take part on ``day`` (today), by name."""
    day = day or work.today
    rows = work.session.scalars(
        select(Partner)
        .where(
            Partner.network_id == work.network.id,
            Partner.joined_on <= day,
            or_(Partner.left_on.is_(None), Partner.left_on > day),
        )
        .order_by(Partner.name)
    )
    return tuple(_row(partner) for partner in rows)


def partner_for(work: Work, code: str, *, lock: bool = False) -> Partner:
    """The partner with ``code`` in the actor's network. Raises :class:`errors.NotFound`."""
    query = select(Partner).where(Partner.network_id == work.network.id, Partner.code == code)
    partner = work.session.scalar(query.with_for_update() if lock else query)
    if partner is None:
        raise NotFound()
    return partner


def partner_row(work: Work, code: str) -> PartnerRow:
    """The partner with ``code`` for a page. Raises :class:`errors.NotFound`."""
    return _row(partner_for(work, code))


def add_partner(
    work: Work, *, code: str, name: str, kind: str, domains: Sequence[str], joined_on: date
) -> PartnerRow:
    """A new partner, a member from ``joined_on``; its share in collective settlements starts at nothing."""
    if not CODE.fullmatch(code):
        raise PartnerCodeWrong(field="code")
    taken = work.session.scalar(
        select(Partner.name).where(Partner.network_id == work.network.id, Partner.code == code)
    )
    if taken is not None:
        raise PartnerCodeTaken(field="code", code=code, name=taken)
    if joined_on < work.today:
        raise JoiningBackdated(field="joined_on")
    _check(work, name=name, domains=domains, but=None)
    partner = Partner(
        network_id=work.network.id,
        code=code,
        name=name,
        kind=kind,
        domains=list(domains),
        joined_on=joined_on,
        left_on=None,
    )
    work.session.add(partner)
    work.session.flush()
    record(work, "partner.add", code, joined_on=joined_on.isoformat())
    return _row(partner)


def edit_partner(work: Work, *, code: str, name: str, kind: str, domains: Sequence[str]) -> PartnerRow:
    """Another name, kind or domains. The code stays: the ledger knows the partner by it."""
    partner = partner_for(work, code, lock=True)
    _check(work, name=name, domains=domains, but=partner.id)
    before = (partner.name, partner.kind, tuple(partner.domains))
    after = (name, kind, tuple(domains))
    if before == after:
        return _row(partner)
    partner.name, partner.kind, partner.domains = name, kind, list(domains)
    work.session.flush()
    changed = [
        what for what, old, new in zip(("name", "kind", "domains"), before, after, strict=True) if old != new
    ]
    record(work, "partner.edit", code, changed=" ".join(changed))
    return _row(partner)


def domain_choices(policy: Policy, language: str) -> list[tuple[str, str]]:
    """The domains a partner can work in, as (code, words)."""
    return [(choice.code, choice.label(language)) for choice in policy.case_form.domains]


def _check(work: Work, *, name: str, domains: Sequence[str], but: int | None) -> None:
    known = {choice.code for choice in work.policy.case_form.domains}
    if not set(domains) <= known:
        raise DomainUnknown(field="domains")
    for other in members(work):
        if other.name.casefold() == name.casefold() and other.id != but:
            raise PartnerNameTaken(field="name", name=other.name)


def _row(partner: Partner) -> PartnerRow:
    return PartnerRow(
        id=partner.id,
        code=partner.code,
        name=partner.name,
        kind=partner.kind,
        domains=tuple(partner.domains),
        joined_on=partner.joined_on,
        left_on=partner.left_on,
    )
