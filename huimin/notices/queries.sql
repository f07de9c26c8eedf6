-- Every SQL statement of the notices room.

-- name: notice_of_key^
SELECT id FROM notice WHERE key = :key;

-- name: insert_notice!
-- Returns nothing if the key was posted before.
INSERT INTO notice (id, kind, key, title, body, data_json, created_at)
VALUES (:id, :kind, :key, :title, :body, :data_json, :created_at)
ON CONFLICT (key) DO NOTHING;

-- name: insert_delivery!
INSERT INTO notice_delivery (
    id, notice_id, channel, target, state, attempts, next_at, webhook_id
) VALUES (:id, :notice_id, :channel, :target, 'waiting', 0, :next_at, :webhook_id)
ON CONFLICT (notice_id, channel, target) DO NOTHING;

-- name: due_deliveries
-- What was never tried comes first. To a merchant's webhook none goes before an earlier one that
-- waits for its next attempt.
SELECT d.id, d.channel, d.target, d.webhook_id
FROM notice_delivery AS d
LEFT JOIN (
    SELECT webhook_id, MIN(id) AS id FROM notice_delivery
    WHERE state = 'waiting' AND next_at > :now AND webhook_id IS NOT NULL
    GROUP BY webhook_id
) AS earlier ON earlier.webhook_id = d.webhook_id
WHERE d.state = 'waiting' AND d.next_at <= :now AND (earlier.id IS NULL OR d.id < earlier.id)
ORDER BY CASE WHEN d.attempts = 0 THEN 0 ELSE 1 END, d.next_at, d.id;

-- name: attempts_of$
SELECT attempts FROM notice_delivery WHERE id = :id;

-- name: take_delivery^
-- Claims the delivery by moving next_at on: other senders no longer find it due.
UPDATE notice_delivery SET attempts = attempts + 1, tried_at = :now, next_at = :next_at
WHERE id = :id AND state = 'waiting' AND next_at <= :now
RETURNING id, notice_id, channel, target, attempts, webhook_id;

-- name: notice_by_id^
SELECT * FROM notice WHERE id = :id;

-- name: note_sent!
UPDATE notice_delivery SET state = 'sent', sent_at = :now, last_error = NULL WHERE id = :id;

-- name: note_failed!
UPDATE notice_delivery SET state = :state, last_error = :last_error WHERE id = :id;

-- name: insert_attempt!
INSERT INTO notice_attempt (id, delivery_id, at, problem) VALUES (:id, :delivery_id, :at, :problem);

-- name: send_again^
-- Not to a recipient who wants no more.
UPDATE notice_delivery SET state = 'waiting', attempts = 0, next_at = :now
WHERE id = :id AND state <> 'sent' AND COALESCE(last_error, '') <> 'recipient_ended'
RETURNING id, notice_id, channel;

-- name: deliveries_before
-- read both ways
-- sorted by: at
-- sorted by: state d.state
-- sorted by number: attempts d.attempts
-- A page of the log, newest first.
SELECT d.id, d.channel, d.target, d.state, d.attempts, d.next_at, d.tried_at, d.sent_at, d.last_error,
    n.title, n.kind, n.created_at
FROM notice_delivery AS d JOIN notice AS n ON n.id = d.notice_id
WHERE d.id < :before AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
ORDER BY d.id DESC LIMIT :row_limit;

-- name: troubled_deliveries
-- Given up, or failed and waiting for the next attempt. Merchants look after webhooks of their own.
SELECT d.id, d.channel, d.target, d.state, d.attempts, d.last_error, n.title
FROM notice_delivery AS d JOIN notice AS n ON n.id = d.notice_id
WHERE d.webhook_id IS NULL AND COALESCE(d.last_error, '') <> 'recipient_ended'
    AND (d.state = 'failed' OR (d.state = 'waiting' AND d.last_error IS NOT NULL))
ORDER BY d.id;

-- name: webhook_of_merchant^
SELECT id, merchant_id, address, set_at, set_by FROM merchant_webhook
WHERE merchant_id = :merchant_id AND ended_at IS NULL;

-- name: webhook_by_id^
SELECT id, address, ended_at FROM merchant_webhook WHERE id = :id;

-- name: merchant_of_outlet$
SELECT merchant_id FROM outlet WHERE id = :outlet_id;

-- name: insert_webhook!
INSERT INTO merchant_webhook (id, merchant_id, address, set_at, set_by)
VALUES (:id, :merchant_id, :address, :set_at, :set_by);

-- name: lock_merchant!
-- Of two people who set a webhook at once, the second sees what the first did.
UPDATE merchant SET state = state WHERE id = :merchant_id;

-- name: end_webhook^
UPDATE merchant_webhook SET ended_at = :ended_at, ended_by = :ended_by
WHERE merchant_id = :merchant_id AND ended_at IS NULL
RETURNING id, address;

-- name: give_up_deliveries!
-- What waits for a webhook that is no more.
UPDATE notice_delivery SET state = 'failed', last_error = 'webhook_ended'
WHERE webhook_id = :webhook_id AND state = 'waiting';

-- name: delivery_of_key$
SELECT d.id FROM notice_delivery AS d JOIN notice AS n ON n.id = d.notice_id
WHERE n.key = :key AND d.webhook_id = :webhook_id;

-- name: deliveries_of_merchant
SELECT d.id, d.target, d.state, d.attempts, d.tried_at, d.sent_at, d.last_error, n.title, n.kind, n.created_at,
    CASE WHEN w.ended_at IS NULL THEN 1 ELSE 0 END AS still_goes
FROM notice_delivery AS d
JOIN notice AS n ON n.id = d.notice_id
JOIN merchant_webhook AS w ON w.id = d.webhook_id
WHERE w.merchant_id = :merchant_id
ORDER BY d.id DESC LIMIT :row_limit;

-- name: delivery_of_merchant$
SELECT d.id FROM notice_delivery AS d JOIN merchant_webhook AS w ON w.id = d.webhook_id
WHERE d.id = :id AND w.merchant_id = :merchant_id AND w.ended_at IS NULL;

-- name: merchant_named$
SELECT id FROM merchant WHERE id = :id OR credit_code = :credit_code;
