"""The refusals of a till: its set-up, orders sent once and no more, what is given back.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import AGAIN, QUIET, TILL, Kind

TILL_KINDS: dict[str, Kind] = {
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
