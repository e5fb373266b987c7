"""The extractors that extraction.py compares, each from bytes to what it finds, as a user would call it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from article_sets import Sample
from lxml import html


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one extractor found on one page; day as it writes it."""

    text: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | str | None = None
    day: date | str | None = None


def newsmonitor(sample: Sample) -> Found:
    from newsmonitor.extract import guess_day, read_article

    page = read_article(sample.body, url=sample.url, content_type=None)
    # As reading.py does where neither the page nor the feed says when.
    when = page.published_at or guess_day(sample.body, url=sample.url, content_type=None)
    return Found(text=page.text, title=page.title, authors=page.byline, published_at=when, day=when)


def trafilatura_plain(sample: Sample) -> Found:
    import trafilatura

    return Found(text=trafilatura.extract(sample.body))


def trafilatura_metadata(sample: Sample) -> Found:
    import trafilatura

    found = trafilatura.bare_extraction(sample.body, with_metadata=True)
    if found is None:
        return Found()
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Found(text=found.text, title=found.title, authors=authors, published_at=found.date, day=found.date)


def newspaper4k(sample: Sample) -> Found:
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False
    article = Article(sample.url, config=config)
    article.download(input_html=sample.body.decode("utf-8", "replace"))
    try:
        article.parse()
    except Exception:  # noqa: BLE001 - it raises anything, an ImportError for Korean among them
        return Found()
    when = article.publish_date if isinstance(article.publish_date, datetime) else None
    return Found(
        text=article.text, title=article.title, authors=tuple(article.authors), published_at=when, day=when
    )


def readability_lxml(sample: Sample) -> Found:
    from readability import Document
    from readability.readability import Unparseable

    try:
        document = Document(sample.body.decode("utf-8", "replace"))
        tree = html.document_fromstring(document.summary())
        for element in tree.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4"):
            element.tail = "\n" + (element.tail or "")
    except (Unparseable, ValueError):
        return Found()
    return Found(text=tree.text_content(), title=document.short_title())


def resiliparse(sample: Sample) -> Found:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    page = bytes_to_str(sample.body, detect_encoding(sample.body))
    return Found(text=extract_plain_text(page, main_content=True, alt_texts=False, links=False))


#: trafilatura as it comes is what the speed is told by.
PEERS: dict[str, Callable[[Sample], Found]] = {
    "trafilatura": trafilatura_plain,
    "traf. + meta": trafilatura_metadata,
    "newspaper4k": newspaper4k,
    "readability": readability_lxml,
    "resiliparse": resiliparse,
}
