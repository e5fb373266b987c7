"""What a changed topic file would make of stored stories: counted and told, and nothing stored."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsmonitor.backtest import Backtest, backtest, last_days
from newsmonitor.records import Story
from newsmonitor.tagging import tag_story
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Topic
from newsmonitor.warehouse import Warehouse
from smalltopic import ALDBURY, BOTH, NEW, OLD, OVERTON, PEACE
from storyrows import NOON, a_copy, a_link, a_story

DAY = timedelta(days=1)
TODAY, YESTERDAY = NOON.date(), NOON.date() - DAY


def topic(text: str) -> Topic:
    return load_topic(text, None, where="small.toml")


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def filed(house: Warehouse, *stories: Story, by: str = OLD) -> None:
    """Store the stories with the tags of a topic file, each on the day when it was filed."""
    for story in stories:
        tagged = tag_story([topic(by)], title=story.title, text=story.text, language=story.language)
        house.append([replace(story, **tagged)], batch="b", day=story.filed_at.date())


def judged(house: Warehouse, text: str, *days, **options) -> Backtest:
    _, [result] = backtest(house, [topic(text)], days or [YESTERDAY, TODAY], **options)
    return result


def files(house: Warehouse) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in house.root.rglob("*.parquet")}


def test_each_story_is_kept_gained_lost_or_at_another_level(house):
    filed(
        house,
        a_story("kept", text=f"{ALDBURY} {OVERTON}"),
        a_story("gained", text=OVERTON, outlet="Herald"),
        a_story("lost", text=ALDBURY),
        a_story("peace", text=PEACE),
    )
    before = files(house)

    stories, [result] = backtest(house, [topic(NEW)], [TODAY])

    assert stories == 4
    assert result.counts == {"kept": 1, "gained": 1, "lost": 1, "changed": 0}
    [gained], [lost] = result.differing("gained"), result.differing("lost")
    assert (gained.story_id, gained.day, gained.outlet, gained.level_before, gained.level_after) == (
        "gained",
        TODAY,
        "Herald",
        None,
        "main",
    )
    assert (gained.score_before, gained.why) == (0.0, "Overton (lead)")
    assert gained.score_after >= 24
    assert (lost.story_id, lost.level_before, lost.level_after, lost.score_after) == ("lost", "main", None, 0)
    assert lost.why == "no term is found; before: Aldbury (lead)"
    assert files(house) == before


def test_a_story_at_another_level_says_what_held_it_down(house):
    filed(house, a_story("down", text=ALDBURY), a_story("out", text=ALDBURY, outlet="Herald"))

    changed = judged(house, OLD + "[score]\nmain = 90\n").differing("changed")
    assert {(each.level_before, each.level_after) for each in changed} == {("main", "mention")}

    [lost, _] = judged(house, OLD + "[score]\nmain = 90\nmention = 80\n").differing("lost")
    assert lost.why == "Aldbury (lead); below 80 points"

    [lost, _] = judged(house, OLD.replace("proves = true", "proves = false")).differing("lost")
    assert lost.why == "Aldbury (lead); no word of proof in the story"


def test_what_is_ruled_out_names_the_sense(house):
    filed(
        house,
        a_story("ship", text="The crew of HMS Aldbury fled the shelling."),
        by=OLD.split("[[sense]]")[0],
    )

    [lost] = judged(house, OLD).differing("lost")

    assert lost.why == "ruled out: ship"


def test_copies_are_judged_and_shown_once_a_group(house):
    filed(
        house,
        a_copy("b", "a", "Herald", text=OVERTON, filed_at=NOON),
        a_story("a", text=OVERTON, filed_at=NOON - DAY),
        a_copy("c", "a", "Courier", text=PEACE, filed_at=NOON),
        a_story("joined", text=OVERTON, filed_at=NOON),
    )
    house.append([a_link("joined", "a")], batch="b", day=TODAY)

    result = judged(house, BOTH)

    assert result.counts["gained"] == 3
    [gained] = result.differing("gained")
    assert (gained.story_id, gained.copies) == ("a", 2)


def test_a_story_without_a_text_of_its_own_goes_with_the_one_it_repeats(house):
    filed(
        house,
        a_story("a", text=OVERTON),
        a_copy("url", "a", "Herald", kind="url", text=None),
        a_story("headline", title=OVERTON, text=None),
    )

    assert judged(house, NEW).counts["gained"] == 2


def test_only_the_level_asked_for(house):
    filed(
        house,
        a_story("main", text=ALDBURY),
        a_story("lower", title=None, text="Aldbury, the siege."),
        by=OLD + "[score]\nmain = 30\nlead = 25\n",
    )
    assert {story.level for story in house.read(Story)} == {"main"}
    lower = OLD + "[score]\nmain = 90\n"

    assert judged(house, lower, level="main").counts["changed"] == 2
    assert judged(house, lower, level="mention").counts["changed"] == 2
    assert judged(house, NEW, level="mention").counts.total() == 0
    assert judged(house, NEW, level="main").counts["lost"] == 2


def test_a_topic_that_is_new_only_gains(house):
    filed(house, a_story("a", text=ALDBURY))

    result = judged(house, OLD.replace('"small"', '"other"'))

    assert result.counts == {"kept": 0, "gained": 1, "lost": 0, "changed": 0}


def test_more_stories_than_are_in_memory_at_a_time(house):
    many = [a_story(f"{n:04}", text=OVERTON if n % 3 else PEACE, filed_at=NOON) for n in range(1_100)]
    house.append(many, batch="b", day=TODAY)
    told = []

    stories, [result] = backtest(house, [topic(NEW)], [TODAY], tell=lambda: told.append(1))

    assert (stories, result.counts["gained"], len(result.differing("gained")), len(told)) == (
        1_100,
        733,
        733,
        1,
    )


def test_the_last_days_are_those_of_the_warehouse(house):
    assert last_days(house, 30) is None

    filed(house, a_story("a", text=PEACE), a_story("b", text=PEACE, filed_at=NOON - 5 * DAY))

    assert last_days(house, 1) == (TODAY, TODAY)
    assert last_days(house, 3) == (TODAY - 2 * DAY, TODAY)
