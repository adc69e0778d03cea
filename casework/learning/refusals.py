"""What summaries refuse, each with a sentence that says what to do next."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid


class NotEndedYet(Conflict):
    """A case that is not paid and settled has no end to tell."""

    nl = "Een samenvatting kan pas als de casus betaald is en vaststaat wie terugbetaalt."
    en = "A summary is possible once the case is paid and it is settled who repays."


class TextNeeded(Invalid):
    """A part of the summary is empty."""

    nl = "Vul dit in: zonder dit deel kan een ander er niet van leren."
    en = "Fill this in: without this part others cannot learn from it."


class PointsToSomebody(Invalid):
    """The text holds something by which a person can be found."""

    nl = "Haal dit weg: {found}. Daarmee is iemand te vinden. Omschrijf het in het algemeen."
    en = "Take this out: {found}. It leads to a person. Describe it in general terms."


class NothingToCheck(Conflict):
    """There is no summary, or it is not offered to be checked."""

    nl = "Er ligt geen samenvatting klaar om vrij te geven. Ververs de pagina."
    en = "There is no summary to be released. Reload the page."


class ChangedMeanwhile(Conflict):
    """The text is not the one that was looked at."""

    nl = "De tekst is intussen gewijzigd. Lees hem opnieuw en geef hem dan vrij."
    en = "The text has changed meanwhile. Read it again and release it then."


class SecondReaderNeeded(Forbidden):
    """Who wrote it cannot check it."""

    nl = "U schreef deze tekst. Een tweede lid van het secretariaat moet hem nakijken en vrijgeven."
    en = "You wrote this text. A second member of the secretariat must check and release it."


class ChecksNeeded(Invalid):
    """Not every check was ticked."""

    nl = "Kijk alle punten na en zet bij elk een vinkje. Klopt er een niet? Wijzig dan de tekst."
    en = "Check every point and tick each. If one is not right, change the text."
