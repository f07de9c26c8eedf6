"""Family members as forms send them: nobody twice, never the holder, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from huimin.core.catalogue import sentence
from huimin.core.identity import IdentityProblem, parse_id_number
from huimin.core.refusals import Problems
from huimin.holders.people import FamilyDraft, same_member
from huimin.holders.person_name import checked_name
from huimin.holders.relations import checked_relation

OWN_NUMBER = sentence("这是持卡人本人的身份证号码；请填写家庭成员自己的，不知道可以空着。")
NUMBER_TWICE = sentence("这个身份证号码的家庭成员已经在名单里了。")
NAME_TWICE = sentence("这位家庭成员已经在名单里了。")


@dataclass(frozen=True, slots=True)
class TypedMember:
    """A family member as a form sends it: `relation` is a code of RELATIONS or OTHER_RELATION."""

    name: str
    relation: str
    words: str
    id_number: str

    def __bool__(self) -> bool:
        return bool(self.name or self.relation or self.words or self.id_number)


def read_member(
    problems: Problems, typed: TypedMember, field: Callable[[str], str], today: date
) -> FamilyDraft | None:
    """The member, or None with every problem noted at `field("name" | "relation" | …)`."""
    before = len(problems)
    name = problems.read(checked_name, field("name"), typed.name)
    relation = problems.read(
        lambda at, code: checked_relation(at, code, typed.words, field("words")),
        field("relation"),
        typed.relation,
    )
    number = None
    if typed.id_number:
        try:
            number = parse_id_number(typed.id_number, today=today).number
        except IdentityProblem as error:
            problems.refuse(field("id_number"), error.text)
    return None if len(problems) > before else FamilyDraft(name, relation, number)


def refuse_twins(
    problems: Problems,
    member: FamilyDraft,
    others: Iterable[FamilyDraft],
    holder_number: str,
    field: Callable[[str], str],
) -> None:
    """Note the holder's own number, and a member who is among the others already."""
    if member.id_number and member.id_number == holder_number:
        problems.refuse(field("id_number"), OWN_NUMBER)
    elif any(same_member(member, other) for other in others):
        by_number = any(member.id_number and member.id_number == o.id_number for o in others)
        problems.refuse(
            field("id_number" if by_number else "name"), NUMBER_TWICE if by_number else NAME_TWICE
        )
