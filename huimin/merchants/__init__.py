"""Merchants, their outlets (惠民示范点) and the terminals at which cards are read.

What a terminal may do is decided here by three states, its own, its outlet's and its merchant's;
each change of one is a single step with who and why in the audit record.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("merchants")
