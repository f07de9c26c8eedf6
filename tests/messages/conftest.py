"""A county whose messages go to a gateway on this machine, or into a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.settings import Settings
from tests.making.post_offices import HookOffice, hook_office

SECRET = "a-secret-of-sixteen-characters"


@pytest.fixture
def gateway() -> Iterator[HookOffice]:
    with hook_office() as office:
        yield office


@pytest.fixture
def by_gateway(instance: Instance, gateway: HookOffice) -> Instance:
    """Messages are posted to the gateway."""
    read = Settings.from_environment(
        "x",
        {
            "HUIMIN_MESSAGE_CHANNEL": "webhook",
            "HUIMIN_MESSAGE_URL": gateway.url,
            "HUIMIN_MESSAGE_SECRET": SECRET,
        },
    )
    instance.settings = replace(
        instance.settings,
        message_channel=read.message_channel,
        message_url=read.message_url,
        message_secret=read.message_secret,
    )
    return instance


@pytest.fixture
def by_file(instance: Instance) -> Instance:
    """Messages are written into the spool folder."""
    instance.settings = replace(instance.settings, message_channel="file")
    return instance


@pytest.fixture
def posted(gateway: HookOffice) -> Callable[[], list[dict[str, Any]]]:
    """What the gateway got so far."""
    return lambda: [json.loads(body) for _path, _headers, body in gateway.posts]
