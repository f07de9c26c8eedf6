-- Every SQL statement of the messages room.

-- name: holder_to_tell^
SELECT id, phone_cipher, division_code FROM holder WHERE id = :id AND erased_at IS NULL;

-- name: insert_message!
-- Returns 0 if the fact was told before.
INSERT INTO message (
    id, holder_id, kind, fact, channel, language, content_cipher, state, attempts, made_at, next_at, expires_at
) VALUES (
    :id, :holder_id, :kind, :fact, :channel, :language, :content_cipher, :state, 0, :made_at, :next_at, :expires_at
)
ON CONFLICT (kind, fact) DO NOTHING;

-- name: count_codes_since$
SELECT COUNT(*) FROM message
WHERE holder_id = :holder_id AND kind = 'code' AND made_at > :since;

-- name: choice_of^
SELECT purchases, by_phone, language FROM message_choice WHERE holder_id = :holder_id;

-- name: keep_choice!
INSERT INTO message_choice (holder_id, purchases, by_phone, language, chosen_at, chosen_by)
VALUES (:holder_id, :purchases, :by_phone, :language, :chosen_at, :chosen_by)
ON CONFLICT (holder_id) DO UPDATE SET purchases = excluded.purchases, by_phone = excluded.by_phone,
    language = excluded.language, chosen_at = excluded.chosen_at, chosen_by = excluded.chosen_by;

-- ---------------------------------------------------------------- sending
-- name: due_messages
-- Codes at any hour; the others while people are awake.
SELECT id FROM message
WHERE state = 'waiting' AND next_at <= :now
    AND ((:codes = 1 AND kind = 'code') OR (:others = 1 AND kind <> 'code'))
ORDER BY next_at, id LIMIT :row_limit;

-- name: expired_codes
SELECT id FROM message
WHERE content_cipher IS NOT NULL AND expires_at <= :now LIMIT :row_limit;

-- name: forget_code!
-- One that was sent stays sent.
UPDATE message SET content_cipher = NULL,
    problem = CASE WHEN state = 'waiting' THEN 'expired' ELSE problem END,
    ended_at = COALESCE(ended_at, :now),
    state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END
WHERE id = :id AND expires_at <= :now;

-- name: take_message^
-- Claims it by moving next_at on: other senders no longer find it due.
UPDATE message SET attempts = attempts + 1, tried_at = :now, next_at = :next_at
WHERE id = :id AND state = 'waiting' AND next_at <= :now
RETURNING id, holder_id, kind, fact, channel, language, content_cipher, attempts, made_at, expires_at;

-- name: count_others_since$
-- Of one person: what was sent, and what somebody is sending.
SELECT COUNT(*) FROM message
WHERE holder_id = :holder_id AND id <> :id AND kind <> 'code' AND tried_at >= :since
    AND state IN ('sent', 'waiting', 'failed');

-- name: note_sent!
-- A code that was sent is forgotten at once.
UPDATE message SET state = 'sent', ended_at = :now, problem = NULL, sent_to = :sent_to,
    content_cipher = CASE WHEN kind = 'code' THEN NULL ELSE content_cipher END
WHERE id = :id AND state = 'waiting';

-- name: note_failed!
-- The next attempt is counted from the end of this one: a gateway may take half a minute to fail.
UPDATE message SET state = :state, problem = :problem, sent_to = :sent_to, next_at = :next_at,
    content_cipher = CASE WHEN kind = 'code' AND CAST(:state AS TEXT) = 'failed' THEN NULL ELSE content_cipher END
WHERE id = :id AND state = 'waiting';

-- name: drop_message!
UPDATE message SET state = 'dropped', problem = :problem, ended_at = :now, content_cipher = NULL
WHERE id = :id AND state = 'waiting';

-- name: drop_codes!
-- A newer code has ended them: whoever got one of them last would type what lets nobody in.
UPDATE message SET state = 'dropped', problem = 'no_longer_so', ended_at = :now, content_cipher = NULL
WHERE holder_id = :holder_id AND kind = 'code' AND state = 'waiting';

-- name: to_paper!
-- The person wants no messages on the phone any more: the office tells it.
UPDATE message SET state = 'to_tell', channel = 'paper', attempts = attempts - 1, tried_at = NULL
WHERE id = :id AND state = 'waiting';

