"""The public pages and the open data as anybody gets them: light, cacheable, nothing personal."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import quote, urljoin

import pytest

from huimin.core.signed_note import Verifier, open_note
from huimin.daily.run import run_day
from huimin.instance import Instance
from huimin.ledger.read import digest_of_day
from huimin.merchants.outlets import suspend_outlet
from huimin.publication.pages.public import OUTLETS_A_PAGE
from huimin.publication.publish import withdraw_month
from tests.conftest import FixedClock, WireApp
from tests.making.merchants import make_outlet
from tests.publication.county import TIANCHI, PublicCounty

PAGES = (
    "/public/",
    "/public/outlets",
    "/public/months/",
    "/public/months/2026-10",
    "/public/digests/",
    "/public/data",
)
FILES = (
    "/open/months.csv",
    "/open/months.json",
    "/open/months/2026-10.csv",
    "/open/months/2026-10.json",
    "/open/outlets.csv",
    "/open/outlets.json",
    "/open/data.db",
    "/open/digests/2026-10-31.json",
    "/open/dictionary.csv",
    "/open/dictionary.json",
)
FIRST_LOAD_MAX = 100_000


@pytest.fixture
def county(instance: Instance, clock: FixedClock) -> PublicCounty:
    made = PublicCounty(instance)
    clock.advance(days=1)
    made.close()
    return made


@pytest.fixture
def client(county: PublicCounty, wire_app: WireApp) -> Any:
    """The day before has its digest, as the night's timer made it."""
    run_day(county.instance)
    return wire_app(county.instance).test_client()


def assets_of(text: str, address: str) -> set[str]:
    """What a browser loads for the page by itself: style sheets, scripts, pictures."""
    tags = re.findall(r"<(?:link|script|img|source|iframe)\b[^>]*>", text)
    found = set()
    for tag in tags:
        for where in re.findall(r'(?:href|src)="([^"]+)"', tag):
            found.add(urljoin(address, where))
    return found


@pytest.mark.both_engines
def test_a_first_visit_loads_less_than_100_kb_from_this_server_alone(client: Any) -> None:
    for address in PAGES:
        page = client.get(address)
        assert page.status_code == 200
        assets = assets_of(page.text, address)
        assert assets, "a page without its sheet was measured"
        total = len(page.data)
        for asset in assets:
            assert asset.startswith("/static/"), asset
            answer = client.get(asset)
            assert answer.status_code == 200
            # What a sheet asks for in turn would count too; it asks for nothing.
            assert b"url(" not in answer.data and b"@import" not in answer.data, asset
            total += len(answer.data)
        assert total < FIRST_LOAD_MAX, (address, total)
        assert "<script" not in page.text


def test_it_is_cached_and_sets_no_cookie(client: Any) -> None:
    for address in (*PAGES, *FILES):
        first = client.get(address)
        assert first.status_code == 200
        assert first.headers["Cache-Control"].startswith("public, max-age=")
        assert "Set-Cookie" not in first.headers
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), address


def test_open_data_may_be_read_from_anywhere_and_pages_may_not(client: Any) -> None:
    for address in FILES:
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"
    for page in PAGES:
        assert "Access-Control-Allow-Origin" not in client.get(page).headers


def test_a_page_says_its_language_in_its_address_and_its_links(client: Any) -> None:
    for lang, word in (("en", "Outlets"), ("zh-Hant", "惠民示範點")):
        for address in PAGES:
            text = client.get(address, query_string={"lang": lang}).text
            assert f'<html lang="{lang}">' in text
            assert word in text, address
            inner = re.findall(r'href="(/public/[^"]*)"', text)
            assert inner and all("lang=" in link for link in inner)


def test_outlets_show_where_when_and_the_rate_and_nobody_s_name(
    client: Any, county: PublicCounty
) -> None:
    instance = county.instance
    made = make_outlet(
        instance,
        "pharmacy",
        name="惠民大药房",
        division_code="512022002004",
        address="南塔街道 9 号",
        opening_hours="08:00-20:00",
        contact_name="钱掌柜",
        contact_phone="13812345678",
    )
    text = client.get("/public/outlets?kind=pharmacy&town=512022002000").text
    for shown in ("惠民大药房", "南塔街道 9 号", "08:00-20:00", "九二折", "geo:0,0?q="):
        assert shown in text
    assert "pharmacy店" not in text
    everything = client.get("/open/outlets.json").json
    mine = next(each for each in everything["outlets"] if each["id"] == made["id"])
    assert (mine["rate_bp"], mine["town_code"]) == (800, "512022002000")
    whole = text + json.dumps(everything, ensure_ascii=False) + client.get("/open/outlets.csv").text
    for hidden in ("钱掌柜", "13812345678"):
        assert hidden not in whole
    # Each link to another host says so, and sends no referrer.
    links = re.findall(r'<a [^>]*href="(?:geo:|https:)[^>]*>', text)
    assert links and all("noreferrer" in link for link in links)
    now = {"now": instance.clock(), "actor": "test", "reason": "停业"}
    instance.engine.write(lambda tx: suspend_outlet(tx, outlet_id=made["id"], **now))
    assert "惠民大药房" not in client.get("/public/outlets?kind=pharmacy").text
    assert "惠民大药房" not in client.get("/open/outlets.csv").text


