"""One feed, asked: the request, what came of it, and the row that remembers it. The poller's half that is per feed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from newsmonitor import policy, walls
from newsmonitor.documents import Document
from newsmonitor.errors import FetchError, WorkerFailure
from newsmonitor.feeddates import is_plausible
from newsmonitor.feeditems import ParsedFeed
from newsmonitor.records import Entry, Feed, Poll
from newsmonitor.robots import Robots
from newsmonitor.urls import registered_domain, url_key
from newsmonitor.web import Answer, Permit, Web
from newsmonitor.workers import Workers
from newsmonitor.worklist import FeedState

_PARSE_SECONDS = 20.0
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "*/*;q=0.5"
)
# Failures that may mean that the address believed is the wrong one, and the one in the list right again.
_MISLED = frozenset({"http_4xx", "gone", "not_a_feed", "dns", "tls", "bad_url", "refused_address", "robots"})
_MAX_FOLLOWED = 3
_MAX_HUBS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one poll gave: its row but for what only the warehouse knows, its entries, its caching time."""

    state: FeedState
    poll: Poll
    entries: tuple[Entry, ...] = ()
    cache_seconds: float | None = None
    # The validators are those of last time, and the body is not.
    may_lie: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks feeds for one run."""

    web: Web
    workers: Workers
    robots: Robots | None
    at: datetime

    async def ask(self, state: FeedState) -> Asked | None:
        """What the feed gives now; None where its domain asked us meanwhile to slow down, so it was not asked.

        A feed that moved for good is asked where it is now, and if that fails where the list says.
        """
        believed = _believed_url(state)
        asked = await self._ask(state, believed or state.feed.url)
        if asked is None or believed is None or asked.poll.failure_class not in _MISLED:
            return asked
        again = await self._ask(state, state.feed.url)
        return again if again is not None and again.poll.outcome != "failed" else asked

    async def _ask(self, state: FeedState, url: str, *, may_follow: bool = True) -> Asked | None:
        try:
            answer = await self._get(state, url)
            if answer.not_modified and state.last_good is not None:
                return self._unchanged(state, url, answer)
            document, digest = await self._read(state, answer)
        except FetchError as error:
            return None if error.failure_class == "held" else self._refused(state, url, error)
        except WorkerFailure as error:
            return self._failed(state, url, failure_class="parse", error=f"{url}: {error.reason}")
        if document is None:
            return self._good(state, url, answer, outcome="same", digest=digest)
        if document.feed is None:
            followed = await self._follow(state, document) if may_follow and _may_follow(state) else None
            return followed or self._not_a_feed(state, url, answer, document)
        return self._good(state, url, answer, outcome="new", digest=digest, document=document)

    async def _get(self, state: FeedState, url: str) -> Answer:
        good = state.last_good
        # Validators belong to the address that gave them.
        is_known = good is not None and (good.asked_url or state.feed.url) == url
        etag, last_modified = (
            (good.etag, good.last_modified) if good and is_known and not good.is_lying else (None, None)
        )
        last_full_at = state.last.last_full_at if state.last else None
        is_full = not (etag or last_modified) or policy.wants_full(
            state.feed.url, at=self.at, last_full_at=last_full_at
        )
        return await self.web.get(
            url,
            accept=_ACCEPT,
            etag=None if is_full else etag,
            last_modified=None if is_full else last_modified,
            # Past the caches on the way too: they may be what lies.
            fresh=is_full and is_known,
            permit=self._permit(state.feed),
        )

    def _permit(self, feed: Feed) -> Permit | None:
        return self.robots.permit if self.robots is not None and feed.robots == "obey" else None

    async def _read(self, state: FeedState, answer: Answer) -> tuple[Document | None, str]:
        """The document and its hash; no document where the body is that of last time."""
        digest = sha256(answer.body).hexdigest()
        if _is_same(state, digest):
            return None, digest
        document = await self._parse(state, [answer.body], answer)
        if not document.sitemap_urls:
            return document, digest
        bodies = await self._children(state, document.sitemap_urls)
        digest = sha256(b"".join(bodies)).hexdigest()
        if _is_same(state, digest):
            return None, digest
        document = await self._parse(state, bodies, answer)
        if document.sitemap_urls:
            return Document(problem="a list of lists of sitemaps"), digest
        return replace(document, is_of_index=True), digest

    async def _children(self, state: FeedState, urls: Sequence[str]) -> list[bytes]:
        """The sitemaps of an index, one after the other; one that cannot be had does not cost the others."""
        bodies, failure = [], None
        for url in urls:
            try:
                answer = await self.web.get(url, accept=_ACCEPT, permit=self._permit(state.feed))
            except FetchError as error:
                failure = error
            else:
                bodies.append(answer.body)
        if failure is not None and not bodies:
            raise failure
        return bodies

    async def _parse(self, state: FeedState, bodies: Sequence[bytes], answer: Answer) -> Document:
        document: Document = await self.workers.run(
            "newsmonitor.documents:read_document",
            bodies,
            content_type=answer.header("content-type"),
            url=answer.final_url,
            feed=state.feed,
            seen_at=self.at,
            is_backlog=state.is_first,
            timeout=_PARSE_SECONDS,
        )
        return document

    async def _follow(self, state: FeedState, page: Document) -> Asked | None:
        """The first feed that a page announces and that is one; what stands in it was there before us."""
        for announced in page.announced[:_MAX_FOLLOWED]:
            if url_key(announced.url) == url_key(state.feed.url):
                continue
            anew = replace(state, last_good=None, is_first=True)
            asked = await self._ask(anew, announced.url, may_follow=False)
            if asked is not None and asked.poll.outcome != "failed":
                # From now on it is asked at once, until that fails.
                poll = replace(
                    asked.poll,
                    moved_url=announced.url,
                    moved_count=policy.MOVES_BELIEVED,
                    suggested_url=announced.url,
                )
                return replace(asked, poll=poll)
        return None

    def _good(
        self,
        state: FeedState,
        url: str,
        answer: Answer,
        *,
        outcome: str,
        digest: str,
        document: Document | None = None,
    ) -> Asked:
        feed, good = document.feed if document else None, state.last_good
        is_index = document.is_of_index if document else sha256(answer.body).hexdigest() != digest
        # Of an index only its children tell whether there is news: its own validators must not stop us.
        etag, last_modified = (
            (None, None) if is_index else (answer.header("etag"), answer.header("last-modified"))
        )
        kept: dict[str, Any] = {
            "etag": etag,
            "last_modified": last_modified,
            "body_sha256": digest,
            "byte_count": len(answer.body),
            "last_full_at": self.at,
        }
        if document is None or feed is None:
            kept["entry_count"] = good.entry_count if good else None
            return self._asked(state, url, answer, outcome, kept)
        if feed.is_cut:
            # Half a feed must not pass for a whole one: the rest would be "not modified" for hours.
            kept |= {"etag": None, "last_modified": None, "body_sha256": None}
        newest = [
            entry.published_at
            for entry in document.entries
            if entry.published_at and is_plausible(entry.published_at, self.at)
        ]
        said = max(feed.update_seconds or 0, feed.ttl_seconds or 0) or None
        kept |= {
            "entry_count": len(document.entries),
            "pace_seconds": policy.pace_of(said, newest=newest),
            "hub_urls": tuple(dict.fromkeys((*feed.hub_urls, *_hubs(answer))))[:_MAX_HUBS],
            "last_new_at": (state.last.last_new_at if state.last else None) or self.at,
            "span_seconds": round((max(newest) - min(newest)).total_seconds()) if len(newest) > 3 else None,
            "error": _half_said(url, feed),
        }
        asked = self._asked(state, url, answer, outcome, kept)
        return replace(asked, entries=document.entries, may_lie=_may_lie(good, asked.poll))

    def _unchanged(self, state: FeedState, url: str, answer: Answer) -> Asked:
        good = state.last_good
        assert good is not None
        kept = {
            # RFC 9110, 15.4.5: a 304 may bring newer validators.
            "etag": answer.header("etag") or good.etag,
            "last_modified": answer.header("last-modified") or good.last_modified,
            "body_sha256": good.body_sha256,
            "entry_count": good.entry_count,
            "byte_count": 0,
        }
        return self._asked(state, url, answer, "unchanged", kept)

    def _asked(
        self, state: FeedState, url: str, answer: Answer, outcome: str, kept: Mapping[str, Any]
    ) -> Asked:
        """A poll that succeeded: its row, and how long the answer may come from a cache."""
        last = state.last
        moved_url, moved_count = (last.moved_url, last.moved_count) if last else (None, 0)
        if url == state.feed.url:
            before, moved_url = moved_url, answer.permanent_url
            moved_count = (moved_count + 1 if moved_url == before else 1) if moved_url else 0
        poll = _row(
            state,
            url,
            self.at,
            outcome,
            final_url=answer.final_url,
            http_status=answer.status,
            is_full=not any(name.startswith("If-") for name, _ in answer.request_headers),
            elapsed_ms=answer.elapsed_ms,
            moved_url=moved_url,
            moved_count=moved_count,
            suggested_url=moved_url if moved_count >= policy.MOVES_BELIEVED else None,
            **kept,
        )
        seconds = policy.cache_seconds(
            cache_control=answer.header("cache-control"),
            expires=answer.header("expires"),
            date=answer.header("date"),
            age=answer.header("age"),
        )
        return Asked(state=state, poll=poll, cache_seconds=seconds)

    def _refused(self, state: FeedState, url: str, error: FetchError) -> Asked:
        wall = walls.wall_of(error.body, dict(error.headers), status=error.status or 0)
        words = f"{error}: {wall.words}" if wall else str(error)
        return self._failed(
            state,
            url,
            # A feed that is throttled or gone is treated as such, whatever stands on the page that says so.
            failure_class="wall"
            if wall and wall.kind == "bot_check" and error.failure_class.startswith("http_")
            else error.failure_class,
            error=words if error.url == url else f"{url}: redirected to {words}",
            status=error.status,
            retry_after=error.retry_after,
        )

    def _not_a_feed(self, state: FeedState, url: str, answer: Answer, document: Document) -> Asked:
        wall = walls.wall_of(answer.body, dict(answer.headers))
        announced = next((a.url for a in document.announced if url_key(a.url) != url_key(url)), None)
        return self._failed(
            state,
            url,
            failure_class="wall" if wall else document.problem_class,
            error=f"{url}: {wall.words if wall else document.problem}",
            status=answer.status,
            suggested_url=announced,
        )

    def _failed(
        self,
        state: FeedState,
        url: str,
        *,
        failure_class: str,
        error: str,
        status: int | None = None,
        retry_after: float | None = None,
        suggested_url: str | None = None,
    ) -> Asked:
        last = state.last
        count = (last.failure_count if last else 0) + 1
        if failure_class == "gone" and last is not None and last.failure_class != "gone":
            # The first 410 is asked about once more the next day, whatever failed before it.
            count = 1
        since = (last.failing_since if last else None) or self.at
        poll = _row(
            state,
            url,
            self.at,
            "failed",
            http_status=status,
            failure_class=failure_class,
            error=error,
            failure_count=count,
            failing_since=since,
            suggested_url=suggested_url or (last.suggested_url if last else None),
            hold_until=policy.hold_until(at=self.at, failure_class=failure_class, retry_after=retry_after),
            next_poll_at=policy.next_after_failure(
                at=self.at,
                failure_class=failure_class,
                failure_count=count,
                failing_since=since,
                retry_after=retry_after,
            ),
        )
        return Asked(state=state, poll=poll)


# What a row hands on to the next.
_CARRIED = (
    "pace_seconds",
    "span_seconds",
    "last_full_at",
    "last_new_at",
    "is_lying",
    "moved_url",
    "moved_count",
    "suggested_url",
    "hub_urls",
)


def _row(state: FeedState, url: str, at: datetime, outcome: str, **known: Any) -> Poll:
    """The row of a poll: what is known of this one, and what the last one handed on."""
    last = state.last
    carried = {name: getattr(last, name) for name in _CARRIED} if last is not None else {}
    return Poll(
        feed_url=state.feed.url,
        domain=registered_domain(state.feed.url),
        polled_at=at,
        outcome=outcome,
        asked_url=url if url != state.feed.url else None,
        **(carried | known),
    )


def _half_said(url: str, feed: ParsedFeed) -> str | None:
    """What is wrong with a feed that was read all the same."""
    if feed.is_cut:
        return f"{url}: it breaks off before its end; asked again in full"
    return f"{url}: its bridge reports: {feed.bridge_error}" if feed.bridge_error else None


def _may_lie(good: Poll | None, poll: Poll) -> bool:
    """Whether the address gave another body with the validator of last time."""
    if good is None or good.asked_url != poll.asked_url:
        return False
    return (
        poll.etag == good.etag
        if poll.etag
        else poll.last_modified is not None and (not good.etag and poll.last_modified == good.last_modified)
    )


def _believed_url(state: FeedState) -> str | None:
    """Where the feed has moved for good, or what a page in the list announces; None where the list is right."""
    last = state.last
    return last.moved_url if last is not None and last.moved_count >= policy.MOVES_BELIEVED else None


def _may_follow(state: FeedState) -> bool:
    """A page is followed to its feed where the list always named a page, or has for ten polls.

    A known feed that turns into a page is rather a login or an error page, and the feed it announces another.
    """
    last = state.last
    if state.last_good is None and state.is_first:
        return True
    return (
        last is not None
        and last.failure_class == "not_a_feed"
        and last.failure_count >= policy.MOVES_BELIEVED
    )


def _is_same(state: FeedState, digest: str) -> bool:
    return state.last_good is not None and state.last_good.body_sha256 == digest


def _hubs(answer: Answer) -> list[str]:
    """The hubs of a Link header (WebSub, 4)."""
    values = ",".join(value for name, value in answer.headers if name == "link")
    links = re.findall(r"<(https?://[^<>\s]+)>([^<]*)", values)
    return [url for url, params in links if re.search(r"rel\s*=\s*\"?[^\";]*\bhub\b", params, re.IGNORECASE)]
