"""A closed month is read as it was signed, on the page and in every file."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import openpyxl
import pytest

from huimin.instance import Instance
from huimin.reports.closed_month import closed_month
from huimin.reports.exports import EXPORTS
from huimin.reports.template.example import example_template
from huimin.reports.template.templates import keep_template, store_template, use_template
from tests.making.months import close_month
from tests.making.staff import make_staff, sign_in
from tests.reports.county import make_small_county


def put_to_use(instance: Instance, drop_sheets: bool = False) -> None:
    """Keep a template and make it the official workbook."""
    content = example_template()
    if drop_sheets:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for sheet in book.worksheets[1:]:
            book.remove(sheet)
        changed = io.BytesIO()
        book.save(changed)
        content = changed.getvalue()
    stored = store_template(instance.settings.folder, file_name="县报表.xlsx", content=content)
    act = {"now": instance.clock(), "actor": "test"}
    instance.engine.write(lambda tx: keep_template(tx, stored, **act))
    instance.engine.write(lambda tx: use_template(tx, stored.id, **act))


def signed_files(instance: Instance) -> dict[str, str]:
    """Form → SHA-256 of every file that was signed."""
    return instance.engine.read(
        lambda tx: {
            row["form"]: row["sha256"]
            for row in tx.connection.execute("SELECT * FROM month_file").fetchall()
        }
    )


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


def test_page_and_files_are_those_that_were_signed(
    sqlite_instance: Instance, clock: Any, app: Any
) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    put_to_use(sqlite_instance)
    clock.advance(days=2)
    close_month(sqlite_instance, with_files=True)
    # The county takes another workbook later; October keeps the one it was signed with.
    put_to_use(sqlite_instance, drop_sheets=True)
    closed = sqlite_instance.engine.read(lambda tx: closed_month(tx, "2026-10"))
    assert closed is not None
    # A name that changes later does not change what was signed.
    sqlite_instance.engine.write(
        lambda tx: tx.connection.execute(
            "UPDATE outlet SET name = '改了名字的店' WHERE name = '南门超市'"
        )
    )
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    page = client.get("/reports/?month=2026-10").text
    assert closed.sha256 in page and all(name in page for name in closed.signers)
    assert "南门超市" in page and "改了名字的店" not in page
    signed = signed_files(sqlite_instance)
    assert set(signed) == {*EXPORTS, "official"} - {"table"}
    for form, digest in signed.items():
        path = "official/2026-10.xlsx" if form == "official" else f"2026-10.{form}"
        content = client.get(f"/reports/{path}").data
        assert hashlib.sha256(content).hexdigest() == digest, form
