"""A clock that can't be right writes nothing; one that can writes the right day, month and year."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from huimin.anchors.daily import newest_anchor
from huimin.anchors.make import make_anchor_now, make_day_anchors
from huimin.anchors.verify import LATEST_DAYS
from huimin.cards.issue import issue_card
from huimin.clock import check as clock_check
from huimin.clock import commands as clock_commands
from huimin.clock.check import LEARN_SECONDS, ClockCheck
from huimin.clock.program import built_at
from huimin.core.days import CLOCK_SLACK, instant_text
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, newest_good_run, note_run
from huimin.ledger.lock_month import lock_month
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.storage.ids import id_of
from tests.anchors.ledger_days import open_shop
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.months import draft, prepare
from tests.making.offline import OfflineTill, make_offline_till
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal
from tests.making.staff import make_staff
from tests.run_command import in_a_process

BUILT = datetime(2026, 10, 1, tzinfo=UTC)
# Ten in the morning of the fixture's day in the county.
NOW = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)


class Boot:
    """Seconds since the machine started, which no setting of the clock changes."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.synchronised = False

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    monkeypatch.setattr(clock_check, "SLACK", CLOCK_SLACK)
    # PostgreSQL's own clock is the machine's, and the tests' is of another day.
    monkeypatch.setattr(clock_check, "database_now", lambda tx: None)
    return Boot()


def watch(instance: Instance, boot: Boot, built: datetime = BUILT) -> ClockCheck:
    """Check the instance's clock before each write, as the shipped program does."""
    checked = ClockCheck(
        instance.engine,
        instance.clock,
        built=built,
        elapsed=boot,
        synchronised=lambda: boot.synchronised,
    )
    instance.engine.before_write = checked.require_right
    return checked


def pass_time(clock: FixedClock, boot: Boot, **amount: float) -> None:
    """Time that really passes."""
    clock.advance(**amount)
    boot.seconds += timedelta(**amount).total_seconds()


def write_nothing(instance: Instance) -> None:
    instance.engine.write(lambda tx: None)


def test_a_clock_that_goes_back_is_refused_and_one_that_is_right_again_is_not(
    instance: Instance, clock: FixedClock, boot: Boot
) -> None:
    watch(instance, boot)
    write_nothing(instance)
    for back in (timedelta(minutes=6), timedelta(days=31), timedelta(days=9_800)):
        clock.now = NOW - back
        with pytest.raises(Refusal, match="clock_wrong"):
            write_nothing(instance)
        assert instance.engine.read(lambda tx: tx.engine), "what only reads goes on"
    clock.now = NOW - timedelta(minutes=4)  # another machine's clock, or a correction by NTP
    write_nothing(instance)
    clock.now = NOW
    write_nothing(instance)


def test_it_is_never_before_the_newest_row_even_of_another_process(
    instance: Instance, clock: FixedClock, boot: Boot
) -> None:
    terminal, key = make_terminal(instance)
    assert terminal
    make_policy(instance)
    card = make_card(instance)
    clock.now = NOW + timedelta(hours=3)
    make_redemption(instance, card, key)
    clock.now = NOW
    watch(instance, boot)
    with pytest.raises(Refusal, match="13:00"):
        write_nothing(instance)
    # What others write later is learnt within half a minute.
    clock.now = NOW + timedelta(hours=3)
    watch(instance, boot)
    write_nothing(instance)
    unwatched, instance.engine.before_write = instance.engine.before_write, lambda: None
    later = FixedClock(NOW + timedelta(hours=4))
    make_redemption(Instance(**{**vars(instance), "clock": later}), card, key)
    instance.engine.before_write = unwatched
    pass_time(clock, boot, seconds=LEARN_SECONDS)
    with pytest.raises(Refusal, match="clock_wrong"):
        write_nothing(instance)


def test_it_is_never_before_the_program(instance: Instance, clock: FixedClock, boot: Boot) -> None:
    watch(instance, boot, built=NOW + timedelta(days=1))
    with pytest.raises(Refusal, match="程序发布"):
        write_nothing(instance)
    assert built_at() <= datetime.now(UTC), "this checkout would refuse to write"


def test_a_leap_ahead_is_refused_unless_a_time_service_made_it(
    instance: Instance, clock: FixedClock, boot: Boot
) -> None:
    watch(instance, boot)
    write_nothing(instance)
    pass_time(clock, boot, days=12)  # a quiet county is no leap
    write_nothing(instance)
    clock.advance(days=365 * 5)
    with pytest.raises(Refusal, match="突然快了"):
        write_nothing(instance)
    clock.now -= timedelta(days=365 * 5)
    write_nothing(instance)  # nothing was remembered of the wrong time
    clock.advance(hours=2)  # the machine was frozen, and NTP has put it right
    boot.synchronised = True
    write_nothing(instance)
    boot.synchronised = False
    write_nothing(instance)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_database_servers_clock_counts_too(
    instance: Instance, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_check, "SLACK", CLOCK_SLACK)
    there = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT clock_timestamp() AS now").fetchone()["now"]
    )
    for minutes, wrong in ((0, False), (-7, True), (7, True)):
        clock.now = there + timedelta(minutes=minutes)
        watch(instance, Boot(), built=there - timedelta(days=1))
        if wrong:
            with pytest.raises(Refusal, match="数据库服务器"):
                write_nothing(instance)
        else:
            write_nothing(instance)


