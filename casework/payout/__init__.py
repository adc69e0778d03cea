"""Money out to a payee, and money in from partners: what the treasurer books."""
