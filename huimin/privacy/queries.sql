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

-- name: sealed_ratings
SELECT id, words_cipher FROM rating_content
WHERE id > :after AND words_cipher IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: reseal_rating!
UPDATE rating_content SET words_cipher = :cipher WHERE id = :id AND words_cipher = :before;

-- name: sealed_complaint_words
SELECT id, text_cipher FROM complaint_words WHERE id > :after ORDER BY id LIMIT :row_limit;

-- name: reseal_complaint_words!
UPDATE complaint_words SET text_cipher = :cipher WHERE id = :id AND text_cipher = :before;

-- name: plain_steps
-- Steps of complaints whose words still stand in clear, from before version 21.
SELECT id, text FROM complaint_step WHERE text IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: empty_plain_step!
UPDATE complaint_step SET text = NULL WHERE id = :id AND text = :text;

-- name: keep_complaint_words!
INSERT INTO complaint_words (id, text_cipher) VALUES (:id, :text_cipher);

-- name: sealed_messages
SELECT id, content_cipher FROM message
WHERE id > :after AND content_cipher IS NOT NULL ORDER BY id LIMIT :row_limit;

-- name: reseal_message!
UPDATE message SET content_cipher = :cipher WHERE id = :id AND content_cipher = :before;

-- name: sealed_requests
SELECT id, words_cipher, answer_cipher FROM holder_request
WHERE id > :after AND (words_cipher IS NOT NULL OR answer_cipher IS NOT NULL)
ORDER BY id LIMIT :row_limit;

-- name: reseal_request!
UPDATE holder_request SET words_cipher = :words_cipher, answer_cipher = :answer_cipher
WHERE id = :id AND COALESCE(words_cipher, '') = COALESCE(CAST(:words_before AS TEXT), '')
    AND COALESCE(answer_cipher, '') = COALESCE(CAST(:answer_before AS TEXT), '');

-- name: running_jobs
SELECT id FROM job WHERE state IN ('waiting', 'running');

-- name: evidence_removed^
SELECT id FROM evidence_file WHERE id = :id AND removed_at IS NOT NULL
UNION ALL
SELECT id FROM picture WHERE id = :id AND removed_at IS NOT NULL;

-- ---------------------------------------------------------------- one person
-- name: cards_of_person
SELECT * FROM card WHERE holder_id = :holder_id ORDER BY issued_on, id;

-- name: card_events_of_person
SELECT card_event.* FROM card_event JOIN card ON card.id = card_event.card_id
WHERE card.holder_id = :holder_id ORDER BY card_event.id;

-- name: applications_of_person
SELECT * FROM application WHERE holder_id = :holder_id ORDER BY id;

-- name: eligibilities_of_person
SELECT * FROM eligibility WHERE holder_id = :holder_id ORDER BY starts_on, kind;

-- name: members_of_person
SELECT * FROM family_member WHERE holder_id = :holder_id ORDER BY added_at, id;

-- name: memberships_of_person
-- In whose households somebody with that number stands.
SELECT * FROM family_member WHERE id_number_hash IN (:id_number_hash, :old_id_number_hash)
ORDER BY added_at, id;

-- name: evidence_of_person
SELECT * FROM evidence_file WHERE holder_id = :holder_id ORDER BY id;

-- name: claims_of_person
SELECT * FROM claim WHERE holder_id = :holder_id ORDER BY id;

-- name: ratings_of_person
-- How receipts of the person's purchases were judged, and what came of it.
SELECT rating.id, rating.ledger_id, rating.outlet_id, rating.given, rating.stars, rating.answered_at,
    rating_content.words_cipher, rating_content.picture_id, complaint.state AS complaint_state,
    complaint.due_on, complaint.result, complaint.closed_at
FROM rating
LEFT JOIN rating_content ON rating_content.id = rating.id
LEFT JOIN complaint ON complaint.rating_id = rating.id
WHERE rating.holder_id = :holder_id ORDER BY rating.id;

-- name: complaint_answers_of_person
-- What the county answered to complaints about the person's purchases; its own notes are about shops and staff.
SELECT complaint.rating_id, complaint_step.kind, complaint_step.at, complaint_step.due_on, complaint_step.result,
    complaint_step.text, complaint_words.text_cipher
