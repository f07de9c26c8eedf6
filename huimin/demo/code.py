"""The changing code of a demo card, as its holder's phone would show it, to try a till with.

Only of a county that `huimin demo` made: in a real one nobody but the holder gets such a code, for
whoever has it stands at the till as the holder.
"""

from __future__ import annotations

from datetime import datetime

import click

from huimin.cards.changing_code import code_of
from huimin.cards.find import card_row, require_usable
from huimin.checkout.requests import check_card
from huimin.core.days import county_day
from huimin.demo.standing import made_by, standing_demo
from huimin.instance import open_instance
from huimin.settings import Settings


def code_now(settings: Settings, number: str, *, now: datetime) -> str:
    """The code as digits. Raises click.ClickException where no demo stands, or a Refusal."""
    found = standing_demo(settings) if settings.folder.exists() else None
    if found is None or not made_by(settings, found):
        raise click.ClickException(
            f"{settings.folder} 不是演示县，不能生成动态码。 / "
            f"{settings.folder} is no demo county: no code is made of its cards."
        )
    instance = open_instance(settings)
    try:
        checked = check_card(number, instance.key_ring.public_keys())
        card = instance.engine.read(lambda tx: card_row(tx, checked))
        require_usable(card, county_day(now))
        return code_of(card, instance.key_ring, now)
    finally:
        instance.close()
