-- Every SQL statement of the desk. What waits is counted up to :count_max and gives its oldest item as
-- "since id name" (today.py takes it apart), in one pass that starts from an index which holds little more
-- than the waiting items: `|| ''` and CROSS JOIN keep the planner from starting from a county's million
-- people. :not_by is who may not decide what they made themselves, '' for nobody.

-- part: counted
SELECT CAST(COUNT(*) AS BIGINT) AS waiting, MIN(item) AS oldest FROM (

-- part: up_to_max
    LIMIT :count_max) AS counted

-- part: in_division
        AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
            AND holder.division_code || '' <= :division_last))

-- name: applications_waiting^
-- with: counted
    SELECT application.submitted_at || ' ' || application.id || ' ' || holder.name AS item
    FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id AND application.state = 'submitted'
        AND application.submitted_by <> :not_by
        AND (CAST(:before AS TEXT) IS NULL OR application.submitted_at < :before)
        -- with: in_division
    -- with: up_to_max
;

-- name: applications_returned^
-- Returned and not handed in again since: those that :me handed in, or with :others = 1 the others.
-- with: counted
    SELECT application.decided_at || ' ' || application.holder_id || ' ' || holder.name AS item
    FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id AND application.state = 'returned'
        AND (application.submitted_by = :me) <> (:others = 1)
        AND holder.erased_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM application AS later WHERE later.holder_id = application.holder_id
                AND later.submitted_at > application.submitted_at)
        -- with: in_division
    -- with: up_to_max
;

-- name: eligibilities_ending^
-- with: counted
    SELECT eligibility.ends_on || ' ' || holder.id || ' ' || holder.name AS item
    FROM eligibility CROSS JOIN holder
    WHERE holder.id = eligibility.holder_id
        AND eligibility.ends_on >= :today AND eligibility.ends_on <= :ending_by
        AND holder.erased_at IS NULL
        -- with: in_division
        AND NOT EXISTS (
            SELECT 1 FROM eligibility AS earlier WHERE earlier.holder_id = eligibility.holder_id
            AND earlier.ends_on >= :today
            AND (earlier.ends_on, earlier.id) < (eligibility.ends_on, eligibility.id))
    -- with: up_to_max
;

-- name: cards_lost^
-- with: counted
    SELECT COALESCE((SELECT MAX(card_event.recorded_at) FROM card_event
            WHERE card_event.card_id = card.id AND card_event.event = 'lost'), '')
        || ' ' || card.id || ' ' || holder.name AS item
    FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'lost'
        -- with: in_division
    -- with: up_to_max
;

-- name: cards_not_entitled^
-- Good cards of people without an eligibility in force: whose last stretch is over, or not begun.
-- with: counted
    SELECT holder.entitled_until || ' ' || holder.id || ' ' || holder.name AS item
    FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active' AND card.expires_on >= :today
        AND holder.entitled_until < :today
        -- with: in_division
    UNION ALL
    SELECT card.issued_on || ' ' || holder.id || ' ' || holder.name AS item
    FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active' AND card.expires_on >= :today
        AND holder.entitled_from > :today AND NOT EXISTS (
            SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
            AND eligibility.starts_on <= :today
            AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= :today))
        -- with: in_division
    -- with: up_to_max
;

-- name: cards_to_print^
-- The second bound leads to the index of cards to print, as in the list of cards.
-- with: counted
    SELECT card.created_at || ' ' || card.id || ' ' || holder.name AS item
    FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'active' AND card.printed_at IS NULL
        AND card.id >= ''
        AND card.expires_on || '' >= :today
        -- with: in_division
    -- with: up_to_max
;

-- name: approved_without_card^
-- with: counted
    SELECT MIN(application.decided_at) || ' ' || application.holder_id || ' ' || MIN(holder.name) AS item
    FROM application CROSS JOIN holder
    WHERE holder.id = application.holder_id
        AND application.state = 'approved' AND application.fulfilled_at IS NULL
        AND holder.erased_at IS NULL
        -- with: in_division
        AND holder.entitled_until || '' >= :today
    AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder_id = holder.id
        AND card.state IN ('active', 'suspended', 'lost'))
    GROUP BY application.holder_id
    -- with: up_to_max
