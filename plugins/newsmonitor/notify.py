"""The only outgoing messages: plain text to channels, each an Apprise URL. A secret leaves no trace here.

A channel's URL holds passwords and tokens. It is used to send, and nothing else: the names of channels, errors and
representations are free of it. The words of a message come from strangers' pages, so they are made harmless first.
"""

import logging
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Thread
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, NotifyFormat, OverflowMode
from apprise.plugins import NotifyBase

from newsmonitor.errors import DeliveryFailed, InputError

_VARIABLE = "NEWSMONITOR_ALERT_URLS"
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 15.0
# The time-outs above are per read: a server that sends a byte now and then would hold the sender for ever.
_SECONDS = 60.0
_TITLE_LIMIT = 250
_REASON_LIMIT = 300

# Some channels turn these into mentions that ring everybody's phone, also inside a word or an address.
_EVERYBODY = re.compile(r"@(?=(?:everyone|here|channel|all|room)\b)", re.IGNORECASE)
# A mention of one person (not the @ of an e-mail address); Slack's <!channel>, Discord's <@&1>; a link in Markdown.
_MENTION = re.compile(r"(?<![\w.+-])@(?=\w)|(?<=<)(?=[@!#])|(?<=\])(?=\()")
_WEB_ADDRESS = re.compile(r"(https?://\S+)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
# Marks that show a text in another order than it has: "moc.live" reads as "evil.com".
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_USER_PASSWORD = re.compile(r"^([a-z0-9+.-]+://[^/@:?#]*):[^/?#]*@", re.IGNORECASE)
_PASSWORD_PARAMETER = re.compile(r"([?&](?:pass|password|passwd|pwd)=)[^&#]*", re.IGNORECASE)
_CAUSE = re.compile(
    r"Connection refused|Connection reset by peer|Remote end closed connection|timed out|No route to host|"
    r"Network is unreachable|Name or service not known|[Nn]ame resolution|certificate verify failed: [\w ,'-]+"
)
_RETRY_AFTER = re.compile(r"""retry_after["']?\s*:\s*(\d{1,6}(?:\.\d{1,9})?)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where alerts go, under a name without secrets that stays the same as long as the place does."""

    name: str
    _service: NotifyBase = field(repr=False, compare=False)
    _secrets: tuple[str, ...] = field(repr=False, compare=False)


class Notifier:
    """The channels of the settings, ready to send. No request is made before `send`."""

    def __init__(self, alert_urls: tuple[str, ...], *, seconds: float = _SECONDS) -> None:
        """Raises InputError, with the number of the URL, where Apprise cannot use one."""
        self._seconds = seconds
        self._channels: dict[str, Channel] = {}
        for number, url in enumerate(alert_urls, 1):
            channel = _open(url, number)
            if channel.name in self._channels:
                problem = f"URL number {number} is the same channel as one before it"
                raise InputError(_VARIABLE, problem, "delete one of the two")
            self._channels[channel.name] = channel

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels, in the order of their URLs."""
        return tuple(self._channels.values())

    def send(self, channel_name: str, *, title: str, body: str) -> None:
        """Return when the channel has taken the message; raises DeliveryFailed, and nothing else, where it has not.

        Ends within `seconds`. A channel that answers later than that may have taken the message all the same.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            raise DeliveryFailed(channel_name, f"no channel of this name is in {_VARIABLE}")
        with _log_of_apprise() as log:
            is_taken = _send_within(self._seconds, channel._service, _harmless_title(title), _harmless(body))
        if is_taken is None:
            raise DeliveryFailed(channel.name, f"no answer within {self._seconds:g} seconds")
        if not is_taken:
            raise DeliveryFailed(channel.name, _reason(log, channel._secrets), retry_after=_retry_after(log))


def _open(url: str, number: int) -> Channel:
    asset = AppriseAsset(
        app_id="newsmonitor",
        app_desc="newsmonitor",
        storage_mode="memory",
        # A redirected POST becomes a GET (RFC 9110, section 15.4): answered with 200, and the message is lost.
        http_redirects=False,
        # Apprise would wait in a thread that holds up the end of the process; see _send_within.
        service_timeout=0,
        allow_templates=False,
    )
    with _log_of_apprise(), warnings.catch_warnings():
        # Its plugins, loaded at the first URL, import modules that Python will drop one day (imghdr).
        warnings.simplefilter("ignore", DeprecationWarning)
        service = Apprise.instantiate(url, asset=asset)
    if service is None:
        mend = "write each as Apprise names it, see github.com/caronc/apprise/wiki"
        raise InputError(_VARIABLE, f"URL number {number} is none that Apprise can use", mend)
    _bound(service)
    place = _PASSWORD_PARAMETER.sub(r"\1", _USER_PASSWORD.sub(r"\1@", url))
    schema = re.sub(r"[^a-z0-9]+", "-", url.partition("://")[0].lower())
    digest = sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return Channel(name=f"{schema}-{digest}", _service=service, _secrets=_secrets_of(url, service))


def _bound(service: NotifyBase) -> None:
    """Our limits, where the URL sets none of its own."""
    usual = type(service)
    if service.socket_connect_timeout == usual.socket_connect_timeout:
        service.socket_connect_timeout = _CONNECT_SECONDS
    if service.socket_read_timeout == usual.socket_read_timeout:
        service.socket_read_timeout = _READ_SECONDS
    if service.overflow_mode == OverflowMode.UPSTREAM:
        # A service refuses what is too long for it, and the message would be owed for ever.
        service.overflow_mode = OverflowMode.SPLIT
    # `?optional=yes` makes Apprise call a failed delivery a success.
    service.optional = False


def _send_within(seconds: float, service: NotifyBase, title: str, body: str) -> bool | None:
    """Whether the service took it; None where it gave no answer in time, and its thread is left to itself."""
    taken: list[bool] = []

    def send() -> None:
        apprise = Apprise(asset=service.asset)
        apprise.add(service)
        taken.append(bool(apprise.notify(title=title, body=body, body_format=NotifyFormat.TEXT)))

    thread = Thread(target=send, name="newsmonitor-notify", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return None
    return any(taken)


@contextmanager
def _log_of_apprise() -> Iterator[list[logging.LogRecord]]:
    """What Apprise logs meanwhile, at every level and shown to nobody else: it says only there why it failed."""
    logger, records = logging.getLogger("apprise"), _Records()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(records)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield records.kept
    finally:
        logger.removeHandler(records)
        logger.setLevel(level)
        logger.propagate = propagate


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


def _reason(log: Iterable[logging.LogRecord], secrets: Iterable[str]) -> str:
    """The warnings as one line, with the cause that stands at a lower level, without anything of the URL."""
    said = [_line(record) for record in log if record.levelno >= logging.WARNING]
    causes = [found.group() for record in log if (found := _CAUSE.search(_line(record)))]
    parts = dict.fromkeys(part.rstrip(". ") for part in [*said, *causes] if part)
    reason = "; ".join(parts) or "not taken, and Apprise does not say why"
    for secret in secrets:
        reason = re.sub(re.escape(secret), "***", reason, flags=re.IGNORECASE)
    return reason[:_REASON_LIMIT]


def _line(record: logging.LogRecord) -> str:
    return " ".join(record.getMessage().split())


def _retry_after(log: Iterable[logging.LogRecord]) -> float | None:
    """The seconds to wait that an answer names in its body, as Discord's and Telegram's do.

    Apprise shows the body of an answer, not its headers, so a Retry-After header is not to be had.
    """
    waits = [float(found[1]) for record in log if (found := _RETRY_AFTER.search(record.getMessage()))]
    return max(waits, default=None)


def _secrets_of(url: str, service: NotifyBase) -> tuple[str, ...]:
    """Every part of the URL that a reason may not show, longest first: all but schema, port and an open host."""
    shown = str(service.url(privacy=True))  # type: ignore[no-untyped-call]
    rest = url.partition("://")[2]
    pieces = set(re.split(r"[:/@?&=#,;+]+", rest))
    pieces |= {unquote(piece) for piece in pieces} | {str(service.password or ""), unquote(rest)}
    host = str(service.host or "")
    kept = {host.lower()} if host and f"{host.lower()}" in shown.lower() else set()
    secrets = {
        piece for piece in pieces if len(piece) > 2 and piece.lower() not in kept and not _is_port(piece)
    }
    return tuple(sorted(secrets, key=lambda piece: (-len(piece), piece)))


def _is_port(piece: str) -> bool:
    return piece.isdigit() and len(piece) <= 5


def _harmless_title(title: str) -> str:
    line = " ".join(_harmless(title).split())
    return line if len(line) <= _TITLE_LIMIT else line[: _TITLE_LIMIT - 1].rstrip() + "…"


def _harmless(text: str) -> str:
    """The text without control characters, and without what a channel would read as a mention or a hidden link."""
    kept = "".join(sign for sign in text if _is_shown(sign))
    parts = _WEB_ADDRESS.split(kept)
    parts[::2] = [_MENTION.sub(_break, _EVERYBODY.sub("@" + _ZERO_WIDTH_SPACE, part)) for part in parts[::2]]
    # An address has to stay one.
    parts[1::2] = [_EVERYBODY.sub("%40", part) for part in parts[1::2]]
    return "".join(parts)


def _break(found: re.Match[str]) -> str:
    return found.group() + _ZERO_WIDTH_SPACE


def _is_shown(sign: str) -> bool:
    return sign in "\n\t" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _BIDI)
