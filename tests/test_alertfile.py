"""Alert files: what a person wrote, the one plain line they get for a fault, and the schema that editors read."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from newsmonitor.alertfile import describe, read_plan
from newsmonitor.alertspec import DEFAULT_RULE, KINDS, MODES, SENSITIVITIES, AlertPlan, ChannelSpec, Rule
from newsmonitor.errors import InputError
from newsmonitor.messages import FORMS
from newsmonitor.placesfile import read_places
from newsmonitor.seeds import read_feed_list
from newsmonitor.tomlfile import LANGUAGES
from newsmonitor.topicspec import LEVELS

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SHIPPED = (SEEDS / "alerts.toml").read_text("utf-8")
SCHEMA = json.loads((SEEDS / "alerts.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
TABLES = SCHEMA["$defs"]
# A line of an example: # and at once what TOML would have there. Words that explain have a space after the #.
EXAMPLE_LINE = re.compile(r"^#(?=\[\[|[a-z_]+ = )", re.MULTILINE)

GOOD = """\
[[channel]]
name = "desk"
env = "DESK_URL"
form = "short"
operator = true

[[channel]]
name = "mail"
connection = "desk_mail"

[[channel]]
name = "files"
folder = "digests"

[[rule]]
name = "kursk"
channel = "desk"
topic = "kursk"
level = "mention"
languages = ["ru",
             "uk"]
outlets = ["BBC News"]
places = ["sudzha", "Rylsk"]
quiet = "22:00-07:00"
timezone = "Europe/Kyiv"
per_hour = 7

[[rule]]
name = "daily"
channel = ["mail", "mail", "files"]
mode = "digest"
schedule = "06:30"

