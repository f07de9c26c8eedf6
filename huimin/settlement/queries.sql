-- Every SQL statement of the settlement room. What a month holds is read from its roll-ups; the ledger itself only
-- for the rows behind a line and for the proof.

-- name: policy_lines
-- The month by outlet and policy version, in the order in which a statement lists them.
SELECT o.merchant_id, r.outlet_id, o.name AS outlet_name, p.id AS policy_id, p.name AS policy_name,
    p.code AS policy_code, p.version AS policy_version, p.rate_bp, p.merchant_share_bp,
    p.government_share_bp, r.redemptions, r.reversals, r.amount_fen, r.discount_fen,
    r.merchant_share_fen, r.government_share_fen
FROM rollup_month AS r
JOIN outlet AS o ON o.id = r.outlet_id
JOIN policy AS p ON p.id = r.key
WHERE r.month = :month AND r.dimension = 'policy_id'
ORDER BY o.merchant_id, o.created_at, o.id, p.code, p.version;

-- name: adjustment_lines
-- What of the month belongs to earlier ones, by outlet and that month.
SELECT o.merchant_id, r.outlet_id, o.name AS outlet_name, r.key AS adjusts_month,
    r.redemptions, r.reversals, r.amount_fen, r.discount_fen, r.merchant_share_fen,
    r.government_share_fen
FROM rollup_month AS r
JOIN outlet AS o ON o.id = r.outlet_id
WHERE r.month = :month AND r.dimension = 'adjusts_month'
ORDER BY o.merchant_id, o.created_at, o.id, r.key;

-- name: all_merchants
SELECT id, name, credit_code FROM merchant ORDER BY created_at, id;

-- name: earlier_versions
-- Of each merchant that had a settlement of the month: its serial, the last version, and what was paid in all.
SELECT s.merchant_id, s.serial, MAX(s.version) AS version,
    CAST(COALESCE((SELECT SUM(p.amount_fen) FROM settlement_payment AS p
        JOIN settlement AS e ON e.id = p.settlement_id
        WHERE e.month = :month AND e.merchant_id = s.merchant_id), 0) AS BIGINT) AS paid_fen
FROM settlement AS s
WHERE s.month = :month
GROUP BY s.merchant_id, s.serial
ORDER BY s.serial;

-- name: carried_balances
-- What settlements carried on and no later one has taken up yet.
SELECT merchant_id, CAST(SUM(carried_fen) - SUM(carried_in_fen) AS BIGINT) AS balance_fen
FROM settlement WHERE state <> 'voided'
GROUP BY merchant_id;

