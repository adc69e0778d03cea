"""What every form that moves money has: a key that makes it happen once, and a question asked first."""

from __future__ import annotations

from flask import request


def form_key() -> str:
    """The key of the form that was sent; empty when there is none, which the service refuses."""
    return request.form.get("idempotency_key", "")[:81]


def confirmed() -> bool:
    """Whether the question of the confirmation page, or of the dialog over the form, was answered yes."""
    return request.form.get("confirmed") == "1"


def page_number() -> int:
    """The page of a list that is asked for; the first for whatever is not a number."""
    return choose_number(request.args.get("bladzijde", "")) or 1


def choose_number(text: str) -> int | None:
    """A whole number above zero, as an address or a ticked box holds it; None for anything else."""
    if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) > 0:
        return int(text)
    return None
