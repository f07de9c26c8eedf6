-- Every SQL statement of the cards room.

-- part: card_and_key
SELECT card.*, revoked.revoked_at AS key_revoked_at
FROM card LEFT JOIN revoked_card_key AS revoked ON revoked.key_id = card.key_id

-- name: card_by_id^
-- with: card_and_key
WHERE card.id = :id;

-- name: card_by_number^
-- with: card_and_key
WHERE card.number = :number;

-- name: card_by_copy_id^
-- with: card_and_key
WHERE card.copy_id = :copy_id;

-- name: revoke_key^
-- Returns nothing if the key is revoked already.
INSERT INTO revoked_card_key (id, key_id, reason, revoked_at, revoked_by)
VALUES (:id, :key_id, :reason, :revoked_at, :revoked_by)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: revoked_keys
SELECT key_id, reason, revoked_at, revoked_by FROM revoked_card_key ORDER BY key_id;

-- name: active_cards_of_key
-- By id, after one.
SELECT id, expires_on FROM card
WHERE key_id = :key_id AND state = 'active' AND id > :after
ORDER BY id LIMIT :row_limit;

-- name: live_cards_of_key
SELECT state, CAST(COUNT(*) AS BIGINT) AS cards FROM card
WHERE key_id = :key_id AND state IN ('active', 'suspended', 'lost')
GROUP BY state ORDER BY state;

-- name: live_card_of_holder^
SELECT * FROM card WHERE holder_id = :holder_id AND state IN ('active', 'suspended', 'lost');

-- name: cards_of_holder
SELECT * FROM card WHERE holder_id = :holder_id ORDER BY created_at, id;

-- name: holder_for_card^
SELECT id, erased_at FROM holder WHERE id = :id;

-- name: insert_card^
-- Returns nothing if the number or the copy id is taken, or the holder has a live card.
INSERT INTO card (id, copy_id, number, holder_id, state, key_id, issued_on, expires_on, created_at)
VALUES (:id, :copy_id, :number, :holder_id, 'active', :key_id, :issued_on, :expires_on, :created_at)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: change_state^
UPDATE card SET state = :new_state, ended_on = :ended_on
WHERE id = :id AND state = :old_state RETURNING *;

-- name: expire_due
UPDATE card SET state = 'expired'
WHERE state IN ('active', 'suspended', 'lost') AND expires_on < :today
RETURNING *;

-- name: expire_due_of_holder
UPDATE card SET state = 'expired'
WHERE holder_id = :holder_id AND state IN ('active', 'suspended', 'lost') AND expires_on < :today
RETURNING *;

-- name: insert_event!
INSERT INTO card_event (id, card_id, event, reason, actor, recorded_at)
VALUES (:id, :card_id, :event, :reason, :actor, :recorded_at);

-- name: note_printed!
UPDATE card SET printed_at = :printed_at WHERE id = :id AND printed_at IS NULL;

-- name: fulfil_applications!
-- The holder now has a card, so approved applications are fulfilled.
UPDATE application SET fulfilled_at = :fulfilled_at
WHERE holder_id = :holder_id AND state = 'approved' AND fulfilled_at IS NULL;

-- name: events_of_card
SELECT id, card_id, event, reason, actor, recorded_at FROM card_event
WHERE card_id = :card_id ORDER BY recorded_at, id;

-- name: cards_of_run
-- Active cards of holders in a range of division codes, but none whose signing key leaked.
SELECT card.*, holder.name AS holder_name, holder.division_code, village.name AS village_name
FROM card JOIN holder ON holder.id = card.holder_id
JOIN division AS village ON village.code = holder.division_code
WHERE card.state = 'active' AND card.expires_on >= :today
  AND holder.division_code >= :division_first AND holder.division_code <= :division_last
  AND (CAST(:printed_too AS BIGINT) = 1 OR card.printed_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM revoked_card_key AS revoked WHERE revoked.key_id = card.key_id)
ORDER BY holder.division_code, card.number;

-- name: card_with_name^
SELECT card.*, holder.name AS holder_name, holder.division_code,
    COALESCE(holder.verified_on, card.issued_on) AS verified_on,
    revoked.revoked_at AS key_revoked_at
FROM card JOIN holder ON holder.id = card.holder_id
LEFT JOIN revoked_card_key AS revoked ON revoked.key_id = card.key_id
WHERE card.id = :id;

