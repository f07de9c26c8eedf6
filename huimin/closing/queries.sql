-- Every SQL statement of the closing room. It alone writes day_comparison and day_close.

-- name: insert_comparison!
INSERT INTO day_comparison (
    id, outlet_id, day, file_name, file_sha256, row_count, listing_json, compared_at, compared_by
) VALUES (
    :id, :outlet_id, :day, :file_name, :file_sha256, :row_count, :listing_json, :compared_at,
    :compared_by
);

-- name: comparison_by_id^
SELECT * FROM day_comparison WHERE id = :id;

-- name: comparisons_of_day
SELECT id, file_name, row_count, compared_at, compared_by FROM day_comparison
WHERE outlet_id = :outlet_id AND day = :day
ORDER BY id DESC
LIMIT :count;

-- name: insert_close!
INSERT INTO day_close (
    id, outlet_id, day, comparison_id, file_sha256, statement_sha256, redemptions, reversals,
    amount_fen, discount_fen, payable_fen, heads_json, differences, reasons_json, closed_at,
    closed_by
) VALUES (
    :id, :outlet_id, :day, :comparison_id, :file_sha256, :statement_sha256, :redemptions,
    :reversals, :amount_fen, :discount_fen, :payable_fen, :heads_json, :differences, :reasons_json,
    :closed_at, :closed_by
);

-- name: closings_of_day
SELECT * FROM day_close
WHERE outlet_id = :outlet_id AND day = :day
ORDER BY id DESC;

-- name: days_with_rows
-- What each of the outlet's days holds, and what its last closing held.
SELECT ledger.business_day AS day, COUNT(*) AS row_count,
    (SELECT day_close.redemptions + day_close.reversals FROM day_close
     WHERE day_close.outlet_id = :outlet_id AND day_close.day = ledger.business_day
     ORDER BY day_close.id DESC LIMIT 1) AS closed_count
FROM ledger
WHERE ledger.outlet_id = :outlet_id AND ledger.business_day BETWEEN :first AND :last
GROUP BY ledger.business_day
ORDER BY ledger.business_day DESC;
