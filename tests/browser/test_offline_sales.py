"""The till without network: the line is cut in the browser, the server really stops, the page is
closed, the browser dies. Afterwards the ledger and the till agree to the fen.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.browser.offline_county import OfflineCounty, OfflineTill, make_till, until
from tests.browser.windows import STEP_MS, till_ready

pytestmark = pytest.mark.browser


def test_the_line_is_cut_and_comes_back(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    assert till.sell(cards[0], "128") == "¥117.76"
    assert till.page.inner_text("#done-receipt") == "离线交易，联网后生成"
    assert till.sell(cards[1], "99.90") == "¥91.91"
    assert till.sell(cards[2], "10") == "¥9.20"
    until(lambda: "3 笔" in till.banner())
    assert re.fullmatch(r"离线中，3 笔待上传，最早 \d\d:\d\d。", till.banner())
    more = till.page.inner_text("#banner-more")
    assert "¥980.97" in more
    assert "由商户承担" in more
    assert [row["status"] for row in till.queue()] == ["waiting"] * 3
    till.page.reload()
    till_ready(till.page)
    assert till.sell(cards[1], "5") == "¥4.60"
    till.context.set_offline(False)
    till.wait_until_sent()
    rows = till.agrees()
    assert [row["channel"] for row in rows] == ["offline"] * 4
    assert [row["amount_fen"] for row in rows] == [12_800, 9_990, 1_000, 500]
    till.page.wait_for_selector("#banner", state="hidden")


def test_the_server_stops_and_the_tab_is_closed(till: OfflineTill, cards: list[str]) -> None:
    till.county.stop()
    assert till.sell(cards[0], "128") == "¥117.76"
    till.page.close()
    till.open()
    until(lambda: till.banner().startswith("离线中，1 笔待上传"))
    assert till.sell(cards[1], "50") == "¥46.00"
    till.county.start()
    till.wait_until_sent()
    assert len(till.agrees()) == 2


def test_the_browser_dies(
    offline_county: OfflineCounty, chromium: str, browser: Any, tmp_path: Path, cards: list[str]
) -> None:
    offline_county.start()

    def launch() -> Any:
        return browser.browser_type.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=chromium,
            args=["--no-sandbox"],
            locale="zh-CN",
            slow_mo=STEP_MS,
        )

    till = make_till(offline_county, launch())
    till.set_up()
    till.context.close()  # the set-up is of another day: a browser writes its cookies down in time
    till.context = launch()
    till.open()
    offline_county.stop()
    till.sell(cards[0], "128")
    till.sell(cards[1], "64")
    sold = till.queue()
    kill_browser_of(tmp_path / "profile")
    with contextlib.suppress(Exception):
        till.context.close()
    till.context = launch()
    try:
        till.open()
        assert till.queue() == sold
        till.sell(cards[2], "32")
        offline_county.start()
        till.wait_until_sent()
        assert [row["amount_fen"] for row in till.agrees()] == [12_800, 6_400, 3_200]
    finally:
        till.context.close()


def kill_browser_of(profile: Path) -> None:
    """As a power cut: the browser that uses this profile, of this test alone, ends at once."""
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            command = (process / "cmdline").read_bytes().split(b"\0")
            if f"--user-data-dir={profile}".encode() in command:
                os.kill(int(process.name), signal.SIGKILL)


def test_of_two_tabs_one_sends(till: OfflineTill, cards: list[str]) -> None:
    second = till.new_page()
    second.goto(f"{till.county.address}/till/")
    till_ready(second)
    sent: list[str] = []
    till.context.on(
        "request",
        lambda asked: (
            sent.extend(item["client_id"] for item in asked.post_data_json["redemptions"])
            if asked.url.endswith("/offline-redemptions")
            else None
        ),
    )
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.sell(cards[1], "64", second)
    until(lambda: "2 笔" in till.banner())
    till.page.close()  # it led
    till.page = second
    till.sell(cards[2], "32")
    assert len(till.queue()) == 3
    till.context.set_offline(False)
    till.wait_until_sent()
    assert len(till.agrees()) == 3
    assert sorted(sent) == sorted(till.sold)
