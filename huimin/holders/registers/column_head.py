"""What one column's head says: which field the column has, and of which person.

A register's columns speak of several people: the person entitled, the head of the household,
family members, and others (parents, guardians, whoever collects the money). A head is read as a
field and its owner, never as a field alone: 监护人身份证号 is nobody's number but the guardian's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from huimin.core.name_form import simplified_words
from huimin.core.visible_text import without_blanks

# "unknown": a head names somebody (遗属姓名) by a word that stands in no list here.
Owner = Literal["", "self", "head", "member", "other", "unknown"]

HEAD_CHARACTERS_MAX = 30


@dataclass(frozen=True, slots=True)
class Head:
    """The field of a column and its owner; "" is a head that names nobody (姓名).

    `which` tells members apart (成员2 → "2", 配偶 → "配偶") and names the kind of person otherwise
    (儿童); `rank` orders heads of one field, the fittest first. `implies` is the eligibility of a
    column such as 低保类别, `month` whether the head asks for a month (起始保障年月).
    """

    field: str
    owner: Owner = ""
    which: str = ""
    rank: int = 0
    implies: str | None = None
    month: bool = False


# Whose column it is. 被监护人 is the person entitled, so it comes before 监护人.
_SELF = re.compile(
    "被(监护|照料|照护|抚养|扶养|救助|帮扶|供养)人|本人|持卡人|(?<!代)(?<!共同)申请人|申请对象|享受人|受益人|受助人|被保障人"
    "|(保障|救助|低保|特困|供养|困难|享受|补贴|资助|优抚|发放|服务|受助|扶助|残疾|孤儿|重病|患病|五保)"
    "(对象|人员|群众|人口|儿童|学生|老人|者|人)|困难群众|孤儿|儿童|患者|病人|学生|老人|残疾人|对象"
)
# Words for the person entitled that give way to a plainer one, the last to all others.
_WEAK_SELF = ("本人", "持卡人", "申请对象", "对象", "申请人")
_HEAD = re.compile("户主|家长|户代表")
_MEMBER = re.compile(
    "(?:家庭|共同|生活|户内|的)*(?:成员|家属)(?P<number>[0-9一二三四五六七八九十]*)|共同申请人"
)
_SPOUSE = re.compile(
    "配偶|爱人|丈夫|妻子|[长次二三四五]子|[长次二三四五]女|儿子|女儿|儿媳|女婿|孙子|孙女"
    "|子女(?P<number>[0-9一二三四五六七八九十]*)"
)
_OTHER = re.compile(
    "监护人?|法定代理|代理人|照料|照护|护理|看护|抚养人|赡养人|扶养人|义务人|账户|帐户|户名|开户|持折人|领款|领取人|代领|代办"
    "|收款|付款|打卡|一卡通|代发"
    "|代管|委托|受托|联系人|联络人|紧急|帮扶|责任人|包村|包保|包户|驻村|结对|干部|经办|审核|审批人|复核"
    "|填报|填表|制表|调查|入户人|核查|村医|医生|签约|担保|介绍人|村长|主任|社长|组长|网格员|父亲?|母亲?"
    "|父母|祖父母?|祖母|外祖父母?|亲属|死者"
)

_OFFICIAL = re.compile(
    "联系|联络|帮扶|责任|包村|包保|包户|驻村|结对|干部|经办|审核|审批|复核|填报|填表|制表|调查|入户|核查|村医"
    "|医生|签约|村长|主任|社长|组长|网格员"
)
_SERIAL = re.compile("^(序号|编号|序|号|no\\.?|行号)$", re.IGNORECASE)
# The first that fits counts.
_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("entitled", re.compile("是否(为|是|属)?(保障|低保|救助|享受|供养|纳入|在保|特困|补贴|发放)")),
    ("household", re.compile("^(户号|家庭编[号码]|户编[号码]|家庭序号|户序号|家庭号|低保户号)$")),
    (
        "ignored",
        re.compile(
            "曾用|^(原|旧|错误|变更前|更改前|更正前|15位)(姓名|名字|.*身份|.*证件)|拼音"
            "|人数|人口数?$|成员数|户数|参保|就业|健康|金额|标准|收入|费用|账号|帐号|卡号|银行|折号|签名|签字|学历|文化"
            "|民族|职业|婚姻|低保证|证件类型|证件种类|证类型|学校|班级|病种|病名|照片|面积"
            "|编码$|邮编|自然村|^原村|是否脱贫"
        ),
    ),
    ("disability_number", re.compile("残疾(人)?证(号|编号)|残疾证$")),
    (
        "id_number",
        re.compile(
            "身份证(?!明|件?类|.*[地住]址)|身份(证件)?号|证件(信息)?号|公民身份|身份号码"
            "|idcard|^id(号码?|number|no)?$|^(sfzh|sfzhm|gmsfhm|zjhm)$",
            re.IGNORECASE,
        ),
    ),
    (
        "phone",
        re.compile(
            "电话|手机|联系方式|联系号码|移动号码|^(phone|mobile|tel(ephone)?|lxdh)$", re.IGNORECASE
        ),
    ),
    (
        "ended_flag",
        re.compile("是否(已)?(死亡|停保|停发|退出|注销|迁出|终止|亡故|去世)|是否(已)?(消除|解除)$"),
    ),
    ("relation", re.compile("关系|^称谓$|^relation(ship)?$", re.IGNORECASE)),
    ("period", re.compile("起止(日期|时间|年月|月份)?$")),
    (
        "ends_on",
        re.compile(
            "(截止|截至|终止|停止|中止|停保|停发|退出|退保|结束|到期|期满|注销|失效|取消|消除|死亡|去世|亡故"
            "|迁出|止保|减少|核销|核减|清退)(享受|保障|救助|发放|供养|待遇|低保|特困|补贴)*(的)?(日期|时间|年月日?|月份|日|月)?$|有效期(至|止)|(日期|时间|年月)(止|至)$|(保障|享受|救助|供养|待遇)?期限$|有效期$"
            "|^(止|截止)$|至$|^(enddate|until)$",
            re.IGNORECASE,
        ),
    ),
    (
        "starts_on",
        re.compile(
            "(认定|起始|开始|批准|审批|审定|核准|享受|纳入|起保|入保|纳保|进入|评定|评残|定补|确认|识别|发证|办证"
            "|签发|新增|起|保障|救助|供养|低保|列入|登记|鉴定|批复|发放|起发|生效|执行|办理|建档)(的)?(享受|保障|救助|供养|执行|发放|低保|特困|五保|待遇"
            "|孤儿|补贴)*(起始|开始)?(的)?(日期|时间|年月日?|月份?|年份|起)$|^起(保|始)?$|起始$"
            "|(日期|时间|年月)(起|从)$|(最初|首次|初次).*(月份|时间|日期|年月)$"
            "|^何时(开始)?(享受|纳入|进入|起保)|^(startdate|since)$",
            re.IGNORECASE,
        ),
    ),
    (
        "kind",
        re.compile(
            "(保障|救助|困难|人员|对象|身份|补贴|补助|供养|帮扶|优抚|待遇|享受|低保|特困|残疾|家庭|五保|孤儿|儿童"
            "|群体|人群|监测|政策|业务|认定|所属|户)(的)?(对象|人员|类)?(的)?(类别|类型|分类|种类|属性|性质|类)$"
            "|^类别$|^类型$|^分类$|^属性$|^供养方式$|^(享受|救助)(的)?(待遇|政策|项目|事项|身份)$|^特殊身份$"
            "|^(category|kind)$",
            re.IGNORECASE,
        ),
    ),
    (
        "state",
        re.compile(
            "状态$|(享受|保障|待遇|发放|在保|低保)情况$|是否(还)?(健在|在世|存活)|^status$"
            "|^(是否有效|变动类型|增减类型|变动情况|异动情况|增减情况)$",
            re.IGNORECASE,
        ),
    ),
    ("name", re.compile("姓名|名字|^名称$|^人员$|^(name|fullname|xm)$", re.IGNORECASE)),
    # One column for both: 乡镇村组, 镇（街道）、村（社区）.
    ("place", re.compile("(乡镇|镇街|街道|(?<!城)镇|乡).*(村|社区)|村镇")),
    (
        "town",
        re.compile(
            "(乡镇|镇乡|镇街|街镇|乡街道|镇街道|街道)|^镇$|^乡$|^所属镇$|^(town|township)$",
            re.IGNORECASE,
        ),
    ),
    ("village", re.compile("村|社区|居委|^(village|community)$", re.IGNORECASE)),
    (
        "place",
        re.compile(
            "地区|住址|住所|地址|户籍地|户籍所在地|居住地|区划|所在地|^辖区$|单位名称|^address$",
            re.IGNORECASE,
        ),
    ),
    (
        "remark",
        re.compile(
            "备注|说明$|^注$|附注|^(remarks?|notes?)$|特殊情况|(退出|停保|停发|变更|变动|注销|取消|减少|终止)(原因|事由)|^原因$",
            re.IGNORECASE,
        ),
    ),
    (
        "family",
        re.compile(
            "(家庭|共同生活|户内).*(成员|人员)(情况|信息|名单|及关系)?$|^家属$|^成员(情况|信息|名单)?$"
        ),
    ),
    ("known", re.compile("^(性别|年龄|出生(日期|年月))$")),
)
_GROUP = re.compile("^(组|社|小组|村民小组|组别|组名|所属组)$")
_BRACKETS = re.compile(r"[(\[{【<《][^)\]}】>》]*[)\]}】>》]")
# Heads that say nothing without the label above them: 证件信息 | 类型 | 号码.
_VAGUE = re.compile("类型|类别|号码|编号|时间|日期|年月|起|止|起止|名称|情况")
_IMPLIED = (
    ("dibao", re.compile("低保")),
    ("tekun", re.compile("特困|五保|供养")),
    ("disability", re.compile("残疾")),
    ("orphan", re.compile("孤儿")),
)
_START_RANKS = (
    re.compile("起始|开始|起保|入保|起$|认定|纳入|进入"),
    re.compile("享受|批准|审批|核准|保障|救助|供养"),
    re.compile("最初|首次|初次"),
)
_STATE_RANKS = (
    re.compile(
        "(保障|低保|人员|享受|待遇|在保|在享|发放|生存|救助|当前|目前|业务|数据|对象|供养|个人|家庭|持证)状态$"
        "|^状态$|情况$|^是否|类型$|^status$",
        re.IGNORECASE,
    ),
)
# What may stand in the head of a name or a number without naming anybody.
_NEUTRAL = re.compile(
    "人员|个人|居民|公民|村民|群众|对象|困难|家庭|编号|号码|身份|信息|第?二代|有效|18位?|位|正确|现|最新|新|真实|中文|全名|大写"
    "|必填|文本|格式|的|与|一致|[号码证件]",
)
_KIND_RANKS = (
    re.compile("保障|救助|待遇|困难|低保|特困|供养|五保|孤儿"),
    re.compile("对象|身份|享受|补贴|优抚|帮扶|残疾"),
)
_PLACE_RANKS = (re.compile("区划|地区|所属|辖区"), re.compile("户籍"), re.compile("住址|地址"))


def flat(text: str) -> str:
    """A head's text without blanks, signs and what only looks different."""
    return re.sub(r"[\s()\[\]<>{}*:、/\\.,_|+\-—·【】《》“”\"'☆★#&]+", "", without_blanks(text))


