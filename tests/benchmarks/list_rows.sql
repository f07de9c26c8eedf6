-- What a county of a million holders has in its other lists: run by tests/benchmarks/lists.py.
-- :end is the last day, :rows how many ledger rows there are; each statement numbers its rows from 0.

INSERT INTO merchant (id, name, credit_code, state, created_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
SELECT printf('019a0000-0000-7%03x-8000-00000000006d', i), '商户' || i, printf('9151%014d', i),
    CASE i % 20 WHEN 7 THEN 'suspended' ELSE 'active' END, '2025-11-01T00:00:00.000Z' FROM n;

INSERT INTO outlet (id, merchant_id, name, kind, division_code, address, state, created_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
SELECT printf('019a0000-0000-7%03x-8000-00000000006f', i), printf('019a0000-0000-7%03x-8000-00000000006d', i % 300),
    '示范点' || i, CASE i % 3 WHEN 0 THEN 'supermarket' WHEN 1 THEN 'pharmacy' ELSE 'hospital' END,
    village.code, '南塔路 ' || i || ' 号', CASE i % 20 WHEN 9 THEN 'suspended' ELSE 'active' END,
    '2025-11-01T00:00:00.000Z'
FROM n JOIN (SELECT code, ROW_NUMBER() OVER (ORDER BY code) - 1 AS place FROM division WHERE level = 'village') AS village
    ON village.place = i % 300;

INSERT INTO terminal (id, outlet_id, code, label, key_hash, state, created_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
SELECT printf('019a0000-0000-7%03x-8000-000000000074', i), printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000),
    printf('%06d', 500000 + i), '收银台 ' || i, 'no key ' || i, 'active', '2025-11-01T00:00:00.000Z' FROM n;

INSERT INTO till_device (id, terminal_id, joined_at, user_agent, app_version, last_seen_at, unsent_count, unsent_fen)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
SELECT printf('019a0000-0000-7%03x-8000-000000000064', i), printf('019a0000-0000-7%03x-8000-000000000074', i),
    '2026-01-01T00:00:00.000Z', 'Mozilla/5.0', '1', :end || printf('T%02d:00:00.000Z', i % 10), i % 3, (i % 3) * 500 FROM n;

INSERT INTO staff (id, username, name, role, password_hash, must_change_password, outlet_id, state, failed_sign_ins, created_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)
SELECT printf('019a0000-0000-7%03x-8000-000000000073', i), 'cashier' || i, '收银员' || i, 'cashier', '-', 0,
    printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000), 'active', 0, '2025-11-01T00:00:00.000Z' FROM n;

INSERT INTO ledger
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1),
sale AS (
    SELECT i, i % 2000 AS till, i / 2000 + 1 AS sequence, 500 + (i * 7919) % 60000 AS amount,
        date(:end, '-' || (364 - i * 365 / :rows) || ' days') AS day,
        1 + (i * 7919) % (SELECT MAX(rowid) FROM card) AS card_row,
        printf('019a%04x-%04x-7%03x-8000-00000000006c', (i >> 28), (i >> 12) & 65535, i & 4095) AS id FROM n)
SELECT sale.id, 'redemption', NULL, printf('B%09d', i), printf('019a0000-0000-7%03x-8000-000000000074', till), sequence,
    printf('019a0000-0000-7%03x-8000-00000000006f', till % 1000),
    printf('019a0000-0000-7%03x-8000-00000000006d', till % 1000 % 300),
    CASE till % 1000 % 3 WHEN 0 THEN 'supermarket' WHEN 1 THEN 'pharmacy' ELSE 'hospital' END, 'o' || i,
    card.id, card.holder_id, 'holder', card.holder_id, 1, 'dibao', holder.division_code,
    substr(holder.division_code, 1, 9) || '000', policy.id, policy.code, policy.version, 800,
    amount, 0, 0, amount, amount * 8 / 100, amount - amount * 8 / 100, amount * 3 / 100,
    amount * 8 / 100 - amount * 3 / 100, '{}', NULL, NULL, CASE i % 20 WHEN 3 THEN 'offline' ELSE 'online' END,
    day || printf('T%02d:%02d:00.000Z', i % 11, i % 60), day || printf('T%02d:%02d:00.000Z', i % 11, i % 60),
    day, substr(day, 1, 7), NULL, NULL, '-', printf('%064x', i)
