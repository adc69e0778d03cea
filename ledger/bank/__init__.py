"""The bank's own files: payment files out, statements in, what each line belongs to. No casework here."""
