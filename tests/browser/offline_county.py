"""A county whose server can be stopped and started at one address, and a till page in a browser.

What the till believes is read from the browser's own store, what the county believes from the
ledger; the tests hold them against each other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.benchmarks.serving import free_port, wait_until_healthy
from tests.browser.windows import till_ready
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.served import Server

# 8% off; of it offline at most 30 yuan a sale, 50 a card, 1000 a till.
OFFLINE = {
    "cap_card_day_fen": 5_000,
    "offline_hours": 24,
    "offline_cap_redemption_fen": 3_000,
    "offline_cap_card_fen": 4_000,
    "offline_cap_terminal_fen": 100_000,
}


@dataclass
class OfflineCounty:
    """A served county; `stop` and `start` keep its address."""

    folder: Path
    port: int
    outlet: dict[str, Any] = field(default_factory=dict)
    server: ThisVersion | AnotherVersion | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, program: Path | None = None) -> None:
        """Serve, unless it does; `program` is the folder of another version of it."""
        if self.server is not None:
            return
        if program is None:
            self.server = ThisVersion(self.folder, self.port)
        else:
            self.server = AnotherVersion(program, self.folder, self.port)

    def stop(self) -> None:
        """As when the machine goes down: the address answers nothing."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    @contextmanager
    def instance(self) -> Iterator[Instance]:
        """The county from inside, beside the server."""
        settings = Settings.from_environment(self.folder, {})
        opened = open_instance(settings, clock=lambda: datetime.now(UTC))
        try:
            yield opened
        finally:
            opened.close()

    def rows(self, terminal_id: str) -> list[dict[str, Any]]:
        """The ledger's rows of a terminal, and the proof that chains and sums hold."""
        with self.instance() as instance:
            assert instance.engine.read(verify_chains) == []
            assert instance.engine.read(check_rollups) == []
            return instance.engine.read(lambda tx: _rows(tx, terminal_id))


def _rows(tx: Any, terminal_id: str) -> list[dict[str, Any]]:
    wanted = "SELECT * FROM ledger WHERE terminal_id = :terminal_id ORDER BY sequence"
    return list(tx.connection.execute(wanted, {"terminal_id": terminal_id}))


class ThisVersion:
    """A server of the program under test."""

    def __init__(self, folder: Path, port: int) -> None:
        self._instance = open_instance(Settings.from_environment(folder, {}))
        self._server = Server(self._instance, port)

    def stop(self) -> None:
        self._server.close()
        self._instance.close()


