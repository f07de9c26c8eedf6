"""A small county to try huimin on: real towns, invented people, three months of real redemptions.

Everything in it is made through the same use cases that the county's own work goes through.
"""

from huimin.demo.command import demo

__all__ = ["demo"]
