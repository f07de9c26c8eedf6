-- Every SQL statement of the ledger room. It alone writes ledger, chain_head, usage, rollup_*,
-- reversal_total, cancelled_order, month_lock, epoch, epoch_chain and card.first_used_on.

-- name: lock_usage
-- Creates or locks the counters of a day and its month and reads them in one step, so that nobody
-- reads first and writes later.
INSERT INTO usage (holder_id, policy_code, period, used_fen)
VALUES (:holder_id, :policy_code, :day, 0), (:holder_id, :policy_code, :month, 0)
ON CONFLICT (holder_id, policy_code, period) DO UPDATE SET used_fen = usage.used_fen
RETURNING period, used_fen;

-- name: add_usage!
-- not awaited
UPDATE usage SET used_fen = used_fen + :discount_fen
WHERE holder_id = :holder_id AND policy_code = :policy_code AND period IN (:day, :month);

-- name: count_usage!
-- Adds to the counters, which may not be there yet.
INSERT INTO usage (holder_id, policy_code, period, used_fen)
VALUES (:holder_id, :policy_code, :day, :discount_fen),
    (:holder_id, :policy_code, :month, :discount_fen)
ON CONFLICT (holder_id, policy_code, period) DO UPDATE
SET used_fen = usage.used_fen + excluded.used_fen;

-- name: usage_of
SELECT period, used_fen FROM usage
WHERE holder_id = :holder_id AND policy_code = :policy_code AND period IN (:day, :month);

-- name: lock_budget!
-- not awaited
-- Creates or locks the budget's row, which is read afterwards: Citus takes no question within an
-- INSERT of values.
INSERT INTO policy_budget (policy_code, budget_version, used_fen)
VALUES (:policy_code, :budget_version, 0)
ON CONFLICT (policy_code, budget_version) DO UPDATE SET used_fen = policy_budget.used_fen;

-- name: budget_state^
-- What is used, and how much the budget is: what the latest published version that goes on with it
-- and has begun says.
SELECT COALESCE((SELECT policy_budget.used_fen FROM policy_budget
        WHERE policy_budget.policy_code = :policy_code
            AND policy_budget.budget_version = :budget_version), 0) AS used_fen,
    (SELECT policy.budget_fen FROM policy
        WHERE policy.code = :policy_code AND policy.budget_version = :budget_version
            AND policy.state = 'published' AND policy.starts_on <= :today
        ORDER BY policy.version DESC LIMIT 1)
    AS budget_fen;

-- name: budget_row^
SELECT used_fen FROM policy_budget
WHERE policy_code = :policy_code AND budget_version = :budget_version;

-- name: use_budget!
-- not awaited
UPDATE policy_budget SET used_fen = used_fen + :government_share_fen
WHERE policy_code = :policy_code AND budget_version = :budget_version;

-- name: government_share_in$
-- What the government pays under one version in a month, from the roll-ups.
SELECT CAST(COALESCE(SUM(government_share_fen), 0) AS BIGINT) AS fen FROM rollup_month
WHERE month = :month AND dimension = 'policy_id' AND key = :policy_id;

-- name: take_place^
-- Takes the terminal's next place in its chain; the row stays locked until the transaction ends.
INSERT INTO chain_head (terminal_id, sequence, hash) VALUES (:terminal_id, 1, :genesis)
ON CONFLICT (terminal_id) DO UPDATE SET sequence = chain_head.sequence + 1
RETURNING sequence, hash AS previous_hash;

-- name: set_head!
-- not awaited
UPDATE chain_head SET hash = :hash WHERE terminal_id = :terminal_id;