;

-- name: unverified_cards^
-- Verified too long ago, or never and the card issued too long ago.
-- with: counted
    SELECT holder.verified_on || ' ' || holder.id || ' ' || holder.name AS item
    FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active'
        AND holder.verified_on < :due_before
        -- with: in_division
    UNION ALL
    SELECT card.issued_on || ' ' || holder.id || ' ' || holder.name AS item
    FROM holder CROSS JOIN card
    WHERE card.holder_id = holder.id AND card.state = 'active'
        AND holder.verified_on IS NULL AND card.issued_on < :due_before
        -- with: in_division
    -- with: up_to_max
;

-- name: cards_to_renew^
-- The same as cards_ending with fit = 1 in the cards room.
-- with: counted
    SELECT card.expires_on || ' ' || card.id || ' ' || holder.name AS item
    FROM card CROSS JOIN holder
    WHERE holder.id = card.holder_id AND card.state = 'active'
        AND card.expires_on >= :today AND card.expires_on <= :last_day
        -- with: in_division
        AND COALESCE(holder.verified_on, card.issued_on) >= :due_before
        AND EXISTS (SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
            AND eligibility.starts_on <= :today
            AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= card.expires_on))
    -- with: up_to_max
;

-- name: claims_waiting^
-- with: counted
    SELECT claim.submitted_at || ' ' || claim.id || ' ' || holder.name AS item
    FROM claim JOIN holder ON holder.id = claim.holder_id
    WHERE claim.state = 'submitted' AND claim.submitted_by <> :not_by
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    -- with: up_to_max
;

-- name: complaints_open^
-- Open complaints due on a day or later, or before it.
-- with: counted
    SELECT complaint.due_on || ' ' || complaint.id || ' ' || outlet.name AS item
    FROM complaint
    JOIN rating ON rating.id = complaint.rating_id
    JOIN outlet ON outlet.id = rating.outlet_id
    WHERE complaint.state = 'open' AND complaint.due_on >= :due_from AND complaint.due_on < :due_before
    -- with: up_to_max
;

-- name: requests_open^
-- What holders asked and nobody has answered, by the day by which it is due.
-- with: counted
    SELECT holder_request.due_on || ' ' || holder_request.id || ' ' || holder.name AS item
    FROM holder_request CROSS JOIN holder
    WHERE holder.id = holder_request.holder_id AND holder_request.state = 'open'
        AND holder_request.kind = :kind AND holder_request.raised_by <> :not_by
        -- with: in_division
    -- with: up_to_max
;

-- name: silent_outlets^
-- Active outlets without a redemption in a month.
-- with: counted
    SELECT ' ' || outlet.id || ' ' || outlet.name AS item
    FROM outlet JOIN merchant ON merchant.id = outlet.merchant_id
    WHERE outlet.state = 'active' AND merchant.state = 'active'
        AND NOT EXISTS (SELECT 1 FROM rollup_month
            WHERE rollup_month.month = :month AND rollup_month.dimension = 'channel'
                AND rollup_month.outlet_id = outlet.id)
    -- with: up_to_max
;

-- name: open_alerts^
-- with: counted
    SELECT alert.recorded_at || ' ' || alert.id || ' ' || outlet.name AS item
    FROM alert CROSS JOIN outlet
    WHERE outlet.id = alert.outlet_id AND alert.state = 'open'
    -- with: up_to_max
;

-- name: waiting_sales^
-- Neither decided nor cancelled, and not one of which :me has said already what should become of it.
-- with: counted
    SELECT offline_item.recorded_at || ' ' || offline_item.id || ' ' || outlet.name AS item
    FROM offline_item CROSS JOIN outlet
    WHERE outlet.id = offline_item.outlet_id
        AND offline_item.status = 'waiting' AND offline_item.business_day > ''
        AND NOT EXISTS (SELECT 1 FROM waiting_decision
            WHERE waiting_decision.sale_id = offline_item.id
                AND (waiting_decision.is_final = 1 OR waiting_decision.decided_by = :me))
        AND NOT EXISTS (SELECT 1 FROM cancelled_order
            WHERE cancelled_order.outlet_id = offline_item.outlet_id
                AND cancelled_order.order_no = offline_item.order_no)
    -- with: up_to_max
