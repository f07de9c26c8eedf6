"""Find people among a million by one search box and filters.

The typed text is recognised as a card number, an ID number, a phone number, or part of a name; a
family member's name and ID number find the holder. Each
filter has its own statement that starts from that filter's index; the other filters only exclude.
People come in order of entry, or by last day if filtered by the end of an eligibility; or in one of
the orders that the statements name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from huimin.core.card_number import NUMBER_DIGITS
from huimin.core.identity import (
    IdentityProblem,
    Names,
    clean_id_text,
    mask_name,
    masked,
    parse_id_number,
)
from huimin.core.name_form import GRAM_MAX, name_form
from huimin.core.phone import PhoneProblem, read_phones
from huimin.core.refusals import field_problem
from huimin.core.visible_text import unprintable, without_blanks
from huimin.divisions.within import bounds_within
from huimin.holders import queries
from huimin.holders.people import eligibilities_on, family_of
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, Order
from huimin.storage.named_queries import either_way

TEXT_MAX = 60
NO_CARD = "none"
NO_KIND = "none"
# So few that the search starts from them, whatever the other filters.
RARE_STATES = ("suspended", "lost")
DAY_MARK = "."
# So many are sorted for a page; more are walked over in the order of an index.
SORTED_MAX = 20_000
_ONLY_NUMBERS = re.compile(r"[0-9+()*/、,;.-]*[0-9][0-9+()*/、,;.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonCriteria:
    """What to search for. `kind` and `card_state` may be "none"; `ending_days` is from today."""

    text: str = ""
    division_code: str | None = None
    kind: str | None = None
    card_state: str | None = None
    ending_days: int | None = None


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person's id, and the key after which the next page starts."""

    id: str
    key: str


def search(
    tx: Transaction,
    personal_data: PersonalData,
    criteria: PersonCriteria,
    *,
    today: date,
    within: str | None = None,
    order: Order | None = None,
) -> Callable[..., list[FoundPerson]]:
    """A function `(after, count)` that finds people behind the key `after`, in order.

    With `backwards` it finds those before the key, the nearest first.

    `within` is the 12-digit code of the division whose people the reader may see. Raises
    FieldProblems on `text` for a number with a wrong check digit.
    """
    place = bounds_within(criteria.division_code, within)
    filters = _filters(criteria, place, today)
    name, parameters = _driver(personal_data, criteria, place, today)

    if order is not None:
        statement, stated = _that_sorts(tx, name, criteria), {**parameters, **filters}
        people = ListQuery[None](queries, statement, lambda _none: stated)

        def find_ordered(after: str, count: int, backwards: bool = False) -> list[FoundPerson]:
            rows = people.ordered(tx, None, order, after, count, backwards)
            return [FoundPerson(keyed.row["id"], keyed.key) for keyed in rows]

        return find_ordered

    def find(after: str, count: int, backwards: bool = False) -> list[FoundPerson]:
        day, _, holder_id = after.rpartition(DAY_MARK)
        rows = either_way(queries, name, backwards)(
            tx, after=holder_id, after_day=day, row_limit=count, **parameters, **filters
        )
        return [_found_person(row) for row in rows]

    return find


def count_people(
    tx: Transaction,
    personal_data: PersonalData,
    criteria: PersonCriteria,
    *,
    today: date,
    within: str | None = None,
    count_max: int,
) -> int:
    """How many people a search finds; counted up to `count_max` unless it is `everybody`."""
    place = bounds_within(criteria.division_code, within)
    name, parameters = _driver(personal_data, criteria, place, today)
    stated = {**parameters, **_filters(criteria, place, today), "after_day": ""}
    if everybody(criteria, within):
        return int(queries.count_people(tx))
    return ListQuery[None](queries, name, lambda _none: stated).count(tx, None, count_max)


def everybody(criteria: PersonCriteria, within: str | None) -> bool:
    """Whether the criteria leave nobody out."""
    return criteria == PersonCriteria() and within is None


def _found_person(row: Row) -> FoundPerson:
    day = row.get("day")
    return FoundPerson(row["id"], f"{day}{DAY_MARK}{row['id']}" if day else row["id"])


