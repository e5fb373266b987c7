"""Hosts and how they want to be asked: robots.txt in many forms, many feeds on one host."""

from newsroom import scenarios as s
from newsroom.feedbytes import rss, stories
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit

PLAIN = {"Content_Type": "text/plain"}
FEED = Scenario(name="feed", seen="a feed like others", behaviour=s.feed(2, 1))


def rules(text: str) -> Behaviour:
    return s.status(200, text.encode(), **PLAIN)


def _robots(
    name: str, seen: str, behaviour: Behaviour, failure_class: str | None
) -> tuple[Scenario, str | None]:
    return Scenario(name=name, seen=seen, behaviour=behaviour), failure_class


# Each with the failure of a feed there; None: it may be asked.
ROBOTS = (
    _robots("robots Disallow", "nobody may ask", rules("User-agent: *\nDisallow: /"), "robots"),
    _robots(
        "robots Disallow for us", "by name", rules("User-agent: newsmonitor\nDisallow: /feed/\n"), "robots"
    ),
    _robots(
        "robots Disallow for others", "another robot's name", rules("User-agent: GPTBot\nDisallow: /"), None
    ),
    _robots("robots 404", "none is there", s.status(404), None),
    _robots("robots 403", "a firewall (RFC 9309, 2.3.1.3: as if none were there)", s.status(403), None),
    _robots("robots 500", "a broken script", s.status(500), "http_5xx"),
    _robots("robots reset", "the host does not answer", s.on_the_wire(s.reset), "connection"),
    _robots("robots hanging", "the file hangs, the feed would not", s.on_the_wire(s.hang), "timeout"),
    _robots(
        "robots as a page",
        "the home page under every name",
        s.status(200, b"<html><body>Hi", Content_Type="text/html"),
        None,
    ),
    _robots("robots without end", "a body that never ends", s.on_the_wire(s.endless), "too_large"),
    _robots(
        "robots in UTF-16",
        "saved by an editor",
        s.status(
            200, "User-agent: *\nDisallow: /".encode("utf-16"), Content_Type="text/plain; charset=utf-16"
        ),
        "robots",
    ),
    _robots("robots empty", "nothing in it", rules(""), None),
)
CRAWL_DELAY = rules("User-agent: *\nCrawl-delay: 0.3\n")


def stuck(visit: Visit) -> Reply | RawReply:
    """Hangs for good."""
    return s.hang


STUCK = Scenario(name="stuck", seen="a feed that hangs beside those that do not", behaviour=stuck)
HUB = Scenario(
    name="hub link",
    seen="a feed that names WebSub hubs, in itself and in a header",
    behaviour=lambda visit: Reply(
        body=rss(stories(2, 1), channel="<atom:link rel='hub' href='https://hub.example/'/>"),
        headers={"Link": '<https://other-hub.example/>; rel="hub", <https://news.example/feed>; rel="self"'},
    ),
)
