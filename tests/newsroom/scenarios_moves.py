"""Feeds that move: redirects that are meant, and some that are not; pages that announce a feed."""

from newsroom import scenarios as s
from newsroom.feedbytes import HOUR, NOON, newswire, page, rss
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit

HTML = {"Content_Type": "text/html; charset=utf-8"}


def hourly(visit: Visit) -> Reply | RawReply:
    """A feed with a story an hour and an honest validator."""
    return s.document(rss(newswire(visit.now, since=NOON - 2 * HOUR, every=HOUR, window=60)))(visit)


def until(poll: int, before: Behaviour, after: Behaviour) -> Behaviour:
    """One thing before the poll of this number, another one from then on."""
    return lambda visit: before(visit) if visit.poll < poll else after(visit)


def page_announcing(*files: str, body: str = "<p>Welcome.</p>") -> Behaviour:
    """A web page whose head names these files as its feeds."""
    links = "".join(
        f"<link rel='alternate' type='application/rss+xml' title='{f}' href='{f}'>" for f in files
    )
    return s.status(200, page(links, body), **HTML)


MOVED = s.redirect("{base}new.xml", 301)

MOVED_FOR_GOOD = Scenario(
    name="301 for good",
    seen="a rebuilt site that sends on for a year or two, then no more",
    behaviour=s.at_paths(feed=until(14, MOVED, s.status(404)), new=hourly),
)
MOVED_308 = Scenario(
    name="308 for good",
    seen="the newer of the two",
    behaviour=s.at_paths(feed=s.redirect("{base}new.xml", 308), new=hourly),
)
MOVED_IN_TWO_STEPS = Scenario(
    name="301 and then 302",
    seen="moved for good to a place that sends on from day to day",
    behaviour=s.at_paths(feed=MOVED, new=s.redirect("{base}today.xml", 302), today=hourly),
)
NEW_ADDRESS_DIES = Scenario(
    name="301 to an address that dies",
    seen="the new site was given up, the old one is back",
    behaviour=s.at_paths(feed=until(13, MOVED, hourly), new=until(13, hourly, s.status(404))),
)
NEW_ADDRESS_IS_A_PAGE = Scenario(
    name="301 to an address that becomes a page",
    seen="the new address now shows the home page",
    behaviour=s.at_paths(feed=until(13, MOVED, hourly), new=until(13, hourly, s.status(200, page(), **HTML))),
)
MOVED_NINE_TIMES = Scenario(
    name="301 nine times",
    seen="a mistake in the front end that lasted a day",
    behaviour=s.at_paths(feed=until(10, MOVED, hourly), new=hourly),
)
ALWAYS_302 = Scenario(
    name="302 always",
    seen="a feed that a service hosts under an address of its own (FeedBurner)",
    behaviour=s.at_paths(feed=s.redirect("{base}new.xml", 302), new=hourly),
)
TWO_ADDRESSES = Scenario(
    name="two addresses that lead to one feed",
    seen="the feeds of all rubrics lead to that of the home page (mediacloud/backend 189: 205 feeds, 36 addresses)",
    behaviour=s.at_paths(feed=MOVED, sport=MOVED, new=hourly),
    modes=(10,),
)
A_PAGE = Scenario(
    name="a page in the list",
    seen="somebody put the home page into the list",
    behaviour=s.at_paths(feed=page_announcing("news.xml", "comments.xml"), news=hourly, comments=s.feed(9)),
)
A_PAGE_WITH_A_DEAD_FEED = Scenario(
    name="a page whose first feed is dead",
    seen="a theme that names a feed it no longer has",
    behaviour=s.at_paths(feed=page_announcing("gone.xml", "news.xml"), news=hourly),
)
A_PAGE_OF_ITSELF = Scenario(
    name="a page that announces itself",
    seen="a page whose feed is the page",
    behaviour=s.at_paths(feed=page_announcing("feed.xml", "other.xml"), other=page_announcing("feed.xml")),
)
A_LOGIN_PAGE = Scenario(
    name="a login page that announces another feed",
    seen="a known feed turns into a login page for two days; in its head the feed of the hoster's own blog",
    behaviour=s.at_paths(
        feed=lambda visit: (
            page_announcing("blog.xml", body="<form>Log in</form>")(visit)
            if 2 <= visit.poll <= 8
            else hourly(visit)
        ),
        blog=s.feed(901, 902),
    ),
    modes=(5,),
)
A_FEED_BECOMES_A_PAGE = Scenario(
    name="a feed that became a page for good",
    seen="a site that moved its feed and left the page with the address of the new one",
    behaviour=s.at_paths(feed=until(2, hourly, page_announcing("new.xml")), new=hourly),
    modes=(5,),
)

MOVES = (
    MOVED_FOR_GOOD,
    MOVED_308,
    MOVED_IN_TWO_STEPS,
    NEW_ADDRESS_DIES,
    NEW_ADDRESS_IS_A_PAGE,
    MOVED_NINE_TIMES,
    ALWAYS_302,
    A_PAGE,
    A_PAGE_WITH_A_DEAD_FEED,
)
