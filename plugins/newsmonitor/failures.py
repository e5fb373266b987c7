"""Runs of DAGs that failed, told to the operator once a cause. Stores `alerts`: a row for each run that failed.

`owed`, with its words, is a message to the operator's channels, delivered as every notice is; `held` is a failure
of which somebody was told before. Where the ledger cannot be written, which is the likeliest cause of all, an empty
file among the system's temporary ones remembers what was told: on a full disk there is room for it.
"""

import json
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from newsmonitor import alertfile, channels
from newsmonitor.alertspec import DEFAULT_RULE, AlertPlan
from newsmonitor.context import Run
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.ledger import HELD, OPERATOR, OWED
from newsmonitor.messages import Message, Notice
from newsmonitor.notices import FAILURE
from newsmonitor.notify import Notifier
from newsmonitor.records import Alert, identify
from newsmonitor.seeds import read_alert_file
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

log = logging.getLogger(__name__)

Connections = Callable[[str], str]

UNSAID = "it ended without a word: its process was killed (out of memory?), or its machine went away"
# A failure that lasts is told again after so long, and one that comes and goes no more than so often in that time.
_AGAIN, _MOST = timedelta(days=1), 4
# Airflow kills a task that is not done with its callbacks after 20 seconds, and takes it for one to be tried again.
_DIRECT_SECONDS = 12.0
_ERROR_LIMIT = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = _EPOCH
# Not `tempfile.gettempdir()`: it writes some bytes into a folder to try it, so on a full disk it finds none. The last
# is memory.
MARK_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))

