"""The book for others to check: plain-text books for hledger and beancount, and the Dutch audit file.

Everything is written entry by entry, so that memory does not grow with the book. Use a session of
:func:`ledger.snapshot.snapshot`, so that balances and entries are of one moment while others post.
"""

from ledger.export.run import Exported, Format, NothingToExport, export

__all__ = ["Exported", "Format", "NothingToExport", "export"]
