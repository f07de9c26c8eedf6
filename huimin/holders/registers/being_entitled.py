"""What a register says of somebody's aid beside its kind: a state, a remark, that it has ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huimin.core.catalogue import sentence
from huimin.core.visible_text import without_blanks


@dataclass(frozen=True, slots=True)
class NotEntitled:
    """A row that says that its person is not, or no longer, entitled; `why` is a sentence."""

    why: str


# A state that is not among the known words: a person must say what it means.
UNKNOWN_STATE = NotEntitled("")

DIED = sentence("这一行写明本人已去世")
ENDED = sentence("这一行写明已停保、退出或注销")
MOVED = sentence("这一行写明已迁出")
NOT_YET = sentence("这一行写明还在申请或审批")

_DIED = re.compile("死亡|已故|去世|亡故|病故|病逝|已亡|身故|离世|过世|销户")
_MOVED = re.compile("迁出|迁离|户口转出|转出")
_ENDED = re.compile(
    "停保|停发|停止|退出|退保|注销|终止|取消|清退|清出|暂停|缓发|失效|作废|核减|核销|减少|脱保|断保|不再享受|不符合"
    "|到期|期满|过期|重复享受|不享受|未享受|不予|不通过|未通过"
)
# What a remark says for certain; 到期 in one is rather when the case is looked at again.
_ENDED_REMARK = re.compile(
    "停保|停发|退出|退保|注销|终止|取消|清退|清出|暂停|脱保|断保|不再享受|不符合|重复享受"
)
_NOT_YET = re.compile("待审|审核中|审批中|申请中|公示中|待批|拟|受理|待定|未审")
_IN_FORCE = re.compile(
    "正常|在保|享受|有效|新增|在册|健在|已审批|审批通过|通过|保障中|发放中|存活|生存|在享|续保|在发|增加|恢复|是|启用"
    "|在用|无变化|无变动|不变|调标"
)
# Somebody else of the family has died or left: 父亲死亡 is why there is an orphan.
_RELATIVE = re.compile(
    "(父|母|爸|妈|夫|妻|配偶|爱人|老伴|子|女|儿|孙|爷|奶|祖|兄|弟|姐|妹|双亲|成员|亲)[^,;、。]{0,4}$"
)
_AGAIN = re.compile("恢复|重新|再次|复保|续保|又")


def ended_by_state(state: str) -> NotEntitled | None:
    """What a cell under 状态 says: None in force, UNKNOWN_STATE for a word that is not known."""
    text = without_blanks(state)
    if re.fullmatch("[-—–/无0-9]*", text):
        return None if not re.search("[0-9]", text) else UNKNOWN_STATE
    if _DIED.search(text):
        return NotEntitled(DIED)
    if _MOVED.search(text):
        return NotEntitled(MOVED)
    if _NOT_YET.search(text):
        return NotEntitled(NOT_YET)
    if _ENDED.search(text) or re.fullmatch("停|否|无效|死|故|亡", text):
        return NotEntitled(ENDED)
    return None if _IN_FORCE.search(text) else UNKNOWN_STATE


def ended_by_remark(remark: str) -> NotEntitled | None:
    """Whether a remark says that the person's own aid has ended; other remarks say nothing."""
    text = without_blanks(remark)
    if _AGAIN.search(text):
        return None
    for pattern, why in ((_DIED, DIED), (_MOVED, MOVED), (_ENDED_REMARK, ENDED)):
        for match in pattern.finditer(text):
            before = text[: match.start()]
            if not _RELATIVE.search(before) and not re.search("(未|没有?|不|防止?|如|若)$", before):
                return NotEntitled(why)
    return None
