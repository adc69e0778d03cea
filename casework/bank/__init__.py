"""The fund's bank statements: taken in, every line booked, and what is not recognised put right by hand."""