-- name: put_off_message!
UPDATE message SET attempts = attempts - 1, tried_at = NULL, next_at = :next_at WHERE id = :id AND state = 'waiting';

-- name: send_again^
-- Also one that had no phone when it was made, now that there is one.
UPDATE message SET state = 'waiting', attempts = 0, next_at = :now, channel = :channel, problem = NULL
WHERE id = :id AND kind <> 'code' AND state IN ('waiting', 'failed', 'to_tell') AND content_cipher IS NOT NULL
RETURNING id, holder_id, kind;

-- name: message_by_id^
SELECT m.id, m.holder_id, m.kind, m.fact, m.channel, m.state, h.division_code, h.phone_cipher
FROM message AS m JOIN holder AS h ON h.id = m.holder_id
WHERE m.id = :id;

-- ---------------------------------------------------------------- facts
-- part: has_died
    -- As the office wrote it down: a list of deaths ended the aid, or somebody was told at the door. Not where it was
    -- taken back: the list was undone, aid was granted since, somebody was met since, or the person chose messages since.
    (EXISTS (SELECT 1 FROM eligibility AS e JOIN aid_ending_person AS p ON p.eligibility_id = e.id
            JOIN aid_ending AS z ON z.id = p.ending_id
        WHERE e.holder_id = h.id AND p.cause = 'died' AND p.state = 'ended'
            AND NOT EXISTS (SELECT 1 FROM eligibility AS n WHERE n.holder_id = h.id AND n.recorded_at > z.decided_at))
    OR EXISTS (SELECT 1 FROM reach_contact AS r
        WHERE r.result = 'died' AND r.id = (SELECT MAX(s.id) FROM reach_contact AS s WHERE s.holder_id = h.id))
    OR EXISTS (SELECT 1 FROM message AS d JOIN message_told AS t ON t.message_id = d.id
        WHERE d.holder_id = h.id AND t.result = 'died'
            AND NOT EXISTS (SELECT 1 FROM reach_contact AS r WHERE r.holder_id = h.id AND r.id > t.id)
            AND NOT EXISTS (SELECT 1 FROM message_choice AS w
                WHERE w.holder_id = h.id AND w.chosen_at > t.noted_at)))

-- name: has_died$
SELECT 1 FROM holder AS h WHERE h.id = :holder_id AND
    -- with: has_died
;

-- part: goes_on
    -- A card that is suspended or lost may be used again; one that has ended says nothing about when it ends.
    EXISTS (SELECT 1 FROM card AS c WHERE c.holder_id = h.id AND c.state IN ('active', 'suspended', 'lost'))

-- name: entitlement_ends_on$
SELECT h.entitled_until FROM holder AS h WHERE h.id = :holder_id AND
    -- with: goes_on
;

-- name: ending_soon
-- Whose entitlement ends within the days, who has a card to go on with, and was not told of that end; a page after
-- the person (:first, :after).
SELECT h.id, h.entitled_until FROM holder AS h
WHERE h.entitled_until >= :first AND h.entitled_until <= :last
    AND (h.entitled_until > :first OR h.id > :after) AND h.erased_at IS NULL
    AND EXISTS (SELECT 1 FROM card AS c WHERE c.holder_id = h.id AND c.state = 'active')
    AND NOT EXISTS (SELECT 1 FROM message AS m
        WHERE m.kind = 'entitlement_ends' AND m.fact = h.id || ' ' || h.entitled_until)
ORDER BY h.entitled_until, h.id LIMIT :row_limit;

-- part: still_waits
    c.state = 'active' AND c.first_used_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM card_handover AS t WHERE t.card_id = c.id)

-- name: sheets_printed
SELECT id FROM print_run WHERE layout = 'sheet' AND printed_at >= :since AND printed_at < :before ORDER BY id;

-- name: cards_waiting
-- Printed with others on a sheet, and neither handed over nor used since. One that was printed alone was printed at the
-- counter, for the person who stood there.
-- From a run to its cards, never through all cards; a page after the card.
SELECT c.id, c.holder_id FROM print_run_card AS p JOIN card AS c ON c.id = p.card_id
WHERE p.print_run_id = :print_run_id AND p.card_id > :after
    AND c.printed_at >= :since AND c.printed_at < :before AND c.expires_on >= :day
    AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.kind = 'card_waits' AND m.fact = c.id)
    AND
    -- with: still_waits