def test_an_outlet_whose_place_is_known_is_linked_by_it_in_the_datum_it_is_in(
    client: Any, county: PublicCounty
) -> None:
    place = {"latitude": "30.2756", "longitude": "105.022341"}
    where = {"name": "甲(一)店&", "address": "迎宾大道 88 号", **place}
    made = make_outlet(county.instance, "school", **where)
    make_outlet(county.instance, "school", name="乙店")
    text = client.get("/public/outlets?kind=school").text
    first, second = text.split("<h2>")[1:]
    links = [unescape(link) for link in re.findall(r'href="((?:geo:|https:)[^"]*)"', first)]
    name, address = quote(where["name"], safe=""), quote(where["address"], safe="")
    # 高德 wants the longitude first, the others the latitude.
    assert links == [
        f"geo:30.275600,105.022341?q=30.275600,105.022341({name})",
        f"https://uri.amap.com/marker?position=105.022341,30.275600&name={name}"
        "&coordinate=wgs84&src=huimin",
        f"https://api.map.baidu.com/marker?location=30.275600,105.022341&title={name}"
        f"&content={address}&coord_type=wgs84&output=html&src=huimin",
    ]
    assert "geo:0,0?q=" in second and "wgs84" not in second
    outlets = {row["id"]: row for row in client.get("/open/outlets.json").json["outlets"]}
    known = (outlets[made["id"]]["latitude"], outlets[made["id"]]["longitude"])
    assert known == (30.2756, 105.022341)
    others = [row for row in outlets.values() if row["id"] != made["id"]]
    assert others and all(row["latitude"] is row["longitude"] is None for row in others)
    rows = csv.DictReader(StringIO(client.get("/open/outlets.csv").text.lstrip("\ufeff")))
    written = {row["id"]: (row["latitude"], row["longitude"]) for row in rows}
    assert written[made["id"]] == ("30.2756", "105.022341")
    assert {written[row["id"]] for row in others} == {("", "")}


@pytest.mark.parametrize("place", [{}, {"latitude": "30.2756", "longitude": "105.022341"}])
def test_a_full_page_of_the_longest_outlets_is_light(
    client: Any, county: PublicCounty, place: dict[str, str]
) -> None:
    words = {"address": "很长的地址" * 24, "opening_hours": "周一至周日全天" * 8}
    for number in range(OUTLETS_A_PAGE):
        name = f"{number:05}" + "很长的名字" * 11
        make_outlet(county.instance, "school", name=name, **words, **place)
    page = client.get("/public/outlets?kind=school&lang=en")
    assert page.text.count("geo:") == OUTLETS_A_PAGE
    assert len(page.data) + len(client.get("/static/public.css").data) < FIRST_LOAD_MAX


def test_a_search_without_result_says_what_to_do(client: Any) -> None:
    assert "没有符合条件的示范点" in client.get("/public/outlets?text=%25").text


@pytest.mark.both_engines
def test_page_json_and_csv_show_the_same_month(client: Any) -> None:
    figures = client.get("/open/months/2026-10.json").json
    rows = list(
        csv.DictReader(StringIO(client.get("/open/months/2026-10.csv").text.lstrip("\ufeff")))
    )
    county = next(row for row in rows if row["level"] == "county")
    assert int(county["saved_fen"]) == figures["county"]["saved_fen"]
    cells = [row for row in rows if row["level"] == "town_and_kind"]
    assert [row["cards"] for row in cells] == [
        "" if cell["cards"] is None else str(cell["cards"]) for cell in figures["by_town_and_kind"]
    ]
    assert any(row["cards"] == "" for row in cells) and any(row["cards"] for row in cells)
    text = client.get("/public/months/2026-10?show=sales").text
    assert "不公布" in text and f"{figures['county']['sales']:,}" in text


