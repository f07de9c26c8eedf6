"""Policies: draft, dry run, publish, in force on a day."""
