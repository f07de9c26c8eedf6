-- Every SQL statement of the division_changes room.

-- name: insert_list!
INSERT INTO division_change_list (id, state, file_name, file_sha256, proposed_at, proposed_by)
VALUES (:id, 'proposed', :file_name, :file_sha256, :now, :actor);

-- name: insert_change*!
INSERT INTO division_change (id, list_id, place, line, kind, level, effective_on, old_code, old_name,
    new_code, new_name, basis)
VALUES (:id, :list_id, :place, :line, :kind, :level, :effective_on, :old_code, :old_name,
    :new_code, :new_name, :basis);

-- name: list_by_id^
SELECT * FROM division_change_list WHERE id = :id;

-- name: decide_list^
-- A proposed list is decided; an approved one of which nothing has taken effect may still be withdrawn.
UPDATE division_change_list SET state = :state, decided_at = :now, decided_by = :actor,
    decision_reason = :reason
WHERE id = :id AND (state = 'proposed' OR (state = 'approved' AND :state = 'withdrawn'
    AND NOT EXISTS (SELECT 1 FROM division_change
        WHERE list_id = division_change_list.id AND applied_at IS NOT NULL)))
RETURNING *;

-- name: lists_before
-- read both ways
-- sorted by: at
-- sorted by: state list.state
-- Lists of changes, the latest first.
SELECT list.id, list.state, list.file_name, list.proposed_at, list.proposed_by, list.decided_at,
    list.decided_by,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM division_change WHERE list_id = list.id) AS changes,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM division_change
     WHERE list_id = list.id AND applied_at IS NOT NULL) AS applied,
    (SELECT MIN(effective_on) FROM division_change WHERE list_id = list.id) AS first_day
FROM division_change_list AS list
WHERE list.id < :before AND (CAST(:state AS TEXT) IS NULL OR list.state = :state)
ORDER BY list.id DESC LIMIT :row_limit;

-- name: changes_of
SELECT * FROM division_change WHERE list_id = :list_id ORDER BY place;

-- name: undone_codes
-- The codes that lists speak of which are not decided, or not in effect yet; but for one list.
SELECT old_code AS code FROM division_change AS change
JOIN division_change_list AS list ON list.id = change.list_id
WHERE list.state IN ('proposed', 'approved') AND applied_at IS NULL AND list.id <> :but
    AND old_code IS NOT NULL
UNION
SELECT new_code AS code FROM division_change AS change
JOIN division_change_list AS list ON list.id = change.list_id
WHERE list.state IN ('proposed', 'approved') AND applied_at IS NULL AND list.id <> :but
    AND new_code IS NOT NULL;

-- name: due_lists
-- Approved lists of which something is to take effect by a day, the earliest first.
SELECT list_id AS id, MIN(effective_on) AS first_day FROM division_change AS change
JOIN division_change_list AS list ON list.id = change.list_id
WHERE list.state = 'approved' AND applied_at IS NULL AND effective_on <= :today
GROUP BY list_id ORDER BY first_day, list_id;

-- name: due_changes
SELECT * FROM division_change
WHERE list_id = :list_id AND applied_at IS NULL AND effective_on <= :today ORDER BY place;

-- name: mark_applied!
UPDATE division_change SET applied_at = :now WHERE id = :id;

-- name: waiting_lists$
-- How many lists wait for somebody to decide.
SELECT CAST(COUNT(*) AS BIGINT) FROM division_change_list WHERE state = 'proposed';

-- name: locked_months
SELECT month FROM month_lock;

-- name: occupants^
-- What stands under exactly this code now.
SELECT
    (SELECT CAST(COUNT(*) AS BIGINT) FROM holder WHERE division_code = :code AND erased_at IS NULL) AS people,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM family_member
     JOIN holder ON holder.id = family_member.holder_id
     WHERE holder.division_code = :code AND holder.erased_at IS NULL AND family_member.ended_at IS NULL) AS family,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM outlet WHERE division_code = :code AND state <> 'ended') AS outlets,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM staff WHERE division_code = :code AND state = 'active') AS staff,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM card
     JOIN holder ON holder.id = card.holder_id
     WHERE holder.division_code = :code AND card.state = 'active' AND card.printed_at IS NULL) AS unprinted,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM application
     JOIN holder ON holder.id = application.holder_id
     WHERE holder.division_code = :code AND application.state = 'submitted') AS applications,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM merchant_application
     WHERE division_code = :code AND state = 'submitted') AS merchant_applications;

-- name: people_in
-- Living people under exactly this code, with their live card.
SELECT holder.id, holder.name, card.number AS card_number FROM holder
LEFT JOIN card ON card.holder_id = holder.id AND card.state IN ('active', 'suspended', 'lost')
WHERE holder.division_code = :code AND holder.erased_at IS NULL ORDER BY holder.id;

-- name: holders_in
SELECT id FROM holder WHERE division_code = :code ORDER BY id;

-- name: outlets_in
SELECT id FROM outlet WHERE division_code = :code ORDER BY id;

