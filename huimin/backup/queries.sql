-- Every SQL statement of the backup room: what is counted, and what is proved, of a whole county.

-- name: count_ledger$
SELECT COUNT(*) FROM ledger;

-- name: count_holders$
SELECT COUNT(*) FROM holder WHERE erased_at IS NULL;

-- name: count_cards$
SELECT COUNT(*) FROM card;

-- name: count_papers$
-- Photos are kept with them.
SELECT (SELECT COUNT(*) FROM evidence_file WHERE removed_at IS NULL)
    + (SELECT COUNT(*) FROM picture WHERE removed_at IS NULL);

-- name: chain_heads
SELECT terminal_id, hash FROM chain_head ORDER BY terminal_id;

-- name: papers
SELECT id FROM evidence_file WHERE removed_at IS NULL
UNION ALL
SELECT id FROM picture WHERE removed_at IS NULL
ORDER BY id;

-- name: signing_keys_of_cards
SELECT DISTINCT key_id FROM card ORDER BY key_id;

-- name: any_number_cipher$
SELECT id_number_cipher FROM holder WHERE erased_at IS NULL ORDER BY id LIMIT 1;

-- name: months_with_settlements
SELECT DISTINCT month FROM settlement WHERE state <> 'voided' ORDER BY month;

-- name: tills_with_unsent_sales
-- What each till had not sent yet when it was last heard of.
SELECT outlet.name AS outlet_name, terminal.code, terminal.label, till_device.unsent_count,
    till_device.unsent_fen, till_device.last_seen_at
FROM till_device
JOIN terminal ON terminal.id = till_device.terminal_id
JOIN outlet ON outlet.id = terminal.outlet_id
WHERE till_device.unsent_count > 0 AND till_device.ended_at IS NULL
ORDER BY outlet.name, terminal.code;
