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
from huimin.privacy.erase import delete_files, erase_person, open_matters, plan_erasure
from huimin.privacy.export import export_person
from huimin.privacy.retention import keep_no_longer
from huimin.privacy.rotate import rotate_personal
from huimin.ratings.complaints import close_complaint, note_complaint
from huimin.ratings.judgement import Judgement
from huimin.ratings.rate import rate, rating_of, words_of
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

WORDS = "价签和收银不一样"


class Judged:
    """A sale of somebody whose card is over, judged with words and a photo."""

    def __init__(self, instance: Instance) -> None:
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
            note_complaint(tx, self.rating(tx)["complaint_id"], text=note, **self.by)
            complaint_id = self.rating(tx)["complaint_id"]
            close_complaint(tx, complaint_id, result="upheld", text="已改", **self.by)

        self.instance.engine.write(work)

    def rating(self, tx: Any) -> dict[str, Any]:
        row = rating_of(tx, self.sold["id"])
        assert row is not None
        return row

    def words(self) -> str | None:
        rating = self.instance.engine.read(self.rating)
        return words_of(self.instance.personal_data, rating)

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
    assert judged.words() == WORDS
    clock.advance(days=2)
    endless = replace(instance, settings=replace(instance.settings, keep_rating_days=0))
    keep_no_longer(endless)
    assert judged.words() == WORDS
    outcome = keep_no_longer(instance)
    assert any("评价的留言和照片" in done.say() for done in outcome.done)
    assert judged.words() is None and judged.files() == []
    assert instance.engine.read(judged.rating)["stars"] == 1


def test_they_are_exported_and_erased_with_the_person(instance: Instance) -> None:
    judged, secrets = Judged(instance), instance.personal_data
    folder, holder = instance.settings.folder, judged.holder
    exported = instance.engine.write(
        lambda tx: export_person(tx, secrets, holder, reason="本人", **judged.by)
    )
    assert [row["words"] for row in exported["ratings"]] == [WORDS]
    today = instance.clock().date()
    matters = instance.engine.read(lambda tx: open_matters(tx, holder["id"], today))
    assert any("投诉" in matter.say() for matter in matters)
    judged.close(f"问过{holder['name']}本人")
    plan = instance.engine.read(lambda tx: plan_erasure(tx, secrets, folder, holder))
    assert plan.counts["ratings"] == 1

    def erase(tx: Any) -> list[str]:
        return erase_person(tx, secrets, plan, reason="本人要求", end_cards=True, **judged.by)

    delete_files(folder, instance.engine.write(erase), plan)
    assert judged.words() is None and judged.files() == []

    def left(tx: Any) -> tuple[str, int]:
        steps = "SELECT text FROM complaint_step WHERE kind = 'note'"
        answers = "SELECT answers FROM rating_month"
        return (
            tx.connection.execute(steps).fetchone()["text"],
            tx.connection.execute(answers).fetchone()["answers"],
        )

    assert instance.engine.read(left) == ("问过＊＊本人", 1)


def test_they_are_read_after_a_rotation(sqlite_instance: Instance) -> None:
    judged = Judged(sqlite_instance)
    secrets, folder = sqlite_instance.personal_data, sqlite_instance.settings.folder
    before = [file.read_bytes()[:2] for file in judged.files()]
    assert rotate_personal(sqlite_instance.engine, secrets, folder, **judged.by).finished
    assert judged.words() == WORDS
    assert [file.read_bytes()[:2] for file in judged.files()] != before


def test_a_refused_judgement_leaves_no_file(instance: Instance, clock: FixedClock) -> None:
    clock.advance(seconds=timedelta(minutes=1).total_seconds())
    secrets, folder = instance.personal_data, instance.settings.folder
    with pytest.raises(FieldProblems), new_sealed_files(secrets, folder) as files:
        files.write(b"photo")
        raise FieldProblems([])
    assert list((folder / FOLDER).iterdir()) == []
