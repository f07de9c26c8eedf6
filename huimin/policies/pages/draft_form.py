"""The form of a draft, with per cent and yuan; a new version starts as a copy of the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from huimin.access.guards import acting, require
from huimin.core.json_text import read_json
from huimin.core.money import percent_words, yuan
from huimin.core.offline_terms import CLOCK_MINUTES, SEND_DAYS, TWO_PEOPLE_FEN
from huimin.core.refusals import Problems
from huimin.core.words import ELIGIBILITIES, GOODS, OUTLET_KINDS
from huimin.policies.draft_checks import DEFAULT_EXCLUDED
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.offline_checks import parse_hours, parse_whole
from huimin.policies.pages import pages
from huimin.policies.policy_list import outlets_to_choose, shown_policy
from huimin.policies.wording import parse_amount, parse_rate
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language

CAPS = (
    "cap_redemption_fen",
    "cap_card_day_fen",
    "cap_card_month_fen",
    "offline_cap_redemption_fen",
    "offline_cap_card_fen",
    "offline_cap_terminal_fen",
)
OFFLINE_TRUST = {
    "offline_clock_minutes": parse_whole,
    "offline_send_days": parse_whole,
    "offline_two_people_fen": parse_amount,
}
BASES = ("", "market_price", "after_insurance")


@pages.get("/policies/new")
@require("policy.write")
def new_policy() -> str:
    """An empty form; `from` names the version to copy."""
    source = request.args.get("from")
    if not source:
        return _form_page(Form(_defaults()))
    row = instance().engine.read(lambda tx: shown_policy(tx, source))
    return _form_page(Form(_typed(row)))


@pages.post("/policies/new")
@require("policy.write")
def keep_policy() -> Answer:
    """Save a code's draft, creating its next version if there is none."""
    form, by = Form.sent(), acting()
    message = _("草稿已保存；下一步试算、由另一位管理员审批。")
    return form.carry_out(
        lambda tx: save_draft(tx, _draft(form), **by),
        again=_form_page,
        then=lambda row: go_on(message, "policies.policy", policy_id=row["id"]),
    )


def _defaults() -> dict[str, str]:
    """What an empty form proposes."""
    return {
        **_goods(DEFAULT_EXCLUDED),
        "merchant_share_bp": "100",
        "offline_hours": "0",
        "offline_clock_minutes": str(CLOCK_MINUTES),
        "offline_send_days": str(SEND_DAYS),
        "offline_two_people_fen": yuan(TWO_PEOPLE_FEN),
    }


def _draft(form: Form) -> PolicyDraft:
    problems = Problems()

    def read(parse: Any, field: str) -> Any:
        return problems.read(parse, field, form.text(field))

    caps: dict[str, Any] = {
        name: read(parse_amount, name) if form.text(name) else None for name in CAPS
    }
    # What is left empty is as PolicyDraft has it.
    trust: dict[str, Any] = {
        name: read(parse, name) for name, parse in OFFLINE_TRUST.items() if form.text(name)
    }
    scope, _colon, value = form.text("scope").partition(":")
    draft = PolicyDraft(
        code=form.text("code"),
        name=form.text("name"),
        rate_bp=read(parse_rate, "rate_bp"),
        starts_on=form.text("starts_on"),
        ends_on=form.optional("ends_on"),
        scope=scope or "all",
        scope_value=form.text("scope_value") if scope == "outlet" else value,
        rounding_unit_fen=10 if form.text("rounding_unit_fen") == "10" else 1,
        minimum_spend_fen=read(parse_amount, "minimum_spend_fen")
        if form.text("minimum_spend_fen")
        else 0,
        budget_fen=read(parse_amount, "budget_fen") if form.text("budget_fen") else None,
        budget_goes_on=form.text("budget_goes_on") != "0",
        excluded_categories=_excluded(form),
        base=form.optional("base"),
        merchant_share_bp=read(parse_rate, "merchant_share_bp"),
        offline_hours=read(parse_hours, "offline_hours"),
        offline_bearer=form.text("offline_bearer") or "merchant",
        offline_changing_code=form.text("offline_changing_code") == "1",
        **trust,
        **caps,
    )
    problems.finish()
    return draft


def _typed(row: Mapping[str, Any]) -> dict[str, str]:
    """A policy as form fields, for its next version; the days stay empty unless it is a draft."""
    scope = row["scope"]
    if scope in ("kind", "eligibility"):
        scope = f"{scope}:{row['scope_value']}"
    typed = {
        "code": row["code"],
        "name": row["name"],
        "rate_bp": percent_words(row["rate_bp"]),
        "scope": scope,
        "scope_value": row["scope_value"] if row["scope"] == "outlet" else "",
        "rounding_unit_fen": str(row["rounding_unit_fen"]),
        **_goods(read_json(row["excluded_categories"])),
        "base": row["base"],
        "merchant_share_bp": percent_words(row["merchant_share_bp"]),
        "minimum_spend_fen": yuan(row["minimum_spend_fen"]) if row["minimum_spend_fen"] else "",
        "offline_hours": str(row["offline_hours"]),
        "offline_bearer": row["offline_bearer"],
        "offline_changing_code": str(row["offline_changing_code"]),
        "offline_clock_minutes": str(row["offline_clock_minutes"]),
        "offline_send_days": str(row["offline_send_days"]),
        "offline_two_people_fen": yuan(row["offline_two_people_fen"]),
    }
    goes_on = row["state"] == "published" or row["budget_version"] != row["version"]
    typed["budget_fen"] = yuan(row["budget_fen"]) if row["budget_fen"] else ""
    typed["budget_goes_on"] = "1" if goes_on else "0"
    typed |= {name: yuan(row[name]) if row[name] is not None else "" for name in CAPS}
    if row["state"] in ("draft", "approved"):
        typed |= {"starts_on": row["starts_on"], "ends_on": row["ends_on"] or ""}
    return typed


def _goods(categories: Sequence[str]) -> dict[str, str]:
    """Categories as form fields: a tick for each known one, the others as text."""
    ticked = {f"goods_{one}": "1" for one in categories if one in GOODS}
    others = [one for one in categories if one not in GOODS]
    return {**ticked, "excluded_categories": "、".join(others)}


def _excluded(form: Form) -> tuple[str, ...]:
    typed = form.text("excluded_categories").replace("、", " ").replace(",", " ").replace("，", " ")
    return (*(one for one in GOODS if form.text(f"goods_{one}")), *typed.split())


def _form_page(form: Form) -> str:
    language = request_language()
    scopes = [
        ("all", _("全部")),
        *((f"kind:{kind}", OUTLET_KINDS.say(kind, language)) for kind in OUTLET_KINDS),
        *((f"eligibility:{one}", ELIGIBILITIES.say(one, language)) for one in ELIGIBILITIES),
        ("outlet", _("一个示范点")),
    ]
    bases = {
        "": _("医院按医保后，其他按市场价"),
        "market_price": _("市场价"),
        "after_insurance": _("医保后个人支付"),
    }
    return render_template(
        "policies/draft.html",
        form=form,
        scopes=scopes,
        outlets=instance().engine.read(outlets_to_choose),
        goods=[(one, GOODS.say(one, language)) for one in GOODS],
        bases=[(base, bases[base]) for base in BASES],
        roundings=[("1", _("到分")), ("10", _("到角"))],
        bearers=[("merchant", _("由商户承担")), ("government", _("由政府承担"))],
        budgets=[("1", _("接着上一版的预算算")), ("0", _("从这一版重新计"))],
        changing_codes=[("0", _("不接受")), ("1", _("接受"))],
    )
