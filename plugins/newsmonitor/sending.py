"""Step 4: deliver what is owed. Stores `alerts`: one row for each try, written at once."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from newsmonitor import worklist
from newsmonitor.alerts import DEFAULT_RULE, Rule, alert_id, compose
from newsmonitor.context import Run
from newsmonitor.errors import DeliveryFailed
from newsmonitor.notify import Notifier
from newsmonitor.records import Alert, Story

log = logging.getLogger(__name__)

# Older matches are history: a channel added today is not told of last week.
_OWED_FOR = timedelta(hours=24)
_GIVEN_UP = "not taken within 24 hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One alert that one channel has not taken yet."""

    story: Story
    rule: Rule
    channel: str
    attempts: int


def send_alerts(run: Run) -> dict[str, int]:
    """Deliver every alert that is owed, once per story group and channel; a channel that is down is a row.

    Returns owed (before), sent, failed, given_up. Runs alone, under a lock of its own. Each delivery is recorded
    before the next begins, so a kill repeats at most the one message it fell on.
    """
    notifier = Notifier(run.settings.alert_urls)
    channels = [channel.name for channel in notifier.channels]
    counts = {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}
    with run.warehouse.lock("send_alerts.step"):
        expired = expired_alerts(run, DEFAULT_RULE, channels)
        run.warehouse.append(expired, batch=run.batch(), day=run.at.date())
        counts["given_up"] = len(expired)
        owed = owed_alerts(run, DEFAULT_RULE, channels)
        counts["owed"] = len(owed)
        down: set[str] = set()
        for alert in owed:
            if alert.channel in down:
                continue
            row = _deliver(run, notifier, alert)
            run.warehouse.append([row], batch=run.batch(), day=run.at.date())
            counts[row.state] += 1
            if row.state == "failed":
                down.add(alert.channel)
    return counts


def owed_alerts(run: Run, rule: Rule, channels: list[str]) -> list[Owed]:
    """What matched the rule within a day and has no delivered alert: per story group and channel."""
    return _open_alerts(run, rule, channels, age=_OWED_FOR)


def expired_alerts(run: Run, rule: Rule, channels: list[str]) -> list[Alert]:
    """A row for each alert that was owed for a day and is no more: it says so, for nothing ends without a word.

    Only of what a channel that was there then did not take: one added later was never owed the past.
    """
    known_since = worklist.first_alerts(run.warehouse)
    return [
        _row(run, alert, "held", alert.attempts, _GIVEN_UP)
        for alert in _open_alerts(run, rule, channels, age=run.window)
        if alert.story.filed_at <= run.at - _OWED_FOR
        and (alert.attempts or known_since.get(alert.channel, run.at) < alert.story.filed_at)
    ]


def _open_alerts(run: Run, rule: Rule, channels: list[str], *, age: timedelta) -> list[Owed]:
    """What matched the rule within so long and is neither delivered nor held, with the tries so far."""
    history = worklist.alert_history(run.warehouse, at=run.at, age=age)
    settled = {(alert.alert_id, alert.channel) for alert in history if alert.state in ("sent", "held")}
    tries: dict[tuple[str, str], int] = {}
    for alert in history:
        key = (alert.alert_id, alert.channel)
        tries[key] = max(tries.get(key, 0), alert.attempt)
    stories = worklist.alertable_stories(run.warehouse, at=run.at, levels=rule.levels, age=age)
    return [
        Owed(story=story, rule=rule, channel=channel, attempts=tries.get(key, 0))
        for story in stories
        for channel in channels
        if (key := (alert_id(story.group_id, rule), channel)) not in settled
    ]


def count_owed(run: Run, rule: Rule) -> int:
    """How many alerts are owed; where no channel is set, what one channel would be owed."""
    channels = [channel.name for channel in Notifier(run.settings.alert_urls).channels]
    return len(owed_alerts(run, rule, channels or ["(no channel)"]))


def _deliver(run: Run, notifier: Notifier, owed: Owed) -> Alert:
    message = compose(owed.story)
    state, error = "sent", None
    try:
        notifier.send(owed.channel, title=message.title, body=message.body)
    except DeliveryFailed as failure:
        log.warning("alert for story %s: %s", owed.story.story_id, failure)
        state, error = "failed", failure.reason
    return _row(run, owed, state, owed.attempts + 1, error)


def _row(run: Run, owed: Owed, state: str, attempt: int, error: str | None) -> Alert:
    return Alert(
        alert_id=alert_id(owed.story.group_id, owed.rule),
        group_id=owed.story.group_id,
        story_id=owed.story.story_id,
        rule=owed.rule.name,
        channel=owed.channel,
        state=state,
        attempt=attempt,
        tried_at=run.at,
        error=error,
    )
