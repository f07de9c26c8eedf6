"""People and applications on pages: found, entered, changed, decided; and not seen by others."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from PIL import Image

from huimin.audit.record import events_of
from huimin.cards.change_state import revoke_card
from huimin.core.refusals import Refusal
from huimin.holders.applications import submit_application
from huimin.holders.people import (
    EligibilityDraft,
    FamilyDraft,
    add_eligibility,
    family_of,
    holder_by_id,
)
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import NEW_SOUTH_COMMUNITY, id_number, make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.office import pages_through
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of, make_staff, sign_in

TOWN = "512022002000"
OTHER_TOWN = "512022001000"
END = date(2026, 11, 30)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


class Office:
    """Two people of one town's office and an administrator, each with a client."""

    def __init__(self, app: Any, instance: Instance) -> None:
        self.app, self.instance = app, instance
        self.names: dict[Any, str] = {}

    def client(self, role: str = "registrar", **over: Any) -> Any:
        if role == "registrar":
            over.setdefault("division_code", TOWN)
        client = self.app.test_client()
        self.names[client] = make_staff(self.instance, role, **over)["username"]
        assert sign_in(client, self.names[client]).status_code == 302
        return client

    def post(self, client: Any, path: str, **form: Any) -> Any:
        return client.post(path, data={"csrf_token": csrf_of(client, "/holders/"), **form})

    def search(self, client: Any, text: str, **filters: str) -> Any:
        """What the search box leads to."""
        return client.get(self.post(client, "/holders/", text=text, **filters).headers["Location"])

    def events(self, holder_id: str) -> list[dict[str, Any]]:
        return self.instance.engine.read(lambda tx: events_of(tx, "holder", holder_id))


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def new_form(**over: str) -> dict[str, str]:
    return {
        "name": "赵小兰",
        "id_number": id_number(),
        "phone": "13900001111",
        "division_code": NEW_SOUTH_COMMUNITY,
        "kind": "dibao",
        "since": "2026-03-01",
        "family_name_1": "钱大海",
        "relation_1": "spouse",
        "act": "enter",
        **over,
    }


def family_of_holder(instance: Instance, holder: dict[str, Any]) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: family_of(tx, holder["id"]))


def application_on(page: str) -> str:
    """The id of the application that a person's page links to."""
    found = re.search("/applications/([0-9a-f-]{36})", page)
    assert found is not None
    return found.group(1)


@pytest.mark.both_engines
def test_one_box_finds_by_name_card_id_number_and_phone(office: Office, instance: Instance) -> None:
    number = id_number()
    wanted = make_holder(instance, name="欧阳慧敏", id_number=number, phone="13711112222")
    card = make_card(instance, wanted)
    make_holder(instance, name="王大力")
    client = office.client()
    for text in ("欧", "阳慧", "慧敏", "欧阳慧敏", card["number"], number, "137-1111-2222"):
        page = office.search(client, text).text
        assert f"/holders/{wanted['id']}" in page, text
        assert "王*力" not in page, text
    assert "欧阳慧敏" not in page
    assert "没有符合条件的人" in office.search(client, "慧阳").text
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    assert "校验码不对" in office.search(client, wrong).text


@pytest.mark.both_engines
def test_a_family_member_finds_the_holder_and_the_list_says_whom(
    office: Office, instance: Instance
) -> None:
    mothers, client = id_number(born=date(1931, 2, 3)), office.client()
    mother = FamilyDraft("欧阳麗華", "母亲", mothers)
    wanted = make_holder(
        instance,
        name="阿依·古丽",
        family=(mother, ("王大力", "配偶")),
        phone="13711112222/083223330000",
    )
    make_holder(instance, name="王小明", family=())
    by_member = ("欧阳丽华", "麗華", "欧 阳", mothers, mothers.translate(WIDE))
    by_holder = (
        "阿依古麗",
        "阿依•古丽",
        "依 古",
        "１３７１１１１２２２２",
        "0832-23330000",
        "+86 137 1111 2222",
    )
    for text in (*by_member, *by_holder):
        page = office.search(client, text).text
        assert f"/holders/{wanted['id']}" in page and "共 1 条" in page, text
        assert ("找到家庭成员：欧**華（母亲）" in page) == (text in by_member), text
    both = office.search(client, "王").text
    assert "共 2 条" in both and both.count("找到家庭成员：王*力（配偶）") == 1
    # No name begins in one person's and ends in another's.
    assert "没有符合条件的人" in office.search(client, "丽王").text
    assert "号码要写全" in office.search(client, "137111").text
    member = next(row for row in family_of_holder(instance, wanted) if row["relation"] == "母亲")
    path = f"/holders/{wanted['id']}/family/{member['id']}/end"
    assert office.post(client, path, reason="已去世").status_code == 302
    for text in ("欧阳丽华", mothers):
        # Who has left the household finds nobody.
        assert "没有符合条件的人" in office.search(client, text).text
    assert "共 1 条" in office.search(client, "王大").text


