"""The meeting of the secretariat: agenda from the worklist, minutes with the decisions."""
