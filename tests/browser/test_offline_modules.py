"""The till's own quote, reader, signature check and deny list say what the server's say."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.checkout.offline.words import offline_words
from huimin.checkout.quote_answer import quote_answer
from huimin.core.card_number import make_number
from huimin.core.card_token import address_form, read_text, sign_token, verify_token
from huimin.core.catalogue import LANGUAGES
from huimin.core.discount import (
    Basket,
    Item,
    PolicyTerms,
    Usage,
    quote,
)
from huimin.core.money import percent_words, rate_words
from huimin.core.offline_terms import OfflineRoom, OfflineTerms, room_left
from huimin.core.refusals import FieldProblems, Refusal
from huimin.keys.key_ring import KeyRing
from tests.browser.modules import page_with_modules
from tests.making import tokens

pytestmark = pytest.mark.browser

BASKETS = 1_200
EXPIRES_AT = 1_900_000_000
NAMES = ("米", "油", "烟", "酒", "𠮷野家便当", "\uffee薯片", "A", "a", "")
QUOTES = """(cases) => cases.map(({basket, terms, usage, offline}) => {
  try { return till.discount.quote(basket, terms, usage, offline); }
  catch (refusal) { return {refused: refusal}; }
})"""


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    opened = page_with_modules(browser)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    ring = KeyRing.open(Path(tmp_path_factory.mktemp("keys")))
    ring.add()
    return ring


# -- the quote


def test_the_quote_is_the_servers_on_a_thousand_baskets(page: Any) -> None:
    chance = random.Random(20261124)
    cases = [_case(chance) for _ in range(BASKETS)]
    wanted = [_server(*case) for case in cases]
    told = page.evaluate(QUOTES, [_as_json(*case) for case in cases])
    for case, server, till in zip(cases, wanted, told, strict=True):
        assert till == server, case
    codes = {answer["refused"]["code"] for answer in wanted if "refused" in answer}
    assert codes == {"invalid_input", "nothing_eligible", "below_minimum", "cap_reached"}
    given = [answer for answer in wanted if "refused" not in answer]
    assert len(given) > BASKETS // 3
    caps = {cap for answer in given for cap in answer["caps"]}
    assert caps == {
        *("redemption", "card_day", "card_month"),
        *("offline_redemption", "offline_card", "offline_terminal"),
    }


def test_shares_beyond_two_to_the_53_are_exact(page: Any) -> None:
    chance = random.Random(1)
    amounts = [chance.randrange(33_000_000, 33_333_333) for _ in range(3)]
    items = tuple(Item(None, f"{n}", None, "1", fen) for n, fen in enumerate(amounts))
    terms = replace(_terms(chance), rate_bp=9_999, rounding_unit_fen=1, **_NO_CAPS)
    case = (Basket(sum(amounts), items=items), terms, Usage(), None)
    assert page.evaluate(QUOTES, [_as_json(*case)]) == [_server(*case)]


def test_a_quote_in_words_is_the_servers_in_each_language(page: Any) -> None:
    chance = random.Random(7)
    words, cases = offline_words(), []
    while len(cases) < 150:
        case = _case(chance)
        if "refused" not in _server(*case):
            cases.append(case)
    for language in LANGUAGES:
        told = page.evaluate(
            """({cases, words, language}) => cases.map(({basket, terms, usage, offline}) =>
              till.quote_answer.quoteAnswer(
                till.discount.quote(basket, terms, usage, offline), terms, words, language))""",
            {
                "cases": [_as_json(*case) for case in cases],
                "words": words[language],
                "language": language,
            },
        )
        wanted = [
            quote_answer(quote(*case, any_category=True), case[1], language) for case in cases
        ]
        assert told == json.loads(json.dumps(wanted))


def test_a_refusal_in_words_is_the_servers(page: Any) -> None:
    for language in LANGUAGES:
        told = page.evaluate(
            "({refusal, words, language}) => till.quote_answer.problemOf(refusal, words, language)",
            {
                "refusal": {"code": "below_minimum", "params": {"minimum_fen": 5_000}},
                "words": offline_words()[language],
                "language": language,
            },
        )
        refusal = Refusal("below_minimum", minimum="¥50.00")
        assert told["detail"] == refusal.detail(language)
        assert told["cashier_message"] == refusal.cashier_message(language)


def test_rates_are_said_as_the_server_says_them(page: Any) -> None:
    for language in LANGUAGES:
        told = page.evaluate(
            """({language, free}) => {
              const {rateWords, percentWords} = till.quote_answer;
              return Array.from({length: 10000}, (_, n) =>
                [rateWords(n + 1, language, free), percentWords(n + 1)]);
            }""",
            {"language": language, "free": offline_words()[language]["free"]},
        )
        assert told == [[rate_words(bp, language), percent_words(bp)] for bp in range(1, 10_001)]


def test_the_room_of_a_pack_is_the_servers(page: Any) -> None:
    terms = OfflineTerms(24, 3_000, 6_000, 9_000, "merchant", False)
    for card, till in ((0, 0), (6_000, 8_999), (9_999, 10_000)):
        told = page.evaluate(
            "({caps, card, till: all}) => till.discount.offlineRoom(caps, card, all)",
            {
                "caps": {"redemption_fen": 3_000, "card_fen": 6_000, "terminal_fen": 9_000},
                "card": card,
                "till": till,
            },
        )
        assert told == asdict(room_left(terms, card_used_fen=card, terminal_used_fen=till))


# -- what was scanned


def test_what_is_read_is_what_the_server_reads(page: Any) -> None:
    texts = _scanned(random.Random(3))
    told = page.evaluate(
        """(texts) => texts.map((text) => {
          try { return till.card_text.readText(text); } catch (refusal) { return refusal; }
        })""",
        texts,
    )
    wanted = [_read(text) for text in texts]
    for text, server, till in zip(texts, wanted, told, strict=True):
        assert till == server, ascii(text)
    assert {answer.get("code", answer.get("kind")) for answer in wanted} == {
        *("token", "number", "card_unreadable", "card_number_wrong"),
    }


# -- the signature


@pytest.mark.parametrize("check", ["withWebCrypto", "withNoble", "checkSignature"])
def test_real_tokens_are_accepted_and_all_others_are_not(
    page: Any, ring: KeyRing, check: str
) -> None:
    tokens = [*_good(ring), *_bad(ring)]
    wanted = [_verified(token, ring) for token in tokens]
    assert _checked(page, tokens, ring, check) == wanted
    assert len([answer for answer in wanted if "code" not in answer]) == len(_good(ring))


@pytest.mark.parametrize("check", ["withWebCrypto", "withNoble"])
def test_only_the_one_form_of_a_code_is_taken_here_as_at_the_server(
    page: Any, ring: KeyRing, check: str
) -> None:
    key = ring.private_key(1)
    good = tokens.canonical(key)
    codes = [*good, *tokens.variants(key), *tokens.damaged(key, random.Random(6), 1_000)]
    wanted = [_verified(code, ring) for code in codes]
    assert _checked(page, codes, ring, check) == wanted
    assert {code for code, told in zip(codes, wanted, strict=True) if "code" not in told} == {*good}


def test_a_token_with_any_byte_changed_is_refused_by_both_checks(page: Any, ring: KeyRing) -> None:
    token = _good(ring)[0]
    data = int(token).to_bytes((int(token).bit_length() + 7) // 8)
    changed = [
        str(int.from_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]))
        for place in range(len(data))
        for bit in (0x01, 0x80)
    ]
    refused = {"code": "card_signature_invalid"}
    assert [_verified(each, ring) for each in changed] == [refused] * len(changed)
    for check in ("withWebCrypto", "withNoble"):
        assert _checked(page, changed, ring, check) == [refused] * len(changed)


def test_without_tls_the_vendored_check_does_it(browser: Any, ring: KeyRing) -> None:
    opened = page_with_modules(browser, "http://till.test/")
    assert opened.evaluate("typeof crypto.subtle") == "undefined"
    assert opened.evaluate("till.card_token.hasWebCrypto()") is False
    tokens = [*_good(ring), *_bad(ring)]
    wanted = [_verified(token, ring) for token in tokens]
    assert _checked(opened, tokens, ring, "checkSignature") == wanted
    opened.context.close()


def test_this_browser_has_a_check_of_its_own(page: Any) -> None:
    assert page.evaluate("till.card_token.hasWebCrypto()") is True


def test_expiry_and_freshness(page: Any) -> None:
    told = page.evaluate(
        """() => {
          const {isExpired, isFresh} = till.card_token;
          return [
            isExpired({expiresAt: 100}, 99_999), isExpired({expiresAt: 100}, 100_000),
            ...[939, 940, 1119.9, 1120].map((s) => isFresh({issuedAt: 1000}, s * 1000)),
          ];
        }"""
    )
    assert told == [False, True, False, True, True, False]


# -- the deny list


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1_000, 50_000])
def test_the_deny_list_is_the_set(page: Any, count: int) -> None:
    chance = random.Random(count)
    stopped = sorted({chance.randbytes(7) for _ in range(count)})
    pack = _pack_of(stopped)
    near = [bytes([*each[:6], each[6] ^ 1]) for each in stopped[:500]]
    asked = [*stopped[:500], *stopped[-500:], *near, b"\0" * 7, b"\xff" * 7]
    asked += [chance.randbytes(7) for _ in range(500)]
    told = page.evaluate(
        "({pack, asked}) => asked.map((id) => till.deny_list.isDenied(pack, id))",
        {"pack": pack, "asked": [each.hex() for each in asked]},
    )
    known = set(stopped)
    assert told == [each in known for each in asked]


def test_half_a_deny_list_is_none(page: Any) -> None:
    pack = _pack_of([b"\1" * 7, b"\2" * 7])
    pack["deny_list"]["count"] = 3
    with pytest.raises(Exception, match="the deny list is not whole"):
        page.evaluate("(pack) => till.deny_list.isDenied(pack, '01'.repeat(7))", pack)


# -- the pack's days


def test_the_policy_of_a_day_and_the_validity(page: Any) -> None:
    pack = {
        "issued_at": "2026-10-31T02:00:00.000Z",
        "valid_until": "2026-11-01T02:00:00.000Z",
        "days": {"2026-10-31": "one", "2026-11-01": "two"},
        "policies": [{"id": "one", "offline": {"hours": 24}}, {"id": "two", "offline": None}],
    }
    told = page.evaluate(
        """(pack) => {
          const {policyOn, requireValid} = till.offline_policy;
          const tell = (ask, text) => {
            try { return ask(pack, Date.parse(text))?.id ?? "fine"; }
            catch (refusal) { return refusal.code; }
          };
          return [
            ...["2026-10-31T15:59:59.999Z", "2026-10-31T16:00:00Z", "2026-11-02T00:00:00Z"]
              .map((text) => tell(policyOn, text)),
            ...["2026-11-01T02:00:00Z", "2026-11-01T02:00:01Z", "2026-10-31T01:57:00Z"]
              .map((text) => tell(requireValid, text)),
          ];
        }""",
        pack,
    )
    assert told == [
        *("one", "offline_not_allowed", "no_policy"),
        *("fine", "offline_pack_expired", "offline_time_wrong"),
    ]


# -- making


_NO_CAPS: dict[str, Any] = {
    "cap_redemption_fen": None,
    "cap_card_day_fen": None,
    "cap_card_month_fen": None,
    "minimum_spend_fen": 0,
}


def _terms(chance: random.Random) -> PolicyTerms:
    def cap() -> int | None:
        return chance.choice(
            [None, None, None, None, 15, 4_999, 20_000, chance.randrange(1, 60_000)]
        )

    share = chance.choice([0, 10_000, 6_000, chance.randrange(10_001)])
    return PolicyTerms(
        id="p",
        code="jiuerzhe",
        version=3,
        name="九二折",
        scope="all",
        scope_value="",
        starts_on="2026-01-01",
        ends_on=None,
        rate_bp=chance.choice([800, 800, 500, 1, 9_999, 10_000, chance.randrange(1, 10_001)]),
        rounding_unit_fen=chance.choice([1, 1, 10]),
        minimum_spend_fen=chance.choice([0, 0, 0, 1_000]),
        cap_redemption_fen=cap(),
        cap_card_day_fen=cap(),
        cap_card_month_fen=cap(),
        excluded_categories=("alcohol", "tobacco"),
        base=chance.choice(["market_price", "after_insurance"]),
        merchant_share_bp=share,
        government_share_bp=10_000 - share,
    )


def _case(
    chance: random.Random,
) -> tuple[Basket, PolicyTerms, Usage, OfflineRoom | None]:
    terms = _terms(chance)
    items = tuple(_item(chance) for _ in range(chance.choice([0, 0, 1, 2, 3, 12])))
    amount = max(sum(item.amount_fen for item in items), 0) or _amount(chance)
    if chance.random() < 0.03:
        amount += 1
    excluded = 0 if items and chance.random() < 0.9 else chance.choice([0, 0, amount // 3, amount])
    insured = terms.base != "market_price"
    insurance = chance.choice([0, 0, amount // 2, amount // 7]) if insured else 0
    if chance.random() < 0.02:
        insurance = amount + chance.choice([-1, 1])
    usage = Usage(chance.choice([0, 0, 0, 990, 30_000]), chance.choice([0, 0, 0, 5_000]))
    room = None
    if chance.random() < 0.5:
        room = OfflineRoom(
            *(chance.choice([3_000, 6_000, 100_000, 500, 105, 11_111, 17, 0]) for _ in range(3))
        )
    return Basket(amount, excluded, insurance, items), terms, usage, room


def _amount(chance: random.Random) -> int:
    return chance.choice(
        [chance.randrange(1, 100), chance.randrange(1, 100_000), chance.randrange(1, 100_000_001)]
    )


def _item(chance: random.Random) -> Item:
    return Item(
        sku=chance.choice([None, None, "6901", "6902"]),
        name=chance.choice(NAMES),
        category=chance.choice([None, None, "food", "Ｔobacco ", "白酒", "自制", "ſ-ß"]),
        quantity=chance.choice(["1", "1", "2", "10", "0.356"]),
        amount_fen=chance.choice([0, 100, 100, -90, chance.randrange(1, 20_000), 33_333_333]),
    )


def _as_json(
    basket: Basket, terms: PolicyTerms, usage: Usage, room: OfflineRoom | None
) -> dict[str, Any]:
    """As a till has them: numbers of pieces are numbers, the labels come with the pack."""
    bought = asdict(basket)
    for item in bought["items"]:
        number = float(item["quantity"])
        item["quantity"] = int(number) if number.is_integer() else number
    labels = {}
    from huimin.checkout.quote_answer import policy_answer

    for language in LANGUAGES:
        labels[language] = policy_answer(terms, language)["label"]
    return {
        "basket": bought,
        "terms": {**asdict(terms), "labels": labels},
        "usage": asdict(usage),
        "offline": asdict(room) if room else None,
    }


def _server(
    basket: Basket, terms: PolicyTerms, usage: Usage, room: OfflineRoom | None
) -> dict[str, Any]:
    from huimin.core.words import CAPS

    try:
        given = quote(basket, terms, usage, room, any_category=True)
    except FieldProblems as problems:
        fields = [{"field": problem.field} for problem in problems.problems]
        return {"refused": {"code": "invalid_input", "errors": fields}}
    except Refusal as refusal:
        told: dict[str, Any] = {"code": refusal.code}
        if refusal.code == "below_minimum":
            told["params"] = {"minimum_fen": terms.minimum_spend_fen}
        if refusal.code == "cap_reached":
            names = {word: name for name, word in CAPS.items()}
            told["params"] = {"cap": names[refusal.params["cap"].source]}
        return {"refused": told}
    plain: dict[str, Any] = json.loads(json.dumps(asdict(given)))
    return plain


def _scanned(chance: random.Random) -> list[str]:
    token = str(chance.randrange(10**224, 10**225))
    number = make_number(123_456_789, "512022")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    texts = [
        *(token, number, number.translate(wide), token.translate(wide), "", " ", "-", "\ufeff"),
        *(address_form(token, "hm.example.cn"), address_form(token, "hm").lower()),
        f"ｈｔｔｐｓ：／／hm.example.cn／Ｃ／{token}",
        *(
            "https://hm/c/12345",
            f"https:///c/{token}",
            f"https://a/b/c/{token}",
            f"ſhttp://a/c/{token}",
        ),
        *(f"http{letter}://hm/c/{token}" for letter in "sSſs\u0131"),
        *(" ".join(number[at : at + 4] for at in range(0, 16, 4)), "-".join(number)),
        *(number[:-1], number + "0", number[:-1] + str((int(number[-1]) + 1) % 10)),
        *("1" * 31, "1" * 32, "1" * 4_096, "1" * 4_097, "一二三", "①②③④", "𝟏𝟐" * 8, "٣" * 16),
        "https://" + "h" * 253 + f"/c/{token}",
        "https://" + "h" * 254 + f"/c/{token}",
        "https://" + "𠮷" * 253 + f"/c/{token}",
        "https://" + "𠮷" * 254 + f"/c/{token}",
        *(f"{number[:8]}{chr(code)}{number[8:]}" for code in [*range(0x30), *range(0x80, 0xA1)]),
        *(
            f"{number[:8]}{chr(code)}{number[8:]}"
            for code in [*range(0x2000, 0x2070), 0x3000, 0xFEFF]
        ),
        *(f"{number[:8]}{chr(code)}{number[8:]}" for code in (0x1680, 0x180E, 0x85, 0xAD, 0xFF0D)),
        *(make_number(chance.randrange(10**9), "512022") for _ in range(300)),
        *(f"{chance.randrange(10**16):016d}" for _ in range(2_000)),
        *(str(chance.randrange(10 ** chance.randrange(1, 60))) for _ in range(500)),
    ]
    alphabet = "0123456789 -/:cChtpsＨ０９\t\n\u3000"
    texts += ["".join(chance.choices(alphabet, k=chance.randrange(40))) for _ in range(1_000)]
    return texts


def _read(text: str) -> dict[str, str]:
    try:
        reading = read_text(text)
    except Refusal as refusal:
        return {"code": refusal.code}
    return {"kind": reading.kind, "text": reading.text}


def _good(ring: KeyRing) -> list[str]:
    tokens = [
        sign_token(bytes([n] * 7), EXPIRES_AT + n, key.key_id, key.private_key)
        for n in range(3)
        for key in ring.all_keys()
    ]
    code = sign_token(b"\7" * 7, EXPIRES_AT + 60, 1, ring.private_key(1), EXPIRES_AT)
    far = sign_token(b"\7" * 7, 5_000_000_000, 1, ring.private_key(1))
    return [*tokens, code, far]


def _bad(ring: KeyRing) -> list[str]:
    """Other keys, other algorithms, other shapes; all else about them is right."""
    own, other = ring.private_key(1), Ed25519PrivateKey.generate()
    claims = cbor2.dumps({7: b"\1" * 7, 4: EXPIRES_AT})

    def token(
        key: Ed25519PrivateKey = own,
        protected: bytes = cbor2.dumps({1: -8}),
        unprotected: Any = None,
        payload: bytes = claims,
        tag: int = 18,
        context: str = "Signature1",
        lead: bytes = b"\1",
    ) -> str:
        signed = cbor2.dumps([context, protected, b"", payload])
        parts = [protected, unprotected or {4: b"\1"}, payload, key.sign(signed)]
        return str(int.from_bytes(lead + cbor2.dumps(cbor2.CBORTag(tag, parts))))

    assert "code" not in _verified(token(), ring)
    return [
        token(other),
        token(unprotected={4: b"\2"}),
        token(unprotected={4: b"\x63"}),
        token(unprotected={4: b"\1\1"}),
        *(token(protected=cbor2.dumps({1: alg})) for alg in (-7, -19, -257, 0)),
        token(protected=cbor2.dumps({})),
        token(protected=cbor2.dumps({1: -8, 4: b"\1"})),
        *(token(tag=tag) for tag in (17, 98, 61)),
        token(context="Signature"),
        token(lead=b"\2"),
        *(token(payload=cbor2.dumps(each)) for each in _BAD_CLAIMS),
        *("1", "0", "9" * 225, "1" * 4_096, str(10**700)),
    ]


_BAD_CLAIMS: list[Any] = [
    {4: EXPIRES_AT},
    {7: b"\1" * 7},
    {7: b"\1" * 6, 4: EXPIRES_AT},
    {7: "1234567", 4: EXPIRES_AT},
    {7: b"\1" * 7, 4: b"soon"},
    {7: b"\1" * 7, 4: EXPIRES_AT, 6: b"now"},
    [],
    b"",
]


def _verified(token: str, ring: KeyRing) -> dict[str, Any]:
    try:
        claims = verify_token(token, ring.public_keys())
    except Refusal as refusal:
        return {"code": refusal.code}
    return {
        "copyId": claims.copy_id.hex(),
        "expiresAt": claims.expires_at,
        "issuedAt": claims.issued_at,
        "keyId": claims.key_id,
    }


def _checked(page: Any, tokens: list[str], ring: KeyRing, check: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = page.evaluate(
        """({tokens, keys, check}) => Promise.all(tokens.map(
          (token) => till.card_token.verifyToken(token, keys, till.card_token[check])
            .catch((refusal) => refusal)))""",
        {"tokens": tokens, "keys": ring.jwks(), "check": check},
    )
    return told


def _pack_of(ids: list[bytes]) -> dict[str, Any]:
    copies = base64.urlsafe_b64encode(b"".join(ids)).rstrip(b"=").decode()
    return {"deny_list": {"count": len(ids), "copies": copies}}
