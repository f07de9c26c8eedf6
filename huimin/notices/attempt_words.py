"""What a command prints about a delivery attempt."""

from __future__ import annotations

from huimin.command_line import echo, language
from huimin.notices.delivery_problem import problem_words
from huimin.notices.send import Attempt


def masked_target(channel: str, target: str) -> str:
    """The target fit for a log: of a mail address the first letter and the host."""
    if channel != "mail":
        return target
    name, _, host = target.rpartition("@")
    return f"{name[:1]}***@{host}"


def tell_attempt(attempt: Attempt) -> None:
    """Print one line: to standard output if it was sent, else to standard error."""
    place = f"{attempt.channel} {masked_target(attempt.channel, attempt.target)}"
    if attempt.problem is None:
        echo("已发送：{title}（{place}）", title=attempt.title, place=place)
    else:
        reason = problem_words(attempt.problem, language())
        echo(
            "没有送到：{title}（{place}）：{reason}",
            title=attempt.title,
            place=place,
            reason=reason,
            err=True,
        )
