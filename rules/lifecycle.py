"""A case's life: four axes that move beside each other, each one table of (state, action) → state.

Every table also says which roles may act. A request (the first one of a case or a top-up) has the
decision and payment axes, a settlement and an evaluation round each have their own; a case's state
on an axis is that of what still moves. Pure: services look up the next state here, then store it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeAlias, TypeVar

from errors import Conflict, Forbidden
from rules.roles import Role
from rules.wording import Labelled, show_list


class DecisionState(Labelled):
    """How far the decision is."""

    DRAFT = "draft", "concept", "draft"
    SUBMITTED = "submitted", "ingediend", "submitted"
    IN_ASSESSMENT = "in_assessment", "in beoordeling", "in assessment"
    INFORMATION_REQUESTED = "information_requested", "vraag aan de aanvrager", "information requested"
    WAITING = "waiting", "op de wachtlijst", "on the waiting list"
    APPROVED = "approved", "gehonoreerd", "approved"
    DECLINED = "declined", "niet gehonoreerd", "declined"
    WITHDRAWN = "withdrawn", "ingetrokken", "withdrawn"


class DecisionAction(Labelled):
    """What can be done on the decision axis."""

    SUBMIT = "submit", "indienen", "submit"
    TAKE_UP = "take_up", "in behandeling nemen", "take up"
    REQUEST_INFORMATION = "request_information", "informatie vragen", "request information"
    GIVE_INFORMATION = "give_information", "informatie geven", "give information"
    RESUME = "resume", "verder gaan zonder antwoord", "carry on without an answer"
    APPROVE = "approve", "honoreren", "approve"
    WAIT = "wait", "op de wachtlijst zetten", "put on the waiting list"
    PROMISE = "promise", "toezeggen vanaf de wachtlijst", "promise from the waiting list"
    DECLINE = "decline", "niet honoreren", "decline"
    WITHDRAW = "withdraw", "intrekken", "withdraw"


class PaymentState(Labelled):
    """How far the payment of a commitment is."""

    NONE = "none", "nog niet", "not yet"
    ORDERED = "ordered", "opdracht gegeven", "ordered"
    PAID = "paid", "betaald", "paid"


class PaymentAction(Labelled):
    """What can be done on the payment axis. Payments go in parts, so some actions keep the state."""

    ORDER = "order", "betaling opdragen", "order a payment"
    CONFIRM_PART = "confirm_part", "een deel bevestigen", "confirm a part"
    CONFIRM = "confirm", "betaling bevestigen", "confirm the payment"
    BOOK_PART_AS_PAID = "book_part_as_paid", "een deel als betaald boeken", "book a part as paid"
    BOOK_AS_PAID = "book_as_paid", "als betaald boeken", "book as paid"
    REOPEN = "reopen", "een bevestiging terugdraaien", "take a confirmation back"
    REJECT_PART = "reject_part", "een deel als geweigerd boeken", "book a part as rejected"
    REJECT = "reject", "als geweigerd boeken", "book as rejected"
    RETURN_PART = "return_part", "een deel als teruggestort boeken", "book a part as returned"
    RETURN = "return", "als teruggestort boeken", "book as returned"
    EXPIRE = "expire", "toezegging laten vervallen", "let the commitment expire"


class SettlementState(Labelled):
    """How far a settlement is."""

    NONE = "none", "nog niet", "not yet"
    PROPOSED = "proposed", "voorgesteld", "proposed"
    PUT = "put", "voorgelegd", "put to the parties"
    ACCEPTED = "accepted", "akkoord", "accepted"
    DISPUTED = "disputed", "betwist", "disputed"
    DECIDED = "decided", "besloten", "decided"
    REPAID = "repaid", "terugbetaald", "repaid"


class SettlementAction(Labelled):
    """What can be done on the settlement axis."""

    PROPOSE = "propose", "voorstellen", "propose"
    DROP_PROPOSAL = "drop_proposal", "voorstel laten vallen", "drop the proposal"
    PUT_TO_PARTIES = "put_to_parties", "voorleggen", "put to the parties"
    ACCEPT = "accept", "akkoord gaan", "accept"
    CONSENT_BY_SILENCE = "consent_by_silence", "zwijgen als akkoord boeken", "record consent by silence"
    DISPUTE = "dispute", "betwisten", "dispute"
    ESCALATE = "escalate", "aan bestuurders voorleggen", "escalate to executives"
    DECIDE = "decide", "besluiten", "decide"
    RECORD_REPAID = "record_repaid", "als terugbetaald boeken", "record as repaid"
    REOPEN_CLAIM = "reopen_claim", "vordering heropenen", "reopen the claim"
    REVERSE = "reverse", "terugdraaien", "reverse"
    FALL_BACK = "fall_back", "laten terugvallen", "let it fall back"


class EvaluationState(Labelled):
    """How far an evaluation round is."""

    NONE = "none", "nog niet", "not yet"
    INVITED = "invited", "uitgevraagd", "invited"
    ANSWERED = "answered", "beantwoord", "answered"
    UNANSWERED = "unanswered", "niet beantwoord", "unanswered"


class EvaluationAction(Labelled):
    """What can be done on the evaluation axis."""

    INVITE = "invite", "uitvragen", "invite"
    ANSWER = "answer", "beantwoorden", "answer"
    LAPSE = "lapse", "termijn laten verlopen", "let the term lapse"


class SettlementKind(Labelled):
    """Who repays a payout."""

    RESPONSIBLE = "responsible", "één partner aan de lat", "one responsible partner"
    SHARED = "shared", "gedeeld door partners", "shared by partners"
    COLLECTIVE = "collective", "alle partners samen", "all partners together"
    RESIDENT = "resident", "de inwoner, in termijnen", "the resident, in instalments"
    OUTSIDE = "outside", "een partij buiten het netwerk", "a party outside the network"
    GIFT = "gift", "gift uit de pot", "gift from the fund"

    @property
    def puts_in_conflict(self) -> bool:
        """Whether the partners it names are in conflict of interest: not where all pay alike, or none."""
        return self in (SettlementKind.RESPONSIBLE, SettlementKind.SHARED)

    @property
    def is_put_to_parties(self) -> bool:
        """Whether named partners must be heard first. The key, a gift and a resident name no partner."""
        return self in (SettlementKind.RESPONSIBLE, SettlementKind.SHARED)


State = TypeVar("State", bound=Labelled)
Action = TypeVar("Action", bound=Labelled)


@dataclass(frozen=True, slots=True)
class Transition(Generic[State]):
    """Where an action leads and who may do it; ``automatic`` ones also happen when a term runs out."""

    to: State
    roles: frozenset[Role]
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Axis(Generic[State, Action]):
    """One axis: its name, its states and actions, the state it starts in, and its table."""

    name: str
    states: type[State]
    actions: type[Action]
    start: State
    table: Mapping[tuple[State, Action], Transition[State]]


Table: TypeAlias = Mapping[tuple[State, Action], Transition[State]]


class IllegalTransition(Conflict):
    """The action does not fit the state: usually somebody else was first."""

    nl = (
        "Dit kan nu niet: {action_nl}. De stand is ‘{state_nl}’. {possible_nl} "
        "Ververs de pagina en kijk hoe het staat."
    )
    en = (
        "This is not possible now: {action_en}. The state is ‘{state_en}’. {possible_en} "
        "Reload the page to see how it stands."
    )


class WrongRole(Forbidden):
    """The action fits the state, but not this person's roles."""

    nl = "U mag dit niet: {action_nl}. Dat is aan: {roles_nl}."
    en = "You may not do this: {action_en}. It is up to: {roles_en}."