-- name: put_head!
INSERT INTO chain_head (terminal_id, sequence, hash) VALUES (:terminal_id, :sequence, :hash)
ON CONFLICT (terminal_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;

-- part: waiting_order
-- An offline sale of the order that waits for a decision, but for the one that is being entered.
FROM offline_item
WHERE offline_item.outlet_id = :outlet_id AND offline_item.order_no = :order_no
    AND offline_item.status = 'waiting'
    AND (CAST(:waiting_id AS TEXT) IS NULL OR offline_item.id <> :waiting_id)
    AND NOT EXISTS (SELECT 1 FROM waiting_decision
        WHERE waiting_decision.sale_id = offline_item.id AND waiting_decision.is_final = 1)
    AND NOT EXISTS (SELECT 1 FROM cancelled_order
        WHERE cancelled_order.outlet_id = offline_item.outlet_id
            AND cancelled_order.order_no = offline_item.order_no)

-- name: waiting_since$
-- When the order's waiting sale came; nothing where none waits.
SELECT MIN(offline_item.recorded_at)
    -- with: waiting_order
;

-- name: insert_row^
-- Returns nothing if the outlet's order already has a redemption, waits for a decision or was
-- cancelled, or the month is locked. The chain is locked by now, so that a cancellation, or the lock of a month, happens either
-- before this or after the commit.
INSERT INTO ledger (
    id, kind, reverses_id, receipt_no, terminal_id, sequence, outlet_id, merchant_id, outlet_kind,
    order_no, card_id, holder_id, presenter_kind, presenter_id, identity_checked, eligibility,
    division_code, town_code, policy_id, policy_code, policy_version, rate_bp, amount_fen,
    insurance_fen, excluded_fen, eligible_fen, discount_fen, payable_fen, merchant_share_fen,
    government_share_fen, detail_json, cashier, staff_id, channel, occurred_at, recorded_at,
    business_day, month, adjusts_month, reason, previous_hash, hash
)
SELECT
    :id, :kind, :reverses_id, :receipt_no, :terminal_id, :sequence, :outlet_id, :merchant_id,
    :outlet_kind, :order_no, :card_id, :holder_id, :presenter_kind, :presenter_id,
    :identity_checked, :eligibility, :division_code, :town_code, :policy_id, :policy_code,
    :policy_version, :rate_bp, :amount_fen, :insurance_fen, :excluded_fen, :eligible_fen,
    :discount_fen, :payable_fen, :merchant_share_fen, :government_share_fen, :detail_json,
    :cashier, :staff_id, :channel, :occurred_at, :recorded_at, :business_day, :month,
    :adjusts_month, :reason, :previous_hash, :hash
WHERE NOT EXISTS (
    SELECT 1 FROM cancelled_order
    WHERE cancelled_order.outlet_id = :outlet_id AND cancelled_order.order_no = :order_no
) AND NOT EXISTS (SELECT 1
    -- with: waiting_order
) AND NOT EXISTS (SELECT 1 FROM month_lock WHERE month_lock.month = :month)
ON CONFLICT (outlet_id, order_no) WHERE kind = 'redemption' DO NOTHING
RETURNING id;

-- name: lock_chains_of_outlet!
-- Waits for every sale of the outlet that is being written; creates missing chain heads.
INSERT INTO chain_head (terminal_id, sequence, hash)
SELECT id, 0, :genesis FROM terminal WHERE outlet_id = :outlet_id ORDER BY id
ON CONFLICT (terminal_id) DO UPDATE SET sequence = chain_head.sequence;

-- name: cancel_order!
INSERT INTO cancelled_order (outlet_id, order_no, terminal_id, reason, cancelled_at)
VALUES (:outlet_id, :order_no, :terminal_id, :reason, :cancelled_at)
ON CONFLICT (outlet_id, order_no) DO NOTHING;

-- name: cancelled_order^
SELECT order_no, cancelled_at FROM cancelled_order
WHERE outlet_id = :outlet_id AND order_no = :order_no;

-- name: lock_all_chains!
-- Waits for every row that is being written; creates missing chain heads.
INSERT INTO chain_head (terminal_id, sequence, hash)
SELECT id, 0, :genesis FROM terminal WHERE true ORDER BY id
ON CONFLICT (terminal_id) DO UPDATE SET sequence = chain_head.sequence;

-- name: lock_month!
INSERT INTO month_lock (month, locked_at) VALUES (:month, :locked_at);

-- name: unlock_month!
DELETE FROM month_lock WHERE month = :month;

-- name: locked_months
SELECT month FROM month_lock WHERE month >= :since ORDER BY month;

-- name: month_locked_at$
SELECT locked_at FROM month_lock WHERE month = :month;

-- name: add_rollup_month!
-- not awaited
-- One row per dimension; WHERE true tells SQLite that ON CONFLICT is not part of a join.
INSERT INTO rollup_month (
    month, dimension, outlet_id, key, redemptions, reversals, amount_fen, discount_fen,
    merchant_share_fen, government_share_fen
)
SELECT CAST(:month AS TEXT), groups.dimension, CAST(:outlet_id AS TEXT), groups.key,
    CAST(:redemptions AS BIGINT), CAST(:reversals AS BIGINT), CAST(:amount_fen AS BIGINT),
    CAST(:discount_fen AS BIGINT), CAST(:merchant_share_fen AS BIGINT),
    CAST(:government_share_fen AS BIGINT)
FROM (
    -- with: kept_keys
) AS groups
WHERE groups.key IS NOT NULL
ON CONFLICT (month, dimension, outlet_id, key) DO UPDATE SET
    redemptions = rollup_month.redemptions + excluded.redemptions,
    reversals = rollup_month.reversals + excluded.reversals,
    amount_fen = rollup_month.amount_fen + excluded.amount_fen,
    discount_fen = rollup_month.discount_fen + excluded.discount_fen,
    merchant_share_fen = rollup_month.merchant_share_fen + excluded.merchant_share_fen,
    government_share_fen = rollup_month.government_share_fen + excluded.government_share_fen;

-- name: add_rollup_month_village!
-- not awaited
INSERT INTO rollup_month_village (
    month, division_code, redemptions, reversals, amount_fen, discount_fen, merchant_share_fen,
    government_share_fen
) VALUES (
    :month, :division_code, :redemptions, :reversals, :amount_fen, :discount_fen,
    :merchant_share_fen, :government_share_fen
)
ON CONFLICT (month, division_code) DO UPDATE SET
    redemptions = rollup_month_village.redemptions + excluded.redemptions,
    reversals = rollup_month_village.reversals + excluded.reversals,
    amount_fen = rollup_month_village.amount_fen + excluded.amount_fen,
    discount_fen = rollup_month_village.discount_fen + excluded.discount_fen,
    merchant_share_fen = rollup_month_village.merchant_share_fen + excluded.merchant_share_fen,
    government_share_fen = rollup_month_village.government_share_fen + excluded.government_share_fen;

-- name: add_rollup_month_sums*!
INSERT INTO rollup_month (
    month, dimension, outlet_id, key, redemptions, reversals, amount_fen, discount_fen,
    merchant_share_fen, government_share_fen
) VALUES (
    :month, :dimension, :outlet_id, :key, :redemptions, :reversals, :amount_fen, :discount_fen,
    :merchant_share_fen, :government_share_fen
)
ON CONFLICT (month, dimension, outlet_id, key) DO UPDATE SET
    redemptions = rollup_month.redemptions + excluded.redemptions,
    reversals = rollup_month.reversals + excluded.reversals,
    amount_fen = rollup_month.amount_fen + excluded.amount_fen,
    discount_fen = rollup_month.discount_fen + excluded.discount_fen,
    merchant_share_fen = rollup_month.merchant_share_fen + excluded.merchant_share_fen,
    government_share_fen = rollup_month.government_share_fen + excluded.government_share_fen;

-- name: add_rollup_village_sums*!
INSERT INTO rollup_month_village (
    month, division_code, redemptions, reversals, amount_fen, discount_fen, merchant_share_fen,
    government_share_fen
) VALUES (
    :month, :division_code, :redemptions, :reversals, :amount_fen, :discount_fen,
    :merchant_share_fen, :government_share_fen
)
ON CONFLICT (month, division_code) DO UPDATE SET
    redemptions = rollup_month_village.redemptions + excluded.redemptions,
    reversals = rollup_month_village.reversals + excluded.reversals,
    amount_fen = rollup_month_village.amount_fen + excluded.amount_fen,
    discount_fen = rollup_month_village.discount_fen + excluded.discount_fen,
    merchant_share_fen = rollup_month_village.merchant_share_fen + excluded.merchant_share_fen,
    government_share_fen = rollup_month_village.government_share_fen + excluded.government_share_fen;

-- name: count_card^
-- Counts the redemption and returns the card's row of the month, locked, with its old groups.
INSERT INTO rollup_month_card (month, card_id, redemptions, counted_in)
VALUES (:month, :card_id, 1, :counted_in)
ON CONFLICT (month, card_id) DO UPDATE SET redemptions = rollup_month_card.redemptions + 1
RETURNING redemptions, counted_in;

-- name: set_counted_in!
-- not awaited
UPDATE rollup_month_card SET counted_in = :counted_in
WHERE month = :month AND card_id = :card_id;

-- name: add_rollup_month_cards*!
-- not awaited
INSERT INTO rollup_month_cards (month, dimension, key, cards)
VALUES (:month, :dimension, :key, 1)
ON CONFLICT (month, dimension, key) DO UPDATE SET cards = rollup_month_cards.cards + 1;

-- name: note_first_use!
-- not awaited
UPDATE card SET first_used_on = :day
WHERE id = :card_id AND (first_used_on IS NULL OR first_used_on > :day);

-- name: lock_reversal_total^
INSERT INTO reversal_total (
    redemption_id, amount_fen, insurance_fen, excluded_fen, eligible_fen, discount_fen,
    merchant_share_fen
) VALUES (:redemption_id, 0, 0, 0, 0, 0, 0)
ON CONFLICT (redemption_id) DO UPDATE SET amount_fen = reversal_total.amount_fen
RETURNING amount_fen, insurance_fen, excluded_fen, eligible_fen, discount_fen, merchant_share_fen;

-- name: add_reversal_total!
-- not awaited
UPDATE reversal_total SET
    amount_fen = amount_fen + :amount_fen,
    insurance_fen = insurance_fen + :insurance_fen,
    excluded_fen = excluded_fen + :excluded_fen,
    eligible_fen = eligible_fen + :eligible_fen,
    discount_fen = discount_fen + :discount_fen,
    merchant_share_fen = merchant_share_fen + :merchant_share_fen
WHERE redemption_id = :redemption_id;

-- name: row_by_id^
SELECT * FROM ledger WHERE id = :id;

-- name: row_by_receipt_no^
SELECT * FROM ledger WHERE receipt_no = :receipt_no;

-- name: row_of_place^
SELECT * FROM ledger WHERE terminal_id = :terminal_id AND sequence = :sequence;

-- name: redemption_by_order^
SELECT * FROM ledger
WHERE outlet_id = :outlet_id AND order_no = :order_no AND kind = 'redemption';

-- name: reversals_of
SELECT * FROM ledger WHERE reverses_id = :id ORDER BY recorded_at, id;

-- name: rows_of_day
-- A reversal has no order number of its own; it is found by its redemption's, of any day.
SELECT ledger.*, original.order_no AS reverses_order_no
FROM ledger
LEFT JOIN ledger AS original ON original.id = ledger.reverses_id
WHERE ledger.outlet_id = :outlet_id AND ledger.business_day = :day
ORDER BY ledger.recorded_at, ledger.id;

-- name: rows_of_holder
-- The ledger rows of a holder's cards, newest first.
SELECT ledger.id, ledger.kind, ledger.occurred_at, ledger.amount_fen, ledger.discount_fen,
    outlet.name AS outlet_name
FROM card CROSS JOIN ledger JOIN outlet ON outlet.id = ledger.outlet_id
WHERE ledger.card_id = card.id AND card.holder_id = :holder_id
ORDER BY ledger.occurred_at DESC, ledger.id DESC LIMIT :count;

-- name: terminals_with_rows
SELECT terminal_id FROM chain_head
UNION
SELECT DISTINCT terminal_id FROM ledger
ORDER BY terminal_id;

-- name: chain_rows
SELECT * FROM ledger
WHERE terminal_id = :terminal_id AND sequence > :after
ORDER BY sequence LIMIT :count;

-- name: rows_before_earlier_ones
-- Where a chain goes back in time: rows with an instant before that of the row in front of them, and
-- the latest instant so far. What follows a leap ahead is behind it for years, but goes back once.
SELECT terminal_id, sequence, receipt_no, recorded_at, before FROM (
    SELECT terminal_id, sequence, receipt_no, recorded_at,
        LAG(recorded_at) OVER (ORDER BY sequence) AS in_front,
        MAX(recorded_at) OVER (
            ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM ledger WHERE terminal_id = :terminal_id) AS timed
WHERE recorded_at < in_front ORDER BY sequence;

-- name: chain_head_of^
SELECT sequence, hash FROM chain_head WHERE terminal_id = :terminal_id;

-- name: chains_of_terminals
-- Where each terminal's chain stands; one that never sold has none.
SELECT terminal.id AS terminal_id, chain_head.sequence, chain_head.hash
FROM terminal LEFT JOIN chain_head ON chain_head.terminal_id = terminal.id
ORDER BY terminal.id;

-- name: last_epoch$
SELECT MAX(number) FROM epoch;

-- name: list_epochs
SELECT * FROM epoch ORDER BY number;

-- name: insert_epoch!
INSERT INTO epoch (id, number, backup_id, backup_at, began_at, began_by, last_terminal_code)
VALUES (:id, :number, :backup_id, :backup_at, :began_at, :began_by, :last_terminal_code);

-- name: insert_epoch_chains*!
INSERT INTO epoch_chain (id, epoch, terminal_id, sequence, hash, goes_on_after)
VALUES (:id, :epoch, :terminal_id, :sequence, :hash, :goes_on_after);

-- name: go_on_after*!
INSERT INTO chain_head (terminal_id, sequence, hash) VALUES (:terminal_id, :goes_on_after, :hash)
ON CONFLICT (terminal_id) DO UPDATE SET sequence = excluded.sequence;

-- name: epoch_chains_of
SELECT epoch, sequence, hash, goes_on_after FROM epoch_chain
WHERE terminal_id = :terminal_id ORDER BY epoch;

-- name: last_code_of_terminals$
SELECT COALESCE(MAX(code), '000000') FROM terminal;

-- name: heads_at_day_end
-- The last row that each terminal had recorded by the end of a county day. A sale entered later counts
-- on its own day in every sum, but can't change a published digest. Each chain is read from its end,
-- so that a recent day costs a few rows, however long the history.
SELECT terminal_id, hash FROM (
    SELECT c.terminal_id,
           (SELECT l.hash FROM ledger AS l
            WHERE l.terminal_id = c.terminal_id AND l.recorded_at < :day_end
            ORDER BY l.sequence DESC LIMIT 1) AS hash
    FROM chain_head AS c) AS heads
WHERE hash IS NOT NULL
ORDER BY terminal_id;

-- name: months_with_rows
SELECT DISTINCT month FROM ledger
UNION
SELECT DISTINCT month FROM rollup_month
UNION
SELECT DISTINCT month FROM rollup_month_village
UNION
SELECT DISTINCT month FROM rollup_month_cards
UNION
SELECT DISTINCT month FROM rollup_month_card
ORDER BY month;

-- name: rows_of_month
-- The rows from which a month's roll-ups are computed.
SELECT kind, month, card_id, amount_fen, discount_fen, merchant_share_fen, government_share_fen,
    -- with: key_columns
FROM ledger WHERE month = :month;

-- name: kept_rollup_month
SELECT month, dimension, outlet_id, key, redemptions, reversals, amount_fen, discount_fen,
    merchant_share_fen, government_share_fen
FROM rollup_month WHERE month = :month;

-- name: kept_rollup_month_village
SELECT month, division_code, redemptions, reversals, amount_fen, discount_fen, merchant_share_fen,
    government_share_fen
FROM rollup_month_village WHERE month = :month;

-- name: kept_rollup_month_cards
SELECT month, dimension, key, cards FROM rollup_month_cards WHERE month = :month;

-- name: kept_rollup_month_card
SELECT month, card_id, redemptions, counted_in FROM rollup_month_card WHERE month = :month;

-- name: true_first_use
SELECT card_id, MIN(business_day) AS first_used_on
FROM ledger WHERE kind = 'redemption'
GROUP BY card_id ORDER BY card_id;

-- name: kept_first_use
SELECT id AS card_id, first_used_on FROM card WHERE first_used_on IS NOT NULL ORDER BY id;

-- name: true_usage
-- A reversal frees usage on the day and in the month of its redemption.
SELECT moved.holder_id, moved.policy_code, moved.period, CAST(SUM(moved.fen) AS BIGINT) AS used_fen
FROM (
    SELECT ledger.holder_id, ledger.policy_code, origin.business_day AS period,
        ledger.discount_fen AS fen
    FROM ledger JOIN ledger AS origin ON origin.id = COALESCE(ledger.reverses_id, ledger.id)
    UNION ALL
    SELECT ledger.holder_id, ledger.policy_code, substr(origin.business_day, 1, 7),
        ledger.discount_fen
    FROM ledger JOIN ledger AS origin ON origin.id = COALESCE(ledger.reverses_id, ledger.id)
) AS moved
GROUP BY moved.holder_id, moved.policy_code, moved.period
ORDER BY moved.holder_id, moved.policy_code, moved.period;

-- name: true_policy_budget
SELECT policy.code AS policy_code, policy.budget_version,
    CAST(SUM(ledger.government_share_fen) AS BIGINT) AS used_fen
FROM ledger JOIN policy ON policy.id = ledger.policy_id
WHERE policy.budget_version IS NOT NULL
GROUP BY policy.code, policy.budget_version
ORDER BY policy.code, policy.budget_version;

-- name: kept_policy_budget
SELECT policy_code, budget_version, used_fen FROM policy_budget
ORDER BY policy_code, budget_version;

-- name: kept_usage
SELECT holder_id, policy_code, period, used_fen FROM usage
ORDER BY holder_id, policy_code, period;

-- name: true_reversal_total
SELECT reverses_id AS redemption_id,
    CAST(-SUM(amount_fen) AS BIGINT) AS amount_fen,
    CAST(-SUM(insurance_fen) AS BIGINT) AS insurance_fen,
    CAST(-SUM(excluded_fen) AS BIGINT) AS excluded_fen,
    CAST(-SUM(eligible_fen) AS BIGINT) AS eligible_fen,
    CAST(-SUM(discount_fen) AS BIGINT) AS discount_fen,
    CAST(-SUM(merchant_share_fen) AS BIGINT) AS merchant_share_fen
FROM ledger WHERE kind = 'reversal'
GROUP BY reverses_id ORDER BY reverses_id;

-- name: kept_reversal_total
SELECT redemption_id, amount_fen, insurance_fen, excluded_fen, eligible_fen, discount_fen,
    merchant_share_fen
FROM reversal_total ORDER BY redemption_id;

-- name: clear_rollup_month!
DELETE FROM rollup_month WHERE month = :month;

-- name: clear_rollup_month_village!
DELETE FROM rollup_month_village WHERE month = :month;

-- name: clear_rollup_month_cards!
DELETE FROM rollup_month_cards WHERE month = :month;

-- name: clear_rollup_month_card!
DELETE FROM rollup_month_card WHERE month = :month;

-- name: clear_first_use!
UPDATE card SET first_used_on = NULL WHERE first_used_on IS NOT NULL;

-- name: clear_usage!
DELETE FROM usage;

-- name: clear_policy_budget!
DELETE FROM policy_budget;

-- name: clear_reversal_total!
DELETE FROM reversal_total;

-- name: put_rollup_month*!
INSERT INTO rollup_month (
    month, dimension, outlet_id, key, redemptions, reversals, amount_fen, discount_fen,
    merchant_share_fen, government_share_fen
) VALUES (
    :month, :dimension, :outlet_id, :key, :redemptions, :reversals, :amount_fen, :discount_fen,
    :merchant_share_fen, :government_share_fen
);

-- name: put_rollup_month_village*!
INSERT INTO rollup_month_village (
    month, division_code, redemptions, reversals, amount_fen, discount_fen, merchant_share_fen,
    government_share_fen
) VALUES (
    :month, :division_code, :redemptions, :reversals, :amount_fen, :discount_fen,
    :merchant_share_fen, :government_share_fen
);

-- name: put_rollup_month_cards*!
INSERT INTO rollup_month_cards (month, dimension, key, cards)
VALUES (:month, :dimension, :key, :cards);

-- name: put_rollup_month_card*!
INSERT INTO rollup_month_card (month, card_id, redemptions, counted_in)
VALUES (:month, :card_id, :redemptions, :counted_in);

-- name: put_first_use*!
UPDATE card SET first_used_on = :first_used_on WHERE id = :card_id;

-- name: put_usage*!
INSERT INTO usage (holder_id, policy_code, period, used_fen)
VALUES (:holder_id, :policy_code, :period, :used_fen);

-- name: put_policy_budget*!
INSERT INTO policy_budget (policy_code, budget_version, used_fen)
VALUES (:policy_code, :budget_version, :used_fen);

-- name: put_reversal_total*!
INSERT INTO reversal_total (
    redemption_id, amount_fen, insurance_fen, excluded_fen, eligible_fen, discount_fen,
    merchant_share_fen
) VALUES (
    :redemption_id, :amount_fen, :insurance_fen, :excluded_fen, :eligible_fen, :discount_fen,
    :merchant_share_fen
);

-- name: sales_of_holder_after^
-- The sales of a holder's cards after a county day: how many, and what is left of them after returns.
SELECT CAST(COALESCE(SUM(CASE WHEN ledger.kind = 'redemption' THEN 1 ELSE 0 END), 0) AS BIGINT)
        AS sales,
    CAST(COALESCE(SUM(ledger.amount_fen), 0) AS BIGINT) AS amount_fen,
    CAST(COALESCE(SUM(ledger.discount_fen), 0) AS BIGINT) AS discount_fen
FROM card CROSS JOIN ledger LEFT JOIN ledger AS original ON original.id = ledger.reverses_id
WHERE ledger.card_id = card.id AND card.holder_id = :holder_id
    AND COALESCE(original.business_day, ledger.business_day) > :day;
