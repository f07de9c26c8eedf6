-- Every SQL statement of the reports room. A month is read from its roll-ups only, by the month their
-- primary keys begin with, so that it costs what its output costs and not what history holds. A range
-- of days and the rows behind a number are read from the ledger by its indexes of day and month.

-- name: closed_month^
-- What was signed when the month was closed; nothing while it is open.
SELECT month, version, county_name, report_json, report_sha256, prepared_name, prepared_at,
    reviewed_name, approved_name, approved_at
FROM month_close WHERE month = :month AND state = 'approved';

-- name: signed_sha256$
SELECT month_file.sha256 FROM month_file
JOIN month_close ON month_close.id = month_file.close_id
WHERE month_close.month = :month AND month_close.version = :version AND month_file.form = :form;

-- part: added
    CAST(SUM(redemptions) AS BIGINT) AS redemptions,
    CAST(SUM(reversals) AS BIGINT) AS reversals,
    CAST(SUM(amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(discount_fen) AS BIGINT) AS discount_fen,
    CAST(SUM(merchant_share_fen) AS BIGINT) AS merchant_share_fen,
    CAST(SUM(government_share_fen) AS BIGINT) AS government_share_fen

-- name: sums_by_dimension
-- The whole county's, by every dimension at once.
SELECT dimension, key,
    -- with: added
FROM rollup_month WHERE month = :month
GROUP BY dimension, key;

-- name: sums_of_months
-- Any dimension of which each row has a key gives the whole, as in sums_by_outlet.
SELECT r.month, CAST(SUM(r.redemptions) AS BIGINT) AS redemptions,
    CAST(SUM(r.amount_fen) AS BIGINT) AS amount_fen,
    CAST(SUM(r.discount_fen) AS BIGINT) AS discount_fen,
    COALESCE((SELECT c.cards FROM rollup_month_cards AS c
        WHERE c.month = r.month AND c.dimension = 'total' AND c.key = ''), 0) AS cards_used
FROM rollup_month AS r
WHERE r.month >= :first AND r.month <= :last AND r.dimension = 'channel'
GROUP BY r.month
ORDER BY r.month;

-- name: sums_by_village
SELECT division_code, redemptions, reversals, amount_fen, discount_fen, merchant_share_fen,
    government_share_fen
FROM rollup_month_village WHERE month = :month;

-- name: sums_by_outlet
-- Any dimension of which each row has a key gives the outlet's whole; that of channels is the smallest.
SELECT '' AS total, r.outlet_id, o.merchant_id,
    -- with: added
FROM rollup_month AS r
JOIN outlet AS o ON o.id = r.outlet_id
WHERE r.month = :month AND r.dimension = 'channel'
GROUP BY r.outlet_id, o.merchant_id
ORDER BY r.outlet_id;

-- name: sums_until_day^
-- What counts in a month, of business days up to one.
-- with: sums
WHERE month = :month AND business_day <= :day;

-- name: cards_until_day$
-- The different cards of the same; `|| ''` sorts the rows once, where DISTINCT would look up each.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM ledger
    WHERE month = :month AND business_day <= :day AND kind = 'redemption'
    GROUP BY card_id || '') AS used;

-- name: cards_and_groups
-- The groups in which each card of a month was counted: to count cards of joined groups once.
SELECT counted_in FROM rollup_month_card WHERE month = :month AND redemptions > 0;

-- name: cards_by_dimension
SELECT dimension, key, cards FROM rollup_month_cards WHERE month = :month;

-- name: outlets
-- All there are: by town, then in the order they joined.
SELECT o.id, o.name, o.kind, o.division_code, o.state, o.created_at, o.merchant_id,
    m.name AS merchant_name, m.credit_code, m.state AS merchant_state, m.created_at AS merchant_since
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
ORDER BY o.division_code, o.created_at, o.id;

-- name: cards_counted^
-- At the end of a day, on which a card that ended on it was not valid. Nothing here reads all cards but the
-- first count, which the index's pages give: the valid ones are all, but for those that came later or are over.
SELECT
    (SELECT CAST(COUNT(*) AS BIGINT) FROM card
        WHERE issued_on >= :first AND issued_on <= :day) AS new,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM card)
    - (SELECT CAST(COUNT(*) AS BIGINT) FROM card WHERE issued_on > :day)
    - (SELECT CAST(COUNT(*) AS BIGINT) FROM card WHERE ended_on <= :day AND issued_on <= :day)
    - (SELECT CAST(COUNT(*) AS BIGINT) FROM card
        WHERE expires_on < :day AND issued_on <= :day
            AND (ended_on IS NULL OR ended_on > :day)) AS valid,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM card
        WHERE first_used_on IS NULL AND issued_on <= :day AND expires_on >= :day
            AND (ended_on IS NULL OR ended_on > :day))
    + (SELECT CAST(COUNT(*) AS BIGINT) FROM card
        WHERE first_used_on > :day AND issued_on <= :day AND expires_on >= :day
            AND (ended_on IS NULL OR ended_on > :day)) AS never_used;

