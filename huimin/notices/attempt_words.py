"""What a command prints about a delivery attempt."""

from __future__ import annotations

from huimin.command_line import echo, language
from huimin.notices.delivery_problem import problem_words
from huimin.notices.send import Attempt


def tell_attempt(attempt: Attempt) -> None:
    """Print one line: to standard output if it was sent, else to standard error."""
    place = f"{attempt.channel} {attempt.target}"
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
