"""Every number of the demo county's report leads to as many rows, and to as much."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from huimin.app import create_app
from huimin.core.days import county_day, month_of, previous_month
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.making.staff import make_staff, sign_in
from tests.reports.numbers import check_page


def test_every_number_of_the_demo_county_leads_on(demo_copy: Path) -> None:
    """Some numbers of a month as it was signed, and all of the last days."""
    instance = open_instance(Settings.from_environment(demo_copy, {}))
    client = create_app(instance=instance, testing=True).test_client()
    sign_in(client, make_staff(instance, "auditor")["username"])
    today = county_day(instance.clock())
    closed, first = previous_month(previous_month(month_of(today))), today - timedelta(days=2)
    assert "SHA-256" in client.get(f"/reports/?month={closed}").text
    check_page(client, f"/reports/?month={closed}", every=5)
    led = check_page(client, f"/reports/?first={first}&last={today}")
    instance.close()
    assert led > {"cards_used", "cards_valid", "cards_never_used", "claims_submitted", "reversals"}
