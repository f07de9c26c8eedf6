-- Every SQL statement of the policies room.

-- name: policy_by_id^
SELECT * FROM policy WHERE id = :id;

-- name: policy_by_version^
SELECT * FROM policy WHERE code = :code AND version = :version;

-- name: draft_of_code^
SELECT * FROM policy WHERE code = :code AND state IN ('draft', 'approved')
ORDER BY version DESC LIMIT 1;

-- name: last_version$
SELECT COALESCE(MAX(version), 0) FROM policy WHERE code = :code;

-- name: versions_of_code
SELECT * FROM policy WHERE code = :code ORDER BY version;

-- name: published_before^
-- The version that a draft of that number replaces.
SELECT * FROM policy
WHERE code = :code AND version < :version AND state = 'published'
ORDER BY version DESC LIMIT 1;

-- name: budgets_in_force
-- Of each policy with a budget the version that counts on a day.
SELECT p.* FROM policy AS p
WHERE p.state = 'published' AND p.budget_version IS NOT NULL
  AND p.starts_on <= :day AND (p.ends_on IS NULL OR p.ends_on >= :day)
  AND NOT EXISTS (
      SELECT 1 FROM policy AS successor
      WHERE successor.code = p.code AND successor.version > p.version
        AND successor.state = 'published' AND successor.starts_on <= :day)
ORDER BY p.code;

-- name: versions_of_budget
-- The published versions that share a budget, in order.
SELECT id, version, starts_on FROM policy
WHERE code = :code AND budget_version = :budget_version AND state = 'published'
ORDER BY version;

-- name: list_policies
SELECT p.*, o.name AS outlet_name
FROM policy AS p LEFT JOIN outlet AS o ON p.scope = 'outlet' AND o.id = p.scope_value
WHERE CAST(:state AS TEXT) IS NULL OR p.state = :state
ORDER BY p.created_at, p.id;

-- name: policy_with_outlet^
SELECT p.*, o.name AS outlet_name
FROM policy AS p LEFT JOIN outlet AS o ON p.scope = 'outlet' AND o.id = p.scope_value
WHERE p.id = :id;

-- name: outlets_for_scope
SELECT o.id, m.name || ' · ' || o.name AS name
FROM outlet AS o JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.state <> 'ended' ORDER BY m.name, o.name, o.id;

-- name: published
SELECT * FROM policy WHERE state = 'published' ORDER BY code, version;

-- name: lock_policies!
-- Serializes publishing, so that each publisher sees what the other did.
UPDATE policy SET state = state WHERE state <> 'withdrawn';

-- name: outlet_for_scope^
SELECT id, name, kind FROM outlet WHERE id = :id;

-- name: insert_policy^
-- Returns nothing if somebody saved that version in between.
INSERT INTO policy (
    id, code, version, name, state, scope, scope_value, starts_on, ends_on, rate_bp,
    rounding_unit_fen, minimum_spend_fen, cap_redemption_fen, cap_card_day_fen, cap_card_month_fen,
    excluded_categories, base, merchant_share_bp, government_share_bp, offline_hours,
    offline_cap_redemption_fen, offline_cap_card_fen, offline_cap_terminal_fen, offline_bearer,
    offline_changing_code, offline_clock_minutes, offline_send_days, offline_two_people_fen,
    budget_fen, budget_version, created_at, created_by)
VALUES (
    :id, :code, :version, :name, 'draft', :scope, :scope_value, :starts_on, :ends_on, :rate_bp,
    :rounding_unit_fen, :minimum_spend_fen, :cap_redemption_fen, :cap_card_day_fen,
    :cap_card_month_fen, :excluded_categories, :base, :merchant_share_bp, :government_share_bp,
    :offline_hours, :offline_cap_redemption_fen, :offline_cap_card_fen, :offline_cap_terminal_fen,
    :offline_bearer, :offline_changing_code, :offline_clock_minutes, :offline_send_days,
    :offline_two_people_fen, :budget_fen, :budget_version, :created_at, :created_by)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: change_draft^
-- A version can change until it is published, and must then be approved again; returns nothing if it
-- was published in between.
UPDATE policy SET state = 'draft', approved_at = NULL, approved_by = NULL,
    name = :name, scope = :scope, scope_value = :scope_value, starts_on = :starts_on,
    ends_on = :ends_on, rate_bp = :rate_bp, rounding_unit_fen = :rounding_unit_fen,
    minimum_spend_fen = :minimum_spend_fen, cap_redemption_fen = :cap_redemption_fen,
    cap_card_day_fen = :cap_card_day_fen, cap_card_month_fen = :cap_card_month_fen,
    excluded_categories = :excluded_categories, base = :base,
    merchant_share_bp = :merchant_share_bp, government_share_bp = :government_share_bp,
    offline_hours = :offline_hours, offline_cap_redemption_fen = :offline_cap_redemption_fen,
    offline_cap_card_fen = :offline_cap_card_fen,
    offline_cap_terminal_fen = :offline_cap_terminal_fen, offline_bearer = :offline_bearer,
    offline_changing_code = :offline_changing_code,
    offline_clock_minutes = :offline_clock_minutes, offline_send_days = :offline_send_days,
    offline_two_people_fen = :offline_two_people_fen,
    budget_fen = :budget_fen, budget_version = :budget_version,
    created_at = :created_at, created_by = :created_by
