"""What discount is given where, to whom and when: versioned policies (优惠政策).

A draft is saved, tried on a past month, and published; from then on it never changes and can only
be succeeded by its next version. At most one published policy applies to any purchase.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("policies")