def test_what_was_typed_stands_in_no_address_in_clear(office: Office, instance: Instance) -> None:
    number = id_number()
    wanted = make_holder(instance, name="欧阳慧敏", id_number=number, phone="13711112222")
    client = office.client()
    for text in ("欧阳慧敏", number, "13711112222"):
        answer = office.post(client, "/holders/", text=text, kind="dibao")
        address = answer.headers["Location"]
        assert answer.status_code == 302 and text not in unquote(address)
        page = client.get(address).text
        assert wanted["id"] in page and f'value="{text}"' in page and "kind=dibao" in address
        # Filters, pages and the export keep the search, and never spell it out.
        assert text not in unquote(" ".join(re.findall('href="([^"]+)"', page)))
    changed = address.replace("find=", "find=A")
    assert client.get(changed).status_code == 200
    assert client.get("/holders/?find=%E4%BD%A0").status_code == 200


def test_filters_and_pages(office: Office, instance: Instance) -> None:
    for place in range(60):
        make_holder(instance, name=f"李{place}", eligibility="dibao")
    ill = make_holder(instance, name="孙一", eligibility="major_illness")
    lost = make_holder(instance, name="孙二")
    make_card(instance, lost)
    client = office.client()
    first = client.get("/holders/").text
    assert "共 62 条" in first
    assert first.count('scope="row"') == 50
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text
    assert second.count('scope="row"') == 12
    only_ill = client.get("/holders/?kind=major_illness").text
    assert ill["id"] in only_ill and "共 1 条" in only_ill
    with_card = client.get("/holders/?card=active").text
    assert lost["id"] in with_card and "共 1 条" in with_card
    assert "共 61 条" in client.get("/holders/?card=none").text
    assert "共 62 条" in client.get(f"/holders/?division={NEW_SOUTH_COMMUNITY}").text
    assert "共 0 条" not in client.get("/holders/?ending=30").text
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/holders/?kind=major_illness&format=xlsx").data)
    )
    assert "孙*" in [cell for row in book.active.values for cell in row]


@pytest.mark.both_engines
def test_pages_go_through_everybody_once_whatever_is_filtered(
    office: Office, instance: Instance
) -> None:
    ends = (EligibilityDraft(kind, date(2026, 1, 1), "名册", END) for kind in ("tekun", "dibao"))
    twice = tuple(ends)
    people = {
        make_holder(instance, name=f"周{place}", eligibility="disability")["id"]
        for place in range(110)
    }
    for holder_id in people:
        instance.engine.write(
            lambda tx, person=holder_id: [
                add_eligibility(tx, person, one, now=instance.clock()) for one in twice
            ]
        )
    client = office.client()
    found = office.post(client, "/holders/", text="周").headers["Location"]
    for query in (
        *("", "ending=60", "kind=tekun", "card=none", f"division={NEW_SOUTH_COMMUNITY}"),
        *(f"division={TOWN}", found.partition("?")[2], "ending=60&kind=dibao&card=none"),
    ):
        pages = pages_through(client, f"/holders/?{query}")
        assert all("共 110 条" in page for page in pages) and len(pages) == 3, query
        seen = re.findall(r'scope="row"><a href="/holders/([0-9a-f-]{36})', "".join(pages))
        assert len(seen) == 110 and set(seen) == people, query


def test_a_registrar_sees_their_own_town_alone(office: Office, instance: Instance) -> None:
    person = make_holder(instance)
    client = office.client(division_code=OTHER_TOWN)
    assert person["id"] not in client.get("/holders/").text
    assert person["id"] not in client.get(f"/holders/?division={NEW_SOUTH_COMMUNITY}").text
    assert client.get(f"/holders/{person['id']}").status_code == 404
    for act in ("unmask", "verify", "details", "family", "eligibilities", "apply", "evidence"):
        answer = office.post(client, f"/holders/{person['id']}/{act}", reason="看看")
        assert answer.status_code == 404, act
    answer = office.post(client, "/holders/new", **new_form())
    assert answer.status_code == 422 and "不属于您的镇（街道）" in answer.text
    assert office.client().get(f"/holders/{person['id']}").status_code == 200
    assert office.client("administrator").get(f"/holders/{person['id']}").status_code == 200


