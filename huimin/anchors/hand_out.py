"""Hand anchors out of the house: to a folder of another host, and to the notices.

An anchor protects only where nobody who can change the database can change it. What could not be
handed out today goes the next time; a file that is there already is never replaced.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from huimin.anchors import queries
from huimin.anchors.note import read_tree_head
from huimin.anchors.verify import file_name
from huimin.core.catalogue import say
from huimin.core.period_words import day_words
from huimin.instance import Instance
from huimin.notices.attachments import store_attachment
from huimin.notices.post import Notice, is_posted, post_notice, targets_of
from huimin.storage.engine import Row
from huimin.storage.new_file import write_whole

KIND = "anchor"
CONTENT_TYPE = "text/plain; charset=utf-8"
# As many of the latest days are made good in the folder if they are missing there.
FILES_WRITTEN_MAX = 62


def write_files(instance: Instance) -> int:
    """Write the latest anchors that the folder lacks; returns how many. Raises OSError."""
    if instance.settings.anchor_folder is None:
        return 0
    folder = Path(instance.settings.anchor_folder)
    rows = instance.engine.read(lambda tx: queries.latest_days(tx, row_limit=FILES_WRITTEN_MAX))
    # A folder that is not mounted must not become an empty one of this host.
    missing = [row["day"] for row in rows if not (folder / file_name(row["day"])).exists()]
    for day in missing:
        anchor: Row = instance.engine.read(partial(queries.anchor_of_day, day=day))
        write_whole(folder / file_name(day), anchor["note"].encode(), for_all=True)
    return len(missing)


def post_newest(instance: Instance, day: str) -> bool:
    """Post the notice of a day's anchor, unless it was posted; it is sent with the others."""
    settings, now = instance.settings, instance.clock()
    anchor: Row = instance.engine.read(lambda tx: queries.anchor_of_day(tx, day=day))
    notice = _notice(instance, anchor)
    targets = targets_of(settings)
    if not targets or instance.engine.read(lambda tx: is_posted(tx, notice.key)):
        return False
    store_attachment(settings.folder, anchor["note"].encode())
    return instance.engine.write(lambda tx: post_notice(tx, notice, targets, now=now))


def _notice(instance: Instance, anchor: Row) -> Notice:
    settings, language = instance.settings, instance.settings.language
    day = day_words(date.fromisoformat(anchor["day"]), language)
    title = say("{county}惠民卡 {day}流水存证", language, county=settings.county_name, day=day)
    lines = [
        title,
        "",
        say(
            "附件是这一天结束时全部流水的签名存证，请存到服务器以外的地方：以后可以用它查出流水有没有"
            "被改写或删掉。",
            language,
        ),
        say("核对：huimin ledger verify --against {file}", language, file=file_name(anchor["day"])),
        say("附件的 SHA-256：{sha256}", language, sha256=anchor["sha256"]),
        "",
        anchor["checkpoint"],
    ]
    tree, _ = read_tree_head(f"{anchor['checkpoint'].rpartition(chr(10) * 2)[0]}\n")
    attachment = {
        "name": file_name(anchor["day"]),
        "sha256": anchor["sha256"],
        "content_type": CONTENT_TYPE,
    }
    data = {
        "day": anchor["day"],
        "origin": tree.origin,
        "size": tree.size,
        "root_sha256": tree.root,
        "checkpoint": anchor["checkpoint"],
        "attachments": [attachment],
    }
    return Notice(KIND, f"{KIND}/{anchor['day']}", title, "\n".join(lines), data)
