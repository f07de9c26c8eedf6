-- Every SQL statement of the tour: what a visitor has done in the demo county since it was built.

-- name: applied^
-- The newest application that somebody entered by hand, and what has become of it.
SELECT application.id, application.holder_id, application.state, application.submitted_by,
    card.id AS card_id, card.printed_at
FROM application
LEFT JOIN card ON card.holder_id = application.holder_id AND card.state = 'active'
WHERE application.source = 'form' AND application.submitted_at > :since
ORDER BY application.id DESC LIMIT 1;

-- name: happened^
-- Whether a card was printed, read at a till, a sale recorded and a month's closing begun since then.
SELECT EXISTS (SELECT 1 FROM card WHERE printed_at > :since) AS printed,
    EXISTS (SELECT 1 FROM card_lookup WHERE at > :since AND outcome = 'found') AS scanned,
    EXISTS (SELECT 1 FROM ledger WHERE recorded_at > :since AND kind = 'redemption') AS sold,
    EXISTS (SELECT 1 FROM month_close WHERE drafted_at > :since) AS month_begun;

-- name: newest_printed^
-- The card that was printed last since then, to be shown at a till.
SELECT * FROM card WHERE printed_at > :since AND state = 'active' ORDER BY printed_at DESC, id DESC LIMIT 1;
