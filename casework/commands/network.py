"""``flask network``: networks from their files."""

from __future__ import annotations

from casework.commands.spoken import SpokenGroup

group = SpokenGroup("network", help="Networks.")
