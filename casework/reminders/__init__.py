"""Reminders of open claims: what is due by policy, to whom, shown beforehand and kept afterwards."""
