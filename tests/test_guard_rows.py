"""What points inwards is a row that says so: feeds and pages, through the whole pipeline and its own settings."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk import NOON, TEN_MINUTES, Desk
from newsmonitor import pipeline
from newsmonitor.records import Feed
from newsroom import Site, faults
from test_web_guard import HOSTS

REFUSED = {"refused_address", "bad_url"}
OTHER_SCHEMES = (
    "file:///etc/passwd",
    "ftp://127.0.0.1/feed",
    "gopher://127.0.0.1:70/",
    "data:text/xml,<rss/>",
)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    return Desk(site, tmp_path)


def polls_of(desk: Desk, urls: list[str]) -> dict[str, dict]:
    """The rows of one poll of these feeds, by a desk that may ask public addresses only."""
    desk.feed("unasked", [])
    settings = desk.settings().model_copy(update={"allow_networks": ()})
    with pipeline.open_run(NOON, settings) as run:
        pipeline.poll_feeds(replace(run, feeds=tuple(Feed(url=url, outlet="X") for url in urls)))
    return {
        row["feed_url"]: row for row in desk.rows("select feed_url, outcome, failure_class, error from polls")
    }


def test_every_way_inwards_in_a_feed_list_is_a_row_that_says_so_and_nothing_is_asked(desk, site):
    urls = [f"http://{host}:{site.port}/feed.xml" for host in HOSTS]
    urls += [f"http://127.0.0.1:{port}/" for port in (22, 80, 5432, 6379, 8080)]
    urls += [
        f"http://example.com@127.0.0.1:{site.port}/",
        f"http://127.0.0.1:{site.port}#@example.com/",
        *OTHER_SCHEMES,
    ]

    rows = polls_of(desk, urls)

    assert rows.keys() == set(urls)
    assert {row["outcome"] for row in rows.values()} == {"failed"}
    assert {
        url: row["failure_class"] for url, row in rows.items() if row["failure_class"] not in REFUSED
    } == {}
    assert all(row["error"].startswith(url) for url, row in rows.items())
    assert (site.connection_count, site.requests) == (0, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "host", ["127.0.0.2", "2130706434", "[::ffff:127.0.0.2]", "0177.0.0.2", "169.254.169.254"]
)
def test_a_feed_that_redirects_inwards_is_a_row_that_says_so(tmp_path, status, host):
    with Site() as open_site, Site(host="127.0.0.2") as inner:
        desk = Desk(open_site, tmp_path)
        desk.feeds["feed"] = open_site.reply(
            "/feed", faults.redirect(f"http://{host}:{inner.port}/secret", status)
        )
        settings = desk.settings()
        only_one = type(settings.allow_networks[0])("127.0.0.1/32")

        desk.poll(settings.model_copy(update={"allow_networks": (only_one,)}))

        [row] = desk.rows("select failure_class, error from polls")
        assert row["failure_class"] == "refused_address"
        assert row["error"].startswith(desk.feeds["feed"])
        assert inner.connection_count == 0


def test_links_announced_feeds_and_sitemaps_that_point_inwards_are_not_asked(tmp_path):
    with Site() as open_site, Site(host="127.0.0.2") as inner:
        desk = Desk(open_site, tmp_path)
        link = f"<link rel='alternate' type='application/rss+xml' href='{inner.url}/feed'>"
        desk.feeds["page"] = open_site.page("/page", f"<html><head>{link}</head></html>".encode())
        index = f"<sitemapindex><sitemap><loc>{inner.url}/news.xml</loc></sitemap></sitemapindex>"
        desk.feeds["index"] = open_site.page("/index.xml", index.encode())
        desk.feed("ledger", [desk.article("/a", "Market hall")])
        body = f"<rss version='2.0'><channel><item><title>x</title><link>{inner.url}/a</link></item></channel></rss>"
        desk.feeds["links"] = open_site.page("/links.xml", body.encode())
        settings = desk.settings()
        only_one = type(settings.allow_networks[0])("127.0.0.1/32")
        settings = settings.model_copy(update={"allow_networks": (only_one,)})

        for at in (NOON, NOON + TEN_MINUTES, NOON + timedelta(hours=2)):
            desk.run(settings, at)

        assert inner.connection_count == 0
        assert desk.rows("select distinct failure_class from polls where outcome = 'failed' order by 1") == [
            {"failure_class": "not_a_feed"},
            {"failure_class": "refused_address"},
        ]
        [page] = desk.rows(f"select outcome, failure_class from pages where requested_url = '{inner.url}/a'")
        assert page == {"outcome": "failed", "failure_class": "refused_address"}
