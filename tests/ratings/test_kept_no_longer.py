"""Words and photos of judgements go with their time and with their person; the stars stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.keys.sealed_files import FOLDER, new_sealed_files
from huimin.ledger.read import row_by_id
from huimin.pictures.take_photo import Photo
from huimin.privacy import retention
from huimin.privacy.erase import delete_files, erase_person, open_matters, plan_erasure
from huimin.privacy.export import export_person
from huimin.privacy.retention import keep_no_longer
from huimin.privacy.rotate import rotate_personal
from huimin.ratings.complaints import close_complaint, note_complaint, steps_of
from huimin.ratings.judgement import Judgement
from huimin.ratings.rate import rate, rating_of, words_of
from huimin.storage.append_only import opened
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

WORDS = "价签和收银不一样"


class Judged:
    """A sale of somebody, judged with words and a photo."""

    def __init__(self, instance: Instance, *, has_policy: bool = False) -> None:
        if not has_policy:
            make_policy(instance)
        _terminal, key = make_terminal(instance, make_outlet(instance))
        self.instance, self.holder = instance, make_holder(instance)
        self.sold = make_redemption(instance, make_card(instance, self.holder), key)
        secrets, folder = instance.personal_data, instance.settings.folder
        with new_sealed_files(secrets, folder) as files:
            photo = Photo(b"\xff\xd8 pixels", 4, 3)
            picture_id = files.write(photo.content)

            def work(tx: Any) -> None:
                sale = row_by_id(tx, self.sold["id"])
                assert sale is not None
                rate(
                    tx,
                    secrets,
                    sale,
                    Judgement("no", 1, WORDS),
                    photo=photo,
                    picture_id=picture_id,
                    due_on=instance.clock().date(),
                    now=instance.clock(),
                )

            instance.engine.write(work)

    @property
    def by(self) -> Any:
        return {"now": self.instance.clock(), "actor": "a"}

    def close(self, note: str = "已打电话") -> None:
        def work(tx: Any) -> None:
            complaint_id, secrets = self.rating(tx)["complaint_id"], self.instance.personal_data
            note_complaint(tx, secrets, complaint_id, text=note, **self.by)
            close_complaint(tx, secrets, complaint_id, result="upheld", text="已改", **self.by)

        self.instance.engine.write(work)

    def rating(self, tx: Any) -> dict[str, Any]:
        row = rating_of(tx, self.sold["id"])
        assert row is not None
        return row

    def words(self) -> str | None:
        rating = self.instance.engine.read(self.rating)
        return words_of(self.instance.personal_data, rating)

    def steps(self) -> list[str | None]:
        """The words of the complaint's steps."""

        def read(tx: Any) -> list[str | None]:
            complaint_id = self.rating(tx)["complaint_id"]
            return [row["text"] for row in steps_of(tx, self.instance.personal_data, complaint_id)]

        return self.instance.engine.read(read)

    def files(self) -> list[Path]:
        return list((self.instance.settings.folder / FOLDER).iterdir())


def test_they_go_a_year_after_the_result(instance: Instance, clock: FixedClock) -> None:
    judged = Judged(instance)
    clock.advance(days=400)
    keep_no_longer(instance)
    assert judged.words() == WORDS  # the complaint is open
    judged.close()
    clock.advance(days=364)
    keep_no_longer(instance)
    assert judged.words() == WORDS and judged.steps() == ["已打电话", "已改"]
    clock.advance(days=2)
    endless = replace(instance, settings=replace(instance.settings, keep_rating_days=0))
    keep_no_longer(endless)
    assert judged.words() == WORDS
    outcome = keep_no_longer(instance)
    assert any("评价的留言和照片" in done.say() for done in outcome.done)
    assert any("投诉的答复和记录" in done.say() for done in outcome.done)
    assert judged.words() is None and judged.files() == []
    assert judged.steps() == [None, None]
    assert instance.engine.read(judged.rating)["stars"] == 1


def test_what_is_over_is_found_behind_what_is_not(
    instance: Instance, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 1)
    judged = [Judged(instance, has_policy=number > 0) for number in range(4)]
    for one in judged[2:]:
        one.close()
    clock.advance(days=366)
    judged[1].close()
    keep_no_longer(instance)
    assert [one.words() for one in judged] == [WORDS, WORDS, None, None]
    assert [one.steps() for one in judged] == [[], ["已打电话", "已改"], [None] * 2, [None] * 2]
    assert len(judged[0].files()) == 2


def put_in_clear(instance: Instance) -> None:
    """Let the words of steps stand where programs before version 21 wrote them."""

    def work(tx: Any) -> None:
        with opened(tx, "complaint_step"):
            for row in tx.connection.execute("SELECT id, kind FROM complaint_step").fetchall():
                text = {"note": "已打电话", "result": "已改"}[row["kind"]]
                sql = f"UPDATE complaint_step SET text = '{text}' WHERE id = '{row['id']}'"
                tx.connection.execute(sql)
        tx.connection.execute("DELETE FROM complaint_words")

    instance.engine.write(work)


def in_clear(instance: Instance) -> int:
    sql = "SELECT COUNT(text) AS n FROM complaint_step"
    return instance.engine.read(lambda tx: int(tx.connection.execute(sql).fetchone()["n"]))


