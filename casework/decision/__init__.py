"""Assessing on the value triangle and deciding by quorum."""
