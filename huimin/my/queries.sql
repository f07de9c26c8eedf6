-- Every SQL statement of the my room.

-- ---------------------------------------------------------------- who signs in
-- name: person_of_card^
-- Of a card that may open "my card": its holder, with what proves who they are. A replaced or revoked copy opens nothing.
SELECT card.id AS card_id, holder.id AS holder_id, holder.id_number_cipher, holder.phone_cipher
FROM card JOIN holder ON holder.id = card.holder_id
WHERE card.number = :number AND card.state NOT IN ('replaced', 'revoked') AND holder.erased_at IS NULL;

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

-- name: card_of_device^
SELECT number, state FROM card WHERE id = :card_id;

-- name: card_by_id^
SELECT id, number, state, issued_on, expires_on FROM card WHERE id = :id;
