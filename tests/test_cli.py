"""The command line as a person meets it: what it prints, its exit status, and never a traceback."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import click
import pytest

from commandline import Result, command
from newsmonitor.cli import cli
from newsmonitor.records import Alert, Entry, Match, Page, Poll, Story
from newsmonitor.warehouse import Warehouse
from newsroom import faults

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://ledger.example/sudzha"
FEED = "https://ledger.example/rss"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs one command in this process, over a warehouse of the test's own; environment as keyword arguments."""
    monkeypatch.setenv("NEWSMONITOR_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("NEWSMONITOR_SEEDS", str(ROOT / "seeds"))
    monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", "")
    monkeypatch.setenv("NEWSMONITOR_WORKERS", "1")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str, **environment: str) -> Result:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(f"NEWSMONITOR_{name}", value)
            return command(patch, capsys, *arguments)

    return call


@pytest.fixture
def stored(tmp_path):
    """A small warehouse: a match that was alerted, a copy of it, a story of no topic, a feed that is down."""
    house = Warehouse(tmp_path / "warehouse")
    for rows in (
        [a_poll(FEED), a_poll("https://down.example/rss", outcome="failed", error="HTTP 503")],
        [an_entry("1", URL), an_entry("2", "https://b.example/copy"), an_entry("3", "https://b.example/hall")],
        [a_page("1", URL), a_page("2", "https://b.example/copy"), a_page("3", "https://b.example/hall")],
        [
            a_story("1", URL, title="Fighting [near] Sudzha", outlet="Ledger", level="main", topics=("kursk",),
                    topic_score=31.5, matches=(a_match(),), published_at=NOON - timedelta(hours=1)),
            a_story("2", "https://b.example/copy", title="Copied", level="main", topics=("kursk",), copy_of="1",
                    copy_kind="exact", group_id="1"),
            a_story("3", "https://b.example/hall", title="Старый рынок", language="ru"),
        ],
        [Alert(alert_id="a", group_id="1", story_id="1", rule="default", channel="json-1a2b3c4d", state="sent",
               attempt=1, tried_at=NOON)],
    ):  # fmt: skip
        house.append(rows, batch="b", day=NOON.date())
    return house


def a_poll(url: str, **values: object) -> Poll:
    return Poll(**{"feed_url": url, "polled_at": NOON, "outcome": "new", "entry_count": 3, **values})


def an_entry(entry_id: str, url: str) -> Entry:
    return Entry(
        entry_id=entry_id, feed_url=FEED, outlet="Ledger", entry_url=url, canonical_url=url, seen_at=NOON,
        is_backlog=False,
    )  # fmt: skip


def a_page(entry_id: str, url: str) -> Page:
    return Page(
        entry_id=entry_id, requested_url=url, final_url=url, canonical_url=url, http_status=200, outcome="read",
        text="a b c", fetched_at=NOON, extraction="trafilatura",
    )  # fmt: skip


def a_story(story_id: str, url: str, **values: object) -> Story:
    usual = {
        "story_id": story_id, "entry_id": story_id, "url": url, "canonical_url": url, "outlet": "B", "feed_url": FEED,
        "language": "en", "seen_at": NOON, "filed_at": NOON, "text": "Fighting near Sudzha.", "extraction": "page",
        "group_id": story_id, "is_backlog": False,
    }  # fmt: skip
    return Story(**{**usual, **values})


def a_match() -> Match:
    return Match(
        topic="kursk", term="Sudzha", role="place", counted=True, field="title", start=16, end=22, snippet="x",
        points=9.0,
    )  # fmt: skip


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, each in group.commands.items():
        found += commands(each, (*path, name)) if isinstance(each, click.Group) else [(*path, name)]
    return found


def one_line(text: str) -> str:
    [line] = text.splitlines()
    return line


# ---- help, wrong words, wrong settings --------------------------------------------------------------------


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself(run, command):
    for flag in ("--help", "-h"):
        result = run(*command, flag)
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith("Usage: ")
        assert "Show this message and exit." in result.out