-- name: claims_counted^
-- By the instants of county days. What waited at the end: what waits now, and what was decided after the end.
SELECT
    (SELECT CAST(COUNT(*) AS BIGINT) FROM claim
        WHERE submitted_at >= :start AND submitted_at < :end) AS submitted,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM claim
        WHERE decided_at >= :start AND decided_at < :end AND state = 'approved') AS approved,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM claim
        WHERE decided_at >= :start AND decided_at < :end AND state = 'rejected') AS rejected,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM claim WHERE state = 'submitted' AND submitted_at < :end)
    + (SELECT CAST(COUNT(*) AS BIGINT) FROM claim WHERE decided_at >= :end AND submitted_at < :end) AS open;

-- name: alerts_counted^
SELECT CAST(COUNT(*) AS BIGINT) AS found,
    CAST(COALESCE(SUM(CASE WHEN state = 'looked_at' THEN 1 ELSE 0 END), 0) AS BIGINT) AS looked_at
FROM alert WHERE business_day >= :first AND business_day <= :last;

-- name: rows_within^
-- What tells whether days have other rows than they had: rows are only ever added, with ids of their own.
SELECT CAST(COUNT(*) AS BIGINT) AS row_count, MAX(id) AS newest FROM ledger
WHERE business_day >= :first AND business_day <= :last;

-- name: range_rows_of_day
-- What a sum over days needs of a business day's rows.
SELECT kind, card_id, amount_fen, discount_fen, merchant_share_fen, government_share_fen,
    -- with: key_columns
FROM ledger WHERE business_day = :day;

-- part: of_group
-- The rows of a kind (or of both) in one group of a grouping.
    (CAST(:kind AS TEXT) IS NULL OR ledger.kind = :kind)
    AND
        -- with: group_key
        = :key

-- part: shown_rows
SELECT ledger.id, ledger.kind, ledger.receipt_no, ledger.hash, ledger.order_no, ledger.occurred_at,
    ledger.recorded_at,
    ledger.business_day, ledger.month, ledger.adjusts_month, ledger.channel, ledger.outlet_kind,
    ledger.eligibility, ledger.presenter_kind, ledger.amount_fen, ledger.discount_fen,
    ledger.merchant_share_fen, ledger.government_share_fen, outlet.name AS outlet_name,
    holder.name AS holder_name
FROM ledger
JOIN outlet ON outlet.id = ledger.outlet_id
JOIN holder ON holder.id = ledger.holder_id

-- part: sums
SELECT CAST(COALESCE(SUM(CASE WHEN kind = 'redemption' THEN 1 ELSE 0 END), 0) AS BIGINT) AS redemptions,
    CAST(COALESCE(SUM(CASE WHEN kind = 'reversal' THEN 1 ELSE 0 END), 0) AS BIGINT) AS reversals,
    CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS amount_fen,
    CAST(COALESCE(SUM(discount_fen), 0) AS BIGINT) AS discount_fen,
    CAST(COALESCE(SUM(merchant_share_fen), 0) AS BIGINT) AS merchant_share_fen,
    CAST(COALESCE(SUM(government_share_fen), 0) AS BIGINT) AS government_share_fen
FROM ledger

-- name: rows_of_month
-- read both ways
-- The rows of one group, behind the id :after.
-- with: shown_rows
WHERE
    -- with: of_group
    AND ledger.month = :month AND ledger.id > :after
ORDER BY ledger.id LIMIT :row_limit;

-- name: rows_of_days
-- read both ways
-- The same of business days, behind the row of :after_day and :after.
-- with: shown_rows
WHERE
    -- with: of_group
    AND ledger.business_day >= :first AND ledger.business_day <= :last
    AND (ledger.business_day, ledger.id) > (:after_day, :after)
ORDER BY ledger.business_day, ledger.id LIMIT :row_limit;

-- name: reversals_of_month^
-- Few of a month's rows, found by what they reverse: `|| ''` keeps from reading the whole month.
-- with: sums
WHERE
    -- with: of_group
    AND reverses_id IS NOT NULL AND month || '' = :month;

-- name: sums_of_rows_of_days^
-- with: sums
WHERE
    -- with: of_group
    AND business_day >= :first AND business_day <= :last;

-- name: range_cards_counted$
-- As cards_until_day.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM ledger
    WHERE
        -- with: of_group
        AND business_day >= :first AND business_day <= :last
    GROUP BY card_id || '') AS used;

