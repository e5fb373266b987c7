"""Step 4: deliver what is owed. Stores `alerts`: one row for each try, written at once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsmonitor import alertlist, notices, worklist
from newsmonitor.alerts import DEFAULT_RULE, OWED_FOR, Message, Rule, alert_id, compose
from newsmonitor.context import Run
from newsmonitor.errors import DeliveryFailed
from newsmonitor.notify import Notifier
from newsmonitor.records import Alert, Story

log = logging.getLogger(__name__)

_GIVEN_UP = "not taken within 24 hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One message that one channel has not taken yet: about a story, or a notice about feeds (no story)."""

    alert_id: str
    rule: str
    channel: str
    attempts: int
    since: datetime
    about: Story | Message
    # Those that the same message would have had before its group was linked into another.
    earlier_ids: frozenset[str] = frozenset()

    @property
    def story(self) -> Story | None:
        """The story it tells of; None for a notice."""
        return self.about if isinstance(self.about, Story) else None

    @property
    def message(self) -> Message:
        """What is sent: made when it is, for most of what is looked through was sent long ago."""
        return compose(self.about) if isinstance(self.about, Story) else self.about


def send_alerts(run: Run) -> dict[str, int]:
    """Deliver every alert and notice that is owed, once per channel; a channel that is down is a row.

    Returns owed (before), sent, failed, given_up. Runs alone, under a lock of its own. Each delivery is recorded
    before the next begins, so a kill repeats at most the one message it fell on.
    """
    notifier = Notifier(run.settings.alert_urls)
    channels = [channel.name for channel in notifier.channels]
    counts = {"owed": 0, "sent": 0, "failed": 0, "given_up": 0}
    with run.warehouse.lock("send_alerts.step"):
        everything = [*_about_stories(run, DEFAULT_RULE, run.window), *_about_feeds(run)]
        unsent = _open(run, everything, channels, age=run.window)
        expired = _expired(run, unsent)
        run.warehouse.append(expired, batch=run.batch(), day=run.at.date())
        counts["given_up"] = len(expired)
        owed = [message for message in unsent if message.since > run.at - OWED_FOR]
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
    return _open(run, _about_stories(run, rule, OWED_FOR), channels, age=OWED_FOR)


def _expired(run: Run, unsent: Sequence[Owed]) -> list[Alert]:
    """A row for each message that was owed for a day and is no more: it says so, for nothing ends without a word.

    Only of what a channel that was there then did not take: one added later was never owed the past.
    """
    known_since = alertlist.first_alerts(run.warehouse)
    return [
        _row(run, owed, "held", owed.attempts, _GIVEN_UP)
        for owed in unsent
        if owed.since <= run.at - OWED_FOR
        and (owed.attempts or known_since.get(owed.channel, run.at) < owed.since)
    ]


def _about_stories(run: Run, rule: Rule, age: timedelta) -> list[Owed]:
    """One message a group as it is now, under whichever id it may have been sent before groups were linked."""
    parts: dict[str, set[str]] = {}
    for part, whole in worklist.linked_groups(run.warehouse).items():
        parts.setdefault(whole, set()).add(part)
    stories = alertlist.alertable_stories(run.warehouse, at=run.at, levels=rule.levels, age=age)
    return [
        Owed(
            alert_id=alert_id(group, rule),
            rule=rule.name,
            channel="",
            attempts=0,
            since=story.filed_at,
            about=story,
            earlier_ids=frozenset(alert_id(part, rule) for part in parts.get(group, ())),
        )
        for group, story in stories.items()
    ]


def _about_feeds(run: Run) -> list[Owed]:
    found = notices.open_notices(
        run.warehouse, run.feeds, at=run.at, age=run.window, digest_hour=run.settings.digest_hour
    )
    return [
        Owed(
            alert_id=notice.notice_id,
            rule=notice.kind,
            channel="",
            attempts=0,
            since=notice.since,
            about=notice.message,
        )
        for notice in found
    ]


def _open(run: Run, messages: Sequence[Owed], channels: list[str], *, age: timedelta) -> list[Owed]:
    """Each message for each channel that has neither taken it nor been given up on, with the tries so far."""
    history = alertlist.alert_history(run.warehouse, at=run.at, age=age)
    settled = {(alert.alert_id, alert.channel) for alert in history if alert.state in ("sent", "held")}
    tries: dict[tuple[str, str], int] = {}
    for alert in history:
        key = (alert.alert_id, alert.channel)
        tries[key] = max(tries.get(key, 0), alert.attempt)
    return [
        replace(message, channel=channel, attempts=tries.get((message.alert_id, channel), 0))
        for message in messages
        for channel in channels
        if not any((name, channel) in settled for name in (message.alert_id, *message.earlier_ids))
    ]


def count_owed(run: Run, rule: Rule) -> int:
    """How many alerts are owed; where no channel is set, what one channel would be owed."""
    channels = [channel.name for channel in Notifier(run.settings.alert_urls).channels]
    return len(owed_alerts(run, rule, channels or ["(no channel)"]))


def _deliver(run: Run, notifier: Notifier, owed: Owed) -> Alert:
    state, error = "sent", None
    message = owed.message
    try:
        notifier.send(owed.channel, title=message.title, body=message.body)
    except DeliveryFailed as failure:
        about = f"alert for story {owed.story.story_id}" if owed.story else f"notice ({owed.rule})"
        log.warning("%s: %s", about, failure)
        state, error = "failed", failure.reason
    return _row(run, owed, state, owed.attempts + 1, error)


def _row(run: Run, owed: Owed, state: str, attempt: int, error: str | None) -> Alert:
    return Alert(
        alert_id=owed.alert_id,
        group_id=owed.story.group_id if owed.story else None,
        story_id=owed.story.story_id if owed.story else None,
        rule=owed.rule,
        channel=owed.channel,
        state=state,
        attempt=attempt,
        tried_at=run.at,
        error=error,
    )
