"""Bot checks and refusals of a place, told from the answer as it came. Pure: an answer in, a Wall or None out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsmonitor import wallmarks
from newsmonitor.decoding import decode
from newsmonitor.pagefields import unescape
from newsmonitor.wallphrases import (
    ASKS,
    CHECK_HINTS,
    CHECK_TITLES,
    CHECK_WORDS,
    OPENNESS,
    PERSONS,
    PLACE_WORDS,
    PLACES,
    folded,
    parts,
    said_together,
)

# Of a larger page only so much is looked at, at its two ends: a challenge has its marks there.
_HEAD = 32_000
_TAIL = 8_000
_COUNTED = 500_000
# A challenge has a link or two to those who made it. A page of a site has its menu.
_MOST_LINKS = 14
# What pages have so that others show and find them, and what feeds are; no challenge wants to be found.
_FOR_OTHERS = (
    b'"og:',
    b"'og:",
    b"application/ld+json",
    b"<article",
    b"<rss",
    b"<feed",
    b"<rdf:rdf",
    b"<urlset",
    b"%pdf-",
)
_MOST_WORDS = 2_500
_FEW = 800
_ALMOST_NONE = 100
_LONGEST_NAME = 40
_HIDDEN = re.compile(r"<(script|style|svg)\b.*?(?:</\1|\Z)[^<>]*>?|<!--.*?(?:-->|\Z)", re.S)
_TITLE = re.compile(r"<title[^<>]*>([^<]{0,500})")
_TAG = re.compile(r"<[^<>]{0,3000}>")
_APPLICATION = re.compile(
    r"<(div|main) id=[\"']?(?:root|app|__next|__nuxt|react-root)[\"']?[^<>]{0,100}>\s*</\1>|<app-root"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """What stands in front of the article: its kind, as in pages.failure_class, and in words."""

    kind: str
    words: str


def wall_of(body: bytes, headers: Mapping[str, str], *, status: int = 200) -> Wall | None:
    """The wall that the answer as it came shows, before any text is looked for; header names are lower case.

    Also of a refused answer (403, 429, 503 and so on), whose body is often the challenge itself.
    """
    if status == 451:
        return Wall(kind="geo_block", words="refused for legal reasons (HTTP 451)")
    if found := wallmarks.product_of_headers(headers, status):
        return _check(*found)
    head = body[:_HEAD]
    if b"<" not in head[:1000]:
        return _of_data(body)
    if any(mark in head for mark in _FOR_OTHERS) or body.count(b"<a ", 0, _COUNTED) > _MOST_LINKS:
        return None
    page = (body if len(body) <= _HEAD + _TAIL else head + b" " + body[-_TAIL:]).lower()
    if any(mark in page for mark in _FOR_OTHERS) or page.count(b"<a ") > _MOST_LINKS:
        return None
    return _of_page(page, headers, status, is_whole=len(body) <= _HEAD + _TAIL)


def _of_data(body: bytes) -> Wall | None:
    """The wall that a small answer of JSON is: to a client that takes anything, some send the address of a
    captcha."""
    mark = wallmarks.product_of_mark(body.lower()) if len(body) <= _FEW * 5 and body[:1] == b"{" else None
    return _check(mark[0], _quoted(mark[1], "")) if mark else None


def place_said(text: str) -> str | None:
    """What a folded text says of a country or region that is refused."""
    found = PLACE_WORDS.search(text)
    return found.group() if found else said_together(text, PLACES, OPENNESS)


def check_said(text: str) -> str | None:
    """What a folded text says to find out whether a person reads it."""
    found = CHECK_WORDS.search(text)
    return found.group() if found else said_together(text, ASKS, PERSONS)


def _of_page(page: bytes, headers: Mapping[str, str], status: int, *, is_whole: bool) -> Wall | None:
    """The wall that a page without a site around it is."""
    markup = decode(page, headers.get("content-type"))
    bare = _HIDDEN.sub(" ", markup)
    title = folded(unescape(found.group(1))) if (found := _TITLE.search(bare)) else ""
    words = folded(unescape(_TAG.sub(" ", _TITLE.sub(" ", bare))))
    if len(words) > _MOST_WORDS:
        return None
    if is_whole and len(words) <= _FEW * 2 and (place := place_said(f"{title}. {words}")):
        return Wall(kind="geo_block", words=f'refused in this country (the page says "{place}")')
    if (mark := wallmarks.product_of_mark(page)) and not _is_server_fault(status):
        return _check(mark[0], _quoted(mark[1], title))
    # Of a page cut in two it is not known how much it says.
    return _by_words(page, markup, title, words, headers, status) if is_whole else None


def _by_words(
    page: bytes, markup: str, title: str, words: str, headers: Mapping[str, str], status: int
) -> Wall | None:
    said = check_said(words)
    # An article headed "Access denied: ..." says so in its text, too: that is no second sign.
    hints = (found.group() for found in CHECK_HINTS.finditer(words) if found.group() not in title)
    hint = said or next(hints, None)
    titled = _titled(title)
    is_refused = status in wallmarks.REFUSED
    if titled and (hint or len(words) < _ALMOST_NONE) and not _is_plain_refusal(titled, hint, status):
        return Wall(kind="bot_check", words=f'bot check (the page is titled "{titled}")')
    is_application = bool(_APPLICATION.search(markup))
    sensor = wallmarks.product_of_sensor(page)
    if sensor and (hint or is_refused or (len(words) < _ALMOST_NONE and not is_application)):
        return _check(sensor[0], _quoted(sensor[1], title))
    sign = hint if is_refused else said
    if sign and len(words) < _FEW and not is_application:
        return Wall(kind="bot_check", words=f'bot check (the page says "{sign}")')
    product = wallmarks.product_of_cookie(headers) if is_refused else None
    return _check(product, "its cookie came with the refusal") if product else None


def _titled(title: str) -> str | None:
    """The piece of the title that only a check has, where the rest of it can be the site's name."""
    found = next((part for part in parts(title) if CHECK_TITLES.fullmatch(part)), None)
    return found if found and len(title) - len(found) <= _LONGEST_NAME else None


def _is_plain_refusal(titled: str, hint: str | None, status: int) -> bool:
    """Whether a server says no without any check: "403 Forbidden" of nginx is no more than its status."""
    return hint is None and ("forbidden" in titled or titled[-3:].isdigit()) and status != 200


def _is_server_fault(status: int) -> bool:
    """Whether it is Cloudflare's page about a server that does not answer (520 to 530), or another fault."""
    return status >= 500 and status != 503


def _quoted(mark: str, title: str) -> str:
    return f'"{mark}" is in the page' + (f', which is titled "{title[:80]}"' if title else "")


def _check(product: str, sign: str) -> Wall:
    return Wall(kind="bot_check", words=f"bot check ({product}: {sign})")
