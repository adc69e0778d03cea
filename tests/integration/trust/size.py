"""How much these tests do: a little everywhere, all of it with ``make trust``."""

from __future__ import annotations

import os

FULL = os.environ.get("OMLOOP_TRUST") == "full"
CLIENTS = 50 if FULL else 12
APPROVALS = 1_000 if FULL else 60
KILLS = 100 if FULL else 3
RESTARTS = 10 if FULL else 1
