"""Who repays a payout: proposed, put to the parties, decided, repaid."""