def test_a_person_is_entered_with_the_application_and_decided_by_another(
    office: Office, instance: Instance
) -> None:
    first, second = office.client(), office.client()
    form = new_form()
    answer = office.post(first, "/holders/new", **form)
    assert answer.status_code == 302
    holder_id = answer.headers["Location"].rpartition("/")[2]
    page = first.get(answer.headers["Location"]).text
    assert "赵*兰" in page and "赵小兰" not in page and form["id_number"] not in page
    assert "钱*海" in page and "已登记并提交申请" in page
    application = application_on(page)
    own = office.post(first, f"/applications/{application}", act="approve")
    assert own.status_code == 422 and "另一位工作人员" in own.text
    assert office.post(second, f"/applications/{application}", act="reject").status_code == 422
    assert application in second.get("/applications/").text
    done = office.post(second, f"/applications/{application}", act="approve")
    assert done.status_code == 302
    row = instance.engine.read(lambda tx: holder_by_id(tx, holder_id))
    assert row is not None and row["verified_on"] == "2026-10-31"
    assert application not in second.get("/applications/").text
    late = office.post(second, f"/applications/{application}", act="approve").text
    assert f"已由 {office.names[second]} 审批过（已通过）" in late


@pytest.mark.both_engines
def test_many_are_approved_at_once_but_never_ones_own_or_another_towns(
    office: Office, instance: Instance
) -> None:
    first, second = office.client(), office.client()
    people = [make_holder(instance) for _ in range(4)]
    own = {"now": instance.clock(), "actor": office.names[second]}
    other = {"now": instance.clock(), "actor": office.names[first], "source": "register"}

    def submit(tx: Any) -> list[str]:
        given = [own, other, other, {**other, "source": "form"}]
        return [
            submit_application(tx, holder_id=one["id"], **how)["id"]
            for one, how in zip(people, given, strict=True)
        ]

    ids = instance.engine.write(submit)
    listing = second.get("/applications/").text
    assert f'value="{ids[0]}"' not in listing and f'value="{ids[3]}"' in listing
    stranger = office.client(division_code=OTHER_TOWN)
    assert office.post(stranger, "/applications/approve", chosen=ids[3]).status_code == 404
    office.post(stranger, "/applications/approve", all="1")
    assert "共 4 条" in second.get("/applications/").text
    office.post(second, "/applications/approve", chosen=[ids[0], ids[3]])
    assert "已通过 1 份；另有 1 份是您提交的" in second.get("/applications/").text
    office.post(second, "/applications/approve", all="1", source="register")
    left = second.get("/applications/").text
    assert "已通过 2 份" in left and "共 1 条" in left and ids[0] in left
    assert (
        "没有勾选"
        in second.get(office.post(second, "/applications/approve").headers["Location"]).text
    )
    assert office.post(office.client("auditor"), "/applications/approve").status_code == 403


def test_a_returned_application_is_mended_and_sent_anew(office: Office, instance: Instance) -> None:
    first, second = office.client(), office.client()
    answer = office.post(first, "/holders/new", **new_form())
    place = answer.headers["Location"]
    application = application_on(first.get(place).text)
    office.post(second, f"/applications/{application}", act="return", reason="请补医院证明")
    page = first.get(place).text
    assert "请补医院证明" in page and "改好了，重新提交申请" in page
    assert office.post(first, f"{place}/apply").status_code == 302
    assert "查看申请" in first.get(place).text


def test_what_was_typed_is_kept_and_every_problem_stands_at_its_field(office: Office) -> None:
    client = office.client()
    answer = office.post(
        client, "/holders/new", **new_form(id_number="512022195603080012", name="周全")
    )
    assert answer.status_code == 422
    assert 'id="problem-id_number"' in answer.text and "周全" in answer.text


def main_buttons(page: str) -> list[str]:
    """The main buttons of the box that says what is next."""
    box = re.search('<section class="sheet next-step".*?</section>', page, re.DOTALL)
    assert box is not None
    return re.findall('class="btn btn-primary"[^>]*>([^<]+)<', box[0])


