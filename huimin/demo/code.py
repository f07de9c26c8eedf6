"""The changing code of a demo card, as its holder's phone would show it, for trying a till.

Only for a county made by `huimin demo`: in a real one nobody but the holder may get such a code,
because whoever shows it at the till counts as the holder.
"""

from __future__ import annotations

from datetime import datetime

from huimin.cards.changing_code import code_of
from huimin.cards.find import card_row, require_usable
from huimin.command_line import CommandProblem
from huimin.core.card_token import check_card
from huimin.core.days import county_day
from huimin.demo.existing import existing_demo, is_made_by
from huimin.open_instance import open_instance
from huimin.settings import Settings


def code_now(settings: Settings, number: str, *, now: datetime) -> str:
    """The code as digits. Raises click.ClickException if this is no demo, or a Refusal."""
    manifest = existing_demo(settings) if settings.folder.exists() else None
    if manifest is None or not is_made_by(settings, manifest):
        raise CommandProblem("{folder} 不是演示县，不能生成动态码。", folder=settings.folder)
    instance = open_instance(settings)
    try:
        checked = check_card(number, instance.key_ring.public_keys())
        card = instance.engine.read(lambda tx: card_row(tx, checked))
        require_usable(card, county_day(now))
        return code_of(card, instance.key_ring, now)
    finally:
        instance.close()
