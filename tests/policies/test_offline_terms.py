"""What a policy says of tills without network: checked, kept, shown, and by default nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huimin.core.offline_terms import OfflineTerms
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.in_force import terms_of
from tests.conftest import RunCli
from tests.making.office import Office
from tests.making.policies import make_policy

OFFLINE = {
    "offline_hours": 24,
    "offline_cap_redemption_fen": 3_000,
    "offline_cap_card_fen": 6_000,
    "offline_cap_terminal_fen": 100_000,
}


def problem_fields(instance: Instance, **over: Any) -> list[str]:
    draft = PolicyDraft("jiuerzhe", "九二折", 800, "2026-11-01", **over)
    with pytest.raises(FieldProblems) as refused:
        instance.engine.write(lambda tx: save_draft(tx, draft, now=instance.clock(), actor="test"))
    return [problem.field for problem in refused.value.problems]


def test_nothing_is_given_offline_unless_the_policy_says_so(instance: Instance) -> None:
    assert make_policy(instance).offline is None


def test_the_terms_are_kept(instance: Instance) -> None:
    terms = make_policy(
        instance, **OFFLINE, offline_bearer="government", offline_changing_code=True
    )
    assert terms.offline == OfflineTerms(24, 3_000, 6_000, 100_000, "government", True)


def test_caps_without_hours_are_not_kept(instance: Instance) -> None:
    def work(tx: Any) -> Any:
        draft = PolicyDraft("a", "甲", 800, "2026-11-01", **{**OFFLINE, "offline_hours": 0})
        return save_draft(tx, draft, now=instance.clock(), actor="test")

    row = instance.engine.write(work)
    assert row["offline_cap_card_fen"] is None
    assert terms_of(row).offline is None


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"offline_hours": -1}, "offline_hours"),
        ({"offline_hours": 169}, "offline_hours"),
        ({"offline_hours": True}, "offline_hours"),
        ({"offline_hours": 24}, "offline_cap_redemption_fen"),
        ({**OFFLINE, "offline_cap_card_fen": 0}, "offline_cap_card_fen"),
        ({**OFFLINE, "offline_cap_card_fen": 2_999}, "offline_cap_redemption_fen"),
        ({**OFFLINE, "offline_cap_terminal_fen": 5_999}, "offline_cap_card_fen"),
        ({**OFFLINE, "cap_redemption_fen": 2_000}, "offline_cap_redemption_fen"),
        ({**OFFLINE, "cap_card_day_fen": 5_000}, "offline_cap_card_fen"),
        ({**OFFLINE, "cap_card_month_fen": 5_000}, "offline_cap_card_fen"),
        ({**OFFLINE, "offline_bearer": "nobody"}, "offline_bearer"),
    ],
)
def test_what_does_not_fit_is_named(instance: Instance, over: dict[str, Any], field: str) -> None:
    assert problem_fields(instance, **over) == [field]


def test_the_command_saves_and_shows_them(sqlite_instance: Instance, run_cli: RunCli) -> None:
    folder = sqlite_instance.settings.folder
    saved = run_cli(
        [
            *("policies", "save", "--code", "jiuerzhe", "--name", "九二折", "--rate", "8%"),
            *("--starts-on", "2026-11-01", "--offline-hours", "12"),
            *("--offline-cap-redemption", "30", "--offline-cap-card", "60"),
            *("--offline-cap-terminal", "1000"),
        ],
        folder,
    )
    assert saved.returncode == 0, saved.stderr
    assert "离线收银：断网后 12 小时内可用" in saved.stdout
    assert "离线优惠事后不能入账时由商户承担" in saved.stdout
    shown = run_cli(["policies", "show", "jiuerzhe", "--format", "json"], folder)
    assert json.loads(shown.stdout)["offline"] == {
        "hours": 12,
        "cap_redemption_fen": 3_000,
        "cap_card_fen": 6_000,
        "cap_terminal_fen": 100_000,
        "bearer": "merchant",
        "changing_code": False,
        "clock_minutes": 2,
        "send_days": 31,
        "two_people_fen": 10_000,
    }


def test_the_form_saves_them_and_the_page_says_who_bears(
    app: Any, sqlite_instance: Instance
) -> None:
    office = Office(app, sqlite_instance)
    administrator = office.client()
    form = {
        "code": "jiuerzhe",
        "name": "九二折",
        "rate_bp": "8",
        "starts_on": "2026-11-01",
        "scope": "all",
        "merchant_share_bp": "100",
        "offline_hours": "24",
        "offline_cap_redemption_fen": "30",
        "offline_cap_card_fen": "60",
        "offline_bearer": "government",
    }
    refused = office.post(administrator, "/policies/new", **form)
    assert refused.status_code == 422
    assert 'href="#field-offline_cap_terminal_fen"' in refused.text
    saved = office.post(administrator, "/policies/new", **form, offline_cap_terminal_fen="1000")
    assert saved.status_code == 302
    page = administrator.get(saved.headers["Location"]).text
    assert "断网后还可以优惠的小时数" in page
    assert "<dt>离线优惠事后不能入账时由谁承担</dt><dd>由政府承担</dd>" in page
    again = administrator.get("/policies/new?from=" + saved.headers["Location"].rsplit("/")[-1])
    assert 'value="1000.00"' in again.text


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app
