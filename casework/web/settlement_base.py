"""The blueprint of settling: the pages of secretariat, representatives and executives hang on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("settlement", __name__)
