"""The main job, end to end: feeds to Parquet, on a real local site."""

import json
from datetime import timedelta

import pytest

from desk import NOON, PEACE, ROOT, TEN_MINUTES, WAR, Desk, rss, war
from newsmonitor import pipeline
from newsmonitor.errors import AlertsGivenUp, EveryFeedFailed, InputError
from newsmonitor.explain import explain
from newsmonitor.records import Page
from newsroom import Exchange, faults

SEED = (ROOT / "seeds" / "corpus" / "kursk-counterattack.txt").read_text().splitlines()


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    return Desk(site, tmp_path)


def hook(site) -> tuple[str, list[dict]]:
    """A webhook on the site: its Apprise address, and the messages it took."""
    taken = []

    def take(exchange: Exchange) -> None:
        taken.append(json.loads(exchange.request.body))
        exchange.answer(b"ok")

    site.reply("/hook", take)
    return f"json://127.0.0.1:{site.port}/hook", taken


def test_an_entry_becomes_a_story_with_the_text_of_its_page(desk):
    desk.feed("ledger", [desk.article("/hall", "Old market hall to be rebuilt", PEACE)])

    counts = desk.cycle()

    [story] = desk.rows("select * from stories")
    assert story["title"] == "Old market hall to be rebuilt"
    assert story["text"].splitlines() == list(PEACE)
    assert (story["extraction"], story["language"], story["outlet"], story["country"]) == (
        "blocks",
        "en",
        "ledger",
        "GB",
    )
    assert story["published_at"] == NOON - timedelta(hours=1)
    assert (story["copy_of"], story["group_id"], story["is_backlog"]) == (None, story["story_id"], True)
    assert counts["poll_feeds"] == {"feeds": 1, "answered": 1, "failed": 0, "unchanged": 0, "new_entries": 1}
    assert counts["fetch_pages"] == {"pages": 1, "read": 1, "failed": 0, "known": 0}
    assert counts["file_stories"] == {"stories": 1, "duplicates": 0, "matches": 0, "alerts_owed": 0}


def test_the_same_cycle_twice_adds_no_row_and_the_next_costs_one_conditional_request(desk, site):
    desk.feed("ledger", [desk.article("/a", "Market hall"), desk.article("/b", "War", WAR)], ETag='"1"')
    first = desk.cycle()
    before = desk.counts()

    again = desk.cycle()
    assert (again, desk.counts()) == (first, before)

    desk.cycle(NOON + TEN_MINUTES)
    assert desk.counts() == {**before, "polls": before["polls"] + 1}
    assert [request.headers["If-None-Match"] for request in site.asked("/ledger.xml")] == [None, '"1"']
    assert len(site.asked("/a")) == 1


def test_a_dead_feed_and_a_dead_page_are_rows_and_not_failures(desk, site):
    desk.feed("good", [desk.article("/a", "Market hall"), ("Gone", "/gone")])
    desk.feeds["html"] = site.page("/html.xml", b"<!doctype html><html><body>Moved on</body></html>")
    desk.feeds["dead"] = site.reply("/dead.xml", faults.reset)

    counts = desk.cycle()

    assert counts["poll_feeds"]["failed"] == 2
    failed = desk.rows("select failure_class, error from polls where outcome = 'failed' order by 1")
    assert [row["failure_class"] for row in failed] == ["connection", "not_a_feed"]
    assert all(row["error"] for row in failed)
    [page] = desk.rows("select http_status, outcome, error from pages where outcome <> 'read'")
    assert page == {"http_status": 404, "outcome": "failed", "error": "HTTP 404"}
    [story] = desk.rows("select title, text, extraction from stories where extraction <> 'blocks'")
    assert story == {"title": "Gone", "text": "About: Gone.", "extraction": "summary"}


def test_a_page_that_fails_for_the_moment_is_looked_at_again_before_it_is_filed(desk, site):
    desk.feed("ledger", [("Market hall", "/a")])
    site.page("/a", status=503)
    assert desk.cycle()["file_stories"]["stories"] == 0

    desk.article("/a", "Market hall")
    counts = desk.cycle(NOON + TEN_MINUTES)

    assert counts["file_stories"]["stories"] == 1
    assert desk.rows("select attempt, outcome from pages order by attempt") == [
        {"attempt": 1, "outcome": "failed"},
        {"attempt": 2, "outcome": "read"},
    ]
    assert desk.rows("select extraction from stories") == [{"extraction": "blocks"}]


