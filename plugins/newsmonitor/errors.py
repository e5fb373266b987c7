"""What can go wrong at the edges. Each error names its subject and says whether trying again can help."""

from typing import Any


class NewsmonitorError(Exception):
    """Base of every error this package raises on purpose; its text is one plain line for a person."""


class InputError(NewsmonitorError):
    """A file or setting that a person wrote cannot be used: what, where, the mend."""

    def __init__(self, where: str, problem: str, mend: str, *, line: int | None = None) -> None:
        super().__init__(where, problem, mend, line)
        self.where = where
        self.problem = problem
        self.mend = mend
        self.line = line

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}, line {self.line}"
        return f"{place}: {self.problem}; {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_input_error, (self.where, self.problem, self.mend, self.line))


def _input_error(where: str, problem: str, mend: str, line: int | None) -> InputError:
    return InputError(where, problem, mend, line=line)


class FetchError(NewsmonitorError):
    """A URL gave no usable answer.

    failure_class is one of: bad_url, refused_address, dns (no such name), dns_temporary (no answer about it),
    connection, tls, timeout, too_large, bad_encoding, too_many_redirects, throttled (429 and 503), held (not
    asked, for the host was throttled before), gone (410), http_2xx to http_5xx. retry_after is in seconds, where
    the server said it; with held, what is left of it. headers, their names in lower case, and body are those of a
    refused answer, which may be a bot check; the body is unpacked, cut at 64 kB, and empty where it is broken.
    """

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        failure_class: str,
        transient: bool,
        status: int | None = None,
        retry_after: float | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
    ) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason
        self.failure_class = failure_class
        self.transient = transient
        self.status = status
        self.retry_after = retry_after
        self.headers = headers
        self.body = body

    def __str__(self) -> str:
        return f"{self.url}: {self.reason}"

    def __reduce__(self) -> tuple[object, ...]:
        more = {"transient": self.transient, "status": self.status, "retry_after": self.retry_after}
        kept = {"failure_class": self.failure_class, "headers": self.headers, "body": self.body}
        return (_fetch_error, (self.url, self.reason, {**more, **kept}))


def _fetch_error(url: str, reason: str, more: dict[str, Any]) -> FetchError:
    return FetchError(url, reason, **more)


class NotAFeed(NewsmonitorError):
    """The bytes of an answer are no feed; its text says what they are instead, kind: empty, html, sitemap, other."""

    def __init__(self, text: str, kind: str = "other") -> None:
        super().__init__(text, kind)
        self.text = text
        self.kind = kind

    def __str__(self) -> str:
        return self.text


class WorkerFailure(NewsmonitorError):
    """A worker process gave no result: it took too long, took too much memory, or died."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EveryFeedFailed(NewsmonitorError):
    """No feed of a run could be polled, so the fault is on our side: network, resolver or settings."""


class AlertsGivenUp(NewsmonitorError):
    """Alerts that no channel took for a day, and that are not tried again: lost, unless somebody asks for them."""


class DeliveryFailed(NewsmonitorError):
    """A channel did not take a message; retry_after is in seconds, where the channel said it."""

    def __init__(self, channel: str, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(channel, reason)
        self.channel = channel
        self.reason = reason
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_delivery_failed, (self.channel, self.reason, self.retry_after))


def _delivery_failed(channel: str, reason: str, retry_after: float | None) -> DeliveryFailed:
    return DeliveryFailed(channel, reason, retry_after=retry_after)
