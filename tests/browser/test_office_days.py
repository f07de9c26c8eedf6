"""A registrar's whole day, and an administrator's day of enrolment, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

from huimin.open_instance import create_instance, open_instance, system_clock
from huimin.settings import Settings
from tests.browser import accessible
from tests.browser.conftest import DESK, PHONE, County, Visit
from tests.browser.header import open_menu
from tests.browser.windows import choose_village, new_context
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.registers import register_row, write_xlsx
from tests.making.staff import make_staff
from tests.served import HeldJobs, serving

pytestmark = pytest.mark.browser

TOWN = "512022002000"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Town:
    """A served county with its offices' accounts; `known` stands in the register, `gone` not."""

    address: str
    registrars: tuple[str, str]
    administrators: tuple[str, str]
    known: str
    gone: str


@pytest.fixture(params=["phone", "desk"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return PHONE if request.param == "phone" else DESK


@contextmanager
def open_town(folder: Path, clock: Clock = system_clock) -> Iterator[Town]:
    """A county of its own for each day, so that no day finds what another left behind."""
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    instance = open_instance(settings, clock)
    try:
        known, gone = id_number(), id_number()
        make_holder(instance, name="周有卡", id_number=known, division_code=_village(instance))
        make_card(
            instance,
            make_holder(
                instance,
                name="吴不在",
                id_number=gone,
                division_code=_village(instance),
                family=(),
            ),
        )
        registrars = tuple(
            make_staff(instance, "registrar", division_code=TOWN)["username"] for _ in range(2)
        )
        administrators = tuple(make_staff(instance, "administrator")["username"] for _ in range(2))
        with serving(instance) as port:
            yield Town(
                f"http://127.0.0.1:{port}",
                (registrars[0], registrars[1]),
                (administrators[0], administrators[1]),
                known,
                gone,
            )
    finally:
        instance.close()


@pytest.fixture
def town(tmp_path: Path, chromium: str) -> Iterator[Town]:
    with open_town(tmp_path / "data") as opened:
        yield opened


def _village(instance: Any) -> str:
    """Of the village that a register_row names."""
    found = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT village.code FROM division AS village JOIN division AS town"
            " ON town.code = village.parent_code"
            " WHERE town.name = '高寺镇' AND village.name = '清水村村民委员会'"
        ).fetchone()
    )
    return str(found["code"])


@contextmanager
def at_work(browser: Any, town: Town, who: str, size: dict[str, int]) -> Iterator[Visit]:
    """Somebody's window, signed in; no error is left behind and no other host is asked."""
    context = new_context(browser, viewport=size, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    visit = Visit(page, County(town.address, "", "", {}, {}, "", ""), [], set())
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("request", lambda asked: visit.hosts.add(asked.url.split("/")[2]))
    page.on(
        "response",
        lambda answer: (
            answer.status >= 500 and visit.errors.append(f"{answer.status} {answer.url}")
        ),
    )
    visit.sign_in(who)
    yield visit
    context.close()
    assert visit.errors == []
    assert visit.hosts == {town.address.partition("//")[2]}


def looks_right(visit: Visit) -> None:
    """As every page, and no field shares its id."""
    accessible.looks_right(visit)
    ids = visit.page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids)), visit.page.url


def press(page: Any, role: str, name: str) -> None:
    """With the keyboard: press what leads to another page, and be there."""
    with page.expect_navigation():
        press_here(page, role, name)


def press_here(page: Any, role: str, name: str) -> None:
    """The thing of that name takes the focus and Enter is pressed; the page stays."""
    thing = page.get_by_role(role, name=name, exact=True).first
    thing.focus()
    assert thing.evaluate("one => one === document.activeElement"), name
    page.keyboard.press("Enter")


def cells_of(download: Any) -> list[Any]:
    """What stands in a downloaded workbook."""
    content = Path(download.value.path()).read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [cell for row in sheet.values for cell in row]


