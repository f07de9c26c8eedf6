"""The examples of the handbook's pos.md, run against the real application.

`python -m tests.handbook.pos_examples` writes them into its two texts. Each is a call with its
answer; what differs from run to run (ids, hashes, keys, codes) is replaced by something of the same
form. The texts hold them under headings, and a test compares.
"""

from __future__ import annotations

import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huimin.app import create_app
from huimin.handbook.render import read_page, text_file
from huimin.open_instance import create_instance, instance_over
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine
from tests.making.offline import OfflineTill, make_offline_till

LANGUAGES = ("zh_Hans", "en")
NOW = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
WIDTH = 96
BASKET = [
    {"name": "大米 10kg", "category": "food", "quantity": 1, "amount_fen": 10_300},
    {"name": "香烟", "category": "tobacco", "quantity": 1, "amount_fen": 2_500},
]
# Heading of the English page → the example below it.
EXAMPLES = {
    "Who am I": "terminal",
    "Verify a card": "verify",
    "Quote a basket": "quote",
    "Redeem": "redeem",
    "A refusal": "refusal",
    "Find by order number": "find",
    "Give back": "reverse",
    "Cancel an order": "cancel",
    "A cancelled order that arrives late": "late",
    "The day's statement": "statement",
    "The offline pack": "pack",
    "Hand in what was sold offline": "offline",
    "Claim a missed discount": "claim",
}


class Examples:
    """Runs the calls one after another, as a till would, and writes each down."""

    def __init__(self, till: OfflineTill) -> None:
        self.till = till
        self.told: dict[str, str] = {}
        self._names: dict[str, str] = {
            till.card["token"]: "9073…（225 位数字）",
            till.card["number"]: "5120220000000004",
            f'"{till.terminal["code"]}"': '"004217"',
            f"20261031{till.terminal['code']}": "20261031004217",
            till.outlet["name"]: "时代百盛·宏扬店",
        }

    def call(
        self, name: str, method: str, path: str, body: Any = None, key: str | None = None
    ) -> Any:
        """Ask, and keep request and answer under that name."""
        answer = self.till.post(path, body, key) if method == "POST" else self.till.get(path)
        head = [f"{method} /api/v1{path}", "Authorization: Bearer hmt_…"]
        if key is not None:
            head.append(f"Idempotency-Key: {key}")
        sent = "" if body is None else "\n\n" + self._shown(body)
        got = f"HTTP {answer.status_code}\n\n" + self._shown(answer.json)
        request = self._stable("\n".join(head)) + sent
        self.told[name] = f"```http\n{request}\n```\n```json\n{got}\n```"
        return answer.json

    def _shown(self, value: Any) -> str:
        """As JSON, its lines broken after the replacing, so that no length of a name matters."""
        return _compact(json.loads(self._stable(json.dumps(value, ensure_ascii=False))))

    def _stable(self, text: str) -> str:
        for seen, shown in self._names.items():
            text = text.replace(seen, shown)
        text = re.sub(r"\b[0-9a-f]{64}\b", lambda found: self._hash(found[0]), text)
        text = re.sub(
            r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[a-z2-7]{26})?\b", self._id, text
        )
        text = re.sub(r'"claim_no": "\d+"', '"claim_no": "261031004178"', text)
        text = re.sub(r'"x": "[^"]{43}"', '"x": "…（43 位）"', text)
        return re.sub(r"测试商户\d+", "时代百盛有限公司", text)

    def _hash(self, seen: str) -> str:
        return self._names.setdefault(seen, f"{len(self._names):02x}5e…（64 位）")

    def _id(self, found: re.Match[str]) -> str:
        return self._names.setdefault(found[0], f"019a38f0-{len(self._names):04d}-7…")


def run_examples() -> dict[str, str]:
    """Every example as Markdown, by name."""
    with tempfile.TemporaryDirectory(prefix="huimin-pos-") as folder:
        settings = Settings.from_environment(Path(folder) / "data", {})
        create_instance(settings)
        instance = instance_over(settings, open_engine(settings), lambda: NOW)
        try:
            client = create_app(instance=instance, testing=True).test_client()
            policy = {"excluded_categories": ("tobacco",), "cap_card_day_fen": 6_000}
            return _run(Examples(make_offline_till(client, instance, policy=policy)))
        finally:
            instance.close()


