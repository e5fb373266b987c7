"""Pages behind a wall: what is filed meanwhile, what becomes of it when the page is there, and who is told."""

from datetime import timedelta

import pytest

from desk import NOON, PEACE, TEN_MINUTES, WAR, Desk, article, rss
from newsmonitor import pipeline
from newsmonitor.explain import explain
from newsmonitor.owing import count_owed

CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies "
    b"to continue</noscript><script>window._cf_chl_opt={cvId:'3'};</script></body></html>"
)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    """A desk that has polled its feed once, so that what is new alerts."""
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [desk.article("/0", "An old item")])
    desk.cycle(NOON - TEN_MINUTES)
    return desk


def owed(desk: Desk, at) -> int:
    with pipeline.open_run(at, desk.settings()) as run:
        return count_owed(run)


def look(desk: Desk, columns: str = "outcome, failure_class, attempt") -> list[dict]:
    new = "entry_id in (select entry_id from entries where title <> 'An old item')"
    return desk.rows(f"select {columns} from pages where {new} order by attempt")


@pytest.mark.parametrize("status", [200, 403])
def test_a_story_behind_a_bot_check_is_filed_at_once_and_again_when_its_page_can_be_read(desk, site, status):
    site.page("/1", CHALLENGE, status=status, Content_Type="text/html")
    desk.feed("ledger", [("A quiet headline", "/1")])
    desk.cycle(NOON)

    [story] = desk.rows("select * from stories where title = 'A quiet headline'")
    assert (story["extraction"], story["text"]) == ("summary", "About: A quiet headline.")
    assert look(desk) == [{"outcome": "wall", "failure_class": "bot_check", "attempt": 1}]
    assert owed(desk, NOON) == 0

    desk.article("/1", "A quiet headline", WAR)
    desk.cycle(NOON + HOUR)

    [late] = desk.rows("select * from stories where title = 'A quiet headline'")
    assert (late["story_id"], late["group_id"], late["filed_at"]) == (
        story["story_id"],
        story["group_id"],
        story["filed_at"],
    )
    assert (late["extraction"], late["text"]) == ("blocks", "\n".join(WAR))
    assert (late["level"], late["refiled_at"]) == ("main", NOON + HOUR)
    # It matches only now, and nobody was told before.
    assert owed(desk, NOON + HOUR) == 1
    told = [step.said for step in explain(desk.warehouse, site.url + "/1")]
    assert "wall: " in told[1]
    assert "tried again after" in told[1]
    assert "filed again as its page is read now" in told


def test_what_is_read_late_and_matches_nothing_is_filed_again_once_an_hour(desk, site):
    for number in (1, 2):
        site.page(f"/{number}", CHALLENGE, Content_Type="text/html")
    desk.feed("ledger", [("First", "/1"), ("Second", "/2")])
    desk.cycle(NOON)
    refiled = "select title, refiled_at from stories where refiled_at is not null order by title"

    desk.article("/1", "First")
    desk.cycle(NOON + TEN_MINUTES)
    first = {"title": "First", "refiled_at": NOON + TEN_MINUTES}
    assert desk.rows(refiled) == [first]

    desk.article("/2", "Second")
    desk.cycle(NOON + HOUR + TEN_MINUTES - timedelta(minutes=5))
    assert desk.rows(refiled) == [first]

    desk.cycle(NOON + HOUR + TEN_MINUTES)
    assert desk.rows(refiled) == [first, {"title": "Second", "refiled_at": NOON + HOUR + TEN_MINUTES}]
    # And that is all: what was filed again is not looked through for ever.
    desk.cycle(NOON + 3 * HOUR)
    assert desk.rows(refiled)[0] == first


def test_a_wall_that_stays_is_looked_at_four_times_and_no_more(desk, site):
    site.page("/1", CHALLENGE, Content_Type="text/html")
    desk.feed("ledger", [("A quiet headline", "/1")])

    for hours in (0, 1, 3, 10, 40):
        desk.cycle(NOON + hours * HOUR)

    assert [row["attempt"] for row in look(desk)] == [1, 2, 3, 4]
    assert desk.rows("select count(*) as n from stories where title = 'A quiet headline'") == [{"n": 1}]


def test_what_a_paywall_shows_of_an_article_is_its_text_where_the_feed_has_less(desk, site):
    lead = (*PEACE, "The mayor would not say which of the offers, all of them from other towns, the council")
    body = article("Hall", lead).replace(
        b"</article>", b"<p>Subscribe to continue reading</p><p>Already a subscriber? Log in</p></article>"
    )
    site.page("/1", body, Content_Type="text/html; charset=utf-8")
    desk.feed("ledger", [("Hall", "/1")])

    desk.cycle(NOON)

    assert look(desk) == [{"outcome": "wall", "failure_class": "paywall", "attempt": 1}]
    [story] = desk.rows("select * from stories where title = 'Hall'")
    assert PEACE[1] in story["text"]
    assert story["extraction"] in ("blocks", "trafilatura")


