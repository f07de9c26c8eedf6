"""The room's statements, loaded once."""

from __future__ import annotations

from huimin.storage.named_queries import load_queries

queries = load_queries("holders")
