-- Every SQL statement of the my room.

-- ---------------------------------------------------------------- who signs in
-- name: person_of_card^
-- Of a card that may open "my card": its holder, with what proves who they are. A replaced or revoked copy opens nothing.
SELECT card.id AS card_id, holder.id AS holder_id, holder.id_number_cipher, holder.phone_cipher
FROM card JOIN holder ON holder.id = card.holder_id
WHERE card.number = :number AND card.state NOT IN ('replaced', 'revoked') AND holder.erased_at IS NULL;

-- name: lock_person!
-- Codes and phones of one holder come one after the other: of two at once the second ends the first.
UPDATE holder SET entitled_until = entitled_until WHERE id = :holder_id;

-- name: number_of_copy$
SELECT number FROM card WHERE copy_id = :copy_id;

-- name: card_of_holder^
-- The card that "my card" is about: the live one, or else the newest that is neither replaced nor revoked.
SELECT * FROM card WHERE holder_id = :holder_id AND state NOT IN ('replaced', 'revoked')
ORDER BY CASE state WHEN 'expired' THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT 1;

-- name: member_of_holder^
SELECT id, holder_id, name, relation, id_number_cipher FROM family_member
WHERE id = :id AND holder_id = :holder_id AND ended_at IS NULL;

-- name: members_allowed
-- The members of the family, each with whether the holder lets them look.
SELECT member.id, member.name, member.relation, allowed.allowed_at,
    CASE WHEN member.id_number_cipher IS NULL THEN 0 ELSE 1 END AS has_number
FROM family_member AS member
LEFT JOIN my_member_view AS allowed ON allowed.member_id = member.id AND allowed.ended_at IS NULL
WHERE member.holder_id = :holder_id AND member.ended_at IS NULL
ORDER BY member.added_at, member.id;

-- name: allow_member!
INSERT INTO my_member_view (id, holder_id, member_id, allowed_at, allowed_by, ended_at)
VALUES (:id, :holder_id, :member_id, :now, :allowed_by, NULL)
ON CONFLICT DO NOTHING;

-- name: end_member_view!
UPDATE my_member_view SET ended_at = :now
WHERE holder_id = :holder_id AND member_id = :member_id AND ended_at IS NULL;

-- name: is_allowed$
SELECT id FROM my_member_view WHERE member_id = :member_id AND ended_at IS NULL;

-- ---------------------------------------------------------------- one-time codes
-- name: void_codes!
-- Those of one way, or all (NULL).
UPDATE my_code SET expires_at = :now
WHERE holder_id = :holder_id AND COALESCE(member_id, '') = COALESCE(CAST(:member_id AS TEXT), '')
    AND (CAST(:way AS TEXT) IS NULL OR way = :way) AND used_at IS NULL AND expires_at > :now;

-- name: insert_code!
INSERT INTO my_code (
    id, holder_id, member_id, code_hash, way, made_at, made_by, expires_at, used_at
) VALUES (
    :id, :holder_id, :member_id, :code_hash, :way, :made_at, :made_by, :expires_at, NULL
);

-- name: open_codes
-- Codes that would let somebody in now, of the holder and of those whom they let; with whose ID number each goes.
SELECT code.id, code.member_id, code.code_hash,
    COALESCE(member.id_number_cipher, holder.id_number_cipher) AS id_number_cipher
FROM my_code AS code
JOIN holder ON holder.id = code.holder_id
LEFT JOIN family_member AS member ON member.id = code.member_id
WHERE code.holder_id = :holder_id AND code.used_at IS NULL AND code.expires_at > :now
    AND (code.member_id IS NULL OR (member.ended_at IS NULL AND member.id_number_cipher IS NOT NULL
        AND EXISTS (SELECT 1 FROM my_member_view AS allowed
            WHERE allowed.member_id = code.member_id AND allowed.ended_at IS NULL)))
ORDER BY code.id LIMIT 10;

-- name: use_code^
UPDATE my_code SET used_at = :now
WHERE id = :id AND used_at IS NULL AND expires_at > :now
RETURNING id, holder_id, member_id;

-- name: end_all_codes!
UPDATE my_code SET expires_at = :now WHERE used_at IS NULL AND expires_at > :now;

-- ---------------------------------------------------------------- sessions
-- name: insert_session!
INSERT INTO my_session (
    id_hash, id, holder_id, member_id, card_id, opened_by, created_at, expires_at, address,
    user_agent, ended_at
) VALUES (
    :id_hash, :id, :holder_id, :member_id, :card_id, :opened_by, :created_at, :expires_at, :address,
    :user_agent, NULL
);

