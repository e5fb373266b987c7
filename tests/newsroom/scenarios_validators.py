"""Servers and their validators: lost, odd, changing, and lying."""

from newsroom import scenarios as s
from newsroom.feedbytes import HOUR, NOON, news_sitemap, newswire, rss, sitemap_index, stories
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit

BODY = rss(stories(3, 2, 1))
LAST_MODIFIED = "Tue, 24 Nov 2026 11:00:00 GMT"


def hourly(visit: Visit) -> bytes:
    """A story an hour, the first five hours before noon."""
    return rss(newswire(visit.now, since=NOON - 4 * HOUR, every=HOUR, window=30))


def lying_etag(visit: Visit) -> Reply:
    if visit.carries(etag='"v1"'):
        return Reply(status=304)
    return Reply(body=hourly(visit), headers={"ETag": '"v1"'})


def lying_last_modified(visit: Visit) -> Reply:
    if visit.carries(last_modified=LAST_MODIFIED):
        return Reply(status=304)
    return Reply(body=hourly(visit), headers={"Last-Modified": LAST_MODIFIED})


def stale_cache(visit: Visit) -> Reply:
    """A cache on the way that gives what it has, unless it is asked to look again."""
    if visit.headers.get("Cache-Control") == "no-cache":
        return Reply(body=hourly(visit), headers={"ETag": '"v1"'})
    return (
        Reply(status=304)
        if visit.carries(etag='"v1"')
        else Reply(body=rss(stories(2, 1)), headers={"ETag": '"v1"'})
    )


def weak_etag(visit: Visit) -> Reply:
    """The same items, and how long it took to print them."""
    return Reply(body=BODY + b"<!-- %d ms -->" % visit.poll, headers={"ETag": 'W/"v1"'})


def changing_on_304(visit: Visit) -> Reply:
    new = f'"{visit.poll}"'
    if visit.carries(etag=f'"{visit.poll - 1}"'):
        return Reply(status=304, headers={"ETag": new})
    return Reply(body=BODY, headers={"ETag": new})


def exact(etag: str) -> Behaviour:
    """304 to who sends this ETag letter for letter."""

    def behave(visit: Visit) -> Reply:
        is_known = visit.headers.get("If-None-Match") == etag
        return Reply(status=304) if is_known else Reply(body=BODY, headers={"ETag": etag})

    return behave


def never_304(visit: Visit) -> Reply:
    return Reply(body=BODY, headers={"ETag": '"v1"', "Last-Modified": LAST_MODIFIED})


def etag_of_each_request(visit: Visit) -> Reply:
    return Reply(body=BODY, headers={"ETag": f'"{visit.poll}"'})


def last_modified_alone(visit: Visit) -> Reply:
    if visit.carries(last_modified=LAST_MODIFIED):
        return Reply(status=304)
    return Reply(body=BODY, headers={"Last-Modified": LAST_MODIFIED})


def index_that_stays(visit: Visit) -> Reply | RawReply:
    """A list of sitemaps that is the same for ever, with its validator; the sitemap it names grows."""
    if visit.path == "feed.xml":
        return s.document(sitemap_index([f"{visit.base}today.xml"]))(visit)
    return s.document(news_sitemap(stories(*range(1, 2 + visit.poll)), NOON))(visit)


BODY_304 = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nContent-Length: 9\r\n\r\n<rss></a>'
LATIN_1 = b'ETag: "caf\xe9"'

LYING_ETAG = Scenario(
    name="lying ETag",
    seen="the ETag stays whatever stands in the feed (bizpacreview.com; Media Cloud sends none at all)",
    behaviour=lying_etag,
    modes=(1,),
)
LYING_LAST_MODIFIED = Scenario(
    name="lying Last-Modified",
    seen="the time of the template, not of the news",
    behaviour=lying_last_modified,
    modes=(1,),
)
STALE_CACHE = Scenario(
    name="stale cache",
    seen="a cache on the way keeps an old copy, and its validator",
    behaviour=stale_cache,
    modes=(1, 9),
)
LYING = (LYING_ETAG, LYING_LAST_MODIFIED, STALE_CACHE)
NOBODYS_304 = Scenario(
    name="304 to nobody",
    seen="304 although no validator was sent (a cache that answers for somebody else)",
    behaviour=s.in_turn(
        s.status(200, BODY),
        s.raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        s.status(200, rss(stories(4, 3, 2, 1))),
    ),
    modes=(1,),
)
BODY_ON_304 = Scenario(
    name="304 with a body",
    seen="a body where none may be: to the next request it looks like an answer",
    behaviour=s.in_turn(
        s.status(200, BODY, ETag='"v1"'),
        s.raw(BODY_304),
        s.status(200, rss(stories(4, 3, 2, 1)), ETag='"v2"'),
    ),
)
INDEX_THAT_STAYS = Scenario(
    name="sitemap index that stays as it is",
    seen="the list of the days is the same while the day's sitemap grows",
    behaviour=index_that_stays,
    modes=(1,),
)
CHANGING_ON_304 = Scenario(
    name="validators changed on 304",
    seen="a 304 that brings another ETag (RFC 9110, 15.4.5)",
    behaviour=changing_on_304,
)

# Feeds that stay as they are: each with what the second and third poll are to be.
QUIET = (
    (
        Scenario(
            name="weak ETag with other bytes",
            seen="the body differs at each request, its news does not",
            behaviour=weak_etag,
            modes=(1,),
        ),
        "new",
    ),
    (
        Scenario(name="ETag without quotes", seen="against RFC 9110, 8.8.3", behaviour=exact("v1")),
        "unchanged",
    ),
    (Scenario(name="ETag with a quote too few", seen="a template", behaviour=exact('"v1')), "unchanged"),
    (Scenario(name="ETag in small w", seen='w/"v1"', behaviour=exact('w/"v1"')), "unchanged"),
    (
        Scenario(
            name="ETag of Apache and gzip",
            seen='"v1-gzip", which it does not know again',
            behaviour=never_304,
        ),
        "same",
    ),
    (
        Scenario(
            name="empty ETag", seen="a header with nothing in it", behaviour=s.status(200, BODY, ETag="")
        ),
        "same",
    ),
    (
        Scenario(
            name="ETag of 5 KB", seen="the query itself as its name", behaviour=exact(f'"{"x" * 5000}"')
        ),
        "unchanged",
    ),
    (
        Scenario(name="ETag in Cyrillic", seen="the name of a file, in UTF-8", behaviour=exact('"новости"')),
        "unchanged",
    ),
    (
        Scenario(name="ETag in Latin-1", seen="no UTF-8", behaviour=s.with_header_lines([LATIN_1], BODY)),
        "same",
    ),
    (Scenario(name="ETag of each request", seen="a load balancer's", behaviour=etag_of_each_request), "same"),
    (
        Scenario(name="Last-Modified alone", seen="a file on a disk", behaviour=last_modified_alone),
        "unchanged",
    ),
    (Scenario(name="no validator", seen="a script", behaviour=s.status(200, BODY)), "same"),
)
