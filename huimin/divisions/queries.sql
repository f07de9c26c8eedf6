-- Every SQL statement of the divisions room.

-- name: division_by_code^
-- None for a division that is over.
SELECT code, name, level, parent_code FROM division WHERE code = :code AND valid_until IS NULL;

-- name: all_divisions
SELECT code, name, level, parent_code FROM division WHERE valid_until IS NULL ORDER BY code;

-- name: lives_now
-- Every code that there is or was, with the name that it has or had last.
SELECT code, name, level, parent_code, valid_from, valid_until, successor_code
FROM division ORDER BY code;

-- name: past_lives
-- What divisions were until a day, the oldest first, with the change that ended it.
SELECT past.code, past.name, past.valid_from, past.valid_until, past.successor_code,
    division.level, division.parent_code, change.kind, change.effective_on, change.basis
FROM division_past AS past
JOIN division ON division.code = past.code
JOIN division_change AS change ON change.id = past.change_id
ORDER BY past.valid_until, past.id;

-- name: any_past$
SELECT 1 AS one FROM division_past LIMIT 1;

-- name: outlets_before
-- Where outlets stood before the first change that took effect for them after a day; that change's last.
SELECT subject_id, old_code FROM division_move
WHERE subject_kind = 'outlet' AND effective_on > :day
ORDER BY effective_on DESC, id DESC;

-- name: code_before$
-- Where a holder was counted before the first change that took effect for them after a day.
SELECT old_code FROM division_move
WHERE subject_id = :holder_id AND subject_kind = 'holder' AND effective_on > :day
ORDER BY effective_on, id LIMIT 1;

-- name: county_code$
SELECT code FROM division WHERE level = 'county' ORDER BY code LIMIT 1;

-- name: put_division*!
INSERT INTO division (code, name, level, parent_code)
VALUES (:code, :name, :level, :parent_code)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, parent_code = excluded.parent_code;

-- name: locate_division!
UPDATE division SET latitude_microdegrees = :latitude_microdegrees,
    longitude_microdegrees = :longitude_microdegrees
WHERE code = :code;
