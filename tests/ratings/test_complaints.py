"""A complaint is settled step by step, and the reporter follows it by the receipt."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.ratings.complaints import answer_complaint, close_complaint, note_complaint
from huimin.ratings.judgement import Judgement
from huimin.storage.engine import StorageProblem
from tests.conftest import FixedClock
from tests.making.ratings import make_rating, receipt_of, send_judgement
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={}, name="天池平价超市")


def complaint_of(instance: Instance) -> dict[str, Any]:
    sql = "SELECT * FROM complaint"
    return instance.engine.read(lambda tx: dict(tx.connection.execute(sql).fetchone()))


@pytest.mark.both_engines
def test_from_no_to_an_answer(app: Any, till: ApiTill, clock: FixedClock) -> None:
    path, reporter = receipt_of(till.redeem(cashier="收银员03").json), app.test_client()
    send_judgement(reporter, path, given="no", stars="1", words="没有打折")
    complaint = complaint_of(till.instance)
    # Ten working days from Saturday 31 October 2026.
    assert complaint["due_on"] == "2026-11-13"
    assert "2026年11月13日" in reporter.get(path).text
    office = app.test_client()
    administrator = make_staff(till.instance)["username"]
    sign_in(office, administrator)
    assert "份投诉等待答复" in office.get("/today").text
    address = f"/complaints/{complaint['id']}"
    page = office.get(address).text
    for part in ("没有打折", "¥128.00", "¥117.76", "收银员03", "记录完好", "天池平价超市"):
        assert part in page
    assert "黄" not in page and till.card["number"] not in page

    def step(**form: str) -> Any:
        return office.post(address, data={"csrf_token": csrf_of(office, address), **form})

    assert step(act="note", text="\0\u200b").status_code == 422
    assert step(act="note", text="已给店长打电话").status_code == 302
    for _press in range(2):
        assert step(act="answer", text="正在查当天的小票").status_code == 302
    assert step(act="due", text="店里停业", due_on="2026-11-12").status_code == 422
    assert step(act="due", text="店里停业", due_on="2026-11-20").status_code == 302
    assert step(act="result", text="店里认错", result="").status_code == 422
    page = reporter.get(path).text
    assert page.count("正在查当天的小票") == 1 and "2026年11月20日" in page
    assert "店长打电话" not in page
    clock.advance(days=21)
    sign_in(office, administrator)
    assert "份投诉过了答复期限" in office.get("/today").text
    assert "已过期" in office.get("/complaints/?late=1").text
    assert step(act="result", text="已退差价", result="upheld").status_code == 302
    page = reporter.get(path).text
    assert "结果：属实" in page and "已退差价" in page
    late = step(act="note", text="再记一句")
    # Somebody was quicker: what was typed is not lost without a word.
    assert late.status_code == 409 and "没有记下的话" in late.text and "再记一句" in late.text
    assert "投诉" not in office.get("/today").text.partition("<main")[2]


def test_who_may_settle(app: Any, till: ApiTill) -> None:
    send_judgement(app.test_client(), receipt_of(till.redeem().json), given="no", stars="1")
    address = f"/complaints/{complaint_of(till.instance)['id']}"
    own = make_staff(till.instance, "merchant_manager", merchant_id=till.outlet["merchant_id"])
    for who, reads, settles in (
        (own, 403, 403),
        (make_staff(till.instance, "registrar"), 403, 403),
        (make_staff(till.instance, "auditor"), 200, 403),
        (make_staff(till.instance), 200, 302),
    ):
        client = app.test_client()
        sign_in(client, who["username"])
        assert client.get(address).status_code == reads
        form = {"csrf_token": csrf_of(client, "/account"), "act": "note", "text": "看过"}
        assert client.post(address, data=form).status_code == settles
        assert client.post("/complaints/none", data=form).status_code in (403, 404)


def test_steps_stay_as_they_are(instance: Instance, client: Any) -> None:
    till = make_till(client, instance, policy={})
    make_rating(instance, till.redeem().json, Judgement("in_part", 2, "少给了"))
    complaint, by = complaint_of(instance), {"now": instance.clock(), "actor": "a"}

    def act(work: Any, **more: Any) -> None:
        instance.engine.write(
            lambda tx: work(tx, instance.personal_data, complaint["id"], **more, **by)
        )

    act(note_complaint, text="看过")
    with pytest.raises(FieldProblems):
        act(note_complaint, text="字" * 501)
    act(close_complaint, text="查实", result="upheld")
    with pytest.raises(Refusal, match="complaint_closed"):
        act(close_complaint, text="又查", result="not_upheld")
    for sql in ("UPDATE complaint_step SET kind = 'note'", "DELETE FROM rating"):
        with pytest.raises(Exception, match="append-only") as refused:
            instance.engine.write(lambda tx, sql=sql: tx.connection.execute(sql))
        assert not isinstance(refused.value, StorageProblem) or "append-only" in str(refused.value)


def test_words_that_no_key_opens_are_said_to_be_unreadable_and_the_rest_is_there(
    app: Any, till: ApiTill
) -> None:
    path = receipt_of(till.redeem().json)
    writer = app.test_client()
    send_judgement(writer, path, given="no", stars="1", words="没有打折")
    instance, office = till.instance, app.test_client()
    sign_in(office, make_staff(instance)["username"])
    complaint_id = complaint_of(instance)["id"]
    address, by = f"/complaints/{complaint_id}", {"now": instance.clock(), "actor": "a"}
    steps = ("正在查", "还在查")
    for text in steps:
        instance.engine.write(
            lambda tx, text=text: answer_complaint(
                tx, instance.personal_data, complaint_id, text=text, **by
            )
        )
    lost = (
        "UPDATE complaint_words SET text_cipher = '9.' || text_cipher"
        " WHERE id = (SELECT MAX(id) FROM complaint_step)",
        "UPDATE rating_content SET words_cipher = '9.' || words_cipher",
    )
    for sql in lost:
        instance.engine.write(lambda tx, sql=sql: tx.connection.execute(sql))
    page = office.get(address)
    assert page.status_code == 200
    assert page.text.count("现有的密钥读不出这段话") == 2
    assert steps[0] in page.text and steps[1] not in page.text
    assert "现有的密钥读不出这段话" in office.get("/ratings/").text
    reporter = writer.get(path).text
    assert reporter.count("这段话现在读不出来") == 2 and steps[0] in reporter
    step = {"csrf_token": csrf_of(office, address), "act": "answer", "text": steps[1]}
    assert office.post(address, data=step).status_code == 302
    assert steps[1] in app.test_client().get(path).text
