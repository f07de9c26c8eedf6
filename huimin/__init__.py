"""huimin: the benefit-card point-of-sale service of a county."""

__version__ = "0.1.0"