def test_one_text_at_three_addresses_is_a_wall_that_nobody_knows(desk):
    text = (
        "Our service is busy at the moment and will be back for you as soon as it can be, we promise.",
    ) * 2
    desk.feed("ledger", [desk.article("/1", "First", text), desk.article("/2", "Second", text)])
    desk.cycle(NOON)
    # Two may be copies.
    assert {row["outcome"] for row in look(desk)} == {"read"}
    assert [
        row["copy_kind"] for row in desk.rows("select copy_kind from stories where text like 'Our%'")
    ] == [
        None,
        "exact",
    ]

    desk.feed("ledger", [desk.article("/3", "Third", text)])
    desk.cycle(NOON + TEN_MINUTES)

    assert {(row["outcome"], row["failure_class"]) for row in look(desk)} == {("wall", "same_text")}
    stories = desk.rows("select * from stories where title in ('First', 'Second', 'Third') order by title")
    assert [(story["extraction"], story["copy_of"]) for story in stories] == [("summary", None)] * 3
    assert [story["text"] for story in stories] == ["About: First.", "About: Second.", "About: Third."]

    for number, title in enumerate(("First", "Second", "Third"), 1):
        desk.article(f"/{number}", title)
    desk.cycle(NOON + 2 * HOUR)

    stories = desk.rows("select * from stories where title in ('First', 'Second', 'Third') order by title")
    assert [story["text"].partition(":")[0] for story in stories] == ["First", "Second", "Third"]


def test_one_text_under_one_headline_is_no_wall(desk):
    desk.feed("ledger", [desk.article(f"/{number}", "Hall", PEACE) for number in range(4)])

    desk.cycle(NOON)

    assert {row["outcome"] for row in look(desk)} == {"read"}


def test_a_page_that_only_sends_on_is_followed(desk, site):
    site.page(
        "/1",
        b"<html><head><meta http-equiv=refresh content='0; url=/2'></head></html>",
        Content_Type="text/html",
    )
    desk.article("/2", "Hall")
    desk.feed("ledger", [("Hall", "/1")])

    desk.cycle(NOON)

    [page] = look(desk, "outcome, requested_url, final_url")
    assert page == {"outcome": "read", "requested_url": site.url + "/1", "final_url": site.url + "/2"}


@pytest.mark.parametrize("target", ["/1", "/2", "endless"])
def test_a_page_that_sends_on_without_end_says_so(desk, site, target):
    for number in range(1, 12):
        to = f"/{number + 1}" if target == "endless" else target
        body = f"<html><head><meta http-equiv='Refresh' content='1;URL={to}'></head>Wait</html>".encode()
        site.page(f"/{number}", body, Content_Type="text/html")
    desk.feed("ledger", [("Hall", "/1")])

    desk.cycle(NOON)

    [page] = look(desk, "outcome, failure_class, error, next_try_at")
    assert (page["outcome"], page["failure_class"], page["next_try_at"]) == (
        "failed",
        "too_many_redirects",
        None,
    )
    assert "meta refresh" in page["error"]
    assert len([request for request in site.requests if request.path[1:].isdigit()]) <= 7


def test_a_page_that_reloads_itself_every_minute_is_a_page(desk, site):
    body = article("Hall", PEACE).replace(b"<title>", b"<meta http-equiv=refresh content=60><title>")
    site.page("/1", body, Content_Type="text/html; charset=utf-8")
    desk.feed("ledger", [("Hall", "/1")])

    desk.cycle(NOON)

    assert [row["outcome"] for row in look(desk)] == ["read"]


def test_what_a_site_writes_under_every_article_is_learnt_and_cut(desk):
    invitation = "Read the best of our paper each morning before you rise, in your letter box."
    names = ("Ferry", "Mill", "Bakery", "Orchard", "Tannery", "Brewery")
    for hour, name in enumerate(names):
        text = (f"{name}: {PEACE[0].replace('market hall', name)}", f"{name}, again: {PEACE[1]}", invitation)
        desk.feed("ledger", [desk.article(f"/{name}", f"The {name}", text)])
        desk.cycle(NOON + hour * HOUR)

    texts = {row["title"]: row["text"] for row in desk.rows("select title, text from stories")}

    has = [invitation in texts[f"The {name}"] for name in names]
    assert has == [True] * 4 + [False] * 2
    assert all(f"{name}, again" in texts[f"The {name}"] for name in names)
    # The page's row keeps what was read.
    assert len(desk.rows(f"select 1 from pages where text like '%{invitation}'")) == len(names)


def test_captures_are_forgotten_after_their_days(desk):
    archive = desk.warehouse.root / "archive"
    for day in ("2026-10-24", "2026-10-25"):
        (archive / f"day={day}").mkdir(parents=True)
        (archive / f"day={day}" / "x-000.warc.gz").write_bytes(b"old")

    desk.cycle(NOON)

    assert sorted(path.name for path in archive.glob("day=2026-10-*")) == ["day=2026-10-25"]


def test_a_day_is_guessed_only_where_neither_page_nor_feed_says_when(desk, site):
    dated, undated = "/2026/11/20/hall", "/2026/11/21/mill"
    desk.article(dated, "Hall")
    desk.article(undated, "Mill")
    feed = rss([("Hall", site.url + dated), ("Mill", site.url + undated)])
    start, end = feed.rindex(b"<pubDate>"), feed.rindex(b"</pubDate>")
    desk.feeds["ledger"] = site.page("/ledger.xml", feed[:start] + feed[end + len(b"</pubDate>") :])

    desk.cycle(NOON)

    pages = {row["title"]: row for row in look(desk, "title, published_at, published_from, is_day_only")}
    assert (pages["Hall"]["published_at"], pages["Hall"]["is_day_only"]) == (None, False)
    assert (pages["Mill"]["published_at"].date().isoformat(), pages["Mill"]["published_from"]) == (
        "2026-11-21",
        "htmldate",
    )
    stories = {
        row["title"]: row["published_from"] for row in desk.rows("select title, published_from from stories")
    }
    assert (stories["Hall"], stories["Mill"]) == ("feed", "htmldate")
