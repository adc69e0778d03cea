"""Networks, their partners and their dated policy."""
