"""What of all that is owed goes out now, and in which words: not in quiet hours, not too much, or as a digest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from newsmonitor import digests, ledger, telling
from newsmonitor.alertspec import DIGEST, STORY, Rule
from newsmonitor.alerttimes import is_quiet, last_moment
from newsmonitor.context import Run
from newsmonitor.messages import Message
from newsmonitor.owing import Owed, still_owed
from newsmonitor.records import Story, identify

_INSTANT = timedelta(microseconds=1)
_MOST_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What is owed, sorted: to be sent now, to be given up; the rest waits."""

    now: tuple[Owed, ...]
    given_up: tuple[Owed, ...]


def sort_out(run: Run, owed: Sequence[Owed]) -> Sorted:
    """What goes out in this run, bundled where the rule is a digest or more is owed than its limit allows."""
    given_up = tuple(each for each in owed if each.gives_up_at <= run.at)
    alive = [each for each in owed if each.gives_up_at > run.at and each.due_at <= run.at]
    sent = ledger.sent_within_hour(run.warehouse, run.at)
    now: list[Owed] = []
    for (kind, channel), group in groupby(sorted(alive, key=_place), key=_place):
        queue = list(group)
        rule = queue[0].rule
        if rule is None:
            now += queue
        elif rule.mode == DIGEST:
            now.append(_digest(rule, queue, run.at))
        elif not is_quiet(rule, run.at):
            now += _within_limit(rule, queue, *sent.get((kind, channel), (0, 0)))
    # A bundle has tries of its own, under its own id.
    bundles = still_owed(run, [each for each in now if each.tells])
    singles = [each for each in now if not each.tells]
    ready = [each for each in [*singles, *bundles] if not each.next_try_at or each.next_try_at <= run.at]
    # What was tried often comes last: a message that the channel refuses holds up no other.
    return Sorted(now=tuple(sorted(ready, key=lambda each: (each.attempts, each.due_at))), given_up=given_up)


def words(run: Run, owed: Iterable[Owed]) -> list[tuple[Owed, Message]]:
    """Each with its message; a story that is gone from the warehouse is left out."""
    owed = list(owed)
    told = [each for each in owed if each.message is None and not each.tells and each.rule is not None]
    found: dict[tuple[str, str], Message] = {}
    for rule in {each.rule.name: each.rule for each in told if each.rule}.values():
        ids = list(dict.fromkeys(each.story_id for each in told if each.rule == rule))
        stories = run.warehouse.read(Story, "story_id in (select unnest(?))", [ids], order="story_id")
        messages = telling.messages(run, stories, rule)
        found |= {(rule.name, s.story_id): said for s, said in zip(stories, messages, strict=True)}
    said = {id(each): _words(run, each, found) for each in owed}
    return [(each, message) for each in owed if (message := said[id(each)])]


def _words(run: Run, owed: Owed, found: dict[tuple[str, str], Message]) -> Message | None:
    if owed.tells:
        return _bundle_words(run, owed)
    return owed.message or found.get((owed.kind, owed.story_id or ""))


def _place(owed: Owed) -> tuple[str, str]:
    return owed.kind, owed.channel


def _digest(rule: Rule, queue: list[Owed], at: datetime) -> Owed:
    moment = last_moment(rule, at)
    return _bundle(queue, identify("digest", rule.name, moment.isoformat()), moment)


def _within_limit(rule: Rule, queue: list[Owed], messages: int, bundles: int) -> list[Owed]:
    """All of the queue, or where that is too much one bundle of it, once an hour; the rest waits its turn."""
    left = max(rule.per_hour - messages, 0)
    if len(queue) <= left:
        return queue
    if bundles:
        return queue[:left]
    first = min(queue, key=lambda each: (each.due_at, each.alert_id))
    # By its first: a bundle that was not taken is the same one when there is more to tell.
    return [_bundle(queue, identify("bundle", rule.name, first.alert_id), first.due_at)]


def _bundle(queue: list[Owed], name: str, due_at: datetime) -> Owed:
    first = queue[0]
    return Owed(
        alert_id=name,
        rule=first.rule,
        kind=first.kind,
        channel=first.channel,
        # Periods are of what came after their beginning.
        since=min(each.since for each in queue) - _INSTANT,
        due_at=due_at,
        tells=tuple(queue),
    )


def _bundle_words(run: Run, bundle: Owed) -> Message:
    rule = bundle.rule
    assert rule is not None
    reason = None
    since = bundle.since
    if rule.mode == DIGEST:
        since = min(since, last_moment(rule, bundle.due_at - _INSTANT))
    else:
        count = len(bundle.tells)
        reason = (
            f"{count} at once are more than the {rule.per_hour} an hour that the rule {rule.name} allows."
        )
    if rule.kind == STORY:
        ids = [each.story_id for each in bundle.tells if each.story_id]
        return digests.make(run, rule, ids, since=since, until=run.at, reason=reason)
    return _list_of_notices(rule, bundle.tells, reason)


def _list_of_notices(rule: Rule, told: Sequence[Owed], reason: str | None) -> Message:
    titles = [each.message.title for each in told if each.message]
    lines = [f"- {title}" for title in titles[:_MOST_LINES]]
    if len(titles) > _MOST_LINES:
        lines.append(f"- and {len(titles) - _MOST_LINES} more")
    return Message(
        title=f"{rule.name}: {len(titles)} messages",
        body="\n".join([*([reason, ""] if reason else []), *lines]),
        payload={"rule": rule.name, "count": len(titles), "titles": titles},
    )
