"""Policies in the browser: drafted, tried, approved by a second, published, succeeded."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.house import House
from tests.making.office import Office
from tests.making.policies import make_policy


@pytest.fixture
def office(app: Any, house: House) -> Office:
    return Office(app, house)


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
        "excluded": "tobacco、alcohol",
        **over,
    }


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
    assert "份优惠政策还没有发布" in second.get("/today").text
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


def test_a_tie_is_refused_and_auditors_only_read(office: Office, house: House) -> None:
    make_policy(house)
    client, auditor = office.client(), office.client("auditor")
    tie = office.post(client, "/policies/new", **draft(code="another"))
    assert tie.status_code == 422
    assert auditor.get("/policies/").status_code == 200
    assert office.post(auditor, "/policies/new", **draft()).status_code == 403
    assert client.get("/policies/unknown").status_code == 404
