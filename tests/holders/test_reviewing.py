"""The page of a reviewer: papers beside the data, one press to decide, and the next one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from huimin.holders.applications import application_in
from huimin.holders.change_person import person
from huimin.holders.draw_pdf import PAGES_DRAWN, WIDTH
from huimin.holders.person_page import person_page
from huimin.instance import Instance
from tests.making.holders import NEW_SOUTH_COMMUNITY, id_number
from tests.making.office import OTHER_TOWN, Office, first_id

HOUR_AND_MORE = {"hours": 1, "minutes": 1}


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def pdf(pages: int = 1, *, script: bool = False, password: str | None = None) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=password)
    for number in range(pages):
        canvas.rect(100, 100, 200, 200, fill=1)
        canvas.drawString(72, 720, f"page {number + 1}")
        canvas.showPage()
    if script:
        canvas.setAuthor("x")
    canvas.save()
    content = file.getvalue()
    if script:
        content = content.replace(
            b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
        )
    return content


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 30, 30)).save(file, "JPEG")
    return file.getvalue()


def enter(office: Office, client: Any, *papers: tuple[str, bytes], **over: Any) -> str:
    """Enter a person with papers; the id of the application."""
    form = {
        "name": "赵小兰",
        "id_number": id_number(),
        "phone": "13900001111",
        "division_code": NEW_SOUTH_COMMUNITY,
        "kind": "dibao",
        "since": "2026-03-01",
        "not_same": "1",
        "act": "enter",
        **over,
    }
    files = [(io.BytesIO(content), name) for name, content in papers]
    sent = office.post(client, "/holders/new", **form, evidence=files)
    assert sent.status_code == 302, sent.text
    return first_id(client.get(sent.headers["Location"]).text, "/applications/")


def of(instance: Instance, application_id: str) -> dict[str, Any]:
    """What the person's page knows, of an application."""

    def query(tx: Any) -> dict[str, Any]:
        row = application_in(tx, application_id, within=None)
        return person_page(tx, instance.personal_data, person(tx, row["holder_id"]))

    return instance.engine.read(query)


def pictures(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('<img src="')[1:]]


def test_papers_are_drawn_beside_the_data_and_nothing_in_them_runs(
    office: Office, instance: Instance, clock: Any
) -> None:
    first, second = office.client("registrar"), office.client("registrar")
    papers = (
        ("证明.pdf", pdf(7, script=True)),
        ("照片.jpg", photo()),
        ("锁.pdf", pdf(password="x")),
    )
    application = enter(office, first, *papers)
    page = second.get(f"/applications/{application}").text
    assert all(name in page for name, _content in papers)
    locked, photographed, drawn = pictures(page)
    answers = [second.get(address) for address in (drawn, photographed)]
    for answer in answers:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(answers[0].data)) as picture:
        assert picture.width == WIDTH and picture.height > PAGES_DRAWN * WIDTH
        # The black square of the first page, and of none that is not drawn.
        assert picture.getpixel((300, 1_000)) == (0, 0, 0)
    assert answers[1].data == photo()
    assert second.get(locked).status_code == 404
    # Looking again within the hour is no second look.
    second.get(drawn)
    clock.advance(**HOUR_AND_MORE)
    second.get(drawn)
    events = of(instance, application)["events"]
    looks = [one for one in events if one["event"] == "holder.evidence_read"]
    assert len(looks) == len(papers) + 1
    # Another town's registrar, and an auditor, see none.
    assert office.client("registrar", division_code=OTHER_TOWN).get(drawn).status_code == 404
    auditor = office.client("auditor")
    assert auditor.get(drawn).status_code == 403
    assert pictures(auditor.get(f"/applications/{application}").text) == []


def test_one_press_shows_the_numbers_and_is_recorded(office: Office, instance: Instance) -> None:
    first, second = office.client("registrar"), office.client("registrar")
    number = id_number()
    application = enter(office, first, id_number=number)
    address = f"/applications/{application}"
    assert number not in second.get(address).text
    page = office.post(second, f"{address}/numbers").text
    assert number in page and "13900001111" in page and "赵小兰" in page
    assert number not in second.get(address).text
    events = [(one["event"], one["reason"]) for one in of(instance, application)["events"]]
    assert ("holder.unmasked", "审核申请") in events
    assert office.post(office.client("auditor"), f"{address}/numbers").status_code == 403
    elsewhere = office.client("registrar", division_code=OTHER_TOWN)
    assert office.post(elsewhere, f"{address}/numbers").status_code == 404


@pytest.mark.both_engines
def test_one_press_approves_and_issues_and_the_slower_of_two_is_told(
    office: Office, instance: Instance
) -> None:
    first, second, third = (office.client("registrar") for _ in range(3))
    application = enter(office, first)
    own = office.post(first, f"/cards/approve/{application}")
    assert "请由另一位工作人员审批" in first.get(own.headers["Location"]).text
    assert of(instance, application)["cards"] == []
    done = office.post(second, f"/cards/approve/{application}")
    page = second.get(done.headers["Location"]).text
    (card,) = of(instance, application)["cards"]
    assert f'action="/cards/{card["id"]}/print"' in page and "打印这张卡" in page
    # Both had the page open, and both pressed.
    late = office.post(third, f"/cards/approve/{application}")
    page = third.get(late.headers["Location"]).text
    assert f"已由 {office.names[second]} 审批过（已通过）" in page
    refused = office.post(third, f"/applications/{application}", act="reject", reason="晚了")
    assert refused.status_code == 422 and office.names[second] in refused.text
    assert len(of(instance, application)["cards"]) == 1
    printed = office.post(second, f"/cards/{card['id']}/print")
    assert printed.data.startswith(b"%PDF-")
    assert office.post(office.client("auditor"), f"/cards/approve/{application}").status_code == 403


def test_the_next_one_skips_what_the_reviewer_may_not_decide(
    office: Office, instance: Instance
) -> None:
    first, second = office.client("registrar"), office.client("registrar")
    stranger = office.client("registrar", division_code=OTHER_TOWN)
    one = enter(office, first)
    enter(office, second)  # the reviewer's own
    enter(office, stranger, division_code="512022001001")
    two = enter(office, first, name="钱大海")

    def following(after: str) -> str:
        address = f"/applications/next{f'?after={after}' if after else ''}"
        return str(second.get(address).headers["Location"])

    assert following("").endswith(one)
    assert following(one).endswith(two)
    # Behind the last one it begins again, so that two who started apart don't meet at once.
    assert following(two).endswith(one)
    page = second.get(f"/applications/{one}").text
    assert f"/applications/next?after={one}" in page
    # What is decided leads on by itself; at the end the list says so.
    returned = office.post(second, f"/applications/{one}", act="return", reason="请补证明")
    assert returned.headers["Location"].endswith(f"/applications/next?after={one}")
    office.post(second, f"/applications/{two}", act="approve")
    end = following(two)
    assert end == "/applications/" and "没有别的申请等您审核了" in second.get(end).text
    assert "/applications/next" not in second.get(f"/applications/{two}").text


def test_what_was_decided_before_stands_on_the_page(office: Office, instance: Instance) -> None:
    first, second = office.client("registrar"), office.client("registrar")
    application = enter(office, first)
    office.post(second, f"/applications/{application}", act="reject", reason="材料不实")
    holder = of(instance, application)["id"]
    office.post(first, f"/holders/{holder}/apply")
    again = of(instance, application)["applications"][-1]["id"]
    page = second.get(f"/applications/{again}").text
    assert f'href="/applications/{application}"' in page and "材料不实" in page
