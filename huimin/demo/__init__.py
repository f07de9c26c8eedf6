"""A small county to try huimin on: real towns, invented people, three months of real redemptions.

Everything in it is made through the same use cases that the county's own work goes through.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("demo")