-- name: approved_without_card
-- Holders with an approved application who have no card, and an aid that has not ended.
SELECT DISTINCT holder.id FROM application CROSS JOIN holder
WHERE holder.id = application.holder_id
    AND application.state = 'approved' AND application.fulfilled_at IS NULL
    AND holder.erased_at IS NULL
  AND holder.entitled_until || '' >= :today
    AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder_id = holder.id
        AND card.state IN ('active', 'suspended', 'lost'))
ORDER BY holder.id;

-- name: live_cards_by_key
SELECT key_id, CAST(COUNT(*) AS BIGINT) AS cards FROM card
WHERE state IN ('active', 'suspended', 'lost')
GROUP BY key_id ORDER BY key_id;

-- name: newest_card_key^
SELECT key_id FROM card ORDER BY id DESC LIMIT 1;

-- name: any_card^
SELECT id FROM card LIMIT 1;

-- The statements of the list of cards. Each starts from the index that narrows most; the filters
-- below only exclude. `|| ''` keeps the planner from starting from those filters, or from walking
-- over every card in order of issue to find a few lost ones. PostgreSQL takes such a comparison for one that
-- few rows meet, and then sorts them all: so the whole county is not compared, and a state is a CASE that is not 0.

-- part: wanted
    AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last))
    AND (CAST(:state AS TEXT) IS NULL OR CASE card.state WHEN :state THEN 1 ELSE 0 END <> 0)
    AND (CAST(:expires_by AS TEXT) IS NULL
        OR (card.state || '' = 'active' AND card.expires_on || '' <= :expires_by))
    AND (CAST(:verified_before AS TEXT) IS NULL OR (card.state || '' = 'active'
        AND COALESCE(holder.verified_on, card.issued_on) < :verified_before))
    AND (CAST(:unprinted AS BIGINT) = 0
        OR (card.state || '' = 'active' AND card.printed_at IS NULL))
    -- Where no key was revoked, the next line ends it before a card is read.
    AND (CAST(:key_revoked AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM revoked_card_key))
    AND (CAST(:key_revoked AS BIGINT) = 0 OR (card.state || '' IN ('active', 'suspended', 'lost')
        AND card.key_id IN (SELECT revoked.key_id FROM revoked_card_key AS revoked)))
    AND (CAST(:not_entitled_on AS TEXT) IS NULL OR (card.state || '' = 'active'
        AND card.expires_on || '' >= :not_entitled_on
        AND (holder.entitled_until || '' < :not_entitled_on
            OR (holder.entitled_from || '' > :not_entitled_on AND NOT EXISTS (
                SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
                AND eligibility.starts_on <= :not_entitled_on
                AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= :not_entitled_on))))))

-- part: orders_of_all
-- sorted by: issued
-- sorted by: number card.number
-- sorted by: expires card.expires_on

-- part: orders_of_few
-- The same where a statement starts from few cards: they are sorted, and not found by a walk over all.
-- sorted by: issued
-- sorted by: number card.number || ''
-- sorted by: expires card.expires_on || ''

-- name: card_ids_by_walk
-- read both ways
-- with: orders_of_all
-- Walks over every card in order of issue.
SELECT card.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.id > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_by_number
-- read both ways
-- with: orders_of_few
SELECT card.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.number = :number AND card.id > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_by_state
-- read both ways
-- with: orders_of_few
-- Starts from the state, for states other than active.
SELECT card.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.state = :state AND card.state <> 'active' AND card.id > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_to_print
-- read both ways
-- with: orders_of_few
-- Starts from the cards that were never printed.
SELECT card.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.state = 'active' AND card.printed_at IS NULL
    -- The second bound leads to the same index where another order has taken the first one's place.
    AND card.id > :after AND card.id >= ''
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_by_expiry
-- read both ways
-- with: orders_of_few
-- Starts from the last valid day.
SELECT card.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.state = 'active' AND card.expires_on <= :expires_by
    AND card.id || '' > :after
    -- with: wanted
ORDER BY card.id || '' LIMIT :row_limit;