def test_every_state_of_a_case_has_one_next_step(office: Office, instance: Instance) -> None:
    first, second = office.client(), office.client()
    place = office.post(first, "/holders/new", **new_form()).headers["Location"]
    application = f"/applications/{application_on(first.get(place).text)}"
    assert "等待另一位工作人员审核" in first.get(place).text and not main_buttons(
        first.get(place).text
    )
    assert main_buttons(second.get(place).text) == ["去审核这份申请"]
    office.post(second, application, act="return", reason="请补医院证明")
    assert main_buttons(first.get(place).text) == ["改好了，重新提交申请"]
    assert main_buttons(first.get(application).text) == ["去修改资料"]
    assert "退回" in first.get("/today").text
    office.post(first, f"{place}/apply")
    application = f"/applications/{application_on(first.get(place).text)}"
    office.post(second, application, act="reject", reason="材料不实")
    page = first.get(place).text
    assert "材料不实" in page and "情况有变" in page and not main_buttons(page)
    office.post(first, f"{place}/apply")
    application = f"/applications/{application_on(first.get(place).text)}"
    approved = office.post(second, application, act="approve").headers["Location"]
    # On to the next one; there is none.
    assert second.get(approved).headers["Location"] == "/applications/"
    assert main_buttons(second.get(application).text) == ["发卡并打印"]
    holder = place.rpartition("/")[2]
    # Pressed twice: one card, and no page of errors.
    printing, again = (office.post(second, f"/cards/issue/{holder}") for _ in range(2))
    assert again.status_code == 302 and again.headers["Location"] == place
    assert "已经发过" in second.get(place).text
    page = second.get(printing.headers["Location"]).text
    assert main_buttons(page) == ["打印这张卡"] and "新发的在前" in page
    assert main_buttons(second.get(place).text) == ["打印这张卡"]
    card = re.search("card=([0-9a-f-]+)", printing.headers["Location"])
    assert card is not None
    assert office.post(second, f"/cards/{card[1]}/print").content_type == "application/pdf"
    page = second.get(place).text
    assert "不用再做什么" in page and not main_buttons(page)
    for act, button in (("lose", "去补卡或恢复"), ("resume", None), ("suspend", "去处理这张卡")):
        office.post(second, f"/cards/{card[1]}/{act}", reason="本人来电")
        assert main_buttons(second.get(place).text) == ([button] if button else []), act
    office.post(second, f"/cards/{card[1]}/revoke", reason="不再符合")
    page = second.get(place).text
    assert "重新提交办卡申请" in page and not main_buttons(page)
    assert office.post(first, f"{place}/apply").status_code == 302
    # From the page of before, or from another window.
    assert "现在不用提交申请" in office.post(first, f"{place}/apply").text
    assert office.post(second, f"/cards/issue/{holder}").status_code == 302
    assert "已经发过" in second.get(place).text


def test_who_has_died_meanwhile_is_neither_approved_nor_given_a_card(
    office: Office, instance: Instance
) -> None:
    first, second = office.client(), office.client()
    places = [
        office.post(first, "/holders/new", **new_form(name=name)).headers["Location"]
        for name in ("赵一兰", "赵二兰")
    ]
    applications = [application_on(first.get(place).text) for place in places]
    office.post(second, f"/applications/{applications[0]}", act="approve")
    for place in places:
        spell = re.search("/eligibilities/([0-9a-f-]+)/end", first.get(place).text)
        assert spell is not None
        path = f"{place}/eligibilities/{spell[1]}/end"
        assert office.post(first, path, ends_on="2026-10-01", reason="已去世").status_code == 302
    page = second.get(places[0]).text
    assert "目前没有有效的保障资格，不能发卡" in page and not main_buttons(page)
    office.post(second, f"/cards/issue/{places[0].rpartition('/')[2]}")
    office.post(second, "/cards/issue")
    assert "还没有卡" in second.get(places[0]).text
    one = f"/applications/{applications[1]}"
    assert "不能通过" in second.get(one).text
    assert office.post(second, one, act="approve").status_code == 422
    office.post(second, "/applications/approve", chosen=applications[1])
    assert "去审核这份申请" in second.get(places[1]).text
    assert office.post(second, one, act="reject", reason="已去世").status_code == 302


def test_all_problems_are_named_at_once_and_each_once(office: Office, instance: Instance) -> None:
    client, own = office.client(), id_number()
    wrong = new_form(
        name="张某某",
        id_number=own,
        phone="138****0000",
        division_code="不是村",
        kind="",
        since="2031-01-01",
        family_name_1="钱大海、钱小海",
        relation_1="",
        family_name_2="钱二",
        relation_2="other",
        family_id_number_2="51202220990101001X",
    )
    page = office.post(client, "/holders/new", **wrong).text
    fields = re.findall(r'<a href="#field-([a-z_0-9]+)"', page)
    assert fields == [
        *("name", "phone", "division_code", "kind", "since", "family_name_1", "relation_1"),
        *("relation_words_2", "family_id_number_2"),
    ]
    for seen in (
        "“某”或代替文字",
        "用星号遮住",
        "这一天还没有到",
        "不止一个人",
        "出生日期还没有到",
    ):
        assert seen in page, seen
    twins = new_form(
        id_number=own,
        family_id_number_1=own,
        family_name_2="钱 小海",
        relation_2="son",
        family_name_3="钱小海",
        relation_3="other",
        relation_words_3="长子",
    )
    page = office.post(client, "/holders/new", **twins).text
    assert "这是持卡人本人的身份证号码" in page and "这位家庭成员已经在名单里了" in page
    person = make_holder(instance, name="张三", family=())
    base = f"/holders/{person['id']}"
    page = office.post(client, f"{base}/details", name="张某", phone="138").text
    assert re.findall('href="#field-details-([a-z_]+)"', page) == ["reason", "name", "phone"]
    page = office.post(client, f"{base}/family", family_name="李\ue000", relation="").text
    assert "显示不出来的字" in page and "请选择与持卡人的关系" in page
    member = {"family_id_number": "5120222\ue001", "relation": "son"}
    for name, seen in {
        "": "没有填写姓名",
        "李" * 5_000: "姓名太长",
        "李😀": "不能有数字和符号",
        "李四\n王五": "不止一个人",
        "李四（已故）": "已去世",
    }.items():
        page = office.post(client, f"{base}/family", family_name=name, **member).text
        assert seen in page and "身份证号码里有一个显示不出来的字" in page, name[:9]
    hidden = "\u202e李\u200b 四\ufeff"
    assert (
        office.post(client, f"{base}/family", family_name=hidden, relation="son").status_code == 302
    )
    again = office.post(
        client, f"{base}/family", family_name="李四", relation="other", relation_words="长子"
    )
    assert again.status_code == 422 and "已经在名单里" in again.text
    page = office.post(client, f"{base}/eligibilities", starts_on="2031-01-01", kind="").text
    assert re.findall('href="#field-eligibility-([a-z_]+)"', page) == ["source", "kind"]


