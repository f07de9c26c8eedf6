-- Every SQL statement of the jobs room.

-- name: insert_job!
INSERT INTO job (
    id, kind, state, step, done_count, total_count, asked_json, cancel_asked, created_at,
    created_by, heartbeat_at
) VALUES (
    :id, :kind, 'running', :step, 0, 0, :asked_json, 0, :now, :created_by, :now
);

-- name: job_by_id^
SELECT * FROM job WHERE id = :id;

-- name: note_progress^
UPDATE job SET step = :step, done_count = :done_count, total_count = :total_count,
    heartbeat_at = :now
WHERE id = :id AND state = 'running'
RETURNING cancel_asked;

-- name: finish_job!
UPDATE job SET state = :state, result_json = :result_json, finished_at = :now
WHERE id = :id AND state = 'running';

-- name: ask_cancel!
UPDATE job SET cancel_asked = 1 WHERE id = :id AND state = 'running';

-- name: lost_jobs
-- Running jobs that have been silent too long: their process has died.
UPDATE job SET state = 'failed', finished_at = :now, result_json = :result_json
WHERE state = 'running' AND heartbeat_at < :stale
RETURNING id;

-- name: jobs_before
-- read both ways
-- sorted by: at
-- sorted by: state job.state
-- sorted by: by job.created_by
SELECT * FROM job WHERE kind LIKE :kinds AND id < :before ORDER BY id DESC LIMIT :row_limit;

-- name: old_jobs
SELECT id FROM job WHERE finished_at < :before;

-- name: insert_timer_run!
INSERT INTO timer_run (id, what, started_at, ended_at, outcome, detail)
VALUES (:id, :what, :started_at, :ended_at, :outcome, :detail);

-- name: newest_timer_run^
SELECT what, started_at, ended_at, outcome, detail FROM timer_run
WHERE what = :what AND ended_at <= :latest ORDER BY id DESC LIMIT 1;

-- name: newest_good_timer_run^
SELECT what, started_at, ended_at, outcome, detail FROM timer_run
WHERE what = :what AND outcome <> 'failed' AND ended_at <= :latest ORDER BY id DESC LIMIT 1;