def next_state(axis: Axis[State, Action], state: State, action: Action) -> State:
    """The state after ``action``. Raises :class:`IllegalTransition` where the table has no such cell."""
    return transition(axis, state, action).to


def transition(axis: Axis[State, Action], state: State, action: Action) -> Transition[State]:
    """The table's cell for ``state`` and ``action``. Raises :class:`IllegalTransition` where it is empty."""
    cell = axis.table.get((state, action))
    if cell is None:
        raise _illegal(axis, state, action)
    return cell


def may(axis: Axis[State, Action], state: State, action: Action, roles: Iterable[Role]) -> bool:
    """Whether someone with these roles may do ``action`` in ``state``. An illegal action is never allowed."""
    cell = axis.table.get((state, action))
    return cell is not None and not cell.roles.isdisjoint(roles)


def advance(axis: Axis[State, Action], state: State, action: Action, roles: Iterable[Role]) -> State:
    """The state after ``action`` by someone with ``roles``.

    Raises :class:`IllegalTransition` where the action does not fit the state and :class:`WrongRole`
    where it does but nobody with these roles may do it.
    """
    cell = transition(axis, state, action)
    if cell.roles.isdisjoint(roles):
        allowed = sorted(cell.roles)
        raise WrongRole(
            action_nl=action.nl,
            action_en=action.en,
            roles_nl=show_list([role.nl for role in allowed], "nl"),
            roles_en=show_list([role.en for role in allowed], "en"),
        )
    return cell.to


