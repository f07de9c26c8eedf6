-- Every SQL statement of the divisions room.

-- name: division_by_code^
SELECT code, name, level, parent_code FROM division WHERE code = :code;

-- name: all_divisions
SELECT code, name, level, parent_code FROM division ORDER BY code;

-- name: put_division*!
INSERT INTO division (code, name, level, parent_code)
VALUES (:code, :name, :level, :parent_code)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, parent_code = excluded.parent_code;

-- name: locate_division!
UPDATE division SET latitude_microdegrees = :latitude_microdegrees,
    longitude_microdegrees = :longitude_microdegrees
WHERE code = :code;
