"""feeds check and feeds health: what each feed gives, what is wrong with it since when, and what a person can do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commandline import Result, command
from desk import NOON, rss
from newsmonitor.records import Poll
from newsmonitor.warehouse import Warehouse
from newsroom import faults

ROOT = Path(__file__).resolve().parents[1]
DAY = timedelta(days=1)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs one command of `feeds` in this process, over these feeds and a warehouse of the test's own."""
    for name, value in {
        "WAREHOUSE": str(tmp_path / "warehouse"), "FEEDS": str(tmp_path / "feeds.opml"), "SEEDS": str(ROOT / "seeds"),
        "ALERT_URLS": "", "ALLOW_NETWORKS": "127.0.0.0/8", "FETCH_PAUSE": "0", "PAGE_TIMEOUT": "5", "WORKERS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"NEWSMONITOR_{name}", value)
    monkeypatch.setenv("COLUMNS", "400")

    def call(feeds: dict[str, str], *arguments: str) -> Result:
        outlines = "".join(f"<outline text='{name}' xmlUrl='{url}'/>\n" for name, url in feeds.items())
        (tmp_path / "feeds.opml").write_text(f"<opml><body>{outlines}</body></opml>")
        return command(monkeypatch, capsys, "feeds", *arguments)

    return call


def a_feed(site, path: str = "/good.xml") -> str:
    return site.page(path, rss([("Market hall", f"{site.url}/hall"), ("Bridge", f"{site.url}/bridge")]))


# ---- check ------------------------------------------------------------------------------------------------


def test_check_says_of_each_feed_what_it_gives_and_what_a_person_can_do(run, site):
    good = a_feed(site)
    feeds = {
        "Good": good,
        "Empty": site.page("/empty.xml", rss([])),
        "Gone": site.page("/gone.xml", status=410),
        "Missing": f"{site.url}/missing.xml",
        "Moved": site.page("/old.xml", status=301, Location="/good.xml"),
        "Page": site.page(
            "/", f"<html><link rel=alternate type=application/rss+xml href='{good}'></html>".encode()
        ),
        "Login": site.page("/login", b"<html><title>Log in</title></html>"),
        "Broken": site.page("/broken.xml", status=500),
        "Down": site.reply("/down.xml", faults.reset),
        "Inside": "http://10.0.0.1/rss",
        "Robots": site.page("/private/rss", b""),
    }
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")

    result = run(feeds, "check", "--json")

    rows = {row["outlet"]: row for row in result.rows}
    assert {name: (row["answer"], row["entries"]) for name, row in rows.items()} == {
        "Good": ("ok", 2), "Empty": ("ok", 0), "Gone": ("gone", 0), "Missing": ("http_4xx", 0), "Moved": ("ok", 2),
        "Page": ("ok", 2), "Login": ("not_a_feed", 0), "Broken": ("http_5xx", 0), "Down": ("connection", 0),
        "Inside": ("refused_address", 0), "Robots": ("robots", 0),
    }  # fmt: skip
    look = "newsmonitor feeds add <page"
    for name, todo in {
        "Good": "", "Empty": "nothing: it may bring entries later", "Gone": look, "Missing": look, "Login": look,
        "Moved": f"put {good} into the list", "Page": f"put {good} into the list",
        "Broken": "nothing: it is asked again", "Down": "nothing: it is asked again",
        "Inside": "NEWSMONITOR_ALLOW_NETWORKS", "Robots": 'robots="ignore"',
    }.items():  # fmt: skip
        assert todo in rows[name]["todo"], name
        assert bool(todo) == bool(rows[name]["todo"]), name
    assert rows["Good"]["newest"] == "2026-11-24T11:00:00+00:00"
    assert rows["Login"]["problem"] == 'an HTML page titled "Log in"'
    assert rows["Good"]["problem"] == ""
    assert result.status == 0


def test_check_is_a_table_with_the_feeds_that_need_a_hand_first_and_stores_nothing(run, site, tmp_path):
    feeds = {"Good": a_feed(site), "Login": site.page("/login", b"<html><title>Log in</title></html>")}

    result = run(feeds, "check")

    login, good = [line for line in result.out.splitlines() if site.url in line]
    assert login.split()[:3] == ["Login", feeds["Login"], "not_a_feed"]
    assert good.split()[:6] == ["Good", feeds["Good"], "ok", "2", "2026-11-24", "11:00"]
    assert result.out.splitlines()[-1] == "1 of 2 feeds answered."
    assert "Asking 2 feeds" in result.err
    assert list((tmp_path / "warehouse").rglob("*.parquet")) == []


def test_check_fails_where_no_feed_answers(run, site):
    feeds = {"Down": site.reply("/down.xml", faults.reset), "Missing": f"{site.url}/missing.xml"}

    table, as_json = run(feeds, "check"), run(feeds, "check", "--json")

    assert (table.status, as_json.status) == (1, 1)
    assert table.out.splitlines()[-1] == "0 of 2 feeds answered."
    assert len(as_json.rows) == 2


# ---- health -----------------------------------------------------------------------------------------------

FEEDS = {name: f"https://{name.lower()}.example/rss" for name in ("Well", "Failing", "Silent", "New")}


@pytest.fixture
def polled(tmp_path) -> None:
    """A warehouse in which one feed is well, one has failed for a day, one is silent, and one was never polled."""
    usual = {
        "polled_at": NOON,
        "outcome": "new",
        "entry_count": 2,
        "last_new_at": NOON,
        "next_poll_at": NOON + DAY / 24,
    }
    failed = {
        "outcome": "failed", "failure_class": "http_5xx", "error": f"{FEEDS['Failing']}: HTTP 503",
        "failing_since": NOON - DAY, "failure_count": 4,
    }  # fmt: skip
    polls = [
        Poll(feed_url=FEEDS["Well"], domain="well.example", **usual),
        Poll(feed_url=FEEDS["Failing"], domain="failing.example", **(usual | failed)),
        Poll(feed_url=FEEDS["Silent"], domain="silent.example", **(usual | {"last_new_at": NOON - 30 * DAY})),
    ]
    Warehouse(tmp_path / "warehouse").append(polls, batch="b", day=NOON.date())


def test_health_tells_of_each_feed_that_is_not_well_what_is_wrong_and_since_when(run, polled):
    result = run(FEEDS, "health", "--json")

    assert result.status == 0
    rows = {row["outlet"]: row for row in result.rows}
    assert {name: row["state"] for name, row in rows.items()} == {
        "Failing": "failing", "Silent": "silent", "New": "new",
    }  # fmt: skip
    assert datetime.fromisoformat(rows["Failing"]["since"]).astimezone(UTC) == NOON - DAY
    assert rows["Failing"]["what"] == (
        "https://failing.example/rss: HTTP 503; 4 times in a row; asked again after 2026-11-24 13:00 UTC"
    )
    assert rows["Failing"]["feed"] == FEEDS["Failing"]
    assert datetime.fromisoformat(rows["Failing"]["next"]).astimezone(UTC) == NOON + DAY / 24
    assert (rows["New"]["what"], rows["New"]["since"], rows["New"]["next"]) == ("not polled yet", None, None)


def test_health_is_a_table_with_a_last_line_that_counts(run, polled):
    result = run(FEEDS, "health")

    lines = result.out.splitlines()
    assert [line.split()[:2] for line in lines if line.split()[:1] and line.split()[0] in FEEDS] == [
        ["Failing", "failing"],
        ["New", "new"],
        ["Silent", "silent"],
    ]
    assert lines[-1] == "1 of 4 feeds are well."


def test_health_all_shows_also_what_is_well(run, polled):
    assert "Well" not in run(FEEDS, "health").out

    result = run(FEEDS, "health", "--all")

    assert any(line.split()[:2] == ["Well", "well"] for line in result.out.splitlines())
    assert result.out.splitlines()[-1] == "1 of 4 feeds are well."
    assert len(run(FEEDS, "health", "--all", "--json").rows) == 4


def test_health_says_that_all_is_well(run, polled):
    feeds = {"Well": FEEDS["Well"]}

    assert run(feeds, "health").out == "Every feed is well.\n"
    assert run(feeds, "health", "--json").rows == []


def test_health_before_the_first_poll_knows_no_feed(run):
    result = run(FEEDS, "health", "--json")

    assert result.status == 0
    assert {(row["state"], row["what"]) for row in result.rows} == {("new", "not polled yet")}


def test_health_tells_of_broken_lines_of_the_list(run, polled):
    result = run({**FEEDS, "Bad": "no address"}, "health")

    [line] = result.err.splitlines()
    assert "feeds.opml, line 5: 'no address' is no web address" in line
