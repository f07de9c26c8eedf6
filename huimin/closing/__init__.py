"""The day's end: the outlet's statement against the till's own list, and the closing of the day."""
