"""A sale may have an order number of the shop's own; a claim its lines; a merchant a webhook."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE shop_order (
    id             TEXT PRIMARY KEY,
    redemption_id  TEXT NOT NULL REFERENCES ledger (id),
    outlet_id      TEXT NOT NULL REFERENCES outlet (id),
    order_no       TEXT,
    source         TEXT NOT NULL CHECK (source IN ('till', 'person')),
    recorded_at    TEXT NOT NULL,
    recorded_by    TEXT NOT NULL,
    CHECK (order_no IS NOT NULL OR source = 'person')
);
CREATE INDEX shop_order_redemption ON shop_order (redemption_id, id);
CREATE INDEX shop_order_number ON shop_order (outlet_id, order_no) WHERE order_no IS NOT NULL;
ALTER TABLE claim ADD COLUMN items_json TEXT;
CREATE TABLE merchant_webhook (
    id           TEXT PRIMARY KEY,
    merchant_id  TEXT NOT NULL REFERENCES merchant (id),
    address      TEXT NOT NULL,
    set_at       TEXT NOT NULL,
    set_by       TEXT NOT NULL,
    ended_at     TEXT,
    ended_by     TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX merchant_webhook_one ON merchant_webhook (merchant_id) WHERE ended_at IS NULL;
ALTER TABLE notice_delivery ADD COLUMN webhook_id TEXT REFERENCES merchant_webhook (id);
CREATE INDEX notice_delivery_webhook ON notice_delivery (webhook_id, id)
    WHERE webhook_id IS NOT NULL;
"""


def migrate(tx: Transaction) -> None:
    run_script(tx, ADDED)
    make_append_only(tx, ["shop_order"])
