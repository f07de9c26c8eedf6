"""The holder's side: who may look at their own card, by which code and in which browser.

The tables of one issue, in parts by room; all of them are only added to.
"""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

# My card: codes, sign-ins, the phone that shows the changing code, who of the family may look.
MY_CARD = """
CREATE TABLE my_code (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT REFERENCES family_member (id),
    code_hash   TEXT NOT NULL,
    way         TEXT NOT NULL CHECK (way IN ('counter', 'message')),
    made_at     TEXT NOT NULL,
    made_by     TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    used_at     TEXT
);
CREATE INDEX my_code_person ON my_code (holder_id, expires_at);
CREATE INDEX my_code_expiry ON my_code (expires_at);
CREATE TABLE my_session (
    id_hash     TEXT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT REFERENCES family_member (id),
    card_id     TEXT NOT NULL REFERENCES card (id),
    opened_by   TEXT,
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    address     TEXT,
    user_agent  TEXT,
    ended_at    TEXT
);
CREATE INDEX my_session_person ON my_session (holder_id, expires_at);
CREATE INDEX my_session_expiry ON my_session (expires_at);
CREATE TABLE my_device (
    id            TEXT PRIMARY KEY,
    holder_id     TEXT NOT NULL REFERENCES holder (id),
    card_id       TEXT NOT NULL REFERENCES card (id),
    public_key    TEXT NOT NULL,
    user_agent    TEXT,
    added_at      TEXT NOT NULL,
    last_used_on  TEXT,
    ended_at      TEXT
);
CREATE UNIQUE INDEX my_device_only ON my_device (holder_id) WHERE ended_at IS NULL;
CREATE INDEX my_device_holder ON my_device (holder_id);
CREATE INDEX my_device_ended ON my_device (ended_at);
CREATE TABLE my_member_view (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT NOT NULL REFERENCES family_member (id),
    allowed_at  TEXT NOT NULL,
    allowed_by  TEXT NOT NULL,
    ended_at    TEXT
);
CREATE UNIQUE INDEX my_member_view_only ON my_member_view (member_id) WHERE ended_at IS NULL;
CREATE INDEX my_member_view_holder ON my_member_view (holder_id, member_id);
"""

# How receipts are judged, with words and photos apart, and the complaints that come of it.
RATINGS = """
CREATE TABLE picture (
    id             TEXT PRIMARY KEY,
    width_pixels   BIGINT NOT NULL CHECK (width_pixels > 0),
    height_pixels  BIGINT NOT NULL CHECK (height_pixels > 0),
    size_bytes     BIGINT NOT NULL CHECK (size_bytes > 0),
    sha256         TEXT NOT NULL,
    sent_at        TEXT NOT NULL,
    removed_at     TEXT
);
CREATE TABLE rating (
    id           TEXT PRIMARY KEY,
    ledger_id    TEXT NOT NULL UNIQUE REFERENCES ledger (id),
    outlet_id    TEXT NOT NULL REFERENCES outlet (id),
    holder_id    TEXT NOT NULL REFERENCES holder (id),
    month        TEXT NOT NULL,
    given        TEXT NOT NULL CHECK (given IN ('yes', 'in_part', 'no')),
    stars        BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    answered_at  TEXT NOT NULL
);
CREATE INDEX rating_outlet ON rating (outlet_id, month, holder_id);
CREATE INDEX rating_holder ON rating (holder_id, id);
CREATE TABLE rating_content (
    id            TEXT PRIMARY KEY REFERENCES rating (id),
    words_cipher  TEXT,
    picture_id    TEXT UNIQUE REFERENCES picture (id),
    removed_at    TEXT,
    CHECK (removed_at IS NULL OR (words_cipher IS NULL AND picture_id IS NULL))
);
CREATE INDEX rating_content_there ON rating_content (id) WHERE removed_at IS NULL;
CREATE TABLE rating_month (
    outlet_id      TEXT NOT NULL REFERENCES outlet (id),
    month          TEXT NOT NULL,
    answers        BIGINT NOT NULL CHECK (answers > 0),
    stars          BIGINT NOT NULL,
    given_yes      BIGINT NOT NULL,
    given_in_part  BIGINT NOT NULL,
    given_no       BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, month),
    CHECK (given_yes + given_in_part + given_no = answers)
);
CREATE TABLE complaint (
    id         TEXT PRIMARY KEY,
    rating_id  TEXT NOT NULL UNIQUE REFERENCES rating (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    due_on     TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    result     TEXT CHECK (result IN ('upheld', 'upheld_in_part', 'not_upheld', 'unclear')),
    closed_at  TEXT,
    CHECK ((state = 'closed') = (result IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX complaint_state ON complaint (state, id);
CREATE INDEX complaint_due ON complaint (due_on, id) WHERE state = 'open';
CREATE TABLE complaint_step (
    id            TEXT PRIMARY KEY,
    complaint_id  TEXT NOT NULL REFERENCES complaint (id),
    kind          TEXT NOT NULL CHECK (kind IN ('note', 'answer', 'due', 'result')),
    text          TEXT NOT NULL,
    due_on        TEXT,
    result        TEXT,
    at            TEXT NOT NULL,
    recorded_by   TEXT NOT NULL,
    CHECK ((kind = 'due') = (due_on IS NOT NULL)),
    CHECK ((kind = 'result') = (result IS NOT NULL))
);
CREATE INDEX complaint_step_complaint ON complaint_step (complaint_id, id);
"""

