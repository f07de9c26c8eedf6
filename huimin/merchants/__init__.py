"""Merchants, outlets and terminals."""