-- part: live_session
-- Of a session that counts: its card is neither replaced nor revoked, the person not erased, and of a member of the
-- family the holder lets them look.
FROM my_session AS session
JOIN card ON card.id = session.card_id
JOIN holder ON holder.id = session.holder_id
LEFT JOIN family_member AS member ON member.id = session.member_id
WHERE session.ended_at IS NULL AND session.expires_at > :now
    AND card.state NOT IN ('replaced', 'revoked') AND holder.erased_at IS NULL
    AND (session.member_id IS NULL OR (member.ended_at IS NULL
        AND EXISTS (SELECT 1 FROM my_member_view AS allowed
            WHERE allowed.member_id = session.member_id AND allowed.ended_at IS NULL)))

-- name: person_of_session^
SELECT session.id, session.holder_id, session.member_id, session.card_id, session.opened_by,
    session.created_at, session.expires_at
    -- with: live_session
    AND session.id_hash = :id_hash;

-- name: sessions_of
-- The sessions that count, newest first.
SELECT session.id, session.member_id, session.opened_by, session.created_at, session.expires_at,
    session.user_agent, member.name AS member_name
    -- with: live_session
    AND session.holder_id = :holder_id
ORDER BY session.id DESC;

-- name: end_session^
UPDATE my_session SET ended_at = :now
WHERE id = :id AND holder_id = :holder_id AND ended_at IS NULL
RETURNING id;

-- name: end_other_sessions!
UPDATE my_session SET ended_at = :now
WHERE holder_id = :holder_id AND id <> :id AND ended_at IS NULL;

-- name: end_sessions_of_member!
UPDATE my_session SET ended_at = :now
WHERE holder_id = :holder_id AND member_id = :member_id AND ended_at IS NULL;

-- name: end_all_my_sessions!
UPDATE my_session SET ended_at = :now WHERE ended_at IS NULL AND expires_at > :now;

-- ---------------------------------------------------------------- the phone with the changing code
-- name: device_of^
-- The phone that shows the code now.
SELECT * FROM my_device WHERE holder_id = :holder_id AND ended_at IS NULL;

-- name: device_by_id^
SELECT device.id, device.holder_id, device.public_key, device.ended_at, device.last_used_on,
    device.card_id, device.user_agent
FROM my_device AS device WHERE device.id = :id;

-- name: end_device!
UPDATE my_device SET ended_at = :now WHERE holder_id = :holder_id AND ended_at IS NULL;

-- name: insert_device!
INSERT INTO my_device (
    id, holder_id, card_id, public_key, user_agent, added_at, last_used_on, ended_at
) VALUES (
    :id, :holder_id, :card_id, :public_key, :user_agent, :now, NULL, NULL
);

-- name: note_device_used!
UPDATE my_device SET last_used_on = :day WHERE id = :id AND COALESCE(last_used_on, '') < :day;

-- ---------------------------------------------------------------- what a holder sees
-- name: saved_by^
-- What a holder's purchases saved, net of what went back: in a month, and in all. What goes back does so in the month of
-- its purchase, as in the counters of what is left: a month never saved less than nothing.
SELECT
    CAST(COALESCE(SUM(ledger.discount_fen), 0) AS BIGINT) AS all_fen,
    CAST(COALESCE(SUM(CASE WHEN substr(COALESCE(sale.business_day, ledger.business_day), 1, 7) = :month THEN ledger.discount_fen ELSE 0 END), 0) AS BIGINT) AS month_fen,
    CAST(COUNT(CASE WHEN ledger.kind = 'redemption' THEN 1 END) AS BIGINT) AS purchases
FROM card CROSS JOIN ledger LEFT JOIN ledger AS sale ON sale.id = ledger.reverses_id
WHERE ledger.card_id = card.id AND card.holder_id = :holder_id;

-- part: purchase
SELECT ledger.id, ledger.holder_id, ledger.receipt_no, ledger.hash, ledger.occurred_at, ledger.amount_fen,
    ledger.discount_fen, ledger.payable_fen, ledger.presenter_kind, ledger.identity_checked, ledger.channel,
    outlet.name AS outlet_name, outlet.kind AS outlet_kind, outlet.address AS outlet_address,
    member.name AS member_name, member.relation AS member_relation,
    COALESCE(gone.amount_fen, 0) AS returned_fen, COALESCE(gone.discount_fen, 0) AS returned_discount_fen,
    asked.id AS request_id, asked.state AS request_state

