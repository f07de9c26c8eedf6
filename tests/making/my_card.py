"""Holders who sign in to "my card", and the phone that they hold."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huimin.instance import Instance
from huimin.my.one_time_codes import give_code
from tests.making.staff import csrf_of


def make_code(
    instance: Instance, holder: Mapping[str, Any], member_id: str | None = None, **over: Any
) -> str:
    """A code as the counter gives it."""
    secrets, by = instance.personal_data, {"now": instance.clock(), "actor": "test", **over}
    return instance.engine.write(lambda tx: give_code(tx, secrets, holder["id"], member_id, **by))


def last_four(instance: Instance, holder: Mapping[str, Any]) -> str:
    """The last four of a holder's ID number."""
    return str(instance.personal_data.value(holder, "holder.id_number"))[-4:]


def sign_in_to_card(client: Any, number: str, last: str, code: str) -> Any:
    """The answer to the form of the door."""
    form = {"csrf_token": csrf_of(client, "/my/"), "number": number, "last_four": last}
    return client.post("/my/sign-in", data={**form, "code": code})


def open_card(
    client: Any, instance: Instance, card: Mapping[str, Any], holder: Mapping[str, Any]
) -> None:
    """Sign in as the holder, with a fresh code."""
    code = make_code(instance, holder)
    answer = sign_in_to_card(client, card["number"], last_four(instance, holder), code)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my/")


def post(client: Any, path: str, **form: str) -> Any:
    """A form of a signed-in page."""
    return client.post(path, data={"csrf_token": csrf_of(client, "/my/"), **form})


class Phone:
    """A phone with a key of its own, as its browser holds one."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = ""

    @property
    def public_key(self) -> str:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.b64encode(point).decode()

    def register(self, client: Any) -> Any:
        """The answer to the button of a signed-in page."""
        headers = {"X-CSRFToken": csrf_of(client, "/my/"), "Accept": "application/json"}
        answer = client.post(
            "/my/code/phone", json={"public_key": self.public_key}, headers=headers
        )
        self.id = answer.json.get("phone", self.id)
        return answer

    def sign(self, text: str) -> str:
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return base64.b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()

    def challenge(self, client: Any) -> str:
        return str(client.post("/my/code/challenge", json={"phone": self.id}).json["challenge"])

    def ask(self, client: Any, challenge: str | None = None) -> Any:
        """The answer to the signed request for codes."""
        challenge = challenge or self.challenge(client)
        body = {"phone": self.id, "challenge": challenge, "signature": self.sign(challenge)}
        return client.post("/my/code/codes", json=body)