@pytest.mark.parametrize(
    "words, said",
    [
        (["gather"], "No such command 'gather'"),
        (["stories", "--lmit", "3"], "No such option"),
        (["stories", "--limit", "0"], "0 is not in the range"),
        (["stories", "--since", "yesterday"], "does not match the format"),
        (["stories", "--level", "high"], "'high' is not one of 'main', 'mention'"),
        (["sql"], "Missing argument 'QUERY'"),
        (["why"], "Missing argument 'URL'"),
    ],
)
def test_a_wrong_word_is_told_with_status_2(run, words, said):
    result = run(*words)

    assert (result.status, result.out) == (2, "")
    assert said in result.err


@pytest.mark.parametrize(
    "words",
    [["ingest"], ["stories"], ["sql", "select 1"], ["why", URL], ["feeds", "check"], ["topic", "check"]],
)
def test_a_wrong_setting_is_one_plain_line_with_status_2(run, words):
    result = run(*words, SHARDS="many")

    assert (result.status, result.out) == (2, "")
    assert one_line(result.err).startswith("newsmonitor: NEWSMONITOR_SHARDS: is 'many', not a whole number")


@pytest.mark.parametrize(
    "environment, said",
    [
        ({"FEEDS": "/nowhere/feeds.opml"}, "/nowhere/feeds.opml: is not there"),
        ({"SEEDS": "/nowhere"}, "/nowhere/feeds.opml: is not there"),
        (
            {"ALERT_URLS": "nope://hunter22-sesame"},
            "NEWSMONITOR_ALERT_URLS: URL number 1 is none that Apprise can use",
        ),
        ({"WAREHOUSE": "/dev/null/x"}, "/dev/null/x: cannot be written"),
    ],
)
def test_ingest_refuses_a_fault_before_it_asks_anybody(run, environment, said):
    result = run("ingest", **environment)

    assert (result.status, result.out) == (2, "")
    assert said in one_line(result.err)
    assert "sesame" not in result.err


# ---- stories, sql, why ------------------------------------------------------------------------------------


def test_stories_shows_the_matches_with_their_copies_counted(run, stored):
    result = run("stories")

    assert result.status == 0
    [line] = [line for line in result.out.splitlines() if "Sudzha" in line]
    assert "Fighting [near] Sudzha" in line
    assert "Sudzha (title)" in line
    assert line.split()[:7] == ["2026-11-24", "11:00", "Ledger", "en", "main", "31.5", "1"]
    assert "Copied" not in result.out
    assert "Старый рынок" not in result.out


@pytest.mark.parametrize(
    "options, found",
    [
        ([], {"1"}),
        (["--all"], {"1", "3"}),
        (["--all", "--language", "ru"], {"3"}),
        (["--all", "--limit", "1"], {"1"}),
        (["--topic", "kursk"], {"1"}),
        (["--topic", "kharkiv"], set()),
        (["--level", "mention"], set()),
        (["--since", "2026-11-24"], {"1"}),
        (["--since", "2026-11-24T12:01"], set()),
    ],
)
def test_stories_can_be_chosen_and_read_by_a_program(run, stored, options, found):
    result = run("stories", "--json", *options)

    assert (result.status, result.err) == (0, "")
    assert {row["story_id"] for row in json.loads(result.out)} == found


def test_an_empty_warehouse_says_what_to_do(run):
    result = run("stories")

    assert (result.status, result.out) == (0, "No stories yet. `newsmonitor ingest` runs a cycle.\n")
    assert run("stories", "--json").out == "[]\n"


def test_sql_answers_as_a_table_as_csv_and_as_json(run, stored):
    query = "select title, topics, published_at, null as nothing from stories where copy_of is null order by story_id"

    assert "Fighting [near] Sudzha" in run("sql", query).out
    rows = list(csv.DictReader(StringIO(run("sql", "--csv", query).out)))
    assert [row["title"] for row in rows] == ["Fighting [near] Sudzha", "Старый рынок"]
    assert json.loads(run("sql", "--json", query).out) == [
        {
            "title": "Fighting [near] Sudzha",
            "topics": ["kursk"],
            "published_at": "2026-11-24T11:00:00+00:00",
            "nothing": None,
        },
        {"title": "Старый рынок", "topics": [], "published_at": None, "nothing": None},
    ]


def test_sql_knows_every_table_and_the_matches(run, stored):
    for table, count in (
        ("polls", 2),
        ("entries", 3),
        ("pages", 3),
        ("stories", 3),
        ("alerts", 1),
        ("matches", 1),
    ):
        assert json.loads(run("sql", "--json", f"select count(*) as n from {table}").out) == [{"n": count}]