-- part: beside_purchase
JOIN outlet ON outlet.id = ledger.outlet_id
LEFT JOIN family_member AS member ON member.id = ledger.presenter_id
LEFT JOIN reversal_total AS gone ON gone.redemption_id = ledger.id
LEFT JOIN holder_request AS asked ON asked.ledger_id = ledger.id

-- name: purchases_before
-- read both ways
-- with: purchase
FROM card CROSS JOIN ledger
-- with: beside_purchase
WHERE ledger.card_id = card.id AND card.holder_id = :holder_id AND ledger.kind = 'redemption'
    AND ledger.id < :before
ORDER BY ledger.id DESC LIMIT :row_limit;

-- name: purchase_by_id^
-- with: purchase
FROM ledger
-- with: beside_purchase
WHERE ledger.id = :id AND ledger.kind = 'redemption';

-- name: place_of_village^
SELECT village.latitude_microdegrees, village.longitude_microdegrees, village.name AS village_name,
    town.code AS town_code, town.name AS town_name
FROM division AS village JOIN division AS town ON town.code = substr(village.code, 1, 9) || '000'
WHERE village.code = :code;

-- name: outlets_near
-- Open outlets, the nearest first: by the square of a flat distance, which within a county orders as a sphere's does.
-- Of what is not on the map the own town comes first. `east_per_mille` is how long a degree eastward is there.
SELECT o.id, o.name, o.kind, o.address, o.opening_hours, o.latitude_microdegrees, o.longitude_microdegrees
FROM outlet AS o
JOIN merchant AS m ON m.id = o.merchant_id
WHERE o.state = 'active' AND m.state = 'active'
ORDER BY COALESCE(
        (o.latitude_microdegrees - CAST(:latitude AS BIGINT)) * (o.latitude_microdegrees - CAST(:latitude AS BIGINT))
        + ((o.longitude_microdegrees - CAST(:longitude AS BIGINT)) * :east_per_mille / 1000)
        * ((o.longitude_microdegrees - CAST(:longitude AS BIGINT)) * :east_per_mille / 1000),
        9000000000000000000),
    CASE WHEN substr(o.division_code, 1, 9) = :town THEN 0 ELSE 1 END, o.id
LIMIT :row_limit;

-- part: looker
    staff.role, division.name AS town_name, CAST(NULL AS TEXT) AS outlet_id, CAST(NULL AS TEXT) AS outlet_name
FROM audit_event LEFT JOIN staff ON staff.username = audit_event.actor
    LEFT JOIN division ON division.code = staff.division_code

-- part: looks
    AND audit_event.action IN ('holder.viewed', 'holder.unmasked', 'holder.phone_shown', 'holder.exported', 'holder.downloaded', 'holder.my_card_opened', 'holder.my_code_given',
        'holder.evidence_read', 'card.refusal_explained', 'card.caller_proved', 'card.caller_not_proved')

-- name: looks_before
-- read both ways
-- Who looked at a person, their cards and their papers, the latest first.
SELECT * FROM (
    SELECT audit_event.id, audit_event.at, audit_event.action, audit_event.reason, audit_event.actor,
    -- with: looker
    WHERE audit_event.subject_kind = 'holder' AND audit_event.subject_id = :holder_id
    -- with: looks
    UNION ALL
    SELECT audit_event.id, audit_event.at, audit_event.action, audit_event.reason, audit_event.actor,
    -- with: looker
    WHERE audit_event.subject_kind = 'card' AND audit_event.subject_id IN (SELECT id FROM card WHERE holder_id = :holder_id)
    -- with: looks
    UNION ALL
    SELECT card_lookup.id, card_lookup.at, 'till_look' AS action, CAST(NULL AS TEXT) AS reason, 'till' AS actor,
        CAST(NULL AS TEXT) AS role, CAST(NULL AS TEXT) AS town_name, outlet.id AS outlet_id, outlet.name AS outlet_name
    FROM card CROSS JOIN card_lookup
    LEFT JOIN terminal ON terminal.id = card_lookup.terminal_id
    LEFT JOIN outlet ON outlet.id = terminal.outlet_id
    WHERE card_lookup.card_id = card.id AND card.holder_id = :holder_id
) AS look
WHERE look.id < :before
ORDER BY look.id DESC LIMIT :row_limit;

