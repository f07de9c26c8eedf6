"""The administrator's pages of divisions: a list is sent, shown, approved by another."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from tests.division_changes.test_changes import MERGED_A, MERGED_B, change_file
from tests.making.holders import make_holder
from tests.making.office import Office
from tests.making.staff import csrf_of


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def upload(client: Any, path: Path) -> Any:
    data = {"csrf_token": csrf_of(client, "/account"), "file": (path.open("rb"), path.name)}
    return client.post("/divisions/changes/", data=data, content_type="multipart/form-data")


def text(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.text)


@pytest.mark.both_engines
def test_a_list_is_sent_shown_and_approved_by_another(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    person = make_holder(instance, division_code=MERGED_A, name="邓桂英")
    li, wang = office.client(), office.client()
    refused = upload(
        li, change_file(tmp_path, ["2026-10-31", "撤并", "512022204999", "", MERGED_B, ""])
    )
    assert refused.status_code == 422 and "512022204999" in unescape(refused.text)
    sent = upload(li, change_file(tmp_path, ["2026-10-31", "撤并", MERGED_A, "", MERGED_B, ""]))
    assert sent.status_code == 302
    address = sent.location
    page = text(li, address)
    assert "两河口村村民委员会" in page and "1 人" in page and "由另一位工作人员审批" in page
    moving = li.get(f"{address}?format=xlsx")
    assert moving.status_code == 200 and moving.data[:2] == b"PK"
    assert office.post(li, address, act="approve").status_code == 422
    assert "1 份待审批" in text(wang, "/divisions/")
    assert office.post(wang, address, act="approve").status_code == 302
    assert "已生效" in text(wang, address)
    # The old name finds what it is now, the pickers offer only what lives.
    found = text(wang, "/divisions/?text=两河口")
    assert "海慧寺村村民委员会" in found
    assert "海慧寺村村民委员会" not in text(wang, "/divisions/?text=海_寺"), (
        "no pattern of the database"
    )
    assert "海慧寺村村民委员会" in text(wang, f"/divisions/?text={MERGED_B[:10]}")
    one = text(wang, f"/divisions/{MERGED_A}")
    assert "已不再用" in one and "海慧寺村村民委员会" in one and "撤并区划" in one
    # Whoever went along reads it in their own history.
    history = text(wang, f"/holders/{person['id']}").partition('class="history"')[2]
    assert "撤并区划：两河口村村民委员会 → 海慧寺村村民委员会" in history
    offered = text(wang, "/holders/new")
    assert "海慧寺村村民委员会" in offered
    assert ">双河场乡 · 两河口村" not in offered and MERGED_A not in offered
    # A typed choice finds it by that name as well (tests/browser/test_typed_choice.py).
    former = re.search(
        f'value="{MERGED_B}"[^>]*data-former="([^"]*)"', wang.get("/holders/new").text
    )
    assert former and json.loads(unescape(former[1])) == ["双河场乡 · 两河口村村民委员会"]
    assert li.get("/divisions/512022204999").status_code == 404
    assert io.BytesIO(wang.get("/divisions/?format=xlsx").data).read(2) == b"PK"
