"""Who may see and do what: one table, asked by every route, service and query.

A grant says which role may, and in which relation to the thing. ``docs/access.md`` is generated from
:data:`GRANTS`. Two questions are asked: :func:`may_ever` by a route before anything is read, and
:func:`require` by a service or query about the one thing at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, or_

from casework.cases.tables import Case
from casework.context import Actor
from errors import Forbidden, NotFound
from rules.roles import Role


class Permission(StrEnum):
    """Something that can be allowed."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    CASE_CREATE = "case.create"
    CASE_LIST = "case.list"
    CASE_VIEW = "case.view"
    CASE_EDIT = "case.edit"
    CASE_WITHDRAW = "case.withdraw"
    CASE_ANSWER = "case.answer"
    CASE_REASSIGN = "case.reassign"
    WORKLIST = "worklist"
    CASE_ASK = "case.ask"
    CASE_ASSESS = "case.assess"
    CASE_DECIDE = "case.decide"
    MEETING = "meeting"
    BUSINESS_CASE_EDIT = "business_case.edit"
    POT_VIEW = "pot.view"
    PAYOUT_VIEW = "payout.view"
    PAYOUT_ORDER = "payout.order"
    PAYOUT_RELEASE = "payout.release"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_CHANGE = "account.change"
    BANK_VIEW = "bank.view"
    BANK_IMPORT = "bank.import"
    FUND_BOOK = "fund.book"
    LEDGER_VIEW = "ledger.view"
    CLAIM_VIEW = "claim.view"
    CLAIM_VIEW_OWN = "claim.view_own"
    PAPER_VIEW = "paper.view"
    COLLECTION_VIEW = "collection.view"
    COLLECTION_MANAGE = "collection.manage"
    REMINDER_VIEW = "reminder.view"
    REMINDER_SEND = "reminder.send"
    SETTLEMENT_LIST = "settlement.list"
    SETTLEMENT_PROPOSE = "settlement.propose"
    SETTLEMENT_VOTE = "settlement.vote"
    SETTLEMENT_RESPOND = "settlement.respond"
    SETTLEMENT_ARBITRATE = "settlement.arbitrate"
    SUMMARY_VIEW = "summary.view"
    SUMMARY_WRITE = "summary.write"
    OVERVIEW_VIEW = "overview.view"
    OVERVIEW_ADOPT = "overview.adopt"
    YEAR_VIEW = "year.view"
    YEAR_CLOSE = "year.close"
    YEAR_AUDIT = "year.audit"
    YEAR_REOPEN = "year.reopen"
    POLICY_VIEW = "policy.view"
    POLICY_PROPOSALS = "policy.proposals"
    POLICY_PROPOSE = "policy.propose"
    POLICY_ADOPT = "policy.adopt"
    PARTNERS_MANAGE = "partners.manage"
    PEOPLE_MANAGE = "people.manage"
    MAIL_MANAGE = "mail.manage"
    LOG_VIEW = "log.view"


class Relation(StrEnum):
    """How the actor must stand to the thing for a grant to hold."""

    ANY = "anything in the network"
    OWN = "their own case, as long as they hold the role for its partner"
    OWN_PARTNER = "a submitted case or settlement of their partner"
    SUBMITTED = "a case that was submitted"
    CALLED = "a case on which those before them cannot reach the quorum, without an interest of their own"


@dataclass(frozen=True, slots=True)
class Grant:
    """``role`` may, when it stands in ``relation`` to the thing."""

    role: Role
    relation: Relation = Relation.ANY


def _grants(*roles: Role, relation: Relation = Relation.ANY) -> tuple[Grant, ...]:
    return tuple(Grant(role, relation) for role in roles)


_OWN = _grants(Role.APPLICANT, relation=Relation.OWN)
_SECRETARIAT_CASES = _grants(Role.SECRETARIAT, relation=Relation.SUBMITTED)
_CALLED_CASES = _grants(Role.SUBSTITUTE, Role.EXECUTIVE, relation=Relation.CALLED)
_AMBASSADOR_CASES = _grants(Role.AMBASSADOR, relation=Relation.OWN_PARTNER)
_EVERYONE = tuple(Grant(role) for role in Role)

