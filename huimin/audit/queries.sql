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
-- Newest first, after the id `before`.
SELECT e.* FROM audit_event AS e
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

-- name: name_of_actor$
-- What an id in an event means, by its kind, as each of the following; a person's is shown masked.
SELECT name FROM staff WHERE username = :id;

-- name: name_of_alert$
SELECT business_day FROM alert WHERE id = :id;

-- name: name_of_application$
SELECT holder.name FROM application JOIN holder ON holder.id = application.holder_id
WHERE application.id = :id;

-- name: name_of_card$
SELECT number FROM card WHERE id = :id;

-- name: name_of_claim$
SELECT claim_no FROM claim WHERE id = :id;

-- name: name_of_basket_good$
SELECT name FROM basket_good WHERE id = :id;

-- name: name_of_shelf_price$
SELECT basket_good.name FROM shelf_price JOIN basket_good ON basket_good.id = shelf_price.good_id
WHERE shelf_price.id = :id;

-- name: name_of_complaint$
SELECT ledger.receipt_no FROM complaint
JOIN rating ON rating.id = complaint.rating_id JOIN ledger ON ledger.id = rating.ledger_id
WHERE complaint.id = :id;

-- name: name_of_rating$
SELECT ledger.receipt_no FROM rating JOIN ledger ON ledger.id = rating.ledger_id WHERE rating.id = :id;

-- name: name_of_division$
SELECT COALESCE(town.name || ' · ', '') || division.name FROM division
LEFT JOIN division AS town ON town.code = division.parent_code AND town.level = 'town'
WHERE division.code = :id;

-- name: name_of_division_list$
SELECT file_name FROM division_change_list WHERE id = :id;

-- name: name_of_ending$
SELECT file_name FROM aid_ending WHERE id = :id;

-- name: name_of_family_member$
SELECT name FROM family_member WHERE id = :id;

-- name: name_of_holder$
SELECT name FROM holder WHERE id = :id;

-- name: name_of_holder_request$
SELECT holder.name FROM holder_request JOIN holder ON holder.id = holder_request.holder_id
WHERE holder_request.id = :id;

-- name: name_of_merchant$
SELECT name FROM merchant WHERE id = :id;

-- name: name_of_merchant_application$
SELECT outlet_name FROM merchant_application WHERE id = :id;

-- name: name_of_notice$
SELECT title FROM notice WHERE id = :id;

-- name: name_of_outlet$
SELECT name FROM outlet WHERE id = :id;

-- name: name_of_policy$
SELECT name || ' ' || code || '@' || CAST(version AS TEXT) FROM policy WHERE id = :id;

-- name: name_of_redemption$
SELECT receipt_no FROM ledger WHERE id = :id;

-- name: name_of_register_token$
SELECT source FROM register_token WHERE id = :id;

-- name: name_of_report_recipient$
SELECT name FROM report_recipient WHERE id = :id;

-- name: name_of_report_template$
SELECT file_name || ' (' || CAST(version AS TEXT) || ')' FROM report_template WHERE id = :id;

-- name: name_of_settlement$
SELECT number || ' ' || merchant_name FROM settlement WHERE id = :id;

-- name: name_of_staff$
SELECT name FROM staff WHERE id = :id;

-- name: name_of_terminal$
SELECT terminal.code || ' ' || terminal.label || ' · ' || outlet.name
FROM terminal JOIN outlet ON outlet.id = terminal.outlet_id WHERE terminal.id = :id;

-- name: name_of_terminal_code$
SELECT terminal.label || ' · ' || outlet.name
FROM terminal JOIN outlet ON outlet.id = terminal.outlet_id WHERE terminal.code = :id;

-- name: name_of_till_device$
SELECT joined_at FROM till_device WHERE id = :id;

-- name: name_of_waiting_sale$
SELECT order_no FROM offline_item WHERE id = :id;
