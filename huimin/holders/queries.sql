-- Every SQL statement of the holders room.

-- name: holder_by_id^
SELECT * FROM holder WHERE id = :id;

-- name: holder_by_id_number^
SELECT * FROM holder WHERE id_number_hash IN (:id_number_hash, :old_id_number_hash);

-- name: insert_holder^
INSERT INTO holder (
    id, name, gender, birth_date, id_number_cipher, id_number_hash, phone_cipher, phone_hash,
    second_phone_hash, division_code, created_at, updated_at
) VALUES (
    :id, :name, :gender, :birth_date, :id_number_cipher, :id_number_hash, :phone_cipher,
    :phone_hash, :second_phone_hash, :division_code, :created_at, :created_at
)
ON CONFLICT (id_number_hash) DO NOTHING
RETURNING id;

-- name: family_of
SELECT * FROM family_member WHERE holder_id = :holder_id AND ended_at IS NULL
ORDER BY added_at, id;

-- name: family_at
-- The family members at a past instant.
SELECT id FROM family_member
WHERE holder_id = :holder_id AND added_at <= :at AND (ended_at IS NULL OR ended_at > :at)
ORDER BY added_at, id;

-- name: insert_family_member!
INSERT INTO family_member (
    id, holder_id, name, relation, id_number_cipher, id_number_hash, added_at
) VALUES (
    :id, :holder_id, :name, :relation, :id_number_cipher, :id_number_hash, :added_at
);

-- name: presenters
-- The holder, then the current family members.
SELECT id, 'holder' AS kind, name, '' AS relation, '' AS added_at, division_code FROM holder
WHERE id = :holder_id
UNION ALL
SELECT id, 'family_member' AS kind, name, relation, added_at, NULL AS division_code
FROM family_member
WHERE holder_id = :holder_id AND ended_at IS NULL
ORDER BY added_at, id;

-- name: eligibilities_of
SELECT * FROM eligibility WHERE holder_id = :holder_id ORDER BY starts_on, kind;

-- name: eligibilities_on
SELECT DISTINCT kind FROM eligibility
WHERE holder_id = :holder_id AND starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day)
ORDER BY kind;

-- name: insert_eligibility!
INSERT INTO eligibility (id, holder_id, kind, starts_on, ends_on, evidence, source, recorded_at)
VALUES (:id, :holder_id, :kind, :starts_on, :ends_on, :evidence, :source, :recorded_at)
ON CONFLICT (holder_id, kind, starts_on) DO NOTHING;

-- name: lock_holder!
UPDATE holder SET entitled_until = entitled_until WHERE id = :id;

-- name: set_entitled_days!
-- Call lock_holder before reading the eligibilities.
UPDATE holder SET entitled_from = :entitled_from, entitled_until = :entitled_until
WHERE id = :id;

-- name: list_holders
SELECT holder.id, holder.name, holder.gender, holder.birth_date, holder.division_code,
    card.number AS card_number, card.state AS card_state
FROM holder
LEFT JOIN card ON card.holder_id = holder.id AND card.state IN ('active', 'suspended', 'lost')
WHERE holder.division_code >= :division_first AND holder.division_code <= :division_last
    AND holder.id > :after
ORDER BY holder.id LIMIT :count;

-- name: insert_application^
INSERT INTO application (id, holder_id, state, source, submitted_at, submitted_by)
VALUES (:id, :holder_id, 'submitted', :source, :submitted_at, :submitted_by)
ON CONFLICT (holder_id) WHERE state = 'submitted' DO NOTHING
RETURNING *;

-- name: decide_application^
-- Decides an open application.
UPDATE application SET state = :state, decided_at = :decided_at, decided_by = :decided_by,
    reason = :reason
WHERE id = :id AND state = 'submitted'
RETURNING *;

-- name: application_by_id^
SELECT * FROM application WHERE id = :id;

-- name: open_application^
SELECT * FROM application WHERE holder_id = :holder_id AND state = 'submitted';

-- name: applications_of
SELECT * FROM application WHERE holder_id = :holder_id ORDER BY submitted_at, id;

