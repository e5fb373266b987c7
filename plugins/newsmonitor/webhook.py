"""Our own webhook: a message as JSON in a POST that the receiver can check and can tell from a repeat.

As Standard Webhooks says (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): webhook-id is the
same at each try, webhook-timestamp is the time of the try, webhook-signature is HMAC-SHA256 over id.timestamp.body.
"""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import requests

from newsmonitor import answers
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import Message

SCHEMES = {"webhook": "http", "webhooks": "https"}
_PREFIX = "whsec_"
_PLAIN_TYPE = "newsmonitor.message"
_CONNECT_SECONDS, _READ_SECONDS = 5.0, 15.0
_SHOWN_BYTES = 2000
# The signature is over id.timestamp.body, so an id with a full stop could be read in two ways.
_SAFE_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where to post; secret: the bytes of the key, None where nothing is signed."""

    url: str = field(repr=False)
    secret: bytes | None = field(repr=False)
    user: tuple[str, str] | None = field(default=None, repr=False)


def parse(url: str, where: str) -> Webhook:
    """The webhook of a webhook:// (HTTP) or webhooks:// (HTTPS) address; raises InputError, which shows none of it.

    `?secret=` is taken out of the address: whsec_ and base64, or any other text, whose UTF-8 bytes are the key. A plus
    sign is a plus sign there, for base64 has them. The rest of the query is the receiver's.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise InputError(where, "is no webhook address", "write webhooks://host/path?secret=...")
    pieces = [piece for piece in parts.query.split("&") if piece]
    secrets = [unquote(piece.partition("=")[2]) for piece in pieces if piece.startswith("secret=")]
    kept = "&".join(piece for piece in pieces if not piece.startswith("secret="))
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    return Webhook(
        url=urlunsplit((SCHEMES[parts.scheme.lower()], place, parts.path or "/", kept, "")),
        secret=_key_of(secrets[-1], where) if secrets else None,
        user=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
    )


def post(hook: Webhook, channel: str, message: Message, *, key: str) -> None:
    """Return when the receiver has answered with 2xx; raises DeliveryFailed where it has not.

    Follows no redirect, reads at most 2000 bytes of the answer. key: the same at each try of the same message.
    """
    try:
        body = _body(message)
    except (TypeError, ValueError) as error:
        raise DeliveryFailed(channel, f"the message cannot be written as JSON ({error})") from error
    headers = _headers(hook.secret, key, body)
    try:
        with requests.post(
            hook.url,
            data=body,
            headers=headers,
            # Without one, requests takes a password for the host out of ~/.netrc.
            auth=hook.user or _nobody,
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            if 200 <= response.status_code < 300:
                return
            said = _said(response)
            wait = answers.retry_after(response.status_code, response.headers)
    except requests.RequestException as error:
        raise DeliveryFailed(channel, _cause(error)) from error
    raise DeliveryFailed(channel, f"HTTP {response.status_code}{said}", retry_after=wait)


def _key_of(text: str, where: str) -> bytes:
    secret = text.encode()
    if text.startswith(_PREFIX):
        coded = text.removeprefix(_PREFIX)
        try:
            secret = b64decode(coded + "=" * (-len(coded) % 4), validate=True)
        except NotBase64 as error:
            mend = "copy it whole, or use a text of your own without that prefix"
            raise InputError(where, "its secret begins with whsec_ and is no base64", mend) from error
    if not secret:
        mend = "give it one (what `openssl rand -base64 32` prints, after whsec_), or leave `secret=` out"
        raise InputError(where, "its secret is empty", mend)
    return secret


def _body(message: Message) -> bytes:
    data: dict[str, Any] = {**message.payload, "title": message.title, "body": message.body}
    event = {
        "type": data.get("type") or _PLAIN_TYPE,
        "timestamp": data.get("timestamp") or _now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": data,
    }
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _headers(secret: bytes | None, key: str, body: bytes) -> dict[str, str]:
    name = key if _SAFE_KEY.fullmatch(key) else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    moment = str(int(_now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "newsmonitor",
        "Idempotency-Key": name,
        "webhook-id": name,
        "webhook-timestamp": moment,
    }
    if secret is not None:
        digest = hmac.digest(secret, f"{name}.{moment}.".encode() + body, "sha256")
        headers["webhook-signature"] = f"v1,{b64encode(digest).decode()}"
    return headers


def _now() -> datetime:
    # The time of the try and not of the run: a receiver refuses what was signed more than five minutes ago.
    return datetime.now(UTC)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _said(response: requests.Response) -> str:
    """The first words of a refusal, where they are text for people to read."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("text/plain", "application/json", "application/problem+json"):
        return ""
    text = next(response.iter_content(_SHOWN_BYTES), b"").decode("utf-8", "replace")
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f": {words[:160]}" if words else ""


def _cause(error: BaseException) -> str:
    """The cause of the cause, which urllib3 wraps twice: `Connection refused`; never the address."""
    if isinstance(error, requests.Timeout):
        return "timed out"
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and not isinstance(chain, requests.RequestException) and chain.strerror:
            return str(chain.strerror)
        chain = chain.__cause__ or chain.__context__
    return f"no answer ({type(error).__name__})"
