"""Claims as casework sees them: lists, one claim with its story, repayments and write-offs."""
