-- Every SQL statement of the demo; it reads only, and writes through the rooms' own use cases.

-- name: outlets
SELECT id, merchant_id, name FROM outlet ORDER BY id;

-- name: holders
SELECT id, name, division_code, birth_date FROM holder;

-- name: cards
-- Every copy with its holder's name, those that count first. An active card of somebody who is not
-- entitled any more has the state by which a till refuses it.
SELECT * FROM (
    SELECT card.id, card.number, card.copy_id, card.key_id, card.expires_on, card.holder_id,
        card.created_at, holder.name AS holder_name,
        CASE WHEN card.state = 'active' AND holder.entitled_until < :today THEN 'not_entitled'
            ELSE card.state END AS state
    FROM card JOIN holder ON holder.id = card.holder_id) AS copy
ORDER BY CASE state WHEN 'active' THEN 0 ELSE 1 END, created_at, id;

-- name: terminal_known$
-- Whether a terminal has this key, in use or not.
SELECT COUNT(*) FROM terminal WHERE key_hash = :key_hash;

-- name: holder_to_try^
-- Somebody whose card counts today, who has a family and has bought something, if there is one.
SELECT holder.id, holder.id_number_cipher, card.number
FROM card JOIN holder ON holder.id = card.holder_id
WHERE card.state = 'active' AND card.expires_on >= :today AND holder.entitled_until >= :today
ORDER BY
    CASE WHEN EXISTS (SELECT 1 FROM family_member WHERE family_member.holder_id = holder.id
        AND family_member.ended_at IS NULL AND family_member.id_number_cipher IS NOT NULL)
        THEN 0 ELSE 1 END,
    CASE WHEN EXISTS (SELECT 1 FROM ledger WHERE ledger.card_id = card.id) THEN 0 ELSE 1 END,
    card.created_at, card.id
LIMIT 1;

-- name: latest_sales
-- An outlet's sales before an instant, the latest first.
SELECT ledger.* FROM ledger JOIN outlet ON outlet.id = ledger.outlet_id
WHERE outlet.name = :outlet AND ledger.kind = 'redemption' AND ledger.recorded_at < :before
ORDER BY ledger.id DESC LIMIT 60;
