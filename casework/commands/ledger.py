"""``flask ledger``: verify and read the book from the shell."""

from __future__ import annotations

from casework.commands.spoken import SpokenGroup

group = SpokenGroup("ledger", help="The book of the fund.")
