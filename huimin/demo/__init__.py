"""A small county to try huimin on: real towns, invented people, three months of redemptions.

Everything in it is made by the use cases of the other rooms, as in a real county.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("demo")
