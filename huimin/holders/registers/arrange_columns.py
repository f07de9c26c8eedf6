"""Whose columns are whose: from the heads of a sheet's columns to its headers, one for each block
of columns beside each other.

Name and number always come from the columns of one person; where two pairs fit equally well nothing
is picked (`Header.unclear`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from huimin.holders.registers.column_head import Head, Owner, is_official, weakness
from huimin.holders.registers.header import Header, MemberColumns

# The fields that a register may have once for a row, whoever its person is.
_ROW_FIELDS = (
    *("serial", "town", "village", "place", "kind", "starts_on", "ends_on", "state", "entitled"),
    *("ended_flag", "household", "family"),
)


def headers_of(
    heads: Mapping[int, Head], spelled: dict[int, str], chosen: Mapping[str, int]
) -> list[Header]:
    """One header for each block of columns beside each other."""
    owned = _with_owners(_named_members(_settled(heads)))
    blocks = _blocks(owned)
    first = _one(blocks[0], owned, spelled, chosen)
    headers = [first]
    for block in blocks[1:]:
        own = {column: owned[column] for column in block}
        relation = any(head.field == "relation" for head in own.values())
        if relation and "relation" not in first.columns:
            member = _member_columns({c: replace(h, owner="member") for c, h in own.items()})
            headers[0] = replace(headers[0], members=headers[0].members + member)
            continue
        headers.append(_one(block, owned, spelled, {}))
    return [_with_shared(header, headers) for header in headers]


def _with_shared(header: Header, headers: Sequence[Header]) -> Header:
    """The header with what it does not say itself and one block says for all: 乡镇, 村."""
    columns = dict(header.columns)
    implied = header.kind_implied
    for name in _ROW_FIELDS:
        if name in columns:
            continue
        saying = [one for one in headers if name in one.columns]
        if saying and (saying[0] is headers[0] or len(saying) == 1):
            columns[name] = saying[0].columns[name]
            implied = saying[0].kind_implied if name == "kind" else implied
    return replace(header, columns=columns, kind_implied=implied)


def _settled(heads: Mapping[int, Head]) -> dict[int, Head]:
    """The heads, where a word that stands in no list is the person's only if nobody else can be.

    遗属姓名 beside 姓名 is somebody else; alone, or beside 死者姓名, it is the person. Beside
    户主姓名 it may be either, and stays unknown if it has a number. 姓名1, 关系1 are members there.
    """
    names = [h for h in heads.values() if h.field == "name"]
    strong = any(_is_subject(h) and not weakness(h.which) for h in names)
    of_head = any(h.owner == "head" for h in names)
    numbered = {h.which for h in heads.values() if h.field == "id_number" and h.owner == "unknown"}
    owned = {h.field for h in heads.values() if h.owner in ("", "self", "head")}
    named = {h.which for h in names if h.owner == "unknown"}
    settled = dict(heads)
    for column, head in heads.items():
        owner: Owner = head.owner
        if owner == "self" and weakness(head.which) and strong and head.field == "name":
            owner = "other"
        elif owner == "unknown" and head.which.isdigit():
            owner = "member" if strong or of_head else ""
        elif owner == "unknown" and head.which in named:
            owner = _owner_of_unlisted(strong, of_head, head.which in numbered)
        elif owner == "unknown":
            owner = "other" if head.field in owned else ""
        settled[column] = replace(head, owner=owner)
    return settled


def _owner_of_unlisted(strong: bool, of_head: bool, has_number: bool) -> Owner:
    if strong or (of_head and not has_number):
        return "other"
    return "unknown" if of_head else "self"


def _named_members(heads: Mapping[int, Head]) -> dict[int, Head]:
    """The heads, where 家庭成员 is a member's name if their number or relation stands behind it."""
    named = dict(heads)
    people = [c for c, h in heads.items() if h.field == "name" and h.owner in ("", "self", "head")]
    for column, head in heads.items():
        behind = heads.get(column + 1)
        if head.field != "family" or behind is None or min(people, default=column) >= column:
            continue
        if behind.field == "id_number" or (
            behind.field == "relation" and _second_number_behind(heads, column)
        ):
            named[column] = replace(head, field="name", owner="member")
            if not behind.owner or behind.owner == "unknown":
                named[column + 1] = replace(behind, owner="member", which=head.which)
    return named


def _second_number_behind(heads: Mapping[int, Head], column: int) -> bool:
    numbers = [c for c, h in heads.items() if h.field == "id_number" and h.owner != "other"]
    return len(numbers) > 1 and max(numbers) > column