;

-- name: settlements_disputed^
-- with: counted
    SELECT MIN(settlement_dispute.raised_at) || ' ' || settlement.id || ' '
        || MIN(settlement.merchant_name) AS item
    FROM settlement JOIN settlement_dispute ON settlement_dispute.settlement_id = settlement.id
        AND settlement_dispute.state = 'open'
    WHERE settlement.state = 'disputed'
    GROUP BY settlement.id
    -- with: up_to_max
;

-- name: settlements_to_pay^
-- Confirmed, or by silence, and not paid in full: what the settlement room lists as unpaid. With
-- :unpaid_before and :unanswered_before only what has waited too long.
-- with: counted
    SELECT COALESCE(confirmed_on, confirm_by) || ' ' || id || ' ' || merchant_name AS item
    FROM settlement
    WHERE due_fen - carried_fen > paid_fen
        AND ((state = 'confirmed' AND confirmed_on < :unpaid_before)
            OR (state = 'open' AND confirm_by < :unanswered_before))
    -- with: up_to_max
;

-- name: merchant_applications^
-- with: counted
    SELECT submitted_at || ' ' || id || ' ' || outlet_name AS item
    FROM merchant_application WHERE state = 'submitted'
    -- with: up_to_max
;

-- name: payees_to_decide^
-- A changed bank account is decided by somebody else than its proposer, also without four eyes.
-- with: counted
    SELECT merchant_payee.proposed_at || ' ' || merchant.id || ' ' || merchant.name AS item
    FROM merchant_payee CROSS JOIN merchant
    WHERE merchant.id = merchant_payee.merchant_id AND merchant_payee.state = 'proposed'
        AND merchant_payee.proposed_by <> :not_by
    -- with: up_to_max
;

-- name: endings_to_decide^
-- with: counted
    SELECT proposed_at || ' ' || id || ' ' || file_name AS item
    FROM aid_ending
    WHERE state = 'proposed' AND proposed_by <> :not_by AND drafted_by <> :not_by
    -- with: up_to_max
;

-- name: ending_drafts^
-- Begun and not proposed yet, by :me.
-- with: counted
    SELECT drafted_at || ' ' || id || ' ' || file_name AS item
    FROM aid_ending WHERE state = 'draft' AND drafted_by = :me
    -- with: up_to_max
;

-- name: division_lists^
-- with: counted
    SELECT proposed_at || ' ' || id || ' ' || file_name AS item
    FROM division_change_list WHERE state = 'proposed' AND proposed_by <> :not_by
    -- with: up_to_max
;

-- name: report_recipients^
-- Two people open an address, whether four eyes are set or not.
-- with: counted
    SELECT proposed_at || ' ' || id || ' ' || name AS item
    FROM report_recipient WHERE state = 'proposed' AND proposed_by <> :not_by
    -- with: up_to_max
;

-- name: policies_to_approve^
-- with: counted
    SELECT created_at || ' ' || id || ' ' || name AS item
    FROM policy WHERE state = 'draft' AND created_by <> :not_by AND :four_eyes = 1
    -- with: up_to_max
;

-- name: policies_to_publish^
-- Approved; without four eyes a draft needs nobody's approval.
-- with: counted
    SELECT COALESCE(approved_at, created_at) || ' ' || id || ' ' || name AS item
    FROM policy WHERE state = 'approved' OR (state = 'draft' AND :four_eyes = 0)
    -- with: up_to_max
;

-- name: notices_undelivered^
-- Given up, or failed and waiting for the next attempt.
-- with: counted
    SELECT COALESCE(tried_at, '') || ' ' || id || ' ' || target AS item
    FROM notice_delivery
    WHERE COALESCE(last_error, '') <> 'recipient_ended'
        AND (state = 'failed' OR (state = 'waiting' AND last_error IS NOT NULL))
    -- with: up_to_max
