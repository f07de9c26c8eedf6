-- Every SQL statement of the reach room.

-- name: counts_of_town
-- By village, of the living whose eligibility is in force on the day: how many there are, how many
-- have a card that is valid, and how many used one in the month. :town is nine digits.
SELECT h.division_code,
       COUNT(*) AS entitled,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM card AS c
           WHERE c.holder_id = h.id AND c.state = 'active' AND c.expires_on >= :day)
           THEN 1 ELSE 0 END) AS BIGINT) AS carded,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM card AS c
           JOIN rollup_month_card AS r ON r.month = :month AND r.card_id = c.id
           WHERE c.holder_id = h.id AND c.first_used_on IS NOT NULL)
           THEN 1 ELSE 0 END) AS BIGINT) AS used
FROM holder AS h
WHERE substr(h.division_code, 1, 9) = :town AND h.erased_at IS NULL
  AND EXISTS (SELECT 1 FROM eligibility AS e
              WHERE e.holder_id = h.id AND e.starts_on <= :day
                AND (e.ends_on IS NULL OR e.ends_on >= :day))
GROUP BY h.division_code
ORDER BY h.division_code;

-- name: counts_of_county
-- The same by town, in one pass over holder_town, in its order, and over other indexes alone. Of a
-- holder's cards one at the most is active. Joins, where a town's people are looked up one by one:
-- for a whole county PostgreSQL hashes them, and SQLite needs as long as for look-ups.
SELECT substr(h.division_code, 1, 9) || '000' AS town_code,
       COUNT(*) AS entitled, COUNT(valid.holder_id) AS carded, COUNT(used.holder_id) AS used
FROM holder AS h
LEFT JOIN card AS valid
    ON valid.holder_id = h.id AND valid.state = 'active' AND valid.expires_on >= :day
LEFT JOIN (SELECT DISTINCT c.holder_id FROM rollup_month_card AS r
           JOIN card AS c ON c.id = r.card_id
           WHERE r.month = :month) AS used ON used.holder_id = h.id
WHERE h.erased_at IS NULL
  AND EXISTS (SELECT 1 FROM eligibility AS e
              WHERE e.holder_id = h.id AND e.starts_on <= :day
                AND (e.ends_on IS NULL OR e.ends_on >= :day))
GROUP BY substr(h.division_code, 1, 9)
ORDER BY substr(h.division_code, 1, 9);

-- name: saved_by_division
-- What the month's sales saved, by where the holder lived. :town is nine digits, or NULL for all.
SELECT division_code, discount_fen AS saved_fen
FROM rollup_month_village
WHERE month = :month
  AND (CAST(:town AS TEXT) IS NULL OR substr(division_code, 1, 9) = :town);

-- name: kept_counts
SELECT town_code, entitled, carded, used, counted_at FROM reach_count
WHERE day = :day AND month = :month ORDER BY town_code;

-- name: keep_count*!
INSERT INTO reach_count (day, month, town_code, entitled, carded, used, counted_at)
VALUES (:day, :month, :town_code, :entitled, :carded, :used, :counted_at)
ON CONFLICT DO NOTHING;

-- name: forget_counts!
-- What was counted in its own month is kept for a while: a later month is compared with it.
DELETE FROM reach_count
WHERE day < :kept_since OR (day < :day AND substr(day, 1, 7) <> month);

-- name: counted_on^
-- The whole county as it was counted on the day, for the month of that day; NULLs where it was not.
SELECT CAST(SUM(entitled) AS BIGINT) AS entitled, CAST(SUM(used) AS BIGINT) AS used
FROM reach_count WHERE day = :day AND month = :month;

-- name: last_day_counted$
SELECT MAX(day) FROM reach_count WHERE month = :month AND substr(day, 1, 7) = month;

-- part: of_town
    AND substr(h.division_code, 1, 9) = :town

-- part: of_villages
-- Read in the order of villages from the index of divisions: a page ends where it has enough.
    AND h.division_code >= :first_village AND h.division_code <= :last_village

-- part: entitled
    AND (CAST(:division_code AS TEXT) IS NULL OR h.division_code = :division_code)
    AND (CAST(:result AS TEXT) IS NULL OR COALESCE((
        SELECT r.result FROM reach_contact AS r WHERE r.id = (
            SELECT MAX(m.id) FROM reach_contact AS m WHERE m.holder_id = h.id)
    ), 'none') = :result)
    AND (CAST(:due_by AS TEXT) IS NULL OR (
        SELECT r.next_on FROM reach_contact AS r WHERE r.id = (
            SELECT MAX(m.id) FROM reach_contact AS m WHERE m.holder_id = h.id)) <= :due_by)
    AND EXISTS (SELECT 1 FROM eligibility AS e
                WHERE e.holder_id = h.id AND e.starts_on <= :day
                    AND (e.ends_on IS NULL OR e.ends_on >= :day))

