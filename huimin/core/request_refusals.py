"""The refusals of a request itself, whoever asks: its form, its sign-in, its rate.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import AGAIN, QUIET, TILL, Kind

REQUEST_KINDS: dict[str, Kind] = {
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
    "job_failed": Kind(
        500,
        (
            "没有做完，请把名册发给县里的管理员看一看。",
            "沒有做完，請把名冊發給縣裡的管理員看一看。",
            "It was not finished; let the county's administrator have a look at the file.",
        ),
        QUIET,
    ),
    "job_interrupted": Kind(
        503,
        (
            "服务重启，这项工作中断了；没有写到一半的资料，请重新开始。",
            "服務重啟，這項工作中斷了；沒有寫到一半的資料，請重新開始。",
            "The service restarted and cut this work off; nothing is half written, begin again.",
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