# Messages to holders: what each wants, what was said, who heard it from the office; and which card
# was handed over.
MESSAGES = """
CREATE TABLE message (
    id              TEXT PRIMARY KEY,
    holder_id       TEXT NOT NULL REFERENCES holder (id),
    kind            TEXT NOT NULL CHECK (kind IN
        ('code', 'entitlement_ends', 'card_waits', 'purchase', 'dispute_answered')),
    fact            TEXT NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('file', 'webhook', 'paper')),
    language        TEXT NOT NULL,
    content_cipher  TEXT,
    state           TEXT NOT NULL CHECK (state IN
        ('waiting', 'sent', 'failed', 'to_tell', 'told', 'dropped')),
    attempts        BIGINT NOT NULL CHECK (attempts >= 0),
    made_at         TEXT NOT NULL,
    next_at         TEXT NOT NULL,
    expires_at      TEXT,
    tried_at        TEXT,
    ended_at        TEXT,
    sent_to         TEXT,
    problem         TEXT,
    UNIQUE (kind, fact),
    CHECK ((kind = 'code') = (expires_at IS NOT NULL)),
    CHECK ((state IN ('sent', 'told', 'dropped')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'dropped') OR problem IS NOT NULL)
);
CREATE INDEX message_due ON message (next_at) WHERE state = 'waiting';
CREATE INDEX message_holder ON message (holder_id, id);
CREATE INDEX message_to_tell ON message (id) WHERE state IN ('to_tell', 'failed');
CREATE INDEX message_content ON message (id) WHERE content_cipher IS NOT NULL;
CREATE INDEX message_code ON message (expires_at)
    WHERE expires_at IS NOT NULL AND content_cipher IS NOT NULL;
CREATE TABLE message_told (
    id          TEXT PRIMARY KEY,
    message_id  TEXT NOT NULL REFERENCES message (id),
    result      TEXT NOT NULL CHECK (result IN
        ('reached', 'no_answer', 'wrong_number', 'moved_away', 'declined', 'died', 'other')),
    told_on     TEXT NOT NULL,
    noted_at    TEXT NOT NULL,
    noted_by    TEXT NOT NULL
);
CREATE INDEX message_told_message ON message_told (message_id, id);
CREATE TABLE message_choice (
    holder_id  TEXT PRIMARY KEY REFERENCES holder (id),
    purchases  BIGINT NOT NULL CHECK (purchases IN (0, 1)),
    by_phone   BIGINT NOT NULL CHECK (by_phone IN (0, 1)),
    language   TEXT,
    chosen_at  TEXT NOT NULL,
    chosen_by  TEXT NOT NULL
);
CREATE TABLE message_cursor (
    what      TEXT PRIMARY KEY,
    place     TEXT NOT NULL,
    moved_at  TEXT NOT NULL
);
CREATE TABLE card_handover (
    card_id    TEXT PRIMARY KEY REFERENCES card (id),
    handed_on  TEXT NOT NULL,
    noted_at   TEXT NOT NULL,
    noted_by   TEXT NOT NULL
);
"""
# Prices on shelves: the basket and what it costs where. Its alerts are about no till, and those who
# write prices down are a role of their own.
SHELF_PRICES = """
CREATE TABLE basket_good (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    specification  TEXT NOT NULL,
    unit           TEXT NOT NULL,
    starts_on      TEXT NOT NULL,
    ends_on        TEXT,
    added_at       TEXT NOT NULL,
    added_by       TEXT NOT NULL,
    ended_at       TEXT,
    ended_by       TEXT,
    CHECK (ends_on >= starts_on),
    CHECK ((ends_on IS NULL) = (ended_at IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX basket_good_one ON basket_good (name, specification, unit)
    WHERE ends_on IS NULL;
CREATE TABLE shelf_price (
    id           TEXT PRIMARY KEY,
    good_id      TEXT NOT NULL REFERENCES basket_good (id),
    outlet_id    TEXT NOT NULL REFERENCES outlet (id),
    seen_on      TEXT NOT NULL,
    month        TEXT NOT NULL,
    price_fen    BIGINT NOT NULL CHECK (price_fen > 0),
    picture_id   TEXT UNIQUE REFERENCES picture (id),
    recorded_at  TEXT NOT NULL,
    recorded_by  TEXT NOT NULL
);
CREATE INDEX shelf_price_good ON shelf_price (good_id, month, outlet_id, seen_on);
CREATE INDEX shelf_price_month ON shelf_price (month, good_id);
CREATE INDEX shelf_price_outlet ON shelf_price (outlet_id, seen_on);
"""
ALERT_RULES = "'off_hours', 'typed_misses'"
OF_A_ROW = "(rule = 'typed_misses') = (ledger_id IS NULL)"
NEW_OF_A_ROW = "(rule IN ('typed_misses', 'shelf_price')) = (ledger_id IS NULL)"
OF_A_TILL = "(rule = 'shelf_price') = (terminal_id IS NULL)"
ALL_RULES = "'far_apart', 'repeated_card', 'round_amounts', 'split_sale'"
ROLES = "'merchant_manager', 'cashier'"
ALL_ROLES = "'administrator', 'registrar', 'auditor'"