def test_a_bot_wall_is_named_and_the_text_of_the_feed_used_meanwhile(desk, site):
    wall = b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
    desk.feed("ledger", [("First", "/1"), ("Second", "/2")])
    site.page("/1", wall, Content_Type="text/html")
    site.page("/2", wall, Content_Type="text/html")

    desk.cycle()

    assert desk.rows("select distinct outcome from pages") == [{"outcome": "wall"}]
    assert desk.rows("select text, copy_of from stories order by 1") == [
        {"text": "About: First.", "copy_of": None},
        {"text": "About: Second.", "copy_of": None},
    ]


def test_copies_are_rows_that_name_what_they_repeat(desk):
    earlier = NOON - TEN_MINUTES
    desk.feed(
        "a", [desk.article("/a/1", "Hall", PEACE), desk.article("/a/seed", "A bold move", SEED)], at=earlier
    )
    desk.feed(
        "b", [desk.article("/b/1", "The hall, by our reporter", PEACE), ("Hall", "/a/1?utm_source=rss")]
    )

    counts = desk.cycle()

    rows = {row["title"]: row for row in desk.rows("select * from stories")}
    original = desk.rows("select story_id from stories where copy_of is null")
    assert len(original) == 1
    kinds = {(row["outlet"], row["copy_kind"]) for row in rows.values()} | {
        (row["outlet"], row["copy_kind"]) for row in desk.rows("select outlet, copy_kind from stories")
    }
    assert kinds == {("a", None), ("a", "seed"), ("b", "exact"), ("b", "url")}
    assert desk.rows("select distinct copy_of from stories where copy_kind = 'seed'") == [
        {"copy_of": "seed:kursk-counterattack"}
    ]
    assert {
        r["copy_of"] for r in desk.rows("select copy_of from stories where copy_kind in ('url', 'exact')")
    } == {original[0]["story_id"]}
    assert counts["file_stories"]["duplicates"] == 3
    assert counts["fetch_pages"]["known"] == 1


def test_a_new_match_is_alerted_once_and_what_stood_there_before_never(desk, site):
    url, taken = hook(site)
    desk.alert_urls = (url,)
    old = desk.article("/old", "Fighting near Sudzha", WAR)
    desk.feed("ledger", [old])
    desk.cycle()
    assert taken == []

    fresh = desk.article("/new", "Kursk region: new evacuation", war(2))
    desk.feed("ledger", [fresh, old])
    counts = desk.cycle(NOON + TEN_MINUTES)
    desk.cycle(NOON + TEN_MINUTES)
    desk.cycle(NOON + 2 * TEN_MINUTES)

    assert counts["file_stories"]["alerts_owed"] == 1
    assert counts["send_alerts"] == {"owed": 1, "sent": 1, "failed": 0, "given_up": 0}
    assert [message["title"] for message in taken] == ["Kursk region: new evacuation"]
    assert "Sudzha" in taken[0]["message"]
    assert [row["state"] for row in desk.rows("select state from alerts where state <> 'began'")] == ["sent"]


def test_an_alert_that_a_channel_does_not_take_stays_owed_until_it_does(desk, site):
    desk.feed("ledger", [desk.article("/old", "Market hall")])
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    site.page("/hook", status=500)
    desk.cycle()
    desk.feed("ledger", [desk.article("/new", "Kursk region: new evacuation", WAR)])
    assert desk.cycle(NOON + TEN_MINUTES)["send_alerts"] == {"owed": 1, "sent": 0, "failed": 1, "given_up": 0}

    desk.alert_urls = (hook(site)[0],)
    later = desk.cycle(NOON + 2 * TEN_MINUTES)

    assert later["send_alerts"] == {"owed": 1, "sent": 1, "failed": 0, "given_up": 0}
    assert desk.rows("select state, attempt from alerts where state <> 'began' order by attempt") == [
        {"state": "owed", "attempt": 1},
        {"state": "sent", "attempt": 2},
    ]


def test_an_alert_that_nobody_took_for_a_day_ends_as_a_row_that_says_so(desk, site):
    desk.feed("ledger", [desk.article("/old", "Market hall")])
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    site.page("/hook", status=500)
    desk.cycle()
    desk.feed("ledger", [desk.article("/new", "Kursk region: new evacuation", WAR)])
    desk.cycle(NOON + TEN_MINUTES)

    with pytest.raises(AlertsGivenUp):
        desk.cycle(NOON + timedelta(hours=25))

    told = "rule = 'default' and state <> 'began'"
    assert desk.rows(f"select state, attempt from alerts where {told} order by tried_at") == [
        {"state": "owed", "attempt": 1},
        {"state": "failed", "attempt": 1},
    ]
    assert desk.cycle(NOON + timedelta(hours=26))["send_alerts"]["given_up"] == 0


