"""Feeds that bring a story every twenty minutes, whatever becomes of who polls them: for the tests that kill.

Most show the newest story alone, so that what a run has taken for stored and has not is lost for good.
"""

import gzip
from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

from newsroom import scenarios as s
from newsroom.feedbytes import MINUTE, NOON, Item, newswire, rss
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit, Wire
from newsroom.scenarios_moves import page_announcing

EVERY = 20 * MINUTE
# From this poll on nothing fails any more.
CALM = 1_000_000


def published(visit: Visit, window: int = 1) -> list[Item]:
    """The last stories that are out by now, the first of all at noon."""
    return newswire(visit.now, since=NOON, every=EVERY, window=window)


def growing(
    change: Callable[[Item, Visit], Item] = lambda item, visit: item, *, window: int = 1
) -> Behaviour:
    """With an honest ETag."""
    return lambda visit: s.document(rss(change(item, visit) for item in published(visit, window)))(visit)


def by_last_modified(visit: Visit) -> Reply:
    changed = format_datetime(NOON + (visit.now - NOON) // EVERY * EVERY, usegmt=True)
    if visit.carries(last_modified=changed):
        return Reply(status=304)
    return Reply(body=rss(published(visit)), headers={"Last-Modified": changed})


def slow(visit: Visit) -> RawReply:
    """In two halves, with a pause between them that a kill can fall into."""
    body = rss(published(visit))
    etag = s.etag_of(body).encode()

    async def reply(wire: Wire) -> None:
        if visit.carries(etag=etag.decode()):
            wire.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            return
        wire.send(s.OK, b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (etag, len(body)), body[:200])
        await wire.is_open(0.02)
        wire.send(body[200:])

    return reply


def packed(visit: Visit) -> Reply:
    return Reply(body=gzip.compress(rss(published(visit))), headers={"Content-Encoding": "gzip"})


def at_times(fault: Behaviour) -> Behaviour:
    """Fails at every third poll."""
    well = growing(window=60)
    return lambda visit: (fault if visit.poll % 3 == 2 and visit.poll < CALM else well)(visit)


def _new_guid(item: Item, visit: Visit) -> Item:
    return replace(item, guid=f"{visit.poll}-{item.guid}")


def _without(**parts: Any) -> Callable[[Item, Visit], Item]:
    return lambda item, visit: replace(item, **parts)


def _tracked(item: Item, visit: Visit) -> Item:
    return replace(item, guid=None, link=f"{item.link}?utm_campaign={visit.poll}")


GROWING = (
    Scenario(name="ETag", seen="an honest one", behaviour=growing()),
    Scenario(name="Last-Modified", seen="an honest one", behaviour=by_last_modified),
    Scenario(name="no validators", seen="packed", behaviour=packed),
    Scenario(name="slow", seen="in two halves", behaviour=slow),
    Scenario(name="new guids", seen="at each poll", behaviour=growing(_new_guid, window=9), modes=(7,)),
    Scenario(
        name="one guid", seen="for all items", behaviour=growing(_without(guid="42"), window=9), modes=(8,)
    ),
    Scenario(
        name="headlines alone",
        seen="no guid, no link",
        behaviour=growing(_without(guid=None, link=None), window=9),
    ),
    Scenario(
        name="tracked links", seen="another parameter each time", behaviour=growing(_tracked), modes=(11,)
    ),
    Scenario(
        name="moved",
        seen="a permanent redirect, taken over on the way",
        behaviour=s.at_paths(feed=s.redirect("{base}new.xml", 301), new=growing()),
    ),
    Scenario(
        name="page",
        seen="a page in the list that announces a feed",
        behaviour=s.at_paths(feed=page_announcing("new.xml"), new=growing()),
    ),
    Scenario(
        name="down at times",
        seen="every third poll is a 500",
        behaviour=at_times(s.status(500)),
    ),
    Scenario(
        name="empty at times",
        seen="every third poll finds an empty channel",
        behaviour=at_times(s.feed()),
        modes=(6,),
    ),
)
