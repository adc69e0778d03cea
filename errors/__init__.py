"""Errors a user can meet, each with a Dutch and an English sentence that says what to do next.

Every rule that refuses something raises a subclass of one of the five kinds below. The kind
decides the HTTP status (``casework.web.errors``); the class carries the sentences. Sentences are
``str.format`` templates over the keyword facts the error was raised with, so a rule never has to
know in which language it will be read.
"""

from __future__ import annotations

from typing import ClassVar


class OmloopError(Exception):
    """Base of everything a user can be told. Subclass one of the kinds below, not this."""

    nl: ClassVar[str] = "Er ging iets mis. Probeer het nog eens."
    en: ClassVar[str] = "Something went wrong. Please try again."

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        """``field`` names the form field the sentence belongs beside, if there is one."""
        self.field = field
        self.facts = facts
        super().__init__(self.en.format(**facts))

    def sentence(self, language: str) -> str:
        """The sentence in ``language`` (``"nl"`` or ``"en"``)."""
        template = self.en if language == "en" else self.nl
        return template.format(**self.facts)


class Invalid(OmloopError):
    """What was typed or sent cannot be understood or is not allowed (HTTP 422)."""


class NotFound(OmloopError):
    """It does not exist, or this person may not know that it does (HTTP 404)."""

    nl = "Deze pagina bestaat niet, of u mag haar niet zien. Ga terug naar uw overzicht."
    en = "This page does not exist, or you may not see it. Go back to your overview."


class Forbidden(OmloopError):
    """This person may know of it but not do this (HTTP 403)."""

    nl = "U mag dit niet doen. Vraag het aan iemand met de juiste rol."
    en = "You may not do this. Ask someone who has the right role."


class Conflict(OmloopError):
    """The state of the world is not what the action needs (HTTP 409)."""


class Unavailable(OmloopError):
    """The program cannot do its work right now (HTTP 503)."""

    nl = "Het lukt nu even niet. Uw werk is niet verloren: probeer het over een minuut nog eens."
    en = "This does not work just now. Nothing is lost: please try again in a minute."
