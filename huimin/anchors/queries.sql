-- Every SQL statement of the anchors room. It alone writes anchor and tree_block.

-- name: newest_day_anchor^
-- The state from which the tree grows.
SELECT * FROM anchor WHERE day IS NOT NULL ORDER BY size DESC, id DESC LIMIT 1;

-- name: newest_anchor^
SELECT id, day, made_at, size, root, sha256 FROM anchor
WHERE made_at <= :latest ORDER BY id DESC LIMIT 1;

-- name: newest_sha256$
-- Of what was made while the clock was ahead, the last leads on only until something was added to it:
-- or all later anchors would name that one, for years.
SELECT sha256 FROM anchor
ORDER BY size DESC, CASE WHEN made_at <= :latest THEN 0 ELSE 1 END, id DESC LIMIT 1;

-- name: last_day_before$
SELECT MAX(day) FROM anchor WHERE day <= :day;

-- name: checkpoints
-- The signed text of every day, the oldest first.
SELECT checkpoint FROM anchor WHERE day IS NOT NULL ORDER BY id;

-- name: anchor_of_day^
SELECT * FROM anchor WHERE day = :day;

-- name: anchor_by_sha256^
SELECT * FROM anchor WHERE sha256 = :sha256;

-- name: day_of_checkpoint$
SELECT day FROM anchor WHERE checkpoint = :checkpoint;

-- name: day_sizes
-- Every day's anchor, in the order in which the tree grew.
SELECT day, size FROM anchor WHERE day IS NOT NULL ORDER BY size, id;

-- name: latest_days
-- As the tree grew: a day of a time when the clock was ahead would be the latest for years.
SELECT day FROM anchor WHERE day IS NOT NULL ORDER BY size DESC, id DESC LIMIT :row_limit;

-- name: last_days_of_months
SELECT MAX(day) AS day FROM anchor WHERE day IS NOT NULL GROUP BY substr(day, 1, 7) ORDER BY 1;

-- name: anchor_before^
-- The day's anchor from which the tree grew to this one.
SELECT * FROM anchor
WHERE day IS NOT NULL AND (size < :size OR (size = :size AND id < :id))
ORDER BY size DESC, id DESC LIMIT 1;

-- name: insert_anchor^
-- Nothing comes back where the day has one already.
INSERT INTO anchor (id, day, made_at, size, root, frontier, checkpoint, note, sha256)
VALUES (:id, :day, :made_at, :size, :root, :frontier, :checkpoint, :note, :sha256)
ON CONFLICT (day) DO NOTHING
RETURNING id;

-- name: insert_blocks*!
INSERT INTO tree_block (id, number, hash) VALUES (:id, :number, :hash);

-- name: blocks_between
SELECT number, hash FROM tree_block WHERE number >= :first AND number < :end ORDER BY number;

-- name: chain_hashes
-- A stretch of a chain, for the leaves of a tree.
SELECT sequence, hash FROM ledger
WHERE terminal_id = :terminal_id AND sequence > :after AND sequence <= :upto
ORDER BY sequence LIMIT :row_limit;

-- name: chain_hashes_from
SELECT hash FROM ledger
WHERE terminal_id = :terminal_id AND sequence > :after AND sequence <= :upto
ORDER BY sequence LIMIT :row_limit OFFSET :row_offset;

-- name: rows_between$
SELECT COUNT(*) FROM ledger
WHERE terminal_id = :terminal_id AND sequence > :after AND sequence <= :upto;

-- name: terminals_of_ledger
SELECT terminal_id FROM chain_head ORDER BY terminal_id;

-- name: last_row_of_chain^
SELECT sequence, hash, recorded_at FROM ledger
WHERE terminal_id = :terminal_id ORDER BY sequence DESC LIMIT 1;

-- name: last_recorded$
SELECT recorded_at FROM ledger WHERE terminal_id = :terminal_id AND recorded_at <= :until
ORDER BY sequence DESC LIMIT 1;

-- name: row_of_place^
SELECT sequence, hash, recorded_at FROM ledger
WHERE terminal_id = :terminal_id AND sequence = :sequence;

-- name: first_recorded$
-- When the oldest rows of the chains were recorded.
SELECT MIN(ledger.recorded_at) FROM chain_head
JOIN ledger ON ledger.terminal_id = chain_head.terminal_id AND ledger.sequence = 1;

-- name: sum_of_heads$
SELECT CAST(COALESCE(SUM(sequence), 0) AS BIGINT) FROM chain_head;

-- name: epochs
SELECT number, backup_at, began_at FROM epoch ORDER BY number;

-- name: epoch_heads
SELECT terminal_id, sequence FROM epoch_chain WHERE epoch = :epoch;

-- name: revoked_keys
SELECT key_id, revoked_at FROM revoked_card_key;
