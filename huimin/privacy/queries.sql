-- Every SQL statement of the privacy room.

-- What is encrypted, by id, a part at a time; and the same encrypted anew, unless it was changed meanwhile.

-- name: sealed_people
SELECT id, id_number_cipher, id_number_hash, phone_cipher, phone_hash, second_phone_hash FROM holder
WHERE id > :after AND id_number_cipher <> '' ORDER BY id LIMIT :row_limit;

-- name: reseal_person!
UPDATE holder SET id_number_cipher = :id_number_cipher, id_number_hash = :id_number_hash,
    phone_cipher = :phone_cipher, phone_hash = :phone_hash, second_phone_hash = :second_phone_hash
WHERE id = :id AND id_number_cipher = :id_number_before
    AND COALESCE(phone_cipher, '') = COALESCE(CAST(:phone_before AS TEXT), '');

-- name: sealed_members
SELECT id, id_number_cipher, id_number_hash FROM family_member
WHERE id > :after AND id_number_cipher IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: reseal_member!
UPDATE family_member SET id_number_cipher = :id_number_cipher, id_number_hash = :id_number_hash
WHERE id = :id AND id_number_cipher = :id_number_before;

-- name: sealed_drafts
SELECT id, content_cipher FROM holder_draft WHERE id > :after ORDER BY id LIMIT :row_limit;

-- name: reseal_draft!
UPDATE holder_draft SET content_cipher = :cipher WHERE id = :id AND content_cipher = :before;

-- name: sealed_second_factors
SELECT id, totp_cipher FROM staff
WHERE id > :after AND totp_cipher IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: reseal_second_factor!
UPDATE staff SET totp_cipher = :cipher WHERE id = :id AND totp_cipher = :before;

-- name: sealed_payees
SELECT id, content_cipher FROM merchant_payee WHERE id > :after ORDER BY id LIMIT :row_limit;

-- name: reseal_payee!
UPDATE merchant_payee SET content_cipher = :cipher WHERE id = :id AND content_cipher = :before;

-- name: sealed_contacts
SELECT id, note_cipher FROM reach_contact
WHERE id > :after AND note_cipher IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: reseal_contact!
UPDATE reach_contact SET note_cipher = :cipher WHERE id = :id AND note_cipher = :before;

-- name: running_jobs
SELECT id FROM job WHERE state IN ('waiting', 'running');

-- name: evidence_removed^
SELECT id FROM evidence_file WHERE id = :id AND removed_at IS NOT NULL;