@pytest.mark.parametrize(
    "query, said",
    [
        ("select * from storis", "storis does not exist"),
        ("selec 1", "syntax error"),
        ("select 1 where 'x' > 2", "Conversion Error"),
        ("select * from 'nowhere.parquet'", "No files found"),
        ("select ?", "parameter"),
    ],
)
def test_wrong_sql_is_one_plain_line_with_status_2(run, stored, query, said):
    result = run("sql", query)

    assert (result.status, result.out) == (2, "")
    assert one_line(result.err).startswith("newsmonitor: DuckDB says: ")
    assert said in result.err


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
@pytest.mark.parametrize(
    "query",
    [
        "select 1 as a, 2 as a",
        "select 1 where false",
        "select unnest([1, 2]), '[/]' as \"[/]\", 'x' || chr(27) as esc",
        "select 1.5::decimal(4, 1), date '2026-11-24', interval 1 day, 'x'::blob, uuid(), time '12:00'",
        "select {'a': [1]}, map {'k': 1}, [null, 'x']",
        "describe stories",
        "show tables",
        "set threads = 1",
        "create table mine (x int)",
        "select 'nan'::double, 'inf'::double",
        "",
        ";",
    ],
)
def test_any_sql_is_answered_or_refused_in_one_line(run, stored, query, form):
    result = run("sql", query, *form)

    assert result.status in (0, 2)
    assert "\x1b" not in result.out or form == ["--csv"]
    if result.status:
        one_line(result.err)


def test_columns_of_one_name_are_both_there(run, stored):
    [[*names], [*values]] = csv.reader(StringIO(run("sql", "--csv", "select 1 as a, 2 as a").out))

    assert (len(names), values) == (2, ["1", "2"])


def test_why_tells_every_decision_in_order(run, stored):
    result = run("why", URL + "?utm_source=x")

    assert result.status == 0
    assert [line.split()[2] for line in result.out.splitlines()] == [
        "poll_feeds", "fetch_pages", "file_stories", "file_stories", "send_alerts"
    ]  # fmt: skip
    assert "sent on json-1a2b3c4d, try 1" in result.out
    steps = json.loads(run("why", URL, "--json").out)
    assert [step["step"] for step in steps][-1] == "send_alerts"
    assert run("why", "1").out == result.out


def test_why_says_of_a_copy_whose_it_is(run, stored):
    out = run("why", "https://b.example/copy").out

    assert 'a copy (exact) of 1 (Ledger: "Fighting [near] Sudzha")' in out
    assert 'no alert of its own: its group alerts once, by 1 (Ledger: "Fighting [near] Sudzha")' in out


def test_why_of_an_unknown_address_says_where_to_look_and_fails(run, stored):
    result = run("why", "https://ledger.example/other")
    assert result.status == 1
    assert "No feed has announced https://ledger.example/other." in result.out
    assert f"{FEED}: new, 3 entries" in result.out

    result = run("why", "https://nobody.example/")
    assert result.status == 1
    assert "No feed of its domain has been polled either" in result.out
    assert run("why", "https://nobody.example/", "--json").out == "[]\n"
    assert run("why", "not an address").status == 1


# ---- tables, topics ---------------------------------------------------------------------------------------


