"""Who wrote it, where a page says so only in what readers see. Pure: markup in, names out.

The last resort, for classes name many things: a name counts only where it looks like that of a person, and the
first such place after the headline ends the search.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsmonitor.bylines import read_byline
from newsmonitor.pagefields import attributes_of, folded, plain

_HINT = re.compile(r"[Aa]uthor|[Bb]yline|[Aa]utor|[Ww]riter")
_MEANS = re.compile(r"author|byline|autor|writer")
# Those of the readers, of other articles, and what stands beside a name.
_OTHERS = re.compile(
    r"comment|teaser|related|card|recommend|sidebar|footer|popular|latest|promo|bio|descr|about|avatar|image|img|"
    r"photo|thumb|share|social|follow|subscribe|count|job|role|title|position|email|mail|date|time|authori[sz]|quote"
)
_LINK = re.compile(r"<a(?=\s)[^<>]{0,1000}>([^<>]{1,200})<", re.I)
_TAG_NAME = re.compile(r"<([a-z0-9]{1,20})", re.I)
_LONGEST_TAG = 1_000
_LONGEST_TEXT = 600
_MOST_HINTS = 60
# A second author stands beside the first.
_FARTHEST = 1_500
# More are those of the readers' comments, or of other articles.
_MOST_NAMES = 5
# "MacDonald", "O'Brien", "Müller-Lüdenscheidt", "J.", and the small words between names.
_PROPER = r"[^\W\d_a-zа-яіїєґß][\w'’.\-]{0,25}"
_SMALL = r"d[eaiou]s?|del|della|van|von|der|den|ter|ten|la|le|el|al|bin|ibn|zu|zum|af|av|y|e"
_PERSON = re.compile(rf"{_PROPER}(?:\s(?:{_PROPER}|{_SMALL})){{0,3}}\s{_PROPER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An element that is to hold an author: where its text begins and the text."""

    position: int
    names: tuple[str, ...]


def authors_in(markup: str, *, headline_ends: int, outlets: tuple[str, ...]) -> tuple[str, ...]:
    """The names of persons where the markup says that an author stands, nearest below the headline."""
    found: dict[str, None] = {}
    last = 0
    for place in _places(markup, headline_ends, outlets):
        if found and place.position - last > _FARTHEST:
            break
        found |= dict.fromkeys(place.names)
        last = place.position
    return tuple(found) if len(found) <= _MOST_NAMES else ()


def _places(markup: str, start: int, outlets: tuple[str, ...]) -> Iterator[_Place]:
    hints = 0
    for hint in _HINT.finditer(markup, start):
        if (hints := hints + 1) > _MOST_HINTS:
            return
        opens = markup.rfind("<", max(0, hint.start() - _LONGEST_TAG), hint.start())
        closes = markup.find(">", max(opens, 0), hint.end() + _LONGEST_TAG)
        if opens < 0 or closes < hint.end() or not _is_author(markup[opens:closes]):
            continue
        names = tuple(_names(markup, opens, closes + 1, outlets))
        if names:
            yield _Place(position=closes, names=names)


def _is_author(tag: str) -> bool:
    attributes = attributes_of(tag)
    if attributes.get("rel") == "author" or attributes.get("itemprop") == "author":
        return True
    label = " ".join(attributes.get(name, "") for name in ("class", "data-testid", "data-qa")).lower()
    return bool(_MEANS.search(label)) and not _OTHERS.search(label)


def _names(markup: str, opens: int, starts: int, outlets: tuple[str, ...]) -> Iterator[str]:
    name = _TAG_NAME.match(markup, opens)
    if name is None:
        return
    ends = markup.find(f"</{name.group(1)}", starts, starts + _LONGEST_TEXT)
    inside = markup[starts : ends if ends >= 0 else starts]
    texts = [plain(text) for text in _LINK.findall(inside)] or [plain(inside)]
    for found in read_byline(texts, outlets=outlets):
        # "MDR Thüringen" is an office of the MDR.
        if _PERSON.fullmatch(found) and folded(found.partition(" ")[0]) not in map(folded, outlets):
            yield found
