-- Every SQL statement of the desk: counts of waiting items. Each stops at :count_max, and starts from
-- an index that holds little more than the waiting items: `|| ''` and CROSS JOIN keep the planner
-- from starting from a county's million people.

-- part: in_division
        AND holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last

-- name: applications_waiting$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id AND application.state = 'submitted'
        AND (CAST(:before AS TEXT) IS NULL OR application.submitted_at < :before)
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: applications_returned$
-- Returned and not handed in again since.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id AND application.state = 'returned'
        AND holder.erased_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM application AS later WHERE later.holder_id = application.holder_id
                AND later.submitted_at > application.submitted_at)
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: eligibilities_ending$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT eligibility.holder_id FROM eligibility CROSS JOIN holder
    WHERE holder.id = eligibility.holder_id
        AND eligibility.ends_on >= :today AND eligibility.ends_on <= :ending_by
        AND holder.erased_at IS NULL
        -- with: in_division
        AND NOT EXISTS (
            SELECT 1 FROM eligibility AS earlier WHERE earlier.holder_id = eligibility.holder_id
            AND earlier.ends_on >= :today
            AND (earlier.ends_on, earlier.id) < (eligibility.ends_on, eligibility.id))
    LIMIT :count_max) AS counted;

-- name: cards_lost$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'lost'
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: cards_not_entitled$
-- Good cards of people without an eligibility in force: whose last stretch is over, or not begun.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active' AND card.expires_on >= :today
        AND holder.entitled_until < :today
        -- with: in_division
    UNION ALL
    SELECT 1 FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active' AND card.expires_on >= :today
        AND holder.entitled_from > :today AND NOT EXISTS (
            SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
            AND eligibility.starts_on <= :today
            AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= :today))
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: cards_to_print$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'active' AND card.printed_at IS NULL
        AND card.expires_on || '' >= :today
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: approved_without_card$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT application.holder_id FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id
        AND application.state = 'approved' AND application.fulfilled_at IS NULL
        AND holder.erased_at IS NULL
        -- with: in_division
        AND holder.entitled_until || '' >= :today
    AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder_id = holder.id
        AND card.state IN ('active', 'suspended', 'lost'))
    GROUP BY application.holder_id LIMIT :count_max) AS counted;

-- name: unverified_cards$
-- Verified too long ago, or never and the card issued too long ago.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT holder.id FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active'
        AND holder.verified_on < :due_before
        -- with: in_division
    UNION ALL
    SELECT holder.id FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active'
        AND holder.verified_on IS NULL AND card.issued_on < :due_before
        -- with: in_division
    LIMIT :count_max) AS counted;

-- name: cards_to_renew$
-- The same as cards_ending with fit = 1 in the cards room.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'active'
        AND card.expires_on >= :today AND card.expires_on <= :last_day
        -- with: in_division
        AND COALESCE(holder.verified_on, card.issued_on) >= :due_before
        AND EXISTS (SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
            AND eligibility.starts_on <= :today
            AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= card.expires_on))
    LIMIT :count_max) AS counted;

-- name: silent_outlets$
-- Active outlets without a redemption in a month.
SELECT CAST(COUNT(*) AS BIGINT) FROM outlet JOIN merchant ON merchant.id = outlet.merchant_id
WHERE outlet.state = 'active' AND merchant.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM rollup_month
        WHERE rollup_month.month = :month AND rollup_month.dimension = 'channel'
            AND rollup_month.outlet_id = outlet.id);

-- name: settlements_disputed$
SELECT CAST(COUNT(*) AS BIGINT) FROM settlement WHERE state = 'disputed';

-- name: settlements_unpaid$
-- Confirmed before a day (or its time to dispute over before another day) and not paid in full.
SELECT CAST(COUNT(*) AS BIGINT) FROM settlement
WHERE due_fen - carried_fen > paid_fen
    AND ((state = 'confirmed' AND confirmed_on < :unpaid_before)
        OR (state = 'open' AND confirm_by < :unanswered_before));

-- name: merchant_applications$
SELECT CAST(COUNT(*) AS BIGINT) FROM merchant_application WHERE state = 'submitted';

-- name: endings_to_decide$
SELECT CAST(COUNT(*) AS BIGINT) FROM aid_ending WHERE state = 'proposed';

-- name: policy_drafts$
SELECT CAST(COUNT(*) AS BIGINT) FROM policy WHERE state IN ('draft', 'approved');

-- name: notices_undelivered$
-- Given up, or failed and waiting for the next attempt.
SELECT CAST(COUNT(*) AS BIGINT) FROM notice_delivery
WHERE state = 'failed' OR (state = 'waiting' AND last_error IS NOT NULL);

-- name: months_to_sign$
-- Months waiting for a signature, and last month until somebody begins to close it.
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT month FROM month_close WHERE state IN ('draft', 'prepared', 'reviewed')
    UNION
    SELECT month FROM rollup_month
    WHERE rollup_month.month = :last_month AND NOT EXISTS (
        SELECT 1 FROM month_close AS c WHERE c.month = :last_month AND c.state = 'approved')
) AS waiting;

-- name: locked_accounts$
SELECT CAST(COUNT(*) AS BIGINT) FROM staff WHERE locked_until > :now;

-- name: claims_waiting$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM claim JOIN holder ON holder.id = claim.holder_id
    WHERE claim.state = 'submitted'
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    LIMIT :count_max) AS counted;

-- name: sales_numbered
-- Ledger rows with this receipt number, or with this order number of any outlet: the till's or the
-- shop's own. CROSS JOIN: one look into each outlet's index.
SELECT found.id, found.receipt_no, found.hash, found.order_no, found.kind, found.occurred_at,
    found.amount_fen, found.payable_fen, outlet.name AS outlet_name
FROM (
    SELECT * FROM ledger WHERE receipt_no = :number
    UNION
    SELECT ledger.* FROM outlet CROSS JOIN ledger
    WHERE ledger.outlet_id = outlet.id AND ledger.order_no = :number AND ledger.kind = 'redemption'
    UNION
    SELECT ledger.* FROM outlet CROSS JOIN shop_order CROSS JOIN ledger
    WHERE shop_order.outlet_id = outlet.id AND shop_order.order_no = :number
        AND ledger.id = shop_order.redemption_id
) AS found
JOIN outlet ON outlet.id = found.outlet_id
ORDER BY found.occurred_at DESC, found.id
LIMIT :row_limit;
