"""What a delivery heard back: the HTTP answers, how long they ask to wait, and the log of Apprise.

Apprise says why it failed in its log alone, and keeps the headers of an answer to itself.

Apprise sends with `requests.post` and its like, and each opens a session of its own. So what is listened to is
`requests.Session.send`: the documented method that every request passes, those of redirects too, and the last one that
still has the whole answer. It is wrapped once for a process and stays so, since to take it off again would race with
another thread's request. The wrapper hands the answer on as it came; it keeps a note of it only for a caller that
listens in the same context, which a new thread does not inherit.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, wraps
from threading import Lock
from typing import Any

import requests

# A channel that says "next year" is asked again tomorrow: it is a slip more often than a wish.
DAY_SECONDS = 86_400.0
_ASKS_TO_WAIT = (429, 503)
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer; retry_after is in seconds, where it asks for a pause."""

    status: int
    retry_after: float | None


_HEARD: ContextVar[list[Answer] | None] = ContextVar("newsmonitor_answers", default=None)
_LOG: ContextVar[list[logging.LogRecord] | None] = ContextVar("newsmonitor_apprise_log", default=None)


@contextmanager
def listening() -> Iterator[list[Answer]]:
    """The answers that `requests` gets in this thread meanwhile, in order; other threads' are not among them."""
    _wrap()
    heard: list[Answer] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, from 0 to a day; None where it asks for none, or makes no sense.

    RFC 9110, section 10.2.3: a number of seconds, or a date. It means that only with 429 (RFC 6585) and 503. A date is
    held against the answer's own Date, for the two clocks may differ.
    """
    text = headers.get("Retry-After", "").strip()
    if status not in _ASKS_TO_WAIT or not text:
        return None
    if _SECONDS.fullmatch(text):
        return bounded(float(text))
    if text.isdigit():
        return DAY_SECONDS
    moment = _moment(text)
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return bounded((moment - now).total_seconds()) if moment else None


def bounded(seconds: float) -> float:
    """The seconds, at least none and at most a day."""
    return min(max(seconds, 0.0), DAY_SECONDS)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _wrap() -> None:
    # Two threads that come here first at once wrap it twice, and each answer is noted twice: no harm.
    send = requests.Session.send

    @wraps(send)
    def noted(*args: Any, **kwargs: Any) -> requests.Response:
        response = send(*args, **kwargs)
        heard = _HEARD.get()
        if heard is not None:
            wait = retry_after(response.status_code, response.headers)
            heard.append(Answer(status=response.status_code, retry_after=wait))
        return response

    requests.Session.send = noted  # type: ignore[method-assign]


@contextmanager
def log_of_apprise(records: list[logging.LogRecord]) -> Iterator[None]:
    """What Apprise logs meanwhile in this context, at every level: it says only there why it failed.

    Shown to nobody else. The logger is as it was when the last one that listens has gone.
    """
    token = _LOG.set(records)
    with _APPRISE_LOG.taken():
        try:
            yield
        finally:
            _LOG.reset(token)


class _ApprisesLog(logging.Handler):
    """Apprise has one logger for all its threads: the first that listens takes it over, the last gives it back."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._logger = logging.getLogger("apprise")
        self._guard = Lock()
        self._count = 0
        self._before = (self._logger.level, self._logger.propagate)

    def emit(self, record: logging.LogRecord) -> None:
        records = _LOG.get()
        if records is not None:
            records.append(record)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Until the end of the block Apprise logs to this handler, and to no other."""
        with self._guard:
            self._count += 1
            if self._count == 1:
                self._before = (self._logger.level, self._logger.propagate)
                self._logger.addHandler(self)
                self._logger.setLevel(logging.DEBUG)
                self._logger.propagate = False
        try:
            yield
        finally:
            with self._guard:
                self._count -= 1
                if self._count == 0:
                    self._logger.removeHandler(self)
                    self._logger.setLevel(self._before[0])
                    self._logger.propagate = self._before[1]


_APPRISE_LOG = _ApprisesLog()
