"""Traditional Chinese as people write it, in everything that is said: 簽批, 審核, 複核, 沖正."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from huimin.core.catalogue import TRANSLATIONS
from huimin.handbook.traditional import CODE, TRADITIONAL
from huimin.web.catalogs import converter
from tests.traditional import WRONG, left_simplified, wrong_conversions

CATALOGUES = tuple((TRANSLATIONS / "zh_Hant" / "LC_MESSAGES").glob("*.po"))


def sentences(path: Path) -> list[str]:
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    texts = [
        (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        for one in messages
    ]
    return [text for forms in texts for text in forms]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_no_sentence_of_the_catalogue_is_converted_wrongly(path: Path) -> None:
    said = sentences(path)
    assert len(said) > 30
    wrong = {sentence: found for sentence in said if (found := wrong_conversions(sentence))}
    assert wrong == {}
    assert left_simplified("".join(said)) == []


@pytest.mark.parametrize("path", sorted(TRADITIONAL.glob("*.md")), ids=lambda path: path.stem)
def test_no_page_of_the_handbook_is_converted_wrongly(path: Path) -> None:
    # What stands in code is typed or sent as it is, in simplified Chinese.
    prose = CODE.sub("", path.read_text(encoding="utf-8"))
    assert wrong_conversions(prose) == []
    assert left_simplified(prose) == []


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("签批、审核、复核、冲正、冲回", "簽批、審核、複核、沖正、沖回"),
        ("标签与签名，未签的", "標籤與簽名，未簽的"),
        ("答复、反复、恢复、重复、复制", "答覆、反覆、恢復、重複、複製"),
        ("冲突与缓冲", "衝突與緩衝"),
        ("名册里、副本里、公里", "名冊裡、副本裡、公里"),
        ("以后，七天后删除", "以後，七天後刪除"),
        ("批准后精准帮扶，以此为准", "批准後精準幫扶，以此為準"),
        ("制卡机、印制、制度、限制", "製卡機、印製、制度、限制"),
        ("余额、其余、剩余", "餘額、其餘、剩餘"),
        ("示范点、干部、若干", "示範點、幹部、若干"),
        ("台账、入账、收银台", "台帳、入帳、收銀台"),
        ("只读；只给县里的", "唯讀；只給縣裡的"),
        ("公布、发布、发卡", "公布、發布、發卡"),
        ("四舍五入到分", "四捨五入到分"),
        ("面粉参加优惠，页面上写着", "麵粉參加優惠，頁面上寫著"),
        ("撤并、合并，并写明", "撤併、合併，並寫明"),
        ("登录、退出登录、联系人、关系", "登入、登出、聯繫人、關係"),
        ("数据文件夹、打印文件", "資料夾、列印檔案"),
        ("注销、备注、注意", "註銷、備註、注意"),
    ],
)
def test_words_of_an_office_are_written_as_people_write_them(
    simplified: str, traditional: str
) -> None:
    convert = converter()
    assert convert is not None, "OpenCC is missing: pip install 'huimin[dev]'"
    assert convert(simplified) == traditional
    assert wrong_conversions(traditional) == []


def test_the_list_finds_what_is_wrong() -> None:
    for wrong in (
        "審核、復核後籤批",
        "衝正這一筆",
        "沖突的記錄",
        "這里",
        "以后",
        "髮卡",
        "關系",
        "標准",
        "批準",
        "余額",
        "制卡機",
        "示范點",
        "臺帳",
        "賬號",
        "發佈",
        "只公佈",
        "合並",
        "備注",
        "計划",
        "四舍五入",
        "是隻讀的",
    ):
        assert wrong_conversions(wrong), wrong
    assert all(re.compile(pattern) for pattern in WRONG.values())
    assert left_simplified("审核") == ["审"]