-- name: insert_register_import!
INSERT INTO register_import (
    id, file_name, file_sha256, accepted_count, refused_count, duplicate_count, actor, imported_at
) VALUES (
    :id, :file_name, :file_sha256, :accepted_count, :refused_count, :duplicate_count, :actor,
    :imported_at
);

-- name: all_family_of
-- Including former members, so that a register does not bring them back.
SELECT * FROM family_member WHERE holder_id = :holder_id ORDER BY added_at, id;

-- name: perhaps_two_phones
-- Whose encrypted phones are long enough for two numbers, and of whose second nothing is known yet.
SELECT id, phone_cipher FROM holder
WHERE id > :after AND second_phone_hash IS NULL AND length(phone_cipher) >= :least_length
ORDER BY id LIMIT :row_limit;

-- name: note_second_phone!
UPDATE holder SET second_phone_hash = :second_phone_hash
WHERE id = :id AND phone_cipher = :phone_cipher;

-- name: complete_family_member!
UPDATE family_member SET id_number_cipher = :id_number_cipher, id_number_hash = :id_number_hash
WHERE id = :id AND id_number_hash IS NULL;

-- name: change_holder!
UPDATE holder SET division_code = :division_code, phone_cipher = :phone_cipher,
    phone_hash = :phone_hash, second_phone_hash = :second_phone_hash, updated_at = :updated_at
WHERE id = :id;

-- name: any_holder^
SELECT id_number_cipher, id_number_hash FROM holder WHERE erased_at IS NULL LIMIT 1;

-- name: open_applications
SELECT application.*, holder.name AS holder_name, holder.division_code
FROM application JOIN holder ON holder.id = application.holder_id
WHERE application.state = 'submitted' ORDER BY application.submitted_at, application.id;

-- name: add_name_grams*!
INSERT INTO holder_name_gram (gram, holder_id) VALUES (:gram, :holder_id)
ON CONFLICT DO NOTHING;

-- name: names_of_household
-- Of the holder and the family members of today.
SELECT name FROM holder WHERE id = :holder_id
UNION
SELECT name FROM family_member WHERE holder_id = :holder_id AND ended_at IS NULL;

-- name: drop_name_grams!
DELETE FROM holder_name_gram WHERE holder_id = :holder_id;

-- The statements of the search. Each starts from its own index and reads it in the order of the page's
-- key; the filters below only exclude. `|| ''` and CROSS JOIN keep the planner from starting elsewhere:
-- it would sort a million people for a page of fifty.

-- part: wanted_person
    AND holder.erased_at IS NULL
    AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last))
    AND (CAST(:kind AS TEXT) IS NULL
        OR (:kind = 'none' AND NOT EXISTS (
            SELECT 1 FROM eligibility AS any_kind WHERE any_kind.holder_id = holder.id
            AND any_kind.starts_on <= :today
            AND (any_kind.ends_on IS NULL OR any_kind.ends_on >= :today)))
        OR EXISTS (
        SELECT 1 FROM eligibility AS held WHERE held.holder_id = holder.id
        AND held.kind = :kind AND held.starts_on <= :today
        AND (held.ends_on IS NULL OR held.ends_on >= :today)))
    AND (CAST(:card_state AS TEXT) IS NULL
        OR (:card_state = 'none' AND NOT EXISTS (
            SELECT 1 FROM card AS live WHERE live.holder_id = holder.id
            AND live.state IN ('active', 'suspended', 'lost')))
        OR EXISTS (
            SELECT 1 FROM card AS own WHERE own.holder_id = holder.id AND own.state = :card_state))
    AND (CAST(:ending_by AS TEXT) IS NULL OR EXISTS (
        SELECT 1 FROM eligibility AS ending WHERE ending.holder_id = holder.id
        AND ending.ends_on >= :today AND ending.ends_on <= :ending_by))

-- part: person_orders
-- sorted by: entry
-- sorted by: place holder.division_code
-- sorted by: until holder.entitled_until

