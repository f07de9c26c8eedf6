"""A newcomer signs in to the demo by one press, as each role; a real county offers no account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from huimin.app import create_app
from huimin.open_instance import open_instance
from huimin.settings import Settings

FORM = re.compile(r'<form method="post" action="(/sign-in)">(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


def test_each_role_is_tried_by_one_press(demo_copy: Path) -> None:
    instance = open_instance(Settings.from_environment(demo_copy, {}))
    try:
        app = create_app(instance=instance, testing=True)
        roles = set()
        for place in range(len(FORM.findall(app.test_client().get("/sign-in").text))):
            client = app.test_client()
            address, form = FORM.findall(client.get("/sign-in").text)[place]
            fields = dict(FIELD.findall(form))
            if fields.get("password"):
                assert client.post(address, data=fields).status_code == 302
                roles.add(re.search(r'class="who">[^·]*· ([^<]+)<', client.get("/account").text)[1])  # type: ignore[index]
        office = {"管理员", "登记员", "审计员", "物价采集员"}
        assert roles == office | {"商户管理员", "收银员"}
    finally:
        instance.close()


def test_a_real_county_offers_none(client: Any) -> None:
    page = client.get("/sign-in").text
    assert "试用" not in page
    assert len(FORM.findall(page)) == 1
