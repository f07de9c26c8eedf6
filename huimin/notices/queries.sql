-- Every SQL statement of the notices room.

-- name: insert_notice!
-- Returns nothing if the key was posted before.
INSERT INTO notice (id, kind, key, title, body, data_json, created_at)
VALUES (:id, :kind, :key, :title, :body, :data_json, :created_at)
ON CONFLICT (key) DO NOTHING;

-- name: insert_delivery!
INSERT INTO notice_delivery (id, notice_id, channel, target, state, attempts, next_at)
VALUES (:id, :notice_id, :channel, :target, 'waiting', 0, :next_at)
ON CONFLICT (notice_id, channel, target) DO NOTHING;

-- name: due_deliveries
SELECT id FROM notice_delivery WHERE state = 'waiting' AND next_at <= :now ORDER BY next_at, id;

-- name: attempts_of$
SELECT attempts FROM notice_delivery WHERE id = :id;

-- name: take_delivery^
-- Claims the delivery by moving next_at on: other senders no longer find it due.
UPDATE notice_delivery SET attempts = attempts + 1, tried_at = :now, next_at = :next_at
WHERE id = :id AND state = 'waiting' AND next_at <= :now
RETURNING id, notice_id, channel, target, attempts;

-- name: notice_by_id^
SELECT * FROM notice WHERE id = :id;

-- name: note_sent!
UPDATE notice_delivery SET state = 'sent', sent_at = :now, last_error = NULL WHERE id = :id;

-- name: note_failed!
UPDATE notice_delivery SET state = :state, last_error = :last_error WHERE id = :id;

-- name: send_again^
UPDATE notice_delivery SET state = 'waiting', attempts = 0, next_at = :now
WHERE id = :id AND state <> 'sent'
RETURNING id, notice_id, channel;

-- name: deliveries_before
-- read both ways
-- A page of the log, newest first.
SELECT d.id, d.channel, d.target, d.state, d.attempts, d.next_at, d.tried_at, d.sent_at, d.last_error,
    n.title, n.kind, n.created_at
FROM notice_delivery AS d JOIN notice AS n ON n.id = d.notice_id
WHERE d.id < :before AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
ORDER BY d.id DESC LIMIT :row_limit;

-- name: troubled_deliveries
-- Given up, or failed and waiting for the next attempt.
SELECT d.id, d.channel, d.target, d.state, d.attempts, d.last_error, n.title
FROM notice_delivery AS d JOIN notice AS n ON n.id = d.notice_id
WHERE d.state = 'failed' OR (d.state = 'waiting' AND d.last_error IS NOT NULL)
ORDER BY d.id;