def test_a_month_that_is_not_published_is_not_there(client: Any, county: PublicCounty) -> None:
    for address in ("/public/months/2026-09", "/open/months/2026-09.json", "/public/months/x"):
        assert client.get(address).status_code == 404
    now = county.instance.clock()
    county.instance.engine.write(lambda tx: withdraw_month(tx, "2026-10", close_id="c", now=now))
    assert "正在更正" in client.get("/public/months/2026-10").text
    assert client.get("/open/months/2026-10.json").status_code == 404
    assert client.get("/open/months.json").json["months"] == []


def test_the_digest_is_made_by_the_timer_alone_and_only_of_days_that_are_over(
    client: Any, county: PublicCounty, clock: FixedClock
) -> None:
    instance = county.instance
    expected = instance.engine.read(
        lambda tx: digest_of_day(tx, clock().date().replace(day=31, month=10))
    )
    county.sell(county.cards[0], 0, 5_000)
    clock.advance(days=1)
    # Whoever asks before the timer ran is told so, and nothing is folded for them.
    asked = client.get("/public/digests/?day=2026-11-01").text
    assert "还没有做" in asked
    assert client.get("/open/digests/2026-11-01.json").status_code == 404
    for day, why in (
        ("2026-10-30", "那时还没有交易"),
        ("2026-11-02", "这一天还没有过完"),
        ("2027-11-02", "这一天还没有过完"),
        ("tomorrow", "请把日期写成"),
    ):
        assert why in client.get(f"/public/digests/?day={day}").text
    run_day(instance)
    assert expected in client.get("/public/digests/?day=2026-10-31").text
    answer = client.get("/open/digests/2026-10-31.json").json
    assert answer["digest"] == expected
    for day in ("2026-11-02", "2026-10-30", "2026-02-30", "tomorrow"):
        assert client.get(f"/open/digests/{day}.json").status_code == 404
        assert expected not in client.get(f"/public/digests/?day={day}").text
    newest = client.get("/open/digests/2026-11-01.json").json["digest"]
    assert newest != expected and newest in client.get("/public/digests/").text
    county.sell(county.cards[0], 0, 5_000)
    clock.advance(days=2)
    run_day(instance)
    assert client.get("/open/digests/2026-10-31.json").json == answer


def test_a_day_from_before_the_first_digest_leads_to_the_one_that_covers_it(
    county: PublicCounty, wire_app: WireApp, clock: FixedClock
) -> None:
    client = wire_app(county.instance).test_client()
    clock.advance(days=100)
    run_day(county.instance)
    asked = client.get("/public/digests/?day=2026-11-05").text
    first = re.search(r'href="(/public/digests/\?day=[0-9-]+)"', asked)
    assert "没有单独的校验码" in asked and first is not None
    assert re.search(r'class="digest">[0-9a-f]{64}<', client.get(first[1]).text)


def test_everybody_may_read_the_signed_checkpoints_but_no_till(
    client: Any, county: PublicCounty
) -> None:
    newest = client.get("/open/checkpoint")
    assert newest.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/open/checkpoints/2026-10-31.txt").text == newest.text
    for address in ("/open/checkpoints/2026-11-01.txt", "/open/checkpoints/x.txt"):
        assert client.get(address).status_code == 404
    key = Verifier.read(client.get("/.well-known/huimin-verifiers.txt").text)
    text, _ = open_note(newest.text, [key])
    origin, size, _, day, end = text.split("\n")
    assert (origin, day, end) == (key.name, "day 2026-10-31", "")
    rows = county.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT COUNT(*) AS n FROM ledger").fetchone()["n"]
    )
    assert int(size) == rows


def test_the_dictionary_names_every_field_of_the_files(client: Any, county: PublicCounty) -> None:
    described = {
        address: {field["name"] for field in file["fields"]}
        for file in client.get("/open/dictionary.json").json["files"]
        for address in file["addresses"]
    }
    for address, key in (
        ("/open/months.csv", "/open/months.csv"),
        ("/open/months/2026-10.csv", "/open/months/YYYY-MM.csv"),
        ("/open/outlets.csv", "/open/outlets.csv"),
    ):
        heading = client.get(address).text.lstrip("\ufeff").split("\r\n", 1)[0].split(",")
        assert set(heading) == described[key], address
    digest = set(client.get("/open/digests/2026-10-31.json").json) - {"licence"}
    assert digest == described["/open/digests/YYYY-MM-DD.json"]


def test_towns_with_few_people_are_named_together(client: Any) -> None:
    figures = client.get("/open/months/2026-10.json").json
    assert [TIANCHI] in [row["towns"] for row in figures["by_town"]]
    joined = next(row["towns"] for row in figures["by_town"] if len(row["towns"]) > 1)
    names = {town["code"]: town["name"] for town in figures["towns"]}
    assert "、".join(names[code] for code in joined) in client.get("/public/months/2026-10").text
