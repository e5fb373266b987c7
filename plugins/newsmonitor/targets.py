"""The one reading of an address: what is checked here is, byte for byte, what is asked. Pure.

Addresses go around guards where two parsers read one text differently. So an address is taken apart once and
written anew in a form that leaves nothing to read into it: scheme and host in lower-case ASCII, an IP address
in its plain spelling, the port as a number, no user name, no fragment, no dot segments.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urljoin

import idna

from newsmonitor.addresses import ipv4_of_host
from newsmonitor.urls import without_dots
from newsmonitor.webfailure import Failure

_MAX_LENGTH = 65_536
_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^\[\]:]*)(?::([0-9]{0,5}))?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# As a browser sends them: printable ASCII but for a few, and a percent sign only where it encodes something.
_NOT_IN_PATH = re.compile(r"%(?![0-9A-Fa-f]{2})|[^!$-;=@-\[\]^_a-z|~]")
_NOT_IN_QUERY = re.compile(r"%(?![0-9A-Fa-f]{2})|[^!$-;=?-~]")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_MAX_NAME = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address to ask, in its plain form. origin is its beginning, netloc its Host header.

    host is a name, or an IP address (is_numeric) without brackets.
    """

    url: str
    origin: str
    netloc: str
    host: str
    port: int
    is_numeric: bool


def parse(url: str, base: Target | None = None) -> Target:
    """The address to ask, http or https; with a base it is where a redirect leads. Failure: bad_url."""
    what = f"redirect to {url[:120]!r}" if base else "address"
    text = url.strip()
    try:
        if len(text) > _MAX_LENGTH or _CONTROLS.search(text):
            raise ValueError("it is too long or has control characters in it")
        return _parsed(_joined(base, text) if base else text)
    except ValueError as error:
        raise Failure("bad_url", f"{what} cannot be used: {error}"[:300]) from error


def _joined(base: Target, location: str) -> str:
    """The absolute address of a redirect. Old parsers join even what has a scheme: "http:b" to a path."""
    if _SCHEME.match(location):
        return location
    if "\\" in location[:2] and location[:1] in "/\\" and location[1:2] in "/\\":
        # Browsers read another host here, the standard (RFC 3986) a path.
        raise ValueError("it begins with backslashes")
    return urljoin(base.url, location)


def _parsed(text: str) -> Target:
    match = _URL.fullmatch(text)
    if match is None or not match[2]:
        raise ValueError("it is not http or https with a host")
    scheme = match[1].lower()
    host, port, is_numeric = _authority(match[2], _PORTS[scheme])
    netloc = f"[{host}]" if ":" in host else host
    if port != _PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    origin = f"{scheme}://{netloc}"
    path = _NOT_IN_PATH.sub(_percent, match[3]) or "/"
    query = _NOT_IN_QUERY.sub(_percent, match[4]) if match[4] else ""
    if "/." in path:
        path = without_dots(path)
    return Target(
        url=f"{origin}{path}{query}",
        origin=origin,
        netloc=netloc,
        host=host,
        port=port,
        is_numeric=is_numeric,
    )


def _authority(text: str, usual_port: int) -> tuple[str, int, bool]:
    """Host, port, and whether the host is an IP address; ValueError where it is not clear what it is."""
    if "@" in text:
        raise ValueError("it carries a user name or password")
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise ValueError("its host or port is none")
    port = int(match[2]) if match[2] else usual_port
    if not 0 < port < 65536:
        raise ValueError("it has no possible port")
    if match[1].startswith("["):
        return _ipv6(match[1][1:-1]), port, True
    name = _name(match[1])
    address = ipv4_of_host(name)
    return address or name, port, address is not None


def _ipv6(text: str) -> str:
    if "%" in text:
        raise ValueError("it names a network interface")
    return str(IPv6Address(text))


def _name(text: str) -> str:
    """A host name as it is asked for: lower case, ASCII, without the dot of the root at its end."""
    # UTS 46 first maps what people type and browsers accept: full-width digits, ideographic full stops.
    ascii_text = text if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    name = ascii_text.lower().removesuffix(".")
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise ValueError("its host is no name")
    return name


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
