"""Why a notice could not be delivered: a code with one fact, and a sentence in each language."""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.refusal_words import Words
from huimin.core.refusals import word_of

SENTENCES: Mapping[str, Words] = {
    "mail_unset": (
        "没有设置 HUIMIN_SMTP_HOST 或 HUIMIN_SMTP_FROM。",
        "沒有設定 HUIMIN_SMTP_HOST 或 HUIMIN_SMTP_FROM。",
        "HUIMIN_SMTP_HOST or HUIMIN_SMTP_FROM is not set.",
    ),
    "mail_refused": (
        "邮件服务器拒收这个地址（{fact}）。",
        "郵件伺服器拒收這個地址（{fact}）。",
        "The mail server refuses the address ({fact}).",
    ),
    "mail_answer": (
        "邮件服务器回答 {fact}。",
        "郵件伺服器回答 {fact}。",
        "The mail server answers {fact}.",
    ),
    "mail_unreachable": (
        "连不上邮件服务器或中断（{fact}）。",
        "連不上郵件伺服器或中斷（{fact}）。",
        "The mail server can't be reached, or broke off ({fact}).",
    ),
    "webhook_unset": (
        "没有设置 HUIMIN_WEBHOOK_URL 或 HUIMIN_WEBHOOK_SECRET。",
        "沒有設定 HUIMIN_WEBHOOK_URL 或 HUIMIN_WEBHOOK_SECRET。",
        "HUIMIN_WEBHOOK_URL or HUIMIN_WEBHOOK_SECRET is not set.",
    ),
    "webhook_answer": (
        "对方回答 HTTP {fact}。",
        "對方回答 HTTP {fact}。",
        "The other side answers HTTP {fact}.",
    ),
    "webhook_unreachable": (
        "连不上对方或中断（{fact}）。",
        "連不上對方或中斷（{fact}）。",
        "The other side can't be reached, or broke off ({fact}).",
    ),
    "program": (
        "程序错误（{fact}），详见日志。",
        "程式錯誤（{fact}），詳見日誌。",
        "An error of the program ({fact}); see the log.",
    ),
}


class DeliveryProblem(Exception):
    """`fact` is a status or an error's name, never an address, a password or content.

    str() gives the code and the fact, as stored with the delivery.
    """

    def __init__(self, code: str, fact: object = "") -> None:
        super().__init__(f"{code} {fact}".rstrip())


def problem_words(problem: str, language: str = "zh_Hans") -> str:
    """The sentence for a problem as stored with a delivery."""
    code, _, fact = problem.partition(" ")
    return word_of(SENTENCES[code], language).format(fact=fact)
