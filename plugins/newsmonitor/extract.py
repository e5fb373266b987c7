"""Read an article from a page: its text and what is known about it. Pure: bytes in, a ReadPage out.

trafilatura finds the text, in the fastest of its ways first; the slow way follows only where that looks wrong.
It is never given a page that it could not end: on 10 MB of paragraphs it never does, so size and tags are counted
before. What is left of such pages ends at the deadline of the worker process that this is called in.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree, html

from newsmonitor.bylines import read_byline
from newsmonitor.decoding import decode
from newsmonitor.structured import Structured, read_structured, without_scripts

# Real pages stay under 2.2 MB and 8,100 tags (480 pages of some 300 outlets).
_MAX_BYTES = 10_000_000
_MAX_CHARACTERS = 3_000_000
_MAX_TAGS = 20_000
# Of a page too large its head is enough for title and date.
_HEAD = 200_000
# The thresholds of the cascade were measured on 438 pages: the second look is worth its time only here.
_SHORT = 600
_MUCH_LONGER = 3.0
_LONGER = 1.5
# A page of so much markup that gives no text was not understood; a small one may have none.
_LARGE = 20_000
_FEWEST = 20
_TAG = re.compile("<[a-zA-Z/!?]")
_PLAIN_TEXT = re.compile(r"\s*text/plain\b", re.I)
_DOCTYPE = re.compile(r"^\s*<!doctype[^<>]*>", re.I)
# What trafilatura, htmldate and lxml raise on pages that they did not expect (RuntimeError: too deep a tree).
# Not MemoryError: with that the worker process ends. Not Exception: a caller's interrupt is not the page's.
_THEIR_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, etree.LxmlError
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """What was read from one page; problem says in words why there is no text where there should be."""

    text: str | None = field(default=None, repr=False)
    title: str | None = None
    byline: tuple[str, ...] = ()
    summary: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    site_name: str | None = None
    image_url: str | None = None
    extraction: str | None = None
    problem: str | None = None


def warm_up() -> None:
    """Load the libraries, a third of a second, so that it is not counted as the first page's time."""
    _look("<p>Warm</p>", "", read_structured("", (), ""))


def read_article(body: bytes, *, url: str, content_type: str | None) -> ReadPage:
    """The article of a page. Raises nothing, whatever the bytes: what goes wrong is the page's problem.

    published_at is in UTC, midnight where the page gives only the day.
    """
    page = decode(body[:_MAX_BYTES], content_type)
    if content_type and _PLAIN_TEXT.match(content_type) and not page.lstrip().startswith("<"):
        return _plain_text(page)
    markup, linked_data = without_scripts(page)
    problem = _too_large(body, markup)
    stated = read_structured(markup if problem is None else markup[:_HEAD], linked_data, url)
    found = _Found(problem=problem)
    if problem is None:
        found = _look(markup, url, stated)
    text, extraction = _better(found.text, stated.body)
    return ReadPage(
        text=text,
        title=stated.title,
        byline=read_byline(stated.authors, outlets=stated.outlets),
        summary=stated.summary,
        published_at=found.published_at or stated.published_at,
        modified_at=stated.modified_at,
        site_name=stated.site_name,
        image_url=stated.image_url,
        extraction=extraction,
        problem=None if text else found.problem,
    )


def _plain_text(page: str) -> ReadPage:
    lines = (" ".join(line.split()) for line in page[:_MAX_CHARACTERS].splitlines())
    text = "\n".join(line for line in lines if line) or None
    return ReadPage(text=text, extraction="plain" if text else None)


def _too_large(body: bytes, markup: str) -> str | None:
    """In words, where it is too large to be looked at."""
    if len(body) > _MAX_BYTES or len(markup) > _MAX_CHARACTERS:
        return f"the page is too large to read ({len(body) / 1e6:.1f} MB)"
    tags = sum(1 for _ in _TAG.finditer(markup))
    return f"the page has too many elements to read ({tags:,} tags)" if tags > _MAX_TAGS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What looking at the tree gave."""

    text: str | None = None
    published_at: datetime | None = None
    problem: str | None = None


def _look(markup: str, url: str, stated: Structured) -> _Found:
    """The text, and the date where the page states none, out of the tree of the page."""
    if not markup.strip():
        return _Found()
    try:
        tree = html.document_fromstring(_DOCTYPE.sub("", markup, count=1).encode(), parser=_parser())
        text = _text_of(tree, stated)
        published_at = stated.published_at or _date_of(tree, url)
    except _THEIR_FAULTS as error:
        return _Found(problem=f"the page could not be read ({type(error).__name__})")
    problem = None
    if text is None and len(markup) > _LARGE:
        problem = f"no text found in a page of {len(markup) // 1000} kB"
    return _Found(text=text, published_at=published_at, problem=problem)


def _parser() -> html.HTMLParser:
    # The encoding is ours: the page's own statement was right only about its bytes.
    return html.HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)


def _text_of(tree: html.HtmlElement, stated: Structured) -> str | None:
    """What the fast and strict way finds; where that is little, what the slow and tolerant one does."""
    text = _without_title(_extracted(tree, fast=True, favor_precision=True), stated)
    if len(text) < _SHORT or len(stated.body or "") > _MUCH_LONGER * len(text):
        slow = _without_title(_extracted(tree, fast=False, favor_precision=False), stated)
        text = max(text, slow, key=len)
    return text if len(text) >= _FEWEST else None


def _extracted(tree: html.HtmlElement, *, fast: bool, favor_precision: bool) -> str:
    # Here and not above: 0.3 s, which the command line and the other steps need not spend.
    from trafilatura import bare_extraction

    document = bare_extraction(tree, fast=fast, favor_precision=favor_precision, include_comments=False)
    text = getattr(document, "text", None)
    return _clean(text) if isinstance(text, str) else ""


def _without_title(text: str, stated: Structured) -> str:
    """The text without the headline above it, which would make two copies under two headlines differ."""
    first, _, rest = text.partition("\n")
    return rest if first in (stated.title, stated.heading) else text


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _better(found: str | None, stated: str | None) -> tuple[str | None, str | None]:
    """The text and how it was got: the page's own statement of it only where that is clearly longer."""
    if stated is not None and len(stated) > _LONGER * len(found or ""):
        return stated, "json-ld"
    return found, "trafilatura" if found else None


def _date_of(tree: html.HtmlElement, url: str) -> datetime | None:
    """The day of publication that htmldate finds, as its midnight. It takes none after today by its own clock."""
    from htmldate import find_date

    day = find_date(tree, original_date=True, url=url or None)
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
