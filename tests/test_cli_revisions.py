"""`newsmonitor recheck` and `newsmonitor revisions` as a person meets them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commandline import Result, command
from desk import NOON, ROOT, WAR, Desk
from newsmonitor import cli_revisions, pipeline
from newsmonitor.rechecking import recheck_stories
from newsmonitor.records import Entry, Page, Revision, Story
from newsroom import Site

HOUR = timedelta(hours=1)
TEXT = (
    *WAR,
    "At least 12 people were killed in the strikes near Sudzha, the acting governor said on Tuesday.",
)
TWIN = "f" * 32
TITLE = "Fighting near Sudzha \x1b[31m"


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    """A story that was edited twice after it was filed, and then taken down."""
    with Site() as site:
        desk = Desk(site, tmp_path_factory.mktemp("desk"))
        desk.feed("ledger", [desk.article("/1", TITLE, TEXT)])
        with pipeline.open_run(NOON, desk.settings()) as run:
            for step in (pipeline.poll_feeds, pipeline.fetch_pages, pipeline.file_stories):
                step(run)
            desk.article("/1", TITLE, (*WAR, TEXT[2].replace("12", "15")))
            recheck_stories(replace(run, at=NOON + HOUR))
            desk.article("/1", "Losses near Sudzha", (*WAR, TEXT[2].replace("12", "15")))
            recheck_stories(replace(run, at=NOON + 6 * HOUR))
            site.page("/1", b"", status=410)
            recheck_stories(replace(run, at=NOON + 24 * HOUR))
        announce_again(desk)
    return desk


def announce_again(desk: Desk) -> None:
    """A second entry of the address, whose page was fetched later."""
    house = desk.warehouse
    for record, changes in (
        (Entry, {}),
        (Page, {"fetched_at": datetime.now(UTC)}),
        (Story, {"copy_kind": "url"}),
    ):
        [row] = house.read(record)
        ids = {"story_id": TWIN} if record is Story else {}
        house.append([replace(row, entry_id=TWIN, **ids, **changes)], batch="x", day=NOON.date())


@pytest.fixture
def story(desk) -> Story:
    [story] = desk.warehouse.read(Story, "copy_kind is null")
    return story


@pytest.fixture
def run(desk, monkeypatch, capsys):
    """Runs one command over the warehouse of the desk."""
    settings = desk.settings()
    for name, value in {
        "WAREHOUSE": settings.warehouse, "FEEDS": settings.feeds, "SEEDS": ROOT / "seeds", "ALERT_URLS": "",
        "ALLOW_NETWORKS": "127.0.0.0/8", "FETCH_PAUSE": "0", "WORKERS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"NEWSMONITOR_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Result:
        return command(monkeypatch, capsys, *arguments)

    return call


def test_the_newest_edits_are_a_table(run):
    result = run("revisions")

    assert (result.status, result.err) == (0, "")
    newest, first = [line for line in result.out.splitlines() if "ledger" in line]
    assert "Losses near Sudzha" in newest
    assert "headline, +0 −0 words" in newest
    assert "+1 −1 words" in first
    assert "12 → 15" in first
    assert "\x1b" not in result.out


def test_of_a_story_each_edit_is_shown_with_its_words_and_each_look_with_what_it_gave(run, desk, story):
    shown = run("revisions", story.story_id[:8])

    assert (shown.status, shown.err) == (0, "")
    assert shown.out == run("revisions", desk.site.url + "/1?utm_source=x").out == run("revisions", TWIN).out
    assert shown.out.splitlines() == [
        f"1  2026-11-24 13:00 UTC  ledger  {desk.site.url}/1",
        "At least [-12-]{+15+} people were killed in the strikes near Sudzha, …",
        "",
        f"2  2026-11-24 18:00 UTC  ledger  {desk.site.url}/1",
        "# [-Fighting-]{+Losses+} near Sudzha [-[31m-]",
        "",
        "2026-11-24 13:00 UTC  look 1: revised (1)",
        "2026-11-24 18:00 UTC  look 2: revised (2)",
        "2026-11-25 12:00 UTC  look 3: gone, HTTP 410",
    ]


def test_since_and_limit_choose_and_json_has_everything(run):
    first, second = run("revisions", "--json").rows
    assert (first["number"], second["number"]) == (2, 1)
    assert second["numbers"] == ["12 → 15"]
    assert second["diff"].startswith("At least [-12-]")

    assert [row["number"] for row in run("revisions", "--json", "--limit", "1").rows] == [2]
    assert [row["number"] for row in run("revisions", "--json", "--since", "2026-11-24T14:00").rows] == [2]
    assert run("revisions", "--since", "2027-01-01").out.startswith("No edits yet.")
    assert [row["number"] for row in run("revisions", first["story_id"], "--json").rows] == [1, 2]


def test_a_name_that_means_no_story_is_one_line(run):
    result = run("revisions", "0" * 32)

    assert (result.status, result.out) == (1, "")
    assert "no story, page or entry is known by 0000" in result.err


def test_marked_words_have_colours_on_a_terminal():
    text = cli_revisions._coloured("a [-12-]{+15 +} b [-c - d-]")

    assert [(text.plain[span.start : span.end], span.style) for span in text.spans] == [
        ("[-12-]", "red"),
        ("{+15 +}", "green"),
        ("[-c - d-]", "red"),
    ]


def test_recheck_says_in_one_line_what_it_found(run, desk, story, tmp_path, monkeypatch):
    again = Desk(desk.site, tmp_path)
    now = datetime.now(UTC)
    filed = replace(story, filed_at=now - 2 * HOUR, canonical_url="http://127.0.0.1:9/1")
    again.warehouse.append([filed], batch="x", day=filed.filed_at.date())
    monkeypatch.setenv("NEWSMONITOR_WAREHOUSE", str(again.warehouse.root))

    result = run("recheck")

    assert (result.status, result.err) == (0, "")
    assert result.out[5:].startswith("  1 story looked at again: 0 revised, 0 gone, 1 could not be read, ")
    assert json.loads(run("recheck", "--json").out) == {"checked": 0, "revised": 0, "gone": 0, "failed": 0}
    assert again.warehouse.read(Revision) == []