WHERE id = :id AND state IN ('draft', 'approved')
RETURNING *;

-- name: set_published^
UPDATE policy SET state = 'published', published_at = :published_at, published_by = :published_by
WHERE id = :id AND state IN ('draft', 'approved')
RETURNING *;

-- name: set_approved^
UPDATE policy SET state = 'approved', approved_at = :approved_at, approved_by = :approved_by
WHERE id = :id AND state = 'draft'
RETURNING *;

-- name: set_withdrawn^
UPDATE policy SET state = 'withdrawn' WHERE id = :id AND state <> 'withdrawn' RETURNING *;

-- name: in_force^
-- Of each code the highest published version that has started counts, and earlier ones never again.
-- :eligibilities is ",dibao,,tekun,"; a value is in it if removing it changes it, which both engines
-- can express. Most specific scope first, then the higher rate, then the code.
SELECT p.*
FROM policy AS p
WHERE p.state = 'published'
  AND p.starts_on <= :day
  AND (p.ends_on IS NULL OR p.ends_on >= :day)
  AND (p.scope = 'all'
       OR (p.scope = 'kind' AND p.scope_value = :outlet_kind)
       OR (p.scope = 'outlet' AND p.scope_value = :outlet_id)
       OR (p.scope = 'eligibility'
           AND replace(CAST(:eligibilities AS TEXT), ',' || p.scope_value || ',', '')
               <> CAST(:eligibilities AS TEXT)))
  AND NOT EXISTS (
      SELECT 1 FROM policy AS successor
      WHERE successor.code = p.code AND successor.version > p.version
        AND successor.state = 'published' AND successor.starts_on <= :day)
ORDER BY CASE p.scope WHEN 'outlet' THEN 0 WHEN 'eligibility' THEN 1 WHEN 'kind' THEN 2 ELSE 3 END,
         p.rate_bp DESC, p.code
LIMIT 1;

-- name: in_force_as_known^
-- The policy for holders in general on a day, among those published by an instant: what a till
-- without network could know.
SELECT p.*
FROM policy AS p
WHERE p.state = 'published'
  AND p.published_at <= :known_at
  AND p.starts_on <= :day
  AND (p.ends_on IS NULL OR p.ends_on >= :day)
  AND (p.scope = 'all'
       OR (p.scope = 'kind' AND p.scope_value = :outlet_kind)
       OR (p.scope = 'outlet' AND p.scope_value = :outlet_id))
  AND NOT EXISTS (
      SELECT 1 FROM policy AS successor
      WHERE successor.code = p.code AND successor.version > p.version
        AND successor.state = 'published' AND successor.published_at <= :known_at
        AND successor.starts_on <= :day)
ORDER BY CASE p.scope WHEN 'outlet' THEN 0 WHEN 'kind' THEN 2 ELSE 3 END,
         p.rate_bp DESC, p.code
LIMIT 1;

-- name: redemptions_of_month
-- The redemptions that the dry run applies a draft to, in chronological order.
SELECT l.id, l.outlet_id, o.name AS outlet_name, l.outlet_kind, l.holder_id, l.eligibility,
       l.policy_id, l.policy_code, l.amount_fen, l.insurance_fen, l.excluded_fen, l.eligible_fen,
       l.discount_fen, l.merchant_share_fen, l.detail_json, l.channel, l.occurred_at,
       l.business_day, l.month
FROM ledger AS l JOIN outlet AS o ON o.id = l.outlet_id
WHERE l.month = :month AND l.kind = 'redemption'
ORDER BY l.occurred_at, l.id;

-- name: reversals_of_month
-- Every reversal of that month's redemptions, whenever it was made.
SELECT r.id, r.reverses_id, r.occurred_at, r.amount_fen, r.insurance_fen, r.excluded_fen,
       r.eligible_fen, r.discount_fen, r.merchant_share_fen, r.detail_json
FROM ledger AS r JOIN ledger AS l ON l.id = r.reverses_id
WHERE l.month = :month AND l.kind = 'redemption'
ORDER BY r.occurred_at, r.id;

-- name: eligibilities_of_month
-- The eligibilities of the month's card users, with their periods.
SELECT e.holder_id, e.kind, e.starts_on, e.ends_on
FROM eligibility AS e
WHERE e.starts_on <= :last_day AND (e.ends_on IS NULL OR e.ends_on >= :first_day)
  AND e.holder_id IN (SELECT l.holder_id FROM ledger AS l WHERE l.month = :month)
ORDER BY e.holder_id, e.kind, e.starts_on;
