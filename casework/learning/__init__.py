"""What others can learn from a case: summaries in which nobody can be recognised."""
