"""结算单: what the county owes each merchant for a month, agreed with the merchant and paid."""
