"""The blueprint of collections: the pages of batches and of mandates hang on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("collections", __name__)
