"""One run and the outside world it may touch: opened from the settings, or refused in one plain line."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from zlib import crc32

from newsmonitor import alertfile, topicfile
from newsmonitor.alertspec import DEFAULT_RULE, AlertPlan
from newsmonitor.dedupe import Corpus, known_corpus
from newsmonitor.errors import InputError
from newsmonitor.notify import default_addresses
from newsmonitor.records import Feed
from newsmonitor.robots import Robots, known_robots, product_token
from newsmonitor.seeds import SeedDocument, read_alert_file, read_corpus, read_feed_list, read_topic_files
from newsmonitor.settings import Settings
from newsmonitor.topics import Topic
from newsmonitor.urls import registered_domain
from newsmonitor.warehouse import Warehouse
from newsmonitor.web import Web
from newsmonitor.workers import Workers

_PLACES = re.compile(r"^\s*places\s*=", re.MULTILINE)
# A plain sitemap says neither headline nor time: of it, no article could be told from any other page.
POLLED_KINDS = ("feed", "news-sitemap")

# Compiling takes half a second; a process that opens one run after the other, on the same files, pays it once.
_load_topic = lru_cache(maxsize=16)(topicfile.load_topic)
_places_name = lru_cache(maxsize=16)(topicfile.places_name)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: when it was due, and all that its steps may use."""

    at: datetime
    settings: Settings
    warehouse: Warehouse
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]
    seeds: tuple[SeedDocument, ...]

    @cached_property
    def corpus(self) -> Corpus:
        """The seed documents as copies are recognised by them; made when a story is to be judged."""
        return known_corpus((each.document_id, each.text, each.title) for each in self.seeds)

    @cached_property
    def plan(self) -> AlertPlan:
        """The rules and channels of the alert file, read when alerts are concerned: InputError where it is wrong."""
        return read_plan(self.settings, self.topics)

    @property
    def window(self) -> timedelta:
        """How far back a step looks for work that an earlier run left."""
        return timedelta(days=self.settings.window_days)

    @cached_property
    def robots_ignored(self) -> frozenset[str]:
        """The addresses of the feeds whose outlets are asked whatever their robots.txt says."""
        return frozenset(feed.url for feed in self.feeds if feed.robots == "ignore")

    def batch(self, shard: int = 0) -> str:
        """The name of what one shard of this run writes."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{shard:02d}"

    def owns(self, shard: int, url: str) -> bool:
        """Whether an address belongs to this shard: all of a registered domain is in one shard."""
        return crc32(registered_domain(url).encode()) % self.settings.shards == shard


@contextmanager
def open_run(at: datetime, settings: Settings | None = None) -> Iterator[Run]:
    """A run at this time; raises InputError where a seed file or a setting is wrong."""
    settings = settings or Settings.from_env()
    settings.check_warehouse_writable()
    feeds, _ = read_feed_list(settings.feeds)
    yield Run(
        at=at,
        settings=settings,
        warehouse=Warehouse(settings.warehouse),
        feeds=tuple(feed for feed in feeds if feed.kind in POLLED_KINDS),
        topics=read_topics(settings),
        seeds=read_corpus(settings.seeds / "corpus"),
    )


def read_topics(settings: Settings) -> tuple[Topic, ...]:
    """The topics of the seeds folder, compiled; raises InputError with file and line."""
    return tuple(
        _load_topic(
            file.text,
            file.places_text,
            where=str(file.path),
            places_where=str(file.places_path) if file.places_path else None,
        )
        for file in read_topic_files(settings.seeds / "topics", _places_name)
    )


def read_plan(settings: Settings, topics: Iterable[Topic] | None = None) -> AlertPlan:
    """The alert file, checked; the default rule where there is none. Raises InputError with file and line.

    Without topics, those that rules name are taken as they are; they are read where places are named.
    """
    text = read_alert_file(settings.alerts, is_asked_for=settings.alerts != settings.seeds / "alerts.toml")
    if text is None:
        return AlertPlan(where=str(settings.alerts), rules=(DEFAULT_RULE,))
    if topics is None:
        # A topic takes half a second, which `newsmonitor why` need not spend on most alert files.
        if not _PLACES.search(text):
            return alertfile.read_plan(text, str(settings.alerts))
        topics = read_topics(settings)
    places = {topic.topic_id: {each.place_id: each.name for each in topic.spec.places} for topic in topics}
    return alertfile.read_plan(text, str(settings.alerts), topics=tuple(places), places=places)


def check_settings(settings: Settings | None = None) -> list[str]:
    """What a person should know before the first cycle, a line each; InputError where none can begin.

    Reads every file that a run reads, so that a typo is told before anything is polled.
    """
    settings = settings or Settings.from_env()
    with open_run(datetime.now(UTC), settings) as run:
        if not run.feeds:
            raise InputError(
                str(settings.feeds), "names no feed to poll", "add one, or set NEWSMONITOR_FEEDS"
            )
        default_addresses(settings.alert_urls)
        _ = run.plan
        _, broken = read_feed_list(settings.feeds)
        return [str(error) for error in broken]


def open_web(settings: Settings, *, holds: bool = True) -> Web:
    """The guarded client of these settings; an async context manager. holds: heeds 429 and 503 of a domain."""
    return Web(
        user_agent=settings.user_agent,
        allow_networks=settings.allow_networks,
        timeout=settings.page_timeout,
        max_body_bytes=settings.max_body_bytes,
        concurrency=settings.fetch_concurrency,
        per_host=settings.fetch_per_host,
        pause_seconds=settings.fetch_pause,
        host_key=registered_domain,
        holds=holds,
    )


def open_robots(run: Run, web: Web) -> Robots | None:
    """The gate of robots.txt for one run; None where the settings say that it is not asked for."""
    if not run.settings.robots:
        return None
    return Robots(
        web=web,
        agent=product_token(run.settings.user_agent),
        at=run.at,
        known=known_robots(run.warehouse, at=run.at),
    )


def open_workers(settings: Settings, *, recycle_after: int = 500) -> Workers:
    """The worker processes of these settings, each replaced after so many calls; an async context manager."""
    return Workers(count=settings.workers, recycle_after=recycle_after)
