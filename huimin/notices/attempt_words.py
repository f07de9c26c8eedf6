"""What a command prints about a delivery attempt."""

from __future__ import annotations

import click

from huimin.notices.delivery_problem import problem_words
from huimin.notices.send import Attempt


def tell_attempt(attempt: Attempt) -> None:
    """Print one line: to standard output if it was sent, else to standard error."""
    place = f"{attempt.channel} {attempt.target}"
    if attempt.problem is None:
        click.echo(f"已发送：{attempt.title}（{place}）")
    else:
        reason = problem_words(attempt.problem)
        click.echo(f"没有送到：{attempt.title}（{place}）：{reason}", err=True)
