"""What forms that move money and long lists share: a key, a question asked first, a page, a language."""

from __future__ import annotations

from flask import request
from flask_babel import get_locale


def form_key() -> str:
    """The key of the form that was sent; empty when there is none, which the service refuses."""
    return request.form.get("idempotency_key", "")[:81]


def confirmed() -> bool:
    """Whether the question of the confirmation page, or of the dialog over the form, was answered yes."""
    return request.form.get("confirmed") == "1"


def page_number(*, default: int = 1) -> int:
    """The page of a list that is asked for; ``default`` for whatever is not a number."""
    return choose_number(request.args.get("bladzijde", "")) or default


def choose_number(text: str) -> int | None:
    """A whole number above zero, as an address or a ticked box holds it; None for anything else."""
    if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) > 0:
        return int(text)
    return None


def language() -> str:
    """The language of the page, for labels of states and kinds."""
    return str(get_locale() or "nl")