-- name: card_ids_unverified
-- read both ways
-- with: orders_of_few
-- Starts from the holders last verified too long ago, or never since the card was issued.
SELECT card.id FROM (
    SELECT seen.id FROM holder AS seen WHERE seen.verified_on < :verified_before
    UNION ALL
    SELECT never.id FROM holder AS never WHERE never.verified_on IS NULL AND EXISTS (
        SELECT 1 FROM card AS issued WHERE issued.holder_id = never.id
        AND issued.state IN ('active', 'suspended', 'lost') AND issued.issued_on < :verified_before)
) AS due CROSS JOIN holder CROSS JOIN card
WHERE holder.id = due.id AND card.holder_id = due.id AND card.id || '' > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_not_entitled
-- read both ways
-- with: orders_of_few
-- Starts from the holders whose last stretch of entitlement is over, or has not begun.
SELECT card.id FROM (
    SELECT past.id FROM holder AS past WHERE past.entitled_until < :not_entitled_on
    UNION ALL
    SELECT later.id FROM holder AS later WHERE later.entitled_from > :not_entitled_on
) AS due CROSS JOIN holder CROSS JOIN card
WHERE holder.id = due.id AND card.holder_id = due.id AND card.id || '' > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: card_ids_by_town
-- read both ways
-- with: orders_of_few
-- Starts from the cards of one town.
SELECT card.id FROM holder CROSS JOIN card
WHERE card.holder_id = holder.id AND substr(holder.division_code, 1, 9) = :town
    AND card.id || '' > :after
    -- with: wanted
ORDER BY card.id LIMIT :row_limit;

-- name: count_cards$
SELECT CAST(COUNT(*) AS BIGINT) FROM card;

-- name: listed_card^
SELECT card.id, card.number, card.state, card.issued_on, card.expires_on, card.holder_id,
    holder.entitled_until, holder.name AS holder_name, holder.division_code,
    village.name AS village_name, town.name AS town_name
FROM card
JOIN holder ON holder.id = card.holder_id
JOIN division AS village ON village.code = holder.division_code
LEFT JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
WHERE card.id = :id;

-- name: approved_without_card_in
-- Holders of a division with an approved application who have no card, and an aid that has not ended.
SELECT application.holder_id AS id FROM application CROSS JOIN holder
WHERE holder.id = application.holder_id
    AND application.state = 'approved' AND application.fulfilled_at IS NULL
    AND holder.erased_at IS NULL
    AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last))
    AND holder.entitled_until || '' >= :today
    AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder_id = holder.id
        AND card.state IN ('active', 'suspended', 'lost'))
GROUP BY application.holder_id ORDER BY application.holder_id;

-- name: latest_application_state$
SELECT CASE WHEN fulfilled_at IS NULL THEN state ELSE 'fulfilled' END FROM application
WHERE holder_id = :holder_id ORDER BY submitted_at DESC, id DESC LIMIT 1;

-- name: lock_card!
UPDATE card SET state = state WHERE id = :id;

-- name: printed_before^
SELECT id FROM card_event WHERE card_id = :card_id AND event = 'printed' LIMIT 1;

-- name: insert_print_run!
INSERT INTO print_run (id, layout, card_count, reason, pdf_sha256, printed_at, printed_by)
VALUES (:id, :layout, :card_count, :reason, :pdf_sha256, :printed_at, :printed_by);

-- name: insert_print_run_cards*!
INSERT INTO print_run_card (print_run_id, card_id) VALUES (:print_run_id, :card_id);

-- name: print_runs_before
-- read both ways
-- Runs with a card in the division, newest first.
SELECT * FROM print_run
WHERE id < :before AND EXISTS (
    SELECT 1 FROM print_run_card
    JOIN card ON card.id = print_run_card.card_id
    JOIN holder ON holder.id = card.holder_id
    WHERE print_run_card.print_run_id = print_run.id
        AND holder.division_code >= :division_first AND holder.division_code <= :division_last)
ORDER BY id DESC LIMIT :row_limit;

-- name: print_run_by_id^
SELECT * FROM print_run WHERE id = :id;

-- name: cards_of_print_run
SELECT card.*, holder.name AS holder_name, holder.division_code, division.name AS village_name
FROM print_run_card
JOIN card ON card.id = print_run_card.card_id
JOIN holder ON holder.id = card.holder_id
JOIN division ON division.code = holder.division_code
WHERE print_run_card.print_run_id = :print_run_id
ORDER BY holder.division_code, card.number;

