"""The small parts that reading a page's own statements shares: meta elements, attributes, plain text. Pure.

Read from the text of the markup, before any tree is built. Every pattern here is linear, whatever the page holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape as _unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit

Meta = Mapping[str, list[str]]

_META = re.compile(r"<meta(?=[\s/])((?:[^<>\"']++|\"[^\"]{0,5000}\"|'[^']{0,5000}')*+)", re.I)
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]{1,50}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_TAG = re.compile(r"<[^<>]{0,2000}>")
# No character has so long a number, and of 4,300 digits Python makes no number at all.
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}+;?")
# HTML standard, 4.2.5.3, "shared declarative refresh steps"; a page that reloads itself every minute is no redirect.
_REFRESH = re.compile(
    r"\s*+(?P<seconds>\d{1,4})[\d.]*+[\s;,]*+(?:url\s*+=)?\s*+(?P<address>\S.*)", re.I | re.S
)
_AT_ONCE = 10
_MAX_ADDRESS = 2_000
# Real pages have at most some hundred.
_MOST_META = 2_000
_MOST_VALUES = 20
_MOST_WORDS = 10


def unescape(text: str) -> str:
    """The text without character references, as HTML reads them; raises nothing."""
    return _unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text


def plain(text: str) -> str:
    """One line of plain text: no tags, no entities, no runs of space."""
    return " ".join(unescape(_TAG.sub(" ", text)).split())


def folded(text: str) -> str:
    """The letters and digits alone, so that "The Courier" and "thecourier" are one."""
    return "".join(filter(str.isalnum, text.casefold()))


def attributes_of(element: str) -> dict[str, str]:
    """The attributes of the inside of one tag; names are lower case."""
    return {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(element)
    }


def meta_of(markup: str) -> dict[str, list[str]]:
    """The contents of the meta elements by name, property or itemprop, which are folded.

    Folded, because article:published_time is also written article:published:time and article.published.
    """
    meta: dict[str, list[str]] = {}
    for element in islice(_META.finditer(markup), _MOST_META):
        attributes = attributes_of(element.group(1))
        content = attributes.get("content", "").strip()
        if not content:
            continue
        # One attribute may hold several names; a name may have spaces in it too ("twitter:misc:Written by").
        named = [attributes[name] for name in ("property", "name", "itemprop") if name in attributes]
        for name in {
            folded(word[:_MAX_ADDRESS]) for words in named for word in (words, *words.split()[:_MOST_WORDS])
        } - {""}:
            values = meta.setdefault(name, [])
            if len(values) < _MOST_VALUES:
                values.append(content)
    return meta


def refresh_of(markup: str, url: str) -> str | None:
    """The other address to which a page sends every browser within seconds (meta refresh), or None."""
    for element in islice(_META.finditer(markup), _MOST_META):
        attributes = attributes_of(element.group(1))
        if attributes.get("http-equiv", "").strip().lower() == "refresh":
            found = _REFRESH.match(attributes.get("content", ""))
            if found and float(found["seconds"]) <= _AT_ONCE:
                return web_address(found["address"].strip(" \"'"), url)
    return None


def all_of(meta: Meta, names: Iterable[str]) -> Iterator[str]:
    """The values of these names, those of the first name first."""
    return (value for name in names for value in meta.get(name, ()))


def first_of(meta: Meta, names: Iterable[str]) -> str | None:
    """The first text that has one of these names, in plain."""
    return next((text for value in all_of(meta, names) if (text := plain(value))), None)


def web_address(value: str | None, base: str) -> str | None:
    """An absolute address on the web, or None."""
    if not value or len(value) > _MAX_ADDRESS:
        return None
    try:
        address = urljoin(base, unescape(value).strip())
        return address if urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


def path_of(address: str) -> str | None:
    """The path of an address without a slash at its end; None where it is no address."""
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:
        return None
