"""What a page says about itself: JSON-LD, meta elements, headings. Pure: markup in, fields out.

Read from the text of the markup, before any tree is built: that takes a tenth of the time of the tree, and of a
page too large to parse it still tells title and date. Every pattern here is linear, whatever the page holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import parsedate_to_datetime
from html import unescape
from json import JSONDecoder
from typing import Any
from urllib.parse import urljoin, urlsplit

_CUT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg)(?=[\s/>]).*?(?:</\1(?=[\s/>])[^<>]*>?|\Z)", re.S | re.I
)
_LINKED_DATA = re.compile(r"<script[^<>]{0,500}?application/ld\+json[^<>]*>", re.I)
_META = re.compile(r"<meta(?=[\s/])((?:[^<>\"']++|\"[^\"]{0,5000}\"|'[^']{0,5000}')*+)", re.I)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,50}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_TITLE = re.compile(r"<title(?=[\s>])[^<>]*>([^<]{1,1000})", re.I)
_HEADING = re.compile(r"<h1(?=[\s>])[^<>]*>(.{1,3000}?)</h1", re.I | re.S)
_TIME = re.compile(r"<time(?=\s)([^<>]{1,1000})>", re.I)
_AUTHOR_LINK = re.compile(
    r"<a(?=\s)[^<>]{0,500}?\srel=[\"']?author(?=[\"'\s>])[^<>]{0,500}>([^<]{3,80})<", re.I
)
_MARKS = (" | ", " - ", " – ", " — ", " :: ", " • ")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:/p|br|/div|/h\d|/li)\b[^<>]{0,200}>|\n", re.I)

_ARTICLE = re.compile(r"(?:.*article|.*blogposting|.*posting|report|.*review)", re.I)
_OPENING = re.compile(r"[{\[]")
_NO_ARTICLE = 3
_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "item")
# A page of 180 publishers had at most 120 kB of it; 5 MB of it took 700 MB of memory.
_MAX_LINKED_DATA = 1_000_000
_MAX_OBJECTS = 2_000

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "published_time", "publishdate", "publish-date", "pubdate",
    "date.published", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date", "article.published",
    "rnews:datepublished", "article:published", "published-date", "publication_date", "date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "datemodified", "og:updated_time", "dcterms.modified",
    "lastmod", "last-modified", "article.updated", "date.modified", "rnews:datemodified",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title")
_AUTHORS = (
    "author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "byl", "dc.creator",
    "article.author", "cxenseparse:author", "dcterms.creator", "rbauthors", "authors",
)  # fmt: skip
_SITES = ("og:site_name", "application-name", "twitter:app:name:iphone")
_SUMMARIES = ("og:description", "description", "twitter:description", "dc.description")
_IMAGES = (
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """The page's own statements, checked for form; outlets are the names by which the site calls itself."""

    title: str | None
    heading: str | None
    authors: tuple[str, ...]
    summary: str | None
    published_at: datetime | None
    modified_at: datetime | None
    site_name: str | None
    image_url: str | None
    body: str | None = field(repr=False)
    outlets: tuple[str, ...]


def without_scripts(page: str) -> tuple[str, tuple[str, ...]]:
    """The markup without comments, scripts, styles and drawings; and the blocks of JSON-LD that were in it."""
    blocks: list[str] = []

    def cut(found: re.Match[str]) -> str:
        if (start := _LINKED_DATA.match(found.group())) and len(found.group()) <= _MAX_LINKED_DATA:
            blocks.append(found.group()[start.end() :])
        return " "

    return _CUT.sub(cut, page), tuple(blocks)


def read_structured(markup: str, blocks: Iterable[str], url: str) -> Structured:
    """What a page states of itself, out of what without_scripts gives; never raises."""
    articles = sorted(_objects(blocks), key=lambda found: _rank(found, url))
    linked: dict[str, Any] = articles[0] if articles and _rank(articles[0], url) < _NO_ARTICLE else {}
    meta = _meta(markup)
    site = _first(meta, _SITES) or _name(linked.get("publisher"))
    outlets = tuple(name for name in (site, _name(linked.get("publisher")), *_hosts(url)) if name)
    heading = plain(found.group(1)) if (found := _HEADING.search(markup)) else None
    return Structured(
        title=_title(linked, meta, heading, markup, outlets),
        heading=heading,
        authors=tuple(_names(linked.get("author")) or _all(meta, _AUTHORS) or _linked_authors(markup)),
        summary=_text(linked.get("description")) or _first(meta, _SUMMARIES),
        published_at=_date(linked.get("datePublished"), linked.get("dateCreated"))
        or _date(*_all(meta, _PUBLISHED))
        or _time(markup),
        modified_at=_date(linked.get("dateModified")) or _date(*_all(meta, _MODIFIED)),
        site_name=site,
        image_url=_address(_first(meta, _IMAGES) or _image(linked.get("image")), url),
        body=_body(linked.get("articleBody")),
        outlets=outlets,
    )


def plain(text: str) -> str:
    """One line of plain text: no tags, no entities, no runs of space."""
    return " ".join(unescape(_TAG.sub(" ", text)).split())


def _objects(blocks: Iterable[str]) -> list[dict[str, Any]]:
    """The objects of the linked data, outermost first, without those inside properties of no interest."""
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [value for block in blocks for value in _parsed(block)]
    for value in waiting:
        if isinstance(value, list):
            waiting += value[:_MAX_OBJECTS]
        elif isinstance(value, dict):
            found.append(value)
            waiting += [value[name] for name in _INNER if isinstance(value.get(name), dict | list)]
        if len(waiting) > _MAX_OBJECTS:
            break
    return found


