"""What the steps of a closing and its checks are called, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.refusal_words import LANGUAGES, Words
from huimin.core.refusals import word_of

STATES: Mapping[str, Words] = {
    "running": ("进行中", "進行中", "under way"),
    "open": ("待核对", "待核對", "to be checked"),
    "draft": ("已核对，待填报", "已核對，待填報", "checked, to be prepared"),
    "prepared": ("已填报，待审核", "已填報，待審核", "prepared, to be reviewed"),
    "reviewed": ("已审核，待签批", "已審核，待簽批", "reviewed, to be approved"),
    "approved": ("已结账", "已結帳", "closed"),
    "returned": ("已退回", "已退回", "returned"),
    "reopened": ("已重新打开", "已重新開啟", "reopened"),
}
TITLES: Mapping[str, Words] = {
    "over": ("月份已结束", "月份已結束", "The month is over"),
    "previous": ("上月已结账", "上月已結帳", "The month before is closed"),
    "rollups": ("汇总与流水相符", "彙總與流水相符", "Roll-ups equal the ledger"),
    "ledger": ("流水未被改动", "流水未被改動", "The ledger is proven"),
    "queues": ("断网收银终端已回传", "斷網收銀終端已回傳", "Tills without network are back"),
    "claims": ("补办已处理", "補辦已處理", "Claims are decided"),
    "alerts": ("提醒已查看", "提醒已查看", "Alerts are looked at"),
}
# Code → level → the sentence; what stands in braces are the check's facts.
SENTENCES: Mapping[str, Mapping[str, Words]] = {
    "over": {
        "ok": ("{last_day} 已过。", "{last_day} 已過。", "{last_day} has passed."),
        "stop": (
            "要等 {last_day} 过完才能结账。",
            "要等 {last_day} 過完才能結帳。",
            "It can be closed when {last_day} is over.",
        ),
    },
    "previous": {
        "ok": (
            "{month} 已结账，或没有交易。",
            "{month} 已結帳，或沒有交易。",
            "{month} is closed, or has no rows.",
        ),
        "warning": (
            "{month} 还没有结账。先结本月也可以，但晚到的上月交易仍会记入上月，两月的对比会变。",
            "{month} 還沒有結帳。先結本月也可以，但晚到的上月交易仍會記入上月，兩月的對比會變。",
            "{month} is not closed. This month can go first, but what comes late still counts "
            "there, and the comparison with it will change.",
        ),
    },
    "rollups": {
        "ok": (
            "本月各项汇总与逐笔流水完全一致。",
            "本月各項彙總與逐筆流水完全一致。",
            "Every sum of the month equals its rows.",
        ),
        "stop": (
            "汇总与流水有 {count} 处不符（{first}）。请系统管理员运行 huimin ledger rebuild。",
            "彙總與流水有 {count} 處不符（{first}）。請系統管理員執行 huimin ledger rebuild。",
            "The sums differ from the rows in {count} places ({first}). Have huimin ledger rebuild "
            "run.",
        ),
    },
    "ledger": {
        "ok": (
            "{tills} 台收银终端的流水链全部衔接。",
            "{tills} 台收銀終端的流水鏈全部銜接。",
            "The chains of all {tills} tills hold.",
        ),
        "stop": (
            "{count} 台收银终端的流水链断开（{first}）。请停止结账，先查清原因。",
            "{count} 台收銀終端的流水鏈斷開（{first}）。請停止結帳，先查清原因。",
            "The chains of {count} tills are broken ({first}). Don't close; find out why.",
        ),
    },
    "queues": {
        "ok": (
            "月底以前用过的收银终端，之后都与服务器联系过。",
            "月底以前用過的收銀終端，之後都與伺服器聯繫過。",
            "Every till used up to the month's end has been heard of since.",
        ),
        "warning": (
            "{count} 台收银终端从月底以来没有联系过服务器，可能还有断网时的交易没有传来。",
            "{count} 台收銀終端從月底以來沒有聯繫過伺服器，可能還有斷網時的交易沒有傳來。",
            "Tills not heard of since the month ended: {count}. They may still hold sales made "
            "without network.",
        ),
    },
    "claims": {
        "ok": (
            "本月没有待审核的补办。",
            "本月沒有待審核的補辦。",
            "No claim of the month waits.",
        ),
        "warning": (
            "{count} 份本月的补办还没有处理；结账后通过的计入下月，并注明原月份。",
            "{count} 份本月的補辦還沒有處理；結帳後通過的計入下月，並註明原月份。",
            "Claims of the month that wait: {count}. Approved later, they count in the next month "
            "and name this one.",
        ),
    },
    "alerts": {
        "ok": (
            "本月没有待查看的提醒。",
            "本月沒有待查看的提醒。",
            "No alert of the month waits.",
        ),
        "warning": (
            "{count} 条本月的异常提醒还没有查看。",
            "{count} 條本月的異常提醒還沒有查看。",
            "Alerts of the month that nobody has looked at: {count}.",
        ),
    },
}
# What the database can't know is said beside what it does.
QUEUE_NOTES: Mapping[str, Words] = {
    "none": (
        "本月的政策都不允许断网收银，不会有晚到的交易。",
        "本月的政策都不允許斷網收銀，不會有晚到的交易。",
        "No policy of the month lets a till sell without network.",
    ),
    "late": (
        "设备里有没有未传的交易，服务器看不到；{until} 以前传来的仍会收下，计入下月并注明原月份。",
        "設備裡有沒有未傳的交易，伺服器看不到；{until} 以前傳來的仍會收下，計入下月並註明原月份。",
        "Whether a device still holds sales the server can't see. What is sent before {until} is "
        "taken, counts in the next month, and names this one.",
    ),
    "past": (
        "已过 {until}，再传来的断网交易不再直接入账，只能走补办。",
        "已過 {until}，再傳來的斷網交易不再直接入賬，只能走補辦。",
        "{until} has passed: sales sent now are no longer entered and become claims.",
    ),
}
LEVELS: Mapping[str, Words] = {
    "ok": ("通过", "通過", "ok"),
    "warning": ("需要说明", "需要說明", "needs a reason"),
    "stop": ("必须处理", "必須處理", "must be mended"),
}


def state_words(state: str) -> Words:
    """A closing's state, in each language."""
    return STATES[state]


def check_title(code: str, language: str = "zh_Hans") -> str:
    """What a check looks at."""
    return word_of(TITLES[code], language)


def check_sentence(check: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What a check found (`Check.as_dict()`)."""
    sentence = word_of(SENTENCES[check["code"]][check["level"]], language)
    return sentence.format_map(check["facts"])


def queue_note(check: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What can't be known of tills without network, and until when late sales are taken."""
    facts = check["facts"]
    note = "none" if not facts["hours"] else "late" if facts["late"] else "past"
    return word_of(QUEUE_NOTES[note], language).format_map(facts)


def titles_of(codes: list[str]) -> Words:
    """Several checks by their titles, in each language."""
    zh_hans, zh_hant, english = (
        (", " if language == "en" else "、").join(check_title(code, language) for code in codes)
        for language in LANGUAGES
    )
    return (zh_hans, zh_hant, english)