[[rule]]
name = "more"
kind = "spike"
sensitivity = "high"
least = 3
"""
TOPICS = {"kursk", "zaporizhzhia-npp"}
PLACES = {
    "kursk": {"sudzha": "Sudzha", "rylsk": "Rylsk", "rylsk_2": "rylsk"},
    "zaporizhzhia-npp": {"enerhodar": "Enerhodar"},
}
OUTLETS = {"BBC News", "Meduza"}
SECRET = "tgram://123456:SeCrEt/42"


def plan_of(text: str = GOOD) -> AlertPlan:
    return read_plan(text, "seeds/alerts.toml", topics=TOPICS, places=PLACES, outlets=OUTLETS)


def problem(text: str) -> str:
    with pytest.raises(InputError) as caught:
        plan_of(text)
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("seeds/alerts.toml, ")


def plan_or_error(text: str) -> tuple[AlertPlan | None, InputError | None]:
    try:
        return plan_of(text), None
    except InputError as error:
        return None, error


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def faults(text: str) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(tomllib.loads(text))]


def rule(more: str) -> Rule:
    [found] = read_plan(f'[[rule]]\nname = "r"\n{more}', "alerts.toml").rules
    return found


def test_an_alert_file_is_read():
    plan = plan_of()
    kursk, daily, more = plan.rules

    assert plan.where == "seeds/alerts.toml"
    assert plan.channels == (
        ChannelSpec(name="desk", line=1, env="DESK_URL", form="short", is_operator=True),
        ChannelSpec(name="mail", line=7, connection="desk_mail"),
        ChannelSpec(name="files", line=11, folder="digests"),
    )
    assert (kursk.channels, kursk.kind, kursk.topic, kursk.level) == (("desk",), "story", "kursk", "mention")
    assert (kursk.languages, kursk.outlets, kursk.per_hour) == (("ru", "uk"), ("BBC News",), 7)
    assert f"{kursk.quiet.begin:%H:%M} {kursk.quiet.end:%H:%M} {kursk.timezone}" == "22:00 07:00 Europe/Kyiv"
    assert (daily.channels, daily.mode, daily.schedule) == (("mail", "files"), "digest", "30 6 * * *")
    assert (more.channels, more.kind, more.sensitivity, more.least) == (("default",), "spike", "high", 3)


@pytest.mark.parametrize(
    "topic, written, ids",
    [
        ("kursk", "Rylsk", ("rylsk", "rylsk_2")),
        ("kursk", "rylsk", ("rylsk",)),
        (None, "Enerhodar", ("enerhodar",)),
        (None, "sudzha", ("sudzha",)),
    ],
)
def test_a_place_stands_in_the_plan_by_its_id_and_a_name_that_several_have_is_all_of_them(
    topic, written, ids
):
    about = f'topic = "{topic}"\n' if topic else ""

    assert plan_of(f'[[rule]]\nname = "r"\n{about}places = ["{written}"]').rules[0].places == ids


def test_a_rule_with_nothing_but_a_name_is_the_default_rule():
    assert read_plan('[[rule]]\nname = "default"', "alerts.toml").rules == (DEFAULT_RULE,)


def test_what_is_not_known_is_not_checked():
    text = '[[rule]]\nname = "r"\ntopic = "atlantis"\nplaces = ["Nowhere"]\noutlets = ["Nobody"]'
    [found] = read_plan(text, "alerts.toml").rules

    assert (found.topic, found.places, found.outlets) == ("atlantis", ("Nowhere",), ("Nobody",))


def test_a_file_saved_by_notepad_is_read():
    assert plan_of("\ufeff" + GOOD.replace("\n", "\r\n")) == plan_of()


@pytest.mark.parametrize(
    "written, line",
    [
        ("07:00", "0 7 * * *"),
        ("7:05", "5 7 * * *"),
        (" 23:59 ", "59 23 * * *"),
        ("0 7 * * 1-5", "0 7 * * 1-5"),
        (" 30  8 * *  MON ", "30 8 * * MON"),
        ("0 */6 * * *", "0 */6 * * *"),
        ("0 7 L * *", "0 7 L * *"),
        ("0 7 * * 5#2", "0 7 * * 5#2"),
        ("0 7 29 2 *", "0 7 29 2 *"),
    ],
)
def test_a_schedule_is_a_time_of_day_or_a_cron_line(written, line):
    assert rule(f'mode = "digest"\nschedule = "{written}"').schedule == line


@pytest.mark.parametrize("written", ["22:00-07:00", "22:00 - 7:00", "22:00–07:00"])
def test_quiet_hours_may_be_written_with_spaces_and_dashes(written):
    quiet = rule(f'quiet = "{written}"').quiet

    assert (f"{quiet.begin:%H:%M}", f"{quiet.end:%H:%M}") == ("22:00", "07:00")


# What the file is refused for, and whether an editor says so too: references and folders, it cannot know.
REFUSED = [
    ('name = "desk"', 'name = "desk', "line 2: this is not TOML: ", None),
    ("[[channel]]\nname = \"mail\"", "[channel]\nname = \"mail\"", "line 7: this is not TOML: ", None),
    ("per_hour = 7", f"per_hour = {'7' * 5000}", "line 1: this is not TOML that can be read", None),
    ('name = "desk"\n', "", 'line 1: [[channel]] has no "name"; write name = "..."', True),
    ('name = "desk"', 'name = "The desk"', 'line 2: "The desk" cannot name a channel; use a-z, 0-9', True),
    ('name = "desk"', 'name = "default"', 'line 2: "default" names something else already', True),
    ('name = "mail"', 'name = "desk"', 'line 8: a second [[channel]] is named "desk"', False),
    ('env = "DESK_URL"\n', "", "line 1: [[channel]] goes nowhere; write exactly one of env, connection", True),
    ('env = "DESK_URL"', 'env = "A"\nfolder = "f"', "line 4: [[channel]] has env and folder; write exactly", True),
    ('env = "DESK_URL"', 'evn = "DESK_URL"', 'line 3: [[channel]] has no "evn"; write "env"', True),
    ('env = "DESK_URL"', "env = 5", 'line 3: "env" is no text', True),
    ('env = "DESK_URL"', 'env = "desk_url"', "line 3: env is no name of an environment variable", True),
    ('env = "DESK_URL"', f'env = "{SECRET}"', "line 3: env holds a URL, and secrets stay out of this file", True),
    ('env = "DESK_URL"', 'env = "NEWSMONITOR_X"', "line 3: env names a setting: NEWSMONITOR_...", True),
    ('env = "DESK_URL"', f'url = "{SECRET}"', "line 3: secrets stay out of this file; put NAME=url into", True),
    ('form = "short"', 'form = "shrt"', 'line 4: form = "shrt" means nothing; did you mean "short"?', True),
    ('form = "short"', 'form = "pdf"', 'form = "pdf" means nothing; write plain, short or html', True),
    ("operator = true", 'operator = "yes"', 'line 5: "operator" is neither true nor false', True),
    ('connection = "desk_mail"', 'connection = "desk mail"', "line 9: connection is no id of an Airflow", True),
    ('folder = "digests"', 'folder = "s3://digests"', "line 13: folder is no path of a folder", True),
    ('folder = "digests"', 'folder = "  "', 'line 13: [[channel]] has no "folder"', True),
    ('folder = "digests"', 'folder = "d"\nform = "html"', "line 14: a folder gets HTML files, in no other", True),
    ('folder = "digests"', 'folder = "d"\noperator = true', "line 14: a folder takes digests only, an op", True),
    ('name = "kursk"', 'name = "Kursk"', 'line 16: "Kursk" cannot name a rule; use a-z, 0-9', True),
    ('name = "kursk"', 'name = "storm"', 'line 16: "storm" names something else already', True),
    ('name = "kursk"', 'name = "broken feeds"', 'line 16: "broken feeds" cannot name a rule', True),
    ('name = "kursk"', f'name = "{"k" * 61}"', "up to 60 of them", True),
    ('name = "daily"', 'name = "kursk"', 'line 29: a second [[rule]] is named "kursk"', False),
    ('channel = "desk"', 'channel = "dsk"', 'line 17: no [[channel]] is named "dsk"; did you mean "desk"?', False),
    ('channel = "desk"', 'channel = "x"', 'is named "x"; write default, desk, files or mail', False),
    ('channel = "desk"', "channel = []", 'line 17: channel is an empty list; write channel = "default"', True),
    ('channel = "desk"', "channel = [5]", 'line 17: "channel" is no list of texts', True),
    ('channel = "desk"', 'channels = ["desk"]', 'line 17: [[rule]] has no "channels"; write "channel"', True),
    ('channel = "desk"', 'channel = "files"', 'line 17: "files" is a folder, and a folder takes digests', False),
    ('topic = "kursk"', 'topic = "kurks"', 'line 18: there is no topic "kurks"; did you mean "kursk"?', False),
    ('topic = "kursk"', 'topic = "moon"', 'no topic "moon"; write kursk or zaporizhzhia-npp', False),
    ('level = "mention"', 'level = "none"', 'line 19: level = "none" means nothing; write main or mention', True),
    ('"uk"]', '"ua"]', 'line 21: "ua" is no code of a language; write "uk"', True),
    ('"uk"]', '"xx"]', 'line 21: "xx" is no code of a language; take languages away', True),
    ('"uk"]', '"Ukrainian"]', "use two letters of ISO 639-1 such as en, ru, uk", True),
    ('outlets = ["BBC News"]', 'outlets = "BBC News"', 'line 22: "outlets" is no list of texts', True),
    ('outlets = ["BBC News"]', "outlets = []", "line 22: outlets is an empty list; take outlets away", True),
    ('outlets = ["BBC News"]', 'outlets = [" "]', "line 22: outlets has an empty text", True),
    ('"BBC News"', '"bbc news"', 'line 22: no feed is of an outlet "bbc news"; did you mean "BBC News"?', False),
    ('"Rylsk"', '"Rilsk"', 'line 23: there is no place "Rilsk" in kursk; did you mean', False),
    ('"Rylsk"', '"Enerhodar"', 'line 23: there is no place "Enerhodar" in kursk; write the id or the', False),
    ('quiet = "22:00-07:00"', 'quiet = "22-7"', 'line 24: quiet = "22-7" is not from one time of day', True),
    ('quiet = "22:00-07:00"', 'quiet = "22:00-22:00"', "line 24: quiet = \"22:00-22:00\" ends when it b", False),
    ('quiet = "22:00-07:00"', "quiet = 22:00:00", 'line 24: "quiet" is no text', True),
    ('"Europe/Kyiv"', '"Kyiv"', 'line 25: there is no time zone "Kyiv"; did you mean "Europe/Kyiv"?', False),
    ('"Europe/Kyiv"', '"america/new york"', 'did you mean "America/New_York"?', False),
    ('"Europe/Kyiv"', '"../../etc/passwd"', 'there is no time zone "../../etc/passwd"', False),
    ('"Europe/Kyiv"', '"Europe"', 'there is no time zone "Europe"', False),
    ("per_hour = 7", "per_hour = 0", "line 26: per_hour = 0 lets nothing through; write per_hour = 1", True),
    ("per_hour = 7", 'schedule = "07:00"', "line 26: only a digest has a schedule; take schedule away", True),
    ("per_hour = 7", "least = 7", 'line 26: only a rule of kind "spike" has a least number', True),
    ("per_hour = 7", 'sensitivity = "low"', 'line 26: only a rule of kind "spike" has a sensitivity', True),
    ('mode = "digest"', 'mode = "digests"', 'line 31: mode = "digests" means nothing; did you mean "dig', True),
    ('mode = "digest"', 'mode = "digest"\nkind = "outlet"', "line 31: a digest is made of stories: a rule of", True),
    ('schedule = "06:30"', 'schedule = "06:60"', 'line 32: schedule = "06:60" is neither a time of day', True),
    ('schedule = "06:30"', 'schedule = "@daily"', "write five fields: minute, hour, day, month, weekday", True),
    ('schedule = "06:30"', 'schedule = "0 7 * *"', 'schedule = "0 7 * *" is neither a time of day nor a', True),
    ('schedule = "06:30"', 'schedule = "R R * * *"', 'is no cron line: its field "R" means nothing', False),
    ('schedule = "06:30"', 'schedule = "0 7 * * Montag"', 'its field "Montag" means nothing', False),
    ('schedule = "06:30"', 'schedule = "0 25 * * *"', "is no cron line: a number is too high", False),
    ('schedule = "06:30"', 'schedule = "0 7 * mon *"', "or a name stands in the wrong field", False),
    ('schedule = "06:30"', 'schedule = "0 7 30 2 *"', 'schedule = "0 7 30 2 *" is a day that never comes', False),
    ('schedule = "06:30"', 'quiet = "22:00-07:00"', "line 32: a digest comes when its schedule says", True),
    ('schedule = "06:30"', "per_hour = 5", "line 32: a digest is one message; take per_hour away", True),
    ('kind = "spike"', 'kind = "spikes"', 'line 36: kind = "spikes" means nothing; did you mean "spike"?', True),
    ('sensitivity = "high"', 'sensitivity = "11"', 'sensitivity = "11" means nothing; write low, medium or', True),
    ("least = 3", "least = 0", "line 38: least = 0 lets nothing through", True),
    ("least = 3", '"le\\nast" = 3', 'line 34: [[rule]] has no "le ast"; write "least"', True),
    ("least = 3", "lesat = 3", 'line 38: [[rule]] has no "lesat"; write "least"', True),
]  # fmt: skip


@pytest.mark.parametrize("old, new, said, seen_by_editors", REFUSED)
def test_a_fault_is_told_in_one_plain_line_and_an_editor_shows_it_too(old, new, said, seen_by_editors):
    text = changed(old, new)

    assert said in problem(text)
    if seen_by_editors is not None:
        assert bool(faults(text)) is seen_by_editors


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "line 1: there is no [[rule]], so nobody would be told; add a [[rule]]"),
        ('[rule]\nname = "x"\n', 'line 1: "rule" is no list of tables; write [[rule]] on a line of its own'),
        ('[[rules]]\nname = "x"\n', 'line 1: the file has no "rules"; write "rule"'),
        ('channel = []\nrule = [{name = "x", knid = 1}]\n', 'line 2: [[rule]] has no "knid"; write "kind"'),
        ('"ru le" = 1\n', 'line 1: the file has no "ru le"; write "rule"'),
        ("a = " + "[" * 5000, "line 1: this is not TOML that can be read"),
    ],
)
def test_a_file_of_another_shape_is_told_in_one_plain_line(text, said):
    assert said in problem(text)


@pytest.mark.parametrize(
    "old, key",
    [
        ('name = "desk"', "name"),
        ('env = "DESK_URL"', "env"),
        ('env = "DESK_URL"', "connection"),
        ('env = "DESK_URL"', "folder"),
        ('env = "DESK_URL"', "url"),
        ('form = "short"', "form"),
        ('name = "kursk"', "name"),
        ('channel = "desk"', "channel"),
        ('topic = "kursk"', "topic"),
        ('level = "mention"', "level"),
        ('quiet = "22:00-07:00"', "quiet"),
        ('timezone = "Europe/Kyiv"', "timezone"),
        ('mode = "digest"', "mode"),
        ('kind = "spike"', "kind"),
        ('schedule = "06:30"', "schedule"),
    ],
)
def test_a_secret_that_was_written_into_the_file_is_not_repeated(old, key):
    said = problem(changed(old, f'{key} = "{SECRET}"'))

    assert "SeCrEt" not in said
    assert "123456" not in said


@pytest.mark.parametrize("old", ['"uk"', '"BBC News"', '"Rylsk"', '"files"]'])
def test_a_secret_that_was_written_into_a_list_is_not_repeated(old):
    assert "SeCrEt" not in problem(changed(old, f'"{SECRET}"{"]" * old.count("]")}'))


@pytest.mark.parametrize("token", ["123456:SeCrEt", "xoxb-SeCrEt"])
@pytest.mark.parametrize("old, key", [('env = "DESK_URL"', "env"), ('channel = "desk"', "channel")])
def test_a_token_is_not_repeated_either(token, old, key):
    assert "SeCrEt" not in problem(changed(old, f'{key} = "{token}"'))


@pytest.mark.parametrize(
    "more, sentence",
    [
        (
            "",
            "r: stories about any topic (main), to every URL of NEWSMONITOR_ALERT_URLS at once; at most 30 an hour",
        ),
        (
            'topic = "kursk"\nlanguages = ["ru", "uk"]\nchannel = "desk"\nquiet = "22:00-07:00"\n'
            'timezone = "Europe/Kyiv"',
            "r: stories about kursk (main), in ru or uk, to desk at once; quiet 22:00-07:00 Europe/Kyiv; "
            "at most 30 an hour",
        ),
        (
            'level = "mention"\noutlets = ["AP"]\nplaces = ["a", "b", "c"]\nper_hour = 1\nkind = "outlet"',
            "r: every other outlet that has a story about any topic (main or mention), by AP, naming a, b or c, "
            "to every URL of NEWSMONITOR_ALERT_URLS at once; at most 1 an hour",
        ),
        (
            'mode = "digest"\nchannel = ["desk", "files"]\nschedule = "6:05"\ntimezone = "Europe/London"',
            "r: stories about any topic (main), to desk and files (a folder) as a digest every day at 06:05 "
            "Europe/London",
        ),
        (
            'mode = "digest"\nchannel = "desk"\nschedule = "0 7 * * 1"',
            'r: stories about any topic (main), to desk as a digest by the schedule "0 7 * * 1" UTC',
        ),
        (
            'kind = "spike"\ntopic = "kursk"\nchannel = "desk"',
            "r: spikes of stories about kursk (main), from 5 stories, medium sensitivity, to desk at once; "
            "at most 30 an hour",
        ),
        (
            'kind = "revision"\nchannel = "desk"',
            "r: revisions of stories about any topic (main), to desk at once; at most 30 an hour",
        ),
    ],
)
def test_a_rule_is_described_in_one_sentence(more, sentence):
    channels = '[[channel]]\nname = "desk"\nenv = "A"\n[[channel]]\nname = "files"\nfolder = "f"\n'
    plan = read_plan(f'{channels}[[rule]]\nname = "r"\n{more}', "alerts.toml")

    assert describe(plan.rules[0], plan) == sentence


SNIPPETS = [
    *GOOD.split("\n"),
    '"',
    "[",
    "]",
    "=",
    "\n",
    "\\u000a",
    "\x00",
    "é",
    "://",
    "'''",
    "{",
    "}",
    "9" * 5000,
]


@st.composite
def mutated(draw):
    text = GOOD
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.sampled_from([0, 0, 1, 5, 30])))
        text = text[:begin] + draw(st.sampled_from(SNIPPETS) | st.text(max_size=4)) + text[end:]
    return text


@settings(max_examples=400, deadline=None)
@given(mutated() | st.text(max_size=60))
@example('"" = 1')
@example("[rule.x]")
@example('[["rule"]]\n"na me" = 1')
@example("rule = [1]")
@example('[[rule]]\nname = """\n[[rule]]\nname = 1\n"""\n')
def test_a_mutated_file_gives_a_plan_or_one_line(text):
    plan, error = plan_or_error(text)

    if error is not None:
        assert error.line in range(1, text.count("\n") + 2)
        assert str(error).isprintable()
    else:
        assert [describe(each, plan).split(":")[0] for each in plan.rules] == [
            each.name for each in plan.rules
        ]
        assert len(plan.rules) == len(tomllib.loads(text.removeprefix("\ufeff"))["rule"])


def examples_switched_on() -> str:
    return EXAMPLE_LINE.sub("", SHIPPED)


def seed_places(topic: str) -> dict[str, str]:
    path = SEEDS / "places" / f"{topic}.csv"
    return {place.place_id: place.name for place in read_places(path.read_text("utf-8"), path.name)}


def plan_of_seeds(text: str) -> AlertPlan:
    feeds, _ = read_feed_list(SEEDS / "feeds.opml")
    topics = {path.stem for path in (SEEDS / "topics").glob("*.toml")}
    places = {topic: seed_places(topic) for topic in topics}
    return read_plan(
        text, "alerts.toml", topics=topics, places=places, outlets={feed.outlet for feed in feeds}
    )


def test_the_file_that_ships_is_the_default_rule_and_names_the_schema():
    plan = plan_of_seeds(SHIPPED)

    assert (plan.rules, plan.channels) == ((DEFAULT_RULE,), ())
    assert SHIPPED.startswith("#:schema ./alerts.schema.json\n")
    assert faults(SHIPPED) == []


def test_every_example_of_the_file_that_ships_is_good_and_every_key_has_one():
    text = examples_switched_on()
    plan, tables = plan_of_seeds(text), tomllib.loads(text)

    assert faults(text) == []
    assert [line for line in text.splitlines() if line.startswith("#[")] == []
    assert {each.kind for each in plan.rules} == set(KINDS)
    assert {name for each in plan.rules for name in each.channels} - {"default"} == {
        each.name for each in plan.channels
    } - {"operator"}
    for name in ("rule", "channel"):
        assert {key for table in tables[name] for key in table} == set(TABLES[name]["properties"])


def test_the_schema_is_one_of_the_draft_it_names_and_a_good_file_is_good_for_it():
    Draft202012Validator.check_schema(SCHEMA)

    assert faults(GOOD) == []


@pytest.mark.parametrize(
    "table, wrong", [("rule", 'name = "r"\nqqqq = 1'), ("channel", 'name = "c"\nqqqq = 1')]
)
def test_the_keys_of_the_schema_are_those_of_the_code(table, wrong):
    said = problem(f"[[{table}]]\n{wrong}\n")

    assert set(said.split("; use ")[1].split(", ")) == set(TABLES[table]["properties"])


def test_the_choices_and_defaults_of_the_schema_are_those_of_the_code():
    found = TABLES["rule"]["properties"]
    keys = {field.name for field in fields(Rule)} - {"channels"} | {"channel"}

    assert set(found) == keys
    assert [found[key]["enum"] for key in ("kind", "mode", "level", "sensitivity")] == [
        list(each) for each in (KINDS, MODES, LEVELS, SENSITIVITIES)
    ]
    for key in ("kind", "mode", "level", "sensitivity", "per_hour", "least"):
        assert found[key]["default"] == getattr(DEFAULT_RULE, key)
    assert (
        rule(f'mode = "digest"\nschedule = "{found["schedule"]["default"]}"').schedule
        == DEFAULT_RULE.schedule
    )
    assert found["timezone"]["default"] == DEFAULT_RULE.timezone.key
    assert set(TABLES["language"]["enum"]) == LANGUAGES - {"xx"}
    assert TABLES["channel"]["properties"]["form"]["enum"] == list(FORMS)


def test_every_key_of_the_schema_says_what_it_is():
    keys = [each for table in ("rule", "channel") for each in TABLES[table]["properties"].values()]

    assert [each for each in [*keys, *TABLES.values()] if not each.get("description")] == []
