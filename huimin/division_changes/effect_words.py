"""What goes along with a change, in one sentence for commands and pages."""

from __future__ import annotations

from huimin.core.catalogue import Text, sentence, text
from huimin.division_changes.change_lists import OCCUPANTS
from huimin.storage.engine import Row

WORDS = {
    "people": sentence("{count} 人"),
    "family": sentence("家庭成员 {count} 人"),
    "unprinted": sentence("没有打印的卡 {count} 张"),
    "applications": sentence("待审核的申请 {count} 份"),
    "outlets": sentence("示范点 {count} 个"),
    "staff": sentence("工作人员账号 {count} 个"),
    "merchant_applications": sentence("商户加入申请 {count} 份"),
}


def effect_parts(effect: Row) -> Text:
    """12 人、示范点 1 个; nothing: no text."""
    parts = tuple(Text(WORDS[name], {"count": effect[name]}) for name in OCCUPANTS if effect[name])
    return Text("{parts}", {"parts": parts})


def effects_text(effect: Row) -> Text:
    """：12 人、示范点 1 个; nothing goes along: 没有人和示范点。"""
    if not any(effect[name] for name in OCCUPANTS):
        return text("。")
    return text("，一起过去的：{parts}。", parts=effect_parts(effect))
