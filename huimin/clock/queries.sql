-- Every SQL statement of the clock room.

-- name: newest_sale^
SELECT id, recorded_at AS at FROM ledger WHERE id < :before ORDER BY id DESC LIMIT 1;

-- name: newest_event^
SELECT id, at FROM audit_event WHERE id < :before ORDER BY id DESC LIMIT 1;

-- name: newest_run^
SELECT id, ended_at AS at FROM timer_run WHERE id < :before ORDER BY id DESC LIMIT 1;

-- name: first_sale^
SELECT id, recorded_at AS at FROM ledger WHERE id >= :least ORDER BY id LIMIT 1;

-- name: first_event^
SELECT id, at FROM audit_event WHERE id >= :least ORDER BY id LIMIT 1;

-- name: first_run^
SELECT id, ended_at AS at FROM timer_run WHERE id >= :least ORDER BY id LIMIT 1;

-- name: accepted
SELECT new_json FROM audit_event WHERE action = 'clock.accepted' ORDER BY id;
