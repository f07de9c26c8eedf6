"""The words of a register key: its states, its rights, its scope."""

from __future__ import annotations

from huimin.core.catalogue import Words, sentence

TOKEN_STATES = Words(
    "register_token_state", {"active": "在用", "ended": "已停用", "expired": "已过期"}
)
TOKEN_RIGHTS = Words("register_token_right", {"0": "只能检查", "1": "检查并导入"})
WHOLE_COUNTY = sentence("全县")
