"""Words of the holder's own side: what may be asked, in what state it is, what papers to bring."""

from __future__ import annotations

from huimin.core.catalogue import Words, sentence

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
# The state of a card as its holder is told, kindly and with what to do.
CARD_IS = Words(
    "own_card_is",
    {
        "active": "可以用",
        "suspended": "暂时不能用",
        "lost": "已经停用",
        "replaced": "已经换了新卡",
        "expired": "到期了",
        "revoked": "不再使用",
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
