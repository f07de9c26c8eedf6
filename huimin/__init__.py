"""huimin: the benefit-card point-of-sale service of a county."""

__version__ = "0.1.0"
# The day of the release, in UTC: a clock that says an earlier one is wrong (clock/program.py).
__released__ = "2026-11-28"
