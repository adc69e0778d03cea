"""What the secretariat can be told while preparing and keeping the minutes of its meeting."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid


class MeetingOnThatDay(Invalid):
    """There is a meeting on that day already."""

    nl = "Er staat al een overleg op {on}. Open dat overleg, of kies een andere dag."
    en = "There is a meeting on {on} already. Open that one, or choose another day."


class MeetingOutOfOrder(Invalid):
    """Meetings follow each other: the decisions since the last one are listed with the next."""

    nl = "Kies een dag na het vorige overleg ({on})."
    en = "Choose a day after the meeting before ({on})."


class MeetingPassesNext(Invalid):
    """The day is moved past a later meeting."""

    nl = "Kies een dag vóór het volgende overleg ({on})."
    en = "Choose a day before the next meeting ({on})."


class PointEmpty(Invalid):
    """A point of one's own without words."""

    nl = "Schrijf waar dit punt over gaat."
    en = "Write what this point is about."


class MinutesAdopted(Conflict):
    """The minutes were adopted, so they stay as they are."""

    nl = (
        "Dit verslag is vastgesteld en verandert niet meer. Zet een aanvulling op de agenda van het volgende."
    )
    en = "These minutes were adopted and do not change any more. Put an addition on the next agenda."


class MinutesChanged(Conflict):
    """Somebody saved the minutes after this page was opened."""

    nl = (
        "Iemand anders heeft dit verslag intussen bewaard. Wat u typte staat nog in dit scherm en is nog "
        "niet bewaard. Open het verslag in een ander venster en kijk wat er veranderde."
    )
    en = (
        "Somebody else has saved these minutes in the meantime. What you typed is still on this screen and "
        "has not been saved. Open the minutes in another window and see what changed."
    )


class MinutesNotWritten(Conflict):
    """There are no minutes to adopt yet."""

    nl = "Er is nog geen verslag. Schrijf eerst wie er was en wat er besproken is."
    en = "There are no minutes yet. Write first who was there and what was discussed."


class MeetingNotHeld(Conflict):
    """The meeting is yet to come."""

    nl = "Dit overleg is pas op {on}. Stel het verslag daarna vast."
    en = "This meeting is on {on}. Adopt its minutes after that."


class AdoptedByWriter(Forbidden):
    """Whoever wrote the minutes wants to adopt them as well."""

    nl = "U schreef dit verslag. Een ander lid van het secretariaat stelt het vast."
    en = "You wrote these minutes. Another member of the secretariat adopts them."
