"""Registers by machine: a scoped key, a dry run, exactly that imported, endings left to people."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.holders.people import eligibilities_of, find_by_id_number
from huimin.holders.registers.tokens import (
    end_register_token,
    make_register_token,
    register_token_by_id,
    register_tokens_before,
)
from huimin.instance import Instance
from tests.division_changes.test_changes import apply_file, change_file
from tests.holders.test_register_pages import counted, register, village_code
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.office import Office
from tests.making.registers import register_row

TOWN = village_code()[:9] + "000"


class Machine:
    """A civil-affairs system with a key."""

    def __init__(self, app: Any, instance: Instance, **about: Any) -> None:
        given = {
            "source": "民政局低保系统",
            "division_code": None,
            "may_import": True,
            "days": 30,
            "reason": "接口联调",
            **about,
        }
        by = {"now": instance.clock(), "actor": "周主任"}
        self.row, self.key = instance.engine.write(
            lambda tx: make_register_token(tx, **given, **by)
        )
        self.client, self.instance, self._keys = app.test_client(), instance, 0

    def _headers(self, key: str | None) -> dict[str, str]:
        self._keys += 1
        own = key or f"{self.row['id'][-8:]}-{self._keys}"
        return {"Authorization": f"Bearer {self.key}", "Idempotency-Key": own}

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        answer = self.client.post(f"/api/v1{path}", json=body, headers=self._headers(key))
        self.instance.jobs.wait()
        return answer

    def send_file(self, content: bytes, name: str, **form: str) -> Any:
        answer = self.client.post(
            "/api/v1/registers/files",
            data={"file": (io.BytesIO(content), name), **form},
            headers=self._headers(None),
        )
        self.instance.jobs.wait()
        return answer

    def get(self, register_id: str, **query: int) -> Any:
        return self.client.get(
            f"/api/v1/registers/{register_id}", query_string=query, headers=self._headers(None)
        )

    def check(self, *rows: dict[str, Any], **given: Any) -> Any:
        begun = self.post("/registers", {"rows": list(rows), **given})
        assert begun.status_code == 202, begun.text
        return self.get(begun.json["id"]).json

    def import_(self, checked: Any, key: str | None = None, **more: Any) -> Any:
        body = {"digest": checked["digest"], **more}
        return self.post(f"/registers/{checked['id']}/import", body, key)


@pytest.fixture
def machine(app: Any, instance: Instance) -> Machine:
    return Machine(app, instance)


def row(name: str = "黄筱平", **over: Any) -> dict[str, Any]:
    given = {
        "name": name,
        "id_number": id_number(),
        "division_code": village_code(),
        "kind": "dibao",
        "starts_on": "2026-03-01",
    }
    return {**given, **over}


def holder_of(instance: Instance, number: str) -> Any:
    return instance.engine.read(lambda tx: find_by_id_number(tx, instance.personal_data, number))


@pytest.mark.both_engines
def test_what_a_check_shows_is_what_is_imported_once(machine: Machine, instance: Instance) -> None:
    known = id_number()
    make_holder(instance, name="李登记", id_number=known, division_code=village_code(), family=())
    rows = [
        row(
            "张新人",
            person_id="A-1",
            phone="13800001234",
            family=[{"name": "王小妹", "relation": "女儿"}],
        ),
        row("李登记", id_number=known, kind="残疾", person_id="A-2"),
        row("错号码", id_number="512022195603080012", person_id="A-3"),
        row("张新人", person_id="A-4") | {"remark": "2026年5月已死亡"},
    ]
    people = counted(instance, "holder")
    checked = machine.check(*rows)
    assert (checked["kind"], checked["state"]) == ("check", "done")
    assert checked["counts"] == {
        "rows": 4,
        "accepted": 2,
        "refused": 1,
        "repeated": 0,
        "left_out": 1,
    }
    assert [(one["row"], one["person_id"]) for one in checked["new"]] == [(1, "A-1")]
    (change,) = checked["changes"]
    assert (change["row"], change["field"], change["old"]) == (2, "eligibility", None)
    assert change["new"].startswith("disability 2026-03-01")
    (refused,) = checked["refused"]
    assert (refused["row"], refused["person_id"], refused["field"]) == (3, "A-3", "id_number")
    assert refused["code"] and refused["sentence"] and refused["remedy"]
    assert [(one["row"], one["person_id"]) for one in checked["left_out"]] == [(4, "A-4")]
    assert not checked["complete"] and counted(instance, "holder") == people
    heads = {one["head"]: one["field"] for one in checked["understood"]}
    assert heads["成员1姓名"] == "name" and heads["保障类别"] == "kind"
    begun = machine.import_(checked, "once")
    assert begun.status_code == 202 and "Idempotent-Replayed" not in begun.headers
    done = machine.get(begun.json["id"]).json
    assert done["written"] == {"new": 1, "updated": 1, "unchanged": 0, "proposed": 2, "passed": 0}
    again = machine.import_(checked, "once")
    assert again.json["id"] == begun.json["id"] and again.headers["Idempotent-Replayed"] == "true"
    assert counted(instance, "holder") == people + 1
    new = holder_of(instance, rows[0]["id_number"])
    (eligibility,) = instance.engine.read(lambda tx: eligibilities_of(tx, new["id"]))
    assert (eligibility["kind"], eligibility["source"]) == ("dibao", "民政局低保系统 JSON 第 1 行")
    # Nothing of a person is in an answer, and nothing of theirs in clear on the disk.
    for text in (str(checked), str(done)):
        assert known not in text and "13800001234" not in text and "李登记" not in text
    other = machine.import_(checked, "another-key")
    assert (other.status_code, other.json["code"]) == (409, "register_changed")


@pytest.mark.both_engines
def test_a_county_that_has_changed_since_refuses_and_names_the_row(
    machine: Machine, instance: Instance
) -> None:
    wanted = [row("甲一"), row("乙二")]
    checked = machine.check(*wanted)
    make_holder(
        instance, name="乙二", id_number=wanted[1]["id_number"], division_code=village_code()
    )
    refused = machine.import_(checked)
    assert (refused.status_code, refused.json["code"]) == (409, "register_changed")
    assert [error["field"] for error in refused.json["errors"]] == ["JSON 2"]
    assert holder_of(instance, wanted[0]["id_number"]) is None, "nothing at all is written"
    assert machine.import_({**checked, "digest": "0" * 64}).json["code"] == "register_digest_other"


def test_a_towns_key_enters_and_changes_nobody_of_another_town(
    app: Any, instance: Instance
) -> None:
    town = Machine(app, instance, division_code=TOWN)
    elsewhere = make_holder(instance, name="别处人", id_number=id_number(), family=())
    assert elsewhere["division_code"][:9] != TOWN[:9]
    number = instance.engine.read(
        lambda tx: instance.personal_data.value(
            find_holder(tx, elsewhere["id"]), "holder.id_number"
        )
    )
    rows = [
        row("本镇人"),
        row("外镇人", division_code=elsewhere["division_code"]),
        row("别处人", id_number=number),
    ]
    checked = town.check(*rows)
    codes = [(one["row"], one["code"]) for one in checked["refused"]]
    assert codes == [(2, "town_outside_scope"), (3, "person_outside_scope")]
    assert [one["row"] for one in checked["new"]] == [1] and not checked["changes"]
    town.import_(checked)
    assert holder_of(instance, rows[1]["id_number"]) is None
    assert holder_of(instance, number)["division_code"] == elsewhere["division_code"]
    mine = Machine(app, instance, source="另一个系统")
    assert mine.get(checked["id"]).status_code == 404, "each token sees its own alone"


def test_a_towns_key_goes_along_when_the_town_gets_another_code(
    app: Any, instance: Instance, tmp_path: Path
) -> None:
    old, new, today = "512022204000", "512022190000", instance.clock().date().isoformat()
    key = Machine(app, instance, division_code=old)
    apply_file(instance, change_file(tmp_path, [today, "更名", old, "", new, "双河场镇"]))
    checked = key.check(row("本镇人", division_code=f"{new[:9]}203"), row("外镇人"))
    assert [(one["row"], one["code"]) for one in checked["refused"]] == [(2, "town_outside_scope")]
    assert [one["row"] for one in checked["new"]] == [1]
    shown = instance.engine.read(lambda tx: register_token_by_id(tx, key.row["id"]))
    assert shown["division_name"] == "双河场镇"


def find_holder(tx: Any, holder_id: str) -> Any:
    rows = tx.connection.execute("SELECT * FROM holder")
    return next(one for one in rows.fetchall() if one["id"] == holder_id)


def test_unknown_ended_and_expired_keys_are_answered_alike(
    app: Any, instance: Instance, clock: Any
) -> None:
    machine = Machine(app, instance)
    good = machine.key
    answers = [machine.get("no-such-register")]
    assert answers.pop().status_code == 404
    for key in ("hmr_wrong", "", "x" * 5_000):
        machine.key = key
        answers.append(machine.get("no-such-register"))
    machine.key = good
    by = {"now": instance.clock(), "actor": "周主任"}
    instance.engine.write(
        lambda tx: end_register_token(tx, machine.row["id"], reason="换系统", **by)
    )
    answers.append(machine.get("no-such-register"))
    later = Machine(app, instance, days=1)
    clock.now += timedelta(days=2)
    answers.append(later.get("no-such-register"))
    assert {(one.status_code, one.data) for one in answers} == {(401, answers[0].data)}
    stored = Path(instance.settings.folder)
    assert all(good.encode() not in p.read_bytes() for p in stored.rglob("*") if p.is_file())


def test_a_key_that_may_only_check_imports_nothing(app: Any, instance: Instance) -> None:
    machine = Machine(app, instance, may_import=False)
    checked = machine.check(row())
    refused = machine.import_(checked)
    assert (refused.status_code, refused.json["code"]) == (403, "register_check_only")


def test_a_file_is_read_as_an_upload_is(
    machine: Machine, instance: Instance, tmp_path: Path
) -> None:
    content = register(tmp_path, register_row(name="文件人"), register_row(name="第二人"))
    checked = machine.get(machine.send_file(content, "低保.xlsx").json["id"]).json
    assert checked["file"] == "低保.xlsx" and checked["counts"]["accepted"] == 2
    assert machine.get(machine.import_(checked).json["id"]).json["written"]["new"] == 2
    assert machine.send_file(content, "低保.exe").status_code == 422
    broken = machine.get(machine.send_file(b"PK\x03\x04 nothing", "坏.xlsx").json["id"]).json
    assert broken["state"] == "failed" and broken["failure"]["errors"][0]["field"] == "file"


def test_who_is_missing_becomes_a_draft_that_people_decide(
    app: Any, machine: Machine, instance: Instance
) -> None:
    stays, gone = (
        make_holder(instance, name=name, id_number=id_number(), division_code=village_code())
        for name in ("还在人", "不在人")
    )
    for one in (stays, gone):
        make_card(instance, one)
    number = instance.engine.read(
        lambda tx: instance.personal_data.value(find_holder(tx, stays["id"]), "holder.id_number")
    )
    wanted = row("还在人", id_number=number)
    bad = machine.check(wanted, row("错号码", id_number="512022195603080012"))
    refused = machine.import_(bad, propose_endings=True)
    assert refused.status_code == 422, "never while anything was refused"
    assert refused.json["errors"][0]["field"] == "propose_endings"
    checked = machine.check(wanted)
    done = machine.get(machine.import_(checked, propose_endings=True).json["id"]).json
    assert done["ending"]["eligibilities"] == 1
    ends = instance.engine.read(lambda tx: eligibilities_of(tx, gone["id"]))
    assert [one["ends_on"] for one in ends] == [None], "a draft ends nothing"
    page = Office(app, instance).client().get(f"/endings/{done['ending']['id']}").text
    assert "不*人" in page and "还*人" not in page


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rows": []}, "rows"),
        ({"rows": [{"name": "张三"}]}, "rows.0.id_number"),
        ({"rows": [{"name": "张三", "id_number": "1", "who": 1}]}, "rows.0.who"),
        ({"rows": [{"name": "张" * 61, "id_number": "1"}]}, "rows.0.name"),
        ({"rows": [row()], "town": 3}, "town"),
    ],
)
def test_what_is_no_register_is_refused_by_field(
    machine: Machine, body: dict[str, Any], field: str
) -> None:
    refused = machine.post("/registers", body)
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_input")
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_an_administrator_makes_a_key_sees_its_use_and_ends_it(
    app: Any, instance: Instance
) -> None:
    office = Office(app, instance)
    client = office.client()
    wrong = office.post(client, "/register-tokens/", source="", days="0", may_import="1")
    assert wrong.status_code == 422
    made = office.post(
        client,
        "/register-tokens/",
        source="残联系统",
        division=TOWN,
        may_import="1",
        days="30",
        reason="残联每月送名册",
    )
    (key,) = re.findall(r"<code>(hmr_[\w-]{43})</code>", made.text)
    row = instance.engine.read(lambda tx: register_tokens_before(tx, None, "~", 1))[0]
    address = f"/register-tokens/{row['id']}"
    assert key not in client.get(address).text, "it is shown once"
    headers = {"Authorization": f"Bearer {key}"}
    till = app.test_client()
    assert till.get("/api/v1/registers/none", headers=headers).status_code == 404
    assert till.get("/api/v1/terminal", headers=headers).status_code == 401, "it is no till's key"
    listed = client.get("/register-tokens/").text
    assert "残联系统" in listed and "高寺镇" in listed
    assert "还没有用过" not in client.get(address).text
    assert office.post(client, f"{address}/end", reason="").status_code == 422
    assert office.post(client, f"{address}/end", reason="换系统").status_code == 302
    assert "换系统" in client.get(address).text
    assert till.get("/api/v1/registers/none", headers=headers).status_code == 401
    registrar = office.client("registrar", division_code=TOWN)
    assert registrar.get("/register-tokens/").status_code == 403