;

-- name: months_to_sign^
-- Those whose next signature may be that of :me, who has signed none of it yet; and last month until
-- somebody begins to close it.
-- with: counted
    SELECT month_close.month || ' ' || month_close.month || ' ' AS item
    FROM month_close
    WHERE state = 'draft' OR (state = 'prepared' AND prepared_by <> :me)
        OR (state = 'reviewed' AND prepared_by <> :me AND reviewed_by <> :me)
    UNION ALL
    SELECT CAST(:last_month AS TEXT) || ' ' || CAST(:last_month AS TEXT) || ' ' AS item
    WHERE EXISTS (SELECT 1 FROM rollup_month WHERE rollup_month.month = :last_month)
        AND NOT EXISTS (SELECT 1 FROM month_close AS begun WHERE begun.month = :last_month
            AND begun.state IN ('draft', 'prepared', 'reviewed', 'approved'))
    -- with: up_to_max
;

-- name: locked_accounts^
-- with: counted
    SELECT ' ' || id || ' ' || name AS item FROM staff WHERE locked_until > :now
    -- with: up_to_max
;

-- name: settlements_to_confirm^
-- A merchant's that still may be confirmed or disputed: with :answered = 1 those that it disputed and
-- the county has answered, otherwise those that it has said nothing to.
-- with: counted
    SELECT settlement.confirm_by || ' ' || settlement.id || ' ' || settlement.number AS item
    FROM settlement
    WHERE settlement.merchant_id = :merchant_id AND settlement.state = 'open'
        AND settlement.confirm_by >= :today
        AND (:answered = 1) = EXISTS (SELECT 1 FROM settlement_dispute
            WHERE settlement_dispute.settlement_id = settlement.id)
    -- with: up_to_max
;

-- name: payee_proposed^
-- with: counted
    SELECT proposed_at || ' ' || merchant_id || ' ' AS item
    FROM merchant_payee WHERE merchant_id = :merchant_id AND state = 'proposed'
    -- with: up_to_max
;

-- name: days_compared^
-- Days of a merchant's outlets whose list was compared and that were not closed since.
-- with: counted
    SELECT day_comparison.day || ' ' || day_comparison.day || '/' || outlet.id || ' ' || outlet.name AS item
    FROM outlet CROSS JOIN day_comparison
    WHERE outlet.merchant_id = :merchant_id AND day_comparison.outlet_id = outlet.id
    AND NOT EXISTS (SELECT 1 FROM day_close
        WHERE day_close.outlet_id = outlet.id AND day_close.day = day_comparison.day
            AND day_close.closed_at >= day_comparison.compared_at)
    GROUP BY outlet.id, outlet.name, day_comparison.day
    -- with: up_to_max
;

-- name: devices_unsent^
-- with: counted
    SELECT till_device.last_seen_at || ' ' || till_device.id || ' ' || outlet.name || ' ' || terminal.label
        AS item
    FROM outlet CROSS JOIN terminal CROSS JOIN till_device
    WHERE outlet.merchant_id = :merchant_id AND terminal.outlet_id = outlet.id
        AND till_device.terminal_id = terminal.id
        AND till_device.unsent_count > 0 AND till_device.ended_at IS NULL
    -- with: up_to_max
;

-- name: cashiers_locked^
-- with: counted
    SELECT ' ' || staff.id || ' ' || staff.name AS item
    FROM outlet CROSS JOIN staff
    WHERE outlet.merchant_id = :merchant_id AND staff.outlet_id = outlet.id
        AND staff.role = 'cashier' AND staff.locked_until > :now
    -- with: up_to_max
;

-- name: register_jobs
-- The registers that were sent or imported since, the latest first.
SELECT id, kind, state, asked_json, created_at FROM job
WHERE kind IN ('register.check', 'register.import') AND created_at >= :since
ORDER BY created_at DESC LIMIT :count_max;

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
