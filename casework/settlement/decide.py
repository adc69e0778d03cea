"""Deciding a settlement: the claims arise, or the pot gives; what it was based on is frozen beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.settlement.carry import split_collectively
from casework.settlement.find import members_on, settleable_cents
from casework.settlement.mandate import judged_on
from casework.settlement.proposal import PartyShare, instalments, shares_by_percentage
from casework.settlement.refusals import SettledMeanwhile
from casework.settlement.state import move, refresh_case
from casework.settlement.tables import Settlement
from ledger import book, claims, events
from ledger.accounts import Account
from rules.lifecycle import SettlementAction, SettlementKind
from rules.policy import SectionName


def settlement_reference(case: Case, settlement: Settlement) -> str:
    """What a settlement is called in the ledger and on paper: ``BB-2026-0047-V1``."""
    return f"{case.number}-V{settlement.sequence}"


def settle(work: Work, case: Case, settlement: Settlement) -> None:
    """Decide ``settlement`` now. The caller has seen to it that who must agree has agreed.

    Posts one entry and raises the claims. Raises :class:`SettledMeanwhile` where less is left to settle,
    and :class:`rules.lifecycle.IllegalTransition` where the settlement is not in a state to be decided.
    """
    move(settlement, SettlementAction.DECIDE)
    if settleable_cents(work, case) < settlement.amount_cents:
        raise SettledMeanwhile()
    settlement.decided_at_utc = work.now_utc
    settlement.decided_on = work.today
    work.session.flush()
    kind = SettlementKind(settlement.kind)
    if kind is SettlementKind.GIFT:
        facts = _give(work, case, settlement)
        move(settlement, SettlementAction.RECORD_REPAID)  # nothing will come back
    else:
        facts = _raise_claims(work, case, settlement, kind)
    settlement.facts = dict(settlement.facts) | facts | _grounds(work, case, settlement)
    refresh_case(work, case)


def _give(work: Work, case: Case, settlement: Settlement) -> dict[str, object]:
    reference = settlement_reference(case, settlement)
    draft = events.settled_as_gift(
        case=case.number,
        amount_cents=settlement.amount_cents,
        booked_on=work.today,
        cause=reference,
        key=f"settlement-{settlement.id}-decide",
    )
    entry = book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    return {"entry_id": entry.id}


def _raise_claims(work: Work, case: Case, settlement: Settlement, kind: SettlementKind) -> dict[str, object]:
    facts: dict[str, object] = {}
    if kind is SettlementKind.RESIDENT:
        wanted = [_resident_claim(case, settlement)]
    elif kind is SettlementKind.OUTSIDE:
        wanted = [_outside_claim(work, case, settlement)]
    elif kind is SettlementKind.COLLECTIVE:
        shares, facts = _collective_shares(work, settlement)
        wanted = _partner_claims(work, case, settlement, shares)
    else:
        shares = {party.partner: cents for party, cents in agreed_shares(work, settlement)}
        wanted = _partner_claims(work, case, settlement, shares)
    raised = claims.raise_claims(
        work.session,
        network=work.network.code,
        case=case.number,
        settlement=settlement_reference(case, settlement),
        claims=wanted,
        booked_on=work.today,
        key=f"settlement-{settlement.id}-decide",
        recorded_at_utc=work.now_utc,
    )
    return facts | {"claims": {claim.reference: claim.amount_cents for claim in raised}}


def agreed_shares(work: Work, settlement: Settlement) -> list[tuple[PartyShare, int]]:
    """The named partners with the cents each repays, as they were put to them."""
    codes = partner_codes(work, settlement)
    parties = [PartyShare(codes[one.partner_id], one.percentage) for one in settlement.parties]
    shares = shares_by_percentage(settlement.amount_cents, parties)
    return [(party, shares[party.partner]) for party in parties]


def partner_codes(work: Work, settlement: Settlement) -> dict[int, str]:
    """The code of each named partner, by id."""
    wanted = [party.partner_id for party in settlement.parties]
    rows = work.session.scalars(select(Partner).where(Partner.id.in_(wanted)))
    return {partner.id: partner.code for partner in rows}


def _collective_shares(work: Work, settlement: Settlement) -> tuple[Mapping[str, int], dict[str, object]]:
    split = split_collectively(work, settlement_id=settlement.id, amount_cents=settlement.amount_cents)
    return split.shares, {
        "weights": {code: str(weight) for code, weight in split.weights.items()},
        "carry_before_millionths": dict(split.before),
        "carry_after_millionths": dict(split.after),
    }


def _partner_claims(
    work: Work, case: Case, settlement: Settlement, shares: Mapping[str, int]
) -> list[claims.NewClaim]:
    members = members_on(work, work.today)
    due_on = work.today + timedelta(days=work.policy.terms.pay_claim_days)
    return [
        claims.NewClaim(
            reference=f"{settlement_reference(case, settlement)}-{code}",
            account=Account.PARTNER_CLAIMS,
            party=code,
            party_name=members[code].name if code in members else _name_of(work, code),
            amount_cents=cents,
            due_on=due_on,
        )
        for code, cents in sorted(shares.items())
        if cents  # after much unevenness a member's share can be nothing; that is no claim
    ]


def _name_of(work: Work, code: str) -> str:
    """The name of a partner that was named in the proposal and has left since."""
    query = select(Partner.name).where(Partner.network_id == work.network.id, Partner.code == code)
    return work.session.scalars(query).one()


def _resident_claim(case: Case, settlement: Settlement) -> claims.NewClaim:
    assert settlement.instalment_count is not None  # checked when proposed
    assert settlement.first_instalment_on is not None
    plan = instalments(settlement.amount_cents, settlement.instalment_count, settlement.first_instalment_on)
    return claims.NewClaim(
        reference=f"{settlement_reference(case, settlement)}-inwoner",
        account=Account.RESIDENT_CLAIMS,
        party=case.number,
        party_name=f"Inwoner {case.number}",
        amount_cents=settlement.amount_cents,
        due_on=plan[-1].due_on,
        instalments=tuple(
            claims.Instalment(due_on=part.due_on, amount_cents=part.amount_cents) for part in plan
        ),
    )


def _outside_claim(work: Work, case: Case, settlement: Settlement) -> claims.NewClaim:
    code = slug(settlement.outside_party)
    return claims.NewClaim(
        reference=f"{settlement_reference(case, settlement)}-{code}",
        account=Account.OUTSIDE_CLAIMS,
        party=code,
        party_name=settlement.outside_party,
        amount_cents=settlement.amount_cents,
        due_on=outside_due_on(work, work.today),
    )


def outside_due_on(work: Work, day: date) -> date:
    """When an outside party must have paid a claim of ``day``."""
    return day + timedelta(days=work.policy.terms.outside_party_pays_days)


def slug(name: str) -> str:
    """A name as part of a reference: ``CZ Zorgverzekeraar`` becomes ``cz-zorgverzekeraar``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].rstrip("-") or "partij"


