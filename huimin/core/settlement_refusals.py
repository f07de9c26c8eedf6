"""The refusals of settlements: confirming, disputing, answering and paying them.

Part of the one table in refusals.py.
"""

from __future__ import annotations

from huimin.core.refusal_words import QUIET, Kind

SETTLEMENT_KINDS: dict[str, Kind] = {
    "settlement_exists": Kind(
        409,
        (
            "{month} 的结算单已经生成；要重新生成，请先重新打开该月。",
            "{month} 的結算單已經生成；要重新生成，請先重新打開該月。",
            "The settlements of {month} are made already; reopen the month to make them anew.",
        ),
        QUIET,
    ),
    "settlement_not_open": Kind(
        409,
        (
            "这份结算单现在不在等待确认，不能确认，也不能提出异议；请刷新页面看它到了哪一步。",
            "這份結算單現在不在等待確認，不能確認，也不能提出異議；請重新整理頁面看它到了哪一步。",
            "This settlement does not wait for confirmation now; reload the page to see its state.",
        ),
        QUIET,
    ),
    "settlement_time_passed": Kind(
        409,
        (
            "确认期限 {day} 已过，这份结算单按规定视为已确认；有不对的地方请联系县里的管理员。",
            "確認期限 {day} 已過，這份結算單按規定視為已確認；有不對的地方請聯繫縣裡的管理員。",
            "The time to confirm ended on {day}, so this settlement counts as confirmed; tell the "
            "county's administrators what is wrong.",
        ),
        QUIET,
    ),
    "settlement_not_confirmed": Kind(
        409,
        (
            "这份结算单还没有确认（或已经作废），不能登记付款。",
            "這份結算單還沒有確認（或已經作廢），不能登記付款。",
            "This settlement is not confirmed (or void), so no payment can be recorded.",
        ),
        QUIET,
    ),
    "dispute_answered": Kind(
        409,
        (
            "这条异议已经答复过。",
            "這條異議已經答覆過。",
            "This dispute has been answered already.",
        ),
        QUIET,
    ),
    "payment_taken_back": Kind(
        409,
        (
            "这笔付款记录已经冲回过，不能再冲回。",
            "這筆付款記錄已經沖回過，不能再沖回。",
            "This payment record has been taken back already.",
        ),
        QUIET,
    ),
}
