"""The list of counties: a TOML file that says where each has its folder and its settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.core.signed_note import NoteProblem, Verifier
from huimin.core.system_words import system_words
from huimin.settings import Settings, variable

COUNTIES_MAX = 500
FILE_BYTES_MAX = 1_000_000
KEYS = frozenset({"code", "name", "folder", "environment_file", "settings", "keys"})
# Lines as systemd's EnvironmentFile= has them: a name, "=", a value that may stand in quotes.
_LINE = re.compile(r"\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=(.*?)\s*")


@dataclass(frozen=True, slots=True)
class FleetCounty:
    """A county of the list: six digits, name, and what is known of it.

    `folder` and its `HUIMIN_…` variables are for commands that run in it (None where it is looked
    after elsewhere); `keys` are the verifier keys of what it signs, as `huimin province key` prints
    them.
    """

    code: str
    name: str
    folder: Path | None
    settings: Mapping[str, str]
    keys: tuple[Verifier, ...]


def read_counties(path: Path) -> list[FleetCounty]:
    """The counties of a list, in its order; paths in it are relative to it.

    Raises FieldProblems, which name the county's place in the list, and OSError.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise _problems("", text("清单太大，最多 {most} 个县。", most=COUNTIES_MAX))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise _problems("", text("{file} 不是 UTF-8，请另存为 UTF-8。", file=path.name)) from error
    except tomllib.TOMLDecodeError as error:
        raise _problems("", text("不是有效的 TOML：{error}。", error=str(error))) from error
    entries = content.get("county")
    if not isinstance(entries, list) or not entries or set(content) != {"county"}:
        raise _problems("", text("清单里要写 [[county]]，一个县一段，没有别的。"))
    if len(entries) > COUNTIES_MAX:
        raise _problems("", text("清单太大，最多 {most} 个县。", most=COUNTIES_MAX))
    counties = [_read(entry, place, path.parent) for place, entry in enumerate(entries, start=1)]
    for name in ("code", "folder"):
        values = [getattr(county, name) for county in counties if getattr(county, name)]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise _problems(
                "", text("两个县写了同一个 {name}：{value}。", name=name, value=str(twice))
            )
    return counties


def _read(entry: Any, place: int, beside: Path) -> FleetCounty:
    where = f"county {place}"
    if not isinstance(entry, dict) or not set(entry) <= KEYS:
        raise _problems(where, text("每个县只写：{keys}。", keys=", ".join(sorted(KEYS))))
    for name in ("code", "name"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise _problems(where, text("缺少 {name}。", name=name))
    folder = entry.get("folder")
    if folder is not None and (not isinstance(folder, str) or not folder.strip()):
        raise _problems(where, text("folder 写文件夹名。"))
    if not re.fullmatch(r"[0-9]{6}", entry["code"], re.ASCII):
        raise _problems(where, text("code 写 6 位数字，例如 512022。"))
    settings = {
        **_of_file(entry.get("environment_file"), beside, where),
        **_checked(entry.get("settings", {}), where),
    }
    return FleetCounty(
        code=entry["code"],
        name=entry["name"].strip(),
        folder=None if folder is None else (beside / folder).resolve(),
        settings=settings,
        keys=_keys(entry.get("keys", []), where),
    )


def _keys(texts: Any, where: str) -> tuple[Verifier, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _problems(where, text('keys 写成 [ "…" ]，里面是 huimin province key 打印的一行。'))
    try:
        return tuple(Verifier.read(text) for text in texts)
    except NoteProblem as error:
        raise _problems(where, text("keys 里有一个不是县的验证密钥，请重新抄录。")) from error


def _of_file(name: Any, beside: Path, where: str) -> dict[str, str]:
    """The HUIMIN_… lines of an environment file; others are the service's, not ours."""
    if name is None:
        return {}
    if not isinstance(name, str):
        raise _problems(where, text("environment_file 写文件名。"))
    try:
        lines = (beside / name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        why = system_words(error)
        raise _problems(where, text("读不了 {file}（{why}）。", file=name, why=why)) from error
    except UnicodeDecodeError as error:
        problem = text("{file} 不是 UTF-8，请另存为 UTF-8。", file=name)
        raise _problems(where, problem) from error
    values = {}
    for line in lines:
        fitting = _LINE.fullmatch(line)
        if fitting and fitting[1].startswith("HUIMIN_"):
            values[fitting[1]] = _unquoted(fitting[2])
    return _checked(values, where)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" else text


def _checked(settings: Any, where: str) -> dict[str, str]:
    known = {variable(entry.name) for entry in fields(Settings)} - {"HUIMIN_FOLDER"}
    if not isinstance(settings, dict) or not all(
        isinstance(value, str | int) and not isinstance(value, bool) for value in settings.values()
    ):
        raise _problems(where, text('settings 写成 { HUIMIN_… = "…" }，值是文字或整数。'))
    for name in settings:
        if name not in known:
            raise _problems(
                where, text("没有 {name} 这个设置；huimin settings 列出全部。", name=name)
            )
    return {name: str(value) for name, value in settings.items()}


def _problems(where: str, problem: Text) -> FieldProblems:
    return FieldProblems([FieldProblem(where or "county", problem)])
