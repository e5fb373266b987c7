"""The feed of a topic as the warehouse has it, and `newsmonitor feed`."""

import feedparser
import pytest
from click.testing import CliRunner

from atomcheck import errors
from newsmonitor import atom
from newsmonitor.cli_feed import feed as feed_command
from newsmonitor.errors import InputError
from newsmonitor.settings import Settings
from newsmonitor.topicfeed import find_topic, topic_feed
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_revision, a_story, a_tag, minutes, store

DAY = minutes(60 * 24)
WAR = {"topics": ("war",), "level": "main"}


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def feed_of(house: Warehouse, topic: str = "war", **asked):
    return topic_feed(house, topic, "The war", **{"ui_url": None, "at": NOON + DAY, **asked})


def ids(feed) -> list[str]:
    return [entry.story.story_id for entry in feed.entries]


def test_a_group_is_one_entry_with_everybody_who_ran_it_in_order_of_time(house):
    store(
        house,
        a_story("1", "Ledger", at=30, **WAR),
        a_copy("2", "1", "Wire", at=10, seen_at=NOON + minutes(60), **WAR),
        a_copy("3", "1", "Echo", at=50),
        a_story("4", "Lone", at=20, **WAR),
        a_story("5", "Ledger", at=40),
    )

    feed = feed_of(house)

    assert ids(feed) == ["1", "4"]
    assert [other.outlet for other in feed.entries[0].others] == ["Wire", "Echo"]
    assert feed.entries[0].appeared_at == NOON + minutes(30)
    assert feed.entries[0].updated_at == feed.updated_at == NOON + minutes(60)
    assert feed.entries[1].others == ()


def test_the_same_address_announced_by_another_feed_is_no_other_place_to_read_it(house):
    store(
        house,
        a_story("1", "Ledger", **WAR),
        a_copy("2", "1", "Ledger", at=10, kind="url", url="https://ledger.example/1"),
    )

    [entry] = feed_of(house).entries

    assert entry.others == ()


def test_where_the_first_of_a_group_is_not_about_the_topic_the_first_that_is_stands_for_it(house):
    store(
        house,
        a_story("1", "Ledger"),
        a_copy("2", "1", "Wire", at=10, **WAR),
        a_copy("3", "1", "Echo", at=20, **WAR),
    )

    feed = feed_of(house)

    assert ids(feed) == ["2"]
    assert [other.outlet for other in feed.entries[0].others] == ["Ledger", "Echo"]


def test_groups_that_were_found_to_be_one_are_one_entry(house):
    store(
        house,
        a_story("1", "Ledger", **WAR),
        a_story("2", "Wire", at=10, **WAR),
        a_copy("3", "2", "Echo", at=20, **WAR),
        a_link("2", into="1"),
    )

    [entry] = feed_of(house).entries

    assert (entry.group_id, [other.outlet for other in entry.others]) == ("1", ["Wire", "Echo"])


def test_an_edit_is_told_and_is_an_update(house):
    store(
        house,
        a_story("1", "Ledger", **WAR),
        a_copy("2", "1", "Wire", at=10),
        a_revision("2", at=90),
        a_revision("1", at=70, is_title_changed=True, title_before="12 dead", title="15 dead"),
    )

    [entry] = feed_of(house).entries

    assert [(edit.at, edit.outlet) for edit in entry.edits] == [
        (NOON + minutes(70), "Ledger"),
        (NOON + minutes(90), "Wire"),
    ]
    assert entry.edits[0].said == (
        'headline "12 dead" → "15 dead"; numbers 12 → 15; 3 words added, 2 removed'
    )
    assert entry.updated_at == NOON + minutes(90)


def test_the_level_is_that_of_the_topic_and_not_the_highest_of_any(house):
    tags = (a_tag("mention", "war"), a_tag("main", "peace"))
    store(
        house,
        a_story("1", topics=("war", "peace"), level="main", tags=tags),
        # Of before there were tags.
        a_story("2", at=1, **WAR),
    )

    assert [(entry.story.story_id, entry.level) for entry in feed_of(house).entries] == [
        ("2", "main"),
        ("1", "mention"),
    ]
    assert [entry.level for entry in feed_of(house, "peace").entries] == ["main"]