def test_the_same_number_leads_to_the_person_in_ones_own_town_alone(
    office: Office, instance: Instance
) -> None:
    form = new_form()
    there = make_holder(instance, id_number=form["id_number"], name="别人")
    page = office.post(office.client(), "/holders/new", **form).text
    assert f"/holders/{there['id']}" in page and "not_same" not in page
    elsewhere = office.client(division_code=OTHER_TOWN)
    village = "512022001002"
    page = office.post(elsewhere, "/holders/new", **{**form, "division_code": village}).text
    assert "已在其他镇街登记" in page and there["id"] not in page and "not_same" not in page


@pytest.mark.both_engines
def test_sent_twice_at_once_the_second_is_led_to_the_person(
    office: Office, instance: Instance
) -> None:
    client, other = office.client(), office.client()
    form = {**new_form(), "csrf_token": csrf_of(client, "/account")}
    others = {**form, "csrf_token": csrf_of(other, "/account")}
    start = Barrier(2)

    def send(by: Any, data: Any) -> Any:
        start.wait()
        return by.post("/holders/new", data=data)

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, client, form), pool.submit(send, other, others)]
        answers = sorted((one.result() for one in sent), key=lambda one: one.status_code)
    assert [answer.status_code for answer in answers] == [302, 422]
    entered = answers[0].headers["Location"]
    assert f'href="{entered}">到他的页面办理' in answers[1].text


@pytest.mark.both_engines
def test_entered_between_any_two_reads_the_second_is_led_to_the_person(
    office: Office, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, read = office.client(), instance.engine.read
    token, reads = csrf_of(client, "/account"), 0

    def counted(work: Any) -> Any:
        nonlocal reads
        reads += 1
        return read(work)

    with monkeypatch.context() as counting:
        counting.setattr(instance.engine, "read", counted)
        client.post("/holders/new", data={**new_form(), "id_number": "", "csrf_token": token})
    assert reads > 3
    met = 0
    for place in range(1, reads + 6):
        name = "赵" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"[place]
        form, left = (
            {**new_form(name=name, family_name_1="", relation_1=""), "csrf_token": token},
            place,
        )

        def interrupted(work: Any, form: dict[str, str] = form) -> Any:
            nonlocal left
            found, left = read(work), left - 1
            if left == 0:
                make_holder(instance, id_number=form["id_number"], name=form["name"])
            return found

        with monkeypatch.context() as between:
            between.setattr(instance.engine, "read", interrupted)
            answer = client.post("/holders/new", data=form)
        if left > 0 or answer.status_code == 302:
            continue
        assert answer.status_code == 422 and "到他的页面办理" in answer.text, place
        met += 1
    assert met > 3


def test_a_likely_duplicate_is_warned_of_and_can_be_gone_past(
    office: Office, instance: Instance
) -> None:
    there = make_holder(instance, name="赵小兰")
    client = office.client()
    form = new_form()
    warned = office.post(client, "/holders/new", **form)
    assert warned.status_code == 422 and there["id"] in warned.text
    assert office.post(client, "/holders/new", **form, not_same="1").status_code == 302
    again = office.post(client, "/holders/new", **form, not_same="1")
    assert again.status_code == 422 and "已登记过" in again.text
    assert 'name="not_same"' not in again.text, "a tick could not help"
    entered = re.search(r'href="(/holders/[^"]+)">到他的页面办理', again.text)
    assert entered and "赵*兰" in client.get(entered[1]).text


def test_an_application_says_which_card_was_revoked_and_why_before_anybody_decides(
    office: Office, instance: Instance
) -> None:
    holder = make_holder(instance)
    card = make_card(instance, holder)
    by = {"now": instance.clock(), "actor": "another"}
    instance.engine.write(lambda tx: revoke_card(tx, card_id=card["id"], reason="不再符合", **by))
    again = instance.engine.write(lambda tx: submit_application(tx, holder_id=holder["id"], **by))
    page = office.client().get(f"/applications/{again['id']}").text
    assert "注销过的卡" in page and "不再符合" in page


@pytest.mark.both_engines
def test_a_draft_is_kept_encrypted_and_for_its_author_alone(
    office: Office, instance: Instance
) -> None:
    first, second = office.client(), office.client()
    assert (
        office.post(first, "/holders/new", **new_form(id_number="", act="draft")).status_code == 302
    )
    listing = first.get("/holders/").text
    draft = listing.split("/holders/new?draft=")[1].split('"')[0]
    assert "赵小兰" in first.get(f"/holders/new?draft={draft}").text
    assert second.get(f"/holders/new?draft={draft}").status_code == 404
    assert draft not in second.get("/holders/").text
    kept = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT content_cipher FROM holder_draft").fetchall()
    )
    assert "赵小兰" not in str(kept)
    assert office.post(first, f"/holders/new?draft={draft}", **new_form()).status_code == 302
    assert draft not in first.get("/holders/").text


