"""The words on a receipt in each language: (zh-Hans, zh-Hant, English).

They are not the pages' translations, because a receipt is also printed where there is no page: by
the API and by the command.
"""

from __future__ import annotations

from huimin.core.refusal_words import Words
from huimin.core.refusals import word_of

WORDS: dict[str, Words] = {
    "card": ("惠民卡", "惠民卡", " Benefit Card"),
    "receipt": ("优惠小票", "優惠小票", "Receipt"),
    "refund": ("退货凭证", "退貨憑證", "Refund"),
    "claim": ("优惠补办单", "優惠補辦單", "Claim for a missed discount"),
    "reprint": ("重打 第 {count} 次", "重打 第 {count} 次", "REPRINT, copy {count}"),
    "outlet": ("示范点", "示範點", "Outlet"),
    "address": ("地址", "地址", "Address"),
    "time": ("时间", "時間", "Time"),
    "receipt_no": ("收据号", "收據號", "Receipt no."),
    "order_no": ("订单号", "訂單號", "Order no."),
    "original_no": ("原收据号", "原收據號", "Original receipt"),
    "presenter": ("出示人", "出示人", "Presented by"),
    "holder": ("本人", "本人", "card holder"),
    "family_member": ("家属", "家屬", "family member"),
    "cashier": ("收银员", "收銀員", "Cashier"),
    "amount": ("原价", "原價", "Usual price"),
    "insurance": ("其中医保支付", "其中醫保支付", "paid by insurance"),
    "excluded": ("其中不参加优惠", "其中不參加優惠", "without discount"),
    "discount": ("优惠", "優惠", "Discount"),
    "payable": ("实付", "實付", "To pay"),
    "returned": ("退货（按原价）", "退貨（按原價）", "Returned, usual price"),
    "taken_back": ("其中收回优惠", "其中收回優惠", "discount taken back"),
    "pay_back": ("退还顾客", "退還顧客", "Paid back"),
    "pay_out": ("补退顾客", "補退顧客", "To pay out"),
    "reversed": ("已退货（按原价）", "已退貨（按原價）", "Returned so far"),
    "reversed_paid": ("已退还顾客", "已退還顧客", "Paid back so far"),
    "reason": ("原因", "原因", "Reason"),
    "offline": ("断网时办理", "斷網時辦理", "made while offline"),
    "late": ("补办的优惠", "補辦的優惠", "discount given later"),
    "recorded": ("入账时间", "入帳時間", "Recorded"),
    "scan": (
        "扫码可核对这张小票",
        "掃碼可核對這張小票",
        "Scan to check this receipt",
    ),
    "chain": ("记账校验码", "記帳校驗碼", "Chain hash"),
    "help": ("服务热线 {line}", "服務熱線 {line}", "Help line {line}"),
    "claim_no": ("补办号", "補辦號", "Claim no."),
    "keep": (
        "请留好本单和购物小票。审核通过后，凭本单到本店领取优惠差额。",
        "請留好本單和購物小票。審核通過後，憑本單到本店領取優惠差額。",
        "Please keep this slip with your receipt. Once it is approved, the outlet pays out the "
        "discount against this slip.",
    ),
    "paid": ("已按原价支付", "已按原價支付", "Paid, usual price"),
}


def say(name: str, language: str, **values: object) -> str:
    """The word in that language."""
    return word_of(WORDS[name], language).format(**values)
