"""Which of a page's titles is its headline. Pure: candidates in, one title out.

Measured on pages of 180 publishers: og:title is right most often once the name of the site is cut off it, more
often than the headline of the linked data, and the h1 less than both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from newsmonitor.pagefields import Meta, first_of, folded, plain

_TITLE = re.compile(r"<title(?=[\s>])[^<>]*>([^<]{1,1000})", re.I)
_HEADING = re.compile(r"<h1(?=[\s>])[^<>]*>", re.I)
_HEADING_END = re.compile(r"</h1", re.I)
_LONGEST_HEADING = 3_000
_MOST_HEADINGS = 6
_MOST_TRIED = 50
_MARK = re.compile(r"\s++[|\-–—:•·»«/]\s++|\s*+(?:[|｜¦：]|::|--++|—)\s*+|:\s++|\s++-|-\s++")
_CUT_SHORT = re.compile(r"(?:…|\.\.\.)$")
_MOST_CUTS = 3
# Shorter ones are the names of sections and logos.
_SHORTEST = 15
# "News", "Online" or "- News aus Berlin" beside the site's name.
_BESIDE_NAME = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """An h1: its text, and where in the markup it ends."""

    text: str
    ends: int


def headings_of(markup: str) -> list[Heading]:
    """The first headings of the first rank that hold any text."""
    found = []
    for start in islice(_HEADING.finditer(markup), _MOST_TRIED):
        end = _HEADING_END.search(markup, start.end(), start.end() + _LONGEST_HEADING)
        if end and (text := plain(markup[start.end() : end.start()])):
            found.append(Heading(text=text, ends=end.start()))
        if len(found) == _MOST_HEADINGS:
            break
    return found


def choose_title(
    headline: str | None,
    meta: Meta,
    headings: Iterable[Heading],
    markup: str,
    outlets: tuple[str, ...],
    *,
    announced: str | None,
) -> str | None:
    """The headline, out of all that a page calls itself; announced is what the feed called it."""
    element = _TITLE.search(markup)
    shared, tweeted, other, window = (
        _without_site(text, outlets) if text else None
        for text in (
            first_of(meta, ("ogtitle",)),
            first_of(meta, ("twittertitle",)),
            first_of(meta, ("parselytitle", "sailthrutitle", "dctitle")),
            plain(element.group(1)) if element else None,
        )
    )
    shown = [heading.text for heading in headings]
    titles = [text for text in (shared, headline, tweeted, other, *shown, window) if text and folded(text)]
    if announced and (same := _same_as(announced, titles)):
        return same
    proper = [title for title in titles if not _is_site(title, outlets)] or titles
    if not proper:
        return None
    best = proper[0]
    if best is headline and window:
        # Wikipedia's linked data has a description there.
        best = _same_as(window, shown) or best
    elif best is shared and headline and window and _are_same(best, window) and _same_as(headline, shown):
        # What search engines and readers elsewhere are shown; the linked data has what the page shows.
        best = headline
    return _whole(best, titles) or _part(best, [headline or "", *shown]) or best


def _same_as(title: str, titles: Iterable[str]) -> str | None:
    """The one of the titles that has the same letters."""
    return next((other for other in titles if _are_same(title, other)), None)


def _are_same(one: str, other: str) -> bool:
    return folded(one) == folded(other)


def _whole(title: str, titles: Iterable[str]) -> str | None:
    """The title that this one is the cut beginning of."""
    if not _CUT_SHORT.search(title):
        return None
    beginning = folded(title)
    longer = (other for other in titles if not _are_same(title, other))
    return next((other for other in longer if folded(other).startswith(beginning)), None)


def _part(title: str, on_page: Iterable[str]) -> str | None:
    """The headline on the page that this title is with something more before or after a mark."""
    parts = set(_parts(title))
    return next((other for other in on_page if len(other) >= _SHORTEST and folded(other) in parts), None)


def _parts(title: str) -> Iterator[str]:
    marks = list(_MARK.finditer(title))[:8]
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(title)]
    return (folded(title[start:end]) for start in starts for end in ends if start < end)


def _without_site(title: str, outlets: tuple[str, ...]) -> str:
    """The title without the name of the site at its end or beginning, and the section beside it."""
    for _ in range(_MOST_CUTS):
        marks = list(_MARK.finditer(title))
        if not marks:
            break
        first, last = marks[0], marks[-1]
        if title[: last.start()].strip() and _is_site(title[last.end() :], outlets):
            title = title[: last.start()].strip()
        elif title[first.end() :].strip() and folded(title[: first.start()]) in map(folded, outlets):
            title = title[first.end() :].strip()
        else:
            break
    return title


def _is_site(text: str, outlets: tuple[str, ...]) -> bool:
    """Whether a text is one of the site's names, a part of it, or little more."""
    own = folded(text)
    if not own:
        return True
    for outlet in outlets:
        name = folded(outlet)
        if own == name or (len(own) >= 3 and 2 * len(own) >= len(name) and own in name):
            return True
        is_word = f" {outlet.casefold()} " in f" {text.casefold()} " or len(name) >= 5
        if name and name in own and is_word and len(own) <= len(name) + _BESIDE_NAME:
            return True
    return False
