"""Policies in the browser: drafted, tried, approved by a second, published, succeeded."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from huimin.instance import Instance
from huimin.policies.budget_words import tell_budgets
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.policy_list import shown_policy
from huimin.policies.publish import publish
from tests.conftest import FixedClock
from tests.making.merchants import make_outlet
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.policies.county_month import FIRST_INSTANT, Buy, make_county


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def delivered(tx: Any) -> list[Any]:
    return [dict(row) for row in tx.connection.execute("SELECT * FROM notice").fetchall()]


def draft(**over: str) -> dict[str, str]:
    return {
        "code": "jiuerzhe",
        "name": "九二折",
        "rate_bp": "8",
        "starts_on": "2026-11-01",
        "scope": "all",
        "rounding_unit_fen": "1",
        "merchant_share_bp": "100",
        "cap_card_day_fen": "200",
        "goods_tobacco": "1",
        "excluded_categories": "酒类",
        **over,
    }


@pytest.mark.both_engines
def test_a_policy_from_draft_to_successor(office: Office) -> None:
    first, second = office.client(), office.client()
    saved = office.post(first, "/policies/new", **draft())
    assert saved.status_code == 302
    base = saved.headers["Location"]
    page = first.get(base).text
    assert "九二折" in page and "¥200.00" in page and "看不出变化" in page
    assert "请由另一位管理员审批" in page
    assert office.post(first, f"{base}/approve").status_code == 422
    assert office.post(first, f"{base}/publish").status_code == 422
    assert "份优惠政策草稿待审批" in second.get("/today").text
    assert office.post(second, f"{base}/approve").status_code == 302
    assert office.post(first, f"{base}/publish").status_code == 302
    listed = first.get("/policies/").text
    assert "<svg" in listed and "已发布" in listed
    assert first.get("/policies/?format=xlsx").data[:2] == b"PK"
    policy_id = base.rpartition("/")[2]
    copied = first.get(f"/policies/new?from={policy_id}").text
    assert 'value="jiuerzhe"' in copied and 'value="200.00"' in copied
    assert "修改草稿" not in first.get(base).text
    following = office.post(first, "/policies/new", **draft(starts_on="2027-01-01", rate_bp="10"))
    assert following.headers["Location"] != base
    assert "jiuerzhe@2" in first.get("/policies/").text
    assert office.post(first, f"{base}/withdraw").status_code == 422
    assert office.post(first, f"{base}/burn").status_code == 404


def test_a_changed_draft_is_approved_anew(office: Office) -> None:
    first, second = office.client(), office.client()
    base = office.post(first, "/policies/new", **draft()).headers["Location"]
    office.post(second, f"{base}/approve")
    again = office.post(first, "/policies/new", **draft(rate_bp="9"))
    assert again.headers["Location"] == base
    assert office.post(first, f"{base}/publish").status_code == 422


def test_every_wrong_field_is_told_and_what_was_typed_stays(office: Office) -> None:
    client = office.client()
    bad = draft(rate_bp="很多", cap_card_day_fen="-1", name="新名字")
    answer = office.post(client, "/policies/new", **bad)
    assert answer.status_code == 422
    assert 'id="problem-rate_bp"' in answer.text
    assert 'id="problem-cap_card_day_fen"' in answer.text and "新名字" in answer.text


def test_a_tie_is_refused_and_auditors_only_read(office: Office, instance: Instance) -> None:
    make_policy(instance)
    client, auditor = office.client(), office.client("auditor")
    tie = office.post(client, "/policies/new", **draft(code="another"))
    assert tie.status_code == 422
    assert auditor.get("/policies/").status_code == 200
    assert office.post(auditor, "/policies/new", **draft()).status_code == 403
    assert client.get("/policies/unknown").status_code == 404


def test_the_dry_run_is_a_table_a_chart_and_a_workbook(office: Office, instance: Instance) -> None:
    county = make_county(instance)

    def lived(tx: Any) -> None:
        old = PolicyDraft("jiuerzhe", "九二折", 800, "2026-10-01")
        row = save_draft(tx, old, now=FIRST_INSTANT, actor="test")
        publish(tx, row["id"], now=FIRST_INSTANT, actor="test")
        assert None not in county.live(tx, [Buy(1, 10_000), Buy(2, 5_000, till=1, card=1)])

    instance.engine.write(lived)
    client = office.client()
    sent = draft(scope="kind:supermarket", code="jiuzhe", rate_bp="10", starts_on="2026-11-05")
    base = office.post(client, "/policies/new", **sent).headers["Location"]
    page = client.get(f"{base}?month=2026-10").text
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "+¥2.00" in table and "¥10.00" in table, table
    assert page.count("<svg") == 1 and "<rect" in page
    assert "所有超市" in page and "香烟" in page and "酒" in page
    book = load_workbook(BytesIO(client.get(f"{base}?month=2026-10&format=xlsx").data)).active
    rows = [[cell.value for cell in row] for row in book.iter_rows(min_row=3)]
    assert rows[-1][:2] == ["合计", 2]
    assert {row[0]: row[6] for row in rows} == {"supermarket店": 2, "hospital店": 0, "合计": 2}
    assert client.get(f"{base}?month=never").status_code == 422


def test_a_draft_says_what_it_changes_and_publishing_asks_with_that(
    office: Office, instance: Instance, clock: FixedClock
) -> None:
    county = make_county(instance)

    def lived(tx: Any) -> None:
        old = PolicyDraft("jiuerzhe", "九二折", 800, "2026-10-01", cap_card_day_fen=20_000)
        row = save_draft(tx, old, now=FIRST_INSTANT, actor="test")
        publish(tx, row["id"], now=FIRST_INSTANT, actor="test")
        assert None not in county.live(tx, [Buy(1, 10_000), Buy(2, 5_000, till=1, card=1)])

    instance.engine.write(lived)
    clock.advance(days=3)
    client, second = office.client(), office.client()
    sent = draft(rate_bp="10", merchant_share_bp="60", starts_on="2026-12-01", budget_fen="800")
    sent |= {"goods_alcohol": "1", "goods_prepaid_card": "1", "excluded_categories": ""}
    base = office.post(client, "/policies/new", **sent).headers["Location"]
    # 8.00 + 4.00 by the merchants became 10.00 + 5.00, of which the government pays 40 %.
    effect = "政府 +¥6.00，商户 −¥3.00，涉及 2 家示范点、2 笔。"
    page = client.get(base).text
    assert f"2026年10月如果按这份草稿：{effect}" in page
    changed = page.partition('id="changes-title"')[2].partition("</dl>")[0]
    assert "九二折（优惠 8%）" in changed and "九折（优惠 10%）" in changed
    assert "¥800.00，从这一版起算" in changed and "商户 60%，政府 40%" in changed
    assert "每人每日上限" not in changed and "断网时" not in changed
    assert client.get(f"{base}/publish").headers["Location"] == base
    assert office.post(second, f"{base}/approve").status_code == 302
    asked = client.get(f"{base}/publish").text
    assert effect in asked and "发布，2026年12月1日 起执行" in asked and "九折" in asked
    assert office.client("auditor").get(f"{base}/publish").status_code == 403
    assert office.post(client, f"{base}/publish").status_code == 302
    # A second press is told on the version's own page, which has no button to publish it again.
    again = office.post(client, f"{base}/publish")
    assert again.status_code == 422 and "只有草稿可以发布" in again.text
    assert f'action="{base}/publish"' not in again.text
    assert "预计用完" in client.get(base).text
    assert client.get(f"{base}/publish").status_code == 302


def test_a_budget_says_when_it_will_be_used_up_and_is_told_once(
    office: Office, instance: Instance, clock: FixedClock
) -> None:
    for field, wrong in (("budget_fen", "0"), ("merchant_share_bp", "100")):
        sent = draft(merchant_share_bp="60") | {"budget_fen": "100", field: wrong}
        refused = office.post(office.client(), "/policies/new", **sent).text
        assert 'id="problem-budget_fen"' in refused
    county = make_county(instance)

    def lived(tx: Any) -> str:
        old = PolicyDraft(
            *("jiuerzhe", "九二折", 800, "2026-10-01"), merchant_share_bp=6_000, budget_fen=10_000
        )
        row = save_draft(tx, old, now=FIRST_INSTANT, actor="test")
        publish(tx, row["id"], now=FIRST_INSTANT, actor="test")
        assert None not in county.live(tx, [Buy(1, 100_000), Buy(2, 50_000, till=1, card=1)])
        return str(row["id"])

    policy_id = instance.engine.write(lived)
    # 48.00 in 31 days: 1.54 a day, and 52.00 for 33 more days.
    page = office.client("auditor").get(f"/policies/{policy_id}").text
    assert "¥48.00（48%）" in page and "平均每天 ¥1.54，约在 2026年12月3日 用完" in page
    assert "预算够用" in page and "要追加预算" not in page
    settings = replace(instance.settings, webhook_url="https://office.example/hook")

    def told() -> list[Any]:
        tell_budgets(instance.engine, settings, now=clock())
        return instance.engine.read(delivered)

    assert told() == []
    clock.advance(days=25)
    later = [Buy(1, 1), Buy(2, 1), Buy(56, 100_000)]
    instance.engine.write(lambda tx: county.live(tx, later, only={2}))
    (notice,) = told()
    assert told() == [notice]
    assert "预算快用完了" in notice["title"] and "已用 ¥80.00（80%）" in notice["body"]
    client = office.client()
    assert "项政策的预算快用完" in client.get("/today").text
    assert "九二折" in client.get("/policies/?state=budget").text
    assert "要追加预算" in client.get(f"/policies/{policy_id}").text
    copied = client.get(f"/policies/new?from={policy_id}").text
    assert 'value="100.00"' in copied
    less = draft(merchant_share_bp="60", budget_fen="79.99", starts_on="2027-01-01")
    assert "已经用了 ¥80.00" in office.post(client, "/policies/new", **less).text
    anew = {**less, "budget_goes_on": "0"}
    assert office.post(client, "/policies/new", **anew).status_code == 302
    # The last 20.00: what is used up is said as such, not as a forecast.
    used_up = [*later, Buy(57, 62_500)]
    instance.engine.write(lambda tx: county.live(tx, used_up, only={3}))
    page = client.get("/today").text
    assert "项政策的预算已用完，收银时不再给优惠" in page and "用完：" not in page


def test_what_is_in_force_is_succeeded_and_stays_as_it_was(
    office: Office, instance: Instance
) -> None:
    old = make_policy(instance)
    client = office.client()
    base = f"/policies/{old.id}"
    before = instance.engine.read(lambda tx: shown_policy(tx, old.id))
    copied = client.get(f"/policies/new?from={old.id}").text
    assert f'value="{old.code}"' in copied
    sent = draft(code=old.code, rate_bp="20", starts_on="2027-01-01")
    following = office.post(client, "/policies/new", **sent).headers["Location"]
    assert following != base
    for act in ("approve", "publish", "withdraw"):
        for one in (client, office.client()):
            assert office.post(one, f"{base}/{act}", reason="试试").status_code == 422, act
    assert instance.engine.read(lambda tx: shown_policy(tx, old.id)) == before


def test_a_policy_for_one_outlet_names_it(office: Office, instance: Instance) -> None:
    outlet = make_outlet(instance, name="石佛店")
    client = office.client()
    assert "石佛店" in client.get("/policies/new").text
    sent = draft(scope="outlet", scope_value=outlet["id"])
    base = office.post(client, "/policies/new", **sent).headers["Location"]
    assert "示范点 石佛店" in client.get(base).text
    assert f'value="{outlet["id"]}" selected' in client.get(f"/policies/new?from={base[10:]}").text
    wrong = office.post(client, "/policies/new", **draft(scope="outlet", scope_value=""))
    assert wrong.status_code == 422 and 'id="problem-scope_value"' in wrong.text


def test_the_list_is_filtered_by_state_and_today_leads_to_what_waits(
    office: Office, instance: Instance
) -> None:
    make_policy(instance, code="inforce", name="执行中的")
    client = office.client()
    second = office.client()
    assert "份优惠政策草稿" not in second.get("/today").text
    saved = office.post(client, "/policies/new", **draft(code="inforce", name="起草中的"))
    assert saved.status_code == 302
    assert 'href="/policies/?state=unpublished"' in second.get("/today").text
    for state, shown, other in (
        ("unpublished", "起草中的", "执行中的"),
        ("draft", "起草中的", "执行中的"),
        ("published", "执行中的", "起草中的"),
    ):
        page = client.get(f"/policies/?state={state}").text
        rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert shown in rows and other not in rows, state
        book = load_workbook(BytesIO(client.get(f"/policies/?state={state}&format=xlsx").data))
        cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
        assert shown in cells and other not in cells, state
    assert "没有这种状态的政策" in client.get("/policies/?state=withdrawn").text
    assert "执行中的" in client.get("/policies/").text