FROM sale JOIN card ON card.rowid = card_row JOIN holder ON holder.id = card.holder_id
CROSS JOIN (SELECT id, code, version FROM policy LIMIT 1) AS policy;

INSERT INTO rollup_month
SELECT month, 'channel', outlet_id, channel, COUNT(*), 0, SUM(amount_fen), SUM(discount_fen), SUM(merchant_share_fen),
    SUM(government_share_fen)
FROM ledger GROUP BY month, outlet_id, channel;

INSERT INTO rollup_month_village
SELECT month, division_code, COUNT(*), 0, SUM(amount_fen), SUM(discount_fen), SUM(merchant_share_fen),
    SUM(government_share_fen) FROM ledger GROUP BY month, division_code;

INSERT INTO rollup_month_cards
SELECT month, 'total', '', COUNT(DISTINCT card_id) FROM ledger GROUP BY month;

INSERT INTO card_lookup
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 2 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-00000000006b', (i >> 28), (i >> 12) & 65535, i & 4095),
    date(:end, '-' || (364 - i * 730 / :rows) || ' days') || 'T02:00:00.000Z',
    printf('019a0000-0000-7%03x-8000-000000000074', i % 2000), NULL,
    (SELECT id FROM card WHERE rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM card)), 'ok' FROM n;

INSERT INTO refused_attempt
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 10 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000072', (i >> 28), (i >> 12) & 65535, i & 4095),
    CASE i % 3 WHEN 0 THEN 'verify' WHEN 1 THEN 'redeem' ELSE 'quote' END,
    CASE i % 4 WHEN 0 THEN 'card_lost' WHEN 1 THEN 'cap_reached' ELSE 'not_entitled' END, '{}',
    printf('019a0000-0000-7%03x-8000-000000000074', i % 2000), printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000),
    NULL, NULL, (SELECT id FROM card WHERE rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM card)), 0, 'r' || i, 1000 + i % 5000,
    date(:end, '-' || (364 - i * 3650 / :rows) || ' days') || 'T02:00:00.000Z',
    date(:end, '-' || (364 - i * 3650 / :rows) || ' days') || 'T02:00:00.000Z', 1 FROM n;

INSERT INTO audit_event
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 2 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000061', (i >> 28), (i >> 12) & 65535, i & 4095),
    date(:end, '-' || (364 - i * 730 / :rows) || ' days') || 'T02:00:00.000Z', 'officer' || i % 40,
    CASE i % 3 WHEN 0 THEN 'card.issued' WHEN 1 THEN 'application.approved' ELSE 'holder.added' END, 'card',
    (SELECT id FROM card WHERE rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM card)), NULL, NULL, NULL, '10.0.0.1' FROM n;

INSERT INTO claim (id, claim_no, state, source, outlet_id, terminal_id, card_id, holder_id, presenter_kind, identity_checked,
    order_no, amount_fen, excluded_fen, insurance_fen, occurred_at, business_day, submitted_at, submitted_by, decided_at,
    decided_by, reason)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 50 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000071', (i >> 28), (i >> 12) & 65535, i & 4095), 'BL' || i,
    CASE WHEN i % 20 = 0 THEN 'submitted' ELSE 'rejected' END, 'missed', printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000),
    printf('019a0000-0000-7%03x-8000-000000000074', i % 2000), card.id, card.holder_id, 'holder', 1, 'c' || i, 1000 + i % 9000,
    0, 0, '2026-06-01T02:00:00.000Z', date(:end, '-' || (364 - i * 18250 / :rows) || ' days'), '2026-06-01T02:00:00.000Z', 'cashier1',
    CASE WHEN i % 20 = 0 THEN NULL ELSE '2026-06-02T02:00:00.000Z' END, CASE WHEN i % 20 = 0 THEN NULL ELSE 'x' END,
    CASE WHEN i % 20 = 0 THEN NULL ELSE '超过期限' END
