"""Read an article from a page: its text and what is known about it. Pure: bytes in, an Article out.

A page is read in three ways, the cheap one first. What it states of itself (structured) is taken as it is. Its text
is that of the blocks that a model takes for the article (blockmodel); where the model is not sure, what trafilatura
finds; and where the page itself states more text than was found, that. Size and tags are counted before anything is
parsed, because some pages no parser would end; what is left of such pages ends at the deadline of the worker process
that this is called in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree, html

from newsmonitor.articletext import FoundText, find_text
from newsmonitor.bylines import read_byline
from newsmonitor.decoding import decode
from newsmonitor.pagefields import refresh_of
from newsmonitor.records import Announced
from newsmonitor.structured import Structured, read_structured, without_scripts
from newsmonitor.walls import Wall, wall_behind, wall_of

# Real pages stay under 2.2 MB and 8,100 tags (480 pages of some 300 outlets).
_MAX_BYTES = 10_000_000
_MAX_CHARACTERS = 3_000_000
_MAX_TAGS = 20_000
# htmldate reads scripts and comments, too, and of most pages needs to; of larger ones it gets the rest.
_MAX_DATED = 1_000_000
# Of a page too large its head is enough for title and date.
_HEAD = 200_000
_LONGER = 1.5
_MOSTLY = 0.6
# A teaser, or "if you are not sent on, click here", is no longer.
_NOTICE = 300
_TAG = re.compile("<[a-zA-Z/!?]")
# MIME sniffing (WHATWG), 3 and 7.1: bytes that no text has, in the beginning; UTF-16 has them, and markup.
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(
    rb"\A(?:\xff\xfe|\xfe\xff)|<\0?[!/?]?\0?(?:\0?h\0?t\0?m\0?l|\0?h\0?e\0?a\0?d|\0?b\0?o\0?d\0?y|\0?m\0?e\0?t\0?a|"
    rb"\0?t\0?i\0?t\0?l\0?e|\0?d\0?o\0?c\0?t\0?y\0?p\0?e|\0?d\0?i\0?v|\0?p\0?[ >]|\0?a\0?r\0?t\0?i\0?c\0?l\0?e)",
    re.I,
)
_SNIFFED = 1_445
_PLAIN_TEXT = re.compile(r"\s*text/plain\b", re.I)
_DOCTYPE = re.compile(r"^\s*<!doctype[^<>]*>", re.I)
# What trafilatura, htmldate and lxml raise on pages that they did not expect (RuntimeError: too deep a tree).
# Not MemoryError: with that the worker process ends. Not Exception: a caller's interrupt is not the page's.
_THEIR_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, etree.LxmlError
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was read from one page.

    The language is told apart from it, in one process (reading). problem says in words why there is no text where
    there should be; wall, what stands there instead of the article; moved_to is where a page without text sends a
    browser on to.
    """

    text: str | None = field(default=None, repr=False)
    title: str | None = None
    byline: tuple[str, ...] = ()
    summary: str | None = None
    published_at: datetime | None = None
    published_from: str | None = None
    is_day_only: bool = False
    modified_at: datetime | None = None
    site_name: str | None = None
    section: str | None = None
    canonical_url: str | None = None
    image_url: str | None = None
    extraction: str | None = None
    problem: str | None = None
    wall: Wall | None = None
    moved_to: str | None = None


def warm_up() -> None:
    """Load the libraries, a third of a second, so that it is not counted as the first page's time."""
    _look("<p>Warm</p>", read_structured("", (), "", Announced()))


