"""Asking back, assessing, deciding: what the secretariat does with one case."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("decision", __name__)
