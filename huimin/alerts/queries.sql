-- Every SQL statement of the alerts room. The ledger and the refused attempts it reads only.

-- part: fact
SELECT ledger.id, ledger.kind, ledger.channel, ledger.card_id, ledger.outlet_id,
    ledger.outlet_kind, outlet.division_code, ledger.terminal_id, ledger.staff_id, ledger.cashier,
    ledger.policy_id, ledger.amount_fen, ledger.discount_fen, ledger.occurred_at,
    ledger.business_day

-- name: sales_of_card
-- A card's sales around an instant, except the row :id; uses the index on card and instant.
-- with: fact
    , COALESCE(reversal_total.discount_fen, 0) AS returned_fen
FROM ledger
JOIN outlet ON outlet.id = ledger.outlet_id
LEFT JOIN reversal_total ON reversal_total.redemption_id = ledger.id
WHERE ledger.card_id = :card_id AND ledger.occurred_at >= :first AND ledger.occurred_at <= :last
    AND ledger.kind = 'redemption' AND ledger.id <> :id
ORDER BY ledger.occurred_at DESC LIMIT :row_limit;

-- name: sales_of_till
-- A till's sales before its row :sequence, newest first; uses the chain's index.
-- with: fact
FROM ledger
JOIN outlet ON outlet.id = ledger.outlet_id
WHERE ledger.terminal_id = :terminal_id AND ledger.sequence < :sequence
    AND ledger.sequence >= :first_sequence AND ledger.kind = 'redemption'
ORDER BY ledger.sequence DESC;

-- name: typed_misses
-- How often typed numbers missed at an outlet's tills between two instants, the most first.
SELECT refused_attempt.terminal_id, refused_attempt.outlet_id, outlet.division_code,
    CAST(SUM(refused_attempt.times) AS BIGINT) AS times
FROM refused_attempt JOIN outlet ON outlet.id = refused_attempt.outlet_id
WHERE refused_attempt.outlet_id = :outlet_id AND refused_attempt.typed = 1
    AND refused_attempt.recorded_at >= :since AND refused_attempt.recorded_at <= :until
    AND refused_attempt.code IN ('card_unknown', 'card_number_wrong')
GROUP BY refused_attempt.terminal_id, refused_attempt.outlet_id, outlet.division_code
ORDER BY times DESC, refused_attempt.terminal_id;

-- name: raise_alert$
-- A new alert, or the existing one of this run of rows, opened again.
INSERT INTO alert (
    id, rule, window_key, business_day, town_code, outlet_id, terminal_id, card_id, staff_id,
    cashier, ledger_id, evidence_json, state, recorded_at, grown_at
) VALUES (
    :id, :rule, :window_key, :business_day, :town_code, :outlet_id, :terminal_id, :card_id,
    :staff_id, :cashier, :ledger_id, :evidence_json, 'open', :recorded_at, :recorded_at
)
ON CONFLICT (rule, window_key) DO UPDATE SET
    ledger_id = excluded.ledger_id, evidence_json = excluded.evidence_json, state = 'open',
    grown_at = excluded.grown_at
RETURNING id;

-- name: alert_known$
SELECT id FROM alert WHERE rule = :rule AND window_key = :window_key;

-- name: add_rows*!
INSERT INTO alert_row (alert_id, ledger_id) VALUES (:alert_id, :ledger_id)
ON CONFLICT (alert_id, ledger_id) DO NOTHING;

-- part: alert_and_names
SELECT alert.*, outlet.name AS outlet_name, town.name AS town_name, terminal.label AS till_label,
    terminal.code AS terminal_code, staff.name AS staff_name, card.number AS card_number, holder.name AS holder_name,
    holder.division_code, holder.erased_at,
    (SELECT COUNT(*) FROM alert_row WHERE alert_row.alert_id = alert.id) AS row_count
FROM alert
JOIN outlet ON outlet.id = alert.outlet_id
LEFT JOIN terminal ON terminal.id = alert.terminal_id
LEFT JOIN staff ON staff.id = alert.staff_id
LEFT JOIN division AS town ON town.code = alert.town_code
LEFT JOIN card ON card.id = alert.card_id
LEFT JOIN holder ON holder.id = card.holder_id

-- name: alerts_before
-- read both ways
-- sorted by: at
-- sorted by: day alert.business_day
-- sorted by: rule alert.rule
-- sorted by: state alert.state
-- A page of the list, the latest first. :town is the first nine digits of a town's code.
-- with: alert_and_names
WHERE alert.id < :before
    AND (CAST(:rule AS TEXT) IS NULL OR alert.rule = :rule)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR alert.outlet_id = :outlet_id)
    AND (CAST(:town_code AS TEXT) IS NULL OR alert.town_code = :town_code)
    AND (CAST(:first AS TEXT) IS NULL OR alert.business_day >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR alert.business_day <= :last)
    AND (CAST(:state AS TEXT) IS NULL OR alert.state = :state)