def test_tables_prints_the_page_of_the_docs(run):
    result = run("tables")

    assert (result.status, result.err) == (0, "")
    assert result.out == (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")


def test_topic_check_says_that_all_is_well(run):
    result = run("topic", "check")

    assert (result.status, result.err) == (0, "")
    said = [line for line in result.out.splitlines() if not line.startswith(" ")]
    assert said == [f"{name}: every test sentence as expected" for name in ("kursk", "zaporizhzhia-npp")]


def test_topic_check_tells_a_sentence_that_fails_and_a_broken_file(run, tmp_path):
    folder = tmp_path / "seeds" / "topics"
    folder.mkdir(parents=True)
    text = (
        'id = "hall"\ntitle = "Hall"\n[[anchor]]\nname = "hall"\nweight = 1.0\nen = ["market hall"]\n'
        '[[test]]\ntext = "Nothing of that."\nlanguage = "en"\nexpect = "main"\n'
    )
    (folder / "hall.toml").write_text(text)
    failing = run("topic", "check", SEEDS=str(tmp_path / "seeds"))
    assert failing.status == 1
    assert failing.out.splitlines()[0] == "hall"
    assert '"Nothing of that."' in failing.out

    (folder / "hall.toml").write_text(text.replace("weight", "wieght"))
    broken = run("topic", "check", SEEDS=str(tmp_path / "seeds"))
    assert (broken.status, broken.out) == (2, "")
    assert one_line(broken.err).startswith(f"newsmonitor: {folder}/hall.toml, line 5: ")


# ---- feeds and ingest, over a local site ------------------------------------------------------------------


@pytest.fixture
def news(site, tmp_path):
    """Feed list and settings for a site with a good feed, a page, and a feed that is down."""
    text = " ".join(
        f"The council agreed on point {number} of the plan for the old market hall." for number in range(12)
    )
    page = f"<html lang=en><body><article><h1>Market hall</h1><p>{text}</p></article></body></html>"
    site.page("/hall", page.encode(), Content_Type="text/html; charset=utf-8")
    date = "<pubDate>Tue, 24 Nov 2026 11:00:00 GMT</pubDate>"
    item = f"<item><title>Market hall</title><link>{site.url}/hall</link>{date}</item>"
    site.page("/good.xml", f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>".encode())
    site.reply("/down.xml", faults.reset)
    path = tmp_path / "feeds.opml"
    path.write_text(
        f"<opml><body><outline text='Good' xmlUrl='{site.url}/good.xml'/>\n<outline text='no address' type='rss'/>\n"
        f"<outline text='Down' xmlUrl='{site.url}/down.xml'/></body></opml>"
    )
    return {"FEEDS": str(path), "ALLOW_NETWORKS": "127.0.0.0/8", "PAGE_TIMEOUT": "5"}


def test_feeds_check_says_what_each_feed_gives_and_stores_nothing(run, news, tmp_path):
    result = run("feeds", "check", **news)

    assert result.status == 0
    down, good = [line for line in result.out.splitlines() if "/down.xml" in line or "/good.xml" in line]
    assert down.split()[:3] == ["Down", down.split()[1], "connection"]
    assert good.split()[2:6] == ["ok", "1", "2026-11-24", "11:00"]
    assert result.out.splitlines()[-1] == "1 of 2 feeds answered."
    assert f"{news['FEEDS']}, line 2: has no address" in result.err
    assert list((tmp_path / "warehouse").rglob("*.parquet")) == []

    rows = json.loads(run("feeds", "check", "--json", **news).out)
    assert [(row["outlet"], row["answer"]) for row in rows] == [("Down", "connection"), ("Good", "ok")]


def test_feeds_check_fails_where_no_feed_answers(run, news):
    result = run("feeds", "check", **{**news, "ALLOW_NETWORKS": ""})

    assert result.status == 1
    assert result.out.splitlines()[-1] == "0 of 2 feeds answered."


def test_ingest_is_one_line_and_the_stories_are_there(run, news):
    result = run("ingest", **news)

    assert result.status == 0
    assert (
        "1 of 2 feeds answered, 1 new entry, 1 story stored (0 duplicates), 0 matches, 0 alerts owed"
        in one_line(result.out)
    )
    broken, failed = result.err.splitlines()
    assert f"{news['FEEDS']}, line 2: has no address" in broken
    count, query = failed.split("; which, and why: newsmonitor sql ")
    assert count == "1 failed"
    assert "reset by peer" in run("sql", query.strip('"')).out
    [row] = json.loads(run("stories", "--all", "--json").out)
    assert (row["title"], row["outlet"], row["language"]) == ("Market hall", "Good", "en")

    again = json.loads(run("ingest", "--json", **news).out)
    assert again["poll_feeds"]["new_entries"] == 0
    assert again["file_stories"]["stories"] == 0


def test_ingest_fails_in_one_line_where_no_feed_answers(run, news):
    result = run("ingest", **{**news, "ALLOW_NETWORKS": ""})

    assert (result.status, result.out) == (1, "")
    broken, fault = result.err.splitlines()
    assert "line 2: has no address" in broken
    assert "none of the 2 feeds answered" in fault