# What holders ask of the office, and who looked at one card.
REQUESTS = """
CREATE TABLE holder_request (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('purchase', 'correction')),
    holder_id      TEXT NOT NULL REFERENCES holder (id),
    ledger_id      TEXT UNIQUE REFERENCES ledger (id),
    about          TEXT CHECK (
        about IN ('name', 'id_number', 'phone', 'address', 'family', 'aid', 'other')),
    state          TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined')),
    words_cipher   TEXT,
    raised_at      TEXT NOT NULL,
    raised_by      TEXT NOT NULL,
    due_on         TEXT NOT NULL,
    answer_cipher  TEXT,
    answered_at    TEXT,
    answered_by    TEXT,
    reversal_id    TEXT UNIQUE REFERENCES ledger (id),
    CHECK ((kind = 'purchase') = (ledger_id IS NOT NULL)),
    CHECK ((kind = 'correction') = (about IS NOT NULL)),
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK (reversal_id IS NULL OR (kind = 'purchase' AND state = 'accepted'))
);
CREATE UNIQUE INDEX holder_request_one_open ON holder_request (holder_id, about)
    WHERE state = 'open' AND about IS NOT NULL;
CREATE INDEX holder_request_holder ON holder_request (holder_id, id);
CREATE INDEX holder_request_due ON holder_request (due_on, id) WHERE state = 'open';
CREATE INDEX card_lookup_card ON card_lookup (card_id, id) WHERE card_id IS NOT NULL;
"""


def migrate(tx: Transaction) -> None:
    """Make the tables of each part."""
    run_script(tx, MY_CARD)
    run_script(tx, RATINGS)
    make_append_only(tx, ("rating", "complaint_step"))
    run_script(tx, MESSAGES)
    make_append_only(tx, ("message_told",))
    run_script(tx, REQUESTS)
    run_script(tx, SHELF_PRICES)
    make_append_only(tx, ("shelf_price",))
    _let_alerts_be_about_prices(tx)
    _add_price_recorders(tx)


def _let_alerts_be_about_prices(tx: Transaction) -> None:
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(
            tx,
            "alert",
            checks={
                f"{ALERT_RULES})": f"{ALERT_RULES}, 'shelf_price')",
                f"CHECK ({OF_A_ROW})": f"CHECK ({NEW_OF_A_ROW}),\n    CHECK ({OF_A_TILL})",
            },
            not_null={"terminal_id": False},
        )
        return
    execute = tx.connection.execute
    rules = f"rule IN ({ALL_RULES}, {ALERT_RULES}, 'shelf_price')"
    execute("ALTER TABLE alert DROP CONSTRAINT alert_rule_check")
    execute(f"ALTER TABLE alert ADD CONSTRAINT alert_rule_check CHECK ({rules})")
    execute("ALTER TABLE alert ALTER COLUMN terminal_id DROP NOT NULL")
    execute("ALTER TABLE alert DROP CONSTRAINT alert_check1")
    execute(f"ALTER TABLE alert ADD CONSTRAINT alert_check1 CHECK ({NEW_OF_A_ROW})")
    execute(f"ALTER TABLE alert ADD CONSTRAINT alert_check2 CHECK ({OF_A_TILL})")


def _add_price_recorders(tx: Transaction) -> None:
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(tx, "staff", checks={f"{ROLES})": f"{ROLES}, 'price_recorder')"})
        return
    execute = tx.connection.execute
    roles = f"role IN ({ALL_ROLES}, {ROLES}, 'price_recorder')"
    execute("ALTER TABLE staff DROP CONSTRAINT staff_role_check")
    execute(f"ALTER TABLE staff ADD CONSTRAINT staff_role_check CHECK ({roles})")