def test_a_channel_that_is_new_is_not_told_of_the_past_and_owes_it_nothing(desk, site):
    desk.feed("ledger", [desk.article("/old", "Market hall")])
    desk.cycle()
    desk.feed("ledger", [desk.article("/new", "Kursk region: new evacuation", WAR)])
    desk.cycle(NOON + TEN_MINUTES)
    url, taken = hook(site)
    desk.alert_urls = (url,)

    counts = desk.cycle(NOON + timedelta(hours=30))["send_alerts"]

    assert (counts, taken) == ({"owed": 0, "sent": 0, "failed": 0, "given_up": 0}, [])
    assert desk.rows("select distinct state from alerts") == [{"state": "began"}]


def test_a_fault_in_the_alert_file_keeps_no_story_from_being_filed(desk, tmp_path):
    (tmp_path / "alerts.toml").write_text("[[rule]]\nname = 'all'\nlevle = 'main'\n")
    desk.feed("ledger", [desk.article("/1", "Fighting near Sudzha", WAR)])
    settings = desk.settings().model_copy(update={"alerts": tmp_path / "alerts.toml"})

    with pytest.raises(InputError, match=r"alerts\.toml, line 3"):
        desk.run(settings, NOON)

    assert desk.counts()["stories"] == 1


def test_a_later_copy_of_a_known_match_alerts_nobody(desk, site):
    url, taken = hook(site)
    desk.alert_urls = (url,)
    desk.feed("a", [desk.article("/a/1", "Fighting near Sudzha", WAR)])
    desk.feed("b", [desk.article("/b/0", "Market hall")])
    desk.cycle()

    desk.feed("b", [desk.article("/b/1", "Sudzha: heavy fighting", WAR)])
    desk.cycle(NOON + TEN_MINUTES)

    assert taken == []
    assert desk.rows("select copy_kind, level from stories where url like '%/b/1'") == [
        {"copy_kind": "exact", "level": "main"}
    ]


def test_a_feed_that_announces_its_past_under_new_ids_alerts_nobody(desk, site):
    url, taken = hook(site)
    desk.alert_urls = (url,)
    _, path = desk.article("/war", "Fighting near Sudzha", WAR)
    desk.feed("ledger", [("Fighting near Sudzha", path)])
    desk.cycle()

    body = rss([("Fighting near Sudzha", site.url + path)]).replace(b"<guid>http", b"<guid>new-id-of-http")
    site.page("/ledger.xml", body)
    desk.cycle(NOON + TEN_MINUTES)

    assert desk.rows("select new_count from polls order by polled_at") == [{"new_count": 1}, {"new_count": 0}]
    assert desk.counts()["stories"] == 1
    assert taken == []


def test_the_validator_of_a_sitemap_index_never_hides_what_its_sitemaps_bring(desk, site):
    def sitemap(*numbers):
        news = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
        urls = "".join(
            f"<url><loc>{site.url}/{n}</loc><news:news><news:title>Report {n}</news:title>"
            f"<news:publication_date>2026-11-24T11:0{n}:00Z</news:publication_date></news:news></url>"
            for n in numbers
        )
        site.page("/news.xml", f"<urlset {news}>{urls}</urlset>".encode())

    index = f"<sitemapindex><sitemap><loc>{site.url}/news.xml</loc></sitemap></sitemapindex>".encode()
    desk.feeds["index"] = site.page("/index.xml", index, ETag='"always the same"')

    for cycle, numbers in enumerate([(1,), (1,), (1,), (1, 2)]):
        sitemap(*numbers)
        desk.poll(at=NOON + cycle * TEN_MINUTES)

    assert desk.rows("select outcome, new_count from polls order by polled_at") == [
        {"outcome": "new", "new_count": 1},
        {"outcome": "same", "new_count": 0},
        {"outcome": "same", "new_count": 0},
        {"outcome": "new", "new_count": 1},
    ]


def test_when_no_feed_answers_the_run_says_so_and_no_feed_is_given_up(desk, site):
    for name in ("a", "b", "c"):
        desk.feeds[name] = site.reply(f"/{name}.xml", faults.reset)

    for cycle in range(3):
        with pytest.raises(EveryFeedFailed, match="none of the 3 feeds answered"):
            desk.cycle(NOON + cycle * TEN_MINUTES)

    assert desk.rows(
        "select feed_url, count(*) as polls, max(failure_count) as failures from polls group by 1 order by 1"
    ) == [{"feed_url": desk.feeds[name], "polls": 3, "failures": 0} for name in ("a", "b", "c")]


