-- Every SQL statement of the ratings room.

-- name: insert_rating$
-- Nothing comes back when the receipt was judged before, by whoever was first.
INSERT INTO rating (id, ledger_id, outlet_id, holder_id, month, given, stars, answered_at)
VALUES (:id, :ledger_id, :outlet_id, :holder_id, :month, :given, :stars, :answered_at)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: insert_content!
INSERT INTO rating_content (id, words_cipher, picture_id) VALUES (:id, :words_cipher, :picture_id);

-- name: add_to_month!
INSERT INTO rating_month (outlet_id, month, answers, stars, given_yes, given_in_part, given_no)
VALUES (:outlet_id, :month, 1, :stars, :given_yes, :given_in_part, :given_no)
ON CONFLICT (outlet_id, month) DO UPDATE SET
    answers = rating_month.answers + 1,
    stars = rating_month.stars + excluded.stars,
    given_yes = rating_month.given_yes + excluded.given_yes,
    given_in_part = rating_month.given_in_part + excluded.given_in_part,
    given_no = rating_month.given_no + excluded.given_no;

-- part: rating_and_complaint
SELECT rating.*, rating_content.words_cipher, rating_content.picture_id, rating_content.removed_at,
    outlet.name AS outlet_name, outlet.kind AS outlet_kind, ledger.receipt_no,
    substr(ledger.hash, 1, 16) AS hash_prefix, ledger.occurred_at,
    complaint.id AS complaint_id, complaint.state AS complaint_state, complaint.due_on, complaint.result
FROM rating
LEFT JOIN rating_content ON rating_content.id = rating.id
JOIN outlet ON outlet.id = rating.outlet_id
JOIN ledger ON ledger.id = rating.ledger_id
LEFT JOIN complaint ON complaint.rating_id = rating.id

-- name: rating_of_sale^
-- with: rating_and_complaint
WHERE rating.ledger_id = :ledger_id;

-- name: ratings_before
-- read both ways
-- sorted by: at
-- sorted by number: stars rating.stars
-- The latest first.
-- with: rating_and_complaint
WHERE rating.id < :before
    AND (CAST(:outlet_id AS TEXT) IS NULL OR rating.outlet_id = :outlet_id)
    AND (CAST(:given AS TEXT) IS NULL OR rating.given = :given)
    AND (CAST(:month AS TEXT) IS NULL OR rating.month = :month)
ORDER BY rating.id DESC LIMIT :row_limit;

-- name: rating_by_id^
-- with: rating_and_complaint
WHERE rating.id = :id;

-- name: outlets_with_ratings
SELECT id, name FROM outlet
WHERE EXISTS (SELECT 1 FROM rating_month WHERE rating_month.outlet_id = outlet.id)
ORDER BY name, id;

-- name: outlets_of_merchant
SELECT id, name, kind FROM outlet WHERE merchant_id = :merchant_id ORDER BY name, id;

-- name: insert_complaint$
-- Nothing where the rating has one.
INSERT INTO complaint (id, rating_id, state, due_on, opened_at)
VALUES (:id, :rating_id, 'open', :due_on, :opened_at)
ON CONFLICT (rating_id) DO NOTHING RETURNING id;

-- name: lock_complaint^
UPDATE complaint SET state = state WHERE id = :id RETURNING *;

-- name: set_due_day!
UPDATE complaint SET due_on = :due_on WHERE id = :id AND state = 'open';

-- name: close_complaint!
UPDATE complaint SET state = 'closed', result = :result, closed_at = :closed_at
WHERE id = :id AND state = 'open';

-- name: insert_step!
INSERT INTO complaint_step (id, complaint_id, kind, due_on, result, at, recorded_by)
VALUES (:id, :complaint_id, :kind, :due_on, :result, :at, :recorded_by);

-- name: insert_words!
INSERT INTO complaint_words (id, text_cipher) VALUES (:id, :text_cipher);

-- name: steps_of
-- `text` of its own has only a step from before version 21 that nobody has sealed yet.
SELECT complaint_step.*, complaint_words.text_cipher FROM complaint_step
LEFT JOIN complaint_words ON complaint_words.id = complaint_step.id
WHERE complaint_step.complaint_id = :complaint_id ORDER BY complaint_step.id;

-- name: complaints_before
-- read both ways
-- sorted by: at
-- sorted by: due complaint.due_on
-- sorted by: state complaint.state
-- The latest first.
SELECT complaint.*, rating.given, rating.stars, rating.outlet_id, outlet.name AS outlet_name,
    outlet.kind AS outlet_kind, ledger.receipt_no
FROM complaint
JOIN rating ON rating.id = complaint.rating_id
JOIN outlet ON outlet.id = rating.outlet_id
JOIN ledger ON ledger.id = rating.ledger_id
WHERE complaint.id < :before
    AND (CAST(:state AS TEXT) IS NULL OR complaint.state = :state)
    AND (CAST(:outlet_id AS TEXT) IS NULL OR rating.outlet_id = :outlet_id)
    AND (CAST(:result AS TEXT) IS NULL OR complaint.result = :result)
    AND (CAST(:due_before AS TEXT) IS NULL OR (complaint.due_on < :due_before AND complaint.state = 'open'))
ORDER BY complaint.id DESC LIMIT :row_limit;

-- name: complaint_with_record^
-- With the sale as it stands in the ledger; nobody's name and no card: a complaint is about the sale.
SELECT complaint.*, rating.given, rating.stars, rating.answered_at, rating.ledger_id,
    rating_content.words_cipher, rating_content.picture_id, rating_content.removed_at,
    outlet.id AS outlet_id, outlet.name AS outlet_name, outlet.kind AS outlet_kind, merchant.name AS merchant_name,
    terminal.label AS till_label, ledger.receipt_no, ledger.hash, ledger.order_no, ledger.occurred_at,
    ledger.recorded_at, ledger.channel, ledger.cashier, ledger.presenter_kind, ledger.identity_checked,
    ledger.amount_fen, ledger.excluded_fen, ledger.eligible_fen, ledger.rate_bp, ledger.discount_fen,
    ledger.payable_fen, policy.name AS policy_name, policy.version AS policy_version
FROM complaint
JOIN rating ON rating.id = complaint.rating_id
LEFT JOIN rating_content ON rating_content.id = rating.id
JOIN ledger ON ledger.id = rating.ledger_id
JOIN outlet ON outlet.id = rating.outlet_id
JOIN merchant ON merchant.id = outlet.merchant_id
JOIN terminal ON terminal.id = ledger.terminal_id
JOIN policy ON policy.id = ledger.policy_id
WHERE complaint.id = :id;
