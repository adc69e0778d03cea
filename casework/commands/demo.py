"""``flask demo``: a network with people and a history, to try Omloop with."""

from __future__ import annotations

from casework.commands.spoken import SpokenGroup

group = SpokenGroup("demo", help="A demo to try Omloop with.")
