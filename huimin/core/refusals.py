"""Every refusal once: its code, its HTTP status, the reason, and what the cashier may read aloud.

The API, the pages and the CLI all draw on this table, so that the same no is said the same way
everywhere. A cashier's sentence says what the customer can do; it never says what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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


KINDS: dict[str, Kind] = {
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
            "该月已结账，不能再记入；请记入本月。",
            "該月已結帳，不能再記入；請記入本月。",
            "That month is closed; record it in the present month.",
        ),
        TILL,
    ),
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
    # -- the request itself
    "invalid_input": Kind(
        422,
        (
            "有的内容需要修改，请看各字段的说明。",
            "有的內容需要修改，請看各欄位的說明。",
            "Some of the input needs a change; see each field.",
        ),
        AGAIN,
    ),
    "malformed_json": Kind(
        400,
        (
            "请求内容不是有效的 JSON 对象。",
            "請求內容不是有效的 JSON 物件。",
            "The body is not a valid JSON object.",
        ),
        AGAIN,
    ),
    "unauthorized": Kind(
        401,
        (
            "终端密钥缺失或不对，请用 Authorization: Bearer <终端密钥>。",
            "終端密鑰缺失或不對，請用 Authorization: Bearer <終端密鑰>。",
            "The terminal key is missing or wrong; send Authorization: Bearer <terminal key>.",
        ),
        TILL,
    ),
    "sign_in_failed": Kind(
        401,
        (
            "用户名或密码不对。",
            "使用者名稱或密碼不對。",
            "The user name or the password is wrong.",
        ),
        QUIET,
    ),
    "sign_in_locked": Kind(
        429,
        (
            "尝试次数过多，请 15 分钟后再试，或请管理员重设密码。",
            "嘗試次數過多，請 15 分鐘後再試，或請管理員重設密碼。",
            "Too many attempts. Try again in 15 minutes, or ask an administrator for a reset.",
        ),
        QUIET,
    ),
    "password_change_needed": Kind(
        403,
        (
            "请先在“我的账号”里换成自己的密码。",
            "請先在「我的帳號」裡換成自己的密碼。",
            "Change the password to one of your own first, on your account's page.",
        ),
        QUIET,
    ),
    "forbidden": Kind(
        403,
        (
            "您的岗位没有这项权限；需要时请联系管理员。",
            "您的崗位沒有這項權限；需要時請聯繫管理員。",
            "Your role does not allow this; ask an administrator if you need it.",
        ),
        TILL,
    ),
    "not_found": Kind(
        404,
        (
            "没有这个地址或这条记录。",
            "沒有這個網址或這條記錄。",
            "There is no such address or record.",
        ),
        AGAIN,
    ),
    "method_not_allowed": Kind(
        405,
        (
            "这个地址不接受这种请求方法，请看 Allow 头。",
            "這個網址不接受這種請求方法，請看 Allow 標頭。",
            "This address does not take that method; see the Allow header.",
        ),
        AGAIN,
    ),
    "unsupported_media_type": Kind(
        415,
        (
            "请以 Content-Type: application/json 提交。",
            "請以 Content-Type: application/json 提交。",
            "Send the body as Content-Type: application/json.",
        ),
        AGAIN,
    ),
    "payload_too_large": Kind(
        413,
        (
            "提交的内容太大，上限为 {limit}。",
            "提交的內容太大，上限為 {limit}。",
            "The body is too large; the limit is {limit}.",
        ),
        AGAIN,
    ),
    "too_many_requests": Kind(
        429,
        (
            "操作太频繁，请稍后再试。",
            "操作太頻繁，請稍後再試。",
            "Too many attempts; wait a little and try again.",
        ),
        AGAIN,
    ),
    "csrf_failed": Kind(
        400,
        (
            "页面停留太久或来源不对，请刷新页面再提交一次。",
            "頁面停留太久或來源不對，請重新整理頁面再提交一次。",
            "The page is too old or not ours; reload it and submit again.",
        ),
        AGAIN,
    ),
    "escpos_missing": Kind(
        501,
        (
            "服务器没有安装 ESC/POS 组件，请管理员运行 pip install 'huimin[escpos]'。",
            "伺服器沒有安裝 ESC/POS 元件，請管理員執行 pip install 'huimin[escpos]'。",
            "The server lacks its ESC/POS part; have it installed: pip install 'huimin[escpos]'.",
        ),
        QUIET,
    ),
    "printer_unreachable": Kind(
        502,
        (
            "连不上打印机 {printer}（{why}），请检查电源、网线和地址。",
            "連不上印表機 {printer}（{why}），請檢查電源、網路線和位址。",
            "The printer {printer} can't be reached ({why}); check power, cable and address.",
        ),
        QUIET,
    ),
    "storage_unavailable": Kind(
        503,
        (
            "系统暂时无法保存，请稍后用同一个键重试。",
            "系統暫時無法儲存，請稍後用同一個鍵重試。",
            "Nothing can be stored right now; retry with the same key.",
        ),
        TILL,
    ),
    "internal_error": Kind(
        500,
        (
            "系统出了问题，已记录。请用同一个键重试，或按订单号查询。",
            "系統出了問題，已記錄。請用同一個鍵重試，或按訂單號查詢。",
            "Something went wrong and was logged. Retry with the same key, or query by order.",
        ),
        TILL,
    ),
}

# After these the purchase can be put down as a claim: the card is real, today's answer was no.
CLAIMABLE = (
    *("card_suspended", "card_lost", "card_replaced", "card_expired", "card_revoked"),
    *("code_stale", "code_used", "no_policy", "cap_reached"),
    *("card_denied", "offline_not_allowed", "offline_pack_expired", "offline_code_needed"),
    *("offline_cap_exceeded", "offline_policy_other", "offline_mismatch", "offline_too_old"),
)


def word_of(words: Words, language: str) -> str:
    """The words in that language; zh-Hans when there is no such language."""
    return words[LANGUAGES.index(language)] if language in LANGUAGES else words[0]


class Refusal(Exception):
    """A no with a code of its own. `params` fill the sentence and never hold personal data."""

    def __init__(self, code: str, **params: Any) -> None:
        self.kind = KINDS[code]
        self.code = code
        self.params: Mapping[str, Any] = params
        super().__init__(f"{code}: {self.detail('zh_Hans')}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status

    def title(self, language: str = "zh_Hans") -> str:
        """A short name of the kind of refusal: the same for each of its kind (RFC 9457)."""
        return word_of(TITLES.get(self.status, TITLES[422]), language)

    def detail(self, language: str = "zh_Hans") -> str:
        """The reason and the remedy, for staff."""
        shown = {
            name: word_of(value, language) if isinstance(value, tuple) else value
            for name, value in self.params.items()
        }
        return word_of(self.kind.detail, language).format_map(_Blanks(shown))

    def cashier_message(self, language: str = "zh_Hans") -> str:
        """The sentence to read aloud: neither code nor reason."""
        return word_of(self.kind.cashier, language)


class _Blanks(dict[str, Any]):
    """A sentence with a missing part is still said."""

    def __missing__(self, key: str) -> str:
        return "—"


TITLES: dict[int, Words] = {
    400: ("请求无法读懂", "請求無法讀懂", "Bad request"),
    401: ("需要登录或密钥", "需要登入或密鑰", "Not signed in"),
    403: ("没有权限", "沒有權限", "Not allowed"),
    404: ("没有找到", "沒有找到", "Not found"),
    405: ("请求方法不对", "請求方法不對", "Method not allowed"),
    409: ("与已有记录冲突", "與已有記錄衝突", "Conflict"),
    413: ("内容太大", "內容太大", "Too large"),
    415: ("内容类型不对", "內容類型不對", "Unsupported media type"),
    422: ("不能办理", "不能辦理", "Refused"),
    429: ("请稍后再试", "請稍後再試", "Too many requests"),
    500: ("系统问题", "系統問題", "Internal error"),
    501: ("没有安装", "沒有安裝", "Not installed"),
    502: ("设备连不上", "設備連不上", "Device unreachable"),
    503: ("暂时不可用", "暫時不可用", "Unavailable"),
}


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field and how to mend it."""

    field: str
    chinese: str
    english: str

    def message(self, language: str = "zh_Hans") -> str:
        """The sentence in that language (zh-Hant reads the Chinese one)."""
        return self.english if language == "en" else self.chinese


class FieldProblems(Exception):
    """Bad input: every field that needs a change, at once. Answered as `invalid_input`."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(f"{p.field}：{p.chinese}" for p in self.problems))


def field_problem(field: str, chinese: str, english: str) -> FieldProblems:
    """The exception for a single bad field."""
    return FieldProblems([FieldProblem(field, chinese, english)])