GRANTS: dict[Permission, tuple[Grant, ...]] = {
    Permission.SIGNED_IN: _EVERYONE,
    Permission.CASE_CREATE: _grants(Role.APPLICANT),
    Permission.CASE_LIST: _OWN + _SECRETARIAT_CASES + _AMBASSADOR_CASES + _CALLED_CASES,
    Permission.CASE_VIEW: _OWN + _SECRETARIAT_CASES + _AMBASSADOR_CASES + _CALLED_CASES,
    Permission.CASE_EDIT: _OWN,
    Permission.CASE_WITHDRAW: _OWN,
    Permission.CASE_ANSWER: _OWN,
    Permission.CASE_REASSIGN: _SECRETARIAT_CASES + _AMBASSADOR_CASES,
    Permission.WORKLIST: _grants(Role.SECRETARIAT, Role.SUBSTITUTE, Role.EXECUTIVE),
    Permission.CASE_ASK: _SECRETARIAT_CASES + _CALLED_CASES,
    Permission.CASE_ASSESS: _SECRETARIAT_CASES + _CALLED_CASES,
    Permission.CASE_DECIDE: _SECRETARIAT_CASES + _CALLED_CASES,
    Permission.MEETING: _grants(Role.SECRETARIAT),
    Permission.BUSINESS_CASE_EDIT: _OWN + _SECRETARIAT_CASES,
    Permission.POT_VIEW: _grants(
        Role.SECRETARIAT, Role.SUBSTITUTE, Role.TREASURER, Role.EXECUTIVE, Role.AUDITOR
    ),
    Permission.PAYOUT_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.PAYOUT_ORDER: _grants(Role.TREASURER),
    Permission.PAYOUT_RELEASE: _grants(Role.TREASURER),
    Permission.ACCOUNT_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.ACCOUNT_CHANGE: _grants(Role.TREASURER),
    Permission.BANK_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.BANK_IMPORT: _grants(Role.TREASURER),
    Permission.FUND_BOOK: _grants(Role.TREASURER),
    Permission.LEDGER_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.CLAIM_VIEW: _grants(Role.TREASURER, Role.SECRETARIAT, Role.AUDITOR),
    Permission.CLAIM_VIEW_OWN: _grants(Role.REPRESENTATIVE, relation=Relation.OWN_PARTNER),
    Permission.PAPER_VIEW: _grants(Role.TREASURER, Role.SECRETARIAT, Role.AUDITOR)
    + _grants(Role.REPRESENTATIVE, relation=Relation.OWN_PARTNER),
    Permission.COLLECTION_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.COLLECTION_MANAGE: _grants(Role.TREASURER),
    Permission.REMINDER_VIEW: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.REMINDER_SEND: _grants(Role.TREASURER),
    Permission.SETTLEMENT_LIST: _grants(Role.SECRETARIAT),
    Permission.SETTLEMENT_PROPOSE: _SECRETARIAT_CASES,
    Permission.SETTLEMENT_VOTE: _SECRETARIAT_CASES,
    Permission.SETTLEMENT_RESPOND: _grants(Role.REPRESENTATIVE, relation=Relation.OWN_PARTNER),
    Permission.SETTLEMENT_ARBITRATE: _grants(Role.EXECUTIVE),
    Permission.SUMMARY_VIEW: _grants(
        Role.APPLICANT, Role.SECRETARIAT, Role.AMBASSADOR, Role.REPRESENTATIVE, Role.EXECUTIVE
    ),
    Permission.SUMMARY_WRITE: _SECRETARIAT_CASES,
    Permission.OVERVIEW_VIEW: _grants(Role.EXECUTIVE, Role.TREASURER, Role.SECRETARIAT, Role.AUDITOR),
    Permission.OVERVIEW_ADOPT: _grants(Role.EXECUTIVE),
    Permission.YEAR_VIEW: _grants(Role.TREASURER, Role.AUDITOR, Role.EXECUTIVE),
    Permission.YEAR_CLOSE: _grants(Role.TREASURER),
    Permission.YEAR_AUDIT: _grants(Role.AUDITOR),
    Permission.YEAR_REOPEN: _grants(Role.TREASURER, Role.AUDITOR),
    Permission.POLICY_VIEW: _EVERYONE,
    Permission.POLICY_PROPOSALS: _grants(Role.SECRETARIAT, Role.TREASURER, Role.EXECUTIVE, Role.AUDITOR),
    Permission.POLICY_PROPOSE: _grants(Role.SECRETARIAT, Role.TREASURER),
    Permission.POLICY_ADOPT: _grants(Role.SECRETARIAT, Role.EXECUTIVE),
    Permission.PARTNERS_MANAGE: _grants(Role.ADMINISTRATOR),
    Permission.PEOPLE_MANAGE: _grants(Role.ADMINISTRATOR),
    Permission.MAIL_MANAGE: _grants(Role.ADMINISTRATOR),
    Permission.LOG_VIEW: _grants(Role.AUDITOR),
}


