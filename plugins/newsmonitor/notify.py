"""The only outgoing messages: to channels, each an Apprise URL, a webhook or a folder. A secret leaves no trace here.

A channel's URL holds passwords and tokens. It is used to send, and nothing else: the names of channels, errors and
representations are free of it. The words of a message come from strangers' pages, so they are made harmless first.
"""

import copy
import logging
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from html import escape
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat, OverflowMode
from apprise.plugins import NotifyBase

from newsmonitor import answers, digestfiles, mailing, markup, webhook
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import HTML, PLAIN, SHORT, Address, Message

log = logging.getLogger(__name__)

_VARIABLE = "NEWSMONITOR_ALERT_URLS"
FOLDER = "folder"
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 15.0
# Of each answer of a mail server: those that look into a letter, or make a stranger wait on purpose, take their time.
_MAIL_SECONDS = 30.0
# The time-outs above are per read: a server that sends a byte now and then would hold the sender for ever.
_SECONDS = 60.0
_TITLE_LIMIT = 250
_REASON_LIMIT = 300
# What takes less is a pager: a text message has 160.
_SHORT_BELOW = 500
# Between two parts Apprise waits, 5.5 seconds for most services: a long digest would never end within the time.
_MOST_PARTS = 5
# Apprise's services that post to an address of our own, with headers of our own.
_OWN_HEADERS = ("NotifyJSON", "NotifyXML", "NotifyForm")

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
_SECRET_PARAMETER = re.compile(r"([?&]secret=)[^&#]*")
_CAUSE = re.compile(
    r"Connection refused|Connection reset by peer|Remote end closed connection|timed out|No route to host|"
    r"Network is unreachable|Name or service not known|[Nn]ame resolution|certificate verify failed: [\w ,'-]+"
)
_RETRY_AFTER = re.compile(r"""retry_after["']?\s*:\s*(\d{1,6}(?:\.\d{1,9})?)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where messages go, under a name without secrets that stays the same as long as the place does."""

    name: str
    form: str
    # Whether it took the message; False: Apprise's log says why not. Raises DeliveryFailed.
    _take: Callable[[Message, str], bool] = field(repr=False, compare=False)
    _secrets: tuple[str, ...] = field(repr=False, compare=False)
    _service: NotifyBase | None = field(default=None, repr=False, compare=False)


class Notifier:
    """Channels, ready to send. No request is made before `send`."""

    def __init__(self, addresses: Sequence[Address], *, seconds: float = _SECONDS) -> None:
        """Raises InputError, with the place of the address, where one cannot be used or its name is there twice."""
        self._seconds = seconds
        self._channels: dict[str, Channel] = {}
        for address in addresses:
            if address.name in self._channels:
                problem = f"the channel {address.name} is there twice"
                raise InputError(address.where, problem, "give one of the two another name")
            self._channels[address.name] = open_channel(address)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels, in the order of their addresses."""
        return tuple(self._channels.values())

    def send(self, channel_name: str, message: Message, *, key: str) -> None:
        """Return when the channel has taken the message; raises DeliveryFailed, and nothing else, where it has not.

        key: the same at each try of the same message on the channel; it goes along where the channel can tell a
        repeat by it. Ends within `seconds`. A channel that answers later than that may have taken the message all the
        same. Several threads may send at once, each to a channel of its own.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            raise DeliveryFailed(channel_name, "no channel of this name is set")
        made = _made_harmless(message)
        outcome: list[DeliveryFailed | None] = []
        thread = Thread(
            target=lambda: outcome.append(_outcome(channel, made, key)),
            name="newsmonitor-notify",
            daemon=True,
        )
        thread.start()
        # Not a pool of threads: its threads would hold up the end of the process.
        thread.join(self._seconds)
        if not outcome:
            raise DeliveryFailed(channel.name, f"no answer within {self._seconds:g} seconds")
        if outcome[0] is not None:
            raise outcome[0]


def default_addresses(alert_urls: Sequence[str]) -> tuple[Address, ...]:
    """The addresses of NEWSMONITOR_ALERT_URLS, each named after its place.

    Raises InputError, with the number of the URL, where one cannot be used or is there twice.
    """
    addresses: dict[str, Address] = {}
    for number, (name, url) in enumerate(zip(default_names(alert_urls), alert_urls, strict=True), 1):
        address = Address(name=name, url=url, where=_VARIABLE)
        try:
            open_channel(address)
        except InputError as error:
            raise InputError(_VARIABLE, f"URL number {number} {error.problem}", error.mend) from None
        if name in addresses:
            problem = f"URL number {number} is the same channel as one before it"
            raise InputError(_VARIABLE, problem, "delete one of the two")
        addresses[name] = address
    return tuple(addresses.values())


def default_names(alert_urls: Iterable[str]) -> list[str]:
    """The names of the channels of NEWSMONITOR_ALERT_URLS, in their order: json-1a2b3c4d."""
    return [_name_of(url) for url in alert_urls]


def _name_of(url: str) -> str:
    place = _PASSWORD_PARAMETER.sub(r"\1", _USER_PASSWORD.sub(r"\1@", url))
    schema = _schema_of(url)
    if schema in webhook.SCHEMES:
        place = _SECRET_PARAMETER.sub(r"\1", place)
    digest = sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{re.sub(r'[^a-z0-9]+', '-', schema)}-{digest}"


def folder_url(folder: Path) -> str:
    """The address of a folder for digests."""
    return f"{FOLDER}://{quote(str(folder), errors='surrogateescape')}"


def open_channel(address: Address) -> Channel:
    """The channel of an address; raises InputError, which shows nothing of the URL, where it cannot be used."""
    schema = _schema_of(address.url)
    if schema in webhook.SCHEMES:
        hook = webhook.parse(address.url, address.where)
        return Channel(
            name=address.name,
            form=address.form or PLAIN,
            _take=partial(_post, hook, address.name),
            _secrets=_secrets_of(address.url, urlsplit(address.url).hostname or ""),
        )
    if schema == FOLDER:
        folder = Path(unquote(address.url.partition("://")[2], errors="surrogateescape"))
        if not folder.is_absolute():
            raise InputError(address.where, "names a folder that is not absolute", "write /srv/digests")
        return Channel(name=address.name, form=HTML, _take=partial(_file, folder, address.name), _secrets=())
    return _open_service(address)


def _open_service(address: Address) -> Channel:
    asset = AppriseAsset(
        app_id="newsmonitor",
        app_desc="newsmonitor",
        storage_mode="memory",
        # A redirected POST becomes a GET (RFC 9110, section 15.4): answered with 200, and the message is lost.
        http_redirects=False,
        # Apprise would wait in a thread that holds up the end of the process; see Notifier.send.
        service_timeout=0,
        allow_templates=False,
        # Else each reader's program fetches Apprise's logo from GitHub.
        image_url_mask="",
        image_url_logo="",
    )
    with answers.log_of_apprise([]), warnings.catch_warnings():
        # Its plugins, loaded at the first URL, import modules that Python will drop one day (imghdr).
        warnings.simplefilter("ignore", DeprecationWarning)
        service = Apprise.instantiate(address.url, asset=asset)
    if service is None:
        mend = "write it as Apprise names it, see github.com/caronc/apprise/wiki"
        raise InputError(address.where, "is none that Apprise can use", mend)
    _bound(service)
    shown = str(service.url(privacy=True)).lower()  # type: ignore[no-untyped-call]
    host = str(service.host or "")
    secrets = _secrets_of(
        address.url, host if host and host.lower() in shown else "", str(service.password or "")
    )
    mailbox = _mailbox_of(service, address.where) if type(service).__name__ == "NotifyEmail" else None
    if mailbox:
        # Which address was refused is what the operator has to know.
        people = [each for _, each in (*mailbox.to, *mailbox.cc, *mailbox.bcc)]
        open_words = {*people, *_words_of(" ".join(people))}
        secrets = tuple(each for each in secrets if each not in open_words - {mailbox.user, mailbox.password})
        form = address.form or HTML
        take = partial(_mail, mailbox, address.name, form)
    else:
        form = address.form or (SHORT if service.body_maxlen < _SHORT_BELOW else PLAIN)
        take = partial(_notify, _literal(service), form)
    return Channel(name=address.name, form=form, _take=take, _secrets=secrets, _service=service)


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
    # What is owed is tried again by the sender, who keeps the pauses that a channel asks for.
    service.retry = 0


def _literal(service: NotifyBase) -> NotifyBase:
    """The service; where it reads plain text as markup, made so that the text arrives as the letters it is.

    Apprise converts text for a service that takes Markdown alone, and breaks web addresses (`https://a\\.b`); for one
    that says it takes text, and reads Markdown in it all the same, it does nothing.
    """
    usual = type(service)
    rule = markup.RULES.get(usual.__name__)
    # Where a service has a conversion of its own, Apprise gets there by way of it.
    has_own = usual.dialect_convert is not NotifyBase.dialect_convert
    if rule is None and not has_own and service._formats() == (NotifyFormat.MARKDOWN,):
        rule = markup.backslashes
    if rule is None:
        return service

    def dialect_convert(_self: NotifyBase, body: str, *_args: Any, **_kwargs: Any) -> str:
        return rule(body)

    # The hook of Apprise for this: it measures and splits what comes out of it.
    service.__class__ = type(usual.__name__, (usual,), {"dialect_convert": dialect_convert})
    service.notify_format = NotifyFormat.TEXT
    return service


def _mailbox_of(service: Any, where: str) -> mailing.Mailbox | None:
    """What Apprise made of a mailto:// URL; None where it has to encrypt or sign, which only Apprise does."""
    if service.pgp_mode != "no":
        return None
    if not service.targets:
        mend = "add one: mailto://user:password@example.org?to=desk@example.org"
        raise InputError(where, "names no e-mail address to send to", mend)
    limit = service.socket_connect_timeout
    return mailing.Mailbox(
        host=service.smtp_host,
        port=int(service.port),
        security=service.secure_mode,
        user=service.user,
        password=service.password,
        is_verified=service.verify_certificate,
        seconds=_MAIL_SECONDS if limit == _CONNECT_SECONDS else float(limit),
        sender=(service.from_addr[0] or "", service.from_addr[1]),
        to=tuple((name or "", address) for name, address in service.targets),
        cc=tuple((service.names.get(each) or "", each) for each in sorted(service.cc)),
        bcc=tuple(("", each) for each in sorted(service.bcc)),
        reply_to=tuple((service.names.get(each) or "", each) for each in sorted(service.reply_to)),
        headers=tuple(service.headers.items()),
    )


def _outcome(channel: Channel, message: Message, key: str) -> DeliveryFailed | None:
    """None where the channel took it; what kept it, without a secret, where it did not."""
    records: list[logging.LogRecord] = []
    with answers.log_of_apprise(records), answers.listening() as heard:
        try:
            if channel._take(message, key):
                return None
            reason, waits = _reason(records), _waits(records)
        except DeliveryFailed as failure:
            reason, waits = failure.reason, [failure.retry_after]
        except Exception as error:  # noqa: BLE001 - a fault in one of 180 plugins is that channel's, and no other's
            reason, waits = f"not taken, for a fault in the channel's code ({type(error).__name__})", []
    known = [wait for wait in (*waits, *(answer.retry_after for answer in heard)) if wait is not None]
    wait = answers.bounded(max(known)) if known else None
    return DeliveryFailed(channel.name, _masked(reason, channel._secrets), retry_after=wait)


def _notify(service: Any, form: str, message: Message, key: str) -> bool:
    title, body, body_format = message.title, message.body, NotifyFormat.TEXT
    if form == SHORT and message.short:
        title, body = "", message.short
    elif form == HTML and message.html and NotifyFormat.HTML in service._formats():
        body, body_format = message.html, NotifyFormat.HTML
    else:
        body = _cut(body, _MOST_PARTS * service.body_maxlen)
    if type(service).__name__ in _OWN_HEADERS and len(body) <= service.body_maxlen:
        # In parts, the second would pass for a repeat of the first.
        service = copy.copy(service)
        service.headers = {**service.headers, "Idempotency-Key": quote(key)}
    rule = markup.RULES.get(type(service).__name__)
    if rule is markup.cards:
        title = rule(title)
    apprise = Apprise(asset=service.asset)
    apprise.add(service)
    return bool(apprise.notify(title=title, body=body, body_format=body_format))


def _cut(text: str, limit: int) -> str:
    """The text, or the lines of it that fit, with a last one that says so."""
    if len(text) <= limit:
        return text
    note = f"… ({len(text)} letters are too many for this channel)"
    whole_lines, _, rest = text[: limit - len(note) - 1].rpartition("\n")
    return f"{whole_lines or rest}\n{note}"


def _mail(mailbox: mailing.Mailbox, name: str, form: str, message: Message, key: str) -> bool:
    if form == SHORT and message.short:
        message = replace(message, body=message.short)
    letter = mailing.letter(mailbox, name, message, key=key, has_html=form == HTML)
    for refusal in mailing.send(mailbox, name, letter):
        log.warning("%s: the e-mail was taken, but not for %s", name, refusal)
    return True


def _post(hook: webhook.Webhook, name: str, message: Message, key: str) -> bool:
    webhook.post(hook, name, message, key=key)
    return True


def _file(folder: Path, name: str, message: Message, _key: str) -> bool:
    """Write the page of a digest, named after its rule and its end, which its payload says."""
    page = message.html or f"<!doctype html><meta charset=utf-8><pre>{escape(message.body)}</pre>"
    rule, until = message.payload.get("rule"), message.payload.get("until")
    try:
        moment = datetime.fromisoformat(until) if isinstance(until, str) else None
        digestfiles.write(folder, rule if isinstance(rule, str) else name, page, until=moment)
    except OSError as error:
        raise DeliveryFailed(name, f"{folder} cannot be written ({error.strerror})") from error
    return True


def _reason(log: Iterable[logging.LogRecord]) -> str:
    """The warnings as one line, with the cause that stands at a lower level."""
    records = list(log)
    said = [_line(record) for record in records if record.levelno >= logging.WARNING]
    causes = [found.group() for record in records if (found := _CAUSE.search(_line(record)))]
    parts = dict.fromkeys(part.rstrip(". ") for part in [*said, *causes] if part)
    return "; ".join(parts) or "not taken, and Apprise does not say why"


def _masked(reason: str, secrets: Iterable[str]) -> str:
    """The reason without anything of the URL."""
    for secret in secrets:
        reason = re.sub(re.escape(secret), "***", reason, flags=re.IGNORECASE)
    return reason[:_REASON_LIMIT]


def _line(record: logging.LogRecord) -> str:
    return " ".join(record.getMessage().split())


def _waits(log: Iterable[logging.LogRecord]) -> list[float | None]:
    """The seconds to wait that an answer names in its body, as Discord's and Telegram's do: Apprise logs bodies."""
    return [float(found[1]) for record in log if (found := _RETRY_AFTER.search(record.getMessage()))]


def _secrets_of(url: str, host: str, password: str = "") -> tuple[str, ...]:
    """Every part of the URL that a reason may not show, longest first: all but schema, port and an open host."""
    rest = url.partition("://")[2]
    pieces = _words_of(rest)
    pieces |= {unquote(piece) for piece in pieces} | {password, unquote(rest)}
    secrets = {
        piece for piece in pieces if len(piece) > 2 and piece.lower() != host.lower() and not _is_port(piece)
    }
    return tuple(sorted(secrets, key=lambda piece: (-len(piece), piece)))


def _words_of(text: str) -> set[str]:
    return set(re.split(r"[\s:/@?&=#,;+]+", text))


def _schema_of(url: str) -> str:
    return url.partition("://")[0].lower()


def _made_harmless(message: Message) -> Message:
    return replace(
        message,
        title=_harmless_title(message.title),
        body=_harmless(message.body),
        short=None if message.short is None else " ".join(_harmless(message.short).split()),
        html=None if message.html is None else "".join(sign for sign in message.html if _is_shown(sign)),
    )


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
