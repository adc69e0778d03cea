"""What Flask-Login keeps of a person between requests: the id."""

from __future__ import annotations

from flask_login import UserMixin


class Identity(UserMixin):  # type: ignore[misc]  # Flask-Login has no type hints
    """A signed-in person. Everything else is read anew at each request, so that changes hold at once."""

    def __init__(self, person_id: int) -> None:
        self.id = person_id


def load_identity(text: str) -> Identity | None:
    """The identity that a session names."""
    return Identity(int(text)) if text.isdigit() else None
