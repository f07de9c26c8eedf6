"""A receipt's page takes one judgement without signing in, and later says what became of it."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from PIL import Image

from huimin.instance import Instance
from huimin.keys.sealed_files import FOLDER, read_file
from tests.conftest import FixedClock
from tests.making.photos import OWNER, PLACE, bomb, phone_photo
from tests.making.ratings import receipt_of, send_judgement
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={}, name="天池平价超市")


def rows(instance: Instance, table: str) -> list[dict[str, Any]]:
    sql = f"SELECT * FROM {table}"
    return instance.engine.read(lambda tx: [dict(r) for r in tx.connection.execute(sql)])


@pytest.mark.both_engines
def test_a_receipt_is_judged_once(app: Any, till: ApiTill) -> None:
    path, visitor = receipt_of(till.redeem().json), app.test_client()
    first = send_judgement(visitor, path, given="in_part", stars="4")
    assert first.status_code == 303
    page = visitor.get(path).text
    assert "只给了一部分" in page and "4 颗星" in page and 'name="given"' not in page
    again = send_judgement(app.test_client(), path, given="no", stars="1")
    assert again.status_code == 303
    assert [row["given"] for row in rows(till.instance, "rating")] == ["in_part"]
    assert rows(till.instance, "complaint") == []  # in part, and no words about it


@pytest.mark.both_engines
def test_a_shop_that_answers_first_keeps_nobody_from_complaining(app: Any, till: ApiTill) -> None:
    path, shop, customer = receipt_of(till.redeem().json), app.test_client(), app.test_client()
    early = customer.post(path, data={"csrf_token": csrf_of(customer, path), "act": "object"})
    assert early.status_code == 404
    send_judgement(shop, path, given="yes", stars="5")
    assert "优惠没有给够，请县里核实" in customer.get(path).text
    form = {"csrf_token": csrf_of(customer, path), "act": "object"}
    assert [customer.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    page = customer.get(path).text
    assert "处理中" in page and "优惠没有给够，请县里核实" not in page
    (rating,), (complaint,) = rows(till.instance, "rating"), rows(till.instance, "complaint")
    assert (rating["given"], complaint["state"]) == ("yes", "open")
    administrator = app.test_client()
    sign_in(administrator, make_staff(till.instance, "administrator")["username"])
    assert "不是自己答的" in administrator.get(f"/complaints/{complaint['id']}").text


def test_words_are_read_by_the_browser_that_wrote_them_alone(app: Any, till: ApiTill) -> None:
    """A shop can print the receipt again, and open its page."""
    path, other = (receipt_of(till.redeem().json) for _ in range(2))
    writer, shop, words = app.test_client(), app.test_client(), "价签写九块九"
    assert "店里也能重打" in writer.get(path).text
    send_judgement(writer, path, given="no", words=words)
    assert words in writer.get(path).text
    told = shop.get(path).text
    assert words not in told and "只有写的那台手机和县里能看" in told and "处理中" in told
    # Having judged another receipt is no proof, nor is another judgement of this one.
    send_judgement(shop, other, given="yes", words="好")
    cookie = shop.get_cookie("huimin_judged", path=other)
    shop.set_cookie("huimin_judged", cookie.value, path=path)
    assert words not in shop.get(path).text
    send_judgement(shop, path, given="no", words="价签写八块八")
    assert words not in shop.get(path).text


def test_words_that_are_sent_again_as_the_answer_got_lost_stay_ones_own(
    app: Any, till: ApiTill
) -> None:
    path, words = receipt_of(till.redeem().json), "第一行\r\n第二行"
    send_judgement(app.test_client(), path, given="no", words=words)
    again = app.test_client()
    send_judgement(again, path, given="no", words=words)
    assert "第二行" in again.get(path).text


def test_two_presses_at_once_are_one_answer(app: Any, till: ApiTill) -> None:
    path = receipt_of(till.redeem().json)
    visitors = [app.test_client() for _ in range(4)]
    tokens = [csrf_of(visitor, path) for visitor in visitors]
    start, answers = threading.Barrier(4), []

    def press(visitor: Any, token: str) -> None:
        start.wait()
        form = {"csrf_token": token, "given": "no", "stars": "1"}
        answers.append(visitor.post(path, data=form).status_code)

    threads = [
        threading.Thread(target=press, args=pair) for pair in zip(visitors, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    (month,) = rows(till.instance, "rating_month")
    assert (month["answers"], month["given_no"], month["stars"]) == (1, 1, 1)
    assert len(rows(till.instance, "complaint")) == 1


def test_a_receipt_is_judged_over_tls_though_its_page_tells_no_referrer(
    app: Any, till: ApiTill
) -> None:
    path, visitor = receipt_of(till.redeem().json), app.test_client()
    form = {"csrf_token": csrf_of(visitor, path), "given": "yes", "stars": "5"}

    def send(**headers: str) -> int:
        answer = visitor.post(path, data=form, headers=headers, base_url="https://localhost")
        return int(answer.status_code)

    assert visitor.get(path).headers["Referrer-Policy"] == "no-referrer"
    assert send(**{"Sec-Fetch-Site": "cross-site"}) == 400
    assert send(Referer="https://elsewhere.example/") == 400
    assert send(**{"Sec-Fetch-Site": "same-origin"}) == 303


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_all_but_its_picture(app: Any, till: ApiTill, form: str) -> None:
    path, sent = receipt_of(till.redeem().json), phone_photo(form)
    assert PLACE in sent and OWNER in sent
    assert send_judgement(app.test_client(), path, given="no", photo=sent).status_code == 303
    opened = till.instance
    (picture,) = rows(opened, "picture")
    (file,) = (opened.settings.folder / FOLDER).iterdir()
    assert file.name == picture["id"] and b"JFIF" not in file.read_bytes()  # sealed
    kept = read_file(opened.personal_data, opened.settings.folder, picture["id"])
    assert PLACE not in kept and OWNER not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert drawn.format == "JPEG" and not drawn.getexif()
        assert {name for name in drawn.info if not name.startswith("jfif")} <= {"dpi"}
        assert drawn.size == (48, 64)  # upright, as the phone meant it
    # Only the county sees it, and that it did is on record.
    manager, auditor = make_staff(opened, "merchant_manager"), make_staff(opened, "auditor")
    address = f"/ratings/{rows(opened, 'rating')[0]['id']}/photo"
    for who, status in ((None, 302), (manager, 403), (auditor, 200)):
        visitor = app.test_client()
        if who is not None:
            sign_in(visitor, who["username"])
        answer = visitor.get(address)
        assert answer.status_code == status
    assert answer.data == kept and answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    read = [row for row in rows(opened, "audit_event") if row["action"] == "rating.photo_read"]
    assert [row["actor"] for row in read] == [auditor["username"]]


def test_a_photo_that_no_key_opens_is_not_found_and_the_rest_is_shown(
    app: Any, till: ApiTill
) -> None:
    path, opened = receipt_of(till.redeem().json), till.instance
    sent = send_judgement(app.test_client(), path, given="no", photo=phone_photo("JPEG"))
    assert sent.status_code == 303
    (file,) = (opened.settings.folder / FOLDER).iterdir()
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    auditor = app.test_client()
    sign_in(auditor, make_staff(opened, "auditor")["username"])
    assert auditor.get(f"/ratings/{rows(opened, 'rating')[0]['id']}/photo").status_code == 404
    assert auditor.get("/ratings/").status_code == 200


def test_a_harmful_photo_is_refused_and_leaves_nothing(
    app: Any, till: ApiTill, read_apart: None
) -> None:
    path = receipt_of(till.redeem().json)
    for photo in (bomb(), b"<svg/>", b"GIF89a" + bytes(20), b"\xff\xd8\xff" + bytes(99)):
        answer = send_judgement(app.test_client(), path, photo=photo, words="价签看不清")
        assert answer.status_code == 422 and "照片" in answer.text
        assert "价签看不清" in answer.text  # nothing that was typed is lost
    assert rows(till.instance, "rating") == rows(till.instance, "picture") == []
    assert not (till.instance.settings.folder / FOLDER).exists()


def test_large_bodies_are_taken_from_a_receipt_alone(app: Any, till: ApiTill) -> None:
    from huimin.web.uploads import STRANGERS_BYTES_MAX, bytes_max_of

    path = receipt_of(till.redeem().json)

    def most(address: str) -> int:
        with app.test_request_context(address, method="POST") as made:
            return bytes_max_of(app, made.request.environ)

    assert most(path) > 8 * 1024 * 1024
    assert most(path[:-4] + "0000") == STRANGERS_BYTES_MAX
    answer = send_judgement(app.test_client(), path, photo=bytes(9 * 1024 * 1024))
    assert answer.status_code == 413


def test_what_is_no_judgement_is_refused(app: Any, till: ApiTill) -> None:
    sold, visitor = till.redeem().json, app.test_client()
    path = receipt_of(sold)
    assert send_judgement(visitor, path, csrf=False).status_code == 400
    for wrong in ({"given": "maybe"}, {"stars": "6"}, {"stars": "５"}, {"words": "字" * 501}):
        assert send_judgement(visitor, path, **wrong).status_code == 422
    slip = till.reverse(sold["id"], "back-1").json
    assert 'name="given"' not in visitor.get(receipt_of(slip)).text
    assert send_judgement(visitor, receipt_of(slip)).status_code == 404
    other = till.redeem().json
    for foreign in (
        f"/r/{sold['receipt_no']}/{other['chain']['hash'][:16]}",
        f"/r/{sold['receipt_no']}/{'0' * 16}",
        "/r/x/y",
    ):
        token = csrf_of(visitor, path)
        form = {"csrf_token": token, "given": "no", "stars": "1"}
        assert visitor.post(foreign, data=form).status_code == 404
    assert rows(till.instance, "rating") == []


def test_many_attempts_are_throttled(app: Any, till: ApiTill, clock: FixedClock) -> None:
    path, visitor = receipt_of(till.redeem().json), app.test_client()
    token = csrf_of(visitor, path)
    form = {"csrf_token": token, "given": "", "stars": ""}
    answers = [visitor.post(path, data=form).status_code for _ in range(21)]
    assert answers[:20] == [422] * 20 and answers[20] == 429
    clock.advance(seconds=61)  # the address may again, the receipt not within the hour
    assert send_judgement(visitor, path).status_code == 429
    clock.advance(hours=2)
    assert send_judgement(visitor, path).status_code == 303


def test_the_answer_shows_nobody_s_name_and_is_not_indexed(app: Any, till: ApiTill) -> None:
    path = receipt_of(till.redeem().json)
    words = "价签写 12 元\n收了 <b>13</b> 元"
    writer = app.test_client()
    send_judgement(writer, path, given="no", stars="1", words=words)
    answer = writer.get(path)
    assert "价签写 12 元\n收了 &lt;b&gt;13&lt;/b&gt; 元" in answer.text.replace("\r", "")
    assert "黄" not in answer.text and till.card["number"] not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    content = rows(till.instance, "rating_content")[0]["words_cipher"]
    assert "价签" not in content
