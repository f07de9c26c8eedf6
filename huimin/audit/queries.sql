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
