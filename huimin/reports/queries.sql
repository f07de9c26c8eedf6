-- Every SQL statement of the reports room. They read the month's roll-ups only, by the month their
-- primary keys begin with, so that a report costs what its output costs and not what history holds.

-- name: month_sums
SELECT r.outlet_id, r.town_code, r.eligibility,
    o.kind AS outlet_kind,
    CAST(SUM(r.redemptions) AS BIGINT) AS redemptions,
    CAST(SUM(r.reversals) AS BIGINT) AS reversals,
    CAST(SUM(r.amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(r.discount_fen) AS BIGINT) AS discount_fen,
    CAST(SUM(r.merchant_share_fen) AS BIGINT) AS merchant_share_fen,
    CAST(SUM(r.government_share_fen) AS BIGINT) AS government_share_fen
FROM rollup_month AS r
JOIN outlet AS o ON o.id = r.outlet_id
WHERE r.month = :month
GROUP BY r.outlet_id, r.town_code, r.eligibility, o.kind
ORDER BY r.outlet_id, r.town_code, r.eligibility;

-- Distinct cards do not add up, so each grouping counts its own.

-- name: month_cards$
SELECT CAST(COUNT(DISTINCT card_id) AS BIGINT) AS cards_used
FROM rollup_month_card WHERE month = :month;

-- name: month_cards_by_outlet
SELECT outlet_id AS group_key, CAST(COUNT(DISTINCT card_id) AS BIGINT) AS cards_used
FROM rollup_month_card WHERE month = :month GROUP BY outlet_id;

-- name: month_cards_by_kind
SELECT o.kind AS group_key, CAST(COUNT(DISTINCT c.card_id) AS BIGINT) AS cards_used
FROM rollup_month_card AS c
JOIN outlet AS o ON o.id = c.outlet_id
WHERE c.month = :month GROUP BY o.kind;

-- name: month_cards_by_town
SELECT town_code AS group_key, CAST(COUNT(DISTINCT card_id) AS BIGINT) AS cards_used
FROM rollup_month_card WHERE month = :month GROUP BY town_code;

-- name: month_cards_by_eligibility
SELECT eligibility AS group_key, CAST(COUNT(DISTINCT card_id) AS BIGINT) AS cards_used
FROM rollup_month_card WHERE month = :month GROUP BY eligibility;

-- name: outlets_of_months
-- The outlets that had a row in one of the two months: by town, then in the order they joined.
SELECT o.id, o.name, o.kind, o.division_code, m.name AS merchant_name, m.credit_code
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.id IN (SELECT r.outlet_id FROM rollup_month AS r WHERE r.month IN (:month, :previous_month))
ORDER BY o.division_code, o.created_at, o.id;

-- name: towns_of_months
SELECT d.code, d.name
FROM division AS d
WHERE d.code IN (SELECT r.town_code FROM rollup_month AS r WHERE r.month IN (:month, :previous_month))
ORDER BY d.code;
