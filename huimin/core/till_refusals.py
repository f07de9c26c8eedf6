"""The refusals of a card, a till, a policy and a sale: what a cashier meets online.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import AGAIN, LATER, NO_MORE, QUIET, TILL, Kind

TILL_KINDS: dict[str, Kind] = {
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
    # -- the till
    "outlet_suspended": Kind(
        403,
        (
            "本示范点已暂停惠民卡业务，请联系县民生办。",
            "本示範點已暫停惠民卡業務，請聯繫縣民生辦。",
            "This outlet is suspended; contact the county office.",
        ),
        TILL,
    ),
    "terminal_disabled": Kind(
        403,
        (
            "本收银终端已停用，请联系店长或县民生办。",
            "本收銀終端已停用，請聯繫店長或縣民生辦。",
            "This terminal is switched off; contact the manager or the county office.",
        ),
        TILL,
    ),
    "till_not_set_up": Kind(
        403,
        (
            "这台设备的收银设置已失效，请扫描本终端的密钥二维码重新设置，或登录后收银。",
            "這台設備的收銀設定已失效，請掃描本終端的密鑰二維碼重新設定，或登入後收銀。",
            "This device is no longer set up as a till. Scan the terminal key's code again, or "
            "sign in.",
        ),
        TILL,
    ),
    "till_key_unknown": Kind(
        422,
        (
            "这不是在用的收银终端密钥，请向县里的管理员要这台终端的密钥二维码。",
            "這不是在用的收銀終端密鑰，請向縣裡的管理員要這台終端的密鑰二維碼。",
            "That is not the key of a terminal in use; ask the county for this terminal's code.",
        ),
        QUIET,
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
    # -- once and no more
    "order_exists": Kind(
        409,
        (
            "订单号 {order_no} 在本店已有优惠记录，请先查询，不要重复提交。",
            "訂單號 {order_no} 在本店已有優惠記錄，請先查詢，不要重複提交。",
            "Order {order_no} has a redemption at this outlet already; look it up first.",
        ),
        AGAIN,
    ),
    "order_cancelled": Kind(
        409,
        (
            "订单号 {order_no} 已取消，不能再记入；请换新的订单号。",
            "訂單號 {order_no} 已取消，不能再記入；請換新的訂單號。",
            "Order {order_no} was cancelled; take a new order number.",
        ),
        AGAIN,
    ),
    "idempotency_mismatch": Kind(
        422,
        (
            "同一个 Idempotency-Key 已用于另一笔内容，请为新的一笔换新的键。",
            "同一個 Idempotency-Key 已用於另一筆內容，請為新的一筆換新的鍵。",
            "This Idempotency-Key was used for another body; take a new key for a new sale.",
        ),
        AGAIN,
    ),
    "request_in_progress": Kind(
        409,
        (
            "同一个 Idempotency-Key 的请求正在处理，请稍后用同一个键重试。",
            "同一個 Idempotency-Key 的請求正在處理，請稍後用同一個鍵重試。",
            "A request with this Idempotency-Key is running; retry with the same key shortly.",
        ),
        AGAIN,
    ),
    # -- giving back
    "redemption_unknown": Kind(
        404,
        (
            "本店没有这笔优惠记录，请核对小票号或订单号。",
            "本店沒有這筆優惠記錄，請核對小票號或訂單號。",
            "This outlet has no such redemption; check the receipt or order number.",
        ),
        AGAIN,
    ),
    "already_reversed": Kind(
        409,
        (
            "这一笔已全部退回。",
            "這一筆已全部退回。",
            "This redemption was already reversed in full.",
        ),
        (
            "这一笔之前已经退好了。",
            "這一筆之前已經退好了。",
            "This purchase has been refunded already.",
        ),
    ),
    "reversal_too_large": Kind(
        422,
        (
            "退货金额超过了还能退的金额（{left}），请改小 amount_fen。",
            "退貨金額超過了還能退的金額（{left}），請改小 amount_fen。",
            "More is returned than is left ({left}); lower amount_fen.",
        ),
        AGAIN,
    ),
    "manager_needed": Kind(
        403,
        (
            "退回金额超过 {limit}，需要店长在这里确认：请店长输入用户名和密码。",
            "退回金額超過 {limit}，需要店長在這裡確認：請店長輸入使用者名稱和密碼。",
            "More than {limit} is returned: the manager confirms it here with name and password.",
        ),
        (
            "请稍等，我请店长来确认一下。",
            "請稍等，我請店長來確認一下。",
            "One moment, please, the manager will confirm this.",
        ),
    ),
    "manager_unfit": Kind(
        403,
        (
            "这个账号不是本商户管理员的账号，请店长用自己的账号确认。",
            "這個帳號不是本商戶管理員的帳號，請店長用自己的帳號確認。",
            "That is not the account of this merchant's manager.",
        ),
        QUIET,
    ),
    "code_needed": Kind(
        422,
        (
            "请店长再输入手机上的 6 位验证码。",
            "請店長再輸入手機上的 6 位驗證碼。",
            "The manager's six-digit code is needed as well.",
        ),
        QUIET,
    ),
    "code_wrong": Kind(
        401,
        (
            "验证码不对或已用过，请等下一个验证码再试。",
            "驗證碼不對或已用過，請等下一個驗證碼再試。",
            "The code is wrong or was used already; wait for the next one.",
        ),
        QUIET,
    ),
    "month_closed": Kind(
        409,
        (
            "该月已结账，不能再改；晚到的请记入本月，确需更正请由管理员先重新打开。",
            "該月已結帳，不能再改；晚到的請記入本月，確需更正請由管理員先重新開啟。",
            "That month is closed: what comes late is recorded in the present month; to change it, "
            "an administrator reopens it first.",
        ),
        TILL,
    ),
}
