"""Many counties looked after together: one command run in each of them.

A county is one database and one folder of its own (handbook/scale.md); a fleet is only the list of
them. Each command runs in a process with that county's settings alone, so that no county can see
another's keys, and one that fails holds up none.
"""