def paper() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_registrars_day(browser: Any, town: Town, size: dict[str, int]) -> None:
    number = id_number()
    with at_work(browser, town, town.registrars[0], size) as first:
        page = first.page
        page.goto(town.address)
        page.get_by_text("今天没有等您办理的事").wait_for()
        looks_right(first)
        page.goto(f"{town.address}/holders/")
        page.get_by_text("还没有登记任何人").wait_for()
        press(page, "link", "登记一位持卡人")
        page.fill("#field-name", "赵小兰")
        press(page, "button", "保存草稿")
        page.get_by_text("草稿已保存").wait_for()
        press(page, "link", "赵*兰")
        assert page.input_value("#field-name") == "赵小兰"
        page.fill("#field-id_number", number)
        page.locator("#id-number-told", has_text="出生日期").wait_for()
        choose_village(page, "sq")
        page.select_option("#field-kind", "major_illness")
        page.fill("#field-since", "2026-03-01")
        page.fill("#field-family_name_1", "钱大海")
        page.select_option("#field-relation_1", "spouse")
        fake = {"name": "证明.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"}
        page.set_input_files("#field-evidence", fake)
        press(page, "button", "登记并提交申请")
        page.wait_for_selector("#problem-evidence")
        page.wait_for_selector("#field-evidence:focus")
        assert page.input_value("#field-id_number") == number
        looks_right(first)
        page.set_input_files("#field-evidence", {**fake, "buffer": paper()})
        press(page, "button", "登记并提交申请")
        page.get_by_text("已登记并提交申请").wait_for()
        looks_right(first)
        person = page.url
        with page.expect_download() as got:
            page.click("text=证明.png")
        assert Path(got.value.path()).read_bytes() == paper()
        press(page, "link", "查看申请")
        page.get_by_text("等待另一位工作人员审核").wait_for()
        looks_right(first)
    with at_work(browser, town, town.registrars[1], size) as second:
        page = second.page
        page.goto(f"{town.address}/today")
        second.follow(page.get_by_text("份申请待审核"))
        looks_right(second)
        press(page, "link", "赵*兰")
        page.get_by_text("退回修改或不予通过", exact=True).click()
        press_here(page, "button", "退回修改")
        page.wait_for_selector("#field-reason:focus")  # the browser itself asks for it first
        page.keyboard.type("请补医院证明")
        press(page, "button", "退回修改")
        page.get_by_text("已退回修改").wait_for()
        page.get_by_text("没有符合条件的申请").wait_for()
    with at_work(browser, town, town.registrars[0], size) as first:
        page = first.page
        page.goto(person)
        page.get_by_text("请补医院证明").first.wait_for()
        press(page, "button", "改好了，重新提交申请")
        page.get_by_text("申请已提交；下一步").wait_for()
        page.get_by_text("添加家庭成员", exact=True).first.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("赵大山")
        page.select_option("#field-family-relation", "son")
        page.locator("#field-family-family_name").press("Enter")
        page.get_by_text("可以代为出示这张卡").wait_for()
        page.get_by_text("查看完整信息", exact=True).first.click()
        page.fill("#field-unmask-reason", "核对证件")
        press(page, "button", "记录原因并查看")
        page.get_by_text(number).wait_for()
        page.goto(person)
        assert number not in page.inner_text("main")
    with at_work(browser, town, town.registrars[1], size) as second:
        page = second.page
        page.goto(f"{town.address}/applications/")
        press(page, "link", "赵*兰")
        page.locator(".papers img").evaluate("(one) => one.decode()")
        looks_right(second)
        press(page, "button", "只通过，看下一件")
        page.get_by_text("没有别的申请等您审核了").wait_for()
        page.goto(person)
        press(page, "button", "发卡并打印")
        page.get_by_text("已发卡；下一步打印").wait_for()
        with page.expect_download() as got:
            press_here(page, "button", "下载 PDF 并记为已打印")
        assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")
        page.goto(f"{town.address}/holders/")
        page.fill("#field-text", "小兰")
        page.keyboard.press("Enter")
        page.locator("table.list", has_text="赵*兰").wait_for()
        assert "小兰" not in page.url
        with page.expect_download() as got:
            page.click("text=导出 Excel")
        assert "赵*兰" in cells_of(got)
        page.goto(person)
        for words in ("发卡", "打印卡片", "退回修改", "添加家庭成员：儿子", "查看完整信息"):
            assert words in page.inner_text(".history"), words
        looks_right(second)
        # Another town's people do not exist here.
        assert page.goto(f"{town.address}/registers/").status == 403
        page.goto(f"{town.address}/holders/")
        page.fill("#field-text", "周有卡")
        page.keyboard.press("Enter")
        page.get_by_text("没有符合条件的人").wait_for()


