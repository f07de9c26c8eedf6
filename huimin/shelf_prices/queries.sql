-- Every SQL statement of the shelf prices room.

-- part: photo
-- The photo of a price, unless its time is over.
(SELECT picture.id FROM picture
    WHERE picture.id = shelf_price.picture_id AND picture.removed_at IS NULL) AS photo_id,

-- name: insert_good$
-- Nothing comes back when such a good is in the basket already.
INSERT INTO basket_good (id, name, specification, unit, starts_on, added_at, added_by)
VALUES (:id, :name, :specification, :unit, :starts_on, :added_at, :added_by)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: end_good^
-- A good that has not begun ends on the day on which it would have.
UPDATE basket_good SET ended_at = :ended_at, ended_by = :ended_by,
    ends_on = CASE WHEN starts_on > :ends_on THEN starts_on ELSE :ends_on END
WHERE id = :id AND ends_on IS NULL
RETURNING *;

-- name: goods_on
SELECT * FROM basket_good
WHERE starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day)
ORDER BY id;

-- name: all_goods
SELECT basket_good.*,
    (SELECT COUNT(*) FROM shelf_price WHERE shelf_price.good_id = basket_good.id) AS recorded
FROM basket_good
ORDER BY CASE WHEN ends_on IS NULL THEN 0 ELSE 1 END, id;

-- name: good_by_id^
SELECT * FROM basket_good WHERE id = :id;

-- name: insert_price!
INSERT INTO shelf_price (
    id, good_id, outlet_id, seen_on, month, price_fen, picture_id, recorded_at, recorded_by
) VALUES (
    :id, :good_id, :outlet_id, :seen_on, :month, :price_fen, :picture_id, :recorded_at, :recorded_by
);

-- part: last_of_month
-- Of each outlet the last price of the month: the latest day's, and of that day the last written down.
NOT EXISTS (
    SELECT 1 FROM shelf_price AS later
    WHERE later.good_id = shelf_price.good_id AND later.month = shelf_price.month
        AND later.outlet_id = shelf_price.outlet_id
        AND (later.seen_on > shelf_price.seen_on
            OR (later.seen_on = shelf_price.seen_on AND later.id > shelf_price.id)))

-- name: prices_of_good
SELECT
-- with: photo
    shelf_price.*, outlet.name AS outlet_name, outlet.kind AS outlet_kind, outlet.division_code,
    town.name AS town_name
FROM shelf_price
JOIN outlet ON outlet.id = shelf_price.outlet_id
LEFT JOIN division AS town ON town.code = substr(outlet.division_code, 1, 9) || '000'
WHERE shelf_price.good_id = :good_id AND shelf_price.month = :month AND
-- with: last_of_month
ORDER BY shelf_price.outlet_id;

-- name: prices_of_month
SELECT basket_good.*, shelf_price.price_fen
FROM shelf_price
JOIN basket_good ON basket_good.id = shelf_price.good_id
WHERE shelf_price.month = :month AND
-- with: last_of_month
ORDER BY basket_good.id, shelf_price.outlet_id;

-- name: months_of_good
SELECT shelf_price.month, shelf_price.price_fen FROM shelf_price
WHERE shelf_price.good_id = :good_id AND shelf_price.month >= :first_month
    AND shelf_price.month <= :last_month AND
-- with: last_of_month
ORDER BY shelf_price.month, shelf_price.outlet_id;

-- name: months_with_prices
SELECT DISTINCT month FROM shelf_price ORDER BY month DESC;

-- name: prices_at
-- The last one of each good comes last.
SELECT * FROM shelf_price WHERE outlet_id = :outlet_id AND seen_on = :day ORDER BY id;

-- name: outlets_taking_part
SELECT outlet.id, outlet.name, outlet.kind, town.name AS town_name
FROM outlet
JOIN merchant ON merchant.id = outlet.merchant_id
LEFT JOIN division AS town ON town.code = substr(outlet.division_code, 1, 9) || '000'
WHERE outlet.state = 'active' AND merchant.state = 'active'
ORDER BY outlet.name, outlet.id;

-- name: outlet_by_id^
SELECT outlet.id, outlet.name, outlet.kind, outlet.address FROM outlet
JOIN merchant ON merchant.id = outlet.merchant_id
WHERE outlet.id = :id AND outlet.state = 'active' AND merchant.state = 'active';

-- part: price_and_names
SELECT
-- with: photo
    shelf_price.*, basket_good.name AS good_name, basket_good.specification, basket_good.unit,
    outlet.name AS outlet_name, town.name AS town_name, staff.name AS recorder_name
FROM shelf_price
JOIN basket_good ON basket_good.id = shelf_price.good_id
JOIN outlet ON outlet.id = shelf_price.outlet_id
LEFT JOIN division AS town ON town.code = substr(outlet.division_code, 1, 9) || '000'
LEFT JOIN staff ON staff.username = shelf_price.recorded_by

-- name: prices_before
-- read both ways
-- sorted by: at
-- The latest first.
-- with: price_and_names
WHERE shelf_price.id < :before
    AND (CAST(:good_id AS TEXT) IS NULL OR shelf_price.good_id = :good_id)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR shelf_price.outlet_id = :outlet_id)
    AND (CAST(:month AS TEXT) IS NULL OR shelf_price.month = :month)
ORDER BY shelf_price.id DESC LIMIT :row_limit;

-- name: price_by_id^
-- with: price_and_names
WHERE shelf_price.id = :id;

-- name: outlets_with_prices
SELECT id, name FROM outlet
WHERE EXISTS (SELECT 1 FROM shelf_price WHERE shelf_price.outlet_id = outlet.id)
ORDER BY name, id;
