"""What the steps of a closing and its checks are called, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import Text, Words, say, sentence

TITLES = Words(
    "month_check",
    {
        "over": "月份已结束",
        "previous": "上月已结账",
        "rollups": "汇总与流水相符",
        "ledger": "流水未被改动",
        "anchors": "与存证相符",
        "queues": "断网收银终端已回传",
        "waiting": "待核交易已核定",
        "claims": "补录已处理",
        "alerts": "提醒已查看",
    },
)
# Code → level → the sentence; what stands in braces are the check's facts.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "over": {
        "ok": sentence("{last_day} 已过。"),
        "stop": sentence("要等 {last_day} 过完才能结账。"),
    },
    "previous": {
        "ok": sentence("{month} 已结账，或没有交易。"),
        "warning": sentence(
            "{month} 还没有结账。先结本月也可以，但晚到的上月交易仍会记入上月，两月的对比会变。"
        ),
    },
    "rollups": {
        "ok": sentence("本月各项汇总与逐笔流水完全一致。"),
        "stop": sentence(
            "汇总与流水有 {count} 处不符（{first}）。请系统管理员运行 huimin ledger rebuild。"
        ),
    },
    "ledger": {
        "ok": sentence("{tills} 台收银终端的流水链全部衔接。"),
        "stop": sentence("{count} 台收银终端的流水链断开（{first}）。请停止结账，先查清原因。"),
    },
    "anchors": {
        "ok": sentence("流水与保存的存证没有不符。"),
        "warning": sentence(
            "存证文件夹读不到，只核对了数据库里的存证。请把文件夹接好，或用保存在别处的存证运行 "
            "huimin ledger verify --against。"
        ),
        "stop": sentence(
            "流水与存证有 {count} 处不符（{first}）。请停止结账，保留现在的数据库，"
            "按手册“存证与证明”查清原因：恢复备份，或更正存证文件夹。"
        ),
    },
    "queues": {
        "ok": sentence("月底以前用过的收银终端，之后都与服务器联系过。"),
        "warning": sentence(
            "{count} 台收银终端（设备）还有断网时的交易没有传来，或从月底以来没有联系过服务器。"
        ),
    },
    "waiting": {
        "ok": sentence("本月没有待核交易。"),
        "warning": sentence(
            "{count} 笔本月的断网交易还在待核（优惠 {amount}）；结账后核定入账的计入下月，"
            "并注明原月份。"
        ),
    },
    "claims": {
        "ok": sentence("本月没有待审核的补录。"),
        "warning": sentence("{count} 份本月的补录还没有处理；结账后通过的计入下月，并注明原月份。"),
    },
    "alerts": {
        "ok": sentence("本月没有待查看的提醒。"),
        "warning": sentence("{count} 条本月的异常提醒还没有查看。"),
    },
}
# What the database can't know is said beside what it does.
QUEUE_NOTES: Mapping[str, str] = {
    "none": sentence("本月的政策都不允许断网收银，不会有晚到的交易。"),
    "late": sentence(
        "设备里有没有未传的交易，服务器看不到；{until} 以前传来的仍会收下，计入下月并注明原月份。"
    ),
    "past": sentence("已过 {until}，再传来的断网交易不再直接入账，要逐笔核定。"),
}
LEVELS = Words("month_check_level", {"ok": "通过", "warning": "需要说明", "stop": "必须处理"})


def check_title(code: str, language: str = "zh_Hans") -> str:
    """What a check looks at."""
    return TITLES.say(code, language)


def check_sentence(check: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What a check found (`Check.as_dict()`)."""
    return say(SENTENCES[check["code"]][check["level"]], language, **check["facts"])


def queue_note(check: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What can't be known of tills without network, and until when late sales are taken."""
    facts = check["facts"]
    note = "none" if not facts["hours"] else "late" if facts["late"] else "past"
    return say(QUEUE_NOTES[note], language, **facts)


def titles_of(codes: list[str]) -> tuple[Text, ...]:
    """Several checks by their titles."""
    return tuple(TITLES.text(code) for code in codes)
