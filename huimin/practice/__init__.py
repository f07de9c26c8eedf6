"""收银台练习: the till's own page and edge over an invented county in a folder of its own.

A cashier trains in a real county and leaves no trace in it.
"""
