"""Versioned policies (优惠政策): which discount applies where, to whom and when.

A draft is saved, tried on a past month, and published. From then on it never changes; only its
next version can replace it. At most one published policy applies to any purchase.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("policies")