-- name: range_cards_used
-- read both ways
-- The different cards of a group's rows, where they are few; `|| ''` keeps from walking the ledger of all
-- time by its cards.
SELECT DISTINCT ledger.card_id AS id, ledger.card_id || '' AS place FROM ledger
WHERE
    -- with: of_group
    AND ledger.business_day >= :first AND ledger.business_day <= :last
    AND ledger.card_id || '' > :after
ORDER BY place LIMIT :row_limit;

-- name: range_cards_walked
-- read both ways
-- The same where they are many: a walk over the cards, of which a page soon has enough.
SELECT card.id, card.id AS place FROM card
WHERE card.id > :after AND EXISTS (
    SELECT 1 FROM ledger
    WHERE
        -- with: of_group
        AND ledger.card_id = card.id
        AND ledger.business_day || '' >= :first AND ledger.business_day || '' <= :last)
ORDER BY card.id LIMIT :row_limit;

-- name: cards_used_in_month
-- read both ways
-- A roll-up names the groups in which each card has been counted, a line each: :line is one of them.
SELECT card_id AS id, card_id AS place FROM rollup_month_card
WHERE month = :month AND card_id > :after
    AND replace(:line_end || counted_in || :line_end, :line, '')
        <> :line_end || counted_in || :line_end
ORDER BY card_id LIMIT :row_limit;

-- name: cards_of_group$
SELECT cards FROM rollup_month_cards
WHERE month = :month AND dimension = :dimension AND key = :key;

-- name: cards_new
-- read both ways
SELECT id, issued_on || '_' || id AS place FROM card
WHERE issued_on >= :first AND issued_on <= :day AND (issued_on, id) > (:after_day, :after)
ORDER BY issued_on, id LIMIT :row_limit;

-- part: valid_cards
-- Those valid at the end of a day, in the order in which they were made: most of all cards are, so that a
-- page has not far to walk. `|| ''` keeps from sorting them all for it.
SELECT id, id AS place FROM card
WHERE id > :after AND issued_on || '' <= :day AND expires_on || '' >= :day
    AND (ended_on IS NULL OR ended_on || '' > :day)

-- name: cards_valid
-- read both ways
-- with: valid_cards
ORDER BY id LIMIT :row_limit;

-- name: cards_never_used
-- read both ways
-- with: valid_cards
    AND (first_used_on IS NULL OR first_used_on || '' > :day)
ORDER BY id LIMIT :row_limit;

-- name: claims_of_period
-- read both ways
-- What claims_counted counts as :of, in the order of sending.
SELECT claim.id, claim.claim_no, claim.state, claim.business_day, claim.submitted_at, claim.decided_at,
    claim.amount_fen, outlet.name AS outlet_name, holder.name AS holder_name, holder.erased_at
FROM claim
JOIN outlet ON outlet.id = claim.outlet_id
JOIN holder ON holder.id = claim.holder_id
WHERE claim.id > :after AND claim.id IN (
    SELECT sent.id FROM claim AS sent
    WHERE :of = 'submitted' AND sent.submitted_at >= :start AND sent.submitted_at < :end
    UNION ALL
    SELECT decided.id FROM claim AS decided
    WHERE decided.decided_at >= :start AND decided.decided_at < :end AND decided.state = :of
    UNION ALL
    SELECT waiting.id FROM claim AS waiting
    WHERE :of = 'open' AND waiting.state = 'submitted' AND waiting.submitted_at < :end
    UNION ALL
    SELECT later.id FROM claim AS later
    WHERE :of = 'open' AND later.decided_at >= :end AND later.submitted_at < :end)
ORDER BY claim.id LIMIT :row_limit;

-- name: outlet_name$
SELECT name FROM outlet WHERE id = :key;

-- name: merchant_name$
SELECT name FROM merchant WHERE id = :key;

-- name: newest_template_version$
SELECT MAX(version) FROM report_template;

-- name: insert_template!
INSERT INTO report_template (id, version, state, file_name, sha256, size_bytes, uploaded_at, uploaded_by)
VALUES (:id, :version, 'kept', :file_name, :sha256, :size_bytes, :uploaded_at, :uploaded_by);

-- name: templates
SELECT * FROM report_template ORDER BY version DESC;

-- name: template_by_id^
SELECT * FROM report_template WHERE id = :id;

-- name: template_in_use^
SELECT * FROM report_template WHERE state = 'in_use';

-- name: template_of_closed_month^
SELECT report_template.* FROM month_close
JOIN report_template ON report_template.id = month_close.template_id
WHERE month_close.month = :month AND month_close.state = 'approved';

-- name: put_templates_aside!
UPDATE report_template SET state = 'kept' WHERE state = 'in_use';

-- name: use_template!
UPDATE report_template SET state = 'in_use' WHERE id = :id;
