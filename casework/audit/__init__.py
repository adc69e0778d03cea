"""The log: one record for each change, sign-in, refusal and look. Append-only, no case text."""
