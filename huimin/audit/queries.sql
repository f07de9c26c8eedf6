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

-- name: events_before
-- The latest first, behind the id `before`; action_prefix keeps a group such as "holder.".
SELECT * FROM audit_event
WHERE id < :before
    AND (CAST(:actor AS TEXT) IS NULL OR actor = :actor)
    AND (CAST(:action AS TEXT) IS NULL OR action = :action)
    AND (CAST(:subject_id AS TEXT) IS NULL OR subject_id = :subject_id)
    AND (CAST(:first AS TEXT) IS NULL OR at >= :first)
    AND (CAST(:last AS TEXT) IS NULL OR at < :last)
ORDER BY id DESC LIMIT :count;

-- name: lookups_before
-- Who looked a card up at a till, the latest first.
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
ORDER BY card_lookup.id DESC LIMIT :count;
