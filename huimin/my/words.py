"""Words of the holder's own side: what may be asked, in what state it is, what papers to bring."""

from __future__ import annotations

from huimin.core.catalogue import Words, sentence
from huimin.core.refusals import Refusal

# The addresses where people are no staff: the holder's own pages, and those of receipts.
MY, RECEIPTS = "/my/", "/r/"
REQUEST_KINDS = Words("holder_request", {"purchase": "不是本人的消费", "correction": "更正资料"})
OWN_REQUEST_KINDS = Words("own_request", {"purchase": "不是我的消费", "correction": "更正我的资料"})
# As the office reads them.
REQUEST_STATES = Words(
    "holder_request_state", {"open": "待答复", "accepted": "属实，已办", "declined": "已说明"}
)
# As the person who asked reads them.
OWN_REQUEST_STATES = Words(
    "own_request_state", {"open": "正在办理", "accepted": "已经办好", "declined": "已经答复"}
)
# What of a person's data may be wrong.
ABOUT = Words(
    "correction_about",
    {
        "name": "姓名",
        "id_number": "身份证号码",
        "phone": "电话",
        "address": "住在哪个村、社区",
        "family": "家里可以用卡的人",
        "aid": "优惠资格的日期",
        "other": "别的",
    },
)
# The state of a card as its holder is told, kindly and with what to do. Of a card whose key leaked
# (`key_revoked`) the database has another state (card_sections.py:card_as_told).
CARD_IS = Words(
    "own_card_is",
    {
        "active": "可以用",
        "suspended": "暂时不能用",
        "lost": "已经停用",
        "replaced": "已经换了新卡",
        "expired": "到期了",
        "revoked": "不再使用",
        "key_revoked": "要换一张新卡",
    },
)
CARD_ADVICE = Words(
    "own_card_advice",
    {
        "active": "买东西时出示就有优惠。",
        "suspended": "有一件事要核对，核对好就能接着用。请打服务电话，或带身份证到便民服务窗口。",
        "lost": "谁拿着它都不能用。卡找到了可以恢复，没找到就补一张：带身份证到便民服务窗口。",
        "replaced": "请用最近领到的那一张。",
        "expired": "带身份证到便民服务窗口换一张就能接着用。",
        "revoked": "有疑问请打服务电话，或带身份证到便民服务窗口问一问。",
        "key_revoked": "为了安全，县里给一批卡换新卡，这张也在里面，收银台现在不收它。"
        "换卡不影响您的优惠资格。带身份证到便民服务窗口领新卡，就能接着用；"
        "走不动的，请家人带您和他的身份证去。",
    },
)
# What to bring when the entitlement is to be renewed, by its kind; no word of why somebody has it.
PAPERS = Words(
    "paper_to_bring",
    {
        "tekun": "民政部门发给您的证件",
        "orphan": "民政部门发给您的证件",
        "dibao": "民政部门发给您的证件",
        "major_illness": "最近一年的就诊单据",
        "disability": "残联发给您的证件",
        "other": "登记时用过的证明",
    },
)
DONE = sentence("我们已经收到。答复会写在这里，也可以打服务电话问。")
# What did not work, as a holder reads it; of other refusals their own sentence is plain enough.
IN_PLAIN_WORDS = Words(
    "in_plain_words",
    {
        "not_found": "没有这一页，或者它已经不在了。",
        "receipt_not_found": "这里查不到这张小票。请把小票放平、擦净，再扫一次；"
        "别的县的小票，要看小票上写的是哪个县。还是查不到，请带上小票，打服务电话问一问。",
        "method_not_allowed": "没有这一页，或者它已经不在了。",
        "sealed_unreadable": "这一步要用的内容现在读不出来，所以没有办。请打服务电话问一问。",
        "forbidden": "这一步在这里办不了。请打服务电话，或带身份证到便民服务窗口。",
        "payload_too_large": "送来的内容太大，没有收下。照片请换一张小一些的，文字请写短一些。",
        "too_many_requests": "点得太快了，这一次没有办。请等一分钟再点。",
        "too_many_uploads": "现在送照片的人太多，这一次没有收下。请等一分钟再送。",
        "internal_error": "我们这边出了问题，已经记下。请先看看刚才这一步办好没有；没有办好，"
        "过几分钟再办一次。",
        "storage_unavailable": "现在办不了，刚才这一步没有办。请过几分钟再来。",
        "read_only": "现在只能看，不能办。请过一会儿再来；着急的，请打服务电话。",
        "csrf_failed": "这一页打开得太久了，刚才这一步没有办。请回去再办一次。",
        "invalid_input": "刚才送来的内容看不懂，这一步没有办。请回去再办一次。",
        "malformed_json": "刚才送来的内容看不懂，这一步没有办。请回去再办一次。",
        "unsupported_media_type": "刚才送来的内容看不懂，这一步没有办。请回去再办一次。",
        "body_too_slow": "网络太慢，送来的内容没有收全。请换个有信号的地方再办一次。",
        "server_stopping": "现在办不了，刚才这一步没有办。请过几分钟再来。",
    },
)


def plain_words(refusal: Refusal, language: str, *, of_receipt: bool = False) -> str:
    """What did not work, as a holder reads it, or who has scanned a receipt."""
    code = refusal.code
    if code == "not_found" and of_receipt:
        code = "receipt_not_found"
    if code in IN_PLAIN_WORDS:
        return IN_PLAIN_WORDS.say(code, language)
    return refusal.page_detail(language)