def read_article(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    headers: Mapping[str, str] | None = None,
    announced: Announced | None = None,
) -> Article:
    """The article of a page. Raises nothing, whatever the bytes: what goes wrong is the page's problem.

    url is where the redirects led; header names are lower case; announced is what the feed said of it.
    published_at has the zone that the page states; where it gives only the day, it is midnight in UTC.
    """
    announced = announced or Announced()
    if wall := wall_of(body, headers or {}):
        return Article(wall=wall)
    if _BINARY.search(body, 0, _SNIFFED) and not _MARKUP.search(body, 0, _SNIFFED):
        return Article(problem="no text, but data (an image, an archive, a document) that was sent as a page")
    page = decode(body[:_MAX_BYTES], content_type)
    if content_type and _PLAIN_TEXT.match(content_type) and not page.lstrip().startswith("<"):
        return _plain_text(page)
    markup, linked_data = without_scripts(page)
    problem = _too_large(body, markup)
    head = markup if problem is None else markup[:_HEAD]
    stated = read_structured(head, linked_data, url, announced)
    found = FoundText()
    if problem is None:
        found, problem = _look(markup, stated)
    text, extraction = _better(found, stated.body)
    shown = "" if extraction == "json-ld" else found.shown
    wall = wall_behind(head, url=url, announced=announced, stated=stated, text=text, shown=shown)
    return Article(
        text=text,
        title=stated.title,
        byline=read_byline(stated.authors, outlets=stated.outlets),
        summary=stated.summary,
        published_at=stated.published_at,
        published_from=stated.published_from,
        is_day_only=stated.is_day_only,
        modified_at=stated.modified_at,
        site_name=stated.site_name,
        section=stated.section,
        canonical_url=stated.canonical_url,
        image_url=stated.image_url,
        extraction=extraction,
        problem=None if text else problem,
        wall=wall,
        moved_to=refresh_of(head, url) if wall is None and len(text or "") < _NOTICE else None,
    )


def _plain_text(page: str) -> Article:
    lines = (" ".join(line.split()) for line in page[:_MAX_CHARACTERS].splitlines())
    text = "\n".join(line for line in lines if line) or None
    return Article(text=text, extraction="plain" if text else None)


def _too_large(body: bytes, markup: str) -> str | None:
    """In words, where it is too large to be looked at."""
    if len(body) > _MAX_BYTES or len(markup) > _MAX_CHARACTERS:
        return f"the page is too large to read ({len(body) / 1e6:.1f} MB)"
    if markup.count("<") <= _MAX_TAGS:
        return None
    tags = sum(1 for _ in _TAG.finditer(markup))
    return f"the page has too many elements to read ({tags:,} tags)" if tags > _MAX_TAGS else None


def _look(markup: str, stated: Structured) -> tuple[FoundText, str | None]:
    """The text, out of the tree of the page; and in words what is wrong, where there should be one."""
    if not markup.strip():
        return FoundText(), "the page is empty"
    try:
        found = find_text(tree_of(markup), stated)
    except _THEIR_FAULTS as error:
        return FoundText(), f"the page could not be read ({type(error).__name__})"
    return found, None if found.text else f"no text found in a page of {_size(len(markup))}"


def _size(length: int) -> str:
    return f"{length // 1000} kB" if length >= 1000 else f"{length} letters"


def tree_of(markup: str) -> html.HtmlElement:
    """The tree of a page that is not blank; raises what lxml raises."""
    # The encoding is ours: the page's own statement was right only about its bytes.
    parser = html.HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
    return html.document_fromstring(_DOCTYPE.sub("", markup, count=1).encode(), parser=parser)


def _better(found: FoundText, stated: str | None) -> tuple[str | None, str | None]:
    """The text and how it was got: the page's own statement of it only where that has clearly more to say.

    Some sites state only the beginning, some state the text twice over (corriere.it): what repeats itself is not
    more, where there is a text at all.
    """
    length = len(found.text or "")
    if stated is None or len(stated) <= _LONGER * length or (length > _NOTICE and _repeats_itself(stated)):
        return found.text, found.extraction
    return stated, "json-ld"


def _repeats_itself(text: str) -> bool:
    words = text.split()
    runs = list(zip(words, words[1:], words[2:], words[3:], strict=False))
    return len(set(runs)) < _MOSTLY * len(runs)


def guess_day(body: bytes, *, url: str, content_type: str | None) -> datetime | None:
    """The day of publication that htmldate finds in a page that states none, as its midnight in UTC.

    It takes none after today by its own clock. A call of its own, for it may take seconds (its first one loads the
    names of months in 200 languages), and a guess must not cost the text.
    """
    from htmldate import find_date

    page = decode(body[:_MAX_BYTES], content_type)
    if len(page) > _MAX_DATED:
        page, _ = without_scripts(page)
    if _too_large(body, page):
        return None
    try:
        day = find_date(page, original_date=True, url=url or None)
    except _THEIR_FAULTS:
        return None
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