def read_head(*levels: str) -> Head | None:
    """The head that stands in one or more rows above each other, the upper first; or None."""
    texts = [text for text in (simplified_words(without_blanks(level)) for level in levels) if text]
    if not texts or len(texts[-1]) > HEAD_CHARACTERS_MAX:
        return None
    lower = texts[-1]
    above = "".join(re.sub("(情况|信息|资料|内容)$", "", text) for text in texts[:-1])
    bare = _BRACKETS.sub("", lower)
    if (named := _named_in_brackets(lower)) is not None:
        above = named
    if above and _VAGUE.fullmatch(bare):
        return _head(flat(above + lower), "")
    for text in dict.fromkeys((flat(bare), flat(lower))):
        head = _head(text, flat(above))
        if head is not None:
            return head
    if above:
        return _head(flat(above + lower), "")
    return None


def _named_in_brackets(text: str) -> str | None:
    """Whose a head is by what it says in brackets: 姓名（监护人）; None for any other remark."""
    for brackets in _BRACKETS.findall(text):
        inner = flat(brackets)
        if owner_of(inner)[0] and _alone(inner):
            return inner
    return None


def owner_of(text: str) -> tuple[Owner, str]:
    """Whose the columns under a label are: 监护人信息 → other; ("", "") for nobody's."""
    member = _MEMBER.search(text)
    if member is not None:
        return "member", _digits(member["number"])
    if (own := _SELF.search(text)) is not None:
        return "self", own[0]
    if _HEAD.search(text):
        return "head", ""
    spouse = _SPOUSE.match(text)
    if spouse is not None:
        return "member", spouse[0]
    if _OTHER.search(text):
        return "other", _OTHER.search(text)[0]  # type: ignore[index]
    return "", ""


