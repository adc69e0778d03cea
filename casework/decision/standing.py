"""How someone stands to a case: whether they count when it is decided, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases.brought import brought_by_actor
from casework.cases.tables import Case
from casework.context import Work
from rules.conflict import CaseParties, ConflictGround, ConflictTerms, Member, conflicts
from rules.lifecycle import SettlementKind
from rules.policy import Policy

SUBMITTED_SELF = "submitted_self"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands to a case: whether they count, and if not on which ground (a code)."""

    counts: bool
    ground: str = ""
    partner_code: str = ""

    @property
    def own_submission(self) -> bool:
        """Whether they submitted the case themselves: then they do not even advise."""
        return self.ground == SUBMITTED_SELF


def ground_of(code: str) -> ConflictGround | None:
    """The ground of a stored code; None for having submitted it oneself, or for no ground at all."""
    return next((ground for ground in ConflictGround if ground.value == code), None)


def parties_of(case: Case) -> CaseParties:
    """Whose interests are in the case: who submitted it, who is paid, who is named as payer."""
    named = frozenset(case.expected_payers)
    kind = None
    if named:
        kind = SettlementKind.RESPONSIBLE if len(named) == 1 else SettlementKind.SHARED
    return CaseParties(
        submitted_by_person=str(case.applicant_id),
        submitted_by_partner=case.partner.code,
        payee_partners=frozenset(
            line.payee_partner.code for line in case.cost_lines if line.payee_partner is not None
        ),
        settlement_kind=kind,
        settled_on=named,
    )


def standing_of(
    person_id: int,
    partner_codes: Iterable[str],
    case: Case,
    terms: ConflictTerms,
    *,
    parties: CaseParties | None = None,
) -> Standing:
    """Whether this person counts. Someone who works for several partners is in conflict by any of them.

    Who asks for many people at once gives the ``parties`` of the case.
    """
    parties = parties or parties_of(case)
    for code in ["", *sorted(partner_codes)]:
        for reason in conflicts(Member(str(person_id), code), parties, terms):
            if reason.code == SUBMITTED_SELF:
                return Standing(False, SUBMITTED_SELF)
            ground = reason.fact("ground")
            return Standing(False, str(ground), code)
    return Standing(True)


def own_standing(work: Work, case: Case, policy: Policy, *, brought: bool | None = None) -> Standing:
    """How the one who acts stands to ``case``. Who handed it over to a colleague brought it still.

    Who looks at many cases at once gives ``brought``.
    """
    if brought_by_actor(work, case) if brought is None else brought:
        return Standing(False, SUBMITTED_SELF)
    return standing_of(work.actor.person_id, work.actor.partner_codes(), case, policy.conflict)
