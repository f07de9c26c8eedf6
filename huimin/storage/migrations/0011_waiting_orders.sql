-- An order number that waits for a decision is looked up at every sale.
CREATE INDEX offline_item_order ON offline_item (outlet_id, order_no) WHERE status = 'waiting';
