"""Step 4: deliver what is owed. Stores `alerts`: a row for each try, written at once."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

from newsmonitor import backoff, channels, ledger, outbox, owing
from newsmonitor.alertspec import OWED_FOR
from newsmonitor.context import Run
from newsmonitor.errors import AlertsGivenUp, DeliveryFailed, InputError
from newsmonitor.messages import Message
from newsmonitor.notify import Notifier
from newsmonitor.owing import Owed
from newsmonitor.records import Alert, identify
from newsmonitor.sendmarks import SendMarks

log = logging.getLogger(__name__)

# A channel that asks for a pause is waited for within a run, so long in all; longer pauses are the next run's.
_PATIENCE = 90.0
_SHORTEST_PAUSE = 1.0
_TRIES = 5
# One refusal may be the message's fault. Two in a row are the channel's.
_REFUSALS = 2
_NEVER_TRIED = "was never tried: no run sent alerts in time"

TEST_MESSAGE = Message(
    title="A test message from newsmonitor",
    body="If you read this, alerts reach you here. Nothing has happened.",
    short="newsmonitor: a test message; alerts reach you here.",
    payload={"test": True},
)
# What of a row a mark keeps: the rest is said when it is recorded.
_MARKED = ("alert_id", "group_id", "story_id", "rule", "channel", "attempt", "told_by")

Connections = Callable[[str], str]


def send_alerts(run: Run, connections: Connections | None = None) -> dict[str, int]:
    """Deliver every alert and notice that is owed, once per channel; a channel that is down is a row.

    connections gives the Apprise URL of an Airflow connection. Returns owed (before, also what waits), sent
    (messages), failed (tries), given_up. Runs alone, under a lock of its own. Each delivery is recorded before the next
    one to the channel begins, so a kill repeats at most the one message of each channel that it fell on. Raises
    AlertsGivenUp, after all is sent, where something was not taken for a day.
    """
    with run.warehouse.lock("send_alerts.step"):
        _record_cut_off(run)
        owing.note_beginnings(run)
        addresses, unusable = channels.open_channels(run.plan, run.settings, connections)
        office = _Office(run, Notifier(addresses), unusable)
        owed = owing.unsent(run, owing.pairs(run))
        told = outbox.sort_out(run, owed)
        office.give_up(told.given_up)
        # After that: it says what was given up.
        of_the_desk = owing.about_the_desk(run, channels.operator_names(run.plan, run.settings))
        desk = outbox.sort_out(run, of_the_desk)
        office.give_up(desk.given_up)
        office.deliver([*desk.now, *told.now])
        counts = Counter({"owed": len(owed) + len(of_the_desk), "sent": 0, "failed": 0, "given_up": 0})
        counts.update(office.counts)
    _raise_if_given_up(told.given_up)
    return dict(counts)


def preview(run: Run) -> list[tuple[Owed, Message]]:
    """What `send_alerts` would send now, with its words; sends and stores nothing.

    A rule that the ledger does not know yet would begin now, and owes nothing of the past.
    """
    operators = channels.operator_names(run.plan, run.settings)
    told = outbox.sort_out(run, owing.unsent(run, owing.pairs(run)))
    desk = outbox.sort_out(run, owing.about_the_desk(run, operators))
    return outbox.words(run, [*desk.now, *told.now])


def send_failures(run: Run, connections: Connections | None = None) -> dict[str, int]:
    """Deliver what the operator's channels have not been told of the desk itself; returns the counts of the tries."""
    with run.warehouse.lock("send_alerts.step"):
        _record_cut_off(run)
        addresses, unusable = channels.open_channels(run.plan, run.settings, connections)
        office = _Office(run, Notifier(addresses), unusable)
        operators = channels.operator_names(run.plan, run.settings)
        office.deliver(outbox.sort_out(run, owing.about_the_desk(run, operators)).now)
    return dict(office.counts)


