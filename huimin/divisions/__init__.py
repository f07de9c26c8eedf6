"""County, towns and villages."""