FROM rating
JOIN complaint ON complaint.rating_id = rating.id
JOIN complaint_step ON complaint_step.complaint_id = complaint.id
LEFT JOIN complaint_words ON complaint_words.id = complaint_step.id
WHERE rating.holder_id = :holder_id AND complaint_step.kind IN ('answer', 'due', 'result')
ORDER BY complaint_step.id;

-- name: sales_of_person
SELECT ledger.id, ledger.kind, reverses_id, receipt_no, ledger.outlet_id, outlet.name AS outlet_name, order_no,
    card_id, presenter_kind, presenter_id, COALESCE(family_member.name, holder.name) AS presenter_name,
    eligibility, ledger.division_code, policy_code, amount_fen, insurance_fen, excluded_fen, discount_fen,
    payable_fen, detail_json, channel, occurred_at, recorded_at, reason
FROM ledger
JOIN outlet ON outlet.id = ledger.outlet_id
JOIN holder ON holder.id = ledger.holder_id
LEFT JOIN family_member ON family_member.id = presenter_id
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id)
ORDER BY occurred_at, ledger.id;

-- name: lookups_of_person
SELECT card_lookup.* FROM card_lookup
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id) ORDER BY id;

-- name: offline_of_person
SELECT * FROM offline_item
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id) ORDER BY id;

-- name: contacts_of_person
SELECT * FROM reach_contact WHERE holder_id = :holder_id ORDER BY id;

-- name: messages_of_person
SELECT * FROM message WHERE holder_id = :holder_id ORDER BY id;

-- name: told_to_person
SELECT message_told.* FROM message_told JOIN message ON message.id = message_told.message_id
WHERE message.holder_id = :holder_id ORDER BY message_told.id;

-- name: wishes_of_person
SELECT * FROM message_choice WHERE holder_id = :holder_id;

-- name: handovers_of_person
SELECT card_handover.* FROM card_handover JOIN card ON card.id = card_handover.card_id
WHERE card.holder_id = :holder_id ORDER BY card_handover.card_id;

-- name: requests_of_person
SELECT * FROM holder_request WHERE holder_id = :holder_id ORDER BY id;

-- name: endings_of_person
SELECT aid_ending_person.*, aid_ending.state AS ending_state FROM aid_ending_person
JOIN aid_ending ON aid_ending.id = aid_ending_person.ending_id
WHERE aid_ending_person.holder_id = :holder_id ORDER BY aid_ending_person.ending_id;

-- name: moves_of_person
SELECT * FROM division_move WHERE subject_kind = 'holder' AND subject_id = :holder_id ORDER BY id;

-- name: alerts_of_person
SELECT * FROM alert WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id)
ORDER BY id;

-- name: attempts_of_person
SELECT * FROM refused_attempt
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id) ORDER BY id;

-- name: usage_of_person
SELECT * FROM usage WHERE holder_id = :holder_id ORDER BY period, policy_code;

-- name: events_of_person
-- Of the person, and of the cards, applications, claims, requests and waiting sales that are theirs.
SELECT * FROM audit_event
WHERE (subject_kind = 'holder' AND subject_id = :holder_id)
    OR (subject_kind = 'card'
        AND subject_id IN (SELECT id FROM card WHERE holder_id = :holder_id))
    OR (subject_kind = 'application'
        AND subject_id IN (SELECT id FROM application WHERE holder_id = :holder_id))
    OR (subject_kind = 'claim'
        AND subject_id IN (SELECT id FROM claim WHERE holder_id = :holder_id))
    OR (subject_kind = 'holder_request'
        AND subject_id IN (SELECT id FROM holder_request WHERE holder_id = :holder_id))
    OR (subject_kind = 'waiting_sale' AND subject_id IN (
        SELECT id FROM offline_item
        WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id)))
ORDER BY id;

-- name: my_codes_of_person
SELECT * FROM my_code WHERE holder_id = :holder_id ORDER BY id;

-- name: my_sessions_of_person
SELECT id, member_id, card_id, opened_by, created_at, expires_at, address, user_agent, ended_at
FROM my_session WHERE holder_id = :holder_id ORDER BY id;