@pytest.mark.parametrize("by", ["the timer", "a rotation"])
def test_words_in_clear_are_read_and_sealed(instance: Instance, by: str) -> None:
    judged, secrets = Judged(instance), instance.personal_data
    judged.close()
    put_in_clear(instance)
    assert in_clear(instance) == 2 and judged.steps() == ["已打电话", "已改"]
    exported = instance.engine.write(
        lambda tx: export_person(tx, secrets, judged.holder, reason="本人", **judged.by)
    )
    assert [row["text"] for row in exported["complaint_answers"]] == ["已改"]
    if by == "the timer":
        keep_no_longer(instance)
    else:
        folder = instance.settings.folder
        assert rotate_personal(instance.engine, secrets, folder, at_once=1, **judged.by).finished
    assert in_clear(instance) == 0 and judged.steps() == ["已打电话", "已改"]
    with pytest.raises(Exception, match="append-only"):
        instance.engine.write(
            lambda tx: tx.connection.execute("UPDATE complaint_step SET kind = 'note'")
        )


def test_words_in_clear_go_with_the_person(instance: Instance) -> None:
    judged, secrets = Judged(instance), instance.personal_data
    judged.close()
    put_in_clear(instance)
    plan = instance.engine.read(
        lambda tx: plan_erasure(tx, secrets, instance.settings.folder, judged.holder)
    )
    instance.engine.write(
        lambda tx: erase_person(tx, secrets, plan, reason="要求", end_cards=True, **judged.by)
    )
    assert judged.steps() == [None, None]


def test_they_are_exported_and_erased_with_the_person(instance: Instance) -> None:
    judged, secrets = Judged(instance), instance.personal_data
    folder, holder = instance.settings.folder, judged.holder
    other = Judged(instance, has_policy=True)
    other.close(f"问过{holder['name']}本人")
    kept = other.files()
    exported = instance.engine.write(
        lambda tx: export_person(tx, secrets, holder, reason="本人", **judged.by)
    )
    assert [row["words"] for row in exported["ratings"]] == [WORDS]
    today = instance.clock().date()
    matters = instance.engine.read(lambda tx: open_matters(tx, holder["id"], today))
    assert any("投诉" in matter.say() for matter in matters)
    judged.close()
    exported = instance.engine.write(
        lambda tx: export_person(tx, secrets, holder, reason="本人", **judged.by)
    )
    (answer,) = exported["complaint_answers"]  # not the note: it is about the shop
    assert (answer["kind"], answer["result"], answer["text"]) == ("result", "upheld", "已改")
    plan = instance.engine.read(lambda tx: plan_erasure(tx, secrets, folder, holder))
    assert (plan.counts["ratings"], plan.counts["complaints"]) == (1, 2)

    def erase(tx: Any) -> list[str]:
        return erase_person(tx, secrets, plan, reason="本人要求", end_cards=True, **judged.by)

    delete_files(folder, instance.engine.write(erase), plan)
    assert judged.words() is None and len(judged.files()) == len(kept) - 1
    assert judged.steps() == [None, None] and other.steps() == ["问过＊＊本人", "已改"]
    sql = "SELECT SUM(answers) AS answers FROM rating_month"
    assert instance.engine.read(lambda tx: tx.connection.execute(sql).fetchone()["answers"]) == 2


def test_words_that_no_key_reads_keep_nobody_from_being_erased(instance: Instance) -> None:
    judged, other = Judged(instance), Judged(instance, has_policy=True)
    secrets, folder = instance.personal_data, instance.settings.folder
    other.close(f"问过{judged.holder['name']}本人")
    broken = "UPDATE complaint_words SET text_cipher = '1.AAAA'"
    instance.engine.write(lambda tx: tx.connection.execute(broken))
    judged.close()
    plan = instance.engine.read(lambda tx: plan_erasure(tx, secrets, folder, judged.holder))

    def erase(tx: Any) -> list[str]:
        return erase_person(tx, secrets, plan, reason="本人要求", end_cards=True, **judged.by)

    instance.engine.write(erase)
    assert judged.steps() == [None, None]


def test_what_has_gone_is_not_counted_again(instance: Instance, clock: FixedClock) -> None:
    judged = Judged(instance)
    judged.close()
    clock.advance(days=366)
    keep_no_longer(instance)
    secrets, folder = instance.personal_data, instance.settings.folder
    plan = instance.engine.read(lambda tx: plan_erasure(tx, secrets, folder, judged.holder))
    assert plan.counts["complaints"] == 0


def test_they_are_read_after_a_rotation(sqlite_instance: Instance) -> None:
    judged = Judged(sqlite_instance)
    judged.close()
    secrets, folder = sqlite_instance.personal_data, sqlite_instance.settings.folder
    before = [file.read_bytes()[:2] for file in judged.files()]
    assert rotate_personal(sqlite_instance.engine, secrets, folder, **judged.by).finished
    assert judged.words() == WORDS and judged.steps() == ["已打电话", "已改"]
    assert [file.read_bytes()[:2] for file in judged.files()] != before


def test_a_refused_judgement_leaves_no_file(instance: Instance, clock: FixedClock) -> None:
    clock.advance(seconds=timedelta(minutes=1).total_seconds())
    secrets, folder = instance.personal_data, instance.settings.folder
    with pytest.raises(FieldProblems), new_sealed_files(secrets, folder) as files:
        files.write(b"photo")
        raise FieldProblems([])
    assert list((folder / FOLDER).iterdir()) == []
