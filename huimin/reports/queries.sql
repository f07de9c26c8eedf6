-- Every SQL statement of the reports room. They read the month's roll-ups only, by the month their
-- primary keys begin with, so that a report costs what its output costs and not what history holds.

-- name: sums_by_dimension
-- The whole county's, by every dimension at once.
SELECT dimension, key,
    CAST(SUM(redemptions) AS BIGINT) AS redemptions,
    CAST(SUM(reversals) AS BIGINT) AS reversals,
    CAST(SUM(amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(discount_fen) AS BIGINT) AS discount_fen,
    CAST(SUM(merchant_share_fen) AS BIGINT) AS merchant_share_fen,
    CAST(SUM(government_share_fen) AS BIGINT) AS government_share_fen
FROM rollup_month WHERE month = :month
GROUP BY dimension, key;

-- name: sums_by_outlet
-- Any dimension of which each row has a key gives the outlet's whole; that of channels is the smallest.
SELECT r.outlet_id, o.merchant_id,
    CAST(SUM(r.redemptions) AS BIGINT) AS redemptions,
    CAST(SUM(r.reversals) AS BIGINT) AS reversals,
    CAST(SUM(r.amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(r.discount_fen) AS BIGINT) AS discount_fen,
    CAST(SUM(r.merchant_share_fen) AS BIGINT) AS merchant_share_fen,
    CAST(SUM(r.government_share_fen) AS BIGINT) AS government_share_fen
FROM rollup_month AS r
JOIN outlet AS o ON o.id = r.outlet_id
WHERE r.month = :month AND r.dimension = 'channel'
GROUP BY r.outlet_id, o.merchant_id
ORDER BY r.outlet_id;

-- name: cards_by_dimension
SELECT dimension, key, cards FROM rollup_month_cards WHERE month = :month;

-- name: outlets_of_months
-- The outlets that had a row in one of the months: by town, then in the order they joined.
SELECT o.id, o.name, o.kind, o.division_code, m.name AS merchant_name, m.credit_code
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.id IN (SELECT r.outlet_id FROM rollup_month AS r
    WHERE r.month IN (:month, :previous_month, :last_year_month) AND r.dimension = 'channel')
ORDER BY o.division_code, o.created_at, o.id;

-- name: merchants_of_months
SELECT m.id, m.name FROM merchant AS m
WHERE m.id IN (SELECT o.merchant_id FROM rollup_month AS r JOIN outlet AS o ON o.id = r.outlet_id
    WHERE r.month IN (:month, :previous_month, :last_year_month) AND r.dimension = 'channel')
ORDER BY m.created_at, m.id;

-- name: divisions_by_code
SELECT code, name FROM division ORDER BY code;
