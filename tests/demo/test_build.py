"""The demo county: whole, believable, the same for the same seed, made by real use cases."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.alerts.find_alerts import AlertCriteria, alerts_before
from huimin.alerts.wording import RULES
from huimin.checkout.offline.decide_waiting import hindrance, needs_two_people
from huimin.checkout.offline.items import ItemCriteria, items_before
from huimin.checkout.offline.waiting_sales import waiting_sale
from huimin.checkout.verify import verify_card
from huimin.claims.assess import look_at_claim
from huimin.claims.find_claims import ClaimCriteria, claim_in, claims_before
from huimin.core.card_number import is_valid
from huimin.core.card_token import check_card
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.identity import check_credit_code
from huimin.core.refusals import Refusal
from huimin.demo import queries
from huimin.demo.build import open_demo
from huimin.demo.county import build_county
from huimin.demo.judged import SETTLED_LAST_MONTH
from huimin.demo.months import MonthsPlan, demo_days
from huimin.demo.places import COMPANIES
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.open_instance import open_instance
from huimin.publication.results import results_before
from huimin.publication.scores import outlet_score
from huimin.ratings.complaints import RESULTS
from huimin.ratings.find_complaints import ComplaintCriteria, complaints_before
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from huimin.shelf_prices.compare import basket_of_month, months_with_prices
from tests.conftest import RunCli
from tests.reports.county import GROUPINGS


def opened(folder: Path) -> Instance:
    return open_instance(Settings.from_environment(folder, {}))


@pytest.fixture
def demo_instance(demo_copy: Path) -> Iterator[Instance]:
    instance = opened(demo_copy)
    yield instance
    instance.close()


def figures(instance: Instance, now: datetime) -> dict[str, Any]:
    """Every figure of the three months, without the ids, which are random."""
    month = month_of(county_day(now))
    shown = {}
    for _ in range(3):
        report = instance.engine.read(lambda tx, month=month: monthly_report(tx, month)).as_dict()
        for grouping in GROUPINGS:
            for row in report[f"by_{grouping}"]:
                del row["key"]
        del report["top_outlets"]
        for outlet in report["silent_outlets"]:
            del outlet["key"]
        shown[month] = report
        month = previous_month(month)
    return shown


def test_sales_wait_for_one_person_and_for_two(demo_instance: Instance) -> None:
    def read(tx: Any) -> list[Any]:
        waiting = items_before(tx, ItemCriteria(status="waiting"), "", 10)
        return [waiting_sale(tx, row["id"]) for row in waiting]

    sales = demo_instance.engine.read(read)
    assert {sale["order_no"]: needs_two_people(sale) for sale in sales} == {
        "YB-20377": False,
        "HH-77105": True,
    }
    for sale in sales:
        assert sale["code"] == "offline_too_old"
    now = demo_instance.clock()
    for sale in sales:
        assert demo_instance.engine.read(lambda tx, sale=sale: hindrance(tx, sale, now)) is None


def test_demo_file_is_complete_and_private(built: Path, described: dict[str, Any]) -> None:
    assert stat.S_IMODE((built / "demo.json").stat().st_mode) == 0o600
    assert described["base_url"].startswith("http://127.0.0.1:")
    assert {each["role"] for each in described["staff"]} == {
        "administrator",
        "registrar",
        "auditor",
        "merchant_manager",
        "cashier",
        "price_recorder",
    }
    assert all(set(each) == {"role", "username", "password"} for each in described["staff"])
    terminals = described["terminals"]
    assert terminals[0]["outlet"] == "时代百盛·宏扬店"
    assert {each["kind"] for each in terminals} == {
        "supermarket",
        "pharmacy",
        "hospital",
        "school",
        "other",
    }
    assert all(set(each) == {"outlet", "kind", "key"} for each in terminals)
    states = Counter(each["state"] for each in described["cards"])
    assert states["active"] > 300
    assert all(
        states[name] >= 1 for name in ("suspended", "lost", "replaced", "expired", "not_entitled")
    )
    assert all("*" in each["holder"] and is_valid(each["number"]) for each in described["cards"])
    assert described["cards"][0]["state"] == "active"


def test_credit_codes_are_right_and_towns_real(demo_instance: Instance) -> None:
    for company in COMPANIES:
        assert check_credit_code(company.credit_code) == company.credit_code
    known = demo_instance.engine.read(
        lambda tx: {
            row["code"] for row in tx.connection.execute("SELECT code FROM division").fetchall()
        }
    )
    assert all(place.division_code in known for c in COMPANIES for place in c.places)


def test_each_card_answers_by_its_state(demo_instance: Instance, described: dict[str, Any]) -> None:
    keys = demo_instance.key_ring.public_keys()
    codes = {
        "suspended": "card_suspended",
        "lost": "card_lost",
        "replaced": "card_replaced",
        "expired": "card_expired",
        "revoked": "card_revoked",
        "not_entitled": "not_entitled",
    }

    def verified(token: str) -> dict[str, Any]:
        def look(tx: Any) -> dict[str, Any]:
            terminal = terminal_of_key(tx, described["terminals"][0]["key"])
            card = check_card(token, keys)
            return verify_card(tx, card, terminal=terminal, now=demo_instance.clock())

        return demo_instance.engine.read(look)

    for card in described["cards"]:
        if card["state"] == "active":
            answer = verified(card["token"])
            assert answer["policy"]["rate_bp"] == 800
            assert answer["holder"]["name_masked"] == card["holder"]
        else:
            with pytest.raises(Refusal) as refused:
                verified(card["token"])
            assert refused.value.code == codes[card["state"]]


def test_three_months_are_full_and_the_last_ends_now(built: Path) -> None:
    instance = opened(built)
    for month, report in figures(instance, datetime.now(UTC)).items():
        assert report["total"]["discount_fen"] > 0, month
        assert len(report["by_kind"]) == 5, month
        assert len(report["by_town"]) > 15, month
    last = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT MAX(recorded_at) AS last FROM ledger").fetchone()
    )["last"]
    assert last < datetime.now(UTC).isoformat()
    instance.close()


def test_chains_hold(demo_instance: Instance) -> None:
    assert list(demo_instance.engine.read(verify_chains)) == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 31, 15, 59, tzinfo=UTC),  # the last minute of a month
        datetime(2026, 3, 31, 16, 0, 1, tzinfo=UTC),  # one second into the next
        datetime(2026, 10, 31, 2, 0, tzinfo=UTC),
    ],
)
def test_the_present_can_be_any_moment_and_another_seed_is_another_county(
    sqlite_instance: Instance, now: datetime
) -> None:
    days = demo_days(now)
    county = build_county(sqlite_instance, days)
    plan, again, other = (
        MonthsPlan(county.customers, county.tills, now, seed) for seed in (1, 1, 7)
    )
    assert plan.acts_of(days[0]) == again.acts_of(days[0]) != other.acts_of(days[0])
    acts = [act for day in days for act in plan.acts_of(day)]
    assert len(acts) > 1_000
    assert month_of(county_day(max(act.at for act in acts))) == month_of(county_day(now))
    assert max(act.at for act in acts) <= now


def rows_of(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "huimin.db")) as connection:
        return set(connection.iterdump())


def test_a_second_start_reuses_what_stands(run_cli: RunCli, demo_copy: Path) -> None:
    before = rows_of(demo_copy)
    done = run_cli(["demo", "--no-serve", "--folder", demo_copy, "--port", "8123"])
    assert done.returncode == 0
    assert "接着用已有的演示县" in done.stdout
    # The holder to try gets a fresh code, which is on record.
    changed = {line.partition(" VALUES")[0] for line in rows_of(demo_copy) ^ before}
    assert changed == {'INSERT INTO "my_code"', 'INSERT INTO "audit_event"'}
    found = json.loads((demo_copy / "demo.json").read_text(encoding="utf-8"))
    assert found["base_url"] == "http://127.0.0.1:8123"
    assert stat.S_IMODE((demo_copy / "demo.json").stat().st_mode) == 0o600


def test_what_is_printed_lets_one_start(
    run_cli: RunCli, built: Path, described: dict[str, Any]
) -> None:
    printed = run_cli(["demo", "--no-serve", "--folder", built]).stdout
    for each in described["staff"]:
        assert each["username"] in printed and each["password"] in printed
    assert described["terminals"][0]["key"] in printed
    assert described["cards"][0]["token"] in printed
    assert "curl -s " in printed
    assert f"{described['base_url']}/" in printed


def test_a_folder_with_something_else_is_left_alone(run_cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x")
    done = run_cli(["demo", "--no-serve", "--folder", tmp_path / "letters"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "--folder" in done.stderr and len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["dear.txt"]


def test_an_interrupted_start_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = 0

    def stop(count: int) -> None:
        nonlocal days
        days += 1
        if days == 10:
            raise KeyboardInterrupt

    settings = Settings.from_environment(tmp_path / "county", {})
    with pytest.raises(KeyboardInterrupt):
        open_demo(settings, now=datetime.now(UTC), seed=1, progress=stop)
    assert not list(tmp_path.iterdir())


def test_receipts_were_judged_and_prices_compared(demo_instance: Instance) -> None:
    def read(tx: Any) -> Any:
        open_ones = complaints_before(tx, ComplaintCriteria(state="open"), "", 9)
        settled = complaints_before(tx, ComplaintCriteria(state="closed"), "", 99)
        today = county_day(demo_instance.clock())
        scores = {
            row["name"]: outlet_score(tx, row["id"], today).total for row in queries.outlets(tx)
        }
        months = months_with_prices(tx)
        return open_ones, settled, scores, [basket_of_month(tx, month) for month in months]

    open_ones, settled, scores, baskets = demo_instance.engine.read(read)
    assert (len(open_ones), len(settled)) == (1, 1 + len(SETTLED_LAST_MONTH))
    assert scores["时代百盛·宏扬店"].answers == 6
    assert sum(score is not None for score in scores.values()) == 1
    assert 1 <= len(baskets) <= 2  # both days may lie in one month
    assert sum(good.standing_out for good in baskets[0]) == 1


def test_what_came_of_last_months_complaints_is_published(demo_instance: Instance) -> None:
    (result,) = demo_instance.engine.read(lambda tx: results_before(tx, {}, "", 9))
    assert result["first_month"] == result["last_month"]
    assert result["last_month"] == previous_month(month_of(county_day(demo_instance.clock())))
    assert result["total"] == len(SETTLED_LAST_MONTH)
    assert all(result[each] for each in RESULTS)


def test_each_rule_has_an_alert_to_look_at(demo_instance: Instance) -> None:
    found = demo_instance.engine.read(lambda tx: alerts_before(tx, AlertCriteria(), "", 100))
    assert {each["rule"] for each in found} == set(RULES)
    assert len(found) <= 10
    looked = [each["rule"] for each in found if each["state"] == "looked_at"]
    assert looked == ["split_sale"]


def test_two_claims_wait_that_can_be_approved(demo_instance: Instance) -> None:
    found = demo_instance.engine.read(lambda tx: claims_before(tx, ClaimCriteria(), "", 100))
    assert [(row["state"], row["refusal_code"]) for row in found] == [
        ("submitted", None),
        ("submitted", "card_lost"),
    ]
    for row in found:
        looked = demo_instance.engine.read(
            lambda tx, row=row: look_at_claim(
                tx, claim_in(tx, row["id"], within=None), demo_instance.clock()
            )
        )
        assert looked.required_quote.discount_fen > 0
