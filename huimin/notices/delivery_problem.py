"""Why a notice could not be delivered: a code with one fact, and a sentence in each language."""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.catalogue import say, sentence

SENTENCES: Mapping[str, str] = {
    "mail_unset": sentence("没有设置 HUIMIN_SMTP_HOST 或 HUIMIN_SMTP_FROM。"),
    "mail_refused": sentence("邮件服务器拒收这个地址（{fact}）。"),
    "mail_answer": sentence("邮件服务器回答 {fact}。"),
    "mail_unreachable": sentence("连不上邮件服务器或中断（{fact}）。"),
    "webhook_unset": sentence("没有设置 HUIMIN_WEBHOOK_URL 或 HUIMIN_WEBHOOK_SECRET。"),
    "webhook_answer": sentence("对方回答 HTTP {fact}。"),
    "webhook_unreachable": sentence("连不上对方或中断（{fact}）。"),
    "webhook_address": sentence("这个地址不在公网上，不能发送。"),
    "webhook_ended": sentence("这个地址已经停用或换掉。"),
    "attachment_lost": sentence("附件的文件不在数据文件夹里（{fact}）。"),
    "attachment_differs": sentence("附件的文件和记下的校验码不符，没有发送。"),
    "gateway_unset": sentence("没有设置 HUIMIN_MESSAGE_URL 或 HUIMIN_MESSAGE_SECRET。"),
    "gateway_moved": sentence(
        "网关让发到别的地址（HTTP {fact}），这里不跟过去；请把 HUIMIN_MESSAGE_URL 改成最终的地址。"
    ),
    "gateway_page": sentence(
        "对方回答的是网页，不是短信网关（HTTP {fact}）；请核对 HUIMIN_MESSAGE_URL。"
    ),
    "templates_unusable": sentence(
        "HUIMIN_MESSAGE_TEMPLATES 的文件用不了，请运行 huimin messages templates 看哪里不对。"
    ),
    "content_unreadable": sentence(
        "内容或电话解不开：请系统管理员用 huimin doctor 查密钥文件，从备份恢复后再重新发送；"
        "急的请当面告知。"
    ),
    "number_refused": sentence("这个号码发不到（HTTP {fact}），请核对电话。"),
    "spool_unwritable": sentence("写不进存放短信的文件夹（{fact}）。"),
    "phone_missing": sentence("没有能收短信的手机号码。"),
    "not_wanted": sentence("本人不要了，没有发。"),
    "no_longer_so": sentence("情况变了，不用再告知。"),
    "too_many": sentence("这一天已经发满 {fact} 条。"),
    "expired": sentence("验证码过了时间，没有发出。"),
    "recipient_ended": sentence("这个收件人已经停止。"),
    "program": sentence("程序错误（{fact}），详见日志。"),
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
    return say(SENTENCES[code], language, fact=fact)
