"""Many counties by one command: each with its own settings, one that fails holds up none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from huimin.cli import main
from huimin.core.refusals import FieldProblems
from huimin.fleet.counties import read_counties

COUNTY = '[[county]]\ncode = "{code}"\nname = "{name}"\nfolder = "{code}"\n'


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    """A list of three: one sound, one whose database is nobody's, one that is not there."""
    assert run("--folder", str(tmp_path / "512021"), "init").exit_code == 0
    (tmp_path / "512022").mkdir()
    (tmp_path / "512022" / "huimin.db").write_bytes(b"no database" * 100)
    (tmp_path / "one.env").write_text('# the service\nPATH=/bin\nHUIMIN_COUNTY_NAME="安岳县"\n')
    places = (("512021", "安岳县"), ("512022", "乐至县"), ("512002", "雁江区"))
    listed = [COUNTY.format(code=code, name=name) for code, name in places]
    listed[0] += 'environment_file = "one.env"\nsettings = { HUIMIN_CARD_YEARS = 5 }\n'
    path = tmp_path / "counties.toml"
    path.write_text("\n".join(listed), encoding="utf-8")
    return path


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), env=environment or None)


def test_each_county_is_checked_with_its_own_settings(counties: Path) -> None:
    first = read_counties(counties)[0]
    assert first.settings == {"HUIMIN_COUNTY_NAME": "安岳县", "HUIMIN_CARD_YEARS": "5"}
    # This process's own database is none of theirs.
    foreign = {"HUIMIN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    result = run("fleet", "check", str(counties), "--format", "json", **foreign)
    assert result.exit_code == 2
    runs = {entry["code"]: entry for entry in json.loads(result.output)}
    assert [entry["exit_code"] for entry in runs.values()] == [0, 2, 2]
    assert list(runs) == ["512021", "512022", "512002"]
    # To look at a county that is not there does not make it.
    assert not (counties.parent / "512002").exists()
    told = run("fleet", "check", str(counties), **foreign).output
    assert "512021 安岳县  正常" in told
    assert "512002 雁江区  没有办成" in told
    assert "3 个县，1 个正常。" in told


def test_one_that_fails_holds_up_no_other(counties: Path) -> None:
    text = counties.read_text(encoding="utf-8").split("\n\n")
    counties.write_text("\n\n".join((text[1], text[0])), encoding="utf-8")
    result = run("fleet", "migrate", str(counties), "--jobs", "1")
    assert result.exit_code == 2
    assert "512021 安岳县  正常" in result.output


def test_each_county_is_backed_up_into_a_folder_of_its_own(counties: Path, tmp_path: Path) -> None:
    out = tmp_path / "backups"
    out.mkdir()
    (out / "512022").touch()  # where a county's backups can't be put, the others are made
    result = run("fleet", "backup", str(counties), "--out", str(out), "--keep", "7d")
    assert "512021 安岳县  正常" in result.output, result.output
    assert f"512022 乐至县  没有办成\n    {out / '512022'}：已有同名的文件。" in result.output
    assert f"512002 雁江区  没有办成\n    没有文件夹 {tmp_path / '512002'}，" in result.output
    (made,) = (out / "512021").iterdir()
    assert made.stat().st_size > 1_000 and made.stat().st_mode & 0o077 == 0
    assert "2 个县" not in result.output and "3 个县，1 个正常。" in result.output


def test_it_says_in_the_users_language_what_a_county_lacks(counties: Path) -> None:
    lacking = counties.read_text(encoding="utf-8").replace('folder = "512022"\n', "")
    counties.write_text(lacking, encoding="utf-8")
    chinese = run("fleet", "check", str(counties)).output
    assert "清单里没有写这个县的 folder。" in chinese and "No such file" not in chinese
    english = run("fleet", "check", str(counties), HUIMIN_LANGUAGE="en").output
    assert "The list names no folder for this county." in english
    assert f"There is no folder {counties.parent / '512002'};" in english


def test_a_list_that_is_no_text_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "counties.toml"
    path.write_bytes(b"\xff\xfe\xd4")
    answer = run("fleet", "check", str(path))
    assert answer.exit_code == 2 and "counties.toml 不是 UTF-8" in answer.output
    assert "codec" not in answer.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("county = 3", "写 \\[\\[county\\]\\]"),
        ("[[county]\n", "不是有效的 TOML"),
        (COUNTY.format(code="5120", name="某县"), "6 位数字"),
        (COUNTY.format(code="512021", name=" "), "缺少 name"),
        (COUNTY.format(code="512021", name="某县") * 2, "同一个 code"),
        (COUNTY.format(code="512021", name="某县") + "databse = 'x'\n", "只写"),
        (
            COUNTY.format(code="512021", name="某县") + "settings = { HUIMIN_FOLDER = 'x' }\n",
            "没有 HUIMIN_FOLDER",
        ),
    ],
)
def test_a_wrong_list_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "counties.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FieldProblems, match=said):
        read_counties(path)
