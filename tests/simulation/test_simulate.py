"""`huimin terminals simulate` against the served application, with every fault there is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import open_instance
from huimin.settings import Settings
from huimin.simulation.dishonest import COULD_BE_TRUE, LIES, lie
from huimin.simulation.faults import FAULTS
from huimin.simulation.play import Plan, play
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.offline import OFFLINE
from tests.making.policies import make_policy
from tests.served import served

SALES = 60
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@dataclass
class Shop:
    """A served county with one till and some cards, one of them revoked."""

    address: str
    settings: Settings
    key: str
    tokens: list[str]

    def plan(self, **over: Any) -> Plan:
        wanted: dict[str, Any] = {
            "server": self.address,
            "key": self.key,
            "cards": self.tokens,
            "sales": SALES,
            "seed": 1,
            "faults": tuple(FAULTS),
            **over,
        }
        return Plan(**wanted)


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    from huimin.cards.change_state import revoke_card

    instance = open_instance(settings)
    make_policy(instance, cap_card_day_fen=40_000)
    cards = [make_card(instance, make_holder(instance)) for _ in range(4)]
    act = {"card_id": cards[3]["id"], "now": instance.clock(), "actor": "t", "reason": "测试"}
    instance.engine.write(lambda tx: revoke_card(tx, **act))
    _, key = make_terminal(instance)
    instance.close()
    with served(settings) as port:
        yield Shop(f"http://127.0.0.1:{port}", settings, key, [card["token"] for card in cards])


def test_both_sides_agree_whatever_the_network_does(shop: Shop) -> None:
    faults, refusals, sold, unclear = set(), set(), 0, 0
    for seed in range(1, 5):
        outcome = play(shop.plan(seed=seed))
        assert outcome.comparison.agrees, outcome.comparison.differences
        assert outcome.comparison.till == outcome.comparison.server
        sold += outcome.comparison.till.redemptions
        faults |= outcome.faults.keys()
        refusals |= outcome.refusals.keys()
        unclear += outcome.unclear
    assert faults == FAULTS.keys()
    assert {"card_revoked", "cap_reached"} <= refusals
    assert sold > SALES and unclear > 0
    instance = open_instance(shop.settings)
    try:
        assert instance.engine.read(verify_chains) == []
        assert instance.engine.read(check_rollups) == []
    finally:
        instance.close()


@on_sqlite
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone(shop: Shop, fault: str) -> None:
    outcome = play(shop.plan(faults=(fault,), sales=25))
    assert set(outcome.faults) == {fault}
    assert outcome.comparison.agrees


@on_sqlite
def test_it_can_undo_all_that_it_did(shop: Shop) -> None:
    outcome = play(shop.plan(undo=True, sales=25))
    assert outcome.comparison.agrees and outcome.undone
    assert outcome.comparison.server.amount_fen == 0
    instance = open_instance(shop.settings)
    try:
        row = instance.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT COUNT(*) AS n, SUM(discount_fen) AS fen FROM ledger"
            ).fetchone()
        )
        assert row["n"] > 20 and int(row["fen"]) == 0
    finally:
        instance.close()


class Liar(httpx.BaseTransport):
    """A till system with a mistake: it keeps one sale to itself and says that it was recorded."""

    def __init__(self) -> None:
        self.inner, self.sales, self.told = httpx.HTTPTransport(), 0, b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/redemptions"):
            self.sales += 1
            if self.sales == 5:
                order_no = json.loads(request.read())["order_no"]
                forged = {**json.loads(self.told), "id": "0", "order_no": order_no}
                return httpx.Response(201, json=forged, request=request)
        answer = self.inner.handle_request(request)
        if answer.status_code == 201 and request.url.path.endswith("/redemptions"):
            self.told = answer.read()
        return answer

    def close(self) -> None:
        self.inner.close()


@on_sqlite
def test_a_sale_that_never_reached_the_server_is_found(shop: Shop) -> None:
    plan = shop.plan(faults=(), cards=shop.tokens[:1], sales=8)
    outcome = play(plan, inner=Liar)
    (found,) = outcome.comparison.differences
    assert found.till.redemptions == 1 and found.server.redemptions == 0
    assert not outcome.comparison.agrees


@pytest.fixture
def forging_proxy(shop: Shop) -> Iterator[str]:
    """Stands before the server and makes one sale of its statement a fen dearer."""

    class Forger(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = ("Authorization", "Idempotency-Key", "Content-Type")
            answer = http.request(
                self.command,
                shop.address + self.path,
                content=body,
                headers={name: self.headers[name] for name in kept if name in self.headers},
            )
            text = answer.content
            if "/statements/" in self.path:
                told = answer.json()
                told["rows"][-1]["payable_fen"] += 1
                text = json.dumps(told).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = pass_on  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    # One for all: each new one reads the machine's certificates.
    with httpx.Client(timeout=60) as http:
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
    server.server_close()


def cards_file(shop: Shop, folder: Path) -> Path:
    path = folder / "cards.txt"
    path.write_text("\n".join(shop.tokens) + "\n", encoding="utf-8")
    return path


@on_sqlite
def test_the_command_tells_and_exits_by_the_result(
    shop: Shop, forging_proxy: str, tmp_path: Path, run_cli: Any
) -> None:
    asked = ["--cards", cards_file(shop, tmp_path), "--sales", 30, "--seed", 7]
    done = run_cli(["terminal", "simulate", "--server", shop.address, "--key", shop.key, *asked])
    assert (done.returncode, done.stderr) == (0, "")
    assert "两边逐笔一致，分毫不差。" in done.stdout and "实付净额" in done.stdout
    told = run_cli(
        ["terminals", "simulate", "--server", forging_proxy, *asked, "--format", "json"],
        HUIMIN_TERMINAL_KEY=shop.key,
    )
    assert told.returncode == 1, told.stderr
    values = json.loads(told.stdout)
    assert (values["agrees"], values["statement_forged"]) == (False, True)
    assert values["server"]["payable_fen"] - values["till"]["payable_fen"] == 1
    assert len(values["differing_orders"]) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--server", "http://huimin.example.org", "--key", "hmt_x"), "--really"),
        (("--server", "http://192.0.2.7:8000", "--key", "hmt_x"), "--really"),
        (("--server", "http://192.0.2.7", "--key", "k", "--really", "--sales", "201"), "--sales"),
        (("--server", "ftp://127.0.0.1", "--key", "hmt_x"), "--server"),
        (("--server", "http://127.0.0.1:9", "--key", "hmt_x", "--faults", "rain"), "--faults"),
        (("--key", "hmt_x"), "--server"),
        (("--demo",), "--demo"),
    ],
)
def test_what_it_must_not_touch_is_refused_in_a_sentence(
    tmp_path: Path, run_cli: Any, options: tuple[str, ...], named: str
) -> None:
    cards = tmp_path / "cards.txt"
    cards.write_text("1" * 200, encoding="utf-8")
    done = run_cli(["terminals", "simulate", *options, "--cards", cards], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path, run_cli: Any) -> None:
    cards = tmp_path / "cards.txt"
    cards.write_text("1" * 200, encoding="utf-8")
    where = ("--server", "http://127.0.0.1:9", "--key", "hmt_x", "--cards", str(cards))
    done = run_cli(["terminals", "simulate", *where])
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@on_sqlite
def test_it_stops_in_time(shop: Shop) -> None:
    outcome = play(shop.plan(sales=20_000, seconds_max=1.0))
    assert 0 < outcome.played < 20_000
    assert outcome.comparison.agrees


@pytest.fixture
def offline_shop(shop: Shop) -> Shop:
    """The same, where tills may go on without network; `key` is joined by another terminal's."""
    instance = open_instance(shop.settings)
    make_policy(instance, **{**OFFLINE, "offline_cap_terminal_fen": 9_000})
    instance.close()
    return shop