def test_entries_that_were_stored_by_a_run_that_died_are_not_backlog_to_the_next(desk):
    known = desk.article("/1", "Market hall")
    desk.feed("ledger", [known])
    with pipeline.open_run(NOON, desk.settings()) as run:
        pipeline.poll_feeds(run)
    # The run died between its entries and its polls.
    for part in (desk.warehouse.root / "polls").rglob("*.parquet"):
        part.unlink()

    desk.feed("ledger", [desk.article("/2", "Kursk region: new evacuation", WAR), known])
    desk.cycle(NOON + TEN_MINUTES)

    assert desk.rows("select title, is_backlog from stories order by 1") == [
        {"title": "Kursk region: new evacuation", "is_backlog": False},
        {"title": "Market hall", "is_backlog": True},
    ]


def test_of_two_entries_with_one_address_one_is_fetched_also_if_the_run_died_between_them(desk, site):
    one = desk.article("/1", "Market hall")
    desk.feed("a", [one])
    desk.feed("b", [("Hall", "/1?utm_source=b")])
    with pipeline.open_run(NOON, desk.settings()) as run:
        pipeline.poll_feeds(run)
        pipeline.fetch_pages(run)
    # The run died when it had stored which entry repeats the other, and nothing more.
    pages = desk.warehouse.read(Page)
    for part in (desk.warehouse.root / "pages").rglob("*.parquet"):
        part.unlink()
    desk.warehouse.append([page for page in pages if page.outcome == "known"], batch="died", day=NOON.date())

    desk.cycle(NOON + TEN_MINUTES)

    assert desk.rows("select outcome from pages order by 1") == [{"outcome": "known"}, {"outcome": "read"}]
    assert desk.rows("select copy_kind, count(*) as n from stories group by all order by 1 nulls first") == [
        {"copy_kind": None, "n": 1},
        {"copy_kind": "url", "n": 1},
    ]


def test_what_a_desk_had_left_undone_is_done_when_it_is_started_again_a_month_later(desk):
    desk.feed("ledger", [desk.article("/1", "Market hall"), desk.article("/2", "Fighting near Sudzha", WAR)])
    with pipeline.open_run(NOON, desk.settings()) as run:
        pipeline.poll_feeds(run)

    desk.cycle(NOON + timedelta(days=30))

    assert desk.rows("select title, extraction from stories order by 1") == [
        {"title": "Fighting near Sudzha", "extraction": "blocks"},
        {"title": "Market hall", "extraction": "blocks"},
    ]


def test_shards_share_the_feeds_and_lose_none(desk, site):
    for number in range(5):
        desk.feed(
            f"f{number}", [desk.article(f"/{number}", f"Story {number}", (f"{number} " + PEACE[0], PEACE[1]))]
        )
    settings = desk.settings().model_copy(update={"shards": 3})

    with pipeline.open_run(NOON, settings) as run:
        counts = pipeline.run_cycle(run)

    assert counts["poll_feeds"]["feeds"] == 5
    assert counts["file_stories"]["stories"] == 5


def test_why_tells_the_way_of_a_story_from_feed_to_alert(desk, site):
    url, _ = hook(site)
    desk.alert_urls = (url,)
    desk.feed("ledger", [desk.article("/old", "Market hall")])
    desk.cycle()
    desk.feed("ledger", [desk.article("/new", "Kursk region: new evacuation", WAR)])
    desk.cycle(NOON + TEN_MINUTES)

    steps = explain(desk.warehouse, site.url + "/new?utm_source=x")

    assert [step.step for step in steps] == [
        "poll_feeds",
        "fetch_pages",
        "file_stories",
        "file_stories",
        "send_alerts",
    ]
    assert "announced by" in steps[0].said
    assert "HTTP 200, read" in steps[1].said
    assert "kursk (main" in steps[3].said
    assert steps[4].said.startswith("default: sent on json-")
    assert explain(desk.warehouse, site.url + "/nowhere") == []


def test_a_feed_list_with_no_feed_is_told_before_anything_is_polled(desk):
    settings = desk.settings()

    with pytest.raises(InputError) as caught:
        pipeline.check_settings(settings)

    assert str(settings.feeds) in str(caught.value)