def test_what_stood_in_a_feed_before_us_does_not_push_out_what_is_new(house):
    store(
        house,
        a_story("new", at=0, **WAR),
        *[
            a_story(f"old{n}", at=-60 * n, seen_at=NOON + minutes(30), is_backlog=True, **WAR)
            for n in range(1, 4)
        ],
    )

    assert ids(feed_of(house, limit=2)) == ["new", "old1"]


def test_a_story_that_came_late_is_as_new_as_its_filing(house):
    store(house, a_story("1", at=0, **WAR), a_story("late", at=-600, seen_at=NOON + minutes(30), **WAR))

    assert ids(feed_of(house)) == ["late", "1"]


def test_copies_of_a_seed_document_are_no_news(house):
    store(house, a_copy("1", "seed.txt", "Echo", kind="seed", **WAR), a_story("2", **WAR))

    assert ids(feed_of(house)) == ["2"]


def test_nothing_is_told_of_what_came_later(house):
    store(
        house,
        a_story("1", at=0, **WAR),
        a_copy("2", "1", "Wire", at=60),
        a_revision("1", at=60),
        a_story("3", at=60, **WAR),
    )

    feed = feed_of(house, at=NOON + minutes(30))

    assert ids(feed) == ["1"]
    assert (feed.entries[0].others, feed.entries[0].edits) == ((), ())
    assert feed.updated_at == NOON + minutes(5)


def test_the_links_to_the_desk_stand_under_the_address_of_the_ui(house):
    store(house, a_story("1", **WAR))

    feed = feed_of(house, ui_url="https://desk.example.org/airflow")

    assert feed.self_url == "https://desk.example.org/airflow/newsmonitor/feeds/war.atom"
    assert feed.entries[0].page_url == "https://desk.example.org/airflow/newsmonitor/stories/1"
    assert feed_of(house).entries[0].page_url is feed_of(house).self_url is None


def test_of_an_empty_warehouse_there_is_a_feed_that_stays_the_same_all_day(house):
    morning, evening = feed_of(house, at=NOON), feed_of(house, at=NOON + minutes(600))

    assert morning == evening
    assert morning.entries == ()
    assert errors(atom.render(morning)) == []


def test_an_unknown_topic_is_one_line_that_names_those_there_are():
    with pytest.raises(InputError, match="no-such: is the id of no topic; the topics are: kursk, "):
        find_topic(Settings.from_env(), "no-such")


# ---- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def run(house, monkeypatch):
    store(
        house,
        a_story("1", title="Fighting", topics=("kursk",), level="main"),
        a_story("2", at=9, topics=("kursk",)),
    )
    monkeypatch.setenv("NEWSMONITOR_WAREHOUSE", str(house.root))
    monkeypatch.setenv("NEWSMONITOR_UI_URL", "https://desk.example.org/")
    return lambda *arguments: CliRunner().invoke(feed_command, arguments, catch_exceptions=False)


def test_the_command_prints_a_feed(run):
    result = run("kursk")

    assert result.exit_code == 0
    parsed = feedparser.parse(result.stdout_bytes)
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == ["Headline 2", "Fighting"]
    assert parsed.entries[1].links[1].href == "https://desk.example.org/newsmonitor/stories/1"


def test_the_command_writes_a_file_in_one_piece(run, tmp_path):
    out = tmp_path / "kursk.atom"
    out.write_text("old")

    result = run("kursk", "--out", str(out), "--limit", "1")

    assert (result.exit_code, result.stdout) == (0, "")
    assert [entry.title for entry in feedparser.parse(out.read_bytes()).entries] == ["Headline 2"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["kursk.atom"]


@pytest.mark.parametrize("arguments", [("kursk", "--limit", "0"), ("kursk", "--limit", "x"), ()])
def test_what_the_command_cannot_mean_is_told(run, arguments):
    assert run(*arguments).exit_code == 2
