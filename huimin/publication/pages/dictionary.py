"""The data dictionary: every open file, every field in it, and the rule of what is withheld.

One table, from which the page, the JSON and the CSV dictionary are all made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

LICENCE_NAME = "CC BY 4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
# Languages of the files; the page has all three.
TONGUES = (("zh", "zh_Hans"), ("en", "en"))


@dataclass(frozen=True, slots=True)
class DataField:
    """A field: its name, its type, its unit ("" for none), what it means."""

    name: str
    type: str
    unit: str
    meaning: Any


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file: its endpoint, its address with what stands for a day or month, its fields."""

    endpoint: str
    address: str
    forms: tuple[str, ...]
    meaning: Any
    fields: tuple[DataField, ...]


_FIGURES = (
    DataField("cards", "integer", "card", _("用过的惠民卡，每张只数一次；不公布时为空")),
    DataField("sales", "integer", "sale", _("优惠交易笔数，包括后来退货的；不公布时为空")),
    DataField("saved_fen", "integer", "fen", _("节省的金额，已减去退货，单位为分；不公布时为空")),
)
MONTH_FIELDS = (
    DataField("month", "text YYYY-MM", "", _("月份（北京时间）")),
    DataField(
        "level", "text", "", _("县、镇街、类型，或镇街×类型：county, town, kind, town_and_kind")
    ),
    DataField(
        "towns",
        "text (JSON: list)",
        "",
        _("持卡人所在镇街的 12 位区划代码；几个镇街合并时有几个，用分号隔开"),
    ),
    DataField("town_names", "text (JSON: towns[].name)", "", _("镇街名称，与代码顺序相同")),
    DataField(
        "kinds",
        "text (JSON: list)",
        "",
        _("示范点类型：supermarket, pharmacy, hospital, school, other；合并时用分号隔开"),
    ),
    *_FIGURES,
    DataField(
        "entitled",
        "integer",
        "person",
        _("月底应享人数：有生效中的保障资格的人；只有全县和各镇街有，不公布时为空"),
    ),
    DataField(
        "reached",
        "integer",
        "person",
        _("其中有可用的卡的人数（用过卡的见 cards）；只有全县和各镇街有，不公布时为空"),
    ),
)

OUTLET_FIELDS = (
    DataField("id", "text (UUID)", "", _("示范点编号，不变")),
    DataField("name", "text", "", _("名称")),
    DataField("kind", "text", "", _("类型：supermarket, pharmacy, hospital, school, other")),
    DataField("town_code", "text (12 digits)", "", _("所在镇街的区划代码")),
    DataField("town_name", "text", "", _("所在镇街")),
    DataField("division_code", "text (12 digits)", "", _("所在镇街或村社的区划代码")),
    DataField("address", "text", "", _("地址")),
    DataField("opening_hours", "text", "", _("营业时间；没有填写时为空")),
    DataField(
        "latitude",
        "number (WGS 84)",
        "degree",
        _(
            "纬度（WGS 84），十进制度数；没有登记时为空。"
            "国内地图用 GCJ-02 或 BD-09，要先换算，否则偏几百米"
        ),
    ),
    DataField(
        "longitude", "number (WGS 84)", "degree", _("经度（WGS 84），十进制度数；没有登记时为空")
    ),
    DataField(
        "rate_bp", "integer", "1/10000", _("今天的优惠，万分之几：800 即九二折；今天没有优惠时为空")
    ),
)

FILES: tuple[OpenFile, ...] = (
    OpenFile(
        "publication.open_months",
        "/open/months.{form}",
        ("csv", "json"),
        _("已结账并公布的各月：用卡、交易和节省"),
        MONTH_FIELDS,
    ),
    OpenFile(
        "publication.open_month",
        "/open/months/YYYY-MM.{form}",
        ("csv", "json"),
        _("其中一个月"),
        MONTH_FIELDS,
    ),
    OpenFile(
        "publication.open_outlets",
        "/open/outlets.{form}",
        ("csv", "json"),
        _("今天可用卡的惠民示范点"),
        OUTLET_FIELDS,
    ),
    OpenFile(
        "publication.open_data_file",
        "/open/data.{form}",
        ("db",),
        _(
            "各月数据和示范点合成的一个 SQLite 文件，可用 Datasette 打开："
            "表 figure 为各月的每一行，表 outlet 为示范点，可按三个字以上全文检索"
        ),
        (),
    ),
    OpenFile(
        "publication.open_digest",
        "/open/digests/YYYY-MM-DD.{form}",
        ("json",),
        _("一天的流水校验码"),
        (
            DataField("day", "text YYYY-MM-DD", "", _("日期（北京时间）")),
            DataField(
                "digest",
                "text (64 hex)",
                "",
                _("到当天结束时，各收银终端最后一行流水的 SHA-256 按收银终端编号排序后的 SHA-256"),
            ),
            DataField("made_at", "text (UTC, ISO 8601)", "", _("计算时间")),
        ),
    ),
    OpenFile(
        "publication.open_dictionary",
        "/open/dictionary.{form}",
        ("csv", "json"),
        _("本数据说明"),
        (),
    ),
)

