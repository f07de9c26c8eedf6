"""The refusals of a card: whether it counts, what the policy gives on it, who presents it.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import AGAIN, LATER, NO_MORE, Kind

CARD_KINDS: dict[str, Kind] = {
    # -- the card
    "card_unreadable": Kind(
        422,
        (
            "读到的内容不是惠民卡的卡码或卡号，请重新扫描，或输入卡面上的 16 位卡号。",
            "讀到的內容不是惠民卡的卡碼或卡號，請重新掃描，或輸入卡面上的 16 位卡號。",
            "That is neither a card's code nor its number. Scan again, or type the 16 digits.",
        ),
        AGAIN,
    ),
    "card_number_wrong": Kind(
        422,
        (
            "卡号有一位不对，请对照卡面重新输入 16 位卡号。",
            "卡號有一位不對，請對照卡面重新輸入 16 位卡號。",
            "A digit of the card number is wrong. Type the 16 digits again from the card.",
        ),
        AGAIN,
    ),
    "card_unknown": Kind(
        404,
        (
            "系统里没有这张卡，请核对后重试。",
            "系統裡沒有這張卡，請核對後重試。",
            "There is no such card. Check it and try again.",
        ),
        LATER,
    ),
    "card_signature_invalid": Kind(
        422,
        (
            "卡码的签名不符，不是本县签发的卡码；可改为输入卡号核对。",
            "卡碼的簽名不符，不是本縣簽發的卡碼；可改為輸入卡號核對。",
            "The code's signature is not the county's. Type the card number to check it.",
        ),
        LATER,
    ),
    "card_suspended": Kind(
        422,
        ("此卡已暂停使用。", "此卡已暫停使用。", "This card is suspended."),
        LATER,
    ),
    "card_lost": Kind(
        422,
        ("此卡已挂失。", "此卡已掛失。", "This card was reported lost."),
        LATER,
    ),
    "card_replaced": Kind(
        422,
        (
            "此卡已补办新卡，请使用新卡。",
            "此卡已補辦新卡，請使用新卡。",
            "This copy was replaced; the new card is to be used.",
        ),
        (
            "请出示最近一次领取的新卡就可以优惠；没带的话请先按原价结算，小票请留好。",
            "請出示最近一次領取的新卡就可以優惠；沒帶的話請先按原價結算，小票請留好。",
            "Please show the newer card for the discount; without it, please pay the usual "
            "price and keep the receipt.",
        ),
    ),
    "card_expired": Kind(
        422,
        (
            "此卡有效期已过，可到社区便民服务窗口换领。",
            "此卡有效期已過，可到社區便民服務窗口換領。",
            "This card's date has passed; the community service desk renews it.",
        ),
        LATER,
    ),
    "card_revoked": Kind(
        422,
        ("此卡已停用。", "此卡已停用。", "This card is no longer in use."),
        LATER,
    ),
    "code_stale": Kind(
        422,
        (
            "动态码已过期，请持卡人刷新后再扫。",
            "動態碼已過期，請持卡人重新整理後再掃。",
            "The changing code is too old; ask for a fresh one.",
        ),
        (
            "请把手机上的码刷新一下，我再扫一次。",
            "請把手機上的碼重新整理一下，我再掃一次。",
            "Please refresh the code on the phone and I will scan it again.",
        ),
    ),
    "code_used": Kind(
        422,
        (
            "动态码已用过，请持卡人刷新后再扫。",
            "動態碼已用過，請持卡人重新整理後再掃。",
            "The changing code was used already; ask for a fresh one.",
        ),
        (
            "请把手机上的码刷新一下，我再扫一次。",
            "請把手機上的碼重新整理一下，我再掃一次。",
            "Please refresh the code on the phone and I will scan it again.",
        ),
    ),
    # -- the policy
    "no_policy": Kind(
        422,
        (
            "今天在本示范点没有生效的优惠政策。",
            "今天在本示範點沒有生效的優惠政策。",
            "No policy is in force at this outlet today.",
        ),
        (
            "本店今天没有惠民优惠，请按原价结算。",
            "本店今天沒有惠民優惠，請按原價結算。",
            "There is no benefit discount here today; please pay the usual price.",
        ),
    ),
    "below_minimum": Kind(
        422,
        (
            "可优惠的金额不到政策规定的起点（{minimum}）。",
            "可優惠的金額不到政策規定的起點（{minimum}）。",
            "The eligible amount is below the policy's minimum ({minimum}).",
        ),
        (
            "这一笔还没到优惠的起点金额，请按原价结算；合并购买可以享受优惠。",
            "這一筆還沒到優惠的起點金額，請按原價結算；合併購買可以享受優惠。",
            "This purchase is under the minimum for the discount; please pay the usual price.",
        ),
    ),
    "nothing_eligible": Kind(
        422,
        (
            "这一笔里没有可优惠的商品。",
            "這一筆裡沒有可優惠的商品。",
            "Nothing in this purchase takes part in the discount.",
        ),
        (
            "这些商品不参加优惠，请按原价结算。",
            "這些商品不參加優惠，請按原價結算。",
            "These goods don't take part in the discount; please pay the usual price.",
        ),
    ),
    "cap_reached": Kind(
        422,
        (
            "优惠额度已用完（{cap}）。",
            "優惠額度已用完（{cap}）。",
            "The allowance is used up ({cap}).",
        ),
        NO_MORE,
    ),
    # -- who stands there
    "presenter_unknown": Kind(
        422,
        (
            "presented_by 不是这张卡可出示人之一，请从核验结果中选择。",
            "presented_by 不是這張卡可出示人之一，請從核驗結果中選擇。",
            "presented_by is none of the people who may present this card; choose from verify.",
        ),
        (
            "请问您是持卡人本人还是家人？我再核对一下。",
            "請問您是持卡人本人還是家人？我再核對一下。",
            "Are you the card holder or a family member? Let me check again.",
        ),
    ),
    "identity_unchecked": Kind(
        422,
        (
            "请先核对出示人，再确认优惠（identity_checked 须为 true）。",
            "請先核對出示人，再確認優惠（identity_checked 須為 true）。",
            "Check who presents the card, then confirm (identity_checked must be true).",
        ),
        (
            "请让我核对一下是哪位在用卡，马上就好。",
            "請讓我核對一下是哪位在用卡，馬上就好。",
            "Let me just check who is using the card.",
        ),
    ),
}