-- name: insert_settlement^
-- Nothing comes back when the merchant has a live settlement of the month.
INSERT INTO settlement (
    id, number, close_id, month, serial, version, merchant_id, merchant_name, credit_code,
    redemptions, reversals, amount_fen, discount_fen, merchant_share_fen, government_share_fen,
    carried_in_fen, due_fen, carried_fen, paid_before_fen, content_sha256, made_at, made_by, state,
    confirm_by, paid_fen
) VALUES (
    :id, :number, :close_id, :month, :serial, :version, :merchant_id, :merchant_name, :credit_code,
    :redemptions, :reversals, :amount_fen, :discount_fen, :merchant_share_fen,
    :government_share_fen, :carried_in_fen, :due_fen, :carried_fen, :paid_before_fen,
    :content_sha256, :made_at, :made_by, 'open', :confirm_by, :paid_before_fen
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: insert_lines*!
INSERT INTO settlement_line (
    id, settlement_id, line_no, kind, outlet_id, outlet_name, policy_id, policy_name, policy_code,
    policy_version, rate_bp, merchant_share_bp, government_share_bp, adjusts_month, redemptions,
    reversals, amount_fen, discount_fen, merchant_share_fen, government_share_fen
) VALUES (
    :id, :settlement_id, :line_no, :kind, :outlet_id, :outlet_name, :policy_id, :policy_name,
    :policy_code, :policy_version, :rate_bp, :merchant_share_bp, :government_share_bp,
    :adjusts_month, :redemptions, :reversals, :amount_fen, :discount_fen, :merchant_share_fen,
    :government_share_fen
);

-- name: live_of_close
SELECT * FROM settlement WHERE close_id = :close_id AND state <> 'voided' ORDER BY serial;

-- name: void_settlement^
UPDATE settlement SET state = 'voided', voided_at = :voided_at, voided_by = :voided_by,
    void_reason = :void_reason
WHERE id = :id AND state <> 'voided'
RETURNING *;

-- name: lock_settlement^
-- The row, held until the commit; of one merchant only where :merchant_id says so.
UPDATE settlement SET state = state
WHERE id = :id AND (CAST(:merchant_id AS TEXT) IS NULL OR merchant_id = :merchant_id)
RETURNING *;

-- name: set_confirmed^
UPDATE settlement SET state = 'confirmed', confirmed_at = :confirmed_at,
    confirmed_on = :confirmed_on, confirmed_by = :confirmed_by, confirmed_how = :confirmed_how
WHERE id = :id AND state = 'open'
RETURNING *;

-- name: set_disputed^
UPDATE settlement SET state = 'disputed' WHERE id = :id AND state IN ('open', 'disputed')
RETURNING *;

-- name: set_open_again^
UPDATE settlement SET state = 'open', confirm_by = :confirm_by
WHERE id = :id AND state = 'disputed'
RETURNING *;

-- name: set_paid^
UPDATE settlement SET paid_fen = :paid_fen, state = :state
WHERE id = :id AND state IN ('confirmed', 'paid')
RETURNING *;

-- name: open_past
-- Those whose time to confirm has passed, locked.
UPDATE settlement SET state = state WHERE state = 'open' AND confirm_by < :today
RETURNING *;

-- name: insert_dispute^
-- Nothing comes back when the line is disputed already.
INSERT INTO settlement_dispute (id, settlement_id, line_no, state, text, raised_at, raised_by)
VALUES (:id, :settlement_id, :line_no, 'open', :text, :raised_at, :raised_by)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: answer_dispute^
UPDATE settlement_dispute SET state = :state, answer = :answer, answered_at = :answered_at,
    answered_by = :answered_by
WHERE id = :id AND settlement_id = :settlement_id AND state = 'open'
RETURNING *;

-- name: dispute_of^
SELECT * FROM settlement_dispute WHERE id = :id AND settlement_id = :settlement_id;

-- name: count_open_disputes$
SELECT COUNT(*) AS count FROM settlement_dispute
WHERE settlement_id = :settlement_id AND state = 'open';

-- name: disputes_of
SELECT * FROM settlement_dispute WHERE settlement_id = :settlement_id ORDER BY id;

-- name: lines_of
SELECT * FROM settlement_line WHERE settlement_id = :settlement_id ORDER BY line_no;

-- name: line_of^
SELECT * FROM settlement_line WHERE settlement_id = :settlement_id AND line_no = :line_no;

-- name: insert_payment^
INSERT INTO settlement_payment (
    id, settlement_id, amount_fen, paid_on, bank_reference, takes_back_id, reason, recorded_at,
    recorded_by
) VALUES (
    :id, :settlement_id, :amount_fen, :paid_on, :bank_reference, :takes_back_id, :reason,
    :recorded_at, :recorded_by
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: payments_of_month
-- The payments of every version of one merchant's month, the earliest first; taken_back is 1 once another row did.
SELECT p.*, s.number, s.version,
    CASE WHEN EXISTS (SELECT 1 FROM settlement_payment AS b WHERE b.takes_back_id = p.id)
        THEN 1 ELSE 0 END AS taken_back
FROM settlement_payment AS p
JOIN settlement AS s ON s.id = p.settlement_id
WHERE s.month = :month AND s.merchant_id = :merchant_id
ORDER BY p.id;

-- name: settlement_by_id^
SELECT * FROM settlement
WHERE id = :id AND (CAST(:merchant_id AS TEXT) IS NULL OR merchant_id = :merchant_id);

-- name: settlement_by_number^
SELECT * FROM settlement WHERE number = :number;

-- name: versions_of
-- Every version of the merchant's month, the latest first.
SELECT id, number, version, state, due_fen, void_reason, voided_at FROM settlement
WHERE month = :month AND merchant_id = :merchant_id ORDER BY version DESC;

-- part: wanted
-- :late is 'confirm' for those whose time to confirm has passed, 'pay' for those that were confirmed
-- before :unpaid_before (by the time where it was due before :unanswered_before) and are not paid in
-- full.
  AND (CAST(:merchant_id AS TEXT) IS NULL OR s.merchant_id = :merchant_id)
  AND (CAST(:month AS TEXT) IS NULL OR s.month = :month)
  AND (CAST(:state AS TEXT) IS NULL OR s.state = :state)
  AND (CAST(:late AS TEXT) IS NULL
       OR (:late = 'confirm' AND s.state = 'open' AND s.confirm_by < :today)
       OR (:late = 'pay' AND s.due_fen - s.carried_fen > s.paid_fen
           AND ((s.state = 'confirmed' AND s.confirmed_on < :unpaid_before)
                OR (s.state = 'open' AND s.confirm_by < :unanswered_before))))

-- name: settlements_before
-- read both ways
-- sorted by: merchant s.merchant_name
-- sorted by number: discount s.discount_fen
-- sorted by number: due s.due_fen
-- sorted by number: paid s.paid_fen
-- sorted by number: unpaid CASE WHEN s.state = 'voided' THEN 0 ELSE s.due_fen - s.carried_fen - s.paid_fen END
-- sorted by: number s.number
-- The latest made first, behind the id :before.
SELECT s.*, (SELECT COUNT(*) FROM settlement_dispute AS d
        WHERE d.settlement_id = s.id AND d.state = 'open') AS open_disputes
FROM settlement AS s
WHERE s.id < :before
  -- with: wanted
ORDER BY s.id DESC LIMIT :row_limit;

-- name: to_confirm
-- A merchant's that wait for it and still may be confirmed or disputed.
SELECT s.id, s.number, s.month, s.confirm_by,
    (SELECT COUNT(*) FROM settlement_dispute AS d WHERE d.settlement_id = s.id) AS answered
FROM settlement AS s
WHERE s.merchant_id = :merchant_id AND s.state = 'open' AND s.confirm_by >= :today
ORDER BY s.confirm_by, s.id;

-- name: paid_since
-- A merchant's payments that were recorded since an instant and that stand.
SELECT s.id, s.number, p.amount_fen, p.paid_on
FROM settlement AS s JOIN settlement_payment AS p ON p.settlement_id = s.id
WHERE s.merchant_id = :merchant_id AND p.recorded_at >= :since AND p.takes_back_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM settlement_payment AS b WHERE b.takes_back_id = p.id)
ORDER BY p.id DESC;

-- name: months_settled
SELECT DISTINCT month FROM settlement
WHERE (CAST(:merchant_id AS TEXT) IS NULL OR merchant_id = :merchant_id)
ORDER BY month DESC;

-- name: unpaid
-- Confirmed (or by the time, which no job may have noted yet) and not paid in full, the oldest first.
SELECT * FROM settlement
WHERE (state = 'confirmed' OR (state = 'open' AND confirm_by < :today))
  AND due_fen - carried_fen > paid_fen
  AND (CAST(:merchant_id AS TEXT) IS NULL OR merchant_id = :merchant_id)
  AND (CAST(:month AS TEXT) IS NULL OR month = :month)
ORDER BY COALESCE(confirmed_on, confirm_by), month, serial;

-- name: rows_of_line
-- read both ways
-- sorted by: time
-- sorted by number: amount l.amount_fen
-- sorted by number: discount l.discount_fen
-- The ledger rows behind a line, in the order in which they were written: those of its policy, or of its earlier month.
SELECT l.*, h.name AS holder_name, h.erased_at
FROM ledger AS l JOIN holder AS h ON h.id = l.holder_id
WHERE l.month = :month AND l.outlet_id = :outlet_id
  AND (CAST(:policy_id AS TEXT) IS NULL OR l.policy_id = :policy_id)
  AND (CAST(:adjusts_month AS TEXT) IS NULL OR l.adjusts_month = :adjusts_month)
  AND l.id > :after
ORDER BY l.id LIMIT :row_limit;

-- name: live_of_month
SELECT * FROM settlement WHERE month = :month AND state <> 'voided' ORDER BY serial;

-- name: lines_of_month
-- The lines of the month's live settlements.
SELECT line.*, s.merchant_id FROM settlement_line AS line
JOIN settlement AS s ON s.id = line.settlement_id
WHERE s.month = :month AND s.state <> 'voided'
ORDER BY line.settlement_id, line.line_no;

-- name: paid_by_merchant
-- What the rows of payments say, of all versions of the month.
SELECT s.merchant_id, CAST(SUM(p.amount_fen) AS BIGINT) AS paid_fen
FROM settlement_payment AS p JOIN settlement AS s ON s.id = p.settlement_id
WHERE s.month = :month
GROUP BY s.merchant_id;

-- part: added_rows
    CAST(SUM(CASE WHEN kind = 'redemption' THEN 1 ELSE 0 END) AS BIGINT) AS redemptions,
    CAST(SUM(CASE WHEN kind = 'reversal' THEN 1 ELSE 0 END) AS BIGINT) AS reversals,
    CAST(SUM(amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(discount_fen) AS BIGINT) AS discount_fen,
    CAST(SUM(merchant_share_fen) AS BIGINT) AS merchant_share_fen,
    CAST(SUM(government_share_fen) AS BIGINT) AS government_share_fen
FROM ledger WHERE month = :month

-- name: ledger_by_policy
-- The month straight from the rows of the ledger, for the proof.
SELECT outlet_id, policy_id,
    -- with: added_rows
GROUP BY outlet_id, policy_id;

-- name: ledger_by_origin
SELECT outlet_id, adjusts_month,
    -- with: added_rows
    AND adjusts_month IS NOT NULL
GROUP BY outlet_id, adjusts_month;

-- name: insert_payee^
-- Nothing comes back while another proposal of the merchant waits.
INSERT INTO merchant_payee (
    id, merchant_id, state, content_cipher, reason, proposed_at, proposed_by, proposed_side,
    covers_unpaid
) VALUES (
    :id, :merchant_id, 'proposed', :content_cipher, :reason, :proposed_at, :proposed_by,
    :proposed_side, 0
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: lock_payee^
UPDATE merchant_payee SET state = state WHERE id = :id RETURNING *;

-- name: decide_payee^
UPDATE merchant_payee SET state = :state, covers_unpaid = :covers_unpaid,
    decided_at = :decided_at, decided_by = :decided_by, decision_reason = :decision_reason
WHERE id = :id AND state = 'proposed'
RETURNING *;

-- name: payee_by_id^
SELECT * FROM merchant_payee WHERE id = :id;

-- name: payee_proposed^
SELECT * FROM merchant_payee WHERE merchant_id = :merchant_id AND state = 'proposed';

-- name: payees_of_merchant
SELECT * FROM merchant_payee WHERE merchant_id = :merchant_id ORDER BY id DESC;

-- name: payees_approved
-- The one in force first.
SELECT * FROM merchant_payee WHERE merchant_id = :merchant_id AND state = 'approved'
ORDER BY decided_at DESC, id DESC;

-- name: all_payees_approved
-- Of every merchant, the one in force first.
SELECT * FROM merchant_payee WHERE state = 'approved'
ORDER BY merchant_id, decided_at DESC, id DESC;

-- name: merchants_of_payees
SELECT DISTINCT merchant_id FROM merchant_payee WHERE state = 'approved';

-- name: payees_since
SELECT id, state, proposed_side, proposed_at, decided_at FROM merchant_payee
WHERE merchant_id = :merchant_id
    AND ((state = 'proposed' AND proposed_at >= :since)
        OR (state = 'approved' AND decided_at >= :since))
ORDER BY id DESC;

-- name: merchants_with_payee
-- read both ways
-- sorted by: name m.name
-- sorted by: proposed COALESCE((SELECT p.proposed_at FROM merchant_payee AS p WHERE p.merchant_id = m.id AND p.state = 'proposed'), '')
-- Every merchant with what is known of its account. :wanted is 'none' without one in force, 'proposed' where a change waits.
SELECT m.id, m.name, m.credit_code,
    (SELECT p.id FROM merchant_payee AS p WHERE p.merchant_id = m.id AND p.state = 'approved'
        ORDER BY p.decided_at DESC, p.id DESC LIMIT 1) AS payee_id,
    (SELECT p.proposed_at FROM merchant_payee AS p
        WHERE p.merchant_id = m.id AND p.state = 'proposed') AS proposed_at
FROM merchant AS m
WHERE m.id > :after
  AND (CAST(:pattern AS TEXT) IS NULL OR lower(m.name) LIKE :pattern ESCAPE '!'
       OR lower(m.credit_code) LIKE :pattern ESCAPE '!')
  AND (CAST(:wanted AS TEXT) IS NULL
       OR (:wanted = 'none' AND m.state <> 'ended' AND NOT EXISTS (SELECT 1 FROM merchant_payee AS p
            WHERE p.merchant_id = m.id AND p.state = 'approved'))
       OR (:wanted = 'proposed' AND EXISTS (SELECT 1 FROM merchant_payee AS p
            WHERE p.merchant_id = m.id AND p.state = 'proposed')))
ORDER BY m.id LIMIT :row_limit;

-- name: unpaid_of_merchant^
-- What is confirmed and unpaid of one merchant.
SELECT COUNT(*) AS settlements,
    CAST(COALESCE(SUM(due_fen - carried_fen - paid_fen), 0) AS BIGINT) AS unpaid_fen
FROM settlement
WHERE merchant_id = :merchant_id AND due_fen - carried_fen > paid_fen
    AND (state = 'confirmed' OR (state = 'open' AND confirm_by < :today));

-- name: settlement_totals^
-- The sums of all that the list would show; voided ones are no money.
SELECT COUNT(*) AS settlements,
    CAST(COALESCE(SUM(s.redemptions), 0) AS BIGINT) AS redemptions,
    CAST(COALESCE(SUM(s.reversals), 0) AS BIGINT) AS reversals,
    CAST(COALESCE(SUM(s.amount_fen), 0) AS BIGINT) AS amount_fen,
    CAST(COALESCE(SUM(s.discount_fen), 0) AS BIGINT) AS discount_fen,
    CAST(COALESCE(SUM(s.merchant_share_fen), 0) AS BIGINT) AS merchant_share_fen,
    CAST(COALESCE(SUM(s.government_share_fen), 0) AS BIGINT) AS government_share_fen,
    CAST(COALESCE(SUM(s.carried_in_fen), 0) AS BIGINT) AS carried_in_fen,
    CAST(COALESCE(SUM(s.due_fen), 0) AS BIGINT) AS due_fen,
    CAST(COALESCE(SUM(s.carried_fen), 0) AS BIGINT) AS carried_fen,
    CAST(COALESCE(SUM(s.paid_fen), 0) AS BIGINT) AS paid_fen,
    CAST(COALESCE(SUM(s.due_fen - s.carried_fen - s.paid_fen), 0) AS BIGINT) AS unpaid_fen
FROM settlement AS s
WHERE s.state <> 'voided'
  -- with: wanted
;
