"""Recognise eligibilities as offices write them: 城市低保 → dibao, 非低保残疾人 → disability only.

Offices write in the same cell what somebody is, was and is not. What is negated or ended is never
an eligibility; a cell in which that can't be told is not understood at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from huimin.core.name_form import simplified_words
from huimin.core.visible_text import visible
from huimin.core.words import ELIGIBILITIES

ALL_KINDS = tuple(ELIGIBILITIES.text(kind) for kind in ELIGIBILITIES)

# At one place of the text the first match counts: 低保边缘 is not 低保, 重度残疾 is not 重病.
MENTIONS: tuple[tuple[str, str], ...] = (
    (
        "other",
        "(低保|最低生活保障)边缘|边缘(家庭|户|人口|对象)?|低收入|临时救助|(防止?)?返贫|致贫|突发(严重)?困难"
        "|刚性支出|支出型(困难)?|其他|其它",
    ),
    ("dibao", "低保|最低生活保障|城低|农低"),
    ("tekun", "特困|五保|分散供养|集中供养"),
    ("orphan", "孤儿|(事实)?无人抚养"),
    ("disability", "残疾|[重轻中一二三四]残"),
    ("major_illness", "重大疾病|重特大疾病|大病|重病|重疾|慢特病"),
)
_MENTION = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in MENTIONS))
_BETWEEN = re.compile(r"[、,;；，/+|&\s]+|和|及|兼|且|以及|又是")
# A form's boxes before each kind, of which some are ticked: □低保 ☑特困.
_BOXES = re.compile("([□☐☒☑√✓✔■])([^□☐☒☑√✓✔■]+)")
# Directly before a kind, these end that kind alone: 非低保残疾人 is disabled and not on 低保.
_NOT_THIS = re.compile(
    "(非|原(是|享受)?|曾经?(是|为|享受过?|纳入|评为|获得)?|前|不是|并非|不属于?|不享受|未享受|没有?享受|无|未纳入|不纳入|未评为?|不含|除|失去|放弃|拒绝|退出|取消"
    "|停发|停保|停止|终止|清退出?|脱离|已退|拟取消|拟停发?|拟退出?|待停|待取消)(城市|农村|城乡)?$"
)
# Wherever they stand, these end everything in the same part of the text.
_ENDED = re.compile(
    "停发|停保|停止|停低保|停特困|(低保|特困|五保)[停退]$|除外|以外|[×✗✘]$|否\\)?$|资格(已|被)|核查|暂缓|放弃|拒绝"
    "|销户|撤销|暂停|缓发|[已待将]停|断保|脱保|已退|退出|退保|取消|注销|终止|死亡|已故|去世|亡故|病故|迁出|清退|清出|不符合"
    "|不再|拟取消|拟停|拟退|失效|过期|到期|已脱(?!贫)|消除|核减|核销|未通过|不予|不批准|不享受|未享受|不属"
    "|不是|未纳入|不纳入|未审批|待审批|申请中|公示中"
)
# A change from one kind to another, or a plan, can't be read as either.
_CHANGED = re.compile("转为?|改为?|变更|调整|拟|待|已成年|超龄")
# What may stand beside a kind without changing it. Anything else makes the cell a question.
_HARMLESS = re.compile(
    "(城市|农村|城镇|城乡|居民|家庭|户|对象|人员|人口|群众|儿童|老年?人|成员|学生|患者|病人|人|者|类别|类"
    "|[A-Da-d][0-9]?[类档级]?|[0-9一二三四]{1,2}[级类档]|[IⅠⅡⅢ]{1,3}[级类档]?|等级|级|档|特重|重度|轻度|中度|极重度?|肢体|视力|听力|言语|智力"
    "|精神|多重|供养|集中|分散|社会|散居|机构|养育|养护|救助|医疗|保障|生活|补贴|护理|两项|困难|特殊|特别|严重|一般|普通|重点"
    "|常补|非常补|全额|差额|单人|整户|单列|在册|在保|正常|享受|持证|享有|纳入|已?脱贫|新增?|老|现(是|享受)?|既?是|保留|单人保|整户保|建档立卡|易返贫|不稳定|监测|事实|监护|缺失"
    "|艾滋病|感染|病毒|的|中|之|及|和|兼|、|[-—:：·*★☆√✓☑■.()\\[\\]【】《》\"“”'])*"
)
# The names of illnesses are too many to list.
_ILLNESS = re.compile(r"\([^()]{0,20}(病|症|癌|瘤|炎|衰竭|移植|障碍|骨折|中风|透析|瘫痪|综合征)\)")
_CLASS = re.compile("[A-Da-d一二三][类档]")
_NO = re.compile(r"^(无|否|不是|非|没有|—|-|/)$")


@dataclass(frozen=True, slots=True)
class KindReading:
    """The kinds that a text gives, and those that it names as ended or denied."""

    kinds: tuple[str, ...]
    ended: tuple[str, ...] = ()


def kind_reading(text: str, default: str | None = None) -> KindReading | None:
    """What a cell says of each kind; None if a part of it is not understood.

    `default` is the kind of a column such as 低保类别, whose cells say only 城市 or A类: it stands
    for a part that names no kind.
    """
    written = simplified_words(visible(text).strip())
    if boxes := _BOXES.findall(written) if _BOXES.match(written) else None:
        written = "、".join(kind.strip() for box, kind in boxes if box not in "□☐")
        if any(box == "☒" for box, _ in boxes):
            return None  # ticked or crossed out, as the office means it
    kinds: list[str] = []
    ended: list[str] = []
    for part in _BETWEEN.split(written):
        part = part.strip("。.:：")
        if not part:
            continue
        if part in ELIGIBILITIES:
            kinds.append(part)
            continue
        reading = _part(part, default)
        if reading is None:
            return None
        kinds += reading.kinds
        ended += reading.ended
    if not kinds and not ended:
        return None
    distinct = tuple(dict.fromkeys(kind for kind in kinds if kind not in ended))
    return KindReading(distinct, tuple(dict.fromkeys(ended)))


def _without(text: str) -> str:
    """What stands beside the kinds."""
    return "".join(_MENTION.sub("", text).split())


def _part(part: str, default: str | None) -> KindReading | None:
    mentions = list(_MENTION.finditer(part))
    if not mentions:
        if default is None:
            return None
        if _ENDED.search(part) or _NO.match(part) or part[0] in "非原停":
            return KindReading((), (default,))
        return KindReading((default,)) if _HARMLESS.fullmatch(part) else None
    denied = [m for m in mentions if _NOT_THIS.search(part[: m.start()])]
    rest = part
    for mention in denied:
        before = _NOT_THIS.search(rest[: mention.start()])
        start = before.start() if before else mention.start()
        rest = rest[:start] + " " * (mention.end() - start) + rest[mention.end() :]
    granted = [str(m.lastgroup) for m in mentions if m not in denied]
    ended = [str(m.lastgroup) for m in denied]
    if _ENDED.search(rest):
        # Of two kinds, which one has ended is a person's to say.
        return KindReading((), tuple(ended + granted)) if len(set(granted)) < 2 else None
    if _CHANGED.search(rest) or not _HARMLESS.fullmatch(_ILLNESS.sub("", _without(rest))):
        return None
    if default is not None and default not in granted + ended and _CLASS.search(part):
        granted.append(default)  # A类(重病) in the column 低保类别
    return KindReading(tuple(granted), tuple(ended))
