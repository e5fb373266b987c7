"""What a page says about itself: JSON-LD, meta elements, headings. Pure: markup in, fields out.

Read from the text of the markup, before any tree is built: that takes a tenth of the time of the tree, and of a
page too large to parse it still tells title and date. Every pattern here is linear, whatever the page holds.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from newsmonitor.bylines import is_byline
from newsmonitor.linkeddata import LinkedArticle, read_linked_data
from newsmonitor.pageauthors import authors_in
from newsmonitor.pagedates import read_dates
from newsmonitor.pagefields import (
    Meta,
    attributes_of,
    first_of,
    meta_of,
    path_of,
    plain,
    web_address,
)
from newsmonitor.pagetitles import Heading, choose_title, headings_of
from newsmonitor.records import Announced

__all__ = ["Structured", "plain", "read_structured", "without_scripts"]

_CUT = re.compile(r"<(?:!--|(script|style|svg)(?=[\s/>]))", re.I)
_CUT_ENDS: dict[str | None, re.Pattern[str]] = {
    None: re.compile(r"-->"),
    **{name: re.compile(rf"</{name}(?=[\s/>])[^<>]*+>?", re.I) for name in ("script", "style", "svg")},
}
_LINKED_DATA = re.compile(r"<script[^<>]{0,500}?application/ld\+json[^<>]*+>", re.I)
# A page of 180 publishers had at most 120 kB of it; 5 MB of it took 700 MB of memory.
_MAX_LINKED_DATA = 1_000_000

_LINK = re.compile(r"<link(?=\s)([^<>]{1,2500})>", re.I)
_MOST_LINKS = 500
_SITES = ("ogsitename", "applicationname", "twitterappnameiphone")
_SECTIONS = ("articlesection", "ogarticlesection", "section", "parselysection", "sailthrusection")
_SUMMARIES = ("ogdescription", "description", "twitterdescription", "dcdescription")
_IMAGES = ("ogimage", "ogimageurl", "ogimagesecureurl", "twitterimage", "twitterimagesrc", "thumbnail")
_AUTHORS = (
    "author", "articleauthor", "ogarticleauthor", "parselyauthor", "sailthruauthor", "byl", "dccreator",
    "cxenseparseauthor", "dctermscreator", "rbauthors", "authors", "twittermiscwrittenby",
)  # fmt: skip
_WRITTEN_BY = re.compile(
    r"written|author|verfasst|geschrieben|écrit|escrito|scritto|geschreven|napisan|автор|написан", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """The page's own statements, checked for form; outlets are the names by which the site calls itself."""

    title: str | None
    heading: str | None
    authors: tuple[str, ...]
    summary: str | None
    published_at: datetime | None
    published_from: str | None = None
    is_day_only: bool = False
    modified_at: datetime | None
    site_name: str | None
    section: str | None = None
    canonical_url: str | None = None
    image_url: str | None
    is_free: bool | None = None
    body: str | None = field(repr=False)
    outlets: tuple[str, ...]


def without_scripts(page: str) -> tuple[str, tuple[str, ...]]:
    """The markup without comments, scripts, styles and drawings; and the blocks of JSON-LD that were in it."""
    kept: list[str] = []
    blocks: list[str] = []
    position = 0
    while start := _CUT.search(page, position):
        kept.append(page[position : start.start()])
        name = start.group(1)
        end = _CUT_ENDS[name and name.lower()].search(page, start.end())
        position = end.end() if end else len(page)
        if name and (data := _LINKED_DATA.match(page, start.start(), position)):
            block = page[data.end() : position]
            if len(block) <= _MAX_LINKED_DATA:
                blocks.append(block)
    kept.append(page[position:])
    return " ".join(kept), tuple(blocks)


def read_structured(markup: str, blocks: Iterable[str], url: str, announced: Announced) -> Structured:
    """What a page states of itself, out of what without_scripts gives; never raises."""
    linked = read_linked_data(blocks, url)
    meta = meta_of(markup)
    publisher = linked.name("publisher")
    site = first_of(meta, _SITES) or publisher
    outlets = tuple(name for name in (site, publisher, *_hosts(url)) if name)
    headings = headings_of(markup)
    headline = linked.text("headline")
    title = choose_title(headline, meta, headings, markup, outlets, announced=announced.title)
    heading = _heading_of(title, headings)
    headline_ends = heading.ends if heading else 0
    published, modified = read_dates(
        linked,
        meta,
        markup,
        headline_ends=headline_ends,
        announced_at=announced.published_at,
    )
    return Structured(
        title=title,
        heading=heading.text if heading else None,
        authors=_authors(
            linked, meta, markup, outlets, headline_ends=headline_ends, announced=announced.byline
        ),
        summary=linked.text("description") or first_of(meta, _SUMMARIES),
        published_at=published.at if published else None,
        published_from=published.source if published else None,
        is_day_only=published.is_day_only if published else False,
        modified_at=modified.at if modified else None,
        site_name=site,
        section=linked.text("articleSection") or first_of(meta, _SECTIONS),
        canonical_url=_canonical(meta, markup, url),
        image_url=web_address(first_of(meta, _IMAGES) or linked.image(), url),
        is_free=linked.is_free(),
        body=linked.body(),
        outlets=outlets,
    )


def _heading_of(title: str | None, headings: list[Heading]) -> Heading | None:
    """The heading that has the words of the title; the first may be the site's name."""
    if not headings:
        return None
    words = set((title or "").casefold().split())
    return max(headings, key=lambda heading: len(words & set(heading.text.casefold().split())))


def _authors(
    linked: LinkedArticle,
    meta: Meta,
    markup: str,
    outlets: tuple[str, ...],
    *,
    headline_ends: int,
    announced: tuple[str, ...],
) -> tuple[str, ...]:
    """The first statement of authors that has a name in it other than the site's; else the first of any."""
    stated = (
        linked.names("author"),
        *(tuple(meta.get(name, ())) for name in _AUTHORS),
        _labelled_author(meta),
        announced,
    )
    for found in stated:
        if is_byline(found, outlets=outlets):
            return found
    in_markup = authors_in(markup, headline_ends=headline_ends, outlets=outlets)
    return in_markup or next(filter(None, stated), ())


def _labelled_author(meta: Meta) -> tuple[str, ...]:
    """As WordPress tells it to Twitter: a label, "Written by", and beside it the data."""
    for label, value in zip(meta.get("twitterlabel1", ()), meta.get("twitterdata1", ()), strict=False):
        if _WRITTEN_BY.search(label):
            return (value,)
    return ()


def _canonical(meta: Meta, markup: str, url: str) -> str | None:
    """The address that the page names as its own; not the front page, which some templates name on every page."""
    for address in (*_canonical_links(markup), first_of(meta, ("ogurl",))):
        found = web_address(address, url)
        if found and (path_of(found) or urlsplit(found).query or not path_of(url)):
            return found
    return None


def _canonical_links(markup: str) -> Iterator[str]:
    for element in islice(_LINK.finditer(markup), _MOST_LINKS):
        attributes = attributes_of(element.group(1))
        if attributes.get("rel", "").lower() == "canonical":
            yield attributes.get("href", "")


def _hosts(url: str) -> tuple[str, ...]:
    """The host of the address and its name without the ending: boersen-zeitung.de, boersen-zeitung."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    return host, host.partition(".")[0]
