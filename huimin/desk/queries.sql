-- Every SQL statement of the desk: what waits, counted. Each count stops where it says enough.

-- name: applications_waiting$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM application JOIN holder ON holder.id = application.holder_id
    WHERE application.state = 'submitted'
        AND (CAST(:before AS TEXT) IS NULL OR application.submitted_at < :before)
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    LIMIT :count_max) AS counted;

-- name: eligibilities_ending$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT eligibility.holder_id FROM eligibility JOIN holder ON holder.id = eligibility.holder_id
    WHERE eligibility.ends_on >= :today AND eligibility.ends_on <= :ending_by
        AND holder.erased_at IS NULL
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    GROUP BY eligibility.holder_id LIMIT :count_max) AS counted;

-- name: cards_lost$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card JOIN holder ON holder.id = card.holder_id
    WHERE card.state = 'lost'
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    LIMIT :count_max) AS counted;

-- name: cards_to_print$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card JOIN holder ON holder.id = card.holder_id
    WHERE card.state = 'active' AND card.expires_on >= :today
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
        AND NOT EXISTS (SELECT 1 FROM card_event
            WHERE card_event.card_id = card.id AND card_event.event = 'printed')
    LIMIT :count_max) AS counted;

-- name: approved_without_card$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT application.holder_id FROM application JOIN holder ON holder.id = application.holder_id
    WHERE application.state = 'approved' AND holder.erased_at IS NULL
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
        AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder_id = holder.id)
    GROUP BY application.holder_id LIMIT :count_max) AS counted;

-- name: unverified_cards$
SELECT CAST(COUNT(*) AS BIGINT) FROM (
    SELECT 1 FROM card JOIN holder ON holder.id = card.holder_id
    WHERE card.state = 'active' AND COALESCE(holder.verified_on, card.issued_on) < :due_before
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    LIMIT :count_max) AS counted;

-- name: silent_outlets$
-- Active outlets without a transaction in a month.
SELECT CAST(COUNT(*) AS BIGINT) FROM outlet JOIN merchant ON merchant.id = outlet.merchant_id
WHERE outlet.state = 'active' AND merchant.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM rollup_month
        WHERE rollup_month.month = :month AND rollup_month.outlet_id = outlet.id);

-- name: merchant_applications$
SELECT CAST(COUNT(*) AS BIGINT) FROM merchant_application WHERE state = 'submitted';

-- name: policy_drafts$
SELECT CAST(COUNT(*) AS BIGINT) FROM policy WHERE state IN ('draft', 'approved');

-- name: locked_accounts$
SELECT CAST(COUNT(*) AS BIGINT) FROM staff WHERE locked_until > :now;
