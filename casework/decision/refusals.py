"""What the secretariat can be told while asking, assessing and deciding."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid


class OwnSubmission(Forbidden):
    """Someone wants to judge a case they submitted themselves."""

    nl = "U diende deze casus zelf in. Een ander lid van het secretariaat beoordeelt en besluit."
    en = "You submitted this case yourself. Another member of the secretariat assesses and decides."


class QuestionEmpty(Invalid):
    """There is no question."""

    nl = "Schrijf uw vraag aan de aanvrager op."
    en = "Write your question to the applicant."


class ReasonMissing(Invalid):
    """A score or the answer at a gate comes without its sentence why."""

    nl = "Schrijf in een zin waarom u dit vindt."
    en = "Write in a sentence why you think so."


class GateUnanswered(Invalid):
    """A gate was not answered."""

    nl = "Kies ja of nee."
    en = "Choose yes or no."


class AssessmentFixed(Conflict):
    """Votes have been cast on the assessments, so they stay as they are."""

    nl = "Er is al gestemd over deze casus. De beoordelingen liggen daarom vast; u kunt nog wel stemmen."
    en = "A vote has been cast on this case, so the assessments are fixed. You can still vote."


class NotInAssessment(Conflict):
    """The case is not being assessed (any more): a question is open, or it has been decided."""

    nl = "Deze casus wordt nu niet beoordeeld: de stand is ‘{state_nl}’. Ververs de pagina."
    en = "This case is not being assessed now: the state is ‘{state_en}’. Reload the page."


class ScoresHidden(Forbidden):
    """Someone wants to see others' scores before giving their own."""

    nl = "U ziet de scores van anderen pas als u zelf heeft beoordeeld. Geef eerst uw eigen scores."
    en = "You see others' scores only after assessing yourself. Give your own scores first."


class AssessFirst(Conflict):
    """Someone wants to vote without having assessed."""

    nl = "Geef eerst uw eigen beoordeling. Daarna kunt u stemmen."
    en = "Give your own assessment first. After that you can vote."


class AssessmentsMissing(Conflict):
    """Too few members who count have assessed, so there is nothing yet to vote on."""

    nl = "Er is nog niet genoeg beoordeeld: {required} beoordelingen moeten meetellen, nu zijn het er {have}."
    en = "Not enough members have assessed: {required} assessments must count, now there are {have}."


class MotivationMissing(Invalid):
    """Deciding otherwise than the advice, or declining, asks for a motivation."""

    nl = "Leg uit waarom. Dat is nodig bij een afwijzing en bij een besluit dat van het advies afwijkt."
    en = "Explain why. A motivation is needed to decline and to decide otherwise than the advice."


class OverrideMotivationMissing(Invalid):
    """A gate is answered with no, so approving asks for a motivation."""

    nl = (
        "Leg uit waarom het toch kan. Een lid antwoordde nee op: {gates_nl}. "
        "Doorgaan kan alleen als {members} leden dat motiveren."
    )
    en = (
        "Explain why it can be done all the same. A member answered no to: {gates_en}. "
        "Going on is possible only if {members} members motivate it."
    )


class AlternativeMissing(Invalid):
    """The network never just says no: declining needs another route for the resident."""

    nl = "Schrijf op welke andere route er voor de inwoner is. Zonder andere route kunt u niet afwijzen."
    en = "Write down which other route there is for the resident. Without one you cannot decline."


class NothingToReview(Conflict):
    """The decision needs no review afterwards, or it has been reviewed already."""

    nl = "Dit besluit hoeft niet (meer) te worden bekeken. Ververs de pagina om te zien hoe het staat."
    en = "This decision need not be reviewed (any more). Reload the page to see how it stands."


class ReviewByDecider(Forbidden):
    """Whoever decided wants to review that decision."""

    nl = "U heeft zelf over deze casus besloten. Een ander lid kijkt achteraf mee."
    en = "You decided on this case yourself. Another member reviews it afterwards."


class InterestInCase(Forbidden):
    """Someone with an interest in the case wants to promise its money or to review the decision on it."""

    nl = "U kunt dit niet doen: uw eigen organisatie {ground_nl}. Een ander lid moet dit doen."
    en = "You cannot do this: your own organisation {ground_en}. Another member must do it."


class PotStillEmpty(Conflict):
    """A waiting case was to be promised, but the pot does not hold enough yet."""

    nl = "De pot heeft nog niet genoeg voor deze casus. De casus blijft op de wachtlijst, op volgorde."
    en = "The pot does not hold enough for this case yet. The case stays on the waiting list, in its order."


class NotFirstInLine(Conflict):
    """Another case is before this one on the waiting list, and nobody is passed."""

    nl = "Casus {number} is eerder aan de beurt: die staat hoger op de wachtlijst. De volgorde staat vast."
    en = "Case {number} comes first: it is higher on the waiting list. The order is fixed."
