"""The three signatures of a month, its return, and opening it again."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from huimin.access.guards import member, require
from huimin.core.refusals import Refusal
from huimin.months.approve import approve_close, files_to_approve, reopen_month
from huimin.months.checks import CODES
from huimin.months.files import write_files
from huimin.months.pages import pages
from huimin.months.pages.addresses import known_month, known_version
from huimin.months.pages.month import month_page
from huimin.months.sign import (
    Drawn,
    Signer,
    draw_report,
    prepare_close,
    return_close,
    review_close,
)
from huimin.publication.publish import count_to_publish
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on

SAID = {
    "prepare": lazy_gettext("已填报；请另一位管理员审核。"),
    "review": lazy_gettext("已审核；请第三位管理员签批。"),
    "approve": lazy_gettext("已签批：本月已结账并锁定，文件已生成。"),
    "return": lazy_gettext("已退回；重新核对后是新的一版。"),
    "reopen": lazy_gettext("已重新打开；原来签过的版本仍可查看和下载。"),
}


@pages.post("/months/<month>/<version>/<act>")
@require("month.close")
def act_on_month(month: str, version: str, act: str) -> Answer:
    """Sign, return, or open again."""
    month, number, form = known_month(month), known_version(version), Form.sent()
    if act not in SAID:
        raise Refusal("not_found")
    return form.attempt(
        lambda: _act(month, number, act, form),
        again=lambda refused: month_page(month, refused),
        then=lambda _done: go_on(SAID[act], "months.month", month=month),
        refusals=True,
    )


def _act(month: str, version: int, act: str, form: Form) -> None:
    now, signed_in = instance().clock(), member()
    signer = Signer(signed_in.username, signed_in.name)
    arguments: dict[str, Any] = {"now": now}

    def drawn() -> Drawn:
        return instance().engine.read(lambda tx: draw_report(tx, month))

    if act == "prepare":
        reasons = {code: form.text(f"reason-{code}") for code in CODES}
        arguments["drawn"] = drawn()
        change(
            lambda tx: prepare_close(
                tx, month, version, reasons=reasons, signer=signer, **arguments
            )
        )
    elif act == "review":
        arguments["drawn"] = drawn()
        change(lambda tx: review_close(tx, month, version, signer=signer, **arguments))
    elif act == "approve":
        days, folder = instance().settings.settlement_days, instance().settings.folder
        files = instance().engine.read(
            lambda tx: files_to_approve(tx, folder, month, version, signer=signer, **arguments)
        )
        counted = instance().engine.read(lambda tx: count_to_publish(tx, month)) if files else None
        arguments |= {"signer": signer, "files": files, "counted": counted, "settlement_days": days}
        arguments["drawn"] = drawn()
        change(lambda tx: approve_close(tx, month, version, **arguments))
        write_files(folder, month, version, files)
    else:
        end = return_close if act == "return" else reopen_month
        arguments |= {"reason": form.text("reason"), "actor": signed_in.username}
        change(lambda tx: end(tx, month, version, **arguments))
