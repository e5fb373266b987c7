"""robots.txt: looked at once a day for each host, heeded for feeds and pages, and never a reason to lose a feed."""

from datetime import timedelta
from time import monotonic

import pytest

from desk import NOON, TEN_MINUTES, Desk
from newsroom import faults

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORBIDS_ALL = b"User-agent: *\nDisallow: /\n"


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [desk.article("/news/hall", "Old market hall to be rebuilt")])
    return desk


def test_it_is_looked_at_once_a_day_and_kept(desk, site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private/\n")

    for hours in (0, 1, 23):
        desk.cycle(NOON + hours * HOUR)
    assert len(site.asked("/robots.txt")) == 1
    desk.cycle(NOON + 25 * HOUR)

    assert len(site.asked("/robots.txt")) == 2
    rows = desk.rows("select origin, http_status, rules from robots order by fetched_at")
    assert (
        rows
        == [{"origin": site.url, "http_status": 200, "rules": "User-agent: *\nDisallow: /private/\n"}] * 2
    )


@pytest.mark.parametrize(
    "rules",
    [
        FORBIDS_ALL,
        b"User-agent: newsmonitor\nDisallow: /*.xml$\n\nUser-agent: *\nAllow: /\n",
        b"\xef\xbb\xbfuser-agent: NewsMonitor\ndisallow: /\n",
    ],
)
def test_a_feed_that_it_forbids_is_a_row_that_says_so_and_is_not_asked(desk, site, rules):
    site.page("/robots.txt", rules)

    desk.cycle()

    [poll] = desk.rows("select outcome, failure_class, error, next_poll_at from polls")
    assert (poll["outcome"], poll["failure_class"]) == ("failed", "robots")
    assert poll["error"] == f"{site.url}/ledger.xml: {site.url}/robots.txt forbids it"
    assert poll["next_poll_at"] - NOON <= DAY
    assert site.asked("/ledger.xml") == []


def test_a_page_that_it_forbids_is_not_asked_and_the_feeds_own_text_is_filed(desk, site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /news/\n")

    desk.cycle()

    assert site.asked("/news/hall") == []
    assert desk.rows("select outcome, failure_class from pages") == [
        {"outcome": "failed", "failure_class": "robots"}
    ]
    assert desk.rows("select extraction from stories") == [{"extraction": "summary"}]


def test_the_list_may_say_that_it_is_not_heeded_for_an_outlet(desk, site):
    site.page("/robots.txt", FORBIDS_ALL)
    settings = desk.settings()
    settings.feeds.write_text(settings.feeds.read_text().replace("<outline", "<outline robots='ignore'"))

    desk.run(settings, NOON)

    assert desk.rows("select extraction from stories") == [{"extraction": "blocks"}]
    assert site.asked("/robots.txt") == []


def test_the_settings_may_turn_it_off(desk, site):
    site.page("/robots.txt", FORBIDS_ALL)

    desk.run(desk.settings().model_copy(update={"robots": False}), NOON)

    assert desk.counts()["stories"] == 1
    assert site.asked("/robots.txt") == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_where_there_is_none_everything_is_allowed(desk, site, status):
    site.page("/robots.txt", FORBIDS_ALL, status=status)

    desk.cycle()

    assert desk.counts()["stories"] == 1
    assert desk.rows("select http_status, rules, error from robots") == [
        {"http_status": status, "rules": None, "error": None}
    ]


def test_one_that_cannot_be_read_forbids_everything_for_a_day_and_no_longer(desk, site):
    site.page("/robots.txt", b"", status=500)

    desk.cycle()
    [poll] = desk.rows("select failure_class, http_status, error from polls")
    assert (poll["failure_class"], poll["http_status"]) == ("http_5xx", 500)
    assert "robots.txt: HTTP 500" in poll["error"]
    assert site.asked("/ledger.xml") == []

    at = NOON
    while not site.asked("/ledger.xml"):
        at += HOUR
        desk.cycle(at)
    assert DAY <= at - NOON <= DAY + 2 * HOUR


def test_one_that_cannot_be_read_leaves_the_rules_of_an_earlier_look_in_force(desk, site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private/\n")
    desk.cycle()
    site.reply("/robots.txt", faults.reset)

    for days in (2, 4, 6):
        desk.cycle(NOON + days * DAY)

    assert len(site.asked("/ledger.xml")) == 4
    [last] = desk.rows("select rules, rules_at, error from robots order by fetched_at desc limit 1")
    assert (last["rules"], last["rules_at"]) == ("User-agent: *\nDisallow: /private/\n", NOON)
    assert last["error"]


def test_a_redirect_into_what_is_forbidden_is_not_followed(desk, site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /hidden/\n")
    desk.feeds = {"moved": site.reply("/moved.xml", faults.redirect(f"{site.url}/hidden/feed.xml"))}

    desk.cycle()

    assert desk.rows("select failure_class from polls") == [{"failure_class": "robots"}]
    assert site.asked("/hidden/feed.xml") == []


def test_its_crawl_delay_parts_the_requests_to_a_host(desk, site):
    site.page("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n")
    desk.feed("other", [])
    desk.feed("third", [])
    settings = desk.settings()
    begun = monotonic()

    desk.poll(settings, NOON)

    # Robots.txt and the first feed have nothing to wait for; the second and the third feed wait once each.
    assert monotonic() - begun >= 0.6


def test_an_absurd_file_costs_no_feed(desk, site):
    lines = "".join(f"Disallow: /{'*a' * 40}*{n}$\nCrawl-delay: {'9' * n}\n" for n in range(200))
    site.page("/robots.txt", f"User-agent: *\n{lines}\x00\x85".encode("latin-1"))
    settings = desk.settings()
    begun = monotonic()

    desk.poll(settings.model_copy(update={"robots": True}), NOON)

    assert desk.rows("select outcome from polls") == [{"outcome": "new"}]
    assert monotonic() - begun < 10


def test_a_run_of_the_next_day_does_not_ask_before_its_look_expires(desk, site):
    site.page("/robots.txt", b"")

    desk.cycle(NOON)
    desk.cycle(NOON + TEN_MINUTES + 12 * HOUR)

    assert len(site.asked("/robots.txt")) == 1