def possible_actions(
    axis: Axis[State, Action], state: State, roles: Iterable[Role] | None = None
) -> tuple[Action, ...]:
    """The actions that fit ``state``, for someone with ``roles`` if given, in the order they are defined."""
    held = frozenset(Role) if roles is None else frozenset(roles)
    return tuple(action for action in axis.actions if may(axis, state, action, held))


def is_closed(
    decision: DecisionState,
    payment: PaymentState,
    settlement: SettlementState,
    evaluation: EvaluationState,
    *,
    commitment_open_cents: int,
    evaluations_to_come: int,
) -> bool:
    """Whether a case has ended on all four axes.

    A declined or withdrawn request has nothing to pay. An approved one ends when nothing promised is
    open; if anything was paid it must also be repaid (gifts are so at once) and evaluated to the end.
    """
    if decision in (DecisionState.DECLINED, DecisionState.WITHDRAWN) and payment is PaymentState.NONE:
        return True
    if decision is not DecisionState.APPROVED or commitment_open_cents or payment is PaymentState.ORDERED:
        return False
    if payment is PaymentState.NONE:
        return True
    rounds_over = evaluation in (EvaluationState.ANSWERED, EvaluationState.UNANSWERED)
    return settlement is SettlementState.REPAID and rounds_over and evaluations_to_come == 0


def _illegal(axis: Axis[State, Action], state: State, action: Action) -> IllegalTransition:
    possible = possible_actions(axis, state)
    named_nl = show_list([one.nl for one in possible], "nl")
    named_en = show_list([one.en for one in possible], "en")
    return IllegalTransition(
        action=str(action),
        state=str(state),
        axis=axis.name,
        action_nl=action.nl,
        action_en=action.en,
        state_nl=state.nl,
        state_en=state.en,
        possible_nl=f"Wel mogelijk: {named_nl}." if possible else "Er kan niets meer gebeuren.",
        possible_en=f"Possible: {named_en}." if possible else "Nothing more can happen.",
    )


def _by(to: State, *roles: Role, automatic: bool = False) -> Transition[State]:
    return Transition(to=to, roles=frozenset(roles), automatic=automatic)


