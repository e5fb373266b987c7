"""The article in the linked data (JSON-LD, schema.org) of a page. Pure: blocks in, the article's fields out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from json import JSONDecoder
from typing import Any
from urllib.parse import urljoin

from newsmonitor.pagefields import path_of, plain, unescape

_ARTICLE = re.compile(r"(?:.*article|.*blogposting|.*posting|report|.*review)", re.I)
_PAGE = re.compile(r".*page", re.I)
_OPENING = re.compile(r"[{\[]")
_BREAK = re.compile(r"<(?:/p|br|/div|/h\d|/li)\b[^<>]{0,200}>|\n", re.I)
_NO_ARTICLE = 3
_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "item")
_MAX_OBJECTS = 2_000
_MOST_NAMES = 20
_LONGEST = 5_000
_LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedArticle:
    """The article and the page that hold it, as schema.org names their fields; empty where there is none."""

    article: Mapping[str, Any] = field(repr=False)
    page: Mapping[str, Any] = field(repr=False)
    by_id: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def text(self, name: str) -> str | None:
        """A field in plain text; of several values the first."""
        return _text(self.article.get(name))

    def name(self, name: str) -> str | None:
        """The name of the thing in a field."""
        return next(iter(self._names(self.article.get(name))), None)

    def names(self, name: str) -> tuple[str, ...]:
        """The names of all things in a field, references into the page's other objects included."""
        return tuple(self._names(self.article.get(name)))

    def body(self) -> str | None:
        """articleBody as paragraphs."""
        value = self.article.get("articleBody")
        if not isinstance(value, str):
            return None
        # Escaped markup first becomes markup, then goes.
        paragraphs = (plain(part) for part in _BREAK.split(unescape(value)) if part)
        return "\n".join(part for part in paragraphs if part) or None

    def image(self) -> str | None:
        """The address of the first image, as it stands."""
        value = _first(self.article.get("image"))
        if isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl")
        return value if isinstance(value, str) else None

    def is_free(self) -> bool | None:
        """Whether all of it may be read for nothing; None where that is not said."""
        value = _first(self.article.get("isAccessibleForFree"))
        if isinstance(value, bool):
            return value
        # Also "False" and "http://schema.org/False".
        word = value.strip().lower().rpartition("/")[2] if isinstance(value, str) else ""
        return {"true": True, "false": False}.get(word)

    def _names(self, value: Any) -> Iterator[str]:
        for item in value[:_MOST_NAMES] if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                item = self._name_of(item)
            # One more list at most: {"name": ["John Smith", "Jane Roe"]}.
            for name in item[:_MOST_NAMES] if isinstance(item, list) else [item]:
                if isinstance(name, str) and (text := _text(name)):
                    yield text

    def _name_of(self, thing: Mapping[str, Any]) -> Any:
        for known in (thing, self.by_id.get(str(thing.get("@id")), {})):
            if known.get("name"):
                return known["name"]
            parts = [_text(known.get(part)) for part in ("givenName", "familyName")]
            if any(parts):
                return " ".join(part for part in parts if part)
        return None


def read_linked_data(blocks: Iterable[str], url: str) -> LinkedArticle:
    """What the blocks say of the article at url; never raises."""
    found = _objects(blocks)
    ranked = sorted(found, key=lambda thing: _rank(thing, url))
    return LinkedArticle(
        article=ranked[0] if ranked and _rank(ranked[0], url) < _NO_ARTICLE else {},
        page=next((thing for thing in found if _is_a(thing, _PAGE)), {}),
        by_id={
            thing["@id"]: thing for thing in reversed(found) if isinstance(thing.get("@id"), str) and len(thing) > 1
        },
    )  # fmt: skip


def _objects(blocks: Iterable[str]) -> list[dict[str, Any]]:
    """The objects of the linked data, outermost first, without those inside properties of no interest."""
    found: list[dict[str, Any]] = []
    values = (value for block in blocks for value in _parsed(block))
    waiting: list[Any] = list(islice(values, _MAX_OBJECTS))
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


def _is_a(thing: Mapping[str, Any], kind: re.Pattern[str]) -> bool:
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and kind.fullmatch(name) for name in kinds)


def _rank(thing: Mapping[str, Any], url: str) -> int:
    """0 for an article that names this page as its address, 1 for one with a headline, 2 for any, 3 for the rest."""
    if not _is_a(thing, _ARTICLE):
        return _NO_ARTICLE
    page = thing.get("mainEntityOfPage")
    addresses = [thing.get("url"), page.get("@id") if isinstance(page, dict) else page]
    if any(isinstance(address, str) and _same_page(address, url) for address in addresses):
        return 0
    return 1 if thing.get("headline") else 2


def _same_page(address: str, url: str) -> bool:
    if len(address) > _LONGEST_ADDRESS:
        return False
    try:
        theirs, ours = path_of(urljoin(url, address)), path_of(url)
    except ValueError:
        return False
    return theirs == ours and bool(ours)


def _first(value: Any) -> Any:
    while isinstance(value, list) and value:
        value = value[0]
    return value


def _text(value: Any) -> str | None:
    value = _first(value)
    if not isinstance(value, str):
        return None
    # Twice: entities are often escaped once for HTML and once for JSON.
    return plain(unescape(value[:_LONGEST])) or None