-- name: my_devices_of_person
SELECT * FROM my_device WHERE holder_id = :holder_id ORDER BY id;

-- name: my_views_of_person
SELECT * FROM my_member_view WHERE holder_id = :holder_id ORDER BY id;

-- name: waiting_of_person
-- Sales that wait for people: nobody has decided for good.
SELECT offline_item.id FROM offline_item
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id) AND status = 'waiting'
    AND NOT EXISTS (SELECT 1 FROM waiting_decision
        WHERE sale_id = offline_item.id AND is_final = 1);

-- ---------------------------------------------------------------- erasing
-- name: all_drafts
SELECT id, content_cipher FROM holder_draft ORDER BY id;

-- name: drop_draft!
DELETE FROM holder_draft WHERE id = :id;

-- name: running_registers
SELECT id FROM job WHERE kind LIKE 'register.%' AND state IN ('waiting', 'running');

-- name: erase_person!
UPDATE holder SET name = '', birth_date = '', id_number_cipher = '',
    id_number_hash = 'erased ' || id, phone_cipher = NULL, phone_hash = NULL,
    second_phone_hash = NULL, verified_on = NULL, erased_at = :now, updated_at = :now
WHERE id = :holder_id AND erased_at IS NULL;

-- name: erase_grams!
DELETE FROM holder_name_gram WHERE holder_id = :holder_id;

-- name: erase_member!
UPDATE family_member SET name = '', relation = '', id_number_cipher = NULL, id_number_hash = NULL,
    ended_at = COALESCE(ended_at, :now)
WHERE id = :id;

-- name: erase_eligibilities!
UPDATE eligibility SET evidence = NULL, source = '' WHERE holder_id = :holder_id;

-- name: erase_applications!
UPDATE application SET reason = '' WHERE holder_id = :holder_id AND reason IS NOT NULL;

-- name: erase_evidence!
UPDATE evidence_file SET file_name = '', sha256 = '', removed_at = COALESCE(removed_at, :now)
WHERE holder_id = :holder_id;

-- name: erase_claims!
UPDATE claim SET note = NULL, items_json = NULL,
    reason = CASE WHEN reason IS NULL THEN NULL ELSE '' END
WHERE holder_id = :holder_id;

-- part: steps_of_complaints_of_person
SELECT complaint_step.id FROM rating
JOIN complaint ON complaint.rating_id = rating.id
JOIN complaint_step ON complaint_step.complaint_id = complaint.id
WHERE rating.holder_id = :holder_id

-- name: complaint_words_of_person
-- Steps that still say something.
-- with: steps_of_complaints_of_person
    AND (complaint_step.text IS NOT NULL
        OR EXISTS (SELECT 1 FROM complaint_words WHERE complaint_words.id = complaint_step.id))
ORDER BY complaint_step.id;

-- name: erase_complaint_words!
DELETE FROM complaint_words WHERE id IN (
-- with: steps_of_complaints_of_person
);

-- name: erase_plain_steps!
UPDATE complaint_step SET text = NULL WHERE text IS NOT NULL AND id IN (
-- with: steps_of_complaints_of_person
);

-- name: complaint_words_by_id^
SELECT id, text_cipher FROM complaint_words WHERE id = :id;

-- name: forget_complaint_words!
DELETE FROM complaint_words WHERE id = :id;

-- name: forget_rating!
UPDATE rating_content SET words_cipher = NULL, picture_id = NULL, removed_at = :now
WHERE id = :id AND removed_at IS NULL;

-- name: forget_picture!
UPDATE picture SET removed_at = :now, sha256 = '' WHERE id = :id AND removed_at IS NULL;

-- name: erase_contacts!
DELETE FROM reach_contact WHERE holder_id = :holder_id;

-- name: erase_messages!
-- What waits is not sent any more.
UPDATE message SET content_cipher = NULL, sent_to = NULL,
    problem = CASE WHEN state IN ('waiting', 'to_tell') THEN 'no_longer_so' ELSE problem END,
    ended_at = CASE WHEN state IN ('waiting', 'to_tell') THEN :now ELSE ended_at END,
    state = CASE WHEN state IN ('waiting', 'to_tell') THEN 'dropped' ELSE state END