ORDER BY p.card_id LIMIT :row_limit;

-- name: card_still_waits^
SELECT c.id FROM card AS c
WHERE c.id = :id AND
    -- with: still_waits
;

-- name: applications_refused
-- By a form, since an instant: who applied is told that there is an answer. One that is returned is mended by the
-- registrar; a page after the application.
SELECT a.id, a.holder_id FROM application AS a
WHERE a.state = 'rejected' AND a.id > :after AND a.source = 'form' AND a.decided_at >= :since
    AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.kind = 'dispute_answered' AND m.fact = a.id)
ORDER BY a.id LIMIT :row_limit;

-- name: cursor_of$
SELECT place FROM message_cursor WHERE what = :what;

-- name: move_cursor!
INSERT INTO message_cursor (what, place, moved_at) VALUES (:what, :place, :moved_at)
ON CONFLICT (what) DO UPDATE SET place = excluded.place, moved_at = excluded.moved_at;

-- name: purchases_after
-- Of people who want to hear of each.
SELECT l.id, l.holder_id, l.occurred_at, l.payable_fen
FROM ledger AS l JOIN message_choice AS w ON w.holder_id = l.holder_id
WHERE l.id >= :after AND l.id < :before AND l.kind = 'redemption' AND w.purchases = 1
ORDER BY l.id LIMIT :row_limit;

-- ---------------------------------------------------------------- reading
-- name: messages_before
-- read both ways
-- sorted by: at
-- sorted by number: attempts m.attempts
-- A page of the log, newest first. By state it is filtered, not sorted: an index for that would be taken for the few
-- that wait as well, before the one that has only them.
SELECT m.id, m.holder_id, m.kind, m.channel, m.state, m.attempts, m.made_at, m.tried_at, m.ended_at, m.sent_to,
    m.problem, m.content_cipher, h.name AS holder_name, h.division_code, h.erased_at
FROM message AS m JOIN holder AS h ON h.id = m.holder_id
WHERE m.id < :before AND (CAST(:state AS TEXT) IS NULL OR m.state = :state)
    AND (CAST(:kind AS TEXT) IS NULL OR m.kind = :kind)
    AND (CAST(:channel AS TEXT) IS NULL OR m.channel = :channel)
    AND (CAST(:first AS TEXT) IS NULL OR m.made_at >= :first)
    AND (CAST(:until AS TEXT) IS NULL OR m.made_at < :until)
ORDER BY m.id DESC LIMIT :row_limit;

-- name: count_troubled$
-- An older one that nobody mended is told from the list, or is no news any more.
SELECT COUNT(*) FROM message
WHERE kind <> 'code' AND id >= :since AND (state = 'failed' OR (state = 'waiting' AND problem IS NOT NULL));

-- part: on_the_list
    -- `|| ''`, here and below, keeps the planner from reading every message of these kinds, or every person.
    m.state IN ('to_tell', 'failed') AND m.kind || '' IN ('entitlement_ends', 'card_waits', 'dispute_answered')

-- part: still_so
    h.erased_at IS NULL AND NOT
    -- with: has_died
    AND (m.kind <> 'entitlement_ends'
        OR (m.fact = h.id || ' ' || h.entitled_until AND h.entitled_until >= :day AND
            -- with: goes_on
        ))
    AND (m.kind <> 'card_waits' OR EXISTS (SELECT 1 FROM card AS c WHERE c.id = m.fact AND
        -- with: still_waits
    ))

-- part: still_to_tell
    -- with: on_the_list
    AND
    -- with: still_so

-- name: no_longer_to_tell
SELECT m.id FROM message AS m JOIN holder AS h ON h.id = m.holder_id
WHERE
    -- with: on_the_list
    AND NOT (
    -- with: still_so
    )
ORDER BY m.id;

-- name: drop_untold!
UPDATE message SET state = 'dropped', problem = 'no_longer_so', ended_at = :now, content_cipher = NULL
WHERE id = :id AND state IN ('to_tell', 'failed');