-- name: ids_by_walk
-- read both ways
-- with: person_orders
-- Everybody, in the order of entry.
SELECT holder.id FROM holder
WHERE holder.id > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_town
-- read both ways
-- with: person_orders
-- The people of a town, by the index on the first nine digits.
SELECT holder.id FROM holder
WHERE substr(holder.division_code, 1, 9) = :town AND holder.id > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_village
-- read both ways
-- with: person_orders
-- The people of a village.
SELECT holder.id FROM holder
WHERE holder.division_code = :village AND holder.id > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_name
-- read both ways
-- with: person_orders
-- From a gram of a name of the household; of a longer text, its last characters must be there too.
SELECT holder.id FROM holder_name_gram CROSS JOIN holder
WHERE holder.id = holder_name_gram.holder_id
    AND holder_name_gram.gram = :gram AND holder_name_gram.holder_id > :after
    AND (:last_gram = :gram OR EXISTS (
        SELECT 1 FROM holder_name_gram AS last
        WHERE last.gram = :last_gram AND last.holder_id = holder.id))
    -- with: wanted_person
ORDER BY holder_name_gram.holder_id LIMIT :row_limit;

-- name: ids_by_card_number
-- read both ways
-- with: person_orders
-- From a card number, in any state.
SELECT holder.id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.number = :number AND holder.id > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_id_number
-- read both ways
-- with: person_orders
-- From the keyed hash of an ID number, the holder's or a family member's.
SELECT holder.id FROM (
    SELECT own.id FROM holder AS own WHERE own.id_number_hash IN (:id_number_hash, :old_id_number_hash)
    UNION
    SELECT member.holder_id FROM family_member AS member
    WHERE member.id_number_hash IN (:id_number_hash, :old_id_number_hash) AND member.ended_at IS NULL
) AS named CROSS JOIN holder
WHERE holder.id = named.id AND holder.id || '' > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_phone
-- read both ways
-- with: person_orders
-- From the keyed hash of a phone number, the first or the second.
SELECT holder.id FROM (
    SELECT one.id FROM holder AS one WHERE one.phone_hash IN (:phone_hash, :old_phone_hash)
    UNION
    SELECT other.id FROM holder AS other WHERE other.second_phone_hash IN (:phone_hash, :old_phone_hash)
) AS called CROSS JOIN holder
WHERE holder.id = called.id AND holder.id || '' > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_kind
-- read both ways
-- From the kind of eligibility.
SELECT eligibility.holder_id AS id FROM eligibility CROSS JOIN holder
WHERE holder.id = eligibility.holder_id
    AND eligibility.kind = :kind AND eligibility.holder_id > :after
    -- with: wanted_person
GROUP BY eligibility.holder_id ORDER BY eligibility.holder_id LIMIT :row_limit;

-- name: ids_not_entitled
-- read both ways
-- with: person_orders
-- From the last stretch of entitlement: over, or not begun.
SELECT holder.id FROM (
    SELECT past.id FROM holder AS past WHERE past.entitled_until < :today
    UNION ALL
    SELECT later.id FROM holder AS later WHERE later.entitled_from > :today
) AS due CROSS JOIN holder
WHERE holder.id = due.id AND holder.id || '' > :after
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_by_card_state
-- read both ways
-- From the state of a card.
SELECT card.holder_id AS id FROM card CROSS JOIN holder
WHERE holder.id = card.holder_id AND card.state = :card_state AND card.holder_id > :after
    -- with: wanted_person
GROUP BY card.holder_id ORDER BY card.holder_id LIMIT :row_limit;

-- name: ids_by_ending
-- read both ways
-- From the last day of an eligibility, soonest first; a person with several appears at the first.
SELECT eligibility.holder_id AS id, eligibility.ends_on AS day FROM eligibility CROSS JOIN holder
WHERE holder.id = eligibility.holder_id
    AND eligibility.ends_on >= :today AND eligibility.ends_on <= :ending_by
    AND (eligibility.ends_on, eligibility.holder_id) > (:after_day, :after)
    AND NOT EXISTS (
        SELECT 1 FROM eligibility AS earlier WHERE earlier.holder_id = eligibility.holder_id
        AND earlier.ends_on >= :today
        AND (earlier.ends_on, earlier.id) < (eligibility.ends_on, eligibility.id))
    -- with: wanted_person
