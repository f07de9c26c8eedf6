"""What a register says of somebody's aid beside its kind: a state, a remark, that it has ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huimin.core.catalogue import sentence
from huimin.core.name_form import simplified_words
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

UNCLEAR_REMARK = sentence(
    "备注像是说有人去世、退出或改成了别的保障，分不清这一行还算不算；请写明，或删去这句备注。"
)

_DIED = re.compile(
    "已?死亡|已死|死了|[病老]死|已故|[去过]世|[去过]逝|亡故|病故|病逝|已逝|逝世|已亡|[溺病身]亡|身故|离世|火化|下葬|销户"
    r"|[年月日0-9][死亡故殁卒]$|^\(?[死亡故殁卒]\)?$|^[亡卒殁]于|不在(人世|世)"
)
_MOVED = re.compile("迁出|迁离|迁往|户口转出|转出")
_ENDED = re.compile(
    "停保|停发|停止|中止|退出|退保|注销|撤销|终止|取消|清退|清出|暂停|缓发|不发|冻结|失效|作废|核减|核销|减少|脱保|断保"
    "|不再享受|不符合|到期|期满|过期|重复享受|不享受|未享受|不予|不通过|未通过"
)
# What a remark says for certain; 到期 in one is rather when the case is looked at again.
_ENDED_REMARK = re.compile(
    "停保|停发|停止|停供|停助|停低保|停特困|已停|停了|退出|退保|已退|注销|终止|取消|清退|清出|暂停|脱保|断保|不再|不符"
    "|超标|重复享受|死亡证明|^[停退]$|(主动|自动|自愿|本人)(申请)?放弃|放弃(低保|特困|享受|保障|救助|待遇)"
)
# What may be an end, of this aid or of another: somebody must say which.
_DOUBTFUL_REMARK = re.compile(
    "查无此人|走了|(人|已)不在|安葬|丧葬|户口?.{0,3}迁走|转到外|(疑似|可能|是否|核实|拟|将)[^,;、。]{0,12}"
    "(死亡|去世|停发|停保|取消|退出)"
)
_CHANGED_TO = re.compile("转为?(?:到|享受|纳入)?(?:农村|城市)?(特困|低保|五保)")
_NOT_YET = re.compile("待审|审核中|审批中|申请中|公示中|待批|拟|受理|待定|未审|退回")
_IN_FORCE = re.compile(
    "正常|在保|享受|有效|新增|在册|健在|已审批|审批通过|通过|保障中|发放中|存活|生存|在享|续保|在发|增加|恢复|是|启用"
    "|在用|无变化|无变动|不变|调标|救助中|供养中|享受中|纳入|已发放|发放成功|^发放$|在院|生效|渐退|缓退"
)
# Somebody else of the family has died or left: 父亲死亡 is why there is an orphan.
_RELATIVE = re.compile(
    "(^|[,;、。.:(]|[其之的]|[0-9]年|[0-9]月|[0-9]日)(其|本人|该户)?"
    "(父亲?|母亲?|爸爸?|妈妈?|父母亲?|双亲|丈夫|妻子?|配偶|爱人|老伴|儿子|女儿|子女|儿女|孙子女|[长次]子|[长次]女|孙子|孙女|爷爷"
    "|奶奶|祖父母?|祖母|外公|外婆|公公|婆婆|哥哥?|弟弟?|姐姐?|妹妹?|家属|家庭成员|成员|监护人|亲属)"
    "[^,;、。(]{0,8}[(]?$"
)
# A paper or an account that has ended is not the aid.
_PAPER = re.compile("(证|卡|折|账户|保险)(已|被)?$")
_RELATIVE_BEHIND = re.compile(r"\([^)]*[父母夫妻子女偶亲孙]")
# Not in force: 不在保, 非正常.
_NOT_IN_FORCE = re.compile(
    "[不未非无](在保|在享|在册|正常|健在|在世|有效|享受|发放|通过|存活|纳入|生效|续保|启用|在用)"
)
# After these the aid is paid again, whatever ended before.
_AGAIN = re.compile("(恢复|重新|再次|又)(享受|纳入|发放|保障|进入|入保)|恢复$|复保|续保")
_NEGATED = re.compile("(未|没有?|不|无|非|防止?|如|若)$")
# In force beside a word of an end: nobody can tell here which of them counts.
_CERTAIN = re.compile("正常|在保|在享|在册|健在|恢复|续保|新增|审批通过")


def _ends(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """The matches that are not negated: 停保, and not 未停保."""
    return [m for m in pattern.finditer(text) if not _NEGATED.search(text[: m.start()])]


def ended_by_state(state: str) -> NotEntitled | None:
    """What a cell under 状态 says: None in force, UNKNOWN_STATE for a word that is not known."""
    text = simplified_words(without_blanks(state))
    if _NOT_IN_FORCE.search(text):
        return NotEntitled(ENDED)
    if re.fullmatch("[-—–/无0-9]*", text):
        return None if not re.search("[0-9]", text) else UNKNOWN_STATE
    ended = None
    for pattern, why in ((_DIED, DIED), (_MOVED, MOVED), (_NOT_YET, NOT_YET), (_ENDED, ENDED)):
        if ended is None and _ends(text, pattern):
            ended = NotEntitled(why)
    if ended is None and re.fullmatch("停|否|无效|死|故|亡", text):
        ended = NotEntitled(ENDED)
    if ended is not None:
        return UNKNOWN_STATE if _CERTAIN.search(text) else ended
    # 未停保 has no word of its own for being in force.
    denied = any(pattern.search(text) for pattern in (_DIED, _MOVED, _ENDED))
    return None if _IN_FORCE.search(text) or denied else UNKNOWN_STATE


def ended_by_remark(remark: str, kind: str = "") -> NotEntitled | None:
    """Whether a remark says that the person's own aid has ended; other remarks say nothing.

    `kind` is the row's own, as written: 转特困 in a row of 特困 is how it began.

    UNKNOWN_STATE for one that a person must look at.
    """
    text = simplified_words(without_blanks(remark))
    kind = simplified_words(kind)
    changed = _CHANGED_TO.search(text)
    if _DOUBTFUL_REMARK.search(text) or (changed and changed[1] not in kind):
        return UNKNOWN_STATE
    again = max((match.end() for match in _AGAIN.finditer(text)), default=0)
    for pattern, why in ((_DIED, DIED), (_MOVED, MOVED), (_ENDED_REMARK, ENDED)):
        for match in _ends(text, pattern):
            before = re.sub(r"\([^)]*\)", "", text[: match.start()])
            if re.search("户主[^,;、。]{0,8}$", before):
                return UNKNOWN_STATE  # who of the household that is, the row does not say
            own = not _RELATIVE.search(before) and not _PAPER.search(before)
            if own and _RELATIVE_BEHIND.match(text[match.end() :]):
                return UNKNOWN_STATE
            # Nobody is alive again, but an aid may be paid again.
            if own and (why is DIED or match.start() >= again):
                return NotEntitled(why)
    return None
