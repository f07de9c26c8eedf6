"""The shape of a refusal and the sentences that several refusals share.

A cashier's sentence says what the customer can do; it never says what they are.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh_Hans", "zh_Hant", "en")

# What to say when the discount can't be had today: pay as usual, and where help is.
LATER = (
    "这张卡今天暂时用不了优惠，请先按原价结算；凭小票可到社区便民服务窗口咨询。",
    "這張卡今天暫時用不了優惠，請先按原價結算；憑小票可到社區便民服務窗口諮詢。",
    "The discount is not available with this card today. Please pay the usual price; "
    "the community service desk will help with your receipt.",
)
AGAIN = (
    "请稍等，我再试一次。",
    "請稍等，我再試一次。",
    "One moment, please, I will try again.",
)
TILL = (
    "我们的设备需要检查一下，请先按原价结算，小票请留好。",
    "我們的設備需要檢查一下，請先按原價結算，小票請留好。",
    "Our till needs a check. Please pay the usual price and keep the receipt.",
)
NO_MORE = (
    "这一笔没有可再减的优惠，请按显示的金额结算。",
    "這一筆沒有可再減的優惠，請按顯示的金額結算。",
    "There is no further discount on this purchase; please pay the amount shown.",
)
QUIET = ("", "", "")

Words = tuple[str, str, str]


@dataclass(frozen=True)
class Kind:
    """One refusal: HTTP status, reason for staff, sentence to read aloud; as in LANGUAGES."""

    status: int
    detail: Words
    cashier: Words