ORDER BY eligibility.ends_on, eligibility.holder_id LIMIT :row_limit;

-- name: ids_of_kind
-- read both ways
-- with: person_orders
-- The people of a kind of eligibility, where they are few enough to be sorted.
SELECT holder.id FROM holder
WHERE holder.id > :after AND holder.id IN (
    SELECT few.holder_id FROM eligibility AS few WHERE few.kind = :kind)
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_of_card_state
-- read both ways
-- with: person_orders
-- The people with a card in a state, where they are few enough to be sorted.
SELECT holder.id FROM holder
WHERE holder.id > :after AND holder.id IN (
    SELECT few.holder_id FROM card AS few WHERE few.state = :card_state)
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: ids_of_ending
-- read both ways
-- with: person_orders
-- The people with an eligibility that ends soon.
SELECT holder.id FROM holder
WHERE holder.id > :after AND holder.id IN (
    SELECT few.holder_id FROM eligibility AS few
    WHERE few.ends_on >= :today AND few.ends_on <= :ending_by)
    -- with: wanted_person
ORDER BY holder.id LIMIT :row_limit;

-- name: has_many_of_kind$
-- Whether more than :few eligibilities are of a kind: then it is no place to begin a sorted list.
SELECT COUNT(*) > :few FROM (SELECT 1 FROM eligibility WHERE kind = :kind LIMIT :few + 1) AS counted;

-- name: has_many_in_card_state$
SELECT COUNT(*) > :few FROM (SELECT 1 FROM card WHERE state = :card_state LIMIT :few + 1) AS counted;

-- name: count_people$
-- Everybody who was not erased: all rows are counted faster than those that fit.
SELECT CAST((SELECT COUNT(*) FROM holder)
    - (SELECT COUNT(*) FROM holder WHERE erased_at IS NOT NULL) AS BIGINT);

-- name: listed_person^
SELECT holder.id, holder.name, holder.gender, holder.birth_date, holder.division_code,
    holder.id_number_hash, holder.verified_on, holder.created_at, holder.entitled_until,
    village.name AS village_name, town.name AS town_name,
    card.id AS card_id, card.number AS card_number, card.state AS card_state, card.expires_on
FROM holder
JOIN division AS village ON village.code = holder.division_code
LEFT JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
LEFT JOIN card ON card.holder_id = holder.id AND card.state IN ('active', 'suspended', 'lost')
WHERE holder.id = :id;

-- name: correct_holder!
UPDATE holder SET name = :name, division_code = :division_code, phone_cipher = :phone_cipher,
    phone_hash = :phone_hash, second_phone_hash = :second_phone_hash, updated_at = :updated_at
WHERE id = :id;

-- name: end_family_member^
UPDATE family_member SET ended_at = :ended_at
WHERE id = :id AND holder_id = :holder_id AND ended_at IS NULL
RETURNING id;

-- name: eligibility_by_id^
SELECT * FROM eligibility WHERE id = :id;

-- name: end_eligibility!
UPDATE eligibility SET ends_on = :ends_on WHERE id = :id;

-- name: set_verified!
UPDATE holder SET verified_on = :verified_on WHERE id = :id;

-- part: wanted_application
    AND (CAST(:division_first AS TEXT) = '000000000000' OR (holder.division_code || '' >= :division_first
        AND holder.division_code || '' <= :division_last))
    AND (CAST(:state AS TEXT) IS NULL OR CASE application.state WHEN :state THEN 1 ELSE 0 END <> 0)
    AND (CAST(:source AS TEXT) IS NULL OR application.source = :source)
    AND (CAST(:submitted_before AS TEXT) IS NULL OR application.submitted_at < :submitted_before)

-- name: application_ids
-- read both ways
-- sorted by: submitted
-- sorted by: state application.state
-- Applications after an id, longest waiting first; the three work like the search above.
SELECT application.id FROM application CROSS JOIN holder
WHERE holder.id = application.holder_id AND application.id > :after
    -- with: wanted_application
