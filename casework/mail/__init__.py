"""Mail: an outbox that is filled in the transaction of what it tells, and emptied by ``flask work due``."""