def may_ever(actor: Actor | None, permission: Permission) -> bool:
    """Whether ``actor`` may do this to at least something: the question a route asks."""
    if permission is Permission.PUBLIC:
        return True
    return actor is not None and any(actor.has(grant.role) for grant in GRANTS[permission])


def may(actor: Actor, permission: Permission, case: Case) -> bool:
    """Whether ``actor`` may do this to ``case``. Another network's cases do not exist for them."""
    if case.network_id != actor.network_id:
        return False
    return any(actor.has(grant.role) and _stands(actor, grant, case) for grant in GRANTS[permission])


def require(actor: Actor, permission: Permission, case: Case | None) -> Case:
    """``case``, if ``actor`` may do this to it.

    Raises :class:`NotFound` where they may not even know of it, :class:`Forbidden` where they may
    see it but not do this.
    """
    if case is None:
        raise NotFound()
    if may(actor, permission, case):
        return case
    if may(actor, Permission.CASE_VIEW, case):
        raise Forbidden()
    raise NotFound()


def _stands(actor: Actor, grant: Grant, case: Case) -> bool:
    submitted = case.submitted_at_utc is not None
    match grant.relation:
        case Relation.ANY:
            return True
        case Relation.OWN:
            return case.applicant_id == actor.person_id and case.partner_id in actor.partner_ids(grant.role)
        case Relation.OWN_PARTNER:
            return submitted and case.partner_id in actor.partner_ids(grant.role)
        case Relation.SUBMITTED:
            return submitted
        case Relation.CALLED:
            return case.id in actor.called


def visible_cases(actor: Actor, permission: Permission = Permission.CASE_LIST) -> ColumnElement[bool]:
    """The same grants as an SQL condition on ``Case``, for lists and counts."""
    conditions: list[ColumnElement[bool]] = []
    for grant in GRANTS[permission]:
        if not actor.has(grant.role):
            continue
        match grant.relation:
            case Relation.ANY:
                conditions.append(Case.network_id == actor.network_id)
            case Relation.OWN:
                partners = actor.partner_ids(grant.role)
                conditions.append(and_(Case.applicant_id == actor.person_id, Case.partner_id.in_(partners)))
            case Relation.OWN_PARTNER:
                partners = actor.partner_ids(grant.role)
                conditions.append(and_(Case.submitted_at_utc.is_not(None), Case.partner_id.in_(partners)))
            case Relation.SUBMITTED:
                conditions.append(Case.submitted_at_utc.is_not(None))
            case Relation.CALLED:
                conditions.append(Case.id.in_(actor.called))
    return and_(Case.network_id == actor.network_id, or_(false(), *conditions))
