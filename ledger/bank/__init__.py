"""The bank's own files: payment files out, statements in, and which line belongs to what. No casework here."""
