"""What offices write in front of a town: country, province, prefecture and county.

The county's name and its place are those of its own row (`huimin init --divisions` may load any
county), so that a stranger's county is as easy to write as the one this program began with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# The first two digits of a division's code (GB/T 2260) → its province, without its kind.
PROVINCES = {
    "11": "北京",
    "12": "天津",
    "13": "河北",
    "14": "山西",
    "15": "内蒙古",
    "21": "辽宁",
    "22": "吉林",
    "23": "黑龙江",
    "31": "上海",
    "32": "江苏",
    "33": "浙江",
    "34": "安徽",
    "35": "福建",
    "36": "江西",
    "37": "山东",
    "41": "河南",
    "42": "湖北",
    "43": "湖南",
    "44": "广东",
    "45": "广西",
    "46": "海南",
    "50": "重庆",
    "51": "四川",
    "52": "贵州",
    "53": "云南",
    "54": "西藏",
    "61": "陕西",
    "62": "甘肃",
    "63": "青海",
    "64": "宁夏",
    "65": "新疆",
}
_PROVINCE_KINDS = "(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?"
# County code → its prefectures where they are known: with these in front, neither the province nor
# the county is needed. 乐至 was in 内江 until 1998, and addresses still say so.
PREFECTURES = {"512022": "资阳|内江"}
_PREFECTURE_KINDS = "(?:市|地区|自治州|盟)"
# Of any other county: a prefecture counts between its province and its county, or beside one of
# them, and never where its 市 is within a town's or a village's name (津市镇).
_ANY_PREFECTURE = f"[\u4e00-\u9fff]{{2,7}}?{_PREFECTURE_KINDS}(?!镇|乡|街|村|社区|场)"
_COUNTY_KINDS = ("自治县", "自治旗", "林区", "特区", "县", "市", "区", "旗")
SIGNS = "-/\\,、>_|.·—"
_BETWEEN = f"[{re.escape(SIGNS)}]*"


def above_of(rows: Iterable[Mapping[str, Any]]) -> re.Pattern[str]:
    """What may stand in front of a town's name in the county of these divisions.

    Without a county among them only the country counts.
    """
    listed = list(rows)
    county = next((row for row in listed if row["level"] == "county"), None)
    country = "^(?:中华人民共和国|中国)?"
    if county is None:
        return re.compile(country)
    code, name = str(county["code"]), str(county["name"])
    province = PROVINCES.get(code[:2], "")
    province = f"(?:{province}{_PROVINCE_KINDS}{_BETWEEN})" if province else "(?:(?!))"
    names = [str(row["name"]) for row in listed if row["level"] != "county"]
    its_county = _county(name, names)
    known = PREFECTURES.get(code[:6])
    if known:
        prefecture = f"(?:(?:{known})(?:{_PREFECTURE_KINDS})?{_BETWEEN})"
        return re.compile(f"{country}{_BETWEEN}{province}?{prefecture}?(?:{its_county})?")
    prefecture = f"(?:{_ANY_PREFECTURE}{_BETWEEN})"
    return re.compile(
        f"{country}{_BETWEEN}(?:{province}?{prefecture}?(?:{its_county})|{province}{prefecture}?)?"
    )


def _county(name: str, others: Iterable[str]) -> str:
    """The county's name; its kind may be left out, unless a town or village begins so."""
    for kind in _COUNTY_KINDS:
        short = name.removesuffix(kind)
        if short != name and len(short) > 1:
            if any(other.startswith(short) for other in others):
                return re.escape(name)
            return f"{re.escape(short)}(?:{kind}|(?=.))"
    return re.escape(name)
