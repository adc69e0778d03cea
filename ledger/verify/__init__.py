"""Recomputing the whole book from its entries and saying which row is wrong first.

``verify`` trusts nothing that was derived: chain, numbering and sums from the entries themselves; balances,
months, years, claims and the fund's row by comparing them with what the legs say.
"""

from ledger.verify.report import Problem, VerifyReport
from ledger.verify.run import verify

__all__ = ["Problem", "VerifyReport", "verify"]
