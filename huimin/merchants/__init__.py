"""Merchants, their outlets (惠民示范点) and terminals.

A terminal works while it, its outlet and its merchant are all active; each change of state is one
step, with actor and reason in the audit record.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("merchants")