@pytest.mark.both_engines
def test_a_form_kept_as_a_draft_several_times_is_one_draft(office: Office) -> None:
    client, other = office.client(), office.client()
    form_id = re.search('name="form_id" value="([0-9a-f-]{36})"', client.get("/holders/new").text)
    assert form_id is not None
    unfinished = {"id_number": "", "act": "draft", "form_id": form_id[1]}
    for phone in ("13900001111", "13900001111", "13900002222"):
        answer = office.post(client, "/holders/new", **new_form(phone=phone, **unfinished))
        assert answer.status_code == 302
    drafts = re.findall("/holders/new\\?draft=([0-9a-f-]{36})", client.get("/holders/").text)
    assert drafts == [form_id[1]]
    assert "13900002222" in client.get(f"/holders/new?draft={drafts[0]}").text
    # The address of a form is no way into somebody else's draft.
    assert office.post(other, "/holders/new", **new_form(**unfinished)).status_code == 404
    finished = new_form(form_id=form_id[1])
    assert office.post(client, "/holders/new", **finished).status_code == 302
    assert drafts[0] not in client.get("/holders/").text


def test_a_form_that_can_not_be_taken_for_the_moment_is_not_typed_again(
    office: Office, instance: Instance
) -> None:
    client, engine = office.client(), instance.engine
    right = engine.before_write

    def wrong() -> None:
        raise Refusal("clock_wrong", clock="1970-01-01 08:00", why="")

    engine.before_write = wrong
    refused = office.post(client, "/holders/new", **new_form(act="draft"))
    assert refused.status_code == 503 and "刚才填写的内容还在" in refused.text
    assert "校准时钟" in refused.text and "同一个键" not in refused.text
    hidden = re.findall('type="hidden" name="([^"]+)" value="([^"]*)"', refused.text)
    # It is shown again while nothing can be written yet, and shown is all that it is.
    shown = client.post("/holders/new", data=dict(hidden))
    assert shown.status_code == 200
    assert 'value="赵小兰"' in shown.text and "请核对后再提交" in shown.text
    secret = office.post(
        client, "/account/password", old_password="旧的秘密", new_password="新的秘密"
    )
    assert secret.status_code == 503 and "的秘密" not in secret.text
    engine.before_write = right
    assert office.post(client, "/holders/new", **new_form()).status_code == 302


def test_unmasking_needs_a_reason_and_is_recorded_with_it(
    office: Office, instance: Instance
) -> None:
    number = id_number()
    person = make_holder(instance, id_number=number)
    client = office.client()
    address = f"/holders/{person['id']}/unmask"
    refused = office.post(client, address, reason=" ")
    assert refused.status_code == 422 and number not in refused.text
    shown = office.post(client, address, reason="核对证件")
    assert number in shown.text and person["name"] in shown.text
    assert number not in client.get(f"/holders/{person['id']}").text
    event = [one for one in office.events(person["id"]) if one["action"] == "holder.unmasked"]
    assert [(one["reason"], one["actor"], one["address"]) for one in event] == [
        ("核对证件", office.names[client], "127.0.0.1")
    ]
    assert number not in str(office.events(person["id"]))
    auditor = office.client("auditor")
    assert auditor.get(f"/holders/{person['id']}").status_code == 200
    assert office.post(auditor, address, reason="核对").status_code == 403


