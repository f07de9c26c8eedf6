-- An outlet may have its tills say the sum to be paid aloud.
ALTER TABLE outlet ADD COLUMN speaks_payable BIGINT CHECK (speaks_payable IN (0, 1));