def is_vague(text: str) -> bool:
    """Whether a head says nothing without the label above it: 类型, 号码."""
    return _VAGUE.fullmatch(flat(text)) is not None


def is_official(head: Head) -> bool:
    """Whether a column is of somebody who only works with the register, whose number is in none."""
    return head.owner == "other" and _OFFICIAL.search(head.which) is not None


def weakness(which: str) -> int:
    """0 for a word that names the person entitled for certain, 1 for 本人, 2 for 申请人."""
    if which not in _WEAK_SELF:
        return 0
    return 2 if which == _WEAK_SELF[-1] else 1


def _head(text: str, above: str) -> Head | None:
    if not text:
        return None
    if _SERIAL.match(text):
        return Head("serial")
    if _GROUP.match(text):
        return Head("known")
    own = owner_of(text)
    owner, which = own if own[0] else owner_of(above)
    field = _field(text, owner)
    if field is None:
        return None
    if field in ("ignored", "known"):
        return Head("known", owner, which)
    if field == "relation":
        return _relation(text, owner, which, above)
    if field in ("name", "id_number", "phone"):
        owner, which = (owner, which) if owner else _unlisted(field, text)
    elif owner in ("other", "member") and field != "family":
        return Head("known", owner, which)
    else:
        owner, which = "", ""
    return Head(
        field,
        owner,
        which,
        rank=_rank(field, text),
        implies=_implied(field, text),
        month=bool(re.search("月份?$|年月|时间|期限|有效期", text)),
    )


