"""People, family, eligibilities, applications, registers."""
