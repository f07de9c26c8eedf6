"""Work on files that people send, in a process of its own with limits: it can't hold up a till."""