def test_a_look_at_a_page_is_recorded_once_an_hour(
    office: Office, instance: Instance, clock: Any
) -> None:
    person, client = make_holder(instance), office.client()
    for _ in range(3):
        client.get(f"/holders/{person['id']}")
    clock.advance(minutes=61)
    client.get(f"/holders/{person['id']}")
    views = [one for one in office.events(person["id"]) if one["action"] == "holder.viewed"]
    assert len(views) == 2


@pytest.mark.both_engines
def test_family_eligibility_and_details_change_with_their_record(
    office: Office, instance: Instance
) -> None:
    person, client = make_holder(instance), office.client()
    base = f"/holders/{person['id']}"
    office.post(client, f"{base}/family", family_name="吴小强", relation="son")
    page = client.get(base).text
    assert "吴*强" in page
    member = page.split("/family/")[-1].split("/end")[0]
    assert office.post(client, f"{base}/family/{member}/end", reason="").status_code == 422
    assert office.post(client, f"{base}/family/{member}/end", reason="已离世").status_code == 302
    office.post(
        client,
        f"{base}/eligibilities",
        kind="disability",
        starts_on="2026-01-01",
        ends_on="2025-01-01",
        source="残联名册",
    )
    assert "残疾" not in client.get(base).text.split("kinds-title")[1].split("添加保障资格")[0]
    made = {"kind": "disability", "starts_on": "2026-01-01", "source": "残联名册"}
    assert office.post(client, f"{base}/eligibilities", **made).status_code == 302
    one = client.get(base).text.split("/eligibilities/")[-1].split("/end")[0]
    ended = office.post(
        client, f"{base}/eligibilities/{one}/end", ends_on="2026-12-31", reason="到期"
    )
    assert ended.status_code == 302 and "2026-12-31" in client.get(base).text
    office.post(
        client,
        f"{base}/details",
        name="黄小平",
        phone="13800009999",
        division_code=NEW_SOUTH_COMMUNITY,
        reason="身份证更正",
    )
    assert person["id"] in office.search(client, "小平").text
    assert person["id"] not in office.search(client, "筱平").text
    actions = [event["action"] for event in office.events(person["id"])]
    for what in (
        "family_added",
        "family_ended",
        "eligibility_added",
        "eligibility_ended",
        "changed",
    ):
        assert f"holder.{what}" in actions
    assert "黄小平" not in str(office.events(person["id"]))
    page = client.get(base).text
    history = page.split("history-title")[2]
    for words in (
        *(
            "添加家庭成员：儿子",
            "结束家庭成员",
            "已离世",
            "添加保障资格：残疾，2026-01-01 起；残联名册",
        ),
        *("结束保障资格：残疾，最后一天 2026-12-31", "更正资料：姓名；联系电话", "身份证更正"),
    ):
        assert words in history, words
    # Whoever may no longer present the card stays to be seen, and so does what the card did.
    assert "吴*强 儿子" in page and "起不再出示" in page and "还没有用过卡" in page


def test_the_page_shows_what_the_card_was_used_for(office: Office, instance: Instance) -> None:
    make_policy(instance)
    person = make_holder(instance)
    outlet = make_outlet(instance, name="天池平价超市")
    _, key = make_terminal(instance, outlet)
    make_redemption(instance, make_card(instance, person), key, amount_fen=20_000)
    sales = office.client().get(f"/holders/{person['id']}").text.partition('id="sales-title"')[2]
    assert "天池平价超市" in sales and "200.00" in sales and "16.00" in sales


def test_every_field_of_a_persons_page_has_an_id_of_its_own(
    office: Office, instance: Instance
) -> None:
    person, client = make_holder(instance), office.client()
    answer = office.post(client, f"/holders/{person['id']}/verify", reason="")
    page = answer.text
    ids = re.findall(' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    labelled = re.findall(' for="([^"]+)"', page)
    assert set(labelled) <= set(ids)
    # The summary leads to the field that must be mended, and to no other form's.
    assert 'href="#field-verify-reason"' in page and 'id="problem-verify-reason"' in page


def test_family_members_are_capped(office: Office, instance: Instance) -> None:
    person = make_holder(instance, family=tuple((f"家人{n}", "亲属") for n in range(20)))
    client = office.client()
    answer = office.post(
        client,
        f"/holders/{person['id']}/family",
        family_name="多一人",
        relation="other",
        relation_words="侄子",
    )
    assert answer.status_code == 422 and "最多 20 人" in answer.text


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(target, "PNG")
    return target.getvalue()


