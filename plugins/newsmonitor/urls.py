"""Addresses: one spelling for one page, one key for both its schemes, one name for who serves it. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import tldextract
from w3lib.url import safe_url_string

Item = TypeVar("Item")

# Servers need not take a longer one (RFC 9110, 4.1), and most refuse it.
_MAX_LENGTH = 8000
_MAX_HOST = 253
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# Browsers skip these anywhere in an address; feeds break long links into lines.
_LINE_BREAKS = str.maketrans("", "", "\t\r\n")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
# Browsers read "http:/host" and "http:\\host" as meant; "http://https://host" is a template filled in twice.
_SCHEME = re.compile(r"(?:https?:[/\\]*)*(https?):[/\\]*", re.IGNORECASE)
_SCHEMELESS = re.compile(r"((?:[^\s/?#@:\\.]+\.)+[^\s/?#@:\\.]{2,})(?::\d+)?(?:[/?#]|\Z)")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# An address in which nothing has to change but its parameters; four labels of a host are not too long.
_PLAIN = re.compile(
    r"(https?://[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,3}((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?))"
    r"(?:\?([A-Za-z0-9._~=&-]*))?"
)
# A link that was escaped once too often.
_AMPERSANDS = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?:([0-9A-Fa-f]{2}))?")
_KEY_PREFIX = re.compile(r"\Ahttps?://(www\.)?")

# What tells where a reader came from and never which page it is. Names by which some sites choose the page
# (id, p, ref, from, source, partner, cid) are not here: two stories taken for one cost more than one taken for
# two. Media Cloud drops every parameter that begins with "_", Fundus the whole query; both merge articles.
_TRACKING_PREFIXES = (
    "utm_",  # Google Analytics, and all that copied it
    "mtm_", "matomo_", "piwik_",  # Matomo, once Piwik
    "at_",  # AT Internet: at_medium=RSS on every link of the BBC's feeds
    "ns_",  # Comscore: ns_mchannel=rss (BBC, Guardian)
    "hsa_", "__hs",  # HubSpot
    "vero_", "oly_",  # newsletters: Vero, Omeda
)  # fmt: skip
_TRACKING_NAMES = (
    # Ids of a click: Google, Meta, Microsoft, TikTok, X, Yandex and its Openstat, LinkedIn, Reddit, Branch.
    "gclid gclsrc dclid gbraid wbraid _ga _gl fbclid msclkid ttclid twclid yclid ysclid ymclid _openstat "
    "li_fat_id rdt_cid rb_clickid wickedid _branch_match_id _branch_referrer "
    # Piwik before it was Matomo.
    "pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid "
    # Shared out of an application: Instagram, Facebook, X.
    "igshid igsh fb_action_ids fb_action_types fb_source fb_ref __twitter_impression "
    # Newsletters: Mailchimp, HubSpot, Marketo, Drip, Klaviyo, beehiiv.
    "mc_cid mc_eid mc_tc _hsenc _hsmi hsctatracking mkt_tok __s _ke _bhlid "
    # Publishers' own, on the links of their feeds: Guardian and NPR (CMP), Adobe (icid, s_cid), Daily Mail (ito),
    # MSN and BBC (ocid), New York Times (smid, smtyp, emc), Le Monde (xtor=RSS), Washington Post (wprss),
    # Webtrends, Yahoo (guc...).
    "cmp cmpid icid s_cid sc_cid ito ocid smid smtyp emc xtor wprss wt.mc_id guccounter guce_referrer "
    "guce_referrer_sig"
)
_TRACKING = frozenset(_TRACKING_NAMES.split())


def canonical_url(url: str) -> str | None:
    """The address in normal form, without tracking parameters; None where it is none that can be fetched.

    Normal form: http(s), the host in small letters and punycode, no default port, dot segments resolved, path
    and query percent-encoded as UTF-8, no fragment but `#!`. The path keeps its case, the query its order and
    the host all its labels, since this is also the address that is asked for, and servers mind all three. An
    address with a user name is refused: it is a secret or a trick. Idempotent; never raises.
    """
    if len(url) <= _MAX_LENGTH and (plain := _PLAIN.fullmatch(url)):
        # Nine of ten links of feeds need nothing but the look at their parameters.
        start, query = plain[1], plain[3]
        kept = _without_tracking(query) if query else ""
        start = start if plain[2] else f"{start}/"
        return f"{start}?{kept}" if kept else start
    try:
        text = _absolute(url)
        return _normal(urlsplit(safe_url_string(text))) if text is not None else None
    except ValueError:
        # Bad brackets, bad ports, lone surrogates.
        return None


def url_key(canonical: str) -> str:
    """What two addresses of one page share: the canonical address without its scheme and www."""
    return _KEY_PREFIX.sub("", canonical)


@lru_cache(maxsize=8192)
def registered_domain(url: str) -> str:
    """The domain that somebody registered, in punycode; the host where it is none; "" where there is no host.

    One domain counts as one server's patience. The public suffix list also names private ones (blogspot.com,
    tumblr.com, substack.com): they are no suffixes here, since their one operator limits us across all of them.
    """
    try:
        host = urlsplit(_absolute(url) or "").hostname
    except ValueError:
        return ""
    return _domain_of(host) if host else ""


def by_turns(items: Iterable[Item], address: Callable[[Item], str]) -> Iterator[Item]:
    """The items, one of each registered domain after the other: those of one domain wait for each other."""
    by_domain: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_domain[registered_domain(address(item))].append(item)
    places = max(map(len, by_domain.values()), default=0)
    for place in range(places):
        yield from (those[place] for those in by_domain.values() if place < len(those))


@lru_cache(maxsize=8192)
def _domain_of(host: str) -> str:
    try:
        name = _host(host)
    except ValueError:
        return ""
    if name is None:
        return ""
    return _suffixes().extract_str(name).top_domain_under_public_suffix or name


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list as the package brings it: no request, no file written."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _absolute(url: str) -> str | None:
    """The address with scheme and forward slashes; None where it is none of the web."""
    text = url.translate(_LINE_BREAKS).strip()
    if not text or len(text) > _MAX_LENGTH or _CONTROL.search(text):
        return None
    end = next((index for index, letter in enumerate(text) if letter in "?#"), len(text))
    head, tail = text[:end].replace("\\", "/"), _AMPERSANDS.sub("&", text[end:])
    if match := _SCHEME.match(head):
        return f"{match[1].lower()}://{head[match.end() :]}{tail}"
    if head.startswith("//"):
        return f"https://{head.lstrip('/')}{tail}"
    if (match := _SCHEMELESS.match(text)) and _suffixes().extract_str(match[1]).suffix:
        return f"https://{head}{tail}"
    return None


def _normal(parts: SplitResult) -> str | None:
    host = _host(parts.hostname or "")
    if host is None or "@" in parts.netloc or parts.port == 0:
        return None
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    path = without_dots(_escaped(parts.path))
    fragment = _escaped(parts.fragment) if parts.fragment.startswith("!") else ""
    url = urlunsplit((parts.scheme, host + port, path, _without_tracking(parts.query), fragment))
    return url if len(url) <= _MAX_LENGTH else None


def _host(host: str) -> str | None:
    """A host in normal form, an IPv6 address in brackets; None where no such host can be."""
    if ":" in host:
        return None if "%" in host else f"[{ip_address(host).compressed}]"
    if len(host) > _MAX_HOST:
        return None
    name = unquote(host, errors="strict").encode("idna").decode("ascii").lower().removesuffix(".")
    return name if len(name) <= _MAX_HOST and _HOST.fullmatch(name) else None


def without_dots(path: str) -> str:
    """The path without dot segments (RFC 3986, 5.2.4); empty segments stay, some sites need them."""
    segments = path.split("/")[1:] or [""]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _escaped(text: str) -> str:
    """Escapes in one spelling (RFC 3986, 6.2.2): large digits, none for what needs none, no lone %."""
    return _ESCAPE.sub(_one_escape, text)


def _one_escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    letter = chr(int(match[1], 16))
    return letter if letter in _UNRESERVED else match[0].upper()


def _without_tracking(query: str) -> str:
    kept = (pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0]))
    return "&".join(_escaped(pair) for pair in kept)


def _is_tracking(name: str) -> bool:
    name = unquote(name).lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
