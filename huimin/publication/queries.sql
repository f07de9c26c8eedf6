-- Every SQL statement of the publication room.

-- name: cards_of_month_after
-- The cards used in a month and the groups in which each was counted, a chunk at a time.
SELECT card_id, counted_in FROM rollup_month_card
WHERE month = :month AND card_id > :after AND redemptions > 0
ORDER BY card_id
LIMIT :row_limit;

-- name: people_of_several_cards
-- Who used more than one card in the month (one was replaced): they are one person each.
SELECT card.holder_id, used.counted_in
FROM rollup_month_card AS used
JOIN card ON card.id = used.card_id
WHERE used.month = :month AND used.redemptions > 0 AND card.holder_id IN (
    SELECT other.holder_id FROM rollup_month_card AS also
    JOIN card AS other ON other.id = also.card_id
    WHERE also.month = :month AND also.redemptions > 0
    GROUP BY other.holder_id HAVING COUNT(*) > 1)
ORDER BY card.holder_id;

-- name: sums_by_town_kind_and_merchant
SELECT r.key, o.merchant_id, CAST(SUM(r.redemptions) AS BIGINT) AS sales,
       CAST(SUM(r.discount_fen) AS BIGINT) AS saved_fen
FROM rollup_month AS r JOIN outlet AS o ON o.id = r.outlet_id
WHERE r.month = :month AND r.dimension = 'town_and_kind'
GROUP BY r.key, o.merchant_id
ORDER BY r.key, o.merchant_id;

-- name: towns
SELECT code, name FROM division WHERE level = 'town' AND valid_until IS NULL ORDER BY code;

-- name: kinds_taking_part
-- Kinds of which there was an outlet before the month ended; every one of them was on the public list.
SELECT DISTINCT kind FROM outlet WHERE created_at < :before ORDER BY kind;

-- name: first_figures^
-- The figures as they were published first: what was public once is all that ever is.
SELECT figures_json, sha256 FROM publication_month
WHERE month = :month AND state = 'published' ORDER BY version LIMIT 1;

-- name: figures_ever_published
-- Every month's, as they were published first, in the order of the months.
SELECT month, figures_json FROM publication_month
WHERE state = 'published' AND NOT EXISTS (
    SELECT 1 FROM publication_month AS earlier
    WHERE earlier.month = publication_month.month AND earlier.state = 'published'
        AND earlier.version < publication_month.version)
ORDER BY month;

-- name: insert_publication!
INSERT INTO publication_month (id, month, version, close_id, state, figures_json, sha256, published_at)
VALUES (:id, :month, :version, :close_id, :state, :figures_json, :sha256, :published_at);

-- name: published_months
-- What counts of each month: its newest version, the latest month first.
SELECT month, version, close_id, state, figures_json, sha256, published_at
FROM publication_month AS p
WHERE version = (SELECT MAX(version) FROM publication_month AS q WHERE q.month = p.month)
ORDER BY month DESC;

-- name: published_month^
SELECT month, version, close_id, state, figures_json, sha256, published_at
FROM publication_month WHERE month = :month ORDER BY version DESC LIMIT 1;

-- name: digest_of_day^
SELECT day, digest, made_at FROM publication_digest WHERE day = :day;

-- name: keep_digest!
INSERT INTO publication_digest (id, day, digest, made_at) VALUES (:id, :day, :digest, :made_at)
ON CONFLICT DO NOTHING;

-- name: last_digest_day$
SELECT MAX(day) FROM publication_digest;

-- name: next_digest_day$
-- Whose digest covers the rows of a day that has none of its own.
SELECT MIN(day) FROM publication_digest WHERE day > :day;

-- name: days_without_digest
SELECT day FROM anchor
WHERE day IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM publication_digest WHERE publication_digest.day = anchor.day)
ORDER BY day;

-- name: first_day$
SELECT MIN(business_day) FROM ledger;

-- name: outlets_after
-- read both ways
-- A page of the public list: active outlets of active merchants. Nobody's name and no telephone.
SELECT o.id, o.name, o.kind, o.division_code, o.address, o.opening_hours,
       o.latitude_microdegrees, o.longitude_microdegrees, town.code AS town_code, town.name AS town_name
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
JOIN division AS town ON town.code = substr(o.division_code, 1, 9) || '000'
WHERE o.state = 'active' AND m.state = 'active'
  AND o.id > :after
  AND (CAST(:town_code AS TEXT) IS NULL OR town.code = :town_code)
  AND (CAST(:kind AS TEXT) IS NULL OR o.kind = :kind)
  AND (CAST(:pattern AS TEXT) IS NULL OR lower(o.name) LIKE :pattern ESCAPE '!'
       OR lower(o.address) LIKE :pattern ESCAPE '!')
ORDER BY o.id
LIMIT :row_limit;

-- name: people_who_rated$
-- How many people judged an outlet in some months, counted up to :enough.
SELECT COUNT(*) FROM (
    SELECT DISTINCT holder_id FROM rating
    WHERE outlet_id = :outlet_id AND month >= :first_month AND month <= :last_month LIMIT :enough) AS few;

-- name: rating_months_of_outlet
-- The months before one, the first first; `people`: how many answered in each, counted up to :enough.
SELECT rating_month.*, (
    SELECT COUNT(*) FROM (
        SELECT DISTINCT rating.holder_id FROM rating
        WHERE rating.outlet_id = rating_month.outlet_id AND rating.month = rating_month.month
        LIMIT :enough) AS few) AS people
FROM rating_month
WHERE outlet_id = :outlet_id AND month < :this_month ORDER BY month;

-- name: last_month_of_results$
SELECT MAX(last_month) FROM publication_result;

-- name: closed_complaints
-- Closed from an instant to before another, in the order of their results; who complained and about whom decides what
-- may be shown, and is not.
SELECT complaint.closed_at, complaint.result, outlet.kind, outlet.merchant_id, rating.holder_id
FROM complaint
JOIN rating ON rating.id = complaint.rating_id
JOIN outlet ON outlet.id = rating.outlet_id
WHERE complaint.state = 'closed' AND complaint.closed_at >= :since AND complaint.closed_at < :until
ORDER BY complaint.closed_at, complaint.id;

-- name: closed_complaints_of_outlet
-- Those about one outlet, closed before an instant, in the order of their results.
SELECT complaint.closed_at, complaint.result, outlet.kind, outlet.merchant_id, rating.holder_id
FROM rating
JOIN complaint ON complaint.rating_id = rating.id
JOIN outlet ON outlet.id = rating.outlet_id
WHERE rating.outlet_id = :outlet_id AND complaint.state = 'closed' AND complaint.closed_at < :until
ORDER BY complaint.closed_at, complaint.id;

-- name: insert_result!
INSERT INTO publication_result (
    id, first_month, last_month, kinds, upheld, upheld_in_part, not_upheld, unclear, made_at)
VALUES (:id, :first_month, :last_month, :kinds, :upheld, :upheld_in_part, :not_upheld, :unclear, :made_at);

-- name: results_before
-- read both ways
-- The latest first.
SELECT * FROM publication_result WHERE id < :before ORDER BY id DESC LIMIT :row_limit;
