"""Where a simulation may run: on this machine, and elsewhere only with --really.

A simulated sale is a real row of the server's ledger. So another machine must be asked for
explicitly, gets few sales, and all of them are reversed at the end.
"""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huimin.core.refusals import field_problem

SALES_ELSEWHERE_MAX = 200
CARDS_BYTES_MAX = 4 * 1024 * 1024


def is_this_machine(server: str) -> bool:
    """True for a loopback address; a name other than localhost may be anywhere."""
    host = urlsplit(server).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_target(server: str, sales: int, *, really: bool) -> None:
    """Raise FieldProblems for an invalid address, or one that a simulation must not touch."""
    if urlsplit(server).scheme not in ("http", "https"):
        raise field_problem("--server", "请写成 http://… 或 https://…。")
    if is_this_machine(server):
        return
    if not really:
        raise field_problem(
            "--server",
            "这不是本机地址。模拟会在那台服务器上记下真的交易；确实要这样做，请加 --really。",
        )
    if sales > SALES_ELSEWHERE_MAX:
        raise field_problem(
            "--sales",
            "在别的机器上最多 {sales_elsewhere_max} 笔。",
            sales_elsewhere_max=SALES_ELSEWHERE_MAX,
        )


def read_demo(path: Path) -> dict[str, Any]:
    """A demo's demo.json. Raises FieldProblems when there is none."""
    try:
        demo: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise field_problem(
            "--demo",
            "没有找到 {path}；请先运行 huimin demo，或用 --folder 指明演示县的文件夹。",
            path=path,
        ) from None
    return demo


def cards_of_demo(demo: dict[str, Any]) -> list[str]:
    """The tokens of a demo's cards in any state, as a till may meet them."""
    return [str(card["token"]) for card in demo["cards"]]


def read_cards(path: Path) -> list[str]:
    """The cards of a file: a demo.json, or a card's code or number on each line."""
    if path.stat().st_size > CARDS_BYTES_MAX:
        raise field_problem("--cards", "文件太大。")
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        return cards_of_demo(json.loads(text))
    return [line.strip() for line in text.splitlines() if line.strip()]
