"""What stands on a receipt and on the slip of a claim."""

from __future__ import annotations

from huimin.core.catalogue import Words

RECEIPT = Words(
    "receipt",
    {
        "card": "惠民卡",
        "receipt": "优惠小票",
        "refund": "退货凭证",
        "claim": "优惠补录单",
        "reprint": "重打 第 {count} 次",
        "outlet": "示范点",
        "address": "地址",
        "time": "时间",
        "receipt_no": "收据号",
        "order_no": "订单号",
        "original_no": "原收据号",
        "presenter": "出示人",
        "holder": "本人",
        "family_member": "家属",
        "cashier": "收银员",
        "amount": "原价",
        "insurance": "其中医保支付",
        "excluded": "其中不参加优惠",
        "discount": "优惠",
        "payable": "实付",
        "returned": "退货（按原价）",
        "taken_back": "其中收回优惠",
        "pay_back": "退还顾客",
        "pay_out": "补退顾客",
        "reversed": "已退货（按原价）",
        "reversed_paid": "已退还顾客",
        "reason": "原因",
        "offline": "断网时办理",
        "late": "补录的优惠",
        "recorded": "入账时间",
        "scan": "扫码可核对这张小票",
        "chain": "记账校验码",
        "help": "服务热线 {line}",
        "claim_no": "补录号",
        "keep": "请留好本单和购物小票。审核通过后，凭本单到本店领取优惠差额。",
        "paid": "已按原价支付",
    },
)
