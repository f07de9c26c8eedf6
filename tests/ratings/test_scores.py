"""An outlet's score is said of five people or more, and moves by five people or more."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.instance import Instance
from huimin.publication.results import Closed, grouped, publish_results, results_before
from huimin.publication.scores import OutletScore, score_of
from huimin.ratings.complaints import close_complaint
from huimin.ratings.find_ratings import rating_by_id
from huimin.ratings.judgement import Judgement
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.ratings import make_rating, new_people_buy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff, sign_in

SECRET = "我是黄筱平家的"


def test_five_people_make_a_score(app: Any, instance: Instance, clock: FixedClock) -> None:
    make_policy(instance)
    outlet = make_outlet(instance, name="天池平价超市")
    _terminal, key = make_terminal(instance, outlet)
    manager, other = (
        make_staff(instance, "merchant_manager", merchant_id=outlet["merchant_id"]),
        make_staff(instance, "merchant_manager"),
    )
    own, visitor = app.test_client(), app.test_client()
    sign_in(own, manager["username"])

    def pages() -> tuple[str, str]:
        return visitor.get("/public/outlets").text, own.get("/my-merchant/ratings").text

    def next_month() -> None:
        clock.advance(days=30)
        sign_in(own, manager["username"])

    # One person with five receipts is one person.
    card = make_card(instance, make_holder(instance))
    for _ in range(5):
        make_rating(instance, make_redemption(instance, card, key), Judgement("yes", 1))
    people = new_people_buy(instance, key)
    for sold in itertools.islice(people, 3):
        make_rating(instance, sold, Judgement("no", 5, SECRET))
    next_month()
    assert all("还不够" in page for page in pages())
    make_rating(instance, next(people), Judgement("yes", 5))  # the fifth person, in November
    assert all("还不够" in page for page in pages())
    next_month()
    public, private = pages()
    # 5 × 1 + 4 × 5 = 25 stars of nine answers; six say yes.
    assert "评价 2.8 星" in public and "67% 说优惠给了" in public and "还不够" not in public
    assert "每次至少多算五个人" in public
    assert private.count("2.8") == 2 and "2026年10月至2026年11月" in private
    for sold in itertools.islice(people, 6):
        make_rating(instance, sold, Judgement("no", 1))
    # Whoever reloads sees nothing move, neither the stars nor how many.
    assert [only_words(page) for page in pages()] == [only_words(public), only_words(private)]
    next_month()
    public, private = pages()
    assert "评价 2.1 星" in public and "15 份评价" in public and "2026年12月" in private
    assert SECRET not in public + private
    stranger = app.test_client()
    sign_in(stranger, other["username"])
    assert "天池平价超市" not in stranger.get("/my-merchant/ratings").text


def only_words(page: str) -> str:
    """What a page says, without its tokens."""
    return re.sub("<[^>]*>", "", page.partition("<main")[2])


@dataclass(frozen=True)
class Answer:
    """Who answered in which month, and how."""

    person: int
    month: str
    stars: int
    given: str


answers_in_time = st.lists(
    st.builds(
        Answer,
        st.integers(1, 9),
        st.sampled_from([f"2026-{number:02d}" for number in range(1, 10)]),
        st.integers(1, 5),
        st.sampled_from(["yes", "in_part", "no"]),
    ),
    max_size=60,
).map(lambda answers: sorted(answers, key=lambda answer: answer.month))


def shown(answers: list[Answer], this_month: str) -> OutletScore:
    """What is shown of them in a month, from sums as the database keeps them."""

    def people(first: str, last: str) -> int:
        return min(5, len({one.person for one in answers if first <= one.month <= last}))

    rows = []
    for month in sorted({one.month for one in answers if one.month < this_month}):
        of_month = [one for one in answers if one.month == month]
        sums = {"stars": sum(one.stars for one in of_month), "answers": len(of_month)}
        given = {"given_yes": sum(one.given == "yes" for one in of_month)}
        rows.append({"month": month, "people": people(month, month), **sums, **given})
    return score_of(rows, people)


@given(answers_in_time)
def test_no_two_looks_differ_by_fewer_than_five_people(answers: list[Answer]) -> None:
    looks = [OutletScore(None, [])]
    for count in range(len(answers) + 1):
        given_so_far = answers[:count]
        # At once, and once more when everything that was answered is of months before.
        now = given_so_far[-1].month if given_so_far else "2026-01"
        looks += [shown(given_so_far, now)]
    looks.append(shown(answers, "2026-10"))
    for before, after in itertools.pairwise(looks):
        if before == after:
            continue
        # What was shown stays; each period that came is about five people.
        old, new = before.periods, after.periods
        assert new[len(new) - len(old) :] == old
        for period in new[: len(new) - len(old)]:
            inside = [a for a in answers if period.first_month <= a.month <= period.last_month]
            assert len({answer.person for answer in inside}) >= 5
            assert period.score.answers == len(inside)
        # The total is the sum of the periods: it tells nothing beyond them.
        assert after.total is not None
        assert after.total.answers == sum(period.score.answers for period in new)


def closed(month: str, kind: str, people: int, merchants: int, first: int = 0) -> list[Closed]:
    return [
        Closed(month, kind, "upheld", f"h{first + n}", f"m-{kind}-{n % merchants}")
        for n in range(people)
    ]


def test_small_groups_of_results_are_joined() -> None:
    few = closed("2026-08", "pharmacy", 4, 3)
    assert list(grouped(few)) == []
    one_merchant = closed("2026-08", "hospital", 9, 1)
    assert list(grouped(one_merchant)) == []
    (both,) = grouped([*few, *closed("2026-09", "supermarket", 6, 3, 10)])
    assert both.months == ("2026-08", "2026-09") and both.kinds == ("supermarket", "pharmacy")
    apart = list(
        grouped([*closed("2026-09", "pharmacy", 5, 3), *closed("2026-09", "supermarket", 6, 3, 10)])
    )
    assert sorted(each.kinds for each in apart) == [("pharmacy",), ("supermarket",)]
    assert list(grouped([*few, few[0]])) == []  # the same person once more


@pytest.mark.both_engines
def test_results_are_public_after_their_month(
    app: Any, instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance)
    outlets = [make_outlet(instance, name=f"平价超市{n}店") for n in range(3)]
    for n, outlet in enumerate([*outlets, *outlets[:2]]):
        _terminal, key = make_terminal(instance, outlet, label=f"{n}号")
        sold = next(new_people_buy(instance, key))
        make_rating(instance, sold, Judgement("no", 1, SECRET))

    def close_all(tx: Any) -> None:
        for row in tx.connection.execute("SELECT id FROM complaint").fetchall():
            by: Any = {"now": clock(), "actor": "a"}
            secrets = instance.personal_data
            close_complaint(tx, secrets, row["id"], result="upheld", text="查实了", **by)

    instance.engine.write(close_all)
    visitor = app.test_client()
    assert publish_results(instance).done == []
    assert "还没有可以公布的结果" in visitor.get("/public/results").text
    clock.advance(days=1)
    assert len(publish_results(instance).done) == 1
    assert publish_results(instance).done == []
    page = visitor.get("/public/results").text
    assert "2026年10月" in page and "超市" in page and "平价超市" not in page
    assert SECRET not in page and "查实了" not in page


def test_results_are_read_and_not_counted_for_a_visitor(app: Any, instance: Instance) -> None:
    """A page of them costs the same however many complaints there were."""

    def insert(tx: Any) -> None:
        for year, month in itertools.product(range(1990, 2000), range(1, 13)):
            tx.connection.execute(
                "INSERT INTO publication_result VALUES"
                f" ('{year}-{month:02d}', '{year}-{month:02d}', '{year}-{month:02d}',"
                " 'pharmacy,school', 1200, 0, 3, 2, '2026-01-01T00:00:00.000Z')"
            )

    instance.engine.write(insert)
    visitor = app.test_client()
    first = visitor.get("/public/results").text
    assert "1999年12月" in first and "1998年1月" in first and "1997年12月" not in first
    assert "1,205" in first
    (after,) = set(re.findall(r"/public/results\?after=[^\"]+", first))
    second = visitor.get(after).text
    assert "1997年12月" in second and "1998年1月" not in second
    assert "Pharmacy, School" in visitor.get("/public/results?lang=en").text


@pytest.mark.both_engines
def test_a_manager_reads_how_complaints_about_the_own_outlets_ended(
    app: Any, instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance)
    outlet = make_outlet(instance, name="天池平价超市")
    key = make_terminal(instance, outlet)[1]
    manager = make_staff(instance, "merchant_manager", merchant_id=outlet["merchant_id"])
    stranger = make_staff(instance, "merchant_manager")
    people = new_people_buy(instance, key)

    def complain(sold: Any) -> str:
        rating = make_rating(instance, sold, Judgement("no", 1, SECRET))
        return str(instance.engine.read(lambda tx: rating_by_id(tx, rating))["complaint_id"])

    def close(complaint_id: str, result: str) -> None:
        by: Any = {"now": clock(), "actor": "a", "result": result, "text": "查实了"}
        secrets = instance.personal_data
        instance.engine.write(lambda tx: close_complaint(tx, secrets, complaint_id, **by))

    def sent(who: Any) -> str:
        client = app.test_client()
        sign_in(client, who["username"])
        return str(client.get("/my-merchant/ratings").text)

    def page(who: Any = manager) -> str:
        return only_words(sent(who))

    def results() -> list[str]:
        words = "属实|部分属实|不属实|无法查清"
        return re.findall(f'data-label="(?:{words})">([0-9,]+)<', sent(manager))

    # Four people, one of them twice; then a fifth in the next month.
    first = [complain(sold) for sold in itertools.islice(people, 3)]
    card = make_card(instance, make_holder(instance))
    first += [complain(make_redemption(instance, card, key)) for _ in range(2)]
    before = page()
    for complaint_id in first:
        close(complaint_id, "upheld")
    assert page() == before, "what moves while somebody is known to have complained says who it was"
    clock.advance(days=30)
    assert results() == [] and "办结的投诉还不到 5 个人" in page()
    close(complain(next(people)), "not_upheld")
    waiting = complain(next(people))
    assert results() == []
    clock.advance(days=30)
    shown = page()
    assert results() == ["5", "0", "1", "0"] and "2026年10月至2026年11月" in shown
    assert SECRET not in shown and "查实了" not in shown
    # An open one, and those of a month that is too small, change nothing.
    close(waiting, "unclear")
    clock.advance(days=31)
    assert results() == ["5", "0", "1", "0"]
    for sold in itertools.islice(people, 5):
        close(complain(sold), "upheld_in_part")
    clock.advance(days=31)
    assert results() == ["0", "5", "0", "1", "5", "0", "1", "0"]
    assert "天池平价超市" not in page(stranger)


@pytest.mark.both_engines
def test_a_month_of_results_is_joined_over_runs_of_the_timer(
    instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance)
    keys = [
        make_terminal(instance, make_outlet(instance, name=f"平价超市{n}店"))[1] for n in range(3)
    ]

    def complain_and_close(key: str) -> None:
        sold = next(new_people_buy(instance, key))
        make_rating(instance, sold, Judgement("no", 1))

        def close(tx: Any) -> None:
            sql = "SELECT id FROM complaint WHERE state = 'open'"
            by: Any = {"now": clock(), "actor": "a"}
            complaint_id, secrets = tx.connection.execute(sql).fetchone()["id"], secrets_
            close_complaint(tx, secrets, complaint_id, result="upheld", text="查实了", **by)

        secrets_ = instance.personal_data
        instance.engine.write(close)

    def rows() -> list[dict[str, Any]]:
        return instance.engine.read(lambda tx: results_before(tx, {}))

    for key in keys:
        complain_and_close(key)
    clock.advance(days=1)
    assert publish_results(instance).done == [] and rows() == []
    for key in keys[:2]:
        complain_and_close(key)
    clock.advance(days=30)
    publish_results(instance)
    (row,) = rows()
    assert (row["first_month"], row["last_month"], row["total"]) == ("2026-10", "2026-11", 5)
    for key in [*keys, *keys]:
        complain_and_close(key)
    clock.advance(days=31)
    publish_results(instance)
    latest, unchanged = rows()
    assert unchanged == row and (latest["first_month"], latest["total"]) == ("2026-12", 6)
