"""Plain values and rules: no Flask, no SQL, no clock."""
