"""A warehouse for the benchmarks on copies: articles go in as pages that were read, `file_stories` files them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

from copy_texts import Article  # noqa: E402

from newsmonitor import pipeline  # noqa: E402
from newsmonitor.boilerplate import line_ids  # noqa: E402
from newsmonitor.records import Entry, Page, UInt32  # noqa: E402
from newsmonitor.settings import Settings  # noqa: E402
from newsmonitor.urls import canonical_url, registered_domain  # noqa: E402
from newsmonitor.warehouse import Warehouse  # noqa: E402

# No article says it: topics are not what is measured.
_TOPIC = (
    'id = "none"\ntitle = "None"\n\n[[anchor]]\nname = "none"\nweight = 1.0\nen = ["Quuxington-on-Xyzzy"]\n'
)
_OPML = "<opml version='2.0'><head/><body><outline xmlUrl='https://feed.invalid/rss'/></body></opml>"
_FILED = """
    select stories.story_id, coalesce(link.into_group_id, stories.group_id) as group_id, copy_of, copy_kind,
           stories.similarity
    from stories left join group_links as link on link.group_id = stories.group_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of an article: its group as it is now, and what it was found to repeat."""

    group_id: str
    copy_of: str | None
    copy_kind: str | None
    similarity: float | None


class CopyDesk:
    """A warehouse of its own, without topics, seed documents and feeds."""

    def __init__(self, folder: Path) -> None:
        seeds = folder / "seeds"
        (seeds / "topics").mkdir(parents=True, exist_ok=True)
        (seeds / "topics" / "none.toml").write_text(_TOPIC)
        (seeds / "feeds.opml").write_text(_OPML)
        self.settings = Settings.from_env(ROOT).model_copy(
            update={"warehouse": folder / "warehouse", "seeds": seeds, "feeds": seeds / "feeds.opml"}
        )
        self.warehouse = Warehouse(self.settings.warehouse)

    def file(self, articles: Sequence[Article], *, at: datetime, is_site_learnt: bool = True) -> None:
        """Put the articles, in their order, in front of one run of `file_stories`, and let it run.

        Without is_site_learnt what a site repeats is not cut, as on the first day with a site.
        """
        with pipeline.open_run(at, self.settings) as run:
            entries = [_entry(article, place, at) for place, article in enumerate(articles)]
            self.warehouse.append(entries, batch=run.batch(), day=at.date())
            pages = [_page(article, at, is_site_learnt=is_site_learnt) for article in articles]
            self.warehouse.append(pages, batch=run.batch(), day=at.date())
            pipeline.file_stories(run)

    def filed(self) -> Mapping[str, Filed]:
        """Every story by its name."""
        rows = self.warehouse.query(_FILED).to_pylist()
        return {row.pop("story_id"): Filed(**row) for row in rows}


def _entry(article: Article, place: int, at: datetime) -> Entry:
    return Entry(
        entry_id=article.name,
        feed_url=f"https://{registered_domain(article.url)}/rss",
        outlet=registered_domain(article.url),
        entry_url=article.url,
        canonical_url=canonical_url(article.url),
        title=article.title,
        language=article.language,
        published_at=article.published_at,
        # The order of a run's work is that of these.
        seen_at=at.replace(microsecond=place),
        is_backlog=False,
    )


def _page(article: Article, at: datetime, *, is_site_learnt: bool) -> Page:
    return Page(
        entry_id=article.name,
        domain=registered_domain(article.url),
        requested_url=article.url,
        final_url=article.url,
        http_status=200,
        outcome="read",
        fetched_at=at,
        canonical_url=canonical_url(article.url),
        title=article.title,
        text=article.text,
        line_ids=tuple(map(UInt32, line_ids(article.text))) if is_site_learnt else (),
        language=article.language,
        published_at=article.published_at,
        extraction="blocks",
    )