@pytest.mark.both_engines
def test_evidence_is_checked_kept_encrypted_and_given_as_a_download(
    office: Office, instance: Instance
) -> None:
    person, client = make_holder(instance), office.client()
    base = f"/holders/{person['id']}"

    def send(content: bytes, name: str) -> Any:
        token = csrf_of(client, "/holders/")
        return client.post(
            f"{base}/evidence",
            data={"csrf_token": token, "evidence": (io.BytesIO(content), name)},
            content_type="multipart/form-data",
        )

    for content, name in (
        (b"<script>alert(1)</script>", "照片.png"),
        (b"", "空.pdf"),
        (b"MZ\x90", "a.pdf"),
    ):
        assert send(content, name).status_code == 422, name
    assert send(b"%PDF-" + b"0" * 11_000_000, "大.pdf").status_code in (413, 422)
    good = picture()
    assert send(good, "..\\..\\证明 <b>.png").status_code == 302
    page = client.get(base).text
    assert "证明 &lt;b&gt;.png" in page
    place = page.split(f"{base}/evidence/")[1].split('"')[0]
    got = client.get(f"{base}/evidence/{place}")
    assert got.data == good
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    files = list((instance.settings.folder / "evidence").iterdir())
    assert [file.name for file in files] == [place]
    assert good not in files[0].read_bytes() and files[0].stat().st_mode & 0o077 == 0
    assert (
        office.post(client, f"{base}/evidence/{place}/remove", reason="传错了").status_code == 302
    )
    assert client.get(f"{base}/evidence/{place}").status_code == 404
    assert not files[0].exists()


def test_a_refused_form_says_that_files_are_to_be_chosen_again_and_leaves_none_behind(
    office: Office, instance: Instance
) -> None:
    make_holder(instance, name="赵小兰")
    client, form = office.client(), new_form()

    def send(**over: str) -> Any:
        data = {"csrf_token": csrf_of(client, "/account"), **form, **over}
        file = (io.BytesIO(picture()), "证明.png")
        return client.post(
            "/holders/new", data={**data, "evidence": file}, content_type="multipart/form-data"
        )

    folder = instance.settings.folder / "evidence"
    warned = send().text
    assert "可能已经登记过" in warned and "请重新选择" in warned
    assert send(not_same="1").status_code == 302
    assert len(list(folder.iterdir())) == 1
    again = send(not_same="1")
    assert again.status_code == 422 and "已登记过" in again.text and "请重新选择" in again.text
    assert len(list(folder.iterdir())) == 1


def test_applications_that_have_waited_longer_than_a_working_day(
    office: Office, instance: Instance, clock: Any
) -> None:
    client = office.client()
    office.post(client, "/holders/new", **new_form())
    assert "没有符合条件的申请" in client.get("/applications/?older=1").text
    clock.advance(days=2)  # it was a Saturday: Monday morning is less than a working day later
    assert "没有符合条件的申请" in office.client().get("/applications/?older=1").text
    clock.advance(days=1, hours=1)
    assert "已超过一个工作日" in office.client().get("/applications/?older=1").text


def test_one_s_own_application_offers_and_takes_no_decision(office: Office) -> None:
    first, second = office.client(), office.client()
    place = office.post(first, "/holders/new", **new_form()).headers["Location"]
    application = f"/applications/{application_on(first.get(place).text)}"
    page = first.get(application).text
    assert "不予通过" not in page and "退回修改" not in page
    for act in ("return", "reject"):
        refused = office.post(first, application, act=act, reason="自己处理")
        assert refused.status_code == 422 and "另一位工作人员" in refused.text
    assert "不予通过" in second.get(application).text
    assert office.post(second, application, act="return", reason="缺证明").status_code == 302


def test_those_who_stay_open_because_they_have_no_aid_are_counted_and_linked(
    office: Office, instance: Instance
) -> None:
    client = office.client()
    gone = (date(2020, 1, 1), date(2024, 1, 1))
    people = [make_holder(instance), make_holder(instance, entitled=gone, name="周<b>")]
    by: dict[str, Any] = {"now": instance.clock(), "actor": "名册", "source": "register"}
    ids = [
        instance.engine.write(
            lambda tx, one=one: submit_application(tx, holder_id=one["id"], **by)
        )["id"]
        for one in people
    ]
    answer = office.post(client, "/applications/approve", all="1")
    page = client.get(answer.headers["Location"]).text
    assert "已通过 1 份" in page and "有 1 份没有通过" in page and "<b>" not in page
    assert f'<a href="/applications/{ids[1]}">' in page.partition("有 1 份没有通过")[2][:300]


def test_what_is_wrong_with_a_paper_is_said_with_the_other_problems(office: Office) -> None:
    client = office.client()
    for field in ({"name": "张某某"}, {}):
        paper = (io.BytesIO(b"MZ no paper"), "a.exe")
        refused = office.post(client, "/holders/new", **new_form(**field), evidence=paper)
        assert refused.status_code == 422 and refused.text.count("只收 PDF、JPEG 或 PNG") >= 1
        fields = re.findall(r'<a href="#field-([a-z_0-9]+)"', refused.text)
        assert fields == [*field, "evidence"]
