-- Every SQL statement of the months room. It alone writes month_close and month_file; the lock itself
-- is the ledger's.

-- name: first_month$
-- The first month that anything counts in.
SELECT MIN(month) FROM rollup_month;

-- name: rows_count_in$
SELECT 1 FROM rollup_month WHERE month = :month LIMIT 1;

-- name: months_locked
SELECT month FROM month_lock;

-- name: lock_closes_of_month!
-- One at a time decides what becomes of a month's closings.
UPDATE month_close SET state = state WHERE month = :month;

-- name: last_version$
SELECT MAX(version) FROM month_close WHERE month = :month;

-- name: open_close^
SELECT * FROM month_close
WHERE month = :month AND state IN ('draft', 'prepared', 'reviewed', 'approved');

-- name: lock_close^
UPDATE month_close SET state = state WHERE month = :month AND version = :version RETURNING *;

-- name: close_by_version^
SELECT * FROM month_close WHERE month = :month AND version = :version;

-- name: closes_of_month
-- All of a month's, without the report that each froze.
SELECT id, month, version, state, county_name, report_sha256, checks_json, drafted_at, drafted_by,
    prepared_at, prepared_by, prepared_name, reviewed_at, reviewed_by, reviewed_name,
    approved_at, approved_by, approved_name, ended_at, ended_by, reason
FROM month_close WHERE month = :month ORDER BY version DESC;

-- name: latest_closes
-- The last version of each month, without what it froze.
SELECT c.month, c.version, c.state, c.report_sha256, c.prepared_name, c.prepared_at,
    c.reviewed_name, c.reviewed_at, c.approved_name, c.approved_at, c.reason
FROM month_close AS c
WHERE c.version = (SELECT MAX(version) FROM month_close AS other WHERE other.month = c.month)
ORDER BY c.month;

-- name: insert_draft!
-- No row when somebody else began the same closing at the same moment.
INSERT INTO month_close (
    id, month, version, state, county_name, template_id, report_json, report_sha256, checks_json,
    drafted_at, drafted_by
) VALUES (
    :id, :month, :version, 'draft', :county_name, :template_id, :report_json, :report_sha256,
    :checks_json, :drafted_at, :drafted_by
)
ON CONFLICT DO NOTHING;

-- name: renew_draft!
UPDATE month_close SET county_name = :county_name, template_id = :template_id, report_json = :report_json,
    report_sha256 = :report_sha256, checks_json = :checks_json, drafted_at = :drafted_at,
    drafted_by = :drafted_by
WHERE id = :id AND state = 'draft';

-- name: prepare_close!
UPDATE month_close SET state = 'prepared', checks_json = :checks_json, prepared_at = :at,
    prepared_by = :by, prepared_name = :name
WHERE id = :id AND state = 'draft';

-- name: review_close!
UPDATE month_close SET state = 'reviewed', reviewed_at = :at, reviewed_by = :by,
    reviewed_name = :name
WHERE id = :id AND state = 'prepared';

-- name: approve_close!
UPDATE month_close SET state = 'approved', approved_at = :at, approved_by = :by,
    approved_name = :name
WHERE id = :id AND state = 'reviewed';

-- name: end_close!
UPDATE month_close SET state = :state, ended_at = :at, ended_by = :by, reason = :reason
WHERE id = :id;

-- name: insert_file!
INSERT INTO month_file (id, close_id, form, sha256, size_bytes)
VALUES (:id, :close_id, :form, :sha256, :size_bytes);

-- name: files_of_close
SELECT form, sha256, size_bytes FROM month_file WHERE close_id = :close_id ORDER BY form;

-- name: files_of_month
SELECT f.close_id, f.form, f.sha256, f.size_bytes
FROM month_file AS f JOIN month_close AS c ON c.id = f.close_id
WHERE c.month = :month ORDER BY f.form;

-- name: approved_versions
-- All that was ever signed, whatever became of it.
SELECT month, version FROM month_close WHERE state IN ('approved', 'reopened')
ORDER BY month, version;

-- name: approved_since
SELECT month, version FROM month_close WHERE state = 'approved' AND approved_at >= :since
ORDER BY month, version;

-- name: offline_allowed^
-- The longest pack of a policy that was published by now and held in the days, and for how many days
-- a sale without network is entered by itself.
SELECT COALESCE(MAX(offline_hours), 0) AS hours, COALESCE(MAX(offline_send_days), 0) AS send_days
FROM policy
WHERE published_at IS NOT NULL AND starts_on <= :last_day
    AND (ends_on IS NULL OR ends_on >= :first_day);

-- name: tills_not_back
-- Tills in use whose last row in the ledger was written from :since on and before :month_end, and of
-- which nothing has been heard from then on: no row, no offline sale, no look at a card.
SELECT terminal.code, terminal.label, outlet.name AS outlet_name, last.recorded_at
FROM chain_head
JOIN terminal ON terminal.id = chain_head.terminal_id
JOIN outlet ON outlet.id = terminal.outlet_id
JOIN ledger AS last
    ON last.terminal_id = chain_head.terminal_id AND last.sequence = chain_head.sequence
WHERE terminal.state = 'active' AND last.recorded_at >= :since AND last.recorded_at < :month_end
    AND NOT EXISTS (SELECT 1 FROM offline_item
        WHERE offline_item.terminal_id = terminal.id AND offline_item.recorded_at >= :month_end)
    AND terminal.id NOT IN (SELECT card_lookup.terminal_id FROM card_lookup
        WHERE card_lookup.at >= :month_end AND card_lookup.terminal_id IS NOT NULL)
ORDER BY outlet.name, terminal.label;

-- name: devices_not_back
-- Devices seen from :since on that held unsent sales when they were last seen, or, if they are in
-- use, have not been seen since :month_end.
SELECT terminal.code, terminal.label, outlet.name AS outlet_name, device.last_seen_at,
    device.unsent_count, device.unsent_fen
FROM till_device AS device
JOIN terminal ON terminal.id = device.terminal_id
JOIN outlet ON outlet.id = terminal.outlet_id
WHERE device.last_seen_at >= :since AND (device.unsent_count > 0
    OR (:offline_allowed = 1 AND device.ended_at IS NULL AND terminal.state = 'active'
        AND device.last_seen_at < :month_end))
ORDER BY device.unsent_count DESC, outlet.name, terminal.label, device.id;

-- name: claims_open$
SELECT CAST(COUNT(*) AS BIGINT) FROM claim
WHERE state = 'submitted' AND business_day >= :first_day AND business_day <= :last_day;

-- name: alerts_open$
SELECT CAST(COUNT(*) AS BIGINT) FROM alert
WHERE state = 'open' AND business_day >= :first_day AND business_day <= :last_day;
