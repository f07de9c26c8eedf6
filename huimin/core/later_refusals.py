"""The refusals of what is settled later: sales without network, the day's end, claims.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import AGAIN, LATER, QUIET, TILL, Kind

LATER_KINDS: dict[str, Kind] = {
    # -- a till without network
    "offline_not_allowed": Kind(
        404,
        (
            "现行优惠政策不允许离线收银，请恢复网络。",
            "現行優惠政策不允許離線收銀，請恢復網絡。",
            "The policy in force gives nothing while offline; restore the network.",
        ),
        TILL,
    ),
    "offline_pack_expired": Kind(
        422,
        (
            "离线资料已过期，请恢复网络后再使用。",
            "離線資料已過期，請恢復網絡後再使用。",
            "The offline pack is too old; restore the network.",
        ),
        TILL,
    ),
    "card_denied": Kind(
        422,
        (
            "此卡目前不能使用，原因联网后可查。",
            "此卡目前不能使用，原因聯網後可查。",
            "This card can not be used at present; the reason is shown when online.",
        ),
        LATER,
    ),
    "offline_code_needed": Kind(
        422,
        (
            "离线时只能扫描卡面上印的码，不能用输入的卡号或未经允许的动态码。",
            "離線時只能掃描卡面上印的碼，不能用輸入的卡號或未經允許的動態碼。",
            "Offline only the code printed on the card counts; no typed number, and no changing "
            "code that the policy doesn't allow.",
        ),
        (
            "请出示卡片，我扫一下卡面上的码。",
            "請出示卡片，我掃一下卡面上的碼。",
            "Please show the card, and I will scan the code printed on it.",
        ),
    ),
    "offline_cap_exceeded": Kind(
        422,
        (
            "优惠超过了离线上限（单笔、每卡或每台终端）。",
            "優惠超過了離線上限（單筆、每卡或每台終端）。",
            "The discount is above an offline limit (one purchase, card or till).",
        ),
        LATER,
    ),
    "offline_policy_other": Kind(
        422,
        (
            "收银终端所用的政策不是当天对本示范点生效的政策。",
            "收銀終端所用的政策不是當天對本示範點生效的政策。",
            "The till applied another policy than the one of that day at this outlet.",
        ),
        QUIET,
    ),
    "offline_mismatch": Kind(
        422,
        (
            "按当天政策重新计算的优惠与收银终端给出的不一致。",
            "按當天政策重新計算的優惠與收銀終端給出的不一致。",
            "The discount made again under that day's policy is not the one that the till gave.",
        ),
        QUIET,
    ),
    "offline_time_wrong": Kind(
        422,
        (
            "交易时间不对：晚于现在，或早于离线资料的签发时间；请检查设备时钟。",
            "交易時間不對：晚於現在，或早於離線資料的簽發時間；請檢查設備時鐘。",
            "The sale's time is wrong: after now, or before the pack was made. Check the clock of "
            "the device.",
        ),
        QUIET,
    ),
    "offline_too_old": Kind(
        422,
        (
            "离线交易超过 {days} 天才上传，不能直接入账，请登记补办。",
            "離線交易超過 {days} 天才上傳，不能直接入賬，請登記補辦。",
            "The offline sale was sent after more than {days} days; enter it as a claim.",
        ),
        QUIET,
    ),
    # -- the day's end
    "day_closed": Kind(
        409,
        (
            "这一天已经结清，之后没有新的交易，不需要再次结清。",
            "這一天已經結清，之後沒有新的交易，不需要再次結清。",
            "This day is closed already, and nothing has been recorded since.",
        ),
        QUIET,
    ),
    "day_differs": Kind(
        409,
        (
            "两边还有 {count} 处不一致，不能按一致结清；请先改正，或由店长逐处写明原因后结清。",
            "兩邊還有 {count} 處不一致，不能按一致結清；請先改正，或由店長逐處寫明原因後結清。",
            "The two sides differ in {count} places. Mend them first, or let the manager close the "
            "day with a reason for each.",
        ),
        QUIET,
    ),
    # -- claims: what missed its discount, decided later
    "claim_unknown": Kind(
        404,
        (
            "本店没有这份补办登记，请核对补办号。",
            "本店沒有這份補辦登記，請核對補辦號。",
            "This outlet has no such claim; check its number.",
        ),
        AGAIN,
    ),
    "claim_exists": Kind(
        409,
        (
            "订单号 {order_no} 已登记补办（补办号 {claim_no}），正在审核，不用再登记。",
            "訂單號 {order_no} 已登記補辦（補辦號 {claim_no}），正在審核，不用再登記。",
            "Order {order_no} has an open claim already ({claim_no}); no other is needed.",
        ),
        (
            "这一笔已经登记过补办了，请留好小票，等审核结果。",
            "這一筆已經登記過補辦了，請留好小票，等審核結果。",
            "This purchase has been put down for the discount already; please keep the receipt.",
        ),
    ),
    "claim_decided": Kind(
        409,
        (
            "这份补办登记已经处理过。",
            "這份補辦登記已經處理過。",
            "This claim has been decided already.",
        ),
        QUIET,
    ),
    "claim_own": Kind(
        403,
        (
            "不能审批自己登记的补办，请由另一位管理员审批。",
            "不能審批自己登記的補辦，請由另一位管理員審批。",
            "Whoever filed a claim can't approve it; another administrator must.",
        ),
        QUIET,
    ),
    "holder_not_entitled": Kind(
        422,
        (
            "那一天持卡人没有有效的保障资格，不能补办优惠。",
            "那一天持卡人沒有有效的保障資格，不能補辦優惠。",
            "The holder had no entitlement on that day, so the discount can't be given.",
        ),
        LATER,
    ),
}
