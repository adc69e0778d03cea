"""How one case of the demo goes: what happens to it, and at which point it is left for the visitor."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.demo.stories import Story


class Fate(StrEnum):
    """What the secretariat or the applicant makes of it."""

    APPROVED = "approved"
    ASKED_FIRST = "asked_first"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Stop(StrEnum):
    """Where the history leaves a case, so that every role finds work."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ASSESSED_ONCE = "assessed_once"
    DISCUSS = "discuss"
    ASKED = "asked"
    ASSESSED = "assessed"
    APPROVED = "approved"
    PREPARED = "prepared"
    ORDERED = "ordered"
    PAID = "paid"
    PUT = "put"
    DISPUTED = "disputed"
    NOWHERE = "nowhere"


@dataclass(slots=True)
class Plot:
    """One case. ``rng`` is its own, so that one case more does not change the others.

    ``pace`` shortens every pause of the first half; ``panel`` are the members who assess it.
    """

    story: Story
    begins_utc: datetime
    rng: random.Random
    fate: Fate = Fate.APPROVED
    stop: Stop = Stop.NOWHERE
    pace: float = 1.0
    number: str = ""
    panel: tuple[str, ...] = ()

    def stops_at(self, *stops: Stop) -> bool:
        """Whether the history ends here for this case."""
        return self.stop in stops
