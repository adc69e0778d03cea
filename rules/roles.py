"""Who people are in a network. One person can hold several roles, each with dates."""

from __future__ import annotations

from rules.wording import Labelled


class Role(Labelled):
    """The roles of a network. What each may do to a case is in :mod:`rules.lifecycle`."""

    APPLICANT = "applicant", "aanvrager", "applicant"
    SECRETARIAT = "secretariat", "secretariaat", "secretariat"
    SUBSTITUTE = "substitute", "plaatsvervanger", "substitute"
    TREASURER = "treasurer", "penningmeester", "treasurer"
    REPRESENTATIVE = "representative", "vertegenwoordiger van een partner", "partner representative"
    AMBASSADOR = "ambassador", "maatwerkambassadeur", "ambassador"
    EXECUTIVE = "executive", "bestuurder", "executive"
    AUDITOR = "auditor", "controleur", "auditor"
    ADMINISTRATOR = "administrator", "beheerder", "administrator"
