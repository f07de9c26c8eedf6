"""Anchors: the signed state of all chains, kept outside; what disagrees with one; proofs."""

from huimin.storage.named_queries import load_queries

queries = load_queries("anchors")
