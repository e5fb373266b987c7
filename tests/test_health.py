"""What the desk says of its feeds: the view feed_health, the daily digest, the notice of a storm."""

import json
from datetime import timedelta

import pytest

from desk import NOON, TEN_MINUTES, Desk, rss
from newsroom import Exchange, faults

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEVEN = NOON.replace(hour=7)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    return Desk(site, tmp_path)


def hook(desk: Desk) -> list[dict]:
    """The messages that the desk's channel takes."""
    taken: list[dict] = []

    def take(exchange: Exchange) -> None:
        taken.append(json.loads(exchange.request.body))
        exchange.answer(b"ok")

    desk.site.reply("/hook", take)
    desk.alert_urls = (f"json://127.0.0.1:{desk.site.port}/hook",)
    return taken


def health(desk: Desk, name: str) -> dict:
    [row] = desk.rows(f"from feed_health where feed_url = '{desk.feeds[name]}'")
    return row


def test_a_feed_that_answers_is_well_and_the_view_says_when_it_is_asked_again(desk):
    desk.feed("ledger", [desk.article("/a", "Market hall")])

    desk.cycle()

    row = health(desk, "ledger")
    assert (row["state"], row["since"]) == ("well", None)
    assert row["words"] == "well; asked again after 2026-11-24 12:04 UTC"


def test_a_feed_that_fails_says_why_and_since_when(desk, site):
    desk.feed("other", [])
    desk.feeds["ledger"] = site.page(
        "/ledger.xml", b"<html><title>Log in</title></html>", Content_Type="text/html"
    )

    for hours in (0, 2, 6):
        desk.poll(at=NOON + hours * HOUR)

    row = health(desk, "ledger")
    assert (row["state"], row["since"], row["failure_class"]) == ("failing", NOON, "not_a_feed")
    assert row["words"] == (
        f'{site.url}/ledger.xml: an HTML page titled "Log in"; 3 times in a row; asked again after 2026-11-24 19:59 UTC'
    )


def test_a_feed_that_is_gone_is_muted_in_sight_of_all_and_asked_once_more_the_next_day(desk, site):
    desk.feed("other", [])
    desk.feeds["ledger"] = site.page("/ledger.xml", status=410)

    desk.poll(at=NOON)
    row = health(desk, "ledger")
    assert (row["state"], row["next_poll_at"]) == ("muted", NOON + DAY)
    assert row["words"].startswith("the server says that it is gone for good (HTTP 410); asked again after")

    desk.poll(at=NOON + DAY)
    assert health(desk, "ledger")["next_poll_at"] == NOON + 31 * DAY


def test_a_feed_without_entries_and_one_that_brings_nothing_new_are_told_apart(desk):
    desk.feed("empty", [])
    desk.feed("quiet", [desk.article("/a", "Market hall")])

    for days in (0, 15):
        desk.cycle(NOON + days * DAY)

    assert [health(desk, name)["state"] for name in ("empty", "quiet")] == ["empty", "silent"]
    assert health(desk, "quiet")["since"] == NOON


def test_a_domain_that_asks_us_to_slow_down_slows_all_its_feeds_and_the_view_says_so(desk, site):
    desk.feed("good", [])
    desk.feeds["busy"] = site.page("/busy.xml", status=429, Retry_After="7200")
    desk.poll(at=NOON)

    asked = len(site.requests)
    desk.poll(at=NOON + HOUR)
    assert len(site.requests) == asked

    row = health(desk, "good")
    assert (row["state"], row["next_poll_at"]) == ("slowed", NOON + 2 * HOUR)
    assert "another feed or page of 127.0.0.1 was told to slow down" in row["words"]
    desk.poll(at=NOON + 2 * HOUR)
    assert len(site.asked("/good.xml")) == 2


