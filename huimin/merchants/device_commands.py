"""`huimin terminals join-code`, `devices`, `end-device`: the browsers that are tills."""

from __future__ import annotations

import click

from huimin.access.join_codes import CODE_MINUTES, make_join_code
from huimin.access.till_devices import DeviceCriteria, devices_after, end_device
from huimin.command_line import Answer, acting, answers
from huimin.core.catalogue import Text, text
from huimin.core.money import money_text
from huimin.core.permissions import COUNTY_SIDE
from huimin.instance import Instance
from huimin.merchants.terminals import find_terminal
from huimin.storage.engine import Row, Transaction

# More devices than a county has tills are not listed at once.
LISTED_MAX = 10_000


@click.command("join-code")
@click.argument("terminal")
@answers
def join_code_command(instance: Instance, terminal: str) -> Answer:
    """显示一个加入码，让一台设备（浏览器）成为这台收银终端（TERMINAL 为六位收银终端编号）。"""

    def work(tx: Transaction) -> tuple[Row, str]:
        row = find_terminal(tx, terminal)
        return row, make_join_code(tx, row["id"], side=COUNTY_SIDE, **acting(instance))

    row, code = instance.engine.write(work)
    address = f"{instance.settings.base_url}/till/set-up"
    lines = [
        text("收银终端 {code}（{label}）的加入码：{join_code}", join_code=code, **row),
        text(
            "请在设备上打开 {address} 输入；{minutes} 分钟内有效，只用一次。",
            address=address,
            minutes=CODE_MINUTES,
        ),
    ]
    return Answer({"terminal": row["code"], "code": code, "address": address}, lines)


@click.command("devices")
@click.option("--unsent", is_flag=True, help="只列还有交易没上传的。")
@answers
def devices_command(instance: Instance, unsent: bool) -> Answer:
    """列出收银设备：型号、收银终端、最近在线、未上传的交易。"""
    criteria = DeviceCriteria(unsent=1 if unsent else None)
    rows = instance.engine.read(lambda tx: devices_after(tx, criteria, count=LISTED_MAX))
    total = text("共 {count} 台设备。", count=len(rows))
    return Answer([_plain(row) for row in rows], [*map(_line, rows), total])


@click.command("end-device")
@click.argument("device_id")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def end_device_command(instance: Instance, device_id: str, reason: str) -> Answer:
    """立即停用一台设备（DEVICE_ID 为 terminals devices 里的编号），其他设备照常。"""
    by = acting(instance)
    row = instance.engine.write(
        lambda tx: end_device(
            tx, device_id, merchant_id=None, side=COUNTY_SIDE, reason=reason, **by
        )
    )
    done = text("已停用 {outlet} 的一台设备（{model}）。", outlet=row["outlet_name"], **_plain(row))
    return Answer({**_plain(row), "state": "disabled"}, [done])


def _plain(row: Row) -> Row:
    names = (
        "id",
        "terminal_code",
        "outlet_name",
        "model",
        "app_version",
        "joined_at",
        "joined_by",
        "last_seen_at",
        "unsent_count",
        "unsent_fen",
        "state",
    )
    return {name: row[name] for name in names}


def _line(row: Row) -> Text:
    return text(
        "{id}  {terminal_code} {outlet_name}  {model}  最近在线 {last_seen_at}  "
        "未上传 {unsent_count} 笔 {unsent}  {state_words}",
        unsent=money_text(row["unsent_fen"]),
        state_words=text("在用") if row["state"] == "active" else text("已停用"),
        **row,
    )
