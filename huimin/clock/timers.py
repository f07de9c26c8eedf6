"""Before a timer's work of many parts, of which each would fail for the same wrong clock."""

from __future__ import annotations

from huimin.clock.check import ClockCheck
from huimin.command_line import CommandProblem
from huimin.core.catalogue import Text
from huimin.core.days import county_minute, instant_text
from huimin.instance import Instance


def require_right_clock(instance: Instance, left_out: tuple[Text, ...]) -> None:
    """Raise CommandProblem, which names what is left out, unless the clock can be right."""
    checked: ClockCheck | None = instance.parts.get(ClockCheck)
    why = None if checked is None else checked.problem()
    if why is not None:
        raise CommandProblem(
            "服务器的时钟是 {clock}，{why}，所以没有办理：{left_out}。"
            "请先对时（huimin clock show），再运行一次。",
            clock=county_minute(instant_text(instance.clock())),
            why=why,
            left_out=left_out,
        )
