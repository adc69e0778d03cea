"""What can go wrong while a paper is made."""

from __future__ import annotations

from errors import Unavailable


class DocumentNotMade(Unavailable):
    """The typesetter refused the page: a fault of ours, never of what somebody wrote."""

    nl = (
        "Deze brief kon niet worden gemaakt. Probeer het nog eens. Lukt het weer niet? Meld het de beheerder."
    )
    en = "This letter could not be made. Try again; if it fails again, tell the administrator."
