"""What an event of a person changed, from its old and new values, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from huimin.core.json_text import read_json
from huimin.core.words import ELIGIBILITIES
from huimin.reach.contacts import RESULTS
from huimin.web.language import request_language

Values = Mapping[str, Any]


def history_teller(place_of: Callable[[str], str | None]) -> Callable[[Values], str]:
    """A function that says what an event changed; "" where there is nothing to say."""

    def words_of(event: Values) -> str:
        if event["place_after"]:
            return f"{event['place_before']} → {event['place_after']}"
        old = read_json(event["old_json"]) if event["old_json"] else {}
        new = read_json(event["new_json"]) if event["new_json"] else {}
        tell = TELLERS.get(event["event"])
        return "；".join(tell(old, new, place_of)) if tell else ""

    return words_of


def _kind(values: Values) -> str:
    return ELIGIBILITIES.say(values["kind"], request_language())


def _eligibility_added(old: Values, new: Values, place_of: Any) -> list[str]:
    return [_("{kind}，{day} 起", kind=_kind(new), day=new["starts_on"]), new["source"]]


def _eligibility_ended(old: Values, new: Values, place_of: Any) -> list[str]:
    before = old.get("ends_on")
    words = [_("{kind}，最后一天 {day}", kind=_kind(new), day=new["ends_on"])]
    return [*words, _("原为 {day}", day=before)] if before else words


def _eligibility_restored(old: Values, new: Values, place_of: Any) -> list[str]:
    words = _("{kind}，最后一天 {day}", kind=_kind(new), day=new["ends_on"])
    without_end = _("{kind}，没有截止日期", kind=_kind(new))
    return [words if new["ends_on"] else without_end, _("原为 {day}", day=old["ends_on"])]


def _changed(old: Values, new: Values, place_of: Any) -> list[str]:
    words = [_("姓名")] if new.get("name_corrected") else []
    words += [_("联系电话")] if new.get("phone_changed") else []
    return words + _moved(old, new, place_of)


def _by_register(old: Values, new: Values, place_of: Any) -> list[str]:
    language = request_language()
    words = [ELIGIBILITIES.say(kind, language) for kind in new.get("eligibilities", ())]
    words += [_("联系电话")] if new.get("phone_changed") else []
    added = new.get("family_added", 0)
    words += [_("家庭成员 {count} 人", count=added)] if added else []
    return words + _moved(old, new, place_of)


def _moved(old: Values, new: Values, place_of: Any) -> list[str]:
    before, after = old.get("division_code"), new.get("division_code")
    if before == after or not before or not after:
        return []
    return [f"{place_of(before) or before} → {place_of(after) or after}"]


def _contacted(old: Values, new: Values, place_of: Any) -> list[str]:
    words = RESULTS.say(new["result"], request_language())
    again = new["next_on"]
    return [words, _("下次联系 {day}", day=again)] if again else [words]


def _relation(old: Values, new: Values, place_of: Any) -> list[str]:
    return [new["relation"]]


TELLERS: dict[str, Callable[[Values, Values, Any], list[str]]] = {
    "holder.eligibility_added": _eligibility_added,
    "holder.eligibility_ended": _eligibility_ended,
    "holder.eligibility_restored": _eligibility_restored,
    "holder.changed": _changed,
    "holder.updated_by_register": _by_register,
    "holder.family_added": _relation,
    "holder.contacted": _contacted,
}
