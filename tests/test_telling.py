"""What the message about a story says of its group, its topics and its page; and the time zone of a topic."""

import pickle
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsmonitor.alertspec import DEFAULT_RULE, Rule
from newsmonitor.context import Run, read_topics
from newsmonitor.errors import InputError
from newsmonitor.records import Tag
from newsmonitor.settings import Settings
from newsmonitor.telling import about, messages
from newsmonitor.topicfile import load_topic
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_story, minutes, store

ROOT = Path(__file__).resolve().parents[1]
PLANT = Rule(name="plant", topic="zaporizhzhia-npp", level="mention")


def a_tag(topic: str, level: str | None = "main", score: float = 40.0) -> Tag:
    return Tag(
        topic=topic, level=level, filed_level=level, score=score, title_points=0, lead_points=0, body_points=0,
        place_points=0, context_points=0, factor=1, reason=None,
    )  # fmt: skip


def matching(story_id: str, *args: str, **values):
    usual = {"topics": ("kursk",), "level": "main", "tags": (a_tag("kursk"),)}
    return a_story(story_id, *args, **{**usual, **values})


@pytest.fixture
def run(tmp_path) -> Run:
    settings = Settings.from_env(ROOT).model_copy(
        update={"seeds": ROOT / "seeds", "ui_url": "https://airflow.example"}
    )
    return Run(
        at=NOON + minutes(600),
        settings=settings,
        warehouse=Warehouse(tmp_path),
        feeds=(),
        topics=read_topics(settings),
        seeds=(),
    )


def test_a_group_is_told_in_order_of_time_each_story_once(run):
    first = matching("a", "Ledger")
    alone = matching("z", "Courier")
    store(run.warehouse, first, a_copy("b", "a", "Wire", at=40), a_copy("c", "a", "Post", at=20), alone)

    told = about(run, [alone, first], DEFAULT_RULE)

    assert [each.story for each in told] == [alone, first]
    assert [[copy.story_id for copy in each.copies] for each in told] == [["z"], ["a", "c", "b"]]
    assert [each.group_id for each in told] == ["z", "a"]
    assert told[1].outlets == ("Ledger", "Post", "Wire")
    assert told[1].copies[1].appeared_at == NOON + minutes(20)
    assert told[1].copies[1].url == "https://post.example/c"


def test_groups_that_were_found_to_be_one_are_told_as_one(run):
    late = matching("b", "Post", at=20)
    store(run.warehouse, matching("a"), late, a_link("b", into="a"))

    [told] = about(run, [late], DEFAULT_RULE)

    assert (told.group_id, told.outlets) == ("a", ("Ledger", "Post"))


def test_what_was_filed_after_this_run_is_not_told(run):
    store(run.warehouse, matching("a"), a_copy("b", "a", "Wire", at=20), a_copy("c", "a", "Post", at=2000))

    [told] = about(run, [matching("a")], DEFAULT_RULE)

    assert told.outlets == ("Ledger", "Wire")


def test_a_story_that_is_not_stored_is_told_all_the_same(run):
    [told] = about(run, [matching("a")], DEFAULT_RULE)

    assert (told.group_id, told.copies, told.outlets) == ("a", (), ("Ledger",))
    assert about(run, [], DEFAULT_RULE) == []


def test_the_level_and_the_zone_are_those_of_the_topic_that_the_rule_asks_for(run):
    tags = (a_tag("kursk"), a_tag("zaporizhzhia-npp", "mention", 14.0))
    both = matching("a", topics=("zaporizhzhia-npp", "kursk"), tags=tags)
    high = matching(
        "c",
        topics=("kursk", "zaporizhzhia-npp"),
        tags=(a_tag("kursk", "mention"), a_tag(PLANT.topic, score=30.0)),
    )
    none = a_story("b")

    [ours] = about(run, [both], PLANT)
    [any_topic, higher, unknown] = about(run, [both, high, none], DEFAULT_RULE)

    assert (ours.level, ours.zone, ours.rule) == ("mention", ZoneInfo("Europe/Kyiv"), "plant")
    assert (any_topic.level, any_topic.zone) == ("main", ZoneInfo("Europe/Moscow"))
    assert (higher.level, higher.zone) == ("main", ZoneInfo("Europe/Kyiv"))
    assert (unknown.level, unknown.zone) == (None, ZoneInfo("UTC"))
    assert ours.topic_titles["zaporizhzhia-npp"] == "The Zaporizhzhia nuclear power plant in the war"


def test_the_message_links_the_page_of_the_desk_where_one_is_known(run):
    [message] = messages(run, [matching("a")], DEFAULT_RULE)
    elsewhere = run.settings.model_copy(update={"ui_url": None})
    nowhere = Run(**{**vars(run), "settings": elsewhere})
    [bare] = messages(nowhere, [matching("a")], DEFAULT_RULE)

    assert message.body.endswith("\nOn the desk: https://airflow.example/newsmonitor/stories/a")
    assert "2026-11-24 15:00 Moscow time (12:00 UTC)" in message.body
    assert "Topic: The Russia-Ukraine war on the territory of Kursk oblast (main)" in message.body
    assert bare.body.endswith("\nhttps://ledger.example/a")
    assert bare.payload["links"] == {"original": "https://ledger.example/a", "story": None}


def topic(line: str = ""):
    text = f'id = "a"\ntitle = "A"\n{line}\n[[anchor]]\nname = "town"\nen = ["Aldbury"]\n'
    return load_topic(text, None, where="a.toml")


def test_a_topic_names_its_time_zone_and_has_utc_where_it_names_none():
    kyiv = topic('timezone = "Europe/Kyiv"')

    assert (kyiv.timezone, topic().timezone) == (ZoneInfo("Europe/Kyiv"), ZoneInfo("UTC"))
    assert pickle.loads(pickle.dumps(kyiv)) == kyiv


@pytest.mark.parametrize(
    "value, said",
    [
        (
            '"Europe/Kiew"',
            'timezone = "Europe/Kiew" is not in the IANA time zone database; write "Europe/Kiev"',
        ),
        ('"europe/moscow"', 'database; write "Europe/Moscow"'),
        ('"Moscow"', 'database; write "Europe/Moscow"'),
        ('"../../etc/passwd"', "database; write a name such as"),
        ('"localtime"', "is not in the IANA"),
        ('"Europe"', "is not in the IANA"),
        ('"Europe/"', "is not in the IANA"),
        ('""', "is not in the IANA"),
        ('"UTC+3"', "is not in the IANA"),
        ("3", '"timezone" is no text'),
    ],
)
def test_a_time_zone_that_does_not_exist_is_told_with_its_line(value, said):
    with pytest.raises(InputError) as refused:
        topic(f"timezone = {value}")

    assert said in str(refused.value)
    assert str(refused.value).startswith("a.toml, line 3: ")
