"""The refusals of closing a month: who may sign, when, and what must not have changed meanwhile.

Part of the one table in refusals.py; that a month is closed already stands with the till's.
"""

from __future__ import annotations

from huimin.core.refusal_words import QUIET, Kind

MONTH_KINDS: dict[str, Kind] = {
    "month_not_over": Kind(
        409,
        (
            "{month} 还没有结束，结束之后才能核对和结账。",
            "{month} 還沒有結束，結束之後才能核對和結帳。",
            "{month} is not over yet; it can be checked and closed when it is.",
        ),
        QUIET,
    ),
    "month_figures_changed": Kind(
        409,
        (
            "核对之后数字有了变化（{what}），不能签字；请退回（或直接）重新核对，按新的数字填报。",
            "核對之後數字有了變化（{what}），不能簽字；請退回（或直接）重新核對，按新的數字填報。",
            "The figures have changed since they were checked ({what}), so this can't be signed. "
            "Return it, check again and prepare it anew.",
        ),
        QUIET,
    ),
    "month_step_wrong": Kind(
        409,
        (
            "这一步现在不能办：该版本已是“{state}”，可能别人刚刚办过，请刷新后再看。",
            "這一步現在不能辦：該版本已是「{state}」，可能別人剛剛辦過，請重新整理後再看。",
            "This can't be done now: the version is {state}; somebody may just have acted. Reload.",
        ),
        QUIET,
    ),
    "month_same_signer": Kind(
        403,
        (
            "填报、审核、签批要由三个不同的人办理，您已在这一版签过字。",
            "填報、審核、簽批要由三個不同的人辦理，您已在這一版簽過字。",
            "Three different people prepare, review and approve; you have signed this version.",
        ),
        QUIET,
    ),
    "month_check_stops": Kind(
        409,
        (
            "有核对项没有通过（{checks}），必须先处理，再重新核对。",
            "有核對項沒有通過（{checks}），必須先處理，再重新核對。",
            "A check has failed ({checks}): mend it first, then check again.",
        ),
        QUIET,
    ),
    "month_checking": Kind(
        409,
        (
            "正在核对这个月，请等它做完。",
            "正在核對這個月，請等它做完。",
            "This month is being checked; wait until that is done.",
        ),
        QUIET,
    ),
    "month_file_differs": Kind(
        409,
        (
            "文件与签批时的 SHA-256 不符（{form}），不能下载；请联系系统管理员，"
            "运行 huimin month files --check 查看。",
            "檔案與簽批時的 SHA-256 不符（{form}），不能下載；請聯繫系統管理員，"
            "執行 huimin month files --check 查看。",
            "The file's SHA-256 is not the one that was signed ({form}), so it is not given out. "
            "Have huimin month files --check run.",
        ),
        QUIET,
    ),
}
