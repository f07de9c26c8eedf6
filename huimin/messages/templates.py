"""The county's WeChat templates: from a file of the county's to a template filled with a message.

WeChat fills a template by names that it gave out itself (`thing3`, `date2`), under an id of the
county's account. HUIMIN_MESSAGE_TEMPLATES names a JSON file that says, for each kind of message,
the template's id and what stands in each of its names; what goes to the gateway then has a
`template` that is the body of WeChat's call but for `touser`, which only the gateway knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.core.json_text import read_json
from huimin.core.period_words import day_words
from huimin.core.system_words import system_words
from huimin.messages.texts import FIELDS, THING_CHARACTERS
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.settings import Settings

# What is handed on as it stands: where a tap leads, in which version and language.
AS_IT_STANDS = ("page", "url", "miniprogram", "miniprogram_state", "lang", "client_msg_id")
# In front of words that are the same in each message.
CONSTANT = "="
# WeChat's names are those of its types with a number.
NAME = re.compile(r"[a-z_]{1,30}[0-9]{0,3}", re.ASCII)


class TemplatesProblem(Exception):
    """A file of templates that can't be used; `text` says where and what to do."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.say())
        self.text = words


def with_template(settings: Settings, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to the gateway, with `template` where the file has one for its kind.

    Raises DeliveryProblem `templates_unusable`.
    """
    if not settings.message_templates:
        return dict(sent)
    try:
        templates = read_templates(settings.message_templates)
    except TemplatesProblem as problem:
        raise DeliveryProblem("templates_unusable") from problem
    one = templates.get(sent["kind"])
    return dict(sent) if one is None else {**sent, "template": _filled(one, sent["fields"])}


def read_templates(path: str) -> dict[str, dict[str, Any]]:
    """The checked templates by kind of message. Raises TemplatesProblem."""
    try:
        read = read_json(Path(path).read_bytes())
    except OSError as error:
        words = text("读不了 {path}：{problem}。", path=path, problem=system_words(error))
        raise TemplatesProblem(words) from error
    except ValueError as error:
        raise TemplatesProblem(text("{path} 不是 JSON。", path=path)) from error
    if not isinstance(read, dict):
        raise TemplatesProblem(text("{path} 最外层要是一个对象：内容的名字和模板。", path=path))
    return {kind: _checked(kind, one) for kind, one in read.items()}


def _checked(kind: str, one: Any) -> dict[str, Any]:
    if kind not in FIELDS:
        known = "、".join(FIELDS)
        raise TemplatesProblem(text("没有“{kind}”这种内容；有 {known}。", kind=kind, known=known))
    if not isinstance(one, dict) or not isinstance(one.get("template_id"), str):
        raise TemplatesProblem(text("{kind}：请写 template_id，微信给的模板编号。", kind=kind))
    unknown = set(one) - {"template_id", "data", *AS_IT_STANDS}
    if unknown:
        names = "、".join(sorted(unknown))
        raise TemplatesProblem(text("{kind}：不认识 {names}。", kind=kind, names=names))
    data = one.get("data")
    if not isinstance(data, dict) or not data:
        raise TemplatesProblem(text("{kind}：请在 data 里写模板的各项从哪里取。", kind=kind))
    for name, source in data.items():
        known = "、".join(FIELDS[kind])
        if not NAME.fullmatch(name):
            raise TemplatesProblem(
                text("{kind}：“{name}”不是模板项的名字，例如 thing1。", kind=kind, name=name)
            )
        is_constant = isinstance(source, str) and source.startswith(CONSTANT)
        if not is_constant and source not in FIELDS[kind]:
            raise TemplatesProblem(
                text(
                    "{kind} 的 {name}：请写 {known} 之一，或 = 开头的固定文字。",
                    kind=kind,
                    name=name,
                    known=known,
                )
            )
        if is_constant and not 1 < len(source) <= THING_CHARACTERS + 1:
            raise TemplatesProblem(
                text(
                    "{kind} 的 {name}：固定文字要有，最多 {most} 个字。",
                    kind=kind,
                    name=name,
                    most=THING_CHARACTERS,
                )
            )
    return one


def _filled(one: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    data = {
        name: {"value": source[1:] if source.startswith(CONSTANT) else _value(source, fields)}
        for name, source in one["data"].items()
    }
    return {**one, "data": data}


def _value(source: str, fields: Mapping[str, str]) -> str:
    """A field as WeChat's type of that name takes it: days are written out in Chinese."""
    value = fields[source]
    if source == "date":
        return day_words(date.fromisoformat(value))
    if source == "time":
        written_day, _, minute = value.partition(" ")
        return f"{_value('date', {'date': written_day})} {minute}"
    return value
