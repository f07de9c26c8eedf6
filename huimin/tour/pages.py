"""The tour's panel: a quiet line on every page of a demo county that says the next thing to press.

It offers the step to whoever may take it, and to others the sign-in of a trial account that may.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import lazy_gettext as _

from huimin.access.guards import signed_in
from huimin.access.sign_in import StaffMember
from huimin.access.trial_accounts import built_at, trial_accounts
from huimin.cards.token import token_of
from huimin.core.card_number import group
from huimin.core.permissions import ADMINISTRATOR, CASHIER, REGISTRAR, allows
from huimin.core.refusals import Refusal
from huimin.tour.stops import STOPS, Place, Step, place_on_tour
from huimin.web.current import instance, practising
from huimin.web.qr_image import qr_data_url

pages = Blueprint("tour", __name__, url_prefix="/tour")

STOP_NAMES = {
    "apply": _("登记并申请"),
    "print": _("审核、发卡、打印"),
    "scan": _("在收银台扫卡"),
    "sell": _("记一笔优惠"),
    "month": _("打开月份"),
}
# Step → what to do, the button, the action that it needs, and the trial role that takes it.
STEPS: dict[Step, tuple[Any, Any, str, str]] = {
    "apply": (
        _(
            "登记一位困难群众并提交申请。可以照填一个虚构的人：姓名 周秀兰，"
            "公民身份号码 {id_number}，保障类别和村任选。"
        ),
        _("去登记"),
        "holder.write",
        REGISTRAR,
    ),
    "review": (
        _("申请交上了。须由另一个人审核：打开申请，看过资料，点“通过”。"),
        _("去审核"),
        "application.decide",
        ADMINISTRATOR,
    ),
    "issue": (
        _("申请通过了：在这个人的页面上点“发卡”。"),
        _("去发卡"),
        "card.issue",
        ADMINISTRATOR,
    ),
    "print": (
        _("打印卡片：点“打印这张卡”，得到一份 PDF。"),
        _("去打印"),
        "card.print",
        ADMINISTRATOR,
    ),
    "scan": (
        _("在收银台扫这张卡：用摄像头对着下面的二维码，或输入卡号 {number}。"),
        _("打开收银台"),
        "till.use",
        CASHIER,
    ),
    "sell": (
        _("选出示的人，输入 128，点“确认优惠”；这一笔马上记进流水。卡号 {number}。"),
        _("打开收银台"),
        "till.use",
        CASHIER,
    ),
    "month": (
        _("刚才那一笔已经在“今日”的本月数字里。打开月度结账，点上个月，再点“开始核对”。"),
        _("打开月份"),
        "month.close",
        ADMINISTRATOR,
    ),
    "end": (
        _("五站都走完了：从申请到入账、月报，县里的一个月就是这样。别的都可以随便试。"),
        _("看使用手册"),
        "home.read",
        "",
    ),
}
# An invented woman of this county, whom the demo's register does not have.
ID_NUMBER = "51202219580405928X"


@pages.app_context_processor
def _tour() -> dict[str, Any]:
    return {"tour": tour_panel}


@pages.get("/")
def panel() -> str:
    """The panel alone, for the page that shows it. Raises Refusal `not_found` in a real county."""
    shown = tour_panel()
    if shown is None:
        raise Refusal("not_found")
    return render_template("tour/panel.html", tour_now=shown)


def tour_panel() -> dict[str, Any] | None:
    """What the panel says to this request's reader; None in a county that is no demo."""
    if "tour_panel" not in g:
        is_place = not practising() and request.endpoint != "checkout.shell"
        since = built_at(instance().settings.folder) if is_place else None
        g.tour_panel = None if since is None else _panel(since)
    panel: dict[str, Any] | None = g.tour_panel
    return panel


def _panel(since: str) -> dict[str, Any]:
    place = instance().engine.read(lambda tx: place_on_tour(tx, since))
    words, button, action, role = STEPS[place.step]
    member = signed_in()
    may = member is not None and allows(member.role, action) and not _is_own(place, member)
    address = _address(place)
    return {
        "stops": [
            {"name": STOP_NAMES[stop], "done": stop in place.done, "now": stop == place.stop}
            for stop in STOPS
        ],
        "done": len(place.done),
        "words": str(words).format(**_told(place)),
        "button": button,
        "address": address,
        "trial": None if may or not role else _trial(role),
        "image": _image(place),
    }


def _is_own(place: Place, member: StaffMember) -> bool:
    """Whether it needs another person than the reader."""
    return place.step == "review" and place.about["submitted_by"] == member.username


def _trial(role: str) -> dict[str, str] | None:
    accounts = trial_accounts(instance().settings.folder)
    return next((one for one in accounts if one["role"] == role), None)


def _told(place: Place) -> dict[str, str]:
    number = str(place.about.get("number", ""))
    return {"id_number": ID_NUMBER, "number": group(number) or "—"}


def _image(place: Place) -> str | None:
    if place.step not in ("scan", "sell") or not place.about:
        return None
    return qr_data_url(token_of(place.about, instance().key_ring))


def _address(place: Place) -> str:
    about = place.about
    if place.step == "review":
        return url_for("holders.application", application_id=about["id"])
    if place.step == "issue":
        return url_for("holders.person", holder_id=about["holder_id"])
    if place.step == "print":
        return url_for("cards.print_choice", card=about.get("card_id"))
    plain = {"apply": "holders.new_person", "month": "months.months", "end": "handbook.contents"}
    return url_for(plain.get(place.step, "checkout.till"))
