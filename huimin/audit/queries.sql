-- Every SQL statement of the audit room.

-- name: insert_event!
INSERT INTO audit_event (
    id, at, actor, action, subject_kind, subject_id, reason, old_json, new_json, address
) VALUES (
    :id, :at, :actor, :action, :subject_kind, :subject_id, :reason, :old_json, :new_json, :address
);

-- name: events_of
SELECT * FROM audit_event WHERE subject_kind = :subject_kind AND subject_id = :subject_id
ORDER BY at, id;

-- name: insert_lookup*!
INSERT INTO card_lookup (id, at, terminal_id, staff_id, card_id, outcome)
VALUES (:id, :at, :terminal_id, :staff_id, :card_id, :outcome);

-- name: offline_attempts_since$
-- How many refused items of a till without network were put on record since that id, up to `most`.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 AS one FROM refused_attempt
    WHERE outlet_id = :outlet_id AND terminal_id = :terminal_id AND act = 'offline'
        AND id >= :since
    LIMIT :most
) AS recorded;

-- name: insert_attempt!
-- The card is found here, so that what was typed need not be kept; of a return it is the sale's, as
-- is the order number, and only the outlet's own sale is found.
INSERT INTO refused_attempt (
    id, act, code, refusal_json, terminal_id, outlet_id, staff_id, cashier, card_id, typed,
    order_no, amount_fen, occurred_at, recorded_at, times
)
SELECT CAST(:id AS TEXT), CAST(:act AS TEXT), CAST(:code AS TEXT), CAST(:refusal_json AS TEXT),
    CAST(:terminal_id AS TEXT), CAST(:outlet_id AS TEXT), CAST(:staff_id AS TEXT),
    CAST(:cashier AS TEXT), COALESCE(
        (SELECT card.id FROM card WHERE card.number = :number),
        (SELECT card.id FROM card WHERE card.copy_id = :copy_id),
        (SELECT ledger.card_id FROM ledger
            WHERE ledger.id = :redemption_id AND ledger.outlet_id = :outlet_id)),
    CAST(:typed AS BIGINT), COALESCE(
        CAST(:order_no AS TEXT),
        (SELECT ledger.order_no FROM ledger
            WHERE ledger.id = :redemption_id AND ledger.outlet_id = :outlet_id)),
    CAST(:amount_fen AS BIGINT), CAST(:occurred_at AS TEXT), CAST(:recorded_at AS TEXT),
    CAST(:times AS BIGINT);

-- name: count_events$
SELECT CAST(COUNT(*) AS BIGINT) FROM audit_event;

-- name: count_lookups$
SELECT CAST(COUNT(*) AS BIGINT) FROM card_lookup;

-- name: events_before
-- read both ways
-- sorted by: at
-- Newest first, after the id `before`, each with its subject's name; a person's name is a separate
-- column, because it may only be shown masked.
SELECT e.*,
    COALESCE(card.number, staff.username, merchant.name, outlet.name, terminal.code,
        policy.code || '@' || CAST(policy.version AS TEXT), asking.outlet_name) AS subject_name,
    COALESCE(holder.name, applicant.name) AS person_name
FROM audit_event AS e
LEFT JOIN card ON e.subject_kind = 'card' AND card.id = e.subject_id
LEFT JOIN staff ON e.subject_kind = 'staff' AND staff.id = e.subject_id
LEFT JOIN merchant ON e.subject_kind = 'merchant' AND merchant.id = e.subject_id
LEFT JOIN outlet ON e.subject_kind = 'outlet' AND outlet.id = e.subject_id
LEFT JOIN terminal ON e.subject_kind = 'terminal' AND terminal.id = e.subject_id
LEFT JOIN policy ON e.subject_kind = 'policy' AND policy.id = e.subject_id
LEFT JOIN merchant_application AS asking
    ON e.subject_kind = 'merchant_application' AND asking.id = e.subject_id
LEFT JOIN holder ON e.subject_kind = 'holder' AND holder.id = e.subject_id
LEFT JOIN application ON e.subject_kind = 'application' AND application.id = e.subject_id
LEFT JOIN holder AS applicant ON applicant.id = application.holder_id
WHERE e.id < :before
    AND (CAST(:actor AS TEXT) IS NULL OR e.actor = :actor)
    AND (CAST(:action AS TEXT) IS NULL OR e.action = :action)
    AND (CAST(:subject_id AS TEXT) IS NULL OR e.subject_id = :subject_id)
    AND (CAST(:first AS TEXT) IS NULL OR e.at >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR e.at < :last)
ORDER BY e.id DESC LIMIT :row_limit;

-- name: subject_of_text^
-- The subject that a typed card number, user name or terminal code means.
SELECT id FROM card WHERE number = :digits
UNION ALL SELECT id FROM staff WHERE username = :text
UNION ALL SELECT id FROM terminal WHERE code = :digits
LIMIT 1;

-- name: lookups_before
-- read both ways
-- sorted by: at
-- Who looked up a card at a till, newest first.
SELECT card_lookup.id, card_lookup.at, card_lookup.outcome, card_lookup.card_id,
    terminal.code AS terminal_code, outlet.name AS outlet_name, staff.username, card.number
FROM card_lookup
LEFT JOIN terminal ON terminal.id = card_lookup.terminal_id
LEFT JOIN outlet ON outlet.id = terminal.outlet_id
LEFT JOIN staff ON staff.id = card_lookup.staff_id
LEFT JOIN card ON card.id = card_lookup.card_id
WHERE card_lookup.id < :before
    AND (CAST(:number AS TEXT) IS NULL OR card.number = :number)
    AND (CAST(:first AS TEXT) IS NULL OR card_lookup.at >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR card_lookup.at < :last)
ORDER BY card_lookup.id DESC LIMIT :row_limit;
