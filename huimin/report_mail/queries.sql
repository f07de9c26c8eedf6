-- Every SQL statement of the report_mail room.

-- name: insert_recipient^
-- Nothing comes back where the same goes to the address already, or waits for approval.
INSERT INTO report_recipient (
    id, name, address, purpose, form, schedule, day_of_month, state, proposed_at, proposed_by
) VALUES (
    :id, :name, :address, :purpose, :form, :schedule, :day_of_month, 'proposed', :now, :actor
)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: lock_recipients!
-- Of two proposals at once the second sees the first, also of the very first two: the county's own row
-- is always there to wait for.
UPDATE division SET name = name WHERE level = 'county';

-- name: count_live$
SELECT COUNT(*) FROM report_recipient WHERE state IN ('proposed', 'approved');

-- name: other_schedule$
-- What else goes to the address: the month on two days, or running and closed, could be subtracted.
SELECT schedule FROM report_recipient
WHERE address = :address AND state IN ('proposed', 'approved')
    AND (schedule <> :schedule OR COALESCE(day_of_month, 0) <> COALESCE(CAST(:day_of_month AS BIGINT), 0))
LIMIT 1;

-- name: recipient_by_id^
SELECT * FROM report_recipient WHERE id = :id;

-- name: decide_recipient^
UPDATE report_recipient
SET state = :state, decided_at = :now, decided_by = :actor, decision_reason = :reason
WHERE id = :id AND state = 'proposed'
RETURNING id;

-- name: end_recipient^
UPDATE report_recipient
SET state = 'ended', ended_at = :now, ended_by = :actor, end_reason = :reason
WHERE id = :id AND state IN ('proposed', 'approved')
RETURNING id;

-- name: give_up_mails!
-- What waits for an address to which nothing goes any more.
UPDATE notice_delivery SET state = 'failed', last_error = 'recipient_ended'
WHERE state = 'waiting' AND notice_id IN (
    SELECT notice_id FROM report_mail WHERE recipient_id = :recipient_id);

-- name: recipients_before
-- read both ways
-- A page of the recipients, the latest first.
SELECT r.*, (SELECT MAX(m.made_at) FROM report_mail AS m WHERE m.recipient_id = r.id) AS last_made_at
FROM report_recipient AS r
WHERE r.id < :before AND (CAST(:state AS TEXT) IS NULL OR r.state = :state)
ORDER BY r.id DESC LIMIT :row_limit;

-- name: approved_recipients
SELECT * FROM report_recipient WHERE state = 'approved' ORDER BY id;

-- name: months_closed_since
SELECT month, version, approved_at FROM month_close
WHERE state = 'approved' AND approved_at >= :since ORDER BY month;

-- name: mails_to_approved
-- What was made for the addresses to which anything goes, for this recipient or an earlier one.
SELECT recipient_id, address, month, period, as_of FROM report_mail
WHERE address IN (SELECT address FROM report_recipient WHERE state = 'approved');

-- name: lock_approved
-- Still wanted: nobody can end it, or post another to its address, before what is written with it is there.
UPDATE report_recipient SET state = state WHERE address = :address AND state = 'approved'
RETURNING id;

-- name: insert_mail!
INSERT INTO report_mail (
    id, recipient_id, period, month, as_of, address, file_name, sha256, size_bytes, notice_id, made_at
) VALUES (
    :id, :recipient_id, :period, :month, :as_of, :address, :file_name, :sha256, :size_bytes,
    :notice_id, :made_at
);

-- name: mails_of_month
SELECT recipient_id, address, month, period, as_of FROM report_mail
WHERE address = :address AND month = :month;

-- name: notice_of_key$
SELECT id FROM notice WHERE key = :key;

-- name: files_still_needed
SELECT DISTINCT m.sha256 FROM report_mail AS m
JOIN notice_delivery AS d ON d.notice_id = m.notice_id
WHERE d.state <> 'sent' AND COALESCE(d.last_error, '') <> 'recipient_ended'
UNION
-- Anchors go out as attachments as well, each named by its SHA-256.
SELECT a.sha256 FROM notice_delivery AS d
JOIN notice AS n ON n.id = d.notice_id
JOIN anchor AS a ON n.key = 'anchor/' || a.day
WHERE d.state = 'waiting';

-- name: mails_before
-- read both ways
-- What was made for whom and what became of it, the latest first; of one recipient, or of all.
SELECT m.id, m.recipient_id, r.name, m.address, m.month, m.period, m.as_of, m.file_name, m.sha256,
    m.size_bytes, m.made_at, d.id AS delivery_id, d.state, d.attempts, d.tried_at, d.sent_at, d.last_error
FROM report_mail AS m
JOIN report_recipient AS r ON r.id = m.recipient_id
JOIN notice_delivery AS d ON d.notice_id = m.notice_id
WHERE m.id < :before
    AND (CAST(:recipient_id AS TEXT) IS NULL OR m.recipient_id = :recipient_id)
    AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
ORDER BY m.id DESC LIMIT :row_limit;

-- name: attempts_of_recipient
SELECT a.at, a.problem, m.period, m.file_name FROM notice_attempt AS a
JOIN notice_delivery AS d ON d.id = a.delivery_id
JOIN report_mail AS m ON m.notice_id = d.notice_id
WHERE m.recipient_id = :recipient_id
ORDER BY a.id DESC LIMIT :row_limit;
