"""What the events of the record are called on pages; a test holds the list to what is recorded."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

EVENTS = {
    "holder.added": _("登记"),
    "holder.updated_by_register": _("按名册更新"),
    "holder.changed": _("更正资料"),
    "holder.family_added": _("添加家庭成员"),
    "holder.family_ended": _("结束家庭成员"),
    "holder.eligibility_added": _("添加保障资格"),
    "holder.eligibility_ended": _("结束保障资格"),
    "holder.verified": _("复核保障资格"),
    "holder.unmasked": _("查看完整信息"),
    "holder.viewed": _("查看资料页"),
    "holder.evidence_added": _("上传材料"),
    "holder.evidence_read": _("下载材料"),
    "holder.evidence_removed": _("移除材料"),
    "staff.add": _("新增账号"),
    "staff.changed": _("修改账号"),
    "staff.disable": _("停用账号"),
    "staff.enabled": _("恢复账号"),
    "staff.unlocked": _("解锁账号"),
    "staff.password": _("重设密码"),
    "staff.own_password": _("更换自己的密码"),
    "staff.sessions_ended": _("结束登录"),
    "staff.second_factor_on": _("开启两步验证"),
    "staff.second_factor_off": _("关闭两步验证"),
    "staff.signed_in": _("登录"),
    "staff.signed_out": _("退出登录"),
    "staff.sign_in_failed": _("登录失败"),
    "staff.locked": _("账号锁定"),
    "application.submitted": _("提交申请"),
    "application.returned": _("退回修改"),
    "application.approved": _("通过申请"),
    "application.rejected": _("不予通过"),
    "card.issued": _("发卡"),
    "card.printed": _("打印卡片"),
    "card.suspended": _("暂停卡片"),
    "card.lost": _("挂失卡片"),
    "card.resumed": _("恢复卡片"),
    "card.replaced": _("补办卡片"),
    "card.revoked": _("注销卡片"),
    "card.expired": _("卡片到期"),
}


def event_words(action: str) -> str:
    """The event in the reader's language; an unknown one by its code."""
    return str(EVENTS.get(action, action))