def _with_owners(heads: Mapping[int, Head]) -> dict[int, Head]:
    """The heads, where one that names nobody takes the owner of the name before it if it must."""
    owned = dict(heads)
    numbers = [c for c, head in heads.items() if head.field == "id_number" and not head.owner]
    phones = [c for c, head in heads.items() if head.field == "phone" and not head.owner]
    before: Head | None = None
    for column in sorted(heads):
        head = heads[column]
        if head.field == "name":
            before = head
        elif before is None or head.owner:
            continue
        elif (
            (head.field == "id_number" and len(numbers) > 1)
            or (head.field == "phone" and (len(phones) > 1 or before.owner == "other"))
            or (head.field == "relation" and before.owner in ("other", "member"))
        ):
            owned[column] = replace(head, owner=before.owner, which=before.which)
    return owned


def _blocks(heads: Mapping[int, Head]) -> list[list[int]]:
    """The columns of each block; a block ends where its own name, number or serial comes again."""
    heads = _heads_are_people(heads)
    pairs = [
        sum(1 for h in heads.values() if h.field == f and _is_subject(h))
        for f in ("name", "id_number")
    ]
    if min(pairs) < 2 or len({h.which for h in heads.values() if h.owner == "self"}) > 1:
        return [sorted(heads)]
    blocks: list[list[int]] = [[]]
    seen: set[str] = set()
    for column in sorted(heads):
        head = heads[column]
        key = head.field if head.field == "serial" or _is_subject(head) else ""
        if key in ("serial", "name", "id_number") and key in seen:
            blocks.append([])
            seen = set()
        seen.add(key)
        blocks[-1].append(column)
    return blocks


def _heads_are_people(heads: Mapping[int, Head]) -> Mapping[int, Head]:
    """The heads, where several 户主 and no other name are the people themselves."""
    names = [h for h in heads.values() if h.field == "name" and h.owner != "other"]
    if len(names) > 1 and all(h.owner == "head" for h in names):
        return {c: replace(h, owner="") if h.owner == "head" else h for c, h in heads.items()}
    return heads


def _is_subject(head: Head) -> bool:
    return head.owner in ("", "self")


def _one(
    block: Sequence[int],
    heads: Mapping[int, Head],
    spelled: dict[int, str],
    chosen: Mapping[str, int],
) -> Header:
    own = {column: heads[column] for column in block}
    columns: dict[str, int] = {}
    fitting = {
        name: [c for _, c in sorted((h.rank, c) for c, h in own.items() if h.field == name)]
        for name in (*_ROW_FIELDS, "period")
    }
    columns |= {name: places[0] for name, places in fitting.items() if places and name != "period"}
    if fitting["period"]:
        columns.setdefault("starts_on", fitting["period"][0])
    pair, unclear = _person(own)
    columns |= pair
    members = _member_columns({c: h for c, h in own.items() if h.owner == "member"})
    each_row = "name" not in columns or "entitled" in columns
    numbered = any(h.field == "id_number" and h.owner == "head" for h in own.values())
    if members and ((each_row and not unclear) or (unclear and not numbered)):
        columns, members = _members_are_the_rows(columns, own, members)
        unclear = {} if "name" in columns else unclear
    _number_by_certificate(columns, own)
    _add_rest(columns, own)
    columns |= {**_partner(own, columns, chosen), **chosen}
    unclear = {name: among for name, among in unclear.items() if name not in chosen}
    kind = columns.get("kind")
    return Header(
        row_number=0,
        columns=columns,
        spelled=spelled,
        members=members,
        remarks=tuple(c for c, h in own.items() if h.field == "remark"),
        ends=(chosen["ends_on"],)
        if "ends_on" in chosen
        else tuple(c for c, h in own.items() if h.field == "ends_on"),
        flags=tuple(c for c, h in own.items() if h.field == "ended_flag"),
        states=tuple(fitting["state"]),
        families=tuple(fitting["family"]),
        other_kinds=tuple(c for c in fitting["kind"] if c != kind),
        months=frozenset(c for c, h in own.items() if h.month),
        kind_implied=own[kind].implies if kind in own else None,
        unclear=unclear,
    )


def _partner(
    own: Mapping[int, Head], columns: Mapping[str, int], chosen: Mapping[str, int]
) -> dict[str, int]:
    """The number of the name that was chosen, or the name of the number, if only one fits."""
    for one, other in (("name", "id_number"), ("id_number", "name")):
        if one not in chosen or other in chosen or other in columns or chosen[one] not in own:
            continue
        owner = own[chosen[one]].owner
        fitting = [c for c, h in own.items() if h.field == other and h.owner == owner]
        bare = [c for c, h in own.items() if h.field == other and not h.owner]
        if len(candidates := fitting or bare) == 1:
            return {other: candidates[0]}
    return {}