-- name: newest_event$
-- Ids grow with time, so the greatest is the newest.
SELECT id FROM card_event ORDER BY id DESC LIMIT 1;

-- name: denied_copies
-- Answered from the index card_denied alone.
SELECT copy_id FROM card WHERE state <> 'active' AND expires_on >= :today ORDER BY copy_id;

-- name: copies_entitled_until
-- Active copies whose holder's entitlement has ended, or never was.
SELECT card.copy_id FROM holder CROSS JOIN card
WHERE card.holder_id = holder.id AND holder.entitled_until < :today
    AND card.state = 'active' AND card.expires_on >= :today;

-- name: copies_entitled_later
-- Active copies whose holder's last stretch of entitlement is still to begin, and who have none today.
SELECT card.copy_id FROM holder CROSS JOIN card
WHERE card.holder_id = holder.id AND holder.entitled_from > :today
    AND card.state = 'active' AND card.expires_on >= :today
    AND NOT EXISTS (SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
        AND eligibility.starts_on <= :today
        AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= :today));

-- name: last_change_at^
-- The last change of a card's state by an instant.
SELECT id, event FROM card_event
WHERE card_id = :card_id AND recorded_at <= :at AND event <> 'printed'
ORDER BY recorded_at DESC, id DESC LIMIT 1;

-- name: cards_ending
-- Active cards that expire by a day, soonest first. fit = 1: those that can be renewed; fit = 0: the
-- others, whose holder's entitlement ends by then or is due for verification.
SELECT card.id, card.number, card.holder_id, card.expires_on, holder.name AS holder_name,
    holder.division_code, village.name AS village_name, town.name AS town_name,
    CASE WHEN EXISTS (SELECT 1 FROM eligibility WHERE eligibility.holder_id = holder.id
        AND eligibility.starts_on <= :today
        AND (eligibility.ends_on IS NULL OR eligibility.ends_on >= card.expires_on))
        THEN 1 ELSE 0 END AS entitled
FROM card CROSS JOIN holder
JOIN division AS village ON village.code = holder.division_code
LEFT JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
WHERE holder.id = card.holder_id AND card.state = 'active'
    AND card.expires_on >= :today AND card.expires_on <= :last_day
    AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last))
    AND CAST(:fit AS BIGINT) = CASE
        WHEN COALESCE(holder.verified_on, card.issued_on) >= :due_before
            AND EXISTS (SELECT 1 FROM eligibility AS held WHERE held.holder_id = holder.id
                AND held.starts_on <= :today
                AND (held.ends_on IS NULL OR held.ends_on >= card.expires_on))
        THEN 1 ELSE 0 END
ORDER BY card.expires_on, card.id LIMIT :count;

-- name: take_code^
-- Takes a changing code, or tells who has it; a rival is waited for.
INSERT INTO code_use (copy_id, issued_at, terminal_id, taken_at, redemption_id)
VALUES (:copy_id, :issued_at, :terminal_id, :taken_at, NULL)
ON CONFLICT (copy_id, issued_at) DO UPDATE SET taken_at = code_use.taken_at
RETURNING terminal_id, taken_at, redemption_id;

-- name: forget_codes!
-- Of one card alone, by the primary key: cards in use at other tills are not waited for.
DELETE FROM code_use
WHERE copy_id = :copy_id AND issued_at < :issued_before AND redemption_id IS NULL;

-- name: code_use_of^
SELECT terminal_id, taken_at, redemption_id FROM code_use
WHERE copy_id = :copy_id AND issued_at = :issued_at;

-- name: codes_taken_since
SELECT issued_at FROM code_use WHERE copy_id = :copy_id AND issued_at >= :since;

-- name: use_code^
UPDATE code_use SET redemption_id = :redemption_id
WHERE copy_id = :copy_id AND issued_at = :issued_at AND redemption_id IS NULL
RETURNING copy_id;

-- name: hand_over!
-- Once: whoever presses again changes nothing.
INSERT INTO card_handover (card_id, handed_on, noted_at, noted_by)
VALUES (:card_id, :handed_on, :noted_at, :noted_by)
ON CONFLICT (card_id) DO NOTHING;

-- name: handover_of^
SELECT handed_on, noted_at, noted_by FROM card_handover WHERE card_id = :card_id;
