"""Every adopted version of policy, for who reads it rather than applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from casework.context import Work
from casework.network.tables import Partner, PolicySection
from rules.policy import PolicyVersion, SectionName


@dataclass(frozen=True, slots=True)
class SectionVersions:
    """One section: the version that holds today, those that will, and those that held, newest first."""

    section: SectionName
    present: PolicyVersion | None
    coming: tuple[PolicyVersion, ...]
    former: tuple[PolicyVersion, ...]


def section_versions(work: Work) -> Mapping[SectionName, SectionVersions]:
    """The versions of every section of the actor's network."""
    versions: dict[SectionName, list[PolicyVersion]] = {name: [] for name in SectionName}
    for version in adopted_versions(work):
        versions[version.section].append(version)
    return {name: _split(work, name, found) for name, found in versions.items()}


def adopted_versions(work: Work) -> list[PolicyVersion]:
    """Every adopted version with its source, oldest first; sections as the network's file has them."""
    rows = work.session.scalars(
        select(PolicySection)
        .where(PolicySection.network_id == work.network.id)
        .order_by(PolicySection.valid_from)
    )
    order = list(SectionName)
    versions = (
        PolicyVersion.from_document(
            row.section, row.valid_from, row.document, source=row.source, assumed=row.assumed
        )
        for row in rows
    )
    return sorted(versions, key=lambda version: order.index(version.section))


def partner_names(work: Work) -> Mapping[str, str]:
    """Names of all partners, former ones too, by code."""
    rows = work.session.execute(
        select(Partner.code, Partner.name).where(Partner.network_id == work.network.id)
    )
    return {row.code: row.name for row in rows}


def _split(work: Work, name: SectionName, found: list[PolicyVersion]) -> SectionVersions:
    held = [version for version in found if version.valid_from <= work.today]
    return SectionVersions(
        section=name,
        present=held[-1] if held else None,
        coming=tuple(version for version in found if version.valid_from > work.today),
        former=tuple(reversed(held[:-1])),
    )