ORDER BY application.id LIMIT :row_limit;

-- name: application_ids_of_state
-- read both ways
-- sorted by: submitted
-- sorted by: state application.state
SELECT application.id FROM application CROSS JOIN holder
WHERE holder.id = application.holder_id AND application.state = :state AND application.id > :after
    -- with: wanted_application
ORDER BY application.id LIMIT :row_limit;

-- name: application_ids_of_town
-- read both ways
-- sorted by: submitted
-- sorted by: state application.state
SELECT application.id FROM holder CROSS JOIN application
WHERE application.holder_id = holder.id
    AND substr(holder.division_code, 1, 9) = :town AND application.id > :after
    -- with: wanted_application
ORDER BY application.id LIMIT :row_limit;

-- name: count_applications$
SELECT CAST(COUNT(*) AS BIGINT) FROM application;

-- name: listed_application^
SELECT application.*, holder.name AS holder_name, holder.division_code,
    village.name AS village_name, town.name AS town_name
FROM application
JOIN holder ON holder.id = application.holder_id
JOIN division AS village ON village.code = holder.division_code
LEFT JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
WHERE application.id = :id;

-- name: application_with_person^
SELECT application.*, holder.name AS holder_name, holder.division_code
FROM application JOIN holder ON holder.id = application.holder_id
WHERE application.id = :id;

-- name: cards_of_person
SELECT id, number, state, issued_on, expires_on, printed_at FROM card
WHERE holder_id = :holder_id ORDER BY created_at, id;

-- name: events_of_person
-- The events of the person, their applications and their cards, newest first.
SELECT at, actor, action AS event, reason, old_json, new_json,
    CAST(NULL AS TEXT) AS place_before, CAST(NULL AS TEXT) AS place_after
FROM audit_event
WHERE subject_kind = 'holder' AND subject_id = :holder_id
UNION ALL
SELECT division_change.applied_at,
    COALESCE(division_change_list.decided_by, division_change_list.proposed_by),
    'division.' || division_change.kind, division_change.basis, NULL, NULL,
    COALESCE(division_change.old_name, former.name), COALESCE(division_change.new_name, later.name)
FROM division_move
JOIN division_change ON division_change.id = division_move.change_id
JOIN division_change_list ON division_change_list.id = division_change.list_id
LEFT JOIN division AS former ON former.code = division_move.old_code
LEFT JOIN division AS later ON later.code = division_move.new_code
WHERE division_move.subject_id = :holder_id AND division_move.subject_kind = 'holder'
UNION ALL
SELECT audit_event.at, audit_event.actor, audit_event.action, audit_event.reason, NULL, NULL,
    NULL, NULL
FROM application JOIN audit_event
    ON audit_event.subject_kind = 'application' AND audit_event.subject_id = application.id
WHERE application.holder_id = :holder_id
UNION ALL
SELECT card_event.recorded_at, card_event.actor, 'card.' || card_event.event, card_event.reason,
    NULL, NULL, NULL, NULL
FROM card JOIN card_event ON card_event.card_id = card.id
WHERE card.holder_id = :holder_id
ORDER BY 1 DESC LIMIT :count;

-- name: likely_same
-- People who live in the same town or have the same birthday, from the gram that is a whole name.
SELECT holder.id, holder.name, holder.birth_date, holder.division_code
FROM holder_name_gram JOIN holder ON holder.id = holder_name_gram.holder_id
WHERE holder_name_gram.gram = :gram AND holder.erased_at IS NULL
    AND (holder.birth_date = :birth_date
        OR (holder.division_code >= :division_first AND holder.division_code <= :division_last))
ORDER BY holder.id LIMIT 1000;

-- name: insert_draft^
-- Pressed twice at once, the second finds the first; nothing comes back where it is somebody else's.
INSERT INTO holder_draft (id, staff_id, content_cipher, created_at, updated_at)
VALUES (:id, :staff_id, :content_cipher, :now, :now)
ON CONFLICT (id) DO UPDATE SET
    content_cipher = excluded.content_cipher, updated_at = excluded.updated_at