_USER_PASSWORD = re.compile(r"(?<=://)[^\s/@]+@")
# What is named as one of many is another one each time.
_EXAMPLE = re.compile(r"\((?:one of them|the first|for example)\b.*\)", re.DOTALL)
_WEB_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_E_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
# Numbers, times, addresses in memory, ids, the names of temporary files.
_WITH_DIGIT = re.compile(r"\S*\d\S*")
_GAPS = re.compile(r"#(?:\s+#)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A run of a DAG that failed, and the task that made it fail; error None: nobody knows why.

    at: when the run was due. succeeded_at: when the newest run that succeeded was; None: none, or not known.
    """

    dag_id: str
    task_id: str
    run_id: str
    at: datetime
    error: str | None
    log_url: str | None = None
    succeeded_at: datetime | None = None

    @property
    def cause(self) -> str:
        """The id of the cause: the DAG, the task, and the error without what differs from run to run."""
        return identify(FAILURE, self.dag_id, self.task_id, essence(self.error or UNSAID))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A run that failed within the last day, as the ledger has it."""

    alert_id: str
    cause: str
    dag_id: str
    run_id: str
    at: datetime
    is_told: bool


def essence(error: str) -> str:
    """An error's words without numbers, addresses, times and ids, so that the same cause gives the same words."""
    text = _EXAMPLE.sub(" ", error[: 4 * _ERROR_LIMIT])
    for pattern in (_WEB_ADDRESS, _E_MAIL, _WITH_DIGIT):
        text = pattern.sub("#", text)
    return _GAPS.sub("#", " ".join(text.lower().split()))[:_ERROR_LIMIT]


def is_due(told_at: Iterable[datetime], *, at: datetime, succeeded_at: datetime | None) -> bool:
    """Whether a cause that was told at these times is told again, now that one more run failed of it.

    Yes, where a day has gone by, or where a run succeeded since; but not more than four times a day.
    """
    recent = [told for told in told_at if told > at - _AGAIN]
    if not recent:
        return True
    return succeeded_at is not None and succeeded_at >= max(recent) and len(recent) < _MOST


def report_failure(
    settings: Settings,
    failure: Failure,
    *,
    connections: Connections | None = None,
    folders: Sequence[Path] = MARK_FOLDERS,
) -> None:
    """Write down a failure, and whether the operator is to be told of it: `failure_notices` says so then.

    Without an error it counts only where nothing is known of the run yet. Where it cannot be written down, the
    operator is told here, within 12 seconds; folders: for the empty files that remember that. connections gives the
    Apprise URL of an Airflow connection.
    """
    run = sending_run(settings, failure.at)
    marks = _Marks(settings.warehouse, folders)
    try:
        _record(run, failure, marks)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the ledger, somebody has to hear of it
        reason = _one_line(f"{error}", _ERROR_LIMIT)
        log.warning("the failure of %s cannot be written down: %s", failure.dag_id, reason)
        _tell_without_ledger(run, failure, marks, connections, reason)


def failure_notices(run: Run, *, age: timedelta) -> list[Notice]:
    """The failures within `age` that the operator is to be told of, oldest first."""
    sql = """
        select alert_id, tried_at, extra from alerts
        where day >= ? and tried_at > ? and tried_at <= ? and rule = ? and channel = ? and state = 'owed'
        order by tried_at, alert_id
    """
    since = run.at - age
    rows = run.warehouse.query(sql, [since.date(), since, run.at, FAILURE, OPERATOR]).to_pylist()
    return [
        Notice(notice_id=row["alert_id"], kind=FAILURE, since=row["tried_at"], message=_said(row["extra"]))
        for row in rows
    ]


def sending_run(settings: Settings, at: datetime) -> Run:
    """A run that can send, and no more: what failed may be the topics, the feed list, the alert file."""
    return _SendingRun(
        at=at, settings=settings, warehouse=Warehouse(settings.warehouse), feeds=(), topics=(), seeds=()
    )


class _SendingRun(Run):
    @cached_property
    def plan(self) -> AlertPlan:
        """The channels of the alert file; where it is wrong, those of the settings alone."""
        where = str(self.settings.alerts)
        try:
            if text := read_alert_file(self.settings.alerts, is_asked_for=False):
                return alertfile.read_plan(text, where, topics=None, places=None)
        except InputError as error:
            log.warning("%s", error)
        return AlertPlan(where=where, rules=(DEFAULT_RULE,))


def _record(run: Run, failure: Failure, marks: "_Marks") -> None:
    known = _known(run.warehouse, failure.at)
    this_run = (failure.dag_id, failure.run_id)
    if failure.error is None and any((each.dag_id, each.run_id) == this_run for each in known):
        return
    same = [each for each in known if each.cause == failure.cause]
    told = [each for each in same if each.is_told]
    told_at = [*(each.at for each in told), *marks.times(failure.cause)]
    due = is_due(told_at, at=failure.at, succeeded_at=failure.succeeded_at)
    count = len({each.run_id for each in same} | {failure.run_id})
    message = _words(failure, told_at=told_at, count=count)
    row = _row(failure, message, told_by=None if due or not told else told[-1].alert_id, is_owed=due)
    # Shards that fail of the same at the same time write the same row.
    run.warehouse.append([row], batch=run.batch(), day=failure.at.date())


def _known(warehouse: Warehouse, at: datetime) -> list[_Known]:
    sql = """
        select alert_id, state, tried_at, extra from alerts
        where day >= ? and tried_at > ? and rule = ? and channel = ? order by tried_at, alert_id
    """
    rows = warehouse.query(sql, [(at - _AGAIN).date(), at - _AGAIN, FAILURE, OPERATOR]).to_pylist()
    return [
        _Known(
            alert_id=row["alert_id"],
            cause=extra["cause"],
            dag_id=extra["dag_id"],
            run_id=extra["run_id"],
            at=row["tried_at"],
            is_told=row["state"] == OWED,
        )
        for row in rows
        for extra in [json.loads(row["extra"])]
    ]


def _row(failure: Failure, message: Message, *, told_by: str | None, is_owed: bool) -> Alert:
    about = {"cause": failure.cause, "dag_id": failure.dag_id, "run_id": failure.run_id}
    return Alert(
        alert_id=_alert_id(failure),
        group_id=None,
        story_id=None,
        rule=FAILURE,
        channel=OPERATOR,
        state=OWED if is_owed else HELD,
        attempt=0,
        tried_at=failure.at,
        told_by=told_by,
        extra=json.dumps({"title": message.title, "body": message.body, **about}, ensure_ascii=False),
    )


def _alert_id(failure: Failure) -> str:
    return identify(FAILURE, failure.cause, failure.run_id)


def _words(failure: Failure, *, told_at: Sequence[datetime], count: int) -> Message:
    lines = [
        _one_line(failure.error or UNSAID, _ERROR_LIMIT),
        "",
        f"The run of {failure.at:%Y-%m-%d %H:%M} UTC ({failure.run_id}).",
    ]
    recent = [told for told in told_at if told > failure.at - _AGAIN]
    if recent:
        lines.append(f"It is back: told at {max(recent):%H:%M} UTC, and a run succeeded since.")
    elif count > 1:
        lines.append("It lasts: you were told a day ago.")
    if count > 1:
        lines.append(f"{count} runs failed of it within a day.")
    if len(recent) == _MOST - 1:
        lines.append("It comes and goes: no more of it for a day.")
    if failure.log_url:
        lines += ["", failure.log_url]
    return Message(title=f"{failure.dag_id} failed: {failure.task_id}", body="\n".join(lines))


def _said(extra: str) -> Message:
    words = json.loads(extra)
    return Message(title=words["title"], body=words["body"])


def _tell_without_ledger(
    run: Run, failure: Failure, marks: "_Marks", connections: Connections | None, reason: str
) -> None:
    this_dag = identify("run", failure.dag_id)
    if failure.error is None and failure.at in marks.times(this_dag):
        return
    marks.set(this_dag, failure.at)
    told_at = marks.times(failure.cause)
    if not is_due(told_at, at=failure.at, succeeded_at=failure.succeeded_at):
        return
    # Made before anything is sent: what cannot be remembered would be sent with each run.
    if not told_at and not marks.set(failure.cause, _NEVER):
        log.error("nothing can be written: nobody is told that %s failed", failure.dag_id)
        return
    words = _words(failure, told_at=[], count=1)
    note = f"\n\nThe ledger cannot be written, so there is no row of this: {reason}"
    if _send(run, replace(words, body=words.body + note), connections, key=_alert_id(failure)):
        marks.set(failure.cause, failure.at)


def _send(run: Run, message: Message, connections: Connections | None, *, key: str) -> bool:
    """Whether one of the operator's channels took it."""
    addresses, _ = channels.open_channels(run.plan, run.settings, connections)
    wanted = channels.operator_names(run.plan, run.settings)
    told = [address for address in addresses if address.name in wanted]
    notifier = Notifier(told, seconds=_DIRECT_SECONDS / max(len(told), 1))
    is_taken = False
    for address in told:
        try:
            notifier.send(address.name, message, key=key)
        except DeliveryFailed as failure:
            log.warning("%s", failure)
        else:
            is_taken = True
    return is_taken


class _Marks:
    """Empty files outside the warehouse, each of which remembers one time: that of its last change."""

    def __init__(self, warehouse: Path, folders: Sequence[Path]) -> None:
        self._warehouse = warehouse
        self._folders = folders

    def times(self, name: str) -> list[datetime]:
        """The times that were set under a name, in whichever folder there was room; _NEVER is none."""
        found = []
        for path in self._paths(name):
            try:
                status = path.lstat()
            except OSError:
                continue
            # The folders are everybody's: a file of another user says nothing.
            if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
                found.append(_EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000))
        return [time for time in found if time > _NEVER]

    def set(self, name: str, at: datetime) -> bool:
        """Whether a folder took it."""
        nanoseconds = (at - _EPOCH) // timedelta(microseconds=1) * 1000
        for path in self._paths(name):
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            except OSError:
                continue
            try:
                os.utime(handle, ns=(nanoseconds, nanoseconds))
            except OSError:
                continue
            finally:
                os.close(handle)
            return True
        return False

    def _paths(self, name: str) -> list[Path]:
        file = f"newsmonitor-{os.geteuid()}-{identify(str(self._warehouse), name)}"
        return [folder / file for folder in self._folders]


def _one_line(text: str, limit: int) -> str:
    line = " ".join(_USER_PASSWORD.sub("***@", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
