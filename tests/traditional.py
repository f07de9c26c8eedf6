"""Traditional Chinese as people write it: what a machine that converts character by character gets
wrong, and simplified characters that it left.

One simplified character often stands for several traditional ones (后: 後 after, 后 queen; 复: 復,
複, 覆). Each row names the wrong words that come of it in a text of an office and a shop, with what
is right. One variant is chosen of those that are both written: 台, 裡, 帳, 布, 佔, 群, 為.
"""

from __future__ import annotations

import re
from functools import cache

# Right → the wrong words, as regular expressions.
WRONG = {
    "複": "復核|復查|復審|復印|復製|復制|復雜|復數|復選|重復|復寫",
    "覆": "答復|反復|回復[您你他她它我]|復蓋|答複|反複|複蓋",
    "復": "恢複|恢覆|複原|複工|報複|康複|修複",
    "簽": "籤(?!詩|條)(?<!標籤)(?<!書籤)",
    "沖": "衝正|衝回|衝抵|衝銷|衝減|衝賬|衝帳",
    "衝": "沖突|沖擊|緩沖",
    "裡": "裏|[這那哪縣店家心手]里|里面|里邊|[冊單碼表頁庫統夾框本格]里",
    "後": "[以之然隨其最前事今背身先落]后|后[來天年期續面退備者續悔]|[^皇太王]后(?=[^妃]|$)",
    "發": "髮(?![型廊夾膠])(?<!理髮)(?<!頭髮)",
    "面": "[頁上下前後外方表封版卡票當畫]麵|麵[向對積板貌試議]",
    "系": "係[統列數]|體係|派係|星係",
    "係": "關系|沒關系",
    "繫": "聯系|聯係|維系|維係",
    "準": "准確|准備|標准|對准|水准|基准|精准|為准|(?<![批核])准時",
    "准": "批準|核準|準許|準予|獲準|準入|準駕",
    "餘": "余額|其余|剩余|多余|結余|余下|業余|節余|有余",
    "製": "制作|制造|印制|制卡|制圖|制表|復制|複制|制品|自制",
    "制": "製度|限製|控製|體製|編製度|進製|強製|機製|管製|節製",
    "範": "示范|范圍|規范|范例|模范|防范",
    "幹": "干部|骨干|主干|干事",
    "干": "幹擾|幹預|若幹|相幹|幹涉",
    "乾": "干淨|干燥|餅干|幹淨",
    "台": "臺|檯(?!燈)",
    "只": "隻(?<![一二三兩四五六七八九十幾每這那]隻)",
    "採": "采[用購取集訪納]",
    "鬆": "放松|松開|寬松|輕松",
    "表": "[報圖列年月對統]錶|錶[格頭單冊]",
    "卷": "試捲|問捲|捲宗",
    "帳": "賬|账|帐",
    "布": "佈",
    "佔": "占[比用據有位滿]",
    "群": "羣",
    "為": "爲",
    "鐘": "分鍾|鍾頭|時鍾",
    "週": "[每上下本一兩這]周(?![年圍])|周[一二三四五六日末](?![嵐平])",
    "併": "合並|並入|撤並|兼並|并",
    "並": "併且|併非|併不",
    "註": "備注|注冊|注銷|注明|附注|批注",
    "注": "註意|關註|註視|投註",
    "劃": "計划|規划|划分|划轉|區划",
    "曆": "日歷|年歷|農歷|公歷",
    "歷": "曆史|學曆|簡曆|來曆",
    "徵": "征收|特征|征求|象征|征集",
    "據": "据",
    "於": "由于|關于|對于|位于|屬于|等于|大于|小于|低于|高于|于是|至于|用于",
    "與": "与",
    "憑": "凭",
    "捨": "四舍五入|取舍",
    "雲": "云端|云計算",
    "夥": "伙伴",
    "託": "委托|托付|拜托|托管",
    "隻": "一只[手眼鞋]",
    "紮": "扎實",
    "製成": "制成",
    "證": "証",
    "啟": "啓",
    "線": "缐",
    "對象": "(?<!JSON )物件",
    "資料夾": "資料資料",
    "才": "纔",
    "核": "覈",
    "眾": "衆",
    "著": "着",
}
# Written so in traditional Chinese as well, whatever a table of single characters says.
ALSO_TRADITIONAL = "台群岳干游准"


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(WRONG.values()))


@cache
def _traditional(letter: str) -> str:
    return str(_converter().convert(letter))


@cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("s2t")


def wrong_conversions(text: str) -> list[str]:
    """What no writer of traditional Chinese would have written, each with what stands around it."""
    return [
        text[max(0, match.start() - 6) : match.end() + 6] for match in _pattern().finditer(text)
    ]


def left_simplified(text: str) -> list[str]:
    """The characters of the text that are simplified alone."""
    letters = sorted(set(re.findall("[\u4e00-\u9fff]", text)) - set(ALSO_TRADITIONAL))
    return [letter for letter in letters if _traditional(letter) != letter]