WHERE holder_draft.staff_id = excluded.staff_id
RETURNING id;

-- name: change_draft^
UPDATE holder_draft SET content_cipher = :content_cipher, updated_at = :now
WHERE id = :id AND staff_id = :staff_id
RETURNING id;

-- name: draft_by_id^
SELECT * FROM holder_draft WHERE id = :id AND staff_id = :staff_id;

-- name: drafts_of
SELECT id, content_cipher, updated_at FROM holder_draft WHERE staff_id = :staff_id
ORDER BY updated_at DESC, id;

-- name: drop_draft!
DELETE FROM holder_draft WHERE id = :id AND staff_id = :staff_id;

-- name: insert_evidence!
INSERT INTO evidence_file (
    id, holder_id, file_name, media_type, size_bytes, sha256, uploaded_at, uploaded_by
) VALUES (
    :id, :holder_id, :file_name, :media_type, :size_bytes, :sha256, :uploaded_at, :uploaded_by
);

-- name: evidence_of
SELECT * FROM evidence_file WHERE holder_id = :holder_id AND removed_at IS NULL
ORDER BY uploaded_at, id;

-- name: evidence_by_id^
SELECT * FROM evidence_file WHERE id = :id AND holder_id = :holder_id AND removed_at IS NULL;

-- name: removed_evidence
-- Papers and photos stand in one folder.
SELECT id FROM evidence_file WHERE removed_at IS NOT NULL
UNION ALL
SELECT id FROM picture WHERE removed_at IS NOT NULL
ORDER BY id;

-- name: evidence_has_row$
SELECT id FROM evidence_file WHERE id = :id AND removed_at IS NULL
UNION ALL
SELECT id FROM picture WHERE id = :id AND removed_at IS NULL;

-- name: remove_evidence!
UPDATE evidence_file SET removed_at = :removed_at WHERE id = :id;

-- name: seen_since^
SELECT id FROM audit_event WHERE subject_kind = 'holder' AND subject_id = :holder_id
    AND action = 'holder.viewed' AND actor = :actor AND at >= :since LIMIT 1;

-- name: looks_since
SELECT new_json FROM audit_event WHERE subject_kind = 'holder' AND subject_id = :holder_id
    AND action = 'holder.evidence_read' AND actor = :actor AND at >= :since;

-- name: next_application$
-- Of those that wait for a decision, the first behind :after that :own has not submitted.
SELECT a.id FROM application AS a JOIN holder AS h ON h.id = a.holder_id
WHERE a.state = 'submitted' AND a.id > :after
    AND (CAST(:own AS TEXT) IS NULL OR a.submitted_by <> :own)
    AND h.division_code BETWEEN :division_first AND :division_last
ORDER BY a.id LIMIT 1;

-- name: card_or_application^
-- A live card or an open application, so that no application is needed.
SELECT id FROM card WHERE holder_id = :holder_id AND state IN ('active', 'suspended', 'lost')
UNION ALL
SELECT id FROM application WHERE holder_id = :holder_id AND state IN ('submitted', 'approved')
LIMIT 1;

-- name: entitled_with_card
SELECT eligibility.id, eligibility.holder_id, eligibility.starts_on, holder.name,
    holder.division_code
FROM eligibility
JOIN holder ON holder.id = eligibility.holder_id
JOIN card ON card.holder_id = holder.id AND card.state IN ('active', 'suspended', 'lost')
WHERE eligibility.kind = :kind AND eligibility.starts_on <= :today
    AND (eligibility.ends_on IS NULL OR eligibility.ends_on > :today)
    AND holder.division_code >= :division_first AND holder.division_code <= :division_last
    AND holder.erased_at IS NULL
ORDER BY eligibility.holder_id;

-- name: details_changed
SELECT at, action, old_json, new_json FROM audit_event
WHERE subject_kind = 'holder' AND subject_id = :holder_id
    AND action IN ('holder.changed', 'holder.updated_by_register')
ORDER BY at, id;

