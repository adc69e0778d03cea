"""What the year's breakthroughs are expected to save: in all, per euro, and who invests and who collects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.business_case.lines import POT
from casework.business_case.queries import computed_many
from casework.network.tables import Network, Partner
from casework.reports.facts import CaseFact, Span
from rules import business_case as sums
from rules.business_case import Figure, PartyResult, Range, Side
from rules.wording import Choice

RESIDENT = "resident"
_POT = Choice(POT, "De pot zelf", "The fund itself")
_RESIDENTS = Choice(RESIDENT, "Inwoners", "Residents")


@dataclass(frozen=True, slots=True)
class PartySaving:
    """What one party puts in and what it is expected to save, in exact cents."""

    party: Choice
    is_partner: bool
    result: PartyResult

    @property
    def collects_only(self) -> bool:
        """Whether it saves without putting anything in: a party to talk to."""
        return self.party.code != RESIDENT and not self.result.invests.mid and self.result.collects.mid > 0


@dataclass(frozen=True, slots=True)
class CaseSaving:
    """One request's sum. ``counted`` is false where nobody gave what the regular way would have cost."""

    number: str
    partner_name: str
    invested: Range
    avoided: Range
    counted: bool


@dataclass(frozen=True, slots=True)
class SavingsOverview:
    """Over the cases approved in the year whose regular way was given: the others say nothing of a saving.

    What a top-up costs belongs to its case: it counts where its case does, and is not another case.
    """

    invested: Range
    avoided: Range
    counted: int
    left_out: int
    parties: tuple[PartySaving, ...]
    cases: tuple[CaseSaving, ...]

    @property
    def saving(self) -> Range:
        """Avoided less invested; the range runs from the worst to the best of both."""
        return self.avoided - self.invested

    @property
    def return_per_euro(self) -> Figure:
        """Avoided per euro invested."""
        return sums.return_per_euro(self.invested.mid, self.avoided.mid)


def savings_overview(
    session: Session, network: Network, span: Span, facts: Sequence[CaseFact], *, now_utc: datetime
) -> SavingsOverview:
    """The business cases of what was approved in the year, summed exactly."""
    approved = [one for one in facts if one.is_approved and span.has_moment(one.decided_at_utc)]
    # The case of a top-up may have been approved in a year before.
    ids = {one.id for one in approved} | {one.whole_case_id for one in approved}
    computed = computed_many(session, network_id=network.id, case_ids=sorted(ids), now_utc=now_utc)
    whole = {one.id: one.whole_case_id for one in approved}
    given = {
        whole.get(case_id, case_id)
        for case_id, one in computed.items()
        if any(line.line.side is Side.REGULAR for line in one.result.lines)
    }
    counted = {one.id: computed[one.id] for one in approved if one.whole_case_id in given}
    parties = sums.add_parties(one.parties for one in counted.values())
    return SavingsOverview(
        invested=sum((one.result.invested for one in counted.values()), Range()),
        avoided=sum((one.result.avoided for one in counted.values()), Range()),
        counted=len(given & set(whole.values())),
        left_out=len(set(whole.values()) - given),
        parties=_named(session, network, parties),
        cases=tuple(
            CaseSaving(
                number=one.number,
                partner_name=one.partner_name,
                invested=computed[one.id].result.invested,
                avoided=computed[one.id].result.avoided,
                counted=one.id in counted,
            )
            for one in approved
        ),
    )


def _named(session: Session, network: Network, parties: Mapping[str, PartyResult]) -> tuple[PartySaving, ...]:
    """The parties with their names, by what they move in all; the pot last, for it is nobody's own."""
    query = select(Partner.code, Partner.name).where(Partner.network_id == network.id)
    names = dict(session.execute(query).all())
    special = {POT: _POT, RESIDENT: _RESIDENTS}
    rows = []
    for code, result in parties.items():
        name = names.get(code, code[:1].upper() + code[1:])
        rows.append(PartySaving(special.get(code, Choice(code, name, name)), code in names, result))
    rows.sort(
        key=lambda row: (
            row.party.code == POT,
            -(row.result.invests.mid + row.result.collects.mid),
            row.party.code,
        )
    )
    return tuple(rows)
