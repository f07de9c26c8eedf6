"""Ending aid is its own act: proposed with names, approved by another, undone in one step."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from huimin.holders.change_person import end_eligibility
from huimin.holders.endings import decide_ending
from huimin.holders.endings.draft_ending import match_list
from huimin.holders.endings.end_list import EndList, EndRow, read_end_list
from huimin.holders.pages import ending as ending_page
from huimin.holders.people import eligibilities_of
from huimin.instance import Instance
from tests.holders.test_register_pages import book_of, register, upload, village_code
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_terminal
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.registers import register_row
from tests.making.sales import make_redemption, make_reversal
from tests.making.staff import csrf_of

TODAY = date(2026, 10, 31)


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def with_card(instance: Instance, name: str, **over: Any) -> dict[str, Any]:
    holder = make_holder(instance, name=name, division_code=village_code(), family=(), **over)
    return {**holder, "card": make_card(instance, holder)}


def last_days(instance: Instance, *holders: dict[str, Any]) -> list[str | None]:
    def look(tx: Any) -> list[str | None]:
        return [one["ends_on"] for h in holders for one in eligibilities_of(tx, h["id"])]

    return instance.engine.read(look)


def events(instance: Instance, holder: dict[str, Any]) -> list[str]:
    def look(tx: Any) -> list[str]:
        rows = tx.connection.execute("SELECT action, subject_id FROM audit_event ORDER BY id")
        return [row["action"] for row in rows.fetchall() if row["subject_id"] == holder["id"]]

    return instance.engine.read(look)


def end_list(
    *rows: list[Any], head: tuple[str, ...] = ("姓名", "身份证号码", "死亡日期", "备注")
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "死亡"
    sheet.append(["十月死亡人员名单"])
    sheet.append(list(head))
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send_list(client: Any, content: bytes, name: str = "十月死亡.xlsx", **form: str) -> Any:
    data = {"csrf_token": csrf_of(client, "/account"), "file": (io.BytesIO(content), name)}
    wanted = {"cause": "died", **form}
    return client.post("/endings/", data={**data, **wanted}, content_type="multipart/form-data")


def propose(office: Office, client: Any, address: str, *chosen: int, **form: str) -> Any:
    wanted = {"act": "propose", "first": "1", "last": "200", "reason": "民政十月名单"}
    return office.post(client, address, chosen=[str(one) for one in chosen], **{**wanted, **form})


def draft_of_register(office: Office, client: Any, content: bytes) -> str:
    checked = upload(office, client, content).headers["Location"]
    return str(office.post(client, f"{checked}/ending").headers["Location"])


@pytest.mark.both_engines
def test_a_register_ends_nobody_until_another_person_approves_and_one_step_undoes_it(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    gone = with_card(instance, "钱不在")
    limited = with_card(instance, "孙有期", entitled=(date(2023, 3, 1), date(2027, 12, 31)))
    spared = with_card(instance, "李留下")
    content = register(tmp_path, register_row(name="新来人", kind="低保"))
    first, second = office.client(), office.client()
    checked = upload(office, first, content).headers["Location"]
    page = first.get(checked).text
    assert "提出结束这 3 项保障" in page and 'name="end_missing"' not in page
    # What the old form sent ends nobody's aid any more.
    office.post(first, f"{checked}/import", end_missing="1", end_from="2026-11-01")
    instance.jobs.wait()
    assert last_days(instance, gone, limited, spared) == [None, "2027-12-31", None]
    draft = office.post(first, f"{checked}/ending").headers["Location"]
    assert office.post(first, f"{checked}/ending").headers["Location"] == draft, "one draft"
    page = first.get(draft).text
    assert "钱*在" in page and "钱不在" not in page and gone["card"]["number"][-4:] in page
    assert len(re.findall("<input checked", page)) == 3
    assert "可能只是全部的一部分" in page, "three of four are missing"
    chosen = [
        int(place)
        for name in ("钱*在", "孙*期")
        for place in re.findall(rf'value="(\d+)" aria-label="勾选 {re.escape(name)}"', page)
    ]
    nothing = propose(office, first, draft)
    assert nothing.status_code == 422 and "没有勾选任何人" in nothing.text
    no_reason = propose(office, first, draft, *chosen, last_day="2026-10-31", reason="")
    assert no_reason.status_code == 422
    assert propose(office, first, draft, *chosen, last_day="2026-10-31").status_code == 302
    own = office.post(first, f"{draft}/decision", act="approve")
    assert own.status_code == 422 and "另一位" in own.text
    assert last_days(instance, gone, limited, spared) == [None, "2027-12-31", None]
    assert "份结束保障的提议待审批" in second.get("/today").text
    assert "结束 2 人的 2 项保障" in second.get(draft).text
    assert office.post(second, f"{draft}/decision", act="approve").status_code == 302
    assert last_days(instance, gone, limited, spared) == ["2026-10-31", "2026-10-31", None]
    assert office.post(second, f"{draft}/decision", act="approve").status_code == 422
    notice = second.get(f"{draft}/notice").text
    assert "清水村" in notice and "钱*在" in notice and "李*下" not in notice
    cells = [
        c for row in book_of(second.get(f"{draft}/notice?format=xlsx")).active.values for c in row
    ]
    assert "孙*期" in cells and "孙有期" not in cells
    # Somebody has decided otherwise on one of them in the meantime: undoing leaves that alone.
    kind = instance.engine.read(lambda tx: eligibilities_of(tx, gone["id"]))[0]
    instance.engine.write(
        lambda tx: end_eligibility(
            tx,
            gone["id"],
            kind["id"],
            ends_on=date(2026, 12, 31),
            reason="改",
            now=instance.clock(),
            actor="x",
        )
    )
    assert office.post(first, f"{draft}/decision", act="undo").status_code == 422, "no reason"
    office.post(first, f"{draft}/decision", act="undo", reason="名册不全")
    assert last_days(instance, gone, limited, spared) == ["2026-12-31", "2027-12-31", None]
    page = first.get(draft).text
    assert "结束后又有改动，没有恢复" in page and "已恢复 1 项" in page
    assert events(instance, limited)[-2:] == [
        "holder.eligibility_ended",
        "holder.eligibility_restored",
    ]
    assert first.get(f"/holders/{limited['id']}").status_code == 200
    assert first.get(f"{draft}/notice").status_code == 404
    assert office.post(first, f"{draft}/decision", act="undo", reason="再").status_code == 422


def test_a_register_of_which_a_sheet_or_a_row_was_left_out_ends_nobody(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    gone = with_card(instance, "钱不在")
    book = openpyxl.load_workbook(
        io.BytesIO(register(tmp_path, register_row(name="新来人", kind="低保")))
    )
    other = book.create_sheet("农村低保")
    other.append(["这一张没有表头", "里面有人"])
    out = io.BytesIO()
    book.save(out)
    wrong = register(
        tmp_path, register_row(kind="低保"), register_row(id_number="512022195603080012")
    )
    client = office.client()
    for content in (out.getvalue(), wrong):
        checked = upload(office, client, content).headers["Location"]
        page = client.get(checked).text
        assert "不能据此结束任何人的保障" in page and f"{checked}/ending" not in page
        refused = office.post(client, f"{checked}/ending")
        assert refused.status_code == 422 and "不能据此结束任何人的保障" in refused.text
    assert "农村低保" in client.get(checked).text or "需要修改的行" in client.get(checked).text
    assert last_days(instance, gone) == [None]


def test_whoever_stands_in_another_register_keeps_the_aid(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    numbers = [id_number(), id_number()]
    people = [with_card(instance, "钱在别册", id_number=number) for number in numbers]
    gone = with_card(instance, "孙不在")
    client, second = office.client(), office.client()
    one_of_three = register(tmp_path, register_row(name="新来人", kind="低保"))

    def import_with(number: str) -> None:
        rows = register(tmp_path, register_row(name="钱在别册", id_number=number, kind="低保"))
        checked = upload(office, client, rows, "另一份.xlsx").headers["Location"]
        office.post(client, f"{checked}/import")
        instance.jobs.wait()

    checked = upload(office, client, one_of_three).headers["Location"]
    import_with(numbers[0])
    draft = office.post(client, f"{checked}/ending").headers["Location"]
    page = client.get(draft).text
    assert "在另一份名册里，没有列入" in page and "2 人，2 项保障" in page
    propose(office, client, draft, 1, 2, last_day="2026-10-31")
    import_with(numbers[1])
    office.post(second, f"{draft}/decision", act="approve")
    assert last_days(instance, *people, gone) == [None, None, "2026-10-31"]


def test_a_list_of_deaths_is_matched_and_shows_the_sales_after_the_day(
    office: Office, instance: Instance, clock: Any
) -> None:
    numbers = [id_number() for _ in range(4)]
    dead = with_card(instance, "钱去了", id_number=numbers[0])
    other = with_card(instance, "孙同名", id_number=numbers[1])
    ended = with_card(
        instance, "李早停", id_number=numbers[2], entitled=(date(2023, 1, 1), date(2026, 9, 30))
    )
    make_policy(instance)
    _, key = make_terminal(instance)
    sale = make_redemption(instance, dead["card"], key, amount_fen=10_000)
    make_redemption(instance, dead["card"], key, amount_fen=5_000)
    make_reversal(instance, sale["id"], key)
    clock.advance(days=2)
    content = end_list(
        ["钱去了", numbers[0], "2026-10-30", "病故"],
        ["钱去了", numbers[0], "2026-10-30", ""],
        ["别的人", numbers[1], "2026-10-29", ""],
        ["李早停", numbers[2], "2026-10-29", ""],
        ["没有他", numbers[3], "2026-10-29", ""],
        ["号不对", "512022195603080012", "2026-10-29", ""],
        ["日不对", id_number(), "2026-13-29", ""],
        ["恢复了", id_number(), "", "已恢复享受"],
        ["合计", "", "", ""],
    )
    client, second = office.client(), office.client()
    address = send_list(client, content).headers["Location"]
    page = client.get(address).text
    assert "钱*了" in page and "1 人，1 项保障" in page
    assert "2 笔，原价 ¥50.00" in page
    for why in (
        "同一个人在 死亡 3 已有",
        "登记的姓名是“孙*名”",
        "没有还在享受的保障",
        "系统里没有这个身份证号码的持卡人",
        "校验码不对",
        "没有这一天",
        "备注写着恢复",
        "合计",
    ):
        assert why in page, why
    assert numbers[0] not in page and "没有他" not in page
    left = book_of(client.get(f"{address}/left")).active.values
    assert any("没*他" in row and "系统里没有这个身份证号码的持卡人" in row for row in left)
    assert office.post(second, f"{address}/decision", act="continue").status_code == 404
    assert 'name="last_day"' not in page
    assert propose(office, client, address, 1).status_code == 302
    office.post(second, f"{address}/decision", act="approve")
    assert last_days(instance, dead, other, ended) == ["2026-10-30", None, "2026-09-30"]
    verified = office.app.test_client().post(
        "/api/v1/cards/verify",
        json={"card": dead["card"]["token"]},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert verified.json["code"] == "not_entitled"


def test_what_changed_since_it_was_proposed_is_left_alone_and_named(
    office: Office, instance: Instance
) -> None:
    number = id_number()
    person = with_card(instance, "钱变了", id_number=number)
    client, second = office.client(), office.client()
    listed = end_list(["钱变了", number, "", ""])
    address = send_list(client, listed, cause="stopped", kind="dibao").headers["Location"]
    missing_day = propose(office, client, address, 1)
    assert missing_day.status_code == 422 and "最后一天" in missing_day.text
    propose(office, client, address, 1, last_day="2026-10-31")
    kind = instance.engine.read(lambda tx: eligibilities_of(tx, person["id"]))[0]
    instance.engine.write(
        lambda tx: end_eligibility(
            tx,
            person["id"],
            kind["id"],
            ends_on=date(2026, 12, 31),
            reason="改",
            now=instance.clock(),
            actor="x",
        )
    )
    office.post(second, f"{address}/decision", act="approve")
    assert last_days(instance, person) == ["2026-12-31"]
    assert "提出后已另有改动，没有动" in second.get(address).text


def test_what_a_stopped_server_left_is_finished_or_undone(
    office: Office, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide_ending, "PART", 2)
    numbers = [id_number() for _ in range(5)]
    people = [with_card(instance, "钱去了", id_number=number) for number in numbers]
    client = office.client()
    content = end_list(*[["钱去了", number, "2026-10-30", ""] for number in numbers])
    by = {"now": instance.clock(), "actor": "another"}
    for finishing in ("continue", "undo"):
        address = send_list(client, content).headers["Location"]
        ending_id = address.rpartition("/")[2]
        propose(office, client, address, *range(1, 6))
        approve, end = decide_ending.approve_ending, decide_ending.end_some
        instance.engine.write(lambda tx: approve(tx, ending_id, four_eyes=True, **by))  # noqa: B023
        # The server stops after the first part.
        assert instance.engine.write(lambda tx: end(tx, ending_id, **by)) == 2  # noqa: B023
        assert last_days(instance, *people).count("2026-10-30") == 2
        assert "还有 3 项没有写完" in client.get(address).text
        if finishing == "continue":
            office.post(client, f"{address}/decision", act="continue")
            assert last_days(instance, *people) == ["2026-10-30"] * 5
            assert "没有写完" not in client.get(address).text
        office.post(client, f"{address}/decision", act="undo", reason="弄错了")
        assert last_days(instance, *people) == [None] * 5


def test_a_long_list_is_ticked_page_by_page(
    office: Office, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending_page, "PAGE_ROWS", 2)
    numbers = [id_number() for _ in range(5)]
    people = [with_card(instance, "钱去了", id_number=number) for number in numbers]
    client, second = office.client(), office.client()
    content = end_list(*[["钱去了", number, "2026-10-30", ""] for number in numbers])
    address = send_list(client, content).headers["Location"]
    saved = office.post(client, address, act="next", first="1", last="2", chosen="2")
    page = client.get(saved.headers["Location"]).text
    assert re.findall(r'name="chosen" value="(\d+)"', page) == ["3", "4"]
    # Of the page that is sent, nothing is ticked; the others stay as they were.
    proposed = office.post(
        client, address, act="propose", first="3", last="4", chosen=["1", "99"], reason="名单"
    )
    assert proposed.status_code == 302
    office.post(second, f"{address}/decision", act="approve")
    assert sorted(map(str, last_days(instance, *people))) == ["2026-10-30"] * 2 + ["None"] * 3


def test_a_proposal_is_rejected_or_withdrawn_without_a_trace_on_people(
    office: Office, instance: Instance
) -> None:
    number = id_number()
    person = with_card(instance, "钱还在", id_number=number)
    client, second = office.client(), office.client()
    content = end_list(["钱还在", number, "2026-10-30", ""])
    rejected = send_list(client, content).headers["Location"]
    propose(office, client, rejected, 1)
    assert office.post(second, f"{rejected}/decision", act="reject").status_code == 422
    office.post(second, f"{rejected}/decision", act="reject", reason="人还在")
    assert "人还在" in client.get(rejected).text
    withdrawn = send_list(client, content).headers["Location"]
    office.post(client, withdrawn, act="withdraw")
    assert office.post(client, withdrawn, act="withdraw").status_code == 422
    assert last_days(instance, person) == [None]
    listed = client.get("/endings/").text
    assert "不予通过" in listed and "已撤回" in listed
    assert client.get("/endings/?format=xlsx").data[:2] == b"PK"
    for role, code in (("auditor", 200), ("registrar", 403), ("cashier", 403)):
        assert office.client(role).get("/endings/").status_code == code
    auditor = office.client("auditor")
    assert office.post(auditor, f"{rejected}/decision", act="approve").status_code == 403
    assert auditor.get(rejected).status_code == 200
    assert send_list(client, b"x", "photo.png").status_code == 422
    assert send_list(client, content, cause="").status_code == 422
    assert send_list(client, end_list(["a", "b"], head=("甲", "乙"))).status_code == 422


HEADS = {
    ("死者姓名", "死者身份证号", "去世日期"): "died",
    ("姓名", "公民身份号码", "变动类型"): "stopped",
    ("序号", "姓名", "身份证号"): "stopped",
}


@pytest.mark.parametrize("head", HEADS)
def test_lists_of_ends_are_read_as_offices_write_them(
    head: tuple[str, ...], tmp_path: Path
) -> None:
    number = id_number()
    cells = {"去世日期": "2026年10月", "变动类型": "减少", "序号": 1}
    row = [cells.get(one, number if "号" in one else "钱去了") for one in head]
    path = tmp_path / "list.xlsx"
    path.write_bytes(end_list(row, head=head))
    listing = read_end_list(path, cause=HEADS[head], kind=None, today=TODAY)
    (only,) = listing.rows
    assert (only.name, only.id_number, only.cause) == ("钱去了", number, HEADS[head])
    assert only.last_day == (date(2026, 10, 31) if "去世日期" in head else None)


def test_a_second_table_of_a_list_has_its_own_columns(tmp_path: Path) -> None:
    numbers = [id_number(), id_number()]
    path = tmp_path / "list.xlsx"
    path.write_bytes(
        end_list(
            ["钱去了", numbers[0], "2026-10-01", ""],
            ["迁出人员", "", "", ""],
            ["身份证号码", "姓名", "备注", "迁出日期"],
            [numbers[1], "孙走了", "已迁出", "2026-10-02"],
        )
    )
    listing = read_end_list(path, cause="died", kind=None, today=TODAY)
    assert [(one.name, one.cause, one.last_day) for one in listing.rows] == [
        ("钱去了", "died", date(2026, 10, 1)),
        ("孙走了", "moved", date(2026, 10, 2)),
    ]


def test_a_list_says_of_each_row_what_ends(tmp_path: Path) -> None:
    head = ("姓名", "身份证号码", "保障类别", "状态", "停保日期", "备注")
    rows = {
        "停低保": ["停发低保", "停保", "2026-09", ""],
        "迁出了": ["低保", "停保", "", "本人已迁出"],
        "新增的": ["低保", "新增", "", ""],
        "拟停的": ["低保", "拟停保", "", ""],
        "看不懂": ["低保", "丙", "", ""],
        "两类人": ["低保残疾", "", "2026-09-30", ""],
        "户主谁": ["低保", "", "2026-09-30", "户主2021年死亡"],
    }
    path = tmp_path / "list.xlsx"
    path.write_bytes(
        end_list(*[[name, id_number(), *cells] for name, cells in rows.items()], head=head)
    )
    listing = read_end_list(path, cause="stopped", kind=None, today=TODAY)
    read = {one.name: (one.cause, one.kinds) for one in listing.rows}
    assert read == {
        "停低保": ("stopped", ("dibao",)),
        "迁出了": ("moved", None),
        "两类人": ("stopped", ("dibao", "disability")),
    }
    assert [one.row for one in listing.left] == [5, 6, 7, 9]


class Title(str):
    """The title of a sheet that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Title.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_long_list_is_matched_in_a_read_with_one_look_for_each_row(instance: Instance) -> None:
    rows = 300
    listing = EndList(
        [
            EndRow(Title(title), row, "没有他", id_number(), "died", None, None)
            for title in ("甲", "乙")
            for row in range(1, rows + 1)
        ]
    )
    matched = instance.engine.read(
        lambda tx: match_list(tx, instance.personal_data, listing, now=instance.clock())
    )
    places = [(one.sheet, one.row) for one in matched.left]
    assert places == [(title, row) for title in ("甲", "乙") for row in range(1, rows + 1)]
    assert Title.compared <= 10 * len(places)