def test_once_a_day_the_channels_hear_which_feeds_broke_and_never_twice(desk, site):
    taken = hook(desk)
    desk.feed("well", [])
    desk.feed("ledger", [])
    desk.feed("mended", [])
    start = SEVEN - 20 * HOUR
    desk.cycle(start)
    broken = site.page("/ledger.xml", b"gone", status=404), site.page("/mended.xml", b"gone", status=404)
    for hours in range(1, 16):
        desk.cycle(start + hours * HOUR)
    desk.feed("mended", [])
    for hours in range(16, 20):
        desk.cycle(start + hours * HOUR)
    assert taken == []

    for minutes in (0, 5, 10, 600):
        desk.cycle(SEVEN + timedelta(minutes=minutes))

    [message] = taken
    assert message["title"] == "1 feed broke since yesterday"
    assert message["message"].startswith(f"- ledger: {broken[0]}: HTTP 404; ")
    assert "since 2026-11-23 12:00 UTC" in message["message"]
    assert desk.rows("select rule, state, story_id from alerts where state <> 'began'") == [
        {"rule": "broken feeds", "state": "sent", "story_id": None}
    ]
    desk.cycle(SEVEN + DAY)
    assert len(taken) == 1


def test_a_digest_that_a_channel_does_not_take_is_owed_until_it_does(desk, site):
    taken = hook(desk)
    desk.feed("well", [])
    desk.feeds["ledger"] = site.page("/ledger.xml", status=410)
    take = site._pages["/hook"]
    site.reply("/hook", faults.reset)
    desk.cycle(SEVEN - HOUR)
    assert desk.cycle(SEVEN)["send_alerts"] == {"owed": 1, "sent": 0, "failed": 1, "given_up": 0}

    site.reply("/hook", take)
    desk.cycle(SEVEN + TEN_MINUTES)

    assert [message["title"] for message in taken] == ["1 feed broke since yesterday"]


def test_a_feed_that_announces_its_past_is_told_of_once_and_its_fresh_story_alerts(desk, site):
    taken = hook(desk)
    war = desk.article(
        "/war", "Drones hit a depot in Kursk region", ("Drones struck near Sudzha in Kursk region.",) * 4
    )
    titles = [(f"Old report number {n} from the archive", f"/old/{n}") for n in range(10)]
    for title, path in titles:
        desk.article(path, title, (f"{title}. Fighting went on near Sudzha in Russia's Kursk region.",) * 3)
    desk.feed("ledger", [("The first story of all that stood there", "/first")])
    desk.cycle(NOON - HOUR)
    fresh = rss([(war[0], site.url + war[1])], at=NOON + HOUR)
    old = rss([(title, site.url + path) for title, path in titles], at=NOON - 30 * DAY)
    body = fresh.replace(b"</channel></rss>", old[old.index(b"<item>") :])
    site.page("/ledger.xml", body, Content_Type="application/rss+xml")

    desk.cycle(NOON)
    desk.cycle(NOON + TEN_MINUTES)

    titles_taken = [message["title"] for message in taken]
    assert sorted(titles_taken) == [
        "Drones hit a depot in Kursk region",
        "ledger announced 10 old entries as new",
    ]
    assert desk.rows("select backlog_reason, count(*) as n from entries group by all order by 1") == [
        {"backlog_reason": "first poll", "n": 1},
        {"backlog_reason": "storm", "n": 10},
        {"backlog_reason": None, "n": 1},
    ]
    assert desk.rows("select new_count, held_count from polls where held_count > 0") == [
        {"new_count": 11, "held_count": 10}
    ]


def test_dead_feeds_that_are_due_together_are_no_outage_of_ours(desk, site):
    for name in ("a", "b", "c"):
        desk.feeds[name] = site.reply(f"/{name}.xml", faults.reset)
    desk.feed("well", [])
    for hours in range(6):
        desk.poll(at=NOON + hours * HOUR)

    # Now only the dead ones are due.
    del desk.feeds["well"]
    desk.cycle(NOON + 7 * HOUR)
    asked = len(site.asked("/a.xml"))
    for minutes in (5, 10, 15):
        desk.cycle(NOON + 7 * HOUR + timedelta(minutes=minutes))

    assert len(site.asked("/a.xml")) == asked
    assert [row["failure_count"] > 3 for row in desk.rows("from feed_health where state = 'failing'")] == [
        True
    ] * 3
