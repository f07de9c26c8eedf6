"""What the system tells people and programs outside: by mail and webhook, retried, with a log."""