def _unlisted(field: str, text: str) -> tuple[Owner, str]:
    """Whom the head of a name or a number names by a word that stands in no list: 遗属姓名."""
    rest = _NEUTRAL.sub("", dict(_FIELDS)[field].sub("", text))
    if field == "phone" and not re.search("[0-9人员]$", rest):
        return "", ""
    return ("unknown", rest) if rest else ("", "")


def _field(text: str, owner: Owner) -> str | None:
    for field, pattern in _FIELDS:
        if pattern.search(text):
            return field
    # 户主, 监护人, 儿童 alone are names.
    if owner in ("head", "self", "other") and _alone(text):
        return "name"
    if owner == "member" and _alone(text):
        return "family" if _MEMBER.search(text) else "name"
    return None


def _alone(text: str) -> bool:
    for pattern in (_MEMBER, _SELF, _HEAD, _SPOUSE, _OTHER):
        if pattern.sub("", text) in ("", "人", "员", "者", "名", "名称"):
            return True
    return False


def _relation(text: str, owner: Owner, which: str, above: str) -> Head | None:
    """与户主关系 is the row's own relation; 与儿童关系 or 监护人关系 is another person's."""
    above_owner, above_which = owner_of(above)
    if above_owner in ("member", "other"):
        return Head("relation", above_owner, above_which)
    if owner == "member":
        return Head("relation", "member", which)
    between = re.fullmatch("(.+)[与和同](.+)关系", text)
    if between is not None and not _HEAD.search(text) and not _HEAD.search(between[2]):
        return Head("relation", "other", between[1])
    if owner == "other" or (owner == "self" and not weakness(which)):
        return Head("relation", "other", which)
    return Head("relation")


def _rank(field: str, text: str) -> int:
    ranks = {
        "starts_on": _START_RANKS,
        "kind": _KIND_RANKS,
        "place": _PLACE_RANKS,
        "state": _STATE_RANKS,
    }.get(field, ())
    return next((place for place, pattern in enumerate(ranks) if pattern.search(text)), len(ranks))


def _implied(field: str, text: str) -> str | None:
    if field != "kind":
        return None
    return next((kind for kind, pattern in _IMPLIED if pattern.search(text)), None)


def _digits(text: str | None) -> str:
    numerals = "一二三四五六七八九"
    if text and text in numerals:
        return str(numerals.index(text) + 1)
    return text or ""
