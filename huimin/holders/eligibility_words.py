"""Recognise eligibilities as offices write them: 城市低保 → dibao."""

from __future__ import annotations

import re
import unicodedata

from huimin.core.words import ELIGIBILITIES

ALL_KINDS = tuple(ELIGIBILITIES.text(kind) for kind in ELIGIBILITIES)

# The first match counts: 低保边缘 is not 低保, and 重度残疾 is not 重病.
LIKENESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("other", re.compile("其他|其它|边缘|低收入|临时救助|返贫|致贫|突发困难|刚性支出")),
    ("dibao", re.compile("低保|最低生活保障")),
    ("tekun", re.compile("特困|五保|分散供养|集中供养")),
    ("orphan", re.compile("孤儿|事实无人抚养")),
    ("disability", re.compile("残疾|重残")),
    ("major_illness", re.compile("重大疾病|大病|重病|重特大")),
)
_BETWEEN = re.compile(r"[、,;/+\s]+|和|及|兼")


def read_kinds(text: str) -> tuple[str, ...] | None:
    """The distinct eligibilities in a cell; None if any part of it is not recognised."""
    kinds: list[str] = []
    for part in _BETWEEN.split(unicodedata.normalize("NFKC", text).strip()):
        if not part:
            continue
        kind = part if part in ELIGIBILITIES else _kind(part)
        if kind is None:
            return None
        if kind not in kinds:
            kinds.append(kind)
    return tuple(kinds) or None


def _kind(text: str) -> str | None:
    return next((kind for kind, pattern in LIKENESSES if pattern.search(text)), None)
