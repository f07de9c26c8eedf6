"""Merchants, outlets and terminals to test with, made through the real use cases."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from stdnum.cn import uscc

from huimin.access import join_codes
from huimin.instance import Instance
from huimin.merchants.merchants import add_merchant
from huimin.merchants.outlets import add_outlet
from huimin.merchants.terminals import add_terminal

TIANCHI_STREET = "512022001000"
_serial = itertools.count(1)


def credit_code(serial: int) -> str:
    """A right 统一社会信用代码 that belongs to nobody in particular."""
    # Organisation part: the serial in eight places and its own GB 11714 check character.
    organisation = f"{serial:08d}"
    total = sum(
        int(digit) * weight
        for digit, weight in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    check = "0123456789X0"[(11 - total % 11) % 11]
    body = f"91512022{organisation}{check}"
    return body + uscc.calc_check_digit(body)


def make_merchant(instance: Instance, **over: Any) -> dict[str, Any]:
    """An active merchant's row."""
    serial = next(_serial)
    wanted: dict[str, Any] = {
        "name": f"测试商户{serial}",
        "credit_code": credit_code(serial),
        "now": instance.clock(),
        "actor": "test",
        **over,
    }
    return instance.engine.write(lambda tx: add_merchant(tx, **wanted))


def make_outlet(instance: Instance, kind: str = "supermarket", **over: Any) -> dict[str, Any]:
    """An active outlet's row, of a new merchant unless `merchant_id` is given."""
    if "merchant_id" not in over:
        over["merchant_id"] = make_merchant(instance)["id"]
    wanted: dict[str, Any] = {
        "name": f"测试示范点{next(_serial)}",
        "kind": kind,
        "division_code": TIANCHI_STREET,
        "address": "天池街道迎宾大道 1 号",
        "now": instance.clock(),
        "actor": "test",
        **over,
    }
    return instance.engine.write(lambda tx: add_outlet(tx, **wanted))


def make_terminal(
    instance: Instance, outlet: Mapping[str, Any] | str | None = None, **over: Any
) -> tuple[dict[str, Any], str]:
    """An active terminal's row and its key, at `outlet` (row or id) or at a new one."""
    if outlet is None:
        outlet = make_outlet(instance)
    wanted: dict[str, Any] = {
        "outlet_id": outlet if isinstance(outlet, str) else outlet["id"],
        "label": "1 号收银台",
        "now": instance.clock(),
        "actor": "test",
        **over,
    }
    return instance.engine.write(lambda tx: add_terminal(tx, **wanted))


def make_join_code(instance: Instance, terminal: Mapping[str, Any] | str) -> str:
    """A code by which one browser becomes a till of that terminal (row or id)."""
    wanted = terminal if isinstance(terminal, str) else terminal["id"]
    by: Any = {"side": "county", "now": instance.clock(), "actor": "test"}
    return instance.engine.write(lambda tx: join_codes.make_join_code(tx, wanted, **by))