def _person(own: Mapping[int, Head]) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """The columns of the person's name and number, or those between which nothing decides."""
    names, numbers = (_by_owner(own, name) for name in ("name", "id_number"))
    if len(names.get("", [])) > 1 or len(names.get("self", [])) > 1:
        return {}, {"name": tuple(names.get("self") or names[""])}
    if len(numbers.get("", [])) > 1 or len(numbers.get("self", [])) > 1:
        return {}, {"id_number": tuple(numbers.get("self") or numbers[""])}
    subjects = [c for owner in ("", "self") for c in names.get(owner, [])]
    own_numbers = [c for owner in ("", "self") for c in numbers.get(owner, [])]
    if len(subjects) > 1 and own_numbers:
        if "self" in names and "self" in numbers and "" not in numbers:
            return _pair(own, names["self"][0], numbers["self"][0])
        return {}, {"name": tuple(subjects)}
    if len(own_numbers) > 1 and subjects:
        which = "self" if "self" in names else ""
        return _pair(own, subjects[0], numbers[which][0])
    if subjects and own_numbers:
        return _pair(own, subjects[0], own_numbers[0])
    heads = names.get("head", [])
    if "unknown" in names:
        return {}, {"name": tuple(sorted(heads + names["unknown"]))}
    head_numbers = numbers.get("head", []) or own_numbers
    if len(heads) == 1 and len(head_numbers) == 1 and not subjects:
        return _pair(own, heads[0], head_numbers[0])
    return {}, {}


def _by_owner(own: Mapping[int, Head], name: str) -> dict[str, list[int]]:
    """The columns of a field by whose they are.

    本人, and at last 申请人, stand for the person where nothing else does.
    """
    owners: dict[str, list[int]] = {}
    weak: dict[int, list[int]] = {1: [], 2: []}
    for column, head in own.items():
        if head.field == name:
            grade = weakness(head.which) if head.owner == "self" else 0
            (weak[grade] if grade else owners.setdefault(head.owner, [])).append(column)
    for columns in weak.values():
        if columns and "" not in owners and "self" not in owners:
            owners[""] = columns
    return owners


def _pair(
    own: Mapping[int, Head], name: int, number: int
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """The pair, unless a number that names nobody stands behind somebody else's name."""
    if not own[number].owner:
        before = [
            c for c, h in own.items() if h.field == "name" and c < number and not is_official(h)
        ]
        nearest = max(before, default=name)
        whose = (own[nearest].owner, own[nearest].which)
        has_own = any(h.field == "id_number" and (h.owner, h.which) == whose for h in own.values())
        if nearest != name and whose[0] in ("other", "head", "member") and not has_own:
            return {}, {"name": (name, nearest)}
    return {"name": name, "id_number": number}, {}


def _member_columns(own: Mapping[int, Head]) -> tuple[MemberColumns, ...]:
    """Family members by the number in their heads, or one for each name column."""
    members: dict[str, dict[str, int]] = {}
    words: dict[str, str] = {}
    key = ""
    for column in sorted(own):
        head = own[column]
        if head.field not in ("name", "relation", "id_number"):
            continue
        key = head.which or key
        while head.field in members.get(key, {}):
            key += "'"
        members.setdefault(key, {})[head.field] = column
        if head.which and not head.which.isdigit():
            words[key] = re.sub("[0-9]+$", "", head.which)
    return tuple(
        MemberColumns(m["name"], m.get("relation"), m.get("id_number"), words.get(key, ""))
        for key, m in members.items()
        if "name" in m
    )


def _members_are_the_rows(
    columns: dict[str, int], own: Mapping[int, Head], members: tuple[MemberColumns, ...]
) -> tuple[dict[str, int], tuple[MemberColumns, ...]]:
    """户主姓名 | 成员姓名 | 关系 | 身份证号: each row is a member, the head's own included."""
    bare = [c for c, h in own.items() if h.field == "id_number" and not h.owner]
    number = members[0].id_number if members[0].id_number is not None else next(iter(bare), None)
    if len(members) > 1 or number is None or columns.get("id_number") == number:
        return columns, members
    if any(h.field == "name" and _is_subject(h) for h in own.values()):
        return columns, members
    person = {"name": members[0].name, "id_number": number}
    if members[0].relation is not None:
        person["relation"] = members[0].relation
    return {**columns, **person}, ()


def _number_by_certificate(columns: dict[str, int], own: Mapping[int, Head]) -> None:
    """残疾证号 is the ID number with two more digits, where a register has no other."""
    names = [c for c, h in own.items() if h.field == "name" and _is_subject(h)]
    certificates = [c for c, h in own.items() if h.field == "disability_number" and not h.owner]
    numbers = [c for c, h in own.items() if h.field == "id_number" and h.owner != "other"]
    if len(names) == len(certificates) == 1 and not numbers and "id_number" not in columns:
        columns |= {"name": names[0], "id_number": certificates[0]}


def _add_rest(columns: dict[str, int], own: Mapping[int, Head]) -> None:
    """The person's phone, their relation to the household's head, and that head's name."""
    person = own.get(columns.get("name", -1))
    for column, head in sorted(own.items()):
        fits = _is_subject(head) or (person is not None and head.owner == person.owner)
        if (head.field == "phone" and fits) or (head.field == "relation" and not head.owner):
            columns.setdefault(head.field, column)
        if head.field == "name" and head.owner == "head" and column != columns.get("name"):
            columns.setdefault("head_name", column)
