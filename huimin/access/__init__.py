"""Who is asking: sign-in, sessions, terminal keys, permissions."""