FROM n JOIN card ON card.rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM card);

INSERT INTO offline_item (id, terminal_id, client_id, fingerprint, status, code, refusal_json, bearer, outlet_id, order_no,
    card_id, amount_fen, discount_fen, payable_fen, occurred_at, business_day, pack_issued_at, device_clock_offset_ms, recorded_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 20 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000065', (i >> 28), (i >> 12) & 65535, i & 4095),
    printf('019a0000-0000-7%03x-8000-000000000074', i % 2000), printf('%036d', i), '-', 'refused', 'card_lost', '{}', 'merchant',
    printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000), 'f' || i,
    (SELECT id FROM card WHERE rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM card)), 1000, 80, 920,
    date(:end, '-' || (364 - i * 7300 / :rows) || ' days') || 'T01:00:00.000Z', date(:end, '-' || (364 - i * 7300 / :rows) || ' days'),
    '2026-01-01T00:00:00.000Z', 0, date(:end, '-' || (364 - i * 7300 / :rows) || ' days') || 'T02:00:00.000Z' FROM n;

INSERT INTO alert
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 100 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000062', (i >> 28), (i >> 12) & 65535, i & 4095), 'repeated_card', 'w' || i,
    date(:end, '-' || (364 - i * 36500 / :rows) || ' days'), '512022101000', printf('019a0000-0000-7%03x-8000-00000000006f', i % 1000),
    printf('019a0000-0000-7%03x-8000-000000000074', i % 2000), NULL, NULL, NULL, (SELECT id FROM ledger WHERE rowid = 1 + i),
    '{"rows": [], "numbers": {"times": 5, "limit": 4}}', CASE i % 2 WHEN 0 THEN 'open' ELSE 'looked_at' END,
    CASE i % 2 WHEN 0 THEN NULL ELSE '2026-06-02T02:00:00.000Z' END, CASE i % 2 WHEN 0 THEN NULL ELSE 'x' END,
    CASE i % 2 WHEN 0 THEN NULL ELSE '核实过' END, '2026-06-01T02:00:00.000Z', '2026-06-01T02:00:00.000Z' FROM n;

INSERT INTO notice
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 100 - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000063', (i >> 28), (i >> 12) & 65535, i & 4095), 'settlement', 'k' || i, '结算单 ' || i, '-',
    '{}', '2026-06-01T02:00:00.000Z' FROM n;

INSERT INTO notice_delivery (id, notice_id, channel, target, state, attempts, next_at, sent_at)
SELECT id, id, 'webhook', 'https://example.invalid/', 'sent', 1, created_at, created_at FROM notice;

INSERT INTO rating (id, ledger_id, outlet_id, holder_id, month, given, stars, answered_at)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < MIN(:rows, 200000) - 1)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000075', (i >> 28), (i >> 12) & 65535, i & 4095), ledger.id, ledger.outlet_id,
    ledger.holder_id, ledger.month, CASE i % 10 WHEN 0 THEN 'no' WHEN 1 THEN 'in_part' ELSE 'yes' END, 1 + i % 5,
    ledger.recorded_at FROM n JOIN ledger ON ledger.rowid = 1 + i * MAX(1, :rows / 200000);

INSERT INTO rating_month
SELECT outlet_id, month, COUNT(*), SUM(stars), SUM(given = 'yes'), SUM(given = 'in_part'), SUM(given = 'no') FROM rating
GROUP BY outlet_id, month;

