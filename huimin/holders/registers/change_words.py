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
RENEWED = sentence("{kind}的最后一天 {old} → {new}")
ENDED = sentence("{kind}已在 {old} 结束，名册里仍有：没有恢复，请核实后在他的页面办理")
ENDS_EARLIER = sentence("名册写{kind}到 {new} 为止（现为 {old}）：没有改，请核实后在“结束保障”办理")
OLD_STANDS = sentence("{change}：没有改，人工更正过")


def _end_text(change: Change) -> Text:
    """The last day of an eligibility: renewed, or what the register says otherwise."""
    kind, _, old = (change.old or "").partition(" ")
    words = {"kind": ELIGIBILITIES.text(kind), "old": old or NOTHING, "new": change.new or NOTHING}
    if not change.kept:
        return Text(RENEWED, words)
    return Text(ENDED if change.field == "ended" else ENDS_EARLIER, words)


def change_text(change: Change, place: Callable[[str], str | None] = lambda code: code) -> Text:
    """What one change is; `place` gives the name of a division's code."""
    if change.field == "eligibility":
        kind, _, days = change.new.partition(" ")
        return text("添加 {kind}（{days}）", kind=ELIGIBILITIES.text(kind), days=days)
    if change.field in ("end", "ended"):
        return _end_text(change)
    old, new = change.old or NOTHING, change.new
    if change.field == "place":
        old, new = place(old) or old, place(new) or new
    words = Text(WORDS[change.field], {"old": old, "new": new})
    return Text(OLD_STANDS, {"change": words}) if change.kept else words
