"""Pure rules over dated policy. No Flask, no SQLAlchemy: facts in, outcome with its reasons out."""