def try_channels(
    run: Run, names: Sequence[str] = (), connections: Connections | None = None
) -> dict[str, str | None]:
    """By channel, why it does not take a test message, or None: it has taken it. Of all, unless some are named.

    Stores nothing: a test tells of nothing that is owed. Raises InputError where a name is that of no channel.
    """
    addresses, unusable = channels.open_channels(run.plan, run.settings, connections)
    known = [*(address.name for address in addresses), *unusable]
    for name in names:
        if name not in known:
            raise InputError(name, "is no channel", f"there are: {', '.join(known) or 'none'}")
    notifier = Notifier(addresses)
    return {
        name: unusable.get(name) or _refusal(notifier, name, run) for name in dict.fromkeys(names or known)
    }


def _refusal(notifier: Notifier, name: str, run: Run) -> str | None:
    try:
        notifier.send(name, TEST_MESSAGE, key=identify("test", name, run.at.isoformat()))
    except DeliveryFailed as failure:
        return failure.reason
    return None


@dataclass(frozen=True, slots=True)
class _Office:
    """Delivers to all channels at the same time, so that one that is down holds back no other."""

    run: Run
    notifier: Notifier
    unusable: dict[str, str]
    counts: Counter[str] = field(default_factory=Counter)

    def give_up(self, owed: Sequence[Owed]) -> None:
        """A row for each message that was owed for a day and is no more, for nothing ends without a word."""
        rows = [
            _row(self.run, each, ledger.FAILED, each.attempts, _last_word(self.run, each)) for each in owed
        ]
        self.run.warehouse.append(rows, batch=self.run.batch(), day=self.run.at.date())
        self.counts["given_up"] += len(rows)

    def deliver(self, owed: Sequence[Owed]) -> None:
        held = ledger.holds(self.run.warehouse, self.run.at)
        queues: dict[str, list[tuple[Owed, Message]]] = {}
        for each, message in outbox.words(self.run, [each for each in owed if each.channel not in held]):
            queues.setdefault(each.channel, []).append((each, message))
        if not queues:
            return
        with ThreadPoolExecutor(max_workers=len(queues), thread_name_prefix="channel") as pool:
            tries = [pool.submit(self._serve, queue) for queue in queues.values()]
        for done in tries:
            self.counts.update(done.result())

    def _serve(self, queue: Sequence[tuple[Owed, Message]]) -> Counter[str]:
        """Send what one channel is owed, one after the other, until it refuses."""
        clerk = _Clerk(self.run, self.notifier, self.unusable)
        for owed, message in queue:
            if not clerk.send(owed, message):
                break
        return clerk.counts


@dataclass(slots=True)
class _Clerk:
    """Serves one channel; remembers how often it refused in a row, and how long it was waited for."""

    run: Run
    notifier: Notifier
    unusable: dict[str, str]
    counts: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    waited: float = 0.0
    begun: float = field(default_factory=monotonic)

    def send(self, owed: Owed, message: Message) -> bool:
        """Try one message, again where the channel asks for a pause that can be waited for; False: leave it alone."""
        for attempt in range(owed.attempts + 1, owed.attempts + 1 + _TRIES):
            failure = self._try(owed, message, attempt)
            if failure is None:
                self.refusals = 0
                return True
            pause = self._pause_of(failure)
            if pause is None:
                self.refusals += 1
                return failure.retry_after is None and self.refusals < _REFUSALS
            self.waited += pause
            Event().wait(pause)
        return False

    def _pause_of(self, failure: DeliveryFailed) -> float | None:
        """The seconds that the channel asked for, where they can be waited for within this run."""
        if failure.retry_after is None:
            return None
        pause = max(failure.retry_after, _SHORTEST_PAUSE)
        return pause if self.waited + pause <= _PATIENCE else None

    def _try(self, owed: Owed, message: Message, attempt: int) -> DeliveryFailed | None:
        rows = _rows_if_sent(self.run, owed, attempt)
        with _marks(self.run).sending(owed.channel, {"rows": [_as_json(row) for row in rows]}) as mark:
            try:
                self._deliver(owed, message)
            except DeliveryFailed as failure:
                self._record_failure(owed, attempt, failure)
                return failure
            mark.taken()
            self._store(rows)
        self.counts["sent"] += 1
        return None

    def _deliver(self, owed: Owed, message: Message) -> None:
        if reason := self.unusable.get(owed.channel):
            raise DeliveryFailed(owed.channel, reason)
        # The same at each try: a channel that takes such a key keeps one of two.
        self.notifier.send(owed.channel, message, key=identify(owed.alert_id, owed.channel))

    def _record_failure(self, owed: Owed, attempt: int, failure: DeliveryFailed) -> None:
        log.warning("%s, try %d of alert %s (%s)", failure, attempt, owed.alert_id, owed.kind)
        moment = self.run.at + timedelta(seconds=monotonic() - self.begun)
        pause = failure.retry_after
        row = replace(
            _row(self.run, owed, ledger.OWED, attempt, failure.reason),
            next_try_at=backoff.next_try(moment, attempts=attempt, retry_after=pause),
            # A pause that is waited for here is over when the next run begins, which may be due before its end.
            hold_until=backoff.hold_until(moment, pause) if self._pause_of(failure) is None else None,
        )
        self._store([row])
        self.counts["failed"] += 1

    def _store(self, rows: list[Alert]) -> None:
        self.run.warehouse.append(rows, batch=self.run.batch(), day=self.run.at.date())


