"""Collecting claims from partners that gave a mandate: four eyes, one file; the bank has the last word."""