ORDER BY alert.id DESC LIMIT :row_limit;

-- name: alert_by_id^
-- with: alert_and_names
WHERE alert.id = :id;

-- name: rows_of_alert
-- The ledger rows that caused it, in the order in which they happened.
SELECT ledger.id, ledger.kind, ledger.receipt_no, ledger.order_no, ledger.occurred_at,
    ledger.recorded_at, ledger.channel, ledger.outlet_id, outlet.name AS outlet_name,
    town.name AS town_name, terminal.label AS till_label, ledger.cashier,
    staff.name AS staff_name, ledger.presenter_kind, ledger.card_id, card.number AS card_number,
    holder.name AS holder_name, holder.division_code, holder.erased_at, ledger.amount_fen,
    ledger.discount_fen, ledger.payable_fen,
    COALESCE(reversal_total.amount_fen, 0) AS returned_fen
FROM alert_row
JOIN ledger ON ledger.id = alert_row.ledger_id
JOIN outlet ON outlet.id = ledger.outlet_id
JOIN terminal ON terminal.id = ledger.terminal_id
JOIN card ON card.id = ledger.card_id
JOIN holder ON holder.id = ledger.holder_id
LEFT JOIN division AS town ON town.code = substr(outlet.division_code, 1, 9) || '000'
LEFT JOIN staff ON staff.id = ledger.staff_id
LEFT JOIN reversal_total ON reversal_total.redemption_id = ledger.id
WHERE alert_row.alert_id = :alert_id
ORDER BY ledger.occurred_at, ledger.id;

-- name: outlets_with_alerts
SELECT id, name FROM outlet
WHERE EXISTS (SELECT 1 FROM alert WHERE alert.outlet_id = outlet.id)
ORDER BY name;

-- name: look_at^
UPDATE alert SET state = 'looked_at', looked_at = :looked_at, looked_by = :looked_by, note = :note
WHERE id = :id AND state = 'open'
RETURNING id;

-- part: attempt_and_names
SELECT refused_attempt.*, outlet.name AS outlet_name, terminal.code AS terminal_code,
    terminal.label AS till_label, staff.name AS staff_name, card.number AS card_number,
    card.holder_id, holder.name AS holder_name, holder.division_code
FROM refused_attempt
JOIN outlet ON outlet.id = refused_attempt.outlet_id
JOIN terminal ON terminal.id = refused_attempt.terminal_id
LEFT JOIN staff ON staff.id = refused_attempt.staff_id
LEFT JOIN card ON card.id = refused_attempt.card_id
LEFT JOIN holder ON holder.id = card.holder_id

-- part: wanted_attempt
WHERE refused_attempt.id < :before
    AND (CAST(:act AS TEXT) IS NULL OR refused_attempt.act = :act)
    AND (CAST(:code AS TEXT) IS NULL OR refused_attempt.code = :code)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR refused_attempt.outlet_id = :outlet_id)
    AND (CAST(:terminal_code AS TEXT) IS NULL OR terminal.code = :terminal_code)
    AND (CAST(:number AS TEXT) IS NULL OR card.number = :number)
    AND (CAST(:first AS TEXT) IS NULL OR refused_attempt.occurred_at >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR refused_attempt.occurred_at < :last)

-- name: count_attempts$
SELECT CAST(COUNT(*) AS BIGINT) FROM refused_attempt;

-- name: attempts_before
-- read both ways
-- sorted by: at
-- The latest first, of the whole county.
-- with: attempt_and_names
-- with: wanted_attempt
ORDER BY refused_attempt.id DESC LIMIT :row_limit;

-- name: attempts_within_before
-- read both ways
-- sorted by: at
-- The latest first, of the people of a division.
-- with: attempt_and_names
-- with: wanted_attempt
    AND holder.division_code >= :division_first AND holder.division_code <= :division_last
ORDER BY refused_attempt.id DESC LIMIT :row_limit;

-- name: attempts_of_card
-- The latest of one card.
-- with: attempt_and_names
WHERE refused_attempt.card_id = :card_id ORDER BY refused_attempt.id DESC LIMIT :row_limit;

-- name: attempts_of_holder
-- The latest of all copies of a person's card.
-- with: attempt_and_names
WHERE card.holder_id = :holder_id ORDER BY refused_attempt.id DESC LIMIT :row_limit;

-- name: attempts_of_outlet
-- The latest at an outlet.
-- with: attempt_and_names
WHERE refused_attempt.outlet_id = :outlet_id ORDER BY refused_attempt.id DESC LIMIT :row_limit;

-- name: outlets_with_attempts
SELECT outlet.id, outlet.name FROM outlet
WHERE EXISTS (SELECT 1 FROM refused_attempt WHERE refused_attempt.outlet_id = outlet.id)
ORDER BY outlet.name;