# Counts what hands do on every page of a window: presses, and fields in which something changes.
COUNT_HANDS = """
const count = JSON.parse(sessionStorage.hands ?? '{"clicks": 0, "fields": []}');
const keep = () => { sessionStorage.hands = JSON.stringify(count); };
addEventListener("click", (event) => {
  if (event.isTrusted) { count.clicks += 1; keep(); }
}, true);
addEventListener("input", ({ target }) => {
  if (!count.fields.includes(target.id)) { count.fields.push(target.id); keep(); }
}, true);
"""


@pytest.mark.parametrize("size", ["desk", "phone"], indirect=True)
def test_two_people_enrol_one_in_eight_clicks_and_six_fields(
    browser: Any, town: Town, size: dict[str, int]
) -> None:
    """From their first pages, signed in, to the card's PDF; with a phone number and a paper."""
    hands = []
    with at_work(browser, town, town.registrars[0], size) as first:
        page = first.page
        page.add_init_script(COUNT_HANDS)
        page.goto(f"{town.address}/today")
        open_menu(page)
        page.locator(".nav-group > summary", has_text="人与卡").click()
        first.follow(page.locator(".nav-panel a", has_text="登记持卡人"))
        page.wait_for_selector("#field-division_code[role=combobox]")
        page.fill("#field-name", "赵小兰")
        page.fill("#field-phone", "13900001111")
        page.fill("#field-id_number", id_number())
        choose_village(page, "dj")
        page.select_option("#field-kind", "dibao")
        with page.expect_file_chooser() as choosing:
            page.click("#field-evidence")
        choosing.value.set_files({"name": "证.png", "mimeType": "image/png", "buffer": paper()})
        first.follow("button[value=enter]")
        page.get_by_text("已登记并提交申请").wait_for()
        hands.append(page.evaluate("JSON.parse(sessionStorage.hands)"))
    with at_work(browser, town, town.registrars[1], size) as second:
        page = second.page
        page.add_init_script(COUNT_HANDS)
        page.goto(f"{town.address}/today")
        second.follow(page.locator("[data-kind=applications] a.btn"))
        page.locator(".papers img").evaluate("(one) => one.decode()")
        second.follow(page.get_by_role("button", name="通过并发卡"))
        with page.expect_download() as got:
            page.get_by_role("button", name="打印这张卡").click()
        assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")
        hands.append(page.evaluate("JSON.parse(sessionStorage.hands)"))
    clicks, fields = (sum(one["clicks"] for one in hands), sum(len(one["fields"]) for one in hands))
    assert clicks <= 8 and fields <= 6, hands
    assert hands[1]["fields"] == []


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_an_administrators_day_of_enrolment(
    browser: Any, town: Town, size: dict[str, int], tmp_path: Path
) -> None:
    rows = [register_row() for _ in range(1_200)]
    rows.append(register_row(name="周有卡", id_number=town.known, kind="残疾"))
    rows.append(register_row(name="错一位", id_number="512022195603080012"))
    register = write_xlsx(tmp_path / "2026年第四季度低保名册.xlsx", rows)
    head = ("姓名", "身份证号码", "死亡日期")
    one = [["吴不在", town.gone, "2026-01-15"], ["周有卡", town.gone, "2026-01-15"]]
    deaths = write_xlsx(tmp_path / "一月死亡.xlsx", one, header=head)
    with at_work(browser, town, town.administrators[0], size) as first:
        page = first.page
        page.goto(f"{town.address}/registers/")
        page.get_by_text("还没有上传过名册").wait_for()
        looks_right(first)
        page.set_input_files("#field-register", register)
        press(page, "button", "上传并检查")
        job = page.url
        page.get_by_role("heading", name="需要修改的行").wait_for()
        looks_right(first)
        found = page.inner_text("main")
        for words in ("新的人 1,200", "已登记，名册里有新内容 1", "符合条件，还没有卡 1,201"):
            assert words in found.replace("\n", " "), words
        assert "有卡，但名册里已没有 1" in found.replace("\n", " ")
        with page.expect_download() as got:
            page.click("text=下载待修改的工作簿")
        assert "错一位" in cells_of(got)
        page.get_by_role("button", name="并为符合条件的人提出申请").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url != job)
        page.get_by_role("heading", name="导入完成").wait_for()
        looks_right(first)
        done = page.inner_text("main .facts").split()
        assert done == [
            *("新登记", "1200", "有更新", "1", "没有变化", "0"),
            *("提出申请", "1201"),
        ]
        press(page, "link", "去审核申请")
        page.get_by_text("共 1,201 条").wait_for()
        looks_right(first)
        assert page.locator("input[name=chosen]").count() == 0, "one's own are another's to approve"
        page.goto(job)
        assert "不能据此结束任何人的保障" in page.inner_text("main"), "a row is to be mended"
        page.goto(f"{town.address}/endings/")
        page.set_input_files("#field-file", deaths)
        page.select_option("#field-cause", "died")
        looks_right(first)
        press(page, "button", "上传并对照")
        page.get_by_role("heading", name="提出").wait_for()
        looks_right(first)
        assert "吴*在" in page.inner_text("main")
        press(page, "button", "提出结束勾选的保障，交另一位审批")
        page.get_by_text("已提出结束 1 项保障").wait_for()
        looks_right(first)
    with at_work(browser, town, town.administrators[1], size) as second:
        page = second.page
        page.goto(f"{town.address}/today")
        second.follow(page.get_by_text("份结束保障的提议待审批"))
        press(page, "link", "一月死亡.xlsx")
        press(page, "button", "通过，结束 1 人的 1 项保障")
        page.get_by_text("已结束 1 项保障").wait_for()
        looks_right(second)
        press(page, "link", "打印给村（社区）的告知名单")
        page.get_by_role("heading", name="保障结束告知名单").wait_for()
        looks_right(second)
        page.goto(f"{town.address}/applications/")
        page.check("[data-check-all]")
        assert page.locator("input[name=chosen]:checked").count() == 50
        press(page, "button", "通过勾选的申请")
        page.get_by_text("已通过 50 份").wait_for()
        page.select_option("#field-source", "register")
        page.get_by_text("通过名册提出的全部申请").focus()
        page.keyboard.press("Enter")
        page.get_by_text("已通过 1,151 份").wait_for()
        page.goto(f"{town.address}/today")
        second.follow(page.get_by_text("人已通过，等待发卡"))
        page.get_by_role("button", name="人发卡").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".done-words", timeout=60_000)
        page.goto(f"{town.address}/today")
        second.follow(page.get_by_text("张卡等待打印"))
        page.get_by_text("共 1,202 条").wait_for()
        looks_right(second)