-- name: insert_request^
-- What a holder asks of the office. Nothing comes back where the same was asked already.
INSERT INTO holder_request (
    id, kind, holder_id, ledger_id, about, state, words_cipher, raised_at, raised_by, due_on
) VALUES (
    :id, :kind, :holder_id, :ledger_id, :about, 'open', :words_cipher, :raised_at, :raised_by, :due_on
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: same_request^
-- What was asked already of that purchase, or is still open of that part of the data.
SELECT * FROM holder_request
WHERE holder_id = :holder_id
    AND (ledger_id = :ledger_id OR (about = :about AND state = 'open'));

-- name: requests_of_holder
SELECT * FROM holder_request WHERE holder_id = :holder_id ORDER BY id DESC;

-- name: request_of_holder^
SELECT * FROM holder_request WHERE id = :id AND holder_id = :holder_id;

-- name: lock_request^
UPDATE holder_request SET state = state WHERE id = :id RETURNING *;

-- name: answer_request^
UPDATE holder_request SET state = :state, answer_cipher = :answer_cipher, answered_at = :answered_at,
    answered_by = :answered_by, reversal_id = :reversal_id
WHERE id = :id AND state = 'open'
RETURNING *;

-- name: requests_before
-- read both ways
-- sorted by: at
-- sorted by: due holder_request.due_on
-- sorted by: state holder_request.state
-- The latest first; `|| ''` keeps the planner from starting from a county's people.
SELECT holder_request.id, holder_request.kind, holder_request.about, holder_request.state, holder_request.raised_at,
    holder_request.raised_by, holder_request.due_on, holder_request.answered_at, holder_request.answered_by,
    holder.name AS holder_name, holder.division_code, holder.erased_at, outlet.name AS outlet_name,
    ledger.amount_fen, ledger.discount_fen, ledger.receipt_no
FROM holder_request
JOIN holder ON holder.id = holder_request.holder_id
LEFT JOIN ledger ON ledger.id = holder_request.ledger_id
LEFT JOIN outlet ON outlet.id = ledger.outlet_id
WHERE holder_request.id < :before
    AND (CAST(:state AS TEXT) IS NULL OR holder_request.state = :state)
    AND (CAST(:kind AS TEXT) IS NULL OR holder_request.kind = :kind)
    AND (CAST(:overdue_on AS TEXT) IS NULL OR (holder_request.state = 'open' AND holder_request.due_on < :overdue_on))
    AND holder.division_code || '' >= :division_first AND holder.division_code || '' <= :division_last
ORDER BY holder_request.id DESC LIMIT :row_limit;

-- name: request_with_person^
SELECT holder_request.*, holder.name AS holder_name, holder.division_code, holder.erased_at,
    town.name AS town_name
FROM holder_request JOIN holder ON holder.id = holder_request.holder_id
JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
WHERE holder_request.id = :id;

-- name: sale_of_request^
-- The row beside a request, with what decides: where, when, who stood there, and how they were known.
SELECT ledger.id, ledger.receipt_no, ledger.order_no, ledger.occurred_at, ledger.recorded_at, ledger.amount_fen,
    ledger.discount_fen, ledger.payable_fen, ledger.presenter_kind, ledger.identity_checked, ledger.channel,
    ledger.cashier, ledger.card_id, card.number AS card_number, outlet.name AS outlet_name,
    outlet.kind AS outlet_kind, terminal.label AS terminal_label, terminal.code AS terminal_code,
    member.name AS member_name, member.relation AS member_relation,
    COALESCE(gone.amount_fen, 0) AS returned_fen, COALESCE(gone.discount_fen, 0) AS returned_discount_fen,
    back.receipt_no AS reversal_receipt_no
FROM ledger
JOIN card ON card.id = ledger.card_id
JOIN outlet ON outlet.id = ledger.outlet_id
JOIN terminal ON terminal.id = ledger.terminal_id
LEFT JOIN family_member AS member ON member.id = ledger.presenter_id
LEFT JOIN reversal_total AS gone ON gone.redemption_id = ledger.id
LEFT JOIN ledger AS back ON back.id = :reversal_id
WHERE ledger.id = :ledger_id;

-- name: card_with_person^
-- What a caller is asked about, beside the card that is to be stopped.
SELECT card.id, card.number, card.state, card.holder_id, holder.name AS holder_name, holder.division_code,
    holder.birth_date, holder.id_number_cipher, holder.phone_cipher, holder.erased_at
FROM card JOIN holder ON holder.id = card.holder_id
WHERE card.id = :card_id;
