"""A book year's end for people: closed, audited, adopted by the executives; until then two can reopen it."""
