"""Looks for the feed of an address that a person gives: there, on the page there, and where sites keep theirs."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from newsmonitor.context import open_web
from newsmonitor.decoding import decode
from newsmonitor.discovery import guesses, sitemaps_in_robots
from newsmonitor.documents import Document, read_document
from newsmonitor.errors import FetchError
from newsmonitor.records import Entry, Feed
from newsmonitor.robots import Robots, product_token
from newsmonitor.settings import Settings
from newsmonitor.web import Web

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "text/html;q=0.8, */*;q=0.5"
)
_MAX_ANNOUNCED = 5
_MAX_SITEMAPS = 3
# The server answers: the page is not there, and the feed of the site may be all the same.
_NOT_THERE = frozenset({"http_4xx", "gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed as the list would have it, and what stands in it; robots_note: why robots.txt lets nobody poll it."""

    feed: Feed
    version: str
    language: str | None
    entries: tuple[Entry, ...]
    robots_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The end of a search: the feed, or none; the addresses tried, each with what it is instead."""

    feed: FoundFeed | None
    tried: dict[str, str]


def find_feed(settings: Settings, address: str, *, at: datetime, tell: Callable[[str], None]) -> Found:
    """The first feed of: the address, the feeds its page announces, the sitemaps of robots.txt, the usual places.

    tell is given each further address before it is asked. Raises FetchError where the first cannot be reached.
    """

    async def search() -> Found:
        async with open_web(settings, holds=False) as web:
            agent = product_token(settings.user_agent)
            robots = Robots(web=web, agent=agent, at=at, known={}) if settings.robots else None
            return await _Search(web=web, robots=robots, at=at, tell=tell).run(address)

    return asyncio.run(search())


@dataclass(slots=True, kw_only=True)
class _Search:
    web: Web
    robots: Robots | None
    at: datetime
    tell: Callable[[str], None]
    tried: dict[str, str] = field(default_factory=dict)

    async def run(self, address: str) -> Found:
        page, found = await self._first(address)
        found = found or await self._next(page.announced_urls)
        # What nobody announces, and has nothing in it, is rather a leftover.
        found = found or await self._next(await self._sitemaps(page.url), must_have_entries=True)
        found = found or await self._next(guesses(page.url), must_have_entries=True)
        if found is not None:
            found = replace(found, robots_note=await self._robots_note(found.feed.url))
        return Found(feed=found, tried=self.tried)

    async def _first(self, address: str) -> tuple["_Page", FoundFeed | None]:
        """What a person asks for is asked whatever robots.txt says; all else heeds it."""
        try:
            return await self._try(address, is_first=True)
        except FetchError as error:
            if error.failure_class not in _NOT_THERE:
                raise
            self.tried[address] = error.reason
            return _Page(url=address), None

    async def _next(self, urls: Iterable[str], *, must_have_entries: bool = False) -> FoundFeed | None:
        for url in urls:
            if url in self.tried:
                continue
            self.tell(url)
            try:
                _, found = await self._try(url)
            except FetchError as error:
                self.tried[url] = error.reason
                continue
            if found is not None and (found.entries or not must_have_entries):
                return found
        return None

    async def _try(self, url: str, *, is_first: bool = False) -> tuple["_Page", FoundFeed | None]:
        permit = self.robots.permit if self.robots is not None and not is_first else None
        answer = await self.web.get(url, accept=_ACCEPT, permit=permit)
        address = answer.permanent_url or url
        feed = Feed(url=address, outlet=urlsplit(address).hostname or address)
        document = self._read([answer.body], answer.header("content-type"), answer.final_url, feed)
        if document.sitemap_urls:
            bodies = await self._children(document.sitemap_urls)
            document = self._read(bodies, None, answer.final_url, feed) if bodies else document
        self.tried[url] = document.problem or (
            "a feed" if document.feed else "a list of sitemaps without news"
        )
        announced = tuple(each.url for each in document.announced[:_MAX_ANNOUNCED])
        return _Page(url=answer.final_url, announced_urls=announced), _found(document, feed)

    def _read(self, bodies: Sequence[bytes], content_type: str | None, url: str, feed: Feed) -> Document:
        return read_document(
            bodies, content_type=content_type, url=url, feed=feed, seen_at=self.at, is_backlog=True
        )

    async def _children(self, urls: Iterable[str]) -> list[bytes]:
        """The sitemaps of an index; one that cannot be had does not cost the others."""
        bodies = []
        for url in urls:
            try:
                answer = await self.web.get(
                    url, accept=_ACCEPT, permit=self.robots.permit if self.robots else None
                )
            except FetchError:
                continue
            bodies.append(answer.body)
        return bodies

    async def _sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that robots.txt names; asked for also where its rules are not heeded."""
        address = urljoin(url, "/robots.txt")
        try:
            answer = await self.web.get(address, accept=_ACCEPT)
        except FetchError:
            return ()
        return sitemaps_in_robots(decode(answer.body, answer.header("content-type")), address)[:_MAX_SITEMAPS]

    async def _robots_note(self, url: str) -> str | None:
        if self.robots is None:
            return None
        try:
            await self.robots.permit(url)
        except FetchError as error:
            return error.reason
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Where an address leads, and the feeds that the page there announces."""

    url: str
    announced_urls: tuple[str, ...] = ()


def _found(document: Document, feed: Feed) -> FoundFeed | None:
    parsed = document.feed
    if parsed is None:
        return None
    kind = "news-sitemap" if parsed.version == "sitemap-news" else "feed"
    named = (entry.language for entry in document.entries if entry.language)
    return FoundFeed(
        feed=replace(feed, kind=kind, title=parsed.title),
        version=parsed.version,
        language=parsed.language or next(named, None),
        entries=document.entries,
    )