def _run(examples: Examples) -> dict[str, str]:
    card, holder = examples.till.card["token"], examples.till.card["holder_id"]
    call = examples.call
    call("terminal", "GET", "/terminal")
    call("verify", "POST", "/cards/verify", {"card": card})
    call("quote", "POST", "/quotes", {"card": card, "amount_fen": 12_800, "items": BASKET})
    sale = {
        "card": card,
        "amount_fen": 12_800,
        "items": BASKET,
        "order_no": "W-20261031-0007",
        "presented_by": holder,
        "identity_checked": True,
        "cashier": "王敏",
    }
    given = call("redeem", "POST", "/redemptions", sale, "b7c9e1d2")
    again = {**sale, "order_no": "W-20261031-0008", "identity_checked": False}
    call("refusal", "POST", "/redemptions", again, "b7c9e1d3")
    call("find", "GET", "/redemptions?order_no=W-20261031-0007")
    back = {"items": [{"index": 0, "amount_fen": 5_150}, {"index": 1}], "reason": "顾客退货"}
    call("reverse", "POST", f"/redemptions/{given['id']}/reversals", back, "b7c9e1d4")
    lost = {"order_no": "W-20261031-0009", "reason": "没有收到答复，顾客按原价付款"}
    call("cancel", "POST", "/cancellations", lost)
    call("late", "POST", "/redemptions", {**sale, "order_no": lost["order_no"]}, "b7c9e1d5")
    call("statement", "GET", "/statements/2026-10-31")
    call("pack", "GET", "/offline-pack")
    item = {
        "client_id": "5f0c9d34-6c52-4e0b-9a43-0f6f3c1d7a21",
        "card": card,
        "order_no": "W-20261031-0010",
        "amount_fen": 10_000,
        "presented_by": "holder",
        "identity_checked": True,
        "policy_id": examples.till.pack["days"]["2026-10-31"],
        "discount_fen": 800,
        "payable_fen": 9_200,
        "occurred_at": "2026-10-31T02:00:00.000Z",
        "device_clock_offset_ms": -1_250,
        "pack_id": examples.till.pack["id"],
    }
    call("offline", "POST", "/offline-redemptions", {"redemptions": [item]})
    missed = {
        "card": card,
        "order_no": "W-20261031-0011",
        "amount_fen": 6_000,
        "presented_by": "holder",
        "identity_checked": True,
        "refusal_code": "card_suspended",
        "cashier": "王敏",
    }
    call("claim", "POST", "/claims", missed, "b7c9e1d6")
    return examples.told


def _compact(value: Any, indent: int = 0) -> str:
    """JSON that is broken where a line would be too long, and only there."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(name, ensure_ascii=False)}: {_compact(part, indent + 2)}"
            for name, part in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [f"{inner}{_compact(part, indent + 2)}" for part in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


BLOCKS = re.compile(r"```http\n.*?\n```\n```json\n.*?\n```", re.DOTALL)


def example_names(language: str) -> dict[str, str]:
    """Heading → example of the page in that language; its headings stand as the English ones do."""
    page, english = read_page("pos", language), read_page("pos", "en")
    assert page is not None and english is not None
    return {
        own.title: EXAMPLES[one.title]
        for own, one in zip(page.sections, english.sections, strict=True)
        if one.title in EXAMPLES
    }


def with_examples(page: str, names: dict[str, str], told: dict[str, str]) -> str:
    """The page with the examples below their headings. Raises KeyError for a heading without."""
    parts = re.split(r"(?m)^(?=#{2,3} )", page)
    written = []
    for part in parts:
        heading = part.partition("\n")[0].lstrip("# ")
        if heading in names:
            if not BLOCKS.search(part):
                raise KeyError(heading)
            part = BLOCKS.sub(lambda _, name=names[heading]: told[name], part, count=1)
        written.append(part)
    return "".join(written)


def main() -> None:
    """Write the examples of both pages anew."""
    answers = run_examples()
    for language in LANGUAGES:
        file = text_file("pos", language)
        page = with_examples(file.read_text("utf-8"), example_names(language), answers)
        file.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