_D, _DA = DecisionState, DecisionAction
# Substitutes, then executives, stand in where the secretariat cannot reach a quorum (rules.mandate).
_DECIDERS = (Role.SECRETARIAT, Role.SUBSTITUTE, Role.EXECUTIVE)
_DECISION: Table[DecisionState, DecisionAction] = MappingProxyType(
    {
        (_D.DRAFT, _DA.SUBMIT): _by(_D.SUBMITTED, Role.APPLICANT),
        (_D.DRAFT, _DA.WITHDRAW): _by(_D.WITHDRAWN, Role.APPLICANT),
        (_D.SUBMITTED, _DA.TAKE_UP): _by(_D.IN_ASSESSMENT, *_DECIDERS),
        (_D.SUBMITTED, _DA.WITHDRAW): _by(_D.WITHDRAWN, Role.APPLICANT),
        (_D.IN_ASSESSMENT, _DA.REQUEST_INFORMATION): _by(_D.INFORMATION_REQUESTED, *_DECIDERS),
        (_D.IN_ASSESSMENT, _DA.APPROVE): _by(_D.APPROVED, *_DECIDERS),
        (_D.IN_ASSESSMENT, _DA.WAIT): _by(_D.WAITING, *_DECIDERS),
        (_D.IN_ASSESSMENT, _DA.DECLINE): _by(_D.DECLINED, *_DECIDERS),
        (_D.IN_ASSESSMENT, _DA.WITHDRAW): _by(_D.WITHDRAWN, Role.APPLICANT),
        (_D.INFORMATION_REQUESTED, _DA.GIVE_INFORMATION): _by(_D.IN_ASSESSMENT, Role.APPLICANT),
        (_D.INFORMATION_REQUESTED, _DA.RESUME): _by(_D.IN_ASSESSMENT, *_DECIDERS),
        (_D.INFORMATION_REQUESTED, _DA.WITHDRAW): _by(_D.WITHDRAWN, Role.APPLICANT),
        (_D.WAITING, _DA.PROMISE): _by(_D.APPROVED, *_DECIDERS, automatic=True),
        (_D.WAITING, _DA.WITHDRAW): _by(_D.WITHDRAWN, Role.APPLICANT),
    }
)

_P, _PA = PaymentState, PaymentAction
_PAYMENT: Table[PaymentState, PaymentAction] = MappingProxyType(
    {
        (_P.NONE, _PA.ORDER): _by(_P.ORDERED, Role.TREASURER),
        # A card handed out and a partner that paid in advance never pass the bank.
        (_P.NONE, _PA.BOOK_PART_AS_PAID): _by(_P.ORDERED, Role.TREASURER),
        (_P.NONE, _PA.BOOK_AS_PAID): _by(_P.PAID, Role.TREASURER),
        (_P.ORDERED, _PA.BOOK_PART_AS_PAID): _by(_P.ORDERED, Role.TREASURER),
        (_P.ORDERED, _PA.BOOK_AS_PAID): _by(_P.PAID, Role.TREASURER),
        (_P.PAID, _PA.BOOK_PART_AS_PAID): _by(_P.ORDERED, Role.TREASURER),
        (_P.PAID, _PA.BOOK_AS_PAID): _by(_P.PAID, Role.TREASURER),
        (_P.NONE, _PA.EXPIRE): _by(_P.NONE, Role.TREASURER, Role.SECRETARIAT, automatic=True),
        (_P.ORDERED, _PA.ORDER): _by(_P.ORDERED, Role.TREASURER),
        # What the bank has done is booked by itself where its statement says so.
        (_P.ORDERED, _PA.CONFIRM_PART): _by(_P.ORDERED, Role.TREASURER, automatic=True),
        (_P.ORDERED, _PA.CONFIRM): _by(_P.PAID, Role.TREASURER, automatic=True),
        (_P.ORDERED, _PA.REJECT_PART): _by(_P.ORDERED, Role.TREASURER, automatic=True),
        (_P.ORDERED, _PA.REJECT): _by(_P.NONE, Role.TREASURER, automatic=True),
        (_P.PAID, _PA.ORDER): _by(_P.ORDERED, Role.TREASURER),
        (_P.ORDERED, _PA.RETURN_PART): _by(_P.ORDERED, Role.TREASURER, automatic=True),
        # The only part that was paid came back, while other parts were never ordered.
        (_P.ORDERED, _PA.RETURN): _by(_P.NONE, Role.TREASURER, automatic=True),
        (_P.PAID, _PA.RETURN_PART): _by(_P.PAID, Role.TREASURER, automatic=True),
        (_P.PAID, _PA.RETURN): _by(_P.NONE, Role.TREASURER, automatic=True),
        (_P.ORDERED, _PA.REOPEN): _by(_P.ORDERED, Role.TREASURER, automatic=True),
        (_P.PAID, _PA.REOPEN): _by(_P.ORDERED, Role.TREASURER, automatic=True),
        (_P.PAID, _PA.EXPIRE): _by(_P.PAID, Role.TREASURER, Role.SECRETARIAT, automatic=True),
    }
)

