"""The blueprint of policy: reading it, proposing a change and answering one hang on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("policy", __name__)
