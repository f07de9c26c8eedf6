"""The till page as an app: what its version counts, and what a device keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import meta

from huimin.checkout.pages.till_app import MADE_OF, kept_files
from huimin.instance import Instance


@pytest.fixture
def app(sqlite_instance: Instance) -> Any:
    from huimin.app import create_app

    return create_app(instance=sqlite_instance, testing=True)


def test_a_change_of_any_template_of_the_page_is_another_version(app: Any) -> None:
    found, waiting = set(), ["checkout/till.html"]
    while waiting:
        name = waiting.pop()
        found.add(name)
        source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)
        waiting += filter(None, meta.find_referenced_templates(app.jinja_env.parse(source)))
    assert {f"templates/{name}" for name in found} - set(MADE_OF) == set()


def test_every_file_that_a_device_keeps_is_answered_where_it_says(app: Any) -> None:
    client = app.test_client()
    worker = client.get("/till/service-worker.js")
    assert worker.mimetype == "text/javascript"
    with app.test_request_context():
        kept = {app.url_for(endpoint, filename=name): path for endpoint, name, path in kept_files()}
    for address, path in kept.items():
        assert f'"{address}"' in worker.text
        assert client.get(address).data == path.read_bytes(), address
    assert "/static/till/main.js" in kept
    assert "/static/till/service_worker.js" not in kept
