"""How a month's files were laid out until 2026-11-28: signed ones are made again with it.

Nothing in here changes any more: a signed file has the SHA-256 that it was signed with. What is
made today stands beside this folder.
"""
