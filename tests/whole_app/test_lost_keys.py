"""A lost key file is named; no fresh key is made beside what the old one protects.

Where other keys are here than those that sealed a value, it is said in words in its place, and no
page goes with it: every page is walked in every role.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from huimin.core.permissions import ROLES, allows
from huimin.instance import Instance
from huimin.open_instance import open_instance
from huimin.ratings.find_ratings import rating_by_id
from huimin.ratings.judgement import Judgement
from huimin.settings import Settings
from huimin.settlement.payee_fields import Payee
from huimin.settlement.payees import propose_payee
from huimin.storage.engine import StorageProblem
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.lost_keys import lose_the_keys
from tests.making.my_card_holder import MyCard
from tests.making.policies import make_policy
from tests.making.ratings import make_rating
from tests.making.registers import register_row, write_xlsx
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.whole_app.test_access_table import action_of, rules_of
from tests.whole_app.test_kept_forms import FILLED
from tests.whole_app.test_other_places import HERE, NO_IDS, Place, address

# What is nothing but something sealed: it is answered by a sentence.
NOTHING_BUT_SEALED = {
    "holders.download_evidence",
    "holders.picture_of_evidence",
    "holders.refused_rows",
    "holders.register_group",
}
# It says that the keys don't fit the database, some seconds later.
READYZ = "probes.readyz"
# After which nobody would be left to send the other forms.
SIGNS_OUT = ("access.sign_out", "my.sign_out")


@pytest.mark.parametrize("name", ["card_keys.json", "personal_keys.json"])
def test_a_lost_key_file_stops_everything_and_is_not_replaced(
    sqlite_instance: Instance, folder: Path, run_cli: Any, name: str
) -> None:
    make_card(sqlite_instance, make_holder(sqlite_instance))
    sqlite_instance.close()
    kept = folder / f"{name}.backup"
    (folder / name).rename(kept)
    with pytest.raises(StorageProblem, match=name):
        open_instance(Settings.from_environment(folder, {}))
    said = run_cli(["holders", "list"], folder)
    assert (said.returncode, said.stdout) == (2, "")
    assert name in said.stderr
    assert "Traceback" not in said.stderr
    assert not (folder / name).exists()
    kept.rename(folder / name)
    assert run_cli(["holders", "list"], folder).returncode == 0


def test_an_empty_county_gets_its_first_keys(sqlite_instance: Instance, folder: Path) -> None:
    sqlite_instance.close()
    for name in ("card_keys.json", "personal_keys.json"):
        (folder / name).unlink()
    open_instance(Settings.from_environment(folder, {})).close()
    assert (folder / "card_keys.json").exists()


class County:
    """Somebody in every role, and something real and sealed for every argument of a route."""

    def __init__(self, app: Any, instance: Instance) -> None:
        self.app, self.instance = app, instance
        make_policy(instance)
        self.place = Place(instance, HERE)
        rating = make_rating(instance, self.place.sale, Judgement("no", 1, "没有给优惠"))
        judged = instance.engine.read(lambda tx: rating_by_id(tx, rating))
        names = ("complaint_id", "receipt_no", "hash_prefix")
        self.ids = {
            **NO_IDS,
            **self.place.ids,
            **{name: judged[name] for name in names},
            "rating_id": rating,
        }
        self.staff = {
            role: self.place.staff.get(role) or make_staff(instance, role) for role in ROLES
        }
        self.my_card = MyCard(app, instance)
        self.clients: dict[str, Any] = {}
        for role, one in self.staff.items():
            self.clients[role] = app.test_client()
            sign_in(self.clients[role], one["username"])
        for viewer in ("holder", "member"):
            self.clients[viewer] = self.my_card.client(member=viewer == "member")
        self.clients["nobody"] = app.test_client()
        administrator = self.clients["administrator"]
        self._check_register(administrator)
        self._approve_payee(administrator)

    def _check_register(self, administrator: Any) -> None:
        """A register with a problem in it, checked: its lists lie sealed in the folder."""
        folder = self.instance.settings.folder / "sent"
        folder.mkdir()
        wrong = register_row(id_number="512022195603080012")
        content = write_xlsx(folder / "名册.xlsx", [register_row(), wrong]).read_bytes()
        form = {"csrf_token": csrf_of(administrator, "/account")}
        checked = administrator.post(
            "/registers/",
            data={**form, "register": (io.BytesIO(content), "名册.xlsx")},
            content_type="multipart/form-data",
        )
        self.instance.jobs.wait()
        self.ids["job_id"] = self.ids["register_id"] = checked.headers["Location"].split("/")[-1]

    def _approve_payee(self, administrator: Any) -> None:
        """An account in force beside another that waits."""
        merchant, payee = self.ids["merchant_id"], self.ids["payee_id"]
        where = f"/settlements/payees/{merchant}/{payee}/approve"
        form = {"csrf_token": csrf_of(administrator, "/account"), "reason": "打电话核实过"}
        assert administrator.post(where, data=form).status_code == 302
        by = {"now": self.instance.clock(), "actor": "test"}
        account = Payee("company", "公司", "87654321", "银行", "", "", "会计", "13800001234")
        row = self.instance.engine.write(
            lambda tx: propose_payee(
                tx,
                self.instance.personal_data,
                merchant,
                account,
                reason="又来函",
                side="merchant",
                **by,
            )
        )
        self.ids["payee_id"] = row["id"]

    def routes(self, method: str) -> Iterator[tuple[str, str, Rule]]:
        """Who may, where, and which route: every one of that method, in every role."""
        for rule, its_method in rules_of(self.app):
            if its_method != method or set(rule.arguments) - set(self.ids):
                continue
            action, view = action_of(self.app, rule), self.app.view_functions[rule.endpoint]
            if action is not None:
                viewers = [role for role in ROLES if allows(role, action)]
            elif hasattr(view, "required_holder"):
                viewers = ["holder", "member"] if view.required_holder == "member" else ["holder"]
            else:
                viewers = ["nobody", "administrator", "holder"]
            for viewer in viewers:
                yield viewer, address(rule, self.ids), rule


def walked(county: County) -> dict[tuple[str, str, str], int]:
    """The status of every page for everybody who may open it. No answer is an internal error."""
    found = {
        (viewer, where, rule.endpoint): county.clients[viewer].get(where).status_code
        for viewer, where, rule in county.routes("GET")
    }
    assert {one: status for one, status in found.items() if status == 500} == {}
    return found


def test_every_page_is_there_without_what_the_lost_keys_sealed(
    sqlite_app: Any, sqlite_instance: Instance
) -> None:
    county = County(sqlite_app, sqlite_instance)
    before = walked(county)
    lose_the_keys(sqlite_instance)
    after = walked(county)
    gone = {one: after[one] for one in before if before[one] == 200 != after[one]}
    gone = {one: status for one, status in gone.items() if one[2] != READYZ}
    assert len(before) > 400
    assert {endpoint for _, _, endpoint in gone} == NOTHING_BUT_SEALED, gone
    ids = county.ids
    for viewer, where, words in (
        ("registrar", "/holders/", "读不出这段话"),
        ("registrar", f"/holders/{ids['holder_id']}", "读不出这个号码"),
        ("administrator", f"/registers/{ids['job_id']}", "读不出这些名单"),
        ("administrator", f"/registers/{ids['job_id']}/refused.xlsx", "现有的密钥读不出来"),
        ("auditor", f"/settlements/payees/{ids['merchant_id']}", "读不出这个账户"),
    ):
        page = county.clients[viewer].get(where).text
        assert words in page and "huimin doctor" in page, where
    # A draft that nobody can read any more can still be thrown away.
    registrar = county.clients["registrar"]
    form = {"csrf_token": csrf_of(registrar, "/account")}
    registrar.post(f"/holders/drafts/{ids['draft_id']}/delete", data=form)
    assert "读不出这段话" not in registrar.get("/holders/").text


def test_no_form_is_an_internal_error_where_the_keys_are_lost(
    sqlite_app: Any, sqlite_instance: Instance
) -> None:
    county = County(sqlite_app, sqlite_instance)
    lose_the_keys(sqlite_instance)
    found = {}
    for viewer, where, rule in county.routes("POST"):
        if rule.endpoint in SIGNS_OUT:
            continue
        client = county.clients[viewer]
        page = "/my/" if viewer in ("holder", "member", "nobody") else "/account"
        form = {**FILLED, "csrf_token": csrf_of(client, page)}
        found[viewer, where] = client.post(where, data=form).status_code
    assert len(found) > 150
    assert {one: status for one, status in found.items() if status == 500} == {}
