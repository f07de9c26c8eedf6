"""Old and new of what a register changes of a known person, in words."""

from __future__ import annotations

from collections.abc import Callable

from huimin.core.catalogue import Text, sentence, text
from huimin.core.words import ELIGIBILITIES
from huimin.holders.registers.gains import Change

NOTHING = "—"
WORDS = {
    "family": sentence("添加家庭成员 {new}"),
    "family_number": sentence("补上一位家庭成员的身份证号码"),
    "place": sentence("住址 {old} → {new}"),
    "phone": sentence("电话 {old} → {new}"),
}
KEPT = sentence("{change}：没有改，人工更正过")


def change_text(change: Change, place: Callable[[str], str | None] = lambda code: code) -> Text:
    """What one change is; `place` gives the name of a division's code."""
    if change.field == "eligibility":
        kind, _, days = change.new.partition(" ")
        return text("添加 {kind}（{days}）", kind=ELIGIBILITIES.text(kind), days=days)
    old, new = change.old or NOTHING, change.new
    if change.field == "place":
        old, new = place(old) or old, place(new) or new
    said = Text(WORDS[change.field], {"old": old, "new": new})
    return Text(KEPT, {"change": said}) if change.kept else said
