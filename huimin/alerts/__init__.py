"""What a plain rule found strange when a ledger row was written; hints for people, no verdicts."""
