"""A holder at "my card": somebody with a card, and a client that has signed in with their code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huimin.instance import Instance
from huimin.my.family_view import allow_view
from huimin.my.sessions import SignedIn
from tests.making.cards import make_card
from tests.making.holders import FamilyDraft, make_holder, unmistakable_number
from tests.making.my_card import make_code, post, sign_in_to_card


@dataclass
class MyCard:
    """A holder with a card and a daughter; `client()` signs in as the holder or as her."""

    app: Any
    instance: Instance
    number: str = field(default_factory=unmistakable_number)
    member_number: str = field(default_factory=unmistakable_number)
    card: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        family = [FamilyDraft("张小梅", "女儿", self.member_number)]
        holder = make_holder(self.instance, id_number=self.number, family=family)
        self.card = make_card(self.instance, holder)

    @property
    def holder_id(self) -> str:
        return str(self.card["holder_id"])

    @property
    def member_id(self) -> str:
        rows = self.instance.engine.read(
            lambda tx: tx.connection.execute("SELECT id, holder_id FROM family_member").fetchall()
        )
        return next(str(row["id"]) for row in rows if row["holder_id"] == self.holder_id)

    def code(self, member_id: str | None = None) -> str:
        """A fresh code, as the counter gives one."""
        return make_code(self.instance, {"id": self.holder_id}, member_id)

    def client(self, *, member: bool = False) -> Any:
        """Signed in."""
        if member:
            self._let_member_look()
        number = self.member_number if member else self.number
        client = self.app.test_client()
        code = self.code(self.member_id if member else None)
        answer = sign_in_to_card(client, self.card["number"], number[-4:], code)
        assert answer.status_code == 302, answer.text
        return client

    def post(self, client: Any, path: str, **form: Any) -> Any:
        """Send a form with its token."""
        return post(client, path, **form)

    def _let_member_look(self) -> None:
        now = self.instance.clock()
        who = SignedIn("s", self.holder_id, None, self.card["id"], None, now, now)
        by: Any = {"now": now, "actor": who.actor}
        self.instance.engine.write(lambda tx: allow_view(tx, who, self.member_id, **by))
