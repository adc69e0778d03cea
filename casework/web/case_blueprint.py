"""The blueprint of cases: the pages of list, case, form and files hang on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cases", __name__)
