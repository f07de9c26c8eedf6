-- Every SQL statement of the claims room. The redemption of an approved claim is written by the ledger room alone.

-- name: insert_claim^
-- Nothing comes back when the number is taken or the order has an open claim.
INSERT INTO claim (
    id, claim_no, state, source, outlet_id, terminal_id, card_id, holder_id, presenter_kind,
    identity_checked, order_no, amount_fen, excluded_fen, insurance_fen, occurred_at, business_day,
    refusal_code, note, cashier, staff_id, submitted_at, submitted_by, items_json
) VALUES (
    :id, :claim_no, 'submitted', :source, :outlet_id, :terminal_id, :card_id, :holder_id,
    :presenter_kind, :identity_checked, :order_no, :amount_fen, :excluded_fen, :insurance_fen,
    :occurred_at, :business_day, :refusal_code, :note, :cashier, :staff_id, :submitted_at,
    :submitted_by, :items_json
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: open_claim_of_order^
SELECT * FROM claim
WHERE outlet_id = :outlet_id AND order_no = :order_no AND state = 'submitted';

-- name: claim_of_outlet^
-- By its id or by the number on its slip.
SELECT * FROM claim WHERE outlet_id = :outlet_id AND (id = :wanted OR claim_no = :wanted);

-- name: lock_claim^
UPDATE claim SET state = state WHERE id = :id RETURNING *;

-- name: decide_claim^
UPDATE claim SET state = :state, decided_at = :decided_at, decided_by = :decided_by,
    reason = :reason, redemption_id = :redemption_id
WHERE id = :id AND state = 'submitted'
RETURNING *;

-- name: claims_of_outlet
-- The outlet's own claims, the latest first.
SELECT claim.*, ledger.receipt_no, ledger.discount_fen
FROM claim LEFT JOIN ledger ON ledger.id = claim.redemption_id
WHERE claim.outlet_id = :outlet_id
ORDER BY claim.id DESC LIMIT :row_limit;

-- name: claims_before
-- read both ways
-- sorted by: at
-- sorted by: day claim.business_day
-- sorted by: outlet outlet.name
-- sorted by number: amount claim.amount_fen
-- sorted by number: discount COALESCE(ledger.discount_fen, -1)
-- sorted by: state claim.state
-- sorted by: source claim.source
-- The latest first, behind the id :before; holders in a range of division codes, from which `|| ''` keeps the planner
-- from starting: it would look through a million people for a few claims.
SELECT claim.*, outlet.name AS outlet_name, holder.name AS holder_name, holder.division_code,
    holder.erased_at, card.number AS card_number, ledger.receipt_no, ledger.discount_fen
FROM claim
JOIN outlet ON outlet.id = claim.outlet_id
JOIN holder ON holder.id = claim.holder_id
JOIN card ON card.id = claim.card_id
LEFT JOIN ledger ON ledger.id = claim.redemption_id
WHERE claim.id < :before
  AND (CAST(:state AS TEXT) IS NULL OR claim.state = :state)
  AND (CAST(:outlet_id AS TEXT) IS NULL OR claim.outlet_id = :outlet_id)
  AND (CAST(:source AS TEXT) IS NULL OR claim.source = :source)
  AND (CAST(:number AS TEXT) IS NULL OR claim.claim_no = :number OR claim.order_no = :number)
  AND (CAST(:first_day AS TEXT) IS NULL OR claim.business_day >= :first_day)
  AND (CAST(:last_day AS TEXT) IS NULL OR claim.business_day <= :last_day)
  AND holder.division_code || '' >= :division_first AND holder.division_code || '' <= :division_last
ORDER BY claim.id DESC LIMIT :row_limit;

-- name: claim_with_names^
SELECT claim.*, outlet.name AS outlet_name, outlet.kind AS outlet_kind,
    terminal.code AS terminal_code, terminal.label AS terminal_label,
    holder.name AS holder_name, holder.division_code, holder.erased_at,
    card.number AS card_number, card.state AS card_state, card.issued_on, card.expires_on,
    ledger.receipt_no, ledger.discount_fen, ledger.payable_fen
FROM claim
JOIN outlet ON outlet.id = claim.outlet_id
JOIN terminal ON terminal.id = claim.terminal_id
JOIN holder ON holder.id = claim.holder_id
JOIN card ON card.id = claim.card_id
LEFT JOIN ledger ON ledger.id = claim.redemption_id
WHERE claim.id = :id;

-- name: outlets_with_claims
SELECT DISTINCT outlet.id, outlet.name FROM claim JOIN outlet ON outlet.id = claim.outlet_id
ORDER BY outlet.name, outlet.id;

-- name: same_sale
-- Redemptions of this holder on that day for the same amount anywhere: the sale may have had its discount already.
SELECT ledger.id, ledger.receipt_no, ledger.order_no, ledger.amount_fen, ledger.discount_fen,
    ledger.occurred_at, outlet.name AS outlet_name
FROM ledger JOIN outlet ON outlet.id = ledger.outlet_id
WHERE ledger.holder_id = :holder_id AND ledger.business_day = :day AND ledger.kind = 'redemption'
  AND ledger.amount_fen = :amount_fen
ORDER BY ledger.id;
