"""E-mail: a letter that mail programs, filters and servers can tell from a repeat, handed to an SMTP server.

Which server, how and as whom is what Apprise makes of its URL. The letter is ours: Apprise gives it a new Message-ID at
each try, makes the plain text out of the HTML, and keeps the server's words to itself.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256

from newsmonitor.errors import DeliveryFailed
from newsmonitor.messages import Message

Person = tuple[str, str]

# Every server takes seven bits: 8BITMIME (RFC 6152) need not be asked for.
_POLICY = SMTP.clone(cte_type="7bit")
_WORDS_LIMIT = 200
_DATA_OK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A server, how to reach it, and who writes to whom; a person is a name (it may be empty) and an address.

    security: insecure, starttls or ssl. seconds: the limit for each answer of the server.
    """

    host: str
    port: int
    security: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_verified: bool = True
    seconds: float = 30.0
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def letter(mailbox: Mailbox, channel: str, message: Message, *, key: str, has_html: bool) -> EmailMessage:
    """The e-mail of a message: plain text, and HTML beside it where has_html and the message has some.

    Its Message-ID comes of the key and the channel alone, so a second copy can be told by it. Auto-Submitted (RFC 3834)
    keeps answering machines quiet, and so does X-Auto-Response-Suppress with Exchange, which does not heed the first.
    """
    domain = _domain(mailbox)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _people([mailbox.sender])
    mail["To"] = _people(mailbox.to)
    if mailbox.cc:
        mail["Cc"] = _people(mailbox.cc)
    if mailbox.reply_to:
        mail["Reply-To"] = _people(mailbox.reply_to)
    mail["Subject"] = _literal(message.title)
    # RFC 5322, section 3.6: a letter has the time at which it was written, which is now.
    mail["Date"] = format_datetime(datetime.now(UTC))
    digest = sha256(f"{channel}\n{key}".encode("utf-8", "replace")).hexdigest()
    mail["Message-ID"] = f"<{digest[:40]}@{domain}>"
    mail["List-Id"] = f"<{_label(channel)}.newsmonitor.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in mailbox.headers:
        if name not in mail and re.fullmatch(r"[!-9;-~]+", name):
            mail[name] = " ".join(value.split())
    mail.set_content(message.body)
    if has_html and message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def send(mailbox: Mailbox, channel: str, mail: EmailMessage) -> list[str]:
    """Return when the server has taken the letter; raises DeliveryFailed, with the server's words, where it has not.

    One letter goes to all. An address that is refused for good (5xx) does not keep it from the others: they are what is
    returned, a line each. One that is refused for now (451 of a greylist) does: nobody gets it until all can.
    """
    people = list(dict.fromkeys(address for _, address in (*mailbox.to, *mailbox.cc, *mailbox.bcc)))
    step = "no connection"
    try:
        with _open(mailbox) as server:
            step = "not taken"
            refused = _announce(server, mailbox.sender[1], people)
            step = "the connection broke off after the letter was handed over, so it may have arrived"
            # `data` doubles a dot at the start of a line (RFC 5321, section 4.5.2).
            code, words = server.data(mail.as_bytes())
            if code != _DATA_OK:
                raise smtplib.SMTPDataError(code, words)
    except smtplib.SMTPRecipientsRefused as error:
        raise DeliveryFailed(channel, "; ".join(_refusals(error.recipients))) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(channel, _words(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryFailed(channel, f"{step} ({_cause(error)})") from error
    return _refusals(refused)


@contextmanager
def _open(mailbox: Mailbox) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if not mailbox.is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if mailbox.security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mailbox.host, mailbox.port, timeout=mailbox.seconds, context=context
        )
    else:
        server = smtplib.SMTP(mailbox.host, mailbox.port, timeout=mailbox.seconds)
    try:
        if mailbox.security == "starttls":
            server.starttls(context=context)
        if mailbox.user and mailbox.password:
            server.login(mailbox.user, mailbox.password)
        yield server
        # What it took is taken, whatever it says to this.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _announce(server: smtplib.SMTP, sender: str, people: list[str]) -> dict[str, tuple[int, bytes]]:
    """Name the sender and the recipients; the refused ones, where others were taken."""
    server.ehlo_or_helo_if_needed()
    options = []
    if not all(address.isascii() for address in (sender, *people)):
        if not server.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("it takes only addresses in ASCII")
        options = ["SMTPUTF8"]
    code, words = server.mail(sender, options)
    if code != _DATA_OK:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    refused: dict[str, tuple[int, bytes]] = {}
    for address in people:
        code, words = server.rcpt(address)
        if code not in (_DATA_OK, 251):
            refused[address] = (code, words)
        if code == 421:
            # RFC 5321, section 3.8: it closes the connection.
            break
    if len(refused) == len(people) or any(code < 500 for code, _ in refused.values()):
        raise smtplib.SMTPRecipientsRefused(refused)
    return refused


def _refusals(refused: Mapping[str, tuple[int, bytes]]) -> list[str]:
    return [f"{address}: {_words(code, words)}" for address, (code, words) in refused.items()]


def _words(code: int, words: bytes | str) -> str:
    """What the server said, as one line that can be shown."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f"{code} {line}"[:_WORDS_LIMIT].strip()


def _cause(error: Exception) -> str:
    # While it greets, smtplib makes a broken connection of it.
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "timed out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:_WORDS_LIMIT] or type(error).__name__


def _people(people: tuple[Person, ...] | list[Person]) -> str:
    return ", ".join(
        formataddr((" ".join(name.split()), address), charset="utf-8") for name, address in people
    )


def _domain(mailbox: Mailbox) -> str:
    domain = mailbox.sender[1].rpartition("@")[2].strip("[]")
    return domain if re.fullmatch(r"[A-Za-z0-9.-]+", domain) else "newsmonitor.invalid"


def _label(channel: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", channel).strip("-") or "channel"


def _literal(title: str) -> str:
    """The title, with nothing in it that a mail program would decode once more (RFC 2047: `=?utf-8?q?...?=`)."""
    return " ".join(title.split()).replace("=?", "=\u200b?")
