"""What each kind of waiting item is called, which list holds them, and the one next step.

The page of today and the navigation read this table, so that both count and say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _

from huimin.desk.today import ENDING_DAYS
from huimin.policies.policy_list import BUDGET, UNPUBLISHED


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of waiting item.

    `words` follow the count, `button` says the next step. The items stand in a list (`endpoint`,
    `arguments`, for whom the role allows `action`). Where `one` is set, the step is taken on the
    page of the oldest, whose id is the argument `id_as` ("day/outlet" where it is named by two);
    otherwise on the page `step`, or in the list. `act` is what the step needs: an auditor, who may
    do nothing, only looks; for others without it nothing waits.
    """

    words: Any
    button: Any
    endpoint: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    one: str = ""
    id_as: str = ""
    step: str = ""
    act: str = ""
    urgent: bool = False
    # The page of the navigation under which they are counted, where it is not the list.
    under: str = ""
    # Whether the oldest is named after a person, who is shown as the reader may see names.
    of_person: bool = False
    # How "since" is said of the oldest.
    since: Any = _("最早的从{since}起")


LOOK = _("去看看")
OVER_ON = _("最早的{since}到期")
# In the order of the page, most urgent first.
KINDS: dict[str, Kind] = {
    "applications_returned": Kind(
        _("份您交的申请退回了，等您改好再交"),
        _("去修改"),
        "holders.applications",
        "application.read",
        {"state": "returned"},
        one="holders.person",
        id_as="holder_id",
        act="holder.write",
        urgent=True,
        of_person=True,
    ),
    "applications_late": Kind(
        _("份申请已超过一个工作日"),
        _("先审最早的"),
        "holders.applications",
        "application.read",
        {"state": "submitted", "older": 1},
        one="holders.application",
        id_as="application_id",
        act="application.decide",
        urgent=True,
        of_person=True,
    ),
    "applications": Kind(
        _("份申请待审核"),
        _("去审核"),
        "holders.applications",
        "application.read",
        {"state": "submitted"},
        one="holders.application",
        id_as="application_id",
        act="application.decide",
        of_person=True,
    ),
    "months": Kind(
        _("个月份等待结账签字"),
        _("去签字"),
        "months.months",
        "month.read",
        one="months.month",
        id_as="month",
        act="month.close",
        since=_("最早的是{since}"),
    ),
    "endings": Kind(
        _("份结束保障的提议待审批"),
        _("去审批"),
        "holders.endings",
        "ending.read",
        {"state": "proposed"},
        one="holders.ending",
        id_as="ending_id",
        act="ending.decide",
    ),
    "division_lists": Kind(
        _("份区划变更清单待审批"),
        _("去审批"),
        "division_changes.lists",
        "division.read",
        one="division_changes.one_list",
        id_as="list_id",
        act="division.decide",
        under="division_changes.divisions",
    ),
    "policies_to_approve": Kind(
        _("份优惠政策草稿待审批"),
        _("去审批"),
        "policies.policies",
        "policy.read",
        {"state": UNPUBLISHED},
        one="policies.policy",
        id_as="policy_id",
        act="policy.write",
    ),
    "policies_to_publish": Kind(
        _("份优惠政策可以发布了"),
        _("去发布"),
        "policies.policies",
        "policy.read",
        {"state": UNPUBLISHED},
        one="policies.policy",
        id_as="policy_id",
        act="policy.write",
    ),
    "claims": Kind(
        _("份补录登记待审核"),
        _("去审核"),
        "claims.claims",
        "claim.read",
        {"state": "submitted"},
        one="claims.claim",
        id_as="claim_id",
        act="claim.decide",
        of_person=True,
    ),
    "complaints_late": Kind(
        _("份投诉过了答复期限"),
        _("先办最早的"),
        "ratings.complaints",
        "complaint.read",
        {"late": 1},
        one="ratings.complaint",
        id_as="complaint_id",
        act="complaint.settle",
        urgent=True,
        since=OVER_ON,
    ),
    "complaints": Kind(
        _("份投诉等待答复"),
        _("去处理"),
        "ratings.complaints",
        "complaint.read",
        one="ratings.complaint",
        id_as="complaint_id",
        act="complaint.settle",
        since=OVER_ON,
    ),
    "purchases_disputed": Kind(
        _("笔消费，持卡人说不是本人的，等待答复"),
        _("去答复"),
        "requests.requests",
        "holder_request.read",
        {"state": "open", "kind": "purchase"},
        one="requests.request",
        id_as="request_id",
        act="holder_request.take_back",
        of_person=True,
        since=_("最早的应在{since}前答复"),
    ),
    "corrections": Kind(
        _("件更正资料的诉求，等待答复"),
        _("去答复"),
        "requests.requests",
        "holder_request.read",
        {"state": "open", "kind": "correction"},
        one="requests.request",
        id_as="request_id",
        act="holder_request.answer",
        of_person=True,
        since=_("最早的应在{since}前答复"),
    ),
    "settlements_disputed": Kind(
        _("份结算单有异议，等待答复"),
        _("去答复"),
        "settlement.settlements",
        "settlement.read",
        {"state": "disputed"},
        one="settlement.statement",
        id_as="settlement_id",
        act="settlement.manage",
    ),
    "settlements_late": Kind(
        _("份结算单确认后 30 天还没付清"),
        _("去付款"),
        "settlement.settlements",
        "settlement.read",
        {"late": "pay"},
        step="settlement.unpaid",
        act="settlement.manage",
        urgent=True,
    ),
    "settlements_to_pay": Kind(
        _("份结算单已确认，等待付款"),
        _("去付款"),
        "settlement.unpaid",
        "settlement.read",
        act="settlement.manage",
    ),
    "report_recipients": Kind(
        _("个月报表的收件人待审批"),
        _("去审批"),
        "report_mail.recipients",
        "report_mail.read",
        {"state": "proposed"},
        one="report_mail.recipient",
        id_as="recipient_id",
        act="report_mail.manage",
    ),
    "payees": Kind(
        _("个商户的收款账户变更待审批"),
        _("去核实"),
        "settlement.payees",
        "settlement.manage",
        {"wanted": "proposed"},
        one="settlement.payee",
        id_as="merchant_id",
        act="payee.decide",
    ),
    "budgets_used_up": Kind(
        _("项政策的预算已用完，收银时不再给优惠"),
        LOOK,
        "policies.policies",
        "policy.read",
        {"state": BUDGET},
        one="policies.policy",
        id_as="policy_id",
        act="policy.write",
        urgent=True,
    ),
    "budgets": Kind(
        _("项政策的预算快用完"),
        LOOK,
        "policies.policies",
        "policy.read",
        {"state": BUDGET},
        one="policies.policy",
        id_as="policy_id",
        act="policy.write",
        since=_("最早的预计{since}用完"),
    ),
    "to_issue": Kind(
        _("人已通过，等待发卡"),
        _("去发卡"),
        "cards.cards",
        "card.read",
        act="card.issue",
        of_person=True,
    ),
    "to_print": Kind(
        _("张卡等待打印"),
        _("去打印"),
        "cards.cards",
        "card.read",
        {"unprinted": 1},
        step="cards.print_cards",
        act="card.print",
        of_person=True,
    ),
    "lost": Kind(
        _("张卡已挂失，等待补卡"),
        _("去补卡"),
        "cards.cards",
        "card.read",
        {"state": "lost"},
        one="cards.card_of_office",
        id_as="card_id",
        act="card.change",
        of_person=True,
    ),
    "not_entitled": Kind(
        _("张卡的持卡人目前没有保障，收银时不给优惠"),
        _("去核对"),
        "cards.cards",
        "card.read",
        {"entitled": "none"},
        one="holders.person",
        id_as="holder_id",
        act="holder.write",
        of_person=True,
        since=_("最早的从{since}起没有保障"),
    ),
    "ending": Kind(
        _("人的保障 30 天内到期"),
        _("去核对"),
        "holders.people",
        "holder.read",
        {"ending": ENDING_DAYS},
        one="holders.person",
        id_as="holder_id",
        act="holder.write",
        of_person=True,
        since=OVER_ON,
    ),
    "unverified": Kind(
        _("张卡的持卡人该复核了"),
        _("去复核"),
        "cards.cards",
        "card.read",
        {"verify": "due"},
        one="holders.person",
        id_as="holder_id",
        act="holder.write",
        of_person=True,
        since=_("最早的上次复核是{since}"),
    ),
    "to_renew": Kind(
        _("张卡 30 天内到期，等待续发"),
        _("去续发"),
        "cards.renewal",
        "card.issue",
        {"days": ENDING_DAYS},
        under="cards.cards",
        of_person=True,
        since=OVER_ON,
    ),
    "waiting_sales": Kind(
        _("笔断网交易待核"),
        _("去核定"),
        "offline.items",
        "offline.read",
        {"status": "waiting"},
        one="waiting.sale",
        id_as="waiting_id",
        act="offline.decide",
    ),
    "alerts": Kind(
        _("条异常提醒待查看"),
        _("去查看"),
        "alerts.alerts",
        "alert.read",
        {"state": "open"},
        one="alerts.alert",
        id_as="alert_id",
    ),
    "merchant_applications": Kind(
        _("家商户申请加入"),
        _("去审批"),
        "merchants.applications",
        "merchant.read",
        act="merchant.write",
    ),
    "registers": Kind(
        _("份名册检查完了，还没有导入"),
        _("去导入"),
        "holders.registers",
        "register.import",
        one="holders.register_job",
        id_as="job_id",
    ),
    "ending_drafts": Kind(
        _("份您起草的结束保障还没有提出"),
        _("接着办"),
        "holders.endings",
        "ending.read",
        {"state": "draft"},
        one="holders.ending",
        id_as="ending_id",
        act="ending.propose",
    ),
    "applications_of_others": Kind(
        _("份同事交的申请退回了，还没有改好再交"),
        _("看最早的"),
        "holders.applications",
        "application.read",
        {"state": "returned"},
        one="holders.person",
        id_as="holder_id",
        of_person=True,
    ),
    "silent": Kind(
        _("个示范点本月还没有交易"),
        _("看名单"),
        "merchants.outlets",
        "merchant.read",
        {"silent": 1},
    ),
    "notices": Kind(
        _("份通知没有送到"), _("去处理"), "notices.deliveries", "notice.read", urgent=True
    ),
    "locked": Kind(
        _("个账号因密码多次输错被锁"),
        _("去解锁"),
        "access.staff",
        "staff.read",
        {"state": "locked"},
        act="staff.write",
        urgent=True,
    ),
}