def of_tills(till: OfflineTill, sale_id: str) -> dict[str, Callable[[], Any]]:
    """What tills write, online, afterwards and without network."""
    offline = {"redemptions": [till.item()]}
    return {
        "sale": lambda: till.redeem("k-sale", order_no="o-1"),
        "return": lambda: till.reverse(sale_id, "k-return"),
        "claim": lambda: file_claim(till, "k-claim"),
        "offline": lambda: till.post("/offline-redemptions", offline),
    }


def in_the_office(till: OfflineTill) -> list[Callable[[], Any]]:
    """What people and timers write."""
    instance = till.instance
    by: Any = {"now": instance.clock(), "actor": "test"}
    card = {"holder_id": till.card["holder_id"], "key_id": 1, "reason": "补发", "expires_on": None}
    return [
        lambda: make_policy(instance, code="other"),
        lambda: instance.engine.write(lambda tx: issue_card(tx, **card, **by)),
        lambda: make_holder(instance),
        lambda: instance.engine.write(lambda tx: lock_month(tx, "2026-09", now=by["now"])),
        lambda: make_staff(instance),
    ]


def test_no_channel_writes_by_a_wrong_clock(
    app: Any, instance: Instance, clock: FixedClock, boot: Boot
) -> None:
    till = make_offline_till(app.test_client(), instance)
    sale_id = till.redeem("k-first", order_no="o-first").get_json()["id"]
    before = dump(instance)
    watch(instance, boot)
    write_nothing(instance)
    over_http, of_people = of_tills(till, sale_id), in_the_office(till)
    for wrong in (datetime(2000, 1, 1, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC)):
        clock.now = wrong
        for name, attempt in over_http.items():
            answer = attempt()
            assert answer.status_code == 503, (name, answer.get_data(as_text=True))
            assert answer.get_json()["code"] == "clock_wrong", name
            assert answer.get_json()["cashier_message"], name
        for use_case in of_people:
            with pytest.raises(Refusal, match="clock_wrong"):
                use_case()
        assert till.get("/terminal").status_code == 200
    assert dump(instance) == before
    clock.now = NOW
    assert till.redeem("k-sale", order_no="o-1").status_code == 201


def dump(instance: Instance) -> str:
    """Every row of what a till, a person or a month writes."""
    tables = ("ledger", "card", "claim", "policy", "holder", "month_close", "month_lock")

    def read(tx: Any) -> Any:
        return {t: tx.connection.execute(f"SELECT * FROM {t}").fetchall() for t in tables}

    return json.dumps(instance.engine.read(read), ensure_ascii=False)


def test_around_midnight_a_months_end_and_a_lock_each_row_has_its_own_day(
    instance: Instance, clock: FixedClock, boot: Boot
) -> None:
    _terminal, key = make_terminal(instance)
    make_policy(instance)
    card = make_card(instance)
    watch(instance, boot)
    # 23:59:58 of 31 October in the county, and what the clock says after it.
    clock.now = datetime(2026, 10, 31, 15, 59, 58, tzinfo=UTC)
    boot.seconds += (clock.now - NOW).total_seconds()
    first = make_redemption(instance, card, key)
    pass_time(clock, boot, seconds=3)
    second = make_redemption(instance, card, key)
    clock.advance(seconds=-3)  # NTP puts it back a little
    third = make_redemption(instance, card, key)
    returned = make_reversal(instance, second["id"], key)
    instance.engine.write(lambda tx: lock_month(tx, "2026-10", now=clock.now))
    late = make_redemption(instance, card, key)
    rows = {row["id"]: row for row in ledger_of(instance)}
    places = [rows[each["id"]] for each in (first, second, third, returned, late)]
    assert [(row["business_day"], row["month"]) for row in places] == [
        ("2026-10-31", "2026-10"),
        ("2026-11-01", "2026-11"),
        ("2026-10-31", "2026-10"),
        ("2026-11-01", "2026-11"),
        ("2026-10-31", "2026-11"),
    ]
    assert rows[returned["id"]]["recorded_at"] >= rows[second["id"]]["recorded_at"]
    assert rows[returned["id"]]["occurred_at"] >= rows[second["id"]]["occurred_at"]
    assert not instance.engine.read(check_rollups)


def ledger_of(instance: Instance) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM ledger").fetchall()
    )
    return rows


def test_no_return_is_written_long_before_its_sale(instance: Instance, clock: FixedClock) -> None:
    _terminal, key = make_terminal(instance)
    make_policy(instance)
    clock.now = datetime(2031, 3, 1, tzinfo=UTC)
    sale = make_redemption(instance, make_card(instance, expires_on="2034-01-01"), key)
    clock.now = NOW
    with pytest.raises(Refusal, match="clock_wrong"):
        make_reversal(instance, sale["id"], key)