_S, _SA = SettlementState, SettlementAction
_SETTLEMENT: Table[SettlementState, SettlementAction] = MappingProxyType(
    {
        (_S.NONE, _SA.PROPOSE): _by(_S.PROPOSED, Role.SECRETARIAT),
        (_S.PROPOSED, _SA.PROPOSE): _by(_S.PROPOSED, Role.SECRETARIAT),
        (_S.PROPOSED, _SA.DROP_PROPOSAL): _by(_S.NONE, Role.SECRETARIAT),
        (_S.PROPOSED, _SA.PUT_TO_PARTIES): _by(_S.PUT, Role.SECRETARIAT),
        # Only for kinds that name no partner: see SettlementKind.is_put_to_parties.
        (_S.PROPOSED, _SA.DECIDE): _by(_S.DECIDED, Role.SECRETARIAT, Role.EXECUTIVE),
        # Where the secretariat cannot reach the quorum.
        (_S.PROPOSED, _SA.ESCALATE): _by(_S.PROPOSED, Role.SECRETARIAT, automatic=True),
        (_S.PUT, _SA.ACCEPT): _by(_S.ACCEPTED, Role.REPRESENTATIVE),
        (_S.PUT, _SA.CONSENT_BY_SILENCE): _by(_S.ACCEPTED, Role.SECRETARIAT, automatic=True),
        (_S.PUT, _SA.DISPUTE): _by(_S.DISPUTED, Role.REPRESENTATIVE),
        (_S.PUT, _SA.DROP_PROPOSAL): _by(_S.NONE, Role.SECRETARIAT),
        (_S.ACCEPTED, _SA.DECIDE): _by(_S.DECIDED, Role.SECRETARIAT, Role.EXECUTIVE),
        (_S.DISPUTED, _SA.PROPOSE): _by(_S.PROPOSED, Role.SECRETARIAT),
        (_S.DISPUTED, _SA.ESCALATE): _by(_S.DISPUTED, Role.SECRETARIAT, automatic=True),
        (_S.DISPUTED, _SA.DECIDE): _by(_S.DECIDED, Role.SECRETARIAT, Role.EXECUTIVE),
        (_S.DECIDED, _SA.RECORD_REPAID): _by(_S.REPAID, Role.TREASURER, automatic=True),
        (_S.DECIDED, _SA.REVERSE): _by(_S.NONE, Role.SECRETARIAT),
        (_S.DECIDED, _SA.FALL_BACK): _by(_S.NONE, Role.SECRETARIAT, automatic=True),
        (_S.REPAID, _SA.REOPEN_CLAIM): _by(_S.DECIDED, Role.TREASURER),
        (_S.REPAID, _SA.FALL_BACK): _by(_S.NONE, Role.SECRETARIAT),
    }
)

_E, _EA = EvaluationState, EvaluationAction
_EVALUATION: Table[EvaluationState, EvaluationAction] = MappingProxyType(
    {
        (_E.NONE, _EA.INVITE): _by(_E.INVITED, Role.SECRETARIAT, automatic=True),
        (_E.INVITED, _EA.ANSWER): _by(_E.ANSWERED, Role.APPLICANT),
        (_E.INVITED, _EA.LAPSE): _by(_E.UNANSWERED, Role.SECRETARIAT, automatic=True),
        # An answer that comes late is worth having.
        (_E.UNANSWERED, _EA.ANSWER): _by(_E.ANSWERED, Role.APPLICANT),
        (_E.ANSWERED, _EA.INVITE): _by(_E.INVITED, Role.SECRETARIAT, automatic=True),
        (_E.UNANSWERED, _EA.INVITE): _by(_E.INVITED, Role.SECRETARIAT, automatic=True),
    }
)

DECISION = Axis("decision", DecisionState, DecisionAction, DecisionState.DRAFT, _DECISION)
PAYMENT = Axis("payment", PaymentState, PaymentAction, PaymentState.NONE, _PAYMENT)
SETTLEMENT = Axis("settlement", SettlementState, SettlementAction, SettlementState.NONE, _SETTLEMENT)
EVALUATION = Axis("evaluation", EvaluationState, EvaluationAction, EvaluationState.NONE, _EVALUATION)
AXES = (DECISION, PAYMENT, SETTLEMENT, EVALUATION)