INSERT INTO complaint (id, rating_id, state, due_on, opened_at, result, closed_at)
SELECT id, id, CASE WHEN rowid % 40 = 0 THEN 'open' ELSE 'closed' END, substr(answered_at, 1, 10), answered_at,
    CASE WHEN rowid % 40 = 0 THEN NULL WHEN rowid % 3 = 0 THEN 'upheld' WHEN rowid % 3 = 1 THEN 'not_upheld' ELSE 'unclear' END,
    CASE WHEN rowid % 40 = 0 THEN NULL ELSE answered_at END
FROM rating;

INSERT INTO basket_good (id, name, specification, unit, starts_on, added_at, added_by)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
SELECT printf('019a0000-0000-7%03x-8000-000000000067', i), '商品' || i, '5 升', '桶', '2025-01-01', '2025-01-01T00:00:00.000Z', 'x'
FROM n;

INSERT INTO shelf_price (id, good_id, outlet_id, seen_on, month, price_fen, recorded_at, recorded_by)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < MIN(:rows, 200000) - 1),
seen AS (SELECT i, date(:end, '-' || (364 - i * 365 / MIN(:rows, 200000)) || ' days') AS day FROM n)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000076', (i >> 28), (i >> 12) & 65535, i & 4095),
    printf('019a0000-0000-7%03x-8000-000000000067', i % 60), printf('019a0000-0000-7%03x-8000-00000000006f', i / 7 % 1000),
    day, substr(day, 1, 7), 500 + (i * 7919) % 9000, day || 'T02:00:00.000Z', 'officer' || i % 40 FROM seen;

INSERT OR IGNORE INTO holder_request (id, kind, holder_id, about, state, raised_at, raised_by, due_on, answered_at, answered_by)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < MIN(:rows, 200000) - 1),
asked AS (SELECT i, date(:end, '-' || (364 - i * 365 / MIN(:rows, 200000)) || ' days') AS day FROM n)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000077', (i >> 28), (i >> 12) & 65535, i & 4095), 'correction', holder.id,
    CASE i % 3 WHEN 0 THEN 'phone' WHEN 1 THEN 'address' ELSE 'family' END,
    CASE WHEN i % 40 = 0 THEN 'open' WHEN i % 2 = 0 THEN 'accepted' ELSE 'declined' END, day || 'T02:00:00.000Z', 'holder',
    date(day, '+7 days'), CASE WHEN i % 40 = 0 THEN NULL ELSE day || 'T03:00:00.000Z' END, CASE WHEN i % 40 = 0 THEN NULL ELSE 'x' END
FROM asked JOIN holder ON holder.rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM holder);

INSERT OR IGNORE INTO message (id, holder_id, kind, fact, channel, language, state, attempts, made_at, next_at, tried_at, ended_at,
    problem)
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < MIN(:rows, 200000) - 1),
made AS (SELECT i, date(:end, '-' || (364 - i * 365 / MIN(:rows, 200000)) || ' days') || 'T02:00:00.000Z' AS at,
    CASE i % 20 WHEN 0 THEN 'to_tell' WHEN 1 THEN 'failed' ELSE 'sent' END AS state FROM n)
SELECT printf('019a%04x-%04x-7%03x-8000-000000000079', (i >> 28), (i >> 12) & 65535, i & 4095), holder.id,
    CASE i % 3 WHEN 0 THEN 'entitlement_ends' WHEN 1 THEN 'dispute_answered' ELSE 'purchase' END,
    CASE i % 3 WHEN 0 THEN holder.id || ' ' || COALESCE(holder.entitled_until, '') ELSE 'f' || i END,
    CASE i % 20 WHEN 0 THEN 'paper' ELSE 'webhook' END, 'zh_Hans', made.state, i % 20 % 3, at, at, at,
    CASE made.state WHEN 'sent' THEN at END, CASE made.state WHEN 'failed' THEN 'number_refused 400' END
FROM made JOIN holder ON holder.rowid = 1 + (i * 7919) % (SELECT MAX(rowid) FROM holder);