WHERE holder_id = :holder_id;

-- name: erase_wishes!
DELETE FROM message_choice WHERE holder_id = :holder_id;

-- name: erase_requests!
UPDATE holder_request SET words_cipher = NULL, answer_cipher = NULL WHERE holder_id = :holder_id;

-- name: erase_card_reasons!
UPDATE card_event SET reason = ''
WHERE card_id IN (SELECT id FROM card WHERE holder_id = :holder_id);

-- name: erase_my_codes!
DELETE FROM my_code WHERE holder_id = :holder_id;

-- name: erase_my_sessions!
DELETE FROM my_session WHERE holder_id = :holder_id;

-- name: erase_my_devices!
DELETE FROM my_device WHERE holder_id = :holder_id;

-- name: erase_codes_of_member!
DELETE FROM my_code WHERE holder_id = :holder_id AND member_id = :member_id;

-- name: erase_sessions_of_member!
DELETE FROM my_session WHERE holder_id = :holder_id AND member_id = :member_id;

-- name: erase_views_of_member!
DELETE FROM my_member_view WHERE holder_id = :holder_id AND member_id = :member_id;

-- name: erase_my_views!
DELETE FROM my_member_view WHERE holder_id = :holder_id;

-- name: erased_people
SELECT id, erased_at FROM holder WHERE erased_at IS NOT NULL ORDER BY erased_at, id;

-- Where somebody typed a text that names the person, in a range of ids; and the text without what names them.

