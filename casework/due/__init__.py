"""What the calendar brings: steps that ``flask work due`` takes for every network."""
