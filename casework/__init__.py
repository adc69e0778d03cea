"""Casework: from a stuck household to a settled payout. Services over the rules and the ledger."""