-- name: to_tell_after
-- read both ways
-- sorted by: village h.division_code
SELECT m.id, m.holder_id, m.kind, m.fact, m.made_at, m.problem, m.language, h.name, h.division_code,
    (SELECT t.result FROM message_told AS t
        WHERE t.id = (SELECT MAX(u.id) FROM message_told AS u WHERE u.message_id = m.id)) AS result,
    (SELECT t.told_on FROM message_told AS t
        WHERE t.id = (SELECT MAX(u.id) FROM message_told AS u WHERE u.message_id = m.id)) AS told_on
FROM message AS m JOIN holder AS h ON h.id = m.holder_id
WHERE m.id > :after
    AND h.division_code || '' >= :division_first AND h.division_code || '' <= :division_last
    AND (CAST(:kind AS TEXT) IS NULL OR m.kind = :kind)
    AND
    -- with: still_to_tell
ORDER BY m.id LIMIT :row_limit;

-- name: message_to_tell^
-- The message, if it is still to be told.
SELECT m.id, m.holder_id, m.kind, m.state, h.division_code
FROM message AS m JOIN holder AS h ON h.id = m.holder_id
WHERE m.id = :id AND
    -- with: still_to_tell
;

-- name: messages_of
SELECT id, kind, channel, state, attempts, made_at, tried_at, ended_at, sent_to, problem
FROM message WHERE holder_id = :holder_id ORDER BY id DESC LIMIT :row_limit;

-- name: told_of
SELECT result, told_on, noted_at, noted_by FROM message_told WHERE message_id = :message_id ORDER BY id;

-- name: newest_to_phone^
-- That was sent, did not arrive, or is still tried in vain.
SELECT id, kind, state, sent_to, problem, tried_at, made_at FROM message
WHERE holder_id = :holder_id AND channel <> 'paper'
    AND (state IN ('sent', 'failed') OR (state = 'waiting' AND problem IS NOT NULL) OR problem = 'expired')
ORDER BY id DESC LIMIT 1;

-- name: newest_code^
SELECT state, problem, made_at, tried_at, ended_at FROM message
WHERE holder_id = :holder_id AND kind = 'code' AND made_at >= :since
ORDER BY id DESC LIMIT 1;

-- name: count_late_codes$
-- Codes of the last days that did not go out in time, or wait after an attempt that failed.
SELECT COUNT(*) FROM message
WHERE id >= :since AND kind = 'code'
    AND (state = 'failed' OR (state = 'dropped' AND problem = 'expired') OR (state = 'waiting' AND problem IS NOT NULL));

-- name: count_unreadable$
SELECT COUNT(*) FROM message WHERE state IN ('to_tell', 'failed') AND problem = 'content_unreadable';

-- name: count_overdue$
-- Due for long, and nobody has sent them.
SELECT COUNT(*) FROM message WHERE state = 'waiting' AND next_at < :before;

-- name: count_held_up$
-- How many people's messages wait after an attempt of the last minutes that failed by the gateway's fault.
SELECT COUNT(DISTINCT holder_id) FROM message
WHERE state = 'waiting' AND problem IS NOT NULL AND tried_at >= :since AND next_at >= :since;

-- name: sums_since
-- How many messages of each kind and state there are from an id on.
SELECT kind, state, COUNT(*) AS count FROM message WHERE id >= :since GROUP BY kind, state;

-- name: lock_message^
-- Of two who write down at once what came of it the second sees what the first has written.
UPDATE message SET next_at = next_at WHERE id = :id RETURNING id;

-- name: last_told^
SELECT result, told_on FROM message_told WHERE message_id = :message_id ORDER BY id DESC LIMIT 1;

-- name: drop_rest_of_person!
UPDATE message SET state = 'dropped', problem = 'no_longer_so', ended_at = :now, content_cipher = NULL
WHERE holder_id = :holder_id AND id <> :id AND kind <> 'code' AND state IN ('waiting', 'to_tell', 'failed');

-- name: insert_told!
INSERT INTO message_told (id, message_id, result, told_on, noted_at, noted_by)
VALUES (:id, :message_id, :result, :told_on, :noted_at, :noted_by);

-- name: note_told!
UPDATE message SET state = 'told', ended_at = :now WHERE id = :id AND state IN ('to_tell', 'failed');

-- name: person_of^
SELECT id, name, division_code, phone_cipher FROM holder WHERE id = :id AND erased_at IS NULL;
