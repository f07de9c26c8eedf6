"""Receipts (小票): what stands on one, on which paper, and its public proof."""