def test_a_till_that_lies_has_nothing_entered_that_should_not_be(
    offline_shop: Shop,
) -> None:
    instance = open_instance(offline_shop.settings)
    other_key = make_terminal(instance)[1]
    instance.close()
    caught = lie(offline_shop.plan(sales=90), other_key=other_key)
    assert caught.holds, (caught.wrongly, caught.differing)
    assert {one for one, _status in caught.answers} == set(LIES)
    for one in LIES:
        entered = caught.answers[one, "accepted"]
        assert entered == 0 or one in COULD_BE_TRUE, one
    assert caught.entered_fen == 9_000
    assert caught.answers["many_packs", "waiting"] > 0
    instance = open_instance(offline_shop.settings)
    try:
        assert instance.engine.read(verify_chains) == []
        assert instance.engine.read(check_rollups) == []
    finally:
        instance.close()


@on_sqlite
def test_the_command_plays_a_till_that_lies(
    offline_shop: Shop, run_cli: Any, tmp_path: Path
) -> None:
    cards = tmp_path / "cards.txt"
    cards.write_text("\n".join(offline_shop.tokens), encoding="utf-8")
    given = ["--server", offline_shop.address, "--key", offline_shop.key, "--cards", str(cards)]
    answer = run_cli(
        ["terminals", "simulate", "--dishonest", "--sales", "30", *given],
        offline_shop.settings.folder,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "不该入账的一笔也没有入账" in answer.stdout