RULES = (
    _("少于 5 人的格子不公布，0 也一样；镇街或类型本身少于 5 人时，与人数最少的另一个合并。"),
    _(
        "背后不到 3 家商户、一家占到 85% 以上、或者能由此接近地估出一家商户数字的格子不公布，"
        "连锁店算一家；镇街或类型本身是这样时，与另一个合并。"
    ),
    _("为了不能从合计里减出来，另有一些格子也不公布；合计都公布。"),
    _(
        "每个不公布的小格子，从所有公布的数字算，交易笔数和节省金额都至少有它本身那么大的余地，"
        "而且不小于 5 笔和 20 元。"
    ),
    _("一个月只公布一次：以后的更正不改已公布的数字，因为两次公布之差会透露少数人的情况。"),
    _(
        "有卡或没有卡的人不到 5 人、或者应享人数和用过的卡数差不到 5 时，不公布应享和有卡人数；"
        "为了不能从全县合计里减出来，还有一个镇街也不公布。"
    ),
    _("有一条规则以前已经公布的月份不再改动：公布过的收不回来。"),
    _("卡数按人次不可相加：一张卡在几类店用过，在每一类各数一次，在合计里只数一次。"),
)


def dictionary() -> dict[str, Any]:
    """The dictionary for JSON, meanings in Chinese and English."""
    return {
        "licence": {"name": LICENCE_NAME, "address": LICENCE_ADDRESS},
        "rules": [_in_languages(rule) for rule in RULES],
        "files": [
            {
                "addresses": [file.address.format(form=form) for form in file.forms],
                "meaning": _in_languages(file.meaning),
                "fields": [
                    {
                        "name": field.name,
                        "type": field.type,
                        "unit": field.unit,
                        "meaning": _in_languages(field.meaning),
                    }
                    for field in file.fields
                ],
            }
            for file in FILES
        ],
    }


def dictionary_rows() -> list[tuple[str, ...]]:
    """The same as rows of a CSV file, with a heading."""
    rows: list[tuple[str, ...]] = [("file", "field", "type", "unit", "meaning_zh", "meaning_en")]
    for file in FILES:
        address = file.address.format(form="|".join(file.forms))
        in_words = _in_languages(file.meaning)
        rows.append((address, "", "", "", in_words["zh"], in_words["en"]))
        for field in file.fields:
            in_words = _in_languages(field.meaning)
            rows.append(
                (address, field.name, field.type, field.unit, in_words["zh"], in_words["en"])
            )
    return rows + [
        ("", "", "", "", in_words["zh"], in_words["en"]) for in_words in map(_in_languages, RULES)
    ]


def table_rows() -> list[dict[str, str]]:
    """The columns of the SQLite file's tables: the fields of the CSV files, by the table's name."""
    rows = []
    for table, fields in (("figure", MONTH_FIELDS), ("outlet", OUTLET_FIELDS)):
        for field in fields:
            meaning = {
                f"meaning_{tongue}": text for tongue, text in _in_languages(field.meaning).items()
            }
            about = {"field": field.name, "type": field.type, "unit": field.unit}
            rows.append({"table": table, **about, **meaning})
    return rows


def rule_rows() -> dict[str, str]:
    """The rules of what is withheld, by "rule_1_zh", "rule_1_en" and so on."""
    return {
        f"rule_{number}_{tongue}": text
        for number, rule in enumerate(RULES, start=1)
        for tongue, text in _in_languages(rule).items()
    }


def _in_languages(words: Any) -> dict[str, str]:
    by_language = {}
    for tongue, locale in TONGUES:
        with force_locale(locale):
            by_language[tongue] = str(words)
    return by_language
