"""A mail server on this machine that misbehaves on demand: what it took is read back as a mail program would."""

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one transaction brought: the envelope, the bytes, and who had logged in."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    is_encrypted: bool
    user: str | None

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


class MailHost:
    """A real SMTP server. Use it as a context manager; `refusals` by address, `answer` to the whole letter."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, password: str | None = None) -> None:
        self.letters: list[Letter] = []
        self.refusals: dict[str, str] = {}
        self.sender_refusal: str | None = None
        self.answer = "250 OK"
        self.is_dropping = False
        self.is_rude = False
        self.tries = 0
        self.port = 0
        self._tls = tls
        self._password = password
        self._loop = asyncio.new_event_loop()
        self._up = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> "MailHost":
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(self, *args: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        server = self._loop.run_until_complete(self._loop.create_server(self._session, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end(asyncio.all_tasks(self._loop)))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _end(self, sessions: Iterable[asyncio.Task[Any]]) -> None:
        for task in sessions:
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    def _session(self) -> SMTP:
        more: dict[str, Any] = {}
        if self._password is not None:
            more = {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": bool(self._tls),
            }
        return SMTP(
            self,
            hostname="mail.test",
            loop=self._loop,
            tls_context=self._tls,
            require_starttls=bool(self._tls),
            enable_SMTPUTF8=False,
            **more,
        )

    def _authenticate(
        self, server: Any, session: Session, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == (self._password or "").encode()
        return AuthResult(success=good, handled=False, auth_data=data)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.tries += 1
        if self.sender_refusal:
            return self.sender_refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        refusal = self.refusals.get(address) or self.refusals.get("*")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        login: Any = session.auth_data
        self.letters.append(
            Letter(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                raw=envelope.original_content or b"",
                is_encrypted=session.ssl is not None,
                user=login.login.decode() if login else None,
            )
        )
        if self.is_dropping:
            server.transport.abort()
        return self.answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.is_rude:
            server.transport.abort()
        return "221 Bye"
