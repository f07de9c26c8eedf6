"""The only room that knows which database engine runs."""
