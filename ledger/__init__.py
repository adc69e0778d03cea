"""The book of the fund: double entry, whole cents, never changed after posting. Knows no casework."""