-- name: revoked_cards_of
-- The cards that were revoked, with when and why, the latest first.
SELECT card.number, card_event.recorded_at, card_event.reason
FROM card JOIN card_event ON card_event.card_id = card.id AND card_event.event = 'revoked'
WHERE card.holder_id = :holder_id
ORDER BY card_event.recorded_at DESC, card_event.id DESC;

-- name: insert_ending!
INSERT INTO aid_ending (
    id, state, source, job_id, file_name, unmatched_json, drafted_at, drafted_by
) VALUES (
    :id, 'draft', :source, :job_id, :file_name, :unmatched_json, :drafted_at, :drafted_by
);

-- name: insert_ending_people*!
INSERT INTO aid_ending_person (
    ending_id, place, holder_id, eligibility_id, cause, list_row, chosen, last_day, had_last_day,
    state
) VALUES (
    :ending_id, :place, :holder_id, :eligibility_id, :cause, :list_row, 1, :last_day, :had_last_day,
    'listed'
);

-- name: ending_by_id^
SELECT * FROM aid_ending WHERE id = :id;

-- name: lock_ending^
-- Locks the row until the transaction ends, so that no other part and no undo comes in between.
UPDATE aid_ending SET state = state WHERE id = :id RETURNING *;

-- name: open_ending_of_job^
SELECT * FROM aid_ending WHERE job_id = :job_id AND state IN ('draft', 'proposed');

-- name: endings_before
-- read both ways
-- sorted by: at
-- sorted by: state state
-- Proposals, the latest first.
SELECT aid_ending.id, state, source, file_name, drafted_at, drafted_by, proposed_at, proposed_by,
    decided_at, decided_by,
    (SELECT CAST(COUNT(DISTINCT holder_id) AS BIGINT) FROM aid_ending_person
     WHERE ending_id = aid_ending.id AND chosen = 1) AS people
FROM aid_ending
WHERE aid_ending.id < :before AND (CAST(:state AS TEXT) IS NULL OR state = :state)
ORDER BY aid_ending.id DESC LIMIT :row_limit;

-- name: ending_people
-- The rows of a proposal behind a place, with the person, the eligibility and the live card.
SELECT listed.*, holder.name, holder.division_code, holder.verified_on, eligibility.kind,
    eligibility.starts_on, eligibility.ends_on, village.name AS village_name,
    town.name AS town_name, card.number AS card_number
FROM aid_ending_person AS listed
JOIN holder ON holder.id = listed.holder_id
JOIN eligibility ON eligibility.id = listed.eligibility_id
JOIN division AS village ON village.code = holder.division_code
LEFT JOIN division AS town ON town.code = substr(holder.division_code, 1, 9) || '000'
LEFT JOIN card ON card.holder_id = holder.id AND card.state IN ('active', 'suspended', 'lost')
WHERE listed.ending_id = :ending_id AND listed.place > :after AND listed.chosen >= :least_chosen
ORDER BY listed.place LIMIT :count;