def _grounds(work: Work, case: Case, settlement: Settlement) -> dict[str, object]:
    """By which rules of which day it was decided, and who answered what."""
    codes = partner_codes(work, settlement)
    used = [SectionName.TERMS]
    if settlement.kind == SettlementKind.COLLECTIVE.value:
        used.append(SectionName.ALLOCATION_KEY)
    return {
        **policy_grounds(work, case, used),
        "policy_on": work.today.isoformat(),
        "responses": {codes[party.partner_id]: party.response for party in settlement.parties},
        "agreed_by": [vote.person_id for vote in settlement.votes if vote.counts],
    }


def policy_grounds(work: Work, case: Case, used: Iterable[SectionName]) -> dict[str, object]:
    """The policy that holds today for settling ``case``: its terms, and from when the ``used`` sections hold.

    How many members decide follows the case's own day. Kept with a proposal, and again with its decision.
    """
    case_day = judged_on(work, case)
    mandate = work.policy_on(case_day).versions[SectionName.MANDATE]
    terms = work.policy.terms
    return {
        "mandate_on": case_day.isoformat(),
        "mandate_from": mandate.valid_from.isoformat(),
        "terms": {
            "object_to_settlement_days": terms.object_to_settlement_days,
            "pay_claim_days": terms.pay_claim_days,
            "outside_party_pays_days": terms.outside_party_pays_days,
        },
        "policy_from": {name.value: work.policy.versions[name].valid_from.isoformat() for name in used},
    }
