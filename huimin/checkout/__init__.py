"""The till: verify, quote, redeem, reverse."""
