-- Every SQL statement of the demo; it reads only, and writes through the rooms' own use cases.

-- name: outlets
SELECT id, merchant_id, name FROM outlet ORDER BY id;

-- name: holders
SELECT id, name, division_code, birth_date FROM holder;

-- name: cards
-- Every copy with its holder's name, those that count first.
SELECT card.id, card.number, card.copy_id, card.state, card.key_id, card.expires_on, card.holder_id,
    holder.name AS holder_name
FROM card JOIN holder ON holder.id = card.holder_id
ORDER BY CASE card.state WHEN 'active' THEN 0 ELSE 1 END, card.created_at, card.id;

-- name: terminal_known$
-- Whether a terminal has this key, in use or not.
SELECT COUNT(*) FROM terminal WHERE key_hash = :key_hash;
