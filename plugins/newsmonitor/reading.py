"""What is read from one answer, as its row in `pages`: the same for a page just fetched and one from the archive."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC

from newsmonitor.archive import Capture
from newsmonitor.boilerplate import line_ids
from newsmonitor.dedupe import text_hash
from newsmonitor.errors import WorkerFailure
from newsmonitor.extract import Article
from newsmonitor.languages import identify_language
from newsmonitor.records import Announced, Entry, Page, UInt32, identify
from newsmonitor.urls import canonical_url
from newsmonitor.workers import Workers

# With the start of a worker after one that was killed, a look ends within six seconds.
_READ_SECONDS = 4.0
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
# What the answer itself says; all else in the row was read from it.
_OF_THE_ANSWER = (
    "entry_id", "domain", "requested_url", "final_url", "http_status", "fetched_at", "elapsed_ms", "byte_count",
    "content_type", "archive_ref", "attempt", "extra",
)  # fmt: skip


async def read_page(
    workers: Workers, page: Page, body: bytes, *, headers: Iterable[tuple[str, str]], announced: Announced
) -> tuple[Page, str | None]:
    """The row of an answer with what was read from it, and where it only sends on to; page is the answer's row alone.

    Raises WorkerFailure where it took too long or too much memory.
    """
    media_type = (page.content_type or "text/html").partition(";")[0].strip().lower()
    if media_type not in _HTML:
        return replace(page, failure_class="not_html", error=f"is {media_type}, not a page of text"), None
    url = page.final_url or page.requested_url or ""
    article: Article = await workers.run(
        "newsmonitor.extract:read_article",
        body,
        url=url,
        content_type=page.content_type,
        headers={name.lower(): value for name, value in headers},
        announced=announced,
        timeout=_READ_SECONDS,
    )
    if article.text and article.published_at is None and announced.published_at is None:
        article = await _with_guess(workers, article, body, url, page.content_type)
    if article.wall is None:
        return _with_article(page, article), article.moved_to
    # What a paywall leaves of an article is of the article; what else stands in its place is not.
    if article.wall.kind == "paywall":
        page = _with_article(page, article)
    row = replace(page, outcome="wall", failure_class=article.wall.kind, error=article.wall.words)
    return row, article.moved_to


async def _with_guess(
    workers: Workers, article: Article, body: bytes, url: str, content_type: str | None
) -> Article:
    """The article with a guess at its day; the feed's time, where there is one, is better, and no guess."""
    try:
        day = await workers.run(
            "newsmonitor.extract:guess_day", body, url=url, content_type=content_type, timeout=_READ_SECONDS
        )
    except WorkerFailure:
        return article
    if day is None:
        return article
    return replace(article, published_at=day, published_from="htmldate", is_day_only=True)


async def read_capture(workers: Workers, capture: Capture, page: Page, entry: Entry | None) -> Page:
    """The row of a captured page as it is read now. Raises WorkerFailure as read_page does."""
    announced = announced_by(entry) if entry else Announced()
    row, _ = await read_page(
        workers, unread(page), capture.body, headers=capture.headers, announced=announced
    )
    return row


def unread(page: Page) -> Page:
    """The row of the answer alone, as it was before anything was read from it."""
    kept = {name: getattr(page, name) for name in _OF_THE_ANSWER}
    return Page(**kept, outcome="no_text", canonical_url=canonical_url(page.final_url or ""))


def announced_by(entry: Entry) -> Announced:
    """What the feed said of the page of an entry."""
    return Announced(
        url=entry.canonical_url,
        title=entry.title,
        text=entry.content if entry.content is not None else entry.summary,
        byline=entry.byline,
        published_at=entry.published_at,
    )


def _with_article(page: Page, article: Article) -> Page:
    # Here and not in the workers: the statistics of languages take 70 MB, once instead of in each.
    language = identify_language(article.text or article.title or "")
    return replace(
        page,
        outcome="read" if article.text else "no_text",
        failure_class="extraction_failed" if article.problem else None,
        error=article.problem,
        title=article.title,
        byline=article.byline,
        text=article.text,
        text_sha256=text_hash(article.text) or (identify(article.text) if article.text else None),
        line_ids=tuple(map(UInt32, line_ids(article.text))),
        summary=article.summary,
        language=language.code if language else None,
        language_confidence=language.confidence if language else None,
        published_at=article.published_at and article.published_at.astimezone(UTC),
        published_from=article.published_from,
        is_day_only=article.is_day_only,
        modified_at=article.modified_at and article.modified_at.astimezone(UTC),
        named_url=article.canonical_url,
        site_name=article.site_name,
        section=article.section,
        image_url=article.image_url,
        extraction=article.extraction if article.text else None,
    )