def _marks(run: Run) -> SendMarks:
    return SendMarks(run.warehouse.root / ".sending")


def _rows_if_sent(run: Run, owed: Owed, attempt: int) -> list[Alert]:
    """The rows that say that a message was taken: its own first, then those of what it tells of."""
    return [
        _row(run, owed, ledger.SENT, attempt),
        *(replace(_row(run, each, ledger.SENT, each.attempts), told_by=owed.alert_id) for each in owed.tells),
    ]


def _as_json(row: Alert) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _MARKED if getattr(row, name) is not None}


def _record_cut_off(run: Run) -> None:
    """Write down the tries that a killed sender was at: as sent where the channel had said yes, else as they are."""
    marks = _marks(run)
    for mark in marks.left_behind():
        rows = [Alert(**row, state=ledger.SENT, tried_at=run.at) for row in mark["rows"]]
        first = rows[0]
        known = ledger.standings(run.warehouse, [first.alert_id]).get((first.alert_id, first.channel))
        if known is None or known.attempts < first.attempt:
            if not mark["is_taken"]:
                # What came of it, nobody knows.
                rows = [replace(first, state=ledger.OWED, error=ledger.CUT_OFF)]
            run.warehouse.append(rows, batch=run.batch(), day=run.at.date())
    marks.clear()


def _last_word(run: Run, owed: Owed) -> str:
    """Why it is given up: what the channel said last, or that it was never asked."""
    if not owed.attempts:
        return _NEVER_TRIED
    said = run.warehouse.query(
        "select arg_max(error, (tried_at, attempt)) as error from alerts where alert_id = ? and channel = ?",
        [owed.alert_id, owed.channel],
    )["error"].to_pylist()[0]
    return f"not taken for a day; it said: {said or 'nothing'}"


def _raise_if_given_up(given_up: Sequence[Owed]) -> None:
    if given_up:
        names = ", ".join(sorted({each.channel for each in given_up}))
        alerts = f"{len(given_up)} alert{'s' if len(given_up) > 1 else ''}"
        raise AlertsGivenUp(
            f"{alerts} for {names} not taken within {OWED_FOR.days * 24} hours, given up; when the channel is "
            "well again: newsmonitor alerts retry"
        )


def _row(run: Run, owed: Owed, state: str, attempt: int, error: str | None = None) -> Alert:
    return Alert(
        alert_id=owed.alert_id,
        group_id=owed.group_id,
        story_id=owed.story_id,
        rule=owed.kind,
        channel=owed.channel,
        state=state,
        attempt=attempt,
        tried_at=run.at,
        error=error,
    )
