"""What is fast and small enough, measured: ``python -m benchmarks``, or ``make bench``."""