def _parsed(block: str) -> Iterator[Any]:
    """The values of one block: several in a row, line breaks in strings and a comment around it are all seen."""
    decoder = JSONDecoder(strict=False)
    block = block.replace("<![CDATA[", "")
    position = 0
    while start := _OPENING.search(block, position):
        try:
            value, position = decoder.raw_decode(block, start.start())
        except (ValueError, RecursionError):
            # Also numbers of 5,000 digits, and lists 1,000 deep.
            return
        yield value


def _rank(found: Mapping[str, Any], url: str) -> int:
    """0 for an article that names this page as its address, 1 for one with a headline, 2 for any, 3 for the rest."""
    kinds = found.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if not any(isinstance(kind, str) and _ARTICLE.fullmatch(kind) for kind in kinds):
        return _NO_ARTICLE
    page = found.get("mainEntityOfPage")
    addresses = [found.get("url"), page.get("@id") if isinstance(page, dict) else page]
    if any(isinstance(address, str) and _same_page(address, url) for address in addresses):
        return 0
    return 1 if found.get("headline") else 2


def _same_page(address: str, url: str) -> bool:
    try:
        theirs, ours = urlsplit(urljoin(url, address)), urlsplit(url)
    except ValueError:
        return False
    return theirs.path.rstrip("/") == ours.path.rstrip("/") != ""


def _meta(markup: str) -> dict[str, list[str]]:
    """The contents of the meta elements by name, property or itemprop, in lower case."""
    meta: dict[str, list[str]] = {}
    for element in _META.finditer(markup):
        attributes = _attributes(element.group(1))
        content = attributes.get("content", "").strip()
        for name in ("property", "name", "itemprop"):
            if content and attributes.get(name):
                meta.setdefault(attributes[name].strip().lower(), []).append(content)
    return meta


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(text)
    }


def _all(meta: Mapping[str, list[str]], names: tuple[str, ...]) -> list[str]:
    """The values of the first of these names that has any."""
    return next((meta[name] for name in names if name in meta), [])


def _first(meta: Mapping[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((text for name in names for value in meta.get(name, ()) if (text := plain(value))), None)


def _title(
    linked: Mapping[str, Any],
    meta: Mapping[str, list[str]],
    heading: str | None,
    markup: str,
    outlets: tuple[str, ...],
) -> str | None:
    element = _TITLE.search(markup)
    candidates = (
        _text(linked.get("headline")),
        _without_site(_first(meta, _TITLES) or "", outlets),
        heading,
        _without_site(plain(element.group(1)), outlets) if element else None,
    )
    return next((title for title in candidates if title), None)


def _without_site(title: str, outlets: tuple[str, ...]) -> str:
    """The title without " - Name of the Site" at its end."""
    head, _, tail = max((title.rpartition(mark) for mark in _MARKS), key=lambda parts: len(parts[0]))
    last = _folded(tail)
    is_site = head and last and any(last in name or name in last for name in map(_folded, outlets) if name)
    return head.strip() if is_site else title


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _text(value: Any) -> str | None:
    while isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return None
    # Twice: entities are often escaped once for HTML and once for JSON.
    return plain(unescape(value[:5_000])) or None


def _name(value: Any) -> str | None:
    while isinstance(value, list) and value:
        value = value[0]
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return [name for item in value[:20] if not isinstance(item, list) for name in _names(item)]
    name = _text(value)
    return [name] if name else []


def _hosts(url: str) -> tuple[str, ...]:
    """The host of the address and its name without the ending: boersen-zeitung.de, boersen-zeitung."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    return host, host.partition(".")[0]


def _linked_authors(markup: str) -> list[str]:
    return [plain(name) for name in _AUTHOR_LINK.findall(markup)]


def _image(value: Any) -> str | None:
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    return value if isinstance(value, str) else None


def _address(value: str | None, url: str) -> str | None:
    """An absolute web address, or None."""
    if not value or len(value) > 2_000:
        return None
    try:
        address = urljoin(url, unescape(value).strip())
        return address if urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


def _body(value: Any) -> str | None:
    """articleBody as paragraphs."""
    if not isinstance(value, str):
        return None
    # Escaped markup first becomes markup, then goes.
    paragraphs = (plain(part) for part in _BREAK.split(unescape(value)) if part)
    return "\n".join(part for part in paragraphs if part) or None


def _time(markup: str) -> datetime | None:
    """The first time element that says it is the time of publication."""
    for element in _TIME.finditer(markup):
        attributes = _attributes(element.group(1))
        if "pubdate" in element.group(1).lower() or attributes.get("itemprop", "").lower() == "datepublished":
            return _date(attributes.get("datetime"))
    return None


def _date(*values: Any) -> datetime | None:
    """The first of the values that is a time."""
    return next((found for value in values if (found := _parse_date(value)) is not None), None)


def _parse_date(value: Any) -> datetime | None:
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 60:
        return None
    text = value.strip()
    try:
        found = _from_number(text) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return _in_range(_from_mail_date(text))
    return _in_range(found)


def _in_range(found: datetime | None) -> datetime | None:
    """The time in UTC; none before there was news on the web, and none of the mistaken years far ahead.

    Only the day, as its midnight, where it has no zone, for then it may be 14 hours off (n-tv.de, aa.com.tr);
    also where it is the first second of a day, which is how many sites write that they know no more.
    """
    if found is None or not 1995 <= found.year < 2100:
        return None
    if found.tzinfo is None or found.time() == time(0, 0):
        return datetime.combine(found, time(0, 0), UTC)
    return found.astimezone(UTC)


def _from_number(text: str) -> datetime:
    """A day as 20240806, or seconds or milliseconds since 1970."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(text) / (1000 if len(text) > 11 else 1), UTC)


def _from_mail_date(text: str) -> datetime | None:
    """As feeds and mails write it: Tue, 06 Aug 2024 10:00:00 +0300."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
