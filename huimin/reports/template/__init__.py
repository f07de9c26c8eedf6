"""The county's own report form: a workbook with fields, checked, kept and filled."""