-- name: ending_counts
SELECT state, chosen, CAST(COUNT(*) AS BIGINT) AS eligibilities,
    CAST(SUM(CASE WHEN last_day IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS without_day
FROM aid_ending_person WHERE ending_id = :ending_id GROUP BY state, chosen;

-- name: ending_people_count$
SELECT CAST(COUNT(DISTINCT holder_id) AS BIGINT) FROM aid_ending_person
WHERE ending_id = :ending_id AND chosen = 1;

-- name: untick_ending_people!
UPDATE aid_ending_person SET chosen = 0
WHERE ending_id = :ending_id AND place >= :first AND place <= :last;

-- name: tick_ending_people*!
UPDATE aid_ending_person SET chosen = 1
WHERE ending_id = :ending_id AND place = :place AND place >= :first AND place <= :last;

-- name: give_last_day!
UPDATE aid_ending_person SET last_day = :last_day
WHERE ending_id = :ending_id AND chosen = 1 AND last_day IS NULL;

-- name: not_before_it_began!
-- An eligibility lasts at least its first day.
UPDATE aid_ending_person SET last_day = (
    SELECT starts_on FROM eligibility WHERE eligibility.id = aid_ending_person.eligibility_id)
WHERE ending_id = :ending_id AND chosen = 1 AND last_day < (
    SELECT starts_on FROM eligibility WHERE eligibility.id = aid_ending_person.eligibility_id);

-- name: propose_ending^
UPDATE aid_ending SET state = 'proposed', reason = :reason, proposed_at = :now,
    proposed_by = :actor
WHERE id = :id AND state = 'draft' RETURNING *;

-- name: withdraw_ending^
UPDATE aid_ending SET state = 'withdrawn' WHERE id = :id AND state IN ('draft', 'proposed')
RETURNING *;

-- name: decide_ending^
UPDATE aid_ending SET state = :state, decided_at = :now, decided_by = :actor,
    decision_reason = :reason
WHERE id = :id AND state = 'proposed' RETURNING *;

-- name: undo_ending^
UPDATE aid_ending SET state = 'undone', undone_at = :now, undone_by = :actor,
    undo_reason = :reason
WHERE id = :id AND state = 'approved' RETURNING *;

-- name: ending_people_in
-- The next rows to work on, with what each eligibility is now.
SELECT listed.*, eligibility.kind, eligibility.ends_on, holder.erased_at, holder.verified_on
FROM aid_ending_person AS listed
JOIN eligibility ON eligibility.id = listed.eligibility_id
JOIN holder ON holder.id = listed.holder_id
WHERE listed.ending_id = :ending_id AND listed.state = :state AND listed.chosen = 1
ORDER BY listed.place LIMIT :count;

-- name: mark_ending_person!
UPDATE aid_ending_person SET state = :state WHERE ending_id = :ending_id AND place = :place;

-- name: pass_what_is_left!
UPDATE aid_ending_person SET state = 'passed'
WHERE ending_id = :ending_id AND state = 'listed' AND chosen = 1;

-- name: kinds_left
-- What a person is entitled to after a day, without the eligibilities that a proposal ends.
SELECT DISTINCT kind FROM eligibility
WHERE holder_id = :holder_id AND (ends_on IS NULL OR ends_on > :day) AND id NOT IN (
    SELECT eligibility_id FROM aid_ending_person WHERE ending_id = :ending_id AND chosen = 1)
ORDER BY kind;

-- name: insert_register_token^
INSERT INTO register_token (
    id, source, division_code, may_import, key_hash, reason, made_at, made_by, expires_at
) VALUES (
    :id, :source, :division_code, :may_import, :key_hash, :reason, :now, :actor, :expires_at
) ON CONFLICT DO NOTHING RETURNING *;

-- name: register_token_of_key^
SELECT * FROM register_token WHERE key_hash = :key_hash;

-- name: register_token_by_id^
SELECT register_token.*, division.name AS division_name FROM register_token
LEFT JOIN division ON division.code = register_token.division_code
WHERE register_token.id = :id;

-- name: register_tokens_before
-- read both ways
-- sorted by: at
-- sorted by: source register_token.source
-- sorted by: used COALESCE(register_token.last_used_at, '')
-- sorted by: expires register_token.expires_at
SELECT register_token.*, division.name AS division_name FROM register_token
LEFT JOIN division ON division.code = register_token.division_code
WHERE register_token.id < :before ORDER BY register_token.id DESC LIMIT :row_limit;

-- name: end_register_token^
UPDATE register_token SET ended_at = :now, ended_by = :actor, end_reason = :reason
WHERE id = :id AND ended_at IS NULL RETURNING *;

-- name: use_register_token!
UPDATE register_token SET last_used_at = :now WHERE id = :id;

-- name: take_register_key^
INSERT INTO register_request (token_id, key, fingerprint, job_id, asked_at)
VALUES (:token_id, :key, :fingerprint, :job_id, :now)
ON CONFLICT DO NOTHING RETURNING job_id;

-- name: register_request_of_key^
SELECT fingerprint, job_id FROM register_request WHERE token_id = :token_id AND key = :key;

-- name: register_request_of_job^
SELECT job_id FROM register_request WHERE token_id = :token_id AND job_id = :job_id;
