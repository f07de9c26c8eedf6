"""Every refusal once: its code, its HTTP status, the reason, and what the cashier may read aloud.

A cashier's sentence says what the customer can do; it never says what they are. Each is a sentence
of the catalogue (catalogue.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from huimin.core.catalogue import sentence

# What to say when the discount can't be had today: pay as usual, and where help is.
LATER = sentence("这张卡今天暂时用不了优惠，请先按原价结算；凭小票可到社区便民服务窗口咨询。")
AGAIN = sentence("请稍等，我再试一次。")
TILL = sentence("我们的设备需要检查一下，请先按原价结算，小票请留好。")
NO_MORE = sentence("这一笔没有可再减的优惠，请按显示的金额结算。")
QUIET = ""


@dataclass(frozen=True)
class Kind:
    """One refusal: HTTP status, reason for staff, sentence to read aloud, both of the catalogue.

    `on_page` is the reason on a page of the office, where that of a till speaks of keys.
    """

    status: int
    detail: str
    cashier: str
    on_page: str = ""


KINDS: dict[str, Kind] = {
    # -- the card
    "card_unreadable": Kind(
        422, "读到的内容不是惠民卡的卡码或卡号，请重新扫描，或输入卡面上的 16 位卡号。", AGAIN
    ),
    "card_number_wrong": Kind(422, "卡号有一位不对，请对照卡面重新输入 16 位卡号。", AGAIN),
    "practice_card_only": Kind(
        422,
        "这里是练习，只认页面上的练习卡；真的惠民卡请回到收银台用，这里什么也没有记。",
        "这张卡请到收银台那边刷，我马上为您办理。",
    ),
    "card_unknown": Kind(404, "系统里没有这张卡，请核对后重试。", LATER),
    "card_signature_invalid": Kind(
        422, "卡码的签名不符，不是本县签发的卡码；可改为输入卡号核对。", LATER
    ),
    "card_suspended": Kind(422, "此卡已暂停使用。", LATER),
    "card_lost": Kind(422, "此卡已挂失。", LATER),
    "card_replaced": Kind(
        422,
        "此卡已补卡，请使用新卡。",
        "请出示最近一次领取的新卡就可以优惠；没带的话请先按原价结算，小票请留好。",
    ),
    "card_key_revoked": Kind(
        422,
        "这张卡的签发密钥已作废，这张卡不能再用；新卡已为持卡人补发，请到社区便民服务窗口领取。",
        "县里给您换了新卡，请到社区便民服务窗口领取；今天先按原价结算，小票请留好。",
    ),
    "card_expired": Kind(422, "此卡有效期已过，可到社区便民服务窗口换领。", LATER),
    "card_revoked": Kind(422, "此卡已停用。", LATER),
    "not_entitled": Kind(
        422,
        "持卡人在这一天没有登记在册的保障资格（可能已到期，还没有续上），不能优惠；"
        "请持卡人到社区便民服务窗口核实。",
        LATER,
    ),
    "code_stale": Kind(
        422, "动态码已过期，请持卡人刷新后再扫。", "请把手机上的码刷新一下，我再扫一次。"
    ),
    "code_used": Kind(
        422, "动态码已用过，请持卡人刷新后再扫。", "请把手机上的码刷新一下，我再扫一次。"
    ),
    # -- the policy
    "no_policy": Kind(
        422, "今天在本示范点没有生效的优惠政策。", "本店今天没有惠民优惠，请按原价结算。"
    ),
    "below_minimum": Kind(
        422,
        "可优惠的金额不到政策规定的起点（{minimum}）。",
        "这一笔还没到优惠的起点金额，请按原价结算；合并购买可以享受优惠。",
    ),
    "nothing_eligible": Kind(
        422, "这一笔里没有可优惠的商品。", "这些商品不参加优惠，请按原价结算。"
    ),
    "unknown_category": Kind(
        422,
        "有商品的类别（category）不认识，请改用认识的类别，或不写类别：{known}。",
        "请稍等，我核对一下这件商品。",
    ),
    "cap_reached": Kind(422, "优惠额度已用完（{cap}）。", NO_MORE),
    "payee_own": Kind(403, "这份收款账户是您提出的，请由另一位管理员审批。", QUIET),
    "payee_unreadable": Kind(
        409,
        "现有的密钥读不出这份收款账户，看不到内容就不能通过。"
        "请系统管理员用 huimin doctor 查密钥文件，从备份恢复，或请商户重新提出。",
        QUIET,
    ),
    "payee_decided": Kind(409, "这份收款账户已经审批过或已撤回，请刷新页面查看。", QUIET),
    "budget_used_up": Kind(
        422,
        "这项优惠政策的预算已用完，追加预算以前不能再优惠。",
        "这项优惠的资金暂时用完了，这一笔请先按原价结算，小票请留好。",
    ),
    # -- who stands there
    "presenter_unknown": Kind(
        422,
        "选的人不在这张卡可出示的人里，请从核验结果中选择。",
        "请问您是持卡人本人还是家人？我再核对一下。",
    ),
    "identity_unchecked": Kind(
        422,
        "请先核对是谁在用卡，再确认优惠。",
        "请让我核对一下是哪位在用卡，马上就好。",
    ),
    # -- the till
    "outlet_suspended": Kind(403, "本示范点已暂停惠民卡业务，请联系县民生办。", TILL),
    "terminal_disabled": Kind(403, "本收银终端已停用，请联系店长或县民生办。", TILL),
    "till_not_set_up": Kind(
        403, "这台设备的收银设置已停用，请店长显示加入码重新加入，或登录后收银。", TILL
    ),
    "join_code_unknown": Kind(
        422, "加入码不对、已用过或已过期（只用一次，10 分钟内有效），请店长重新显示一个。", QUIET
    ),
    "ended_by_county": Kind(
        403, "县里停用过这台收银终端的设备，加入码请由县里的管理员显示。", QUIET
    ),
    # -- once and no more
    "order_exists": Kind(
        409, "订单号 {order_no} 在本店已有优惠记录，请先查询，不要重复提交。", AGAIN
    ),
    "order_waiting": Kind(
        409,
        "订单号 {order_no} 的一笔离线交易从 {since} 起在等县里核定，核定以前这个号不能再用；"
        "若是另一笔，请换新的订单号。",
        AGAIN,
    ),
    "order_cancelled": Kind(409, "订单号 {order_no} 已取消，不能再记入；请换新的订单号。", AGAIN),
    "register_changed": Kind(
        409,
        "检查以后，县里的登记有 {count} 行变了，没有导入任何人；请重新检查，看过再导入。",
        QUIET,
    ),
    "register_not_checked": Kind(
        409, "这次检查还没有做完、没有做成，或已经过期；请等它做完，或重新检查。", QUIET
    ),
    "register_digest_other": Kind(
        409, "digest 与这次检查给出的不同；请看过检查结果，用它的 digest 再导入。", QUIET
    ),
    "register_check_only": Kind(403, "这个密钥只能检查，不能导入；请由县里的人导入。", QUIET),
    "idempotency_mismatch": Kind(
        422, "同一个 Idempotency-Key 已用于另一笔内容，请为新的一笔换新的键。", AGAIN
    ),
    "request_in_progress": Kind(
        409, "同一个 Idempotency-Key 的请求正在处理，请稍后用同一个键重试。", AGAIN
    ),
    # -- giving back
    "redemption_unknown": Kind(404, "本店没有这笔优惠记录，请核对小票号或订单号。", AGAIN),
    "already_reversed": Kind(409, "这一笔已全部退回。", "这一笔之前已经退好了。"),
    "reversal_too_large": Kind(422, "退货金额超过了还能退的金额（{left}），请改小。", AGAIN),
    "return_parts_missing": Kind(
        422,
        "这一笔分商品记账，或有不参加优惠、医保支付的部分：请写明退的是哪几行商品，"
        "或退货金额里这两部分各有多少（没有就写 0）。",
        "请把要退的商品给我看一下，我按您当时实付的金额退。",
    ),
    "manager_needed": Kind(
        403,
        "退回金额超过 {limit}，需要店长在这里确认：请店长输入用户名和密码。",
        "请稍等，我请店长来确认一下。",
    ),
    "manager_unfit": Kind(403, "这个账号不是本商户管理员的账号，请店长用自己的账号确认。", QUIET),
    "code_needed": Kind(422, "请店长再输入手机上的 6 位验证码。", QUIET),
    "code_unreadable": Kind(
        401,
        "现有的密钥读不出这个账号的两步验证，手机上的验证码现在核对不了，所以没有通过。"
        "请用一个恢复码；没有恢复码的，请另一位管理员核对本人后关闭这个账号的两步验证，登录后再重新开启。",
        QUIET,
    ),
    "code_wrong": Kind(401, "验证码不对或已用过，请等下一个验证码再试。", QUIET),
    "month_closed": Kind(
        409, "该月已结账，不能再改；晚到的请记入本月，确需更正请由管理员先重新打开。", TILL
    ),
    # -- a till without network
    "offline_not_allowed": Kind(404, "现行优惠政策不允许离线收银，请恢复网络。", TILL),
    "offline_pack_expired": Kind(422, "离线资料已过期，请恢复网络后再使用。", TILL),
    "card_denied": Kind(422, "此卡目前不能使用，原因联网后可查。", LATER),
    "offline_code_needed": Kind(
        422,
        "离线时只能扫描卡面上印的码，不能用输入的卡号或未经允许的动态码。",
        "请出示卡片，我扫一下卡面上的码。",
    ),
    "offline_cap_exceeded": Kind(422, "优惠超过了离线上限（单笔、每卡或每台收银终端）。", LATER),
    "offline_policy_other": Kind(422, "收银终端所用的政策不是当天对本示范点生效的政策。", QUIET),
    "offline_mismatch": Kind(422, "按当天政策重新计算的优惠与收银终端给出的不一致。", QUIET),
    "offline_time_wrong": Kind(
        422, "交易时间不对：晚于现在，或早于离线资料的签发时间；请检查设备时钟。", QUIET
    ),
    "offline_pack_unknown": Kind(422, "没有签发过这份离线资料，不能入账。", QUIET),
    "offline_pack_other": Kind(422, "这份离线资料是签发给另一台收银终端的，不能入账。", QUIET),
    "offline_not_begun": Kind(
        422, "交易时间早于收银终端、示范点或商户的启用时间，不能入账。", QUIET
    ),
    "offline_not_open": Kind(422, "交易时收银终端、示范点或商户正在停用，不能入账。", QUIET),
    # -- sales made without network that wait for people to decide
    "offline_too_old": Kind(422, "离线交易超过 {days} 天才上传，要由县里核定后才能入账。", QUIET),
    "offline_pack_unrecorded": Kind(
        422, "所用的离线资料是系统升级以前签发的，没有记录可查，要由县里核定后才能入账。", QUIET
    ),
    "offline_pack_lost": Kind(
        422,
        "所用的离线资料确由本县签发给这台收银终端，但系统里没有它的记录（可能签发在恢复所用的备份之后），"
        "要由县里核定后才能入账。",
        QUIET,
    ),
    "offline_told_since": Kind(
        422, "这台收银终端后来已得知此卡不能使用，交易时间无法证实，要由县里核定后才能入账。", QUIET
    ),
    "offline_newer_pack": Kind(
        422,
        "这台收银终端后来取得的离线资料里此卡已不能使用，交易时间无法证实，要由县里核定后才能入账。",
        QUIET,
    ),
    "offline_total_exceeded": Kind(
        422, "这台收银终端几份离线资料的优惠合计超过了一份的上限，要由县里核定后才能入账。", QUIET
    ),
    "waiting_decided": Kind(409, "这笔待核交易已经核定。", QUIET),
    "waiting_own": Kind(409, "您已经这样核定过，须由另一位管理员核定。", QUIET),
    "waiting_refused": Kind(422, "县里核定不入账：{reason}", QUIET),
    # -- the day's end
    "day_closed": Kind(409, "这一天已经结清，之后没有新的交易，不需要再次结清。", QUIET),
    "day_differs": Kind(
        409,
        "两边还有 {count} 处不一致，不能按一致结清；请先改正，或由店长逐处写明原因后结清。",
        QUIET,
    ),
    # -- claims: what missed its discount, decided later
    "claim_unknown": Kind(404, "本店没有这份补录登记，请核对补录号。", AGAIN),
    "claim_exists": Kind(
        409,
        "订单号 {order_no} 已登记补录（补录号 {claim_no}），正在审核，不用再登记。",
        "这一笔已经登记过补录了，请留好小票，等审核结果。",
    ),
    "claim_decided": Kind(409, "这份补录登记已经处理过。", QUIET),
    "claim_own": Kind(403, "不能审批自己登记的补录，请由另一位管理员审批。", QUIET),
    # -- a receipt judged
    "rating_exists": Kind(409, "这张小票已经评价过了，一张小票只能评价一次。", QUIET),
    "complaint_closed": Kind(409, "这份投诉已经办结，请刷新后再看。", QUIET),
    # -- closing a month
    "month_not_over": Kind(409, "{month} 还没有结束，结束之后才能核对和结账。", QUIET),
    "month_figures_changed": Kind(
        409,
        "核对之后数字有了变化（{what}），不能签字；请退回（或直接）重新核对，按新的数字填报。",
        QUIET,
    ),
    "month_step_wrong": Kind(
        409, "这一步现在不能办：该版本已是“{state}”，可能别人刚刚办过，请刷新后再看。", QUIET
    ),
    "month_same_signer": Kind(
        403, "填报、审核、签批要由三个不同的人办理，您已在这一版签过字。", QUIET
    ),
    "month_check_stops": Kind(409, "有核对项没有通过（{checks}），必须先处理，再重新核对。", QUIET),
    "month_checking": Kind(409, "正在核对这个月，请等它做完。", QUIET),
    "month_file_differs": Kind(
        409,
        "文件与签批时的 SHA-256 不符（{form}），不能下载；请联系系统管理员，运行 huimin "
        "month files --check 查看。",
        QUIET,
    ),
    # -- settlements: confirming, disputing, answering and paying them
    "settlement_exists": Kind(
        409, "{month} 的结算单已经生成；要重新生成，请先重新打开该月。", QUIET
    ),
    "settlement_not_open": Kind(
        409,
        "这份结算单现在不在等待确认，不能确认，也不能提出异议；请刷新页面看它到了哪一步。",
        QUIET,
    ),
    "settlement_time_passed": Kind(
        409,
        "确认期限 {day} 已过，这份结算单按规定视为已确认；有不对的地方请联系县里的管理员。",
        QUIET,
    ),
    "settlement_not_confirmed": Kind(
        409, "这份结算单还没有确认（或已经作废），不能登记付款。", QUIET
    ),
    "dispute_answered": Kind(409, "这条异议已经答复过。", QUIET),
    "payment_taken_back": Kind(409, "这笔付款记录已经冲回过，不能再冲回。", QUIET),
    # -- the request itself
    "invalid_input": Kind(422, "有的内容需要修改，请看各字段的说明。", AGAIN),
    "malformed_json": Kind(400, "请求内容不是有效的 JSON 对象。", AGAIN),
    "unauthorized": Kind(
        401, "收银终端密钥缺失或不对，请用 Authorization: Bearer <收银终端密钥>。", TILL
    ),
    "signed_out": Kind(401, "登录已结束，请重新登录。", QUIET),
    "sign_in_failed": Kind(
        401, "用户名或密码不对；连续输错几次后，账号会暂停登录 15 分钟。", QUIET
    ),
    "sign_in_locked": Kind(429, "尝试次数过多，请 15 分钟后再试，或请管理员重设密码。", QUIET),
    # -- my card, where a holder reads the sentence
    "my_sign_in_failed": Kind(
        401,
        "没有登录成功。请对照卡面、身份证和登录码再输入一次；换过新卡的，要用新卡。"
        "登录码只能用一次，也可能过了时间，可以到服务窗口再要一个。",
        QUIET,
    ),
    "my_signed_out": Kind(401, "登录已经结束，刚才这一步没有办。请重新登录再办一次。", QUIET),
    "my_other_person": Kind(
        409,
        "这一页是别人登录时打开的，刚才这一步没有办。后来有另一位在这台手机上登录了："
        "请先看清现在打开的是谁的卡，要办自己的，退出以后重新登录。",
        QUIET,
    ),
    "my_holder_only": Kind(403, "这一步只有持卡人本人在自己的手机上才能办。", QUIET),
    "my_phone_unproven": Kind(
        401, "没有认出这台手机。请重新登录“我的卡”，再点“用这台手机出示动态码”。", QUIET
    ),
    "my_phone_moved": Kind(
        409,
        "动态码已经换到另一台手机上，或者卡已经换新。要在这台手机上用，请重新登录“我的卡”。",
        QUIET,
    ),
    "my_code_unusable": Kind(
        422,
        "收银台现在不收这张卡，所以没有动态码。请打开“我的惠民卡”看怎么办，或拨打服务热线。",
        QUIET,
    ),
    "password_change_needed": Kind(403, "请先在“我的账号”里换成自己的密码。", QUIET),
    "forbidden": Kind(403, "您的岗位没有这项权限；需要时请联系管理员。", TILL),
    "not_found": Kind(404, "没有这个地址或这条记录。", AGAIN),
    "paper_unreadable": Kind(
        404,
        "这份材料现在打不开：文件坏了、不在了，或者打开它的密钥不在了。请告诉县里的管理员，从备份里找；"
        "找不回来的，请持卡人再带一次原件来，重新上传。",
        QUIET,
    ),
    "proof_not_yet": Kind(
        404,
        "这张小票的证明文件还没有：每天半夜以后，县里给前一天的流水签名公布；请到时再来下载。",
        QUIET,
    ),
    "proof_contradicted": Kind(
        409,
        "这张小票的记录和县里签名公布过的不一致，现在出不了证明。请把小票收好，拨打服务热线告诉县里。",
        QUIET,
    ),
    "method_not_allowed": Kind(405, "这个地址不接受这种请求方法，请看 Allow 头。", AGAIN),
    "unsupported_media_type": Kind(415, "请以 Content-Type: application/json 提交。", AGAIN),
    "payload_too_large": Kind(413, "提交的内容太大，上限为 {limit}。", AGAIN),
    "body_too_slow": Kind(
        408,
        "内容没有按时发完，请检查网络，再用同一个键重试。",
        AGAIN,
        "网络太慢，内容没有收全，什么都没有保存，填写的这里也没有收到。"
        "请按浏览器的“返回”回到刚才的页面，等网络好一些再办一次：成段的文字和选择一般还在；"
        "姓名、号码这样的单行格子要重填，浏览器不留它们，免得同用一台电脑的人看到；"
        "文件要重新选，照片可以换小一些的。",
    ),
    "file_in_progress": Kind(429, "您上一份文件还没有读完，请等它读完再传。", QUIET),
    "too_many_uploads": Kind(503, "正在上传的文件太多，请稍后再试。", AGAIN),
    "server_stopping": Kind(
        503, "服务正在重启，请稍后用同一个键重试。", AGAIN, "服务正在重启，请等一分钟再试。"
    ),
    "too_many_requests": Kind(429, "操作太频繁，请稍后再试。", AGAIN),
    "csrf_failed": Kind(400, "页面停留太久或来源不对，请刷新页面再提交一次。", AGAIN),
    "escpos_missing": Kind(
        501, "服务器没有安装 ESC/POS 组件，请管理员运行 pip install 'huimin[escpos]'。", QUIET
    ),
    "printer_unreachable": Kind(
        502, "连不上打印机 {printer}（{why}），请检查电源、网线和地址。", QUIET
    ),
    "job_failed": Kind(500, "没有做完，请把名册发给县里的管理员看一看。", QUIET),
    "job_interrupted": Kind(
        503, "服务重启，这项工作中断了；没有写到一半的资料，请重新开始。", QUIET
    ),
    "clock_wrong": Kind(
        503,
        "服务器的时钟是 {clock}，{why}，所以暂时什么都不能保存；请管理员校准时钟，"
        "再用同一个键重试。",
        TILL,
        "服务器的时钟是 {clock}，{why}，所以暂时什么都不能保存；请管理员先校准时钟。",
    ),
    "sealed_unreadable": Kind(
        503,
        "这一步要用的内容是加密存放的，现有的密钥读不出来，所以没有办。"
        "请系统管理员用 huimin doctor 查密钥文件，从备份恢复后再办。",
        QUIET,
    ),
    "storage_unavailable": Kind(
        503,
        "系统暂时无法保存，请稍后用同一个键重试。",
        TILL,
        "系统暂时无法保存，请过几分钟再试。",
    ),
    "read_only": Kind(503, "这里是备用服务，只能查看；请到主服务上办理，或稍后再试。", TILL),
    "internal_error": Kind(
        500,
        "系统出了问题，已记录。请用同一个键重试，或按订单号查询。",
        TILL,
        "系统出了问题，已记录。请再试一次；还是不行，请告诉县里的管理员。",
    ),
}