-- part: valid_card
        SELECT 1 FROM card AS c
        WHERE c.holder_id = h.id AND c.state = 'active' AND c.expires_on >= :day

-- part: used_card
        SELECT 1 FROM card AS c WHERE c.holder_id = h.id AND c.first_used_on IS NOT NULL

-- part: used_lately
        SELECT 1 FROM card AS c WHERE c.holder_id = h.id AND EXISTS (
            SELECT 1 FROM ledger AS l
            WHERE l.card_id = c.id AND l.occurred_at >= :since AND l.kind = 'redemption')

-- part: people
SELECT h.id, h.name, h.division_code,
    NULL AS last_used_at
FROM holder AS h

-- part: people_with_last_use
SELECT h.id, h.name, h.division_code,
    (SELECT MAX(l.occurred_at) FROM card AS c JOIN ledger AS l ON l.card_id = c.id
        WHERE c.holder_id = h.id AND l.kind = 'redemption') AS last_used_at
FROM holder AS h

-- part: without_card
    -- with: entitled
    AND NOT EXISTS (
        -- with: valid_card
    )

-- part: never_used
    -- with: entitled
    AND EXISTS (
        -- with: valid_card
    )
    AND NOT EXISTS (
        -- with: used_card
    )

-- part: not_lately
    AND EXISTS (
        -- with: used_card
    )
    AND EXISTS (
        -- with: valid_card
    )
    -- with: entitled
    AND NOT EXISTS (
        -- with: used_lately
    )

-- name: unreached_without_card
-- read both ways
-- Entitled, and none of the person's cards is valid.
-- with: people
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_town
    -- with: without_card
ORDER BY h.id
LIMIT :row_limit;

-- name: villages_without_card
-- read both ways
-- sorted by: village h.division_code
-- The same by village.
-- with: people
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_villages
    -- with: without_card
ORDER BY h.id
LIMIT :row_limit;

-- name: unreached_never_used
-- read both ways
-- Entitled with a valid card, and no card of the person was ever used.
-- with: people
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_town
    -- with: never_used
ORDER BY h.id
LIMIT :row_limit;

-- name: villages_never_used
-- read both ways
-- sorted by: village h.division_code
-- The same by village.
-- with: people
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_villages
    -- with: never_used
ORDER BY h.id
LIMIT :row_limit;

-- name: unreached_not_lately
-- read both ways
-- Entitled with a valid card that was used once, and none of the person's cards since :since.
-- with: people_with_last_use
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_town
    -- with: not_lately
ORDER BY h.id
LIMIT :row_limit;

-- name: villages_not_lately
-- read both ways
-- sorted by: village h.division_code
-- The same by village.
-- with: people_with_last_use
WHERE h.erased_at IS NULL AND h.id > :after
    -- with: of_villages
    -- with: not_lately
ORDER BY h.id
LIMIT :row_limit;

-- name: located_villages
SELECT code, latitude_microdegrees, longitude_microdegrees FROM division
WHERE substr(code, 1, 9) = :town AND latitude_microdegrees IS NOT NULL;

-- name: located_outlets
-- Where active outlets of active merchants stand, as far as is known.
SELECT o.kind, o.name, o.latitude_microdegrees, o.longitude_microdegrees
FROM outlet AS o JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.state = 'active' AND m.state = 'active' AND o.latitude_microdegrees IS NOT NULL
ORDER BY o.id;

-- name: person_to_contact^
SELECT id, name, division_code, phone_cipher FROM holder WHERE id = :id AND erased_at IS NULL;

-- name: last_contact^
SELECT contacted_on, result, next_on, noted_at, noted_by FROM reach_contact
WHERE holder_id = :holder_id ORDER BY id DESC LIMIT 1;

-- name: contacts_of
SELECT * FROM reach_contact WHERE holder_id = :holder_id ORDER BY id DESC LIMIT 200;

-- name: insert_contact!
INSERT INTO reach_contact (
    id, holder_id, contacted_on, result, next_on, note_cipher, noted_at, noted_by
) VALUES (:id, :holder_id, :contacted_on, :result, :next_on, :note_cipher, :noted_at, :noted_by);

-- name: phone_seen^
SELECT id FROM audit_event WHERE subject_kind = 'holder' AND subject_id = :holder_id
    AND action = 'holder.phone_shown' AND actor = :actor AND at >= :since AND reason = :reason
LIMIT 1;
