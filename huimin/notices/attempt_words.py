"""What a command says of a delivery that it tried."""

from __future__ import annotations

import click

from huimin.notices.delivery_problem import problem_words
from huimin.notices.send import Attempt


def tell_attempt(attempt: Attempt) -> None:
    """One line: on standard output what was sent, on standard error what was not."""
    place = f"{attempt.channel} {attempt.target}"
    if attempt.problem is None:
        click.echo(f"已发送：{attempt.title}（{place}）")
    else:
        why = problem_words(attempt.problem)
        click.echo(f"没有送到：{attempt.title}（{place}）：{why}", err=True)
