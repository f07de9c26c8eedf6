"""The table of daily tasks, in the order in which they are done.

A task is a function of the instance that returns what it did. It may be run again at any time, and
does nothing twice; one that fails keeps no other from being done. Add a row to hang in another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from huimin.anchors.daily import anchor_day
from huimin.backup.newest import check_newest_backup
from huimin.core.catalogue import Text, text
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.messages.facts import post_daily
from huimin.messages.log import count_late_codes, count_troubled
from huimin.messages.send import send_due
from huimin.notices.log import troubled_deliveries
from huimin.notices.send import send_due as send_due_notices
from huimin.privacy.retention import keep_no_longer
from huimin.publication.digest import publish_digests
from huimin.publication.results import publish_results


@dataclass(frozen=True, slots=True)
class Task:
    """One daily task: its name (its runs are recorded as "day.NAME"), its words, and its work."""

    name: str
    words: Text
    work: Callable[[Instance], Outcome]


def send_notices(instance: Instance) -> Outcome:
    """Send what is due, so that news leave also where no server runs."""
    outcome = Outcome()
    attempts = send_due_notices(instance.engine, instance.settings, clock=instance.clock)
    sent = sum(1 for attempt in attempts if attempt.problem is None)
    if sent:
        outcome.done.append(text("送到了 {count} 份通知。", count=sent))
    troubled = len(instance.engine.read(troubled_deliveries))
    if troubled:
        problem = text("{count} 份通知没有送到，见 huimin notices list。", count=troubled)
        outcome.problems.append(problem)
    return outcome


def send_messages(instance: Instance) -> Outcome:
    """Send the messages that are due, also where no server runs."""
    outcome = Outcome()
    attempts = send_due(instance)
    sent = sum(1 for attempt in attempts if attempt.problem is None)
    if sent:
        outcome.done.append(text("发出了 {count} 条短信等告知。", count=sent))
    failed, late = instance.engine.read(
        lambda tx: (count_troubled(tx, instance.clock()), count_late_codes(tx, instance.clock()))
    )
    if late:
        problem = text("{count} 个验证码没有按时发出，见 huimin messages list。", count=late)
        outcome.problems.append(problem)
    if failed:
        problem = text("{count} 条短信等告知没有送到，见 huimin messages list。", count=failed)
        outcome.problems.append(problem)
    return outcome


TASKS: tuple[Task, ...] = (
    Task("backup", text("备份"), check_newest_backup),
    Task("anchor", text("存证"), anchor_day),
    # After the anchors, from which they are folded.
    Task("digests", text("流水校验码"), publish_digests),
    Task("results", text("投诉结果"), publish_results),
    Task("retention", text("保存期限"), keep_no_longer),
    Task("messages", text("列出要告知的人"), post_daily),
    Task("send-messages", text("发送短信等告知"), send_messages),
    # Last, because the others have news.
    Task("notices", text("通知"), send_notices),
)
