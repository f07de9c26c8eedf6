"""Doctor: every proof that changes nothing, in one place, for `huimin doctor` and for `/readyz`."""
