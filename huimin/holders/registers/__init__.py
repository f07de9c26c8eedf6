"""Registers (名册): read in the form in which offices send them, checked row by row, imported."""