class AnotherVersion:
    """A server that runs another copy of the program, in a process of its own."""

    def __init__(self, program: Path, folder: Path, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "huimin.cli", "run", "--port", str(port)],
            env={
                **os.environ,
                "HUIMIN_FOLDER": str(folder),
                "HUIMIN_WORKERS": "1",
                "PYTHONPATH": str(program),
            },
            cwd=program,
            stdout=subprocess.DEVNULL,
            # Nobody reads its log here, and a full pipe would stop the server.
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until_healthy(port, self._process)

    def stop(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # its workers as well
        self._process.wait(60)


def open_county(folder: Path) -> OfflineCounty:
    """A county with an outlet and a policy that lets tills go on without network."""
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    county = OfflineCounty(folder, free_port())
    with county.instance() as instance:
        make_policy(instance, **OFFLINE)
        county.outlet = make_outlet(instance, name="天池平价超市")
    return county


@dataclass
class OfflineTill:
    """A page of the till at a terminal of its own, in a browser context of its own."""

    county: OfflineCounty
    context: Any
    terminal: dict[str, Any]
    key: str
    page: Any = None
    errors: list[str] = field(default_factory=list)
    sold: dict[str, dict[str, Any]] = field(default_factory=dict)

    def set_up(self) -> None:
        """Join by a code, and wait until the device could go on by itself."""
        self.page = self.new_page()
        self.join(self.terminal)
        self.wait_until_ready()

    def join(self, terminal: dict[str, Any]) -> None:
        """Make this browser a till of that terminal."""
        with self.county.instance() as instance:
            code = make_join_code(instance, terminal)
        self.page.goto(f"{self.county.address}/till/set-up")
        self.page.fill("#join-code", code)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/till/")

    def new_page(self) -> Any:
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def wait_until_ready(self) -> None:
        """The page is kept by the worker and the pack by the store."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        until(lambda: self.page.evaluate("navigator.serviceWorker.controller !== null"))
        until(lambda: self.page.evaluate(f"async () => (await {PACK}.keptPack()) !== null"))

    def open(self) -> None:
        """The page again, in a new tab."""
        self.page = self.new_page()
        self.page.goto(f"{self.county.address}/till/")
        till_ready(self.page)

    def stop_clock(self) -> None:
        """From here on the till's time passes only as the test lets it (`context.clock`).

        Only a time to come can be stopped at: longer than this machine needs to say so.
        """
        self.context.clock.install()
        self.context.clock.pause_at(self.page.evaluate("Date.now()") / 1_000 + 60)

    def wait_until_drawn(self) -> None:
        """The page shows what its store holds: only after that it leads and sends."""
        until(lambda: self.page.evaluate(f"async () => {LEADER}.leads()"))

    def begin(self, card: str, page: Any = None) -> None:
        page = page or self.page
        if not page.is_visible("#ready"):
            page.keyboard.press("Escape")
        till_ready(page)
        page.fill("#card", card)
        page.keyboard.press("Enter")

    def quote(self, card: str, amount: str, page: Any = None) -> None:
        page = page or self.page
        self.begin(card, page)
        page.wait_for_selector("#sale:not([hidden])")
        page.check("#presenters input >> nth=0")
        page.fill("#amount", amount)
        page.wait_for_selector("#confirm:not([disabled])")

    def sell(self, card: str, amount: str, page: Any = None) -> str:
        """A whole sale; what the customer pays."""
        page = page or self.page
        self.quote(card, amount, page)
        page.click("#confirm")
        page.wait_for_selector("#done:not([hidden])")
        self.remember()
        return str(page.inner_text("#done-payable"))

    def remember(self) -> None:
        """What the store holds, because what was acknowledged is cleared away in the end."""
        self.sold |= {row["client_id"]: row["item"] for row in self.queue()}

    def refused(self, card: str) -> str:
        """Scan what is refused; the code."""
        self.begin(card)
        self.page.wait_for_selector("#refused:not([hidden])")
        assert len(self.page.inner_text("#refused-say")) > 8
        return str(self.page.inner_text("#refused-code"))

    def fetch_pack(self) -> None:
        """Take what has changed along now, and not only in five minutes."""
        self.page.evaluate(f"async () => {{ await {PACK}.fetchPack() }}")

    def change_pack(self, name: str, value: str | None) -> None:
        """As if the pack had been fetched at another time."""
        self.page.evaluate(
            """async ([name, value]) => {
                const store = await import("/static/till/store.js");
                const kept = await store.readValue("pack");
                kept.body[name] = value;
                await store.writeValue("pack", kept);
                (await import("/static/till/leader.js")).announce("pack");
            }""",
            [name, value],
        )

    def queue(self) -> list[dict[str, Any]]:
        """The rows of the browser's own store."""
        return list(self.page.evaluate(f"async () => {QUEUE}.rows()"))

    def banner(self) -> str:
        return str(self.page.inner_text("#banner-says")) if self.page.is_visible("#banner") else ""

    def wait_until_sent(self) -> None:
        """Every sale has its answer."""
        until(lambda: all(row["status"] not in ("waiting", "sent") for row in self.queue()))

    def agrees(self) -> list[dict[str, Any]]:
        """Each sale of the till stands in the ledger once, to the fen, and no other; its rows."""
        rows = self.county.rows(self.terminal["id"])
        names = ("order_no", "amount_fen", "discount_fen", "payable_fen")
        entered = sorted([row[name] for name in names] for row in rows)
        assert entered == sorted([item[name] for name in names] for item in self.sold.values())
        return rows


# The modules of the page itself, not copies: a module is loaded once.
QUEUE = '(await import("/static/till/queue.js"))'
PACK = '(await import("/static/till/pack.js"))'
LEADER = '(await import("/static/till/leader.js"))'


def until(holds: Callable[[], bool], seconds_max: float = 40) -> None:
    """Return when it holds; what a page does by itself can't be told when it is over."""
    deadline = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.05)


def make_till(county: OfflineCounty, context: Any) -> OfflineTill:
    """A terminal of its own for this test, not yet set up."""
    with county.instance() as instance:
        terminal, key = make_terminal(instance, county.outlet)
    return OfflineTill(county, context, terminal, key)
