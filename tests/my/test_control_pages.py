"""The holder's pages over HTTP: what is seen, stopped and asked; what others' ids, a member of the
family, a missing token and too many presses get."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.messages.log import messages_of
from tests.conftest import FixedClock
from tests.making.holders import make_holder
from tests.making.lost_keys import lose_the_keys
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import Phone, sign_in_to_card
from tests.making.my_card_holder import MyCard
from tests.making.office import OTHER_TOWN, UUID, Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.statements import statements_told

# Tokens, and the id in the address of the page itself.
VARIES = re.compile(f'{UUID}|(?:value|content)="[^"]+"')

KEY_REVOKED = (
    "INSERT INTO revoked_card_key (id, key_id, reason, revoked_at, revoked_by) "
    "VALUES ('1', 1, '电脑失窃', '2026-11-01T00:00:00.000Z', 'test')"
)


@pytest.fixture
def me(app: Any, instance: Instance) -> MyCard:
    make_policy(instance, cap_card_day_fen=2_000)
    return MyCard(app, instance)


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def buy(me: MyCard, **over: Any) -> str:
    outlet = make_outlet(me.instance, name="天池平价超市")
    _terminal, key = make_terminal(me.instance, outlet)
    return str(make_redemption(me.instance, me.card, key, **over)["id"])


@pytest.mark.both_engines
def test_a_holder_sees_it_all_and_nothing_shames(me: MyCard) -> None:
    sale_id = buy(me)
    client = me.client()
    page = client.get("/my/").text
    for part in ("可以用", "¥9.76", "这个月省了", "¥10.24", "天池平价超市", "张*梅", "长期有效"):
        assert part in page, part
    for part in ("低保", "黄筱平", "张小梅", me.number, me.number[-4:], "困难"):
        assert part not in page, part
    one = client.get(f"/my/purchases/{sale_id}")
    assert "本人" in one.text and "¥117.76" in one.text
    proof = re.search(r'href="(/r/[^"]+|[^"]*receipt[^"]*)"', one.text)
    assert proof and client.get(proof[1]).status_code == 200
    assert "天池平价超市" in client.get("/my/purchases").text
    paper = client.get("/my/paper").text
    assert "天池平价超市" in paper and "九二折" in paper
    for part in ("低保", "黄", "张*梅", me.card["number"], me.number, "省了"):
        assert part not in paper, part
    for address in ("/my/looks", "/my/stop", "/my/correction"):
        assert client.get(address).status_code == 200


def test_a_number_that_no_key_opens_is_not_said_to_be_missing(me: MyCard) -> None:
    me.instance.settings = replace(me.instance.settings, message_channel="file")
    client, registrar = me.client(), Office(me.app, me.instance).client()
    assert "没有登记" not in client.get("/my/see/messages").text
    lose_the_keys(me.instance)
    text = client.get("/my/see/messages").text
    assert "您登记的电话号码现在读不出来" in text and "没有登记" not in text
    office = registrar.get(f"/messages/people/{me.holder_id}").text
    assert "现有的密钥读不出这个号码" in office and "没有登记" not in office
    # Who has none is told so as before.
    me.instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE holder SET phone_cipher = NULL, phone_hash = NULL")
    )
    assert "没有登记能收短信的手机" in client.get("/my/see/messages").text


def test_a_card_is_asked_for_once(me: MyCard) -> None:
    phone, client = Phone(), me.client()
    phone.register(client)
    challenge = phone.challenge(client)
    for ask in (
        lambda: client.get("/my/see/card"),
        lambda: client.get("/my/stop"),
        lambda: phone.ask(client, challenge),
    ):
        with statements_told() as told:
            assert ask().status_code == 200
        assert [sql for sql in told if "card.number = " in sql or "FROM card WHERE id" in sql] == []
        assert len([sql for sql in told if "WHERE card.id = " in sql]) >= 1


def test_a_county_that_sends_no_messages_offers_none(me: MyCard) -> None:
    client = me.client()
    assert "现在不发短信" in client.get("/my/see/messages").text
    assert 'action="/my/messages"' not in client.get("/my/see/messages").text


def test_a_policy_of_one_kind_of_outlet_is_not_that_of_all(instance: Instance, app: Any) -> None:
    make_policy(instance, scope="kind", scope_value="pharmacy")
    page = MyCard(app, instance).client().get("/my/see/left").text
    assert "药店" in page and "所有示范点" not in page


def test_a_member_of_the_family_sees_less_and_decides_nothing(me: MyCard) -> None:
    sale_id = buy(me)
    client = me.client(member=True)
    page = client.get("/my/").text
    assert "可以用" in page and "¥9.76" in page and "天池平价超市" in page
    for part in ("消费记录", "省了多少", "停用", "优惠到什么时候", "谁看过"):
        assert part not in page, part
    for address in (
        *("/my/purchases", f"/my/purchases/{sale_id}", f"/my/purchases/{sale_id}/not-mine"),
        *("/my/stop", "/my/looks", "/my/correction", f"/my/family/{me.member_id}/end"),
    ):
        assert client.get(address).status_code == 403, address
    for address in (f"/my/purchases/{sale_id}/not-mine", "/my/stop", "/my/data", "/my/correction"):
        assert me.post(client, address).status_code == 403, address
    assert client.get("/my/paper").status_code == 200


@pytest.mark.both_engines
def test_not_mine_is_asked_answered_and_read(me: MyCard, office: Office) -> None:
    sale_id = buy(me)
    client, administrator = me.client(), office.client()
    address = f"/my/purchases/{sale_id}/not-mine"
    asked = me.post(client, address, words="那天我在医院")
    again = me.post(client, address, words="又按了一次")
    assert asked.status_code == 302 and again.location == asked.location
    own = client.get(asked.location).text
    assert "正在办理" in own and "那天我在医院" in own and "我们已经收到" in own
    assert "笔消费，持卡人说不是本人的" in administrator.get("/today").text
    request_id = asked.location.rsplit("/", 1)[-1]
    listed = administrator.get("/requests/").text
    assert request_id in listed and "黄*平" in listed and "那天我在医院" not in listed
    page = administrator.get(f"/requests/{request_id}").text
    assert "那天我在医院" in page and "天池平价超市" in page and "收回优惠 ¥10.24" in page
    assert "管理员" in client.get("/my/looks").text
    told = {"act": "accepted", "answer": "查了监控，不是您，优惠已收回。"}
    answer = office.post(administrator, f"/requests/{request_id}", **told)
    assert answer.status_code == 302
    late = office.post(administrator, f"/requests/{request_id}", **told)
    assert late.status_code == 422 and "已经由同事答复" in late.text
    own = client.get(asked.location).text
    assert "已经办好" in own and "查了监控" in own
    # Nobody brought goods back.
    assert "已由县里撤销" in client.get(f"/my/purchases/{sale_id}").text
    # They need not look every day: the answer is told, once.
    messages = me.instance.engine.read(lambda tx: messages_of(tx, me.card["holder_id"]))
    assert [one["kind"] for one in messages] == ["dispute_answered"]
    assert "¥20.00" in client.get("/my/").text, "the allowance of the day is given back"
    audit = administrator.get("/audit/").text
    assert "持卡人本人" in audit and "那天我在医院" not in audit


def test_a_registrar_corrects_and_answers_but_leaves_purchases(
    me: MyCard, office: Office, clock: FixedClock
) -> None:
    sale_id = buy(me)
    client, registrar = me.client(), office.client("registrar")
    refused = me.post(client, "/my/correction", about="", words="")
    assert refused.status_code == 422 and "请选一样" in refused.text
    asked = me.post(client, "/my/correction", about="phone", words="我换号了，138 0000 1111")
    request_id = asked.location.rsplit("/", 1)[-1]
    dispute = me.post(client, f"/my/purchases/{sale_id}/not-mine").location.rsplit("/", 1)[-1]
    said = {"act": "accepted", "answer": "换好了。"}
    assert office.post(registrar, f"/requests/{dispute}", **said).status_code == 403
    blank = office.post(registrar, f"/requests/{request_id}", act="accepted", answer=" ")
    assert blank.status_code == 422 and "请写明答复" in blank.text
    assert office.post(registrar, f"/requests/{request_id}", **said).status_code == 302
    assert "换好了。" in client.get(asked.location).text
    assert "已过期限" not in registrar.get("/requests/").text
    clock.advance(days=12)
    late = office.client("registrar").get("/requests/?overdue=1").text
    assert dispute in late and "已过期限" in late
    elsewhere = office.client("registrar", division_code=OTHER_TOWN)
    assert elsewhere.get(f"/requests/{request_id}").status_code == 404
    assert request_id not in elsewhere.get("/requests/?state=all").text
    assert office.post(elsewhere, f"/requests/{dispute}", **said).status_code == 404


def test_stopped_by_one_press_and_one_more(me: MyCard) -> None:
    client = me.client()
    assert "补一张新卡" in client.get("/my/stop").text
    first, second = me.post(client, "/my/stop"), me.post(client, "/my/stop")
    assert first.status_code == second.status_code == 302
    assert "已经停用" in client.get("/my/").text, "still signed in, and told how to go on"


def test_a_member_of_the_family_presents_it_no_longer(me: MyCard) -> None:
    member_id = me.member_id
    client, relative = me.client(), me.client(member=True)
    address = f"/my/family/{member_id}/end"
    assert "不再让 张*梅 用卡" in client.get(address).text
    assert me.post(client, address).status_code == me.post(client, address).status_code == 302
    assert "张*梅" not in client.get("/my/").text
    assert relative.get("/my/", follow_redirects=False).text.count("¥9.76") == 0


def test_what_is_another_s_is_not_there(me: MyCard, app: Any) -> None:
    other = MyCard(app, me.instance)
    sale_id, client = buy(other), me.client()
    asked = other.post(other.client(), f"/my/purchases/{sale_id}/not-mine")
    request_id = asked.location.rsplit("/", 1)[-1]
    nobodys = make_holder(me.instance)["id"]
    for theirs, none in ((sale_id, nobodys), (request_id, nobodys), (other.member_id, nobodys)):
        for form in ("/my/purchases/{}", "/my/purchases/{}/not-mine", "/my/requests/{}"):
            there, nowhere = client.get(form.format(theirs)), client.get(form.format(none))
            assert there.status_code == nowhere.status_code == 404
            said = [re.sub(VARIES, "", one.text) for one in (there, nowhere)]
            assert said[0] == said[1]
    for address in (f"/my/purchases/{sale_id}/not-mine", f"/my/family/{other.member_id}/end"):
        assert me.post(client, address).status_code == 404


@pytest.mark.parametrize("path", ["/my/stop", "/my/data", "/my/correction"])
def test_without_token_or_sign_in_nothing_happens(me: MyCard, path: str) -> None:
    assert me.client().post(path).status_code == 400
    assert me.post(me.app.test_client(), path).status_code == 401
    assert me.app.test_client().get("/my/stop").status_code == 302


def test_too_much_is_too_much(me: MyCard) -> None:
    client = me.client()
    codes = [me.post(client, "/my/data", act="text").status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]
    asked = [
        me.post(client, "/my/correction", about="other", words="x").status_code for _ in range(13)
    ]
    assert asked == [302] * 12 + [429]


def test_the_own_file_is_a_download(me: MyCard) -> None:
    buy(me)
    client = me.client()
    answer = me.post(client, "/my/data", act="text")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "¥10.24" in answer.text and me.number not in answer.text
    assert me.post(client, "/my/data", act="json").json["person"][0]["name"] == "黄筱平"


def test_a_caller_is_proved_and_guesses_end(me: MyCard, office: Office) -> None:
    registrar = office.client("registrar")
    address = f"/cards/{me.card['id']}/caller"
    assert "来电挂失" in registrar.get(f"/cards/{me.card['id']}").text
    right = {"id_last": me.number[-4:], "phone_last": "0000"}
    for _ in range(5):
        wrong = office.post(registrar, address, **{**right, "phone_last": "9999"})
        assert wrong.status_code == 422 and "对不上" in wrong.text
    assert office.post(registrar, address, **right).status_code == 429
    elsewhere = office.client("registrar", division_code=OTHER_TOWN)
    assert elsewhere.get(address).status_code == 404
    other = MyCard(me.app, me.instance)
    stopped = office.post(
        registrar, f"/cards/{other.card['id']}/caller", id_last=other.number[-4:], phone_last="0000"
    )
    assert stopped.status_code == 302
    page = registrar.get(f"/cards/{other.card['id']}").text
    assert "已挂失" in page and "来电挂失，已核对身份" in page


@pytest.mark.parametrize("state", ["lost", "expired", "not_entitled", "key_revoked"])
def test_a_card_that_no_till_takes_offers_no_code_but_says_what_to_do(
    me: MyCard, clock: FixedClock, state: str
) -> None:
    client = me.client()
    assert "用这台手机出示动态码" in client.get("/my/").text
    if state == "lost":
        assert me.post(client, "/my/stop", sure="1").status_code == 302
    sql = {
        "lost": "SELECT 1",
        "expired": "UPDATE card SET expires_on = '2020-01-01'",
        "not_entitled": "UPDATE eligibility SET ends_on = starts_on",
        "key_revoked": KEY_REVOKED,
    }[state]
    me.instance.engine.write(lambda tx: tx.connection.execute(sql))
    page = client.get("/my/").text
    section = page.partition('id="code"')[2].partition("</section>")[0]
    assert "收银台现在不收这张卡" in section and "用这台手机出示动态码" not in section
    assert "带身份证到便民服务窗口" in section


@pytest.mark.parametrize("lost", [False, True])
def test_a_card_of_a_revoked_key_is_to_be_exchanged_and_nobody_s_fault(
    me: MyCard, lost: bool
) -> None:
    """Lost as well: found again, it would still be refused."""
    client, daughter = me.client(), me.client(member=True)
    if lost:
        me.post(client, "/my/stop", sure="1")
    me.instance.engine.write(lambda tx: tx.connection.execute(KEY_REVOKED))
    for one in (client, daughter):
        card = one.get("/my/see/card").text
        assert "要换一张新卡" in card and "不影响您的优惠资格" in card
        assert "出示就有优惠" not in card and "可以恢复" not in card
        assert me.instance.settings.help_line in card
    stop = client.get("/my/stop").text
    assert "要换一张新卡" in stop and "谁都不能再用" not in stop


def test_what_was_asked_in_words_that_no_key_opens_leaves_the_rest_of_the_pages(
    me: MyCard, office: Office
) -> None:
    client = me.client()
    asked = me.post(client, "/my/correction", about="phone", words="电话换了")
    sql = "UPDATE holder_request SET words_cipher = '9.' || words_cipher"
    me.instance.engine.write(lambda tx: tx.connection.execute(sql))
    assert "看这一件" in client.get("/my/").text
    assert "这段话现在读不出来" in client.get(asked.location).text
    request_id = asked.location.rsplit("/", 1)[-1]
    page = office.client().get(f"/requests/{request_id}")
    assert page.status_code == 200 and "现有的密钥读不出这段话" in page.text


NUMBERS = (
    "UPDATE holder SET phone_cipher = '9.' || phone_cipher",
    "UPDATE holder SET id_number_cipher = '9.' || id_number_cipher",
    "UPDATE family_member SET id_number_cipher = '9.' || id_number_cipher",
)


def test_numbers_that_no_key_opens_leave_the_holder_s_pages_and_the_office_s(
    me: MyCard, office: Office
) -> None:
    """Each look and each act is answered in words, and what can't be read is never taken away."""
    client, clerk = me.client(), office.client("registrar")
    me.client(member=True)
    daughter_code = me.code(me.member_id)
    own_code, person = me.code(), f"/holders/{me.holder_id}"
    for sql in NUMBERS:
        me.instance.engine.write(lambda tx, sql=sql: tx.connection.execute(sql))  # type: ignore[misc]
    for address in ("/my/", "/my/correction", "/my/stop", "/my/purchases"):
        assert client.get(address).status_code == 200, address
    taken = me.post(client, "/my/data", act="text")
    assert taken.status_code == 200 and "有 2 处现在读不出来" in taken.text
    assert me.post(client, "/my/data", act="json").json["unreadable"] == 2
    page = clerk.get(person)
    assert page.status_code == 200 and page.text.count("现有的密钥读不出这个号码") == 2
    assert clerk.get(f"{person}/my-card").status_code == 200
    shown = office.post(clerk, f"{person}/unmask", reason="核对")
    assert shown.status_code == 200 and "完整信息" in shown.text
    asked = {"id_last": me.number[-4:], "phone_last": "0000"}
    caller = office.post(clerk, f"/cards/{me.card['id']}/caller", **asked)
    assert caller.status_code == 422, "nobody is proved by what can't be read"
    for last, code in ((me.number[-4:], own_code), (me.member_number[-4:], daughter_code)):
        answer = sign_in_to_card(me.app.test_client(), me.card["number"], last, code)
        assert answer.status_code == 401 and "没有登录成功" in answer.text
    # A name that is corrected does not take the phone away, whose key may come back.
    name = {"name": "黄筱萍", "reason": "写错了"}
    kept = office.post(clerk, f"{person}/details", **name)
    assert kept.status_code == 422 and "现有的密钥读不出登记的电话" in kept.text
    new = office.post(clerk, f"{person}/details", **name, phone="13800000001")
    assert new.status_code == 302
    page = clerk.get(person).text
    assert "138******01" in page and page.count("现有的密钥读不出这个号码") == 1
