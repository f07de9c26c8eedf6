"""What a PostgreSQL database is made of, as lines that do not depend on how its tables came about.

Only the schema (namespace) that holds `schema_migration` is looked at, and of it what decides which
rows can be written and read: no owner, right, comment, view, function or place on the disk.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

Lines = dict[str, list[str]]

# Expressions come from the catalogue, as the server writes them; names of namespaces are left out,
# because they are the operator's. NOT NULL is told by the column alone: since version 18 the server
# has a constraint for it as well.
_OBJECTS = """
WITH ours AS (
    SELECT c.oid, c.relname AS name, c.relkind, c.relpersistence, c.relrowsecurity
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p')
      AND c.relnamespace = (SELECT relnamespace FROM pg_class
                            WHERE oid = to_regclass('schema_migration'))
)
SELECT 'table ' || name AS object,
       concat_ws(' ', 'kind', relkind, relpersistence, 'row security', relrowsecurity, 'rules',
                 (SELECT count(*) FROM pg_rewrite WHERE ev_class = ours.oid)) AS line
FROM ours
UNION ALL
SELECT 'table ' || ours.name,
       concat_ws(' ', 'column', a.attname, format_type(a.atttypid, a.atttypmod), 'required',
                 a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid), 'generated',
                 a.attidentity, a.attgenerated, 'collation',
                 CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END)
FROM ours
JOIN pg_attribute AS a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
SELECT 'table ' || ours.name,
       concat_ws(' ', 'constraint', k.conname, pg_get_constraintdef(k.oid))
FROM ours
JOIN pg_constraint AS k ON k.conrelid = ours.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT CASE WHEN i.indisunique THEN 'table ' || ours.name ELSE 'index ' || x.relname END,
       concat_ws(' ', 'valid', i.indisvalid,
                 regexp_replace(pg_get_indexdef(i.indexrelid), ' ON \\S+ USING ',
                                ' ON ' || ours.name || ' USING '))
FROM ours
JOIN pg_index AS i ON i.indrelid = ours.oid
JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint AS k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'table ' || ours.name,
       concat_ws(' ', 'trigger', g.tgname, g.tgtype, g.tgenabled, g.tgattr, g.tgnargs,
                 pg_get_expr(g.tgqual, g.tgrelid), p.proname, md5(p.prosrc))
FROM ours
JOIN pg_trigger AS g ON g.tgrelid = ours.oid AND NOT g.tgisinternal
JOIN pg_proc AS p ON p.oid = g.tgfoid
"""


def structure(connection: Any) -> Lines:
    """The lines of each object, by "table NAME" or "index NAME".

    Unique indexes and triggers are lines of their table, because they decide what can be written.
    """
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_OBJECTS).fetchall():
        lines[row["object"]].append(row["line"])
    return dict(lines)
