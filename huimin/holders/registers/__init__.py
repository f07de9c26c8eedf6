"""Registers (名册): read as offices send them, checked row by row, imported."""
