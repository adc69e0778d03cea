"""The worklist: who is on turn for which case, how long already, and the one thing to do about it."""