def test_whatever_month_the_ledger_holds_months_and_reports_survive_it(
    instance: Instance, clock: FixedClock, run_cli: Any
) -> None:
    _terminal, key = make_terminal(instance)
    clock.now = datetime(2000, 1, 15, tzinfo=UTC)
    make_policy(instance, starts_on="2000-01-01")
    for wrong in (clock.now, NOW, datetime(2031, 12, 31, 15, 59, tzinfo=UTC)):
        clock.now = wrong
        holder = make_holder(instance, entitled=(date(1999, 1, 1), None))
        make_redemption(instance, make_card(instance, holder), key)
    address = instance.settings.database_url
    more = {"HUIMIN_DATABASE_URL": address} if address else {}
    folder = instance.settings.folder
    for args in (
        ["month", "list"],
        ["month", "run"],
        ["report", "2000-01"],
        ["report", "2031-12"],
        ["report", "2026-10"],
        ["ledger", "rebuild", "--check"],
    ):
        done = run_cli(args, folder, **more)
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr, (args, done.stderr)
    assert instance.engine.read(verify_chains) == []


def record_at(instance: Instance, wrong: datetime) -> None:
    """A row of the record of acts as a clock that is wrong writes it."""
    row = (id_of(wrong), instant_text(wrong), "test", "card.issued", "card", "c")
    instance.engine.write(
        lambda tx: tx.connection.execute(
            "INSERT INTO audit_event (id, at, actor, action, subject_kind, subject_id)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            row,
        )
    )


def test_after_a_clock_that_was_ahead_an_administrator_says_so(
    sqlite_instance: Instance, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is the machine's; the first command runs as it is shipped."""
    monkeypatch.setattr(clock_check, "SLACK", CLOCK_SLACK)
    folder = sqlite_instance.settings.folder
    record_at(sqlite_instance, datetime.now(UTC) + timedelta(days=2_000))
    add = ["keys", "add"]
    refused = in_a_process(add, {"HUIMIN_FOLDER": str(folder)})
    assert (
        refused.returncode == 2 and "时钟" in refused.stderr and "Traceback" not in refused.stderr
    )
    assert run_cli(add, folder).returncode == 2
    assert run_cli(["month", "list"], folder).returncode == 0, "what only reads goes on"
    accept = ["clock", "accept", "--yes", "--reason", "主板电池没电"]
    accepted = run_cli(accept, folder)
    assert accepted.returncode == 0, accepted.stderr
    assert run_cli(add, folder).returncode == 0
    again = run_cli(accept, folder)
    assert again.returncode == 2 and "没有比现在还晚" in again.stderr
    shown = json.loads(run_cli(["clock", "show", "--format", "json"], folder).stdout)
    assert shown["newest_row"][:4] == str(datetime.now(UTC).year)


def test_a_clock_that_can_not_be_right_declares_nothing(
    sqlite_instance: Instance, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With it a whole county's rows would be of a wrong time."""
    folder, later = sqlite_instance.settings.folder, datetime.now(UTC) + timedelta(days=1)
    record_at(sqlite_instance, later)
    accept = ["clock", "accept", "--yes", "--reason", "主板电池没电"]
    with monkeypatch.context() as patched:
        patched.setattr(clock_check, "SLACK", CLOCK_SLACK)
        patched.setattr(clock_commands, "built_at", lambda: later)
        refused = run_cli(accept, folder)
    assert refused.returncode == 2 and "请先对时" in refused.stderr
    assert run_cli(accept, folder).returncode == 0


def test_what_was_done_while_the_clock_was_ahead_is_not_the_newest_for_years(
    instance: Instance, clock: FixedClock
) -> None:
    shop = open_shop(instance)
    shop.sell(0)
    clock.advance(days=2_000)
    note_run(instance.engine, "day", Outcome(), started_at=clock.now, ended_at=clock.now)
    wrong = make_day_anchors(instance)
    assert len(wrong) > LATEST_DAYS
    clock.now = NOW + timedelta(days=2, hours=1)
    shop.sell(0)
    clock.now = NOW + timedelta(days=3, hours=1)
    read = instance.engine.read
    assert read(lambda tx: newest_good_run(tx, "day", clock.now)) is None
    assert read(lambda tx: newest_anchor(tx, clock.now)) is None
    right = make_day_anchors(instance)
    assert [one.day for one in right] == ["2026-10-31", "2026-11-01", "2026-11-02"]
    linked = [wrong[-1], *right, make_anchor_now(instance)]
    assert [one.anchor.previous for one in linked[1:]] == [one.sha256 for one in linked[:-1]]
    newest = read(lambda tx: newest_anchor(tx, clock.now))
    assert newest is not None and newest["sha256"] == linked[-1].sha256


def test_a_month_that_a_clock_ahead_had_checked_is_not_closed_before_its_end(
    instance: Instance, clock: FixedClock
) -> None:
    open_shop(instance).sell(0)
    clock.advance(days=3)
    draft(instance)
    clock.advance(days=-3)
    with pytest.raises(Refusal, match="month_not_over"):
        prepare(instance)
    clock.advance(days=3)
    prepare(instance)