-- name: staff_in
SELECT id FROM staff WHERE division_code = :code ORDER BY id;

-- name: merchant_applications_in
SELECT id FROM merchant_application WHERE division_code = :code AND state = 'submitted' ORDER BY id;

-- name: went_from
-- What the change that ended a division last took along and where it is now.
SELECT move.subject_kind, move.subject_id FROM division_move AS move
WHERE move.old_code = :code AND move.change_id = (SELECT change_id FROM division_past
    WHERE code = :code ORDER BY valid_until DESC, id DESC LIMIT 1)
ORDER BY move.id;

-- name: insert_move*!
INSERT INTO division_move (id, change_id, subject_kind, subject_id, effective_on, old_code, new_code)
VALUES (:id, :change_id, :subject_kind, :subject_id, :effective_on, :old_code, :new_code);

-- name: move_all_holder!
-- Everybody at once: a statement for each person would keep the tills waiting.
UPDATE holder SET division_code = :new_code WHERE division_code = :old_code;

-- name: move_holder*!
UPDATE holder SET division_code = :new_code WHERE id = :subject_id AND division_code = :old_code;

-- name: move_outlet*!
UPDATE outlet SET division_code = :new_code WHERE id = :subject_id AND division_code = :old_code;

-- name: move_staff*!
UPDATE staff SET division_code = :new_code WHERE id = :subject_id AND division_code = :old_code;

-- name: move_merchant_application*!
UPDATE merchant_application SET division_code = :new_code
WHERE id = :subject_id AND division_code = :old_code AND state = 'submitted';

-- name: subjects_at
-- Which of these kinds of things are under a code now: to bring back what went from another.
SELECT 'holder' AS subject_kind, id AS subject_id FROM holder WHERE division_code = :code
UNION ALL SELECT 'outlet', id FROM outlet WHERE division_code = :code
UNION ALL SELECT 'staff', id FROM staff WHERE division_code = :code;

-- name: moves_of_change
SELECT subject_kind, CAST(COUNT(*) AS BIGINT) AS count FROM division_move
WHERE change_id = :change_id GROUP BY subject_kind;

-- name: division_row^
SELECT code, name, level, parent_code, valid_from, valid_until, successor_code,
    latitude_microdegrees, longitude_microdegrees
FROM division WHERE code = :code;

-- name: insert_division!
INSERT INTO division (code, name, level, parent_code, valid_from, latitude_microdegrees,
    longitude_microdegrees)
VALUES (:code, :name, :level, :parent_code, :valid_from, :latitude_microdegrees,
    :longitude_microdegrees);

-- name: revive_division!
UPDATE division SET name = :name, valid_from = :valid_from, valid_until = NULL, successor_code = NULL
WHERE code = :code;

-- name: rename_division!
UPDATE division SET name = :name, valid_from = :valid_from WHERE code = :code;

-- name: end_division!
UPDATE division SET valid_until = :valid_until, successor_code = :successor_code WHERE code = :code;

-- name: insert_past!
INSERT INTO division_past (id, change_id, code, name, valid_from, valid_until, successor_code)
VALUES (:id, :change_id, :code, :name, :valid_from, :valid_until, :successor_code);

-- name: forget_reach_of_day!
-- The day's counts by town are of the towns of before; the next look counts again.
DELETE FROM reach_count WHERE day >= :day;

-- name: divisions_after
-- read both ways
-- sorted by: name division.name
-- sorted by: town COALESCE(town.name, '')
-- sorted by: level division.level
-- Every division there is or was, by code, with its town and how many changes speak of it.
SELECT division.code AS id, division.code, division.name, division.level, division.valid_from, division.valid_until,
    division.successor_code, town.name AS town_name, successor.name AS successor_name,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM division_past WHERE code = division.code) AS past
FROM division
LEFT JOIN division AS town ON town.code = division.parent_code AND division.level = 'village'
LEFT JOIN division AS successor ON successor.code = division.successor_code
WHERE division.code > :after AND division.level <> 'county'
    AND (CAST(:level AS TEXT) IS NULL OR division.level = :level)
    AND (CAST(:state AS TEXT) IS NULL OR (:state = 'living') = (division.valid_until IS NULL))
    AND (CAST(:text AS TEXT) IS NULL OR substr(division.code, 1, length(:text)) = :text
        OR lower(division.name) LIKE :pattern ESCAPE '!'
        OR EXISTS (SELECT 1 FROM division_past
            WHERE code = division.code AND lower(name) LIKE :pattern ESCAPE '!')
        OR EXISTS (SELECT 1 FROM division AS before
            WHERE before.successor_code = division.code AND lower(before.name) LIKE :pattern ESCAPE '!'))
ORDER BY division.code LIMIT :row_limit;

-- name: changes_about
-- The changes that speak of a division, the latest day first.
SELECT change.*, list.state, list.file_name FROM division_change AS change
JOIN division_change_list AS list ON list.id = change.list_id
WHERE (change.old_code = :code OR change.new_code = :code) AND list.state IN ('proposed', 'approved')
ORDER BY change.effective_on DESC, change.id DESC;
