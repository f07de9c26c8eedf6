"""A county of other divisions: made from its own table, its cards begin with its own code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from huimin.cli import main
from huimin.core.refusals import FieldProblems
from huimin.divisions.find import DivisionIndex
from huimin.divisions.load import read_divisions

TABLE = """code,name,level,parent_code
512021102001,红星村村民委员会,village,512021102000
512021102000,石羊镇,town,512021000000
512021000000,安岳县,county,
"""


def test_a_county_is_made_from_its_own_table(tmp_path: Path) -> None:
    table = tmp_path / "divisions.csv"
    table.write_text("\ufeff" + TABLE, encoding="utf-8")
    folder = str(tmp_path / "county")

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, ["--folder", folder, *words])
        assert result.exit_code == 0, result.output
        return result.output

    run("init", "--divisions", str(table))
    holder = json.loads(
        run(
            *("holders", "add", "--name", "张三", "--id-number", "11010519491231002X"),
            *("--town", "石羊镇", "--village", "红星村", "--kind", "低保"),
            *("--since", "2026-03-01", "--format", "json"),
        )
    )
    card = json.loads(run("cards", "issue", holder["id"], "--format", "json"))
    assert card[0]["number"].startswith("512021")


@pytest.mark.parametrize(
    "written",
    [
        *("石羊镇", "安岳县石羊镇", "安岳石羊镇", "资阳市安岳县石羊镇", "四川省资阳市安岳县石羊镇"),
        *("四川石羊镇", "四川省资阳市石羊镇", "中国/四川省/资阳市/安岳县/石羊镇"),
    ],
)
def test_its_own_name_may_stand_in_front_of_its_towns(written: str) -> None:
    index = DivisionIndex(read_divisions(TABLE))
    assert index.town(written) == "512021102000"
    assert index.town_at_start(f"{written}红星村3组") == ("512021102000", "红星村3组")


def test_a_town_that_begins_as_its_county_keeps_its_name() -> None:
    table = TABLE.replace("石羊镇", "安岳镇").replace("红星村村民", "津市村村民")
    index = DivisionIndex(read_divisions(table))
    assert index.town("安岳县安岳镇") == index.town("安岳镇") == "512021102000"
    assert index.village("512021102000", "津市村") == "512021102001"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (TABLE.replace("512021000000,安岳县,county,\n", ""), "正好一个县"),
        (TABLE.replace("512021102001,红", "51202110200,红"), "第 2 行：区划代码要写 12 位数字"),
        (TABLE.replace("village,512021102000", "village,512021103000"), "第 2 行：上级"),
        (TABLE.replace("town,", "镇,"), "第 3 行：级别只能写"),
        (TABLE + "512021000000,安岳县,county,\n", "第 5 行：512021000000 写了两次"),
        (TABLE.replace("石羊镇", ""), "第 3 行：名称"),
        (TABLE.replace("parent_code", "parent"), "第 1 行：第一行要有"),
        (TABLE.replace("512021102001", "512022102001"), "第 2 行：上级"),
    ],
)
def test_a_wrong_table_names_the_line(wrong: str, said: str) -> None:
    with pytest.raises(FieldProblems, match=said):
        read_divisions(wrong)