def test_the_bar_survives_a_reload_and_a_stop_leaves_nothing_half_done(
    browser: Any, tmp_path: Path
) -> None:
    rows = [register_row() for _ in range(1_000)]
    register = write_xlsx(tmp_path / "大名册.xlsx", rows)
    jobs = HeldJobs()
    with (
        open_town(tmp_path / "data", jobs) as town,
        at_work(browser, town, town.administrators[0], DESK) as visit,
    ):
        page = visit.page
        page.goto(f"{town.address}/registers/")
        page.set_input_files("#field-register", register)
        jobs.hold()
        press(page, "button", "上传并检查")
        page.wait_for_selector("progress")
        jobs.wait_for_job()
        jobs.step()
        page.reload()
        page.wait_for_selector("progress[max]")
        jobs.release()
        page.get_by_role("heading", name="新的人").wait_for()
        jobs.hold()
        visit.follow(page.get_by_role("button", name="并为符合条件的人提出申请"))
        jobs.wait_for_job()
        while "写入" not in page.inner_text("#job-words"):
            jobs.step()
            page.reload()
        page.locator("#job-words", has_text="/ 1,000").wait_for()
        press(page, "button", "停止导入")
        page.get_by_text("正在停止").wait_for()
        jobs.release()
        page.get_by_text("写入的每个人都是完整的").wait_for()
        page.goto(f"{town.address}/registers/")
        looks_right(visit)
        page.goto(f"{town.address}/applications/?source=register&state=submitted")
        applied = page.inner_text(".list-count")
        page.goto(f"{town.address}/holders/?card=none")
        listed = page.inner_text(".list-count")
        # Whoever is entered has applied; the one who was there before has not.
        counts = [int("".join(filter(str.isdigit, words))) for words in (applied, listed)]
        assert 0 < counts[0] < 1_000 and counts[1] == counts[0] + 1
