"""The only writer of ledger rows: append, read, prove, roll-ups."""