def people_rows(
    tx: Transaction,
    personal_data: PersonalData,
    ids: list[str],
    today: date,
    text: str = "",
    names: Names = masked,
) -> list[Row]:
    """People for a list: name, division, live card, eligibilities in force.

    `name` is what `names` shows of it, `name_masked` never shows more than its ends.

    Where `text` was searched and is a family member's and not the holder's own, `found_by` are the
    members who have it (name, name_masked, relation); else it is empty.
    """
    fits = _fitting(personal_data, text, today) if text.strip() else None
    rows = []
    for holder_id in ids:
        row = dict(queries.listed_person(tx, id=holder_id))
        members = [] if fits is None or fits(row) else list(filter(fits, family_of(tx, holder_id)))
        row["found_by"] = [
            {
                "name": names(one["name"], row["division_code"]),
                "name_masked": mask_name(one["name"]),
                "relation": one["relation"],
            }
            for one in members
        ]
        row["name_masked"] = mask_name(row["name"])
        row["name"] = names(row["name"], row["division_code"])
        row["kinds"] = eligibilities_on(tx, holder_id, today)
        rows.append(row)
    return rows


def _fitting(personal_data: PersonalData, text: str, today: date) -> Callable[[Row], bool] | None:
    """Whether it is the person of a row who was searched for; None for a card's or a phone's."""
    name, parameters = _by_text(personal_data, text, today)
    if name == "ids_by_id_number":
        return lambda row: row["id_number_hash"] in parameters.values()
    if name != "ids_by_name":
        return None
    sought = (parameters["gram"], parameters["last_gram"])
    return lambda row: all(gram in name_form(row["name"]) for gram in sought)


def _filters(criteria: PersonCriteria, place: tuple[str, str], today: date) -> Row:
    ending_by = None
    if criteria.ending_days is not None:
        ending_by = (today + timedelta(days=criteria.ending_days)).isoformat()
    return {
        "division_first": place[0],
        "division_last": place[1],
        "kind": criteria.kind,
        "card_state": criteria.card_state,
        "today": today.isoformat(),
        "ending_by": ending_by,
    }


def _driver(
    personal_data: PersonalData, criteria: PersonCriteria, place: tuple[str, str], today: date
) -> tuple[str, Row]:
    """The statement that starts from the fewest people, and its parameters."""
    first, last = place
    if criteria.text.strip():
        return _by_text(personal_data, criteria.text, today)
    if criteria.ending_days is not None:
        return "ids_by_ending", {}
    if criteria.card_state in RARE_STATES:
        return "ids_by_card_state", {}
    if criteria.kind == NO_KIND:
        return "ids_not_entitled", {}
    if first == last:
        return "ids_by_village", {"village": first}
    if first[:9] == last[:9]:
        return "ids_by_town", {"town": first[:9]}
    if criteria.card_state not in (None, NO_CARD, "active"):
        return "ids_by_card_state", {}
    if criteria.kind is not None:
        return "ids_by_kind", {}
    return "ids_by_walk", {}


def _that_sorts(tx: Transaction, driver: str, criteria: PersonCriteria) -> str:
    """The statement that reads the same people in another order.

    It sorts the few that the driver finds; many are walked over in the order of an index.
    """
    if driver == "ids_by_ending":
        return "ids_of_ending"
    if driver == "ids_by_kind":
        many = queries.has_many_of_kind(tx, kind=criteria.kind, few=SORTED_MAX)
        return "ids_by_walk" if many else "ids_of_kind"
    if driver == "ids_by_card_state":
        many = queries.has_many_in_card_state(tx, card_state=criteria.card_state, few=SORTED_MAX)
        return "ids_by_walk" if many else "ids_of_card_state"
    return driver


def _by_text(personal_data: PersonalData, typed: str, today: date) -> tuple[str, Row]:
    text = without_blanks(typed)[:TEXT_MAX]
    number = clean_id_text(typed)
    if re.fullmatch(f"[0-9]{{{NUMBER_DIGITS}}}", number, re.ASCII):
        return "ids_by_card_number", {"number": number}
    if re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", number, re.ASCII):
        try:
            number = parse_id_number(number, today=today).number
        except IdentityProblem as error:
            raise field_problem("text", error.text) from error
        return "ids_by_id_number", personal_data.sought("id_number_hash", number)
    if _ONLY_NUMBERS.fullmatch(text):
        phone = _phone_in(text)
        return "ids_by_phone", personal_data.sought("phone_hash", phone)
    form = name_form(text)
    if unprintable(text) or not form:
        raise field_problem("text", "请输入能看见的字。")
    return "ids_by_name", {"gram": form[:GRAM_MAX], "last_gram": form[-GRAM_MAX:]}


def _phone_in(text: str) -> str:
    try:
        phones = read_phones(text)
    except PhoneProblem:
        phones = ()
    if not phones:
        raise field_problem(
            "text",
            "号码要写全：卡号 16 位，身份证号码 18 位，手机号码 11 位，座机要带区号。",
        )
    return phones[0]
