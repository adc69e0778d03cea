"""The fund's own bookings: contributions, costs and income, an existing pot taken over, corrections."""