-- name: texts_of_event
SELECT id, reason, old_json, new_json, subject_kind FROM (
    SELECT id, reason, old_json, new_json, subject_kind,
        COALESCE(reason, '') || ' ' || COALESCE(old_json, '') || ' ' || COALESCE(new_json, '') AS words
    FROM audit_event
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_event!
UPDATE audit_event SET reason = :reason, old_json = :old_json, new_json = :new_json WHERE id = :id;

-- name: texts_of_application
SELECT id, reason FROM (
    SELECT id, reason,
        COALESCE(reason, '') AS words
    FROM application
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_application!
UPDATE application SET reason = :reason WHERE id = :id;

-- name: texts_of_eligibility
SELECT id, evidence, source FROM (
    SELECT id, evidence, source,
        COALESCE(evidence, '') || ' ' || COALESCE(source, '') AS words
    FROM eligibility
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_eligibility!
UPDATE eligibility SET evidence = :evidence, source = :source WHERE id = :id;

-- name: texts_of_claim
SELECT id, note, reason FROM (
    SELECT id, note, reason,
        COALESCE(note, '') || ' ' || COALESCE(reason, '') AS words
    FROM claim
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_claim!
UPDATE claim SET note = :note, reason = :reason WHERE id = :id;

-- name: texts_of_card_event
SELECT id, reason FROM (
    SELECT id, reason,
        COALESCE(reason, '') AS words
    FROM card_event
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_card_event!
UPDATE card_event SET reason = :reason WHERE id = :id;

-- name: texts_of_alert
SELECT id, note FROM (
    SELECT id, note,
        COALESCE(note, '') AS words
    FROM alert
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_alert!
UPDATE alert SET note = :note WHERE id = :id;

-- name: texts_of_ending
SELECT id, file_name, unmatched_json, reason, decision_reason, undo_reason FROM (
    SELECT id, file_name, unmatched_json, reason, decision_reason, undo_reason,
        COALESCE(file_name, '') || ' ' || COALESCE(unmatched_json, '') || ' ' || COALESCE(reason, '') || ' ' || COALESCE(decision_reason, '') || ' ' || COALESCE(undo_reason, '') AS words
    FROM aid_ending
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_ending!
UPDATE aid_ending SET file_name = :file_name, unmatched_json = :unmatched_json, reason = :reason, decision_reason = :decision_reason, undo_reason = :undo_reason WHERE id = :id;

-- name: texts_of_print_run
SELECT id, reason FROM (
    SELECT id, reason,
        COALESCE(reason, '') AS words
    FROM print_run
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_print_run!
UPDATE print_run SET reason = :reason WHERE id = :id;

-- name: texts_of_waiting_decision
SELECT id, reason FROM (
    SELECT id, reason,
        COALESCE(reason, '') AS words
    FROM waiting_decision
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_waiting_decision!
UPDATE waiting_decision SET reason = :reason WHERE id = :id;

-- name: texts_of_complaint_step
SELECT id, text FROM complaint_step
WHERE id >= :least AND id <= :most
    AND (text LIKE :first OR text LIKE :second OR text LIKE :third OR text LIKE :fourth)
ORDER BY id;

-- name: write_text_of_complaint_step!
UPDATE complaint_step SET text = :text WHERE id = :id;

-- name: texts_of_cancelled_order
SELECT id, reason FROM (
    SELECT outlet_id || ' ' || order_no AS id, reason FROM cancelled_order
) AS listed
WHERE id >= :least AND id <= :most
    AND (reason LIKE :first OR reason LIKE :second OR reason LIKE :third OR reason LIKE :fourth)
ORDER BY id;

-- name: write_text_of_cancelled_order!
UPDATE cancelled_order SET reason = :reason WHERE outlet_id || ' ' || order_no = :id;

-- name: texts_of_dispute
SELECT id, text, answer FROM (
    SELECT id, text, answer, text || ' ' || COALESCE(answer, '') AS words FROM settlement_dispute
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_dispute!
UPDATE settlement_dispute SET text = :text, answer = :answer WHERE id = :id;

-- name: texts_of_waiting_sale
SELECT id, purchase_json FROM waiting_sale
WHERE id >= :least AND id <= :most
    AND (purchase_json LIKE :first OR purchase_json LIKE :second
        OR purchase_json LIKE :third OR purchase_json LIKE :fourth)
ORDER BY id;

-- name: write_text_of_waiting_sale!
UPDATE waiting_sale SET purchase_json = :purchase_json WHERE id = :id;

-- name: texts_of_day_close
SELECT id, reasons_json FROM (
    SELECT id, reasons_json,
        COALESCE(reasons_json, '') AS words
    FROM day_close
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_day_close!
UPDATE day_close SET reasons_json = :reasons_json WHERE id = :id;

-- name: texts_of_job
SELECT id, asked_json, result_json FROM (
    SELECT id, asked_json, result_json,
        COALESCE(asked_json, '') || ' ' || COALESCE(result_json, '') AS words
    FROM job
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_job!
UPDATE job SET asked_json = :asked_json, result_json = :result_json WHERE id = :id;

-- name: texts_of_register_import
SELECT id, file_name FROM (
    SELECT id, file_name,
        COALESCE(file_name, '') AS words
    FROM register_import
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_register_import!
UPDATE register_import SET file_name = :file_name WHERE id = :id;

-- name: texts_of_evidence
SELECT id, file_name FROM (
    SELECT id, file_name,
        COALESCE(file_name, '') AS words
    FROM evidence_file
) AS listed
WHERE id >= :least AND id <= :most
    AND (words LIKE :first OR words LIKE :second OR words LIKE :third OR words LIKE :fourth)
ORDER BY id;

-- name: write_text_of_evidence!
UPDATE evidence_file SET file_name = :file_name WHERE id = :id;

-- name: texts_of_ledger
-- Rows of the ledger never change; these are only named.
SELECT receipt_no FROM ledger
WHERE reason LIKE :first OR detail_json LIKE :first OR reason LIKE :second OR detail_json LIKE :second
    OR reason LIKE :third OR detail_json LIKE :third OR reason LIKE :fourth
    OR detail_json LIKE :fourth
ORDER BY id LIMIT 20;

-- name: unerased_person^
SELECT * FROM holder WHERE id = :id AND erased_at IS NULL;

-- ---------------------------------------------------------------- retention
-- name: drop_lookups!
DELETE FROM card_lookup
WHERE id IN (SELECT id FROM card_lookup WHERE id < :before ORDER BY id LIMIT :row_limit);

-- name: drop_sessions!
DELETE FROM staff_session
WHERE id_hash IN (SELECT id_hash FROM staff_session WHERE expires_at < :before LIMIT :row_limit);

-- name: drop_my_sessions!
DELETE FROM my_session
WHERE id_hash IN (SELECT id_hash FROM my_session WHERE expires_at < :before LIMIT :row_limit);

-- name: drop_my_codes!
DELETE FROM my_code
WHERE id IN (SELECT id FROM my_code WHERE expires_at < :before LIMIT :row_limit);

-- name: drop_my_devices!
DELETE FROM my_device
WHERE id IN (SELECT id FROM my_device WHERE ended_at < :before LIMIT :row_limit);

-- name: drop_drafts!
DELETE FROM holder_draft
WHERE id IN (SELECT id FROM holder_draft WHERE updated_at < :before ORDER BY id LIMIT :row_limit);

-- name: forget_messages!
-- What messages said, also of people whom nobody has told in all this time.
UPDATE message SET content_cipher = NULL
WHERE id IN (SELECT id FROM message
    WHERE id < :before AND content_cipher IS NOT NULL AND state <> 'waiting'
    ORDER BY id LIMIT :row_limit);

-- name: drop_codes!
DELETE FROM message
WHERE id IN (SELECT id FROM message
    WHERE id < :before AND kind = 'code' AND content_cipher IS NULL ORDER BY id LIMIT :row_limit);

-- name: forget_requests!
-- What was said about requests that were answered before an instant; that they were made stays.
UPDATE holder_request SET words_cipher = NULL, answer_cipher = NULL
WHERE id IN (SELECT id FROM holder_request
    WHERE answered_at < :before AND (words_cipher IS NOT NULL OR answer_cipher IS NOT NULL)
    ORDER BY answered_at, id LIMIT :row_limit);

-- name: old_papers
-- Of people whose aid ended before a day; uploaded before an instant.
SELECT evidence_file.id, evidence_file.holder_id FROM evidence_file
JOIN holder ON holder.id = evidence_file.holder_id
WHERE evidence_file.removed_at IS NULL AND evidence_file.uploaded_at < :before
    AND holder.entitled_until < :day
ORDER BY evidence_file.id LIMIT :row_limit;

-- name: forget_paper!
UPDATE evidence_file SET removed_at = :now, file_name = '', sha256 = '' WHERE id = :id;

-- name: ratings_there
-- Judgements that still say or show something, some at a time; `is_over` is 1 where they were answered before an
-- instant, and those that became a complaint closed before it.
SELECT rating_content.id, rating_content.picture_id,
    CASE WHEN rating.answered_at < :before AND (complaint.id IS NULL OR complaint.closed_at < :before)
        THEN 1 ELSE 0 END AS is_over
FROM rating_content
JOIN rating ON rating.id = rating_content.id
LEFT JOIN complaint ON complaint.rating_id = rating.id
WHERE rating_content.removed_at IS NULL AND rating_content.id > :after
ORDER BY rating_content.id LIMIT :row_limit;

-- name: complaint_words_there
-- Words of steps that are still there; `is_over` is 1 for those of complaints that were closed before an instant.
SELECT complaint_words.id, CASE WHEN complaint.closed_at < :before THEN 1 ELSE 0 END AS is_over
FROM complaint_words
JOIN complaint_step ON complaint_step.id = complaint_words.id
JOIN complaint ON complaint.id = complaint_step.complaint_id
WHERE complaint_words.id > :after
ORDER BY complaint_words.id LIMIT :row_limit;

-- name: photos_there
-- Photos whose files are still there; `is_over` is 1 for those of shelf prices that were written down before an instant.
SELECT picture.id, CASE WHEN shelf_price.recorded_at < :before THEN 1 ELSE 0 END AS is_over
FROM picture
LEFT JOIN shelf_price ON shelf_price.picture_id = picture.id
WHERE picture.removed_at IS NULL AND picture.id > :after
ORDER BY picture.id LIMIT :row_limit;

-- name: newest_rotation^
-- When the keys of personal data were last rotated to the end.
SELECT at FROM audit_event WHERE action = 'personal_key.rotated' ORDER BY id DESC LIMIT 1;
