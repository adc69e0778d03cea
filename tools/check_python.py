"""Say clearly when Python is too old, before pip says it unclearly."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (this file is for those who have an older one)
    found = sys.version.split()[0]
    sys.exit(f"Omloop needs Python 3.11 or newer; this is {found}. Try: make PYTHON=python3.12 run")
