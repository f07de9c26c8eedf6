"""Closing a month: checked, signed by three people, locked, its report and files frozen."""
