"""The JSON Schema of topic files, which editors read: it and the code say the same."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from newsmonitor.errors import InputError
from newsmonitor.inflection import INFLECTED_LANGUAGES
from newsmonitor.seeds import read_topic_files
from newsmonitor.terms import check_term
from newsmonitor.tomlfile import LANGUAGES, LIST_TABLES
from newsmonitor.topicfile import load_topic, places_name
from newsmonitor.topicspec import Anchor, Matter, Sense, Weights

TOPICS = Path(__file__).resolve().parents[1] / "seeds" / "topics"
SCHEMA = json.loads((TOPICS / "topic.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FIRST_LINE = "#:schema ./topic.schema.json\n"
TABLES = SCHEMA["$defs"]

GOOD = """\
id = "small"
title = "Small"
places = "p.csv"

[score]
main = 30
window = 20

[landmark]
en = ["near"]

[[anchor]]
name = "town"
weight = 0.9
en = ["Aldbury", "=Ald", "ald*"]
ru = ["Олдбери~"]
beside.en = ["shire"]
within = 5

[[context]]
name = "war"
proves = true
en = ["war"]
xx = ["HIMARS"]

[[event]]
name = "raid"
acled = "Battles / Armed clash"
en = ["raid*"]

[[actor]]
name = "guards"
en = ["guards"]

[[sense]]
name = "ship"
phrases.en = ["HMS Aldbury"]
signs.en = ["navy"]
beside.en = ["captain"]
within = 2

[elsewhere]
en = ["Overton"]

[[test]]
title = "War"
text = "War came to Oldmill, in the shire of Aldbury."
language = "en"
expect = ["main", "mention"]
places = ["mill"]
events = ["raid"]
actors = ["guards"]
[[test]]
text = "HMS Aldbury left."
expect = "none"
sense = "ship"
"""
PLACES = "id,name,en\nmill,Mill,Oldmill\n"
BROKEN = [
    ('id = "small"\n', ""),
    ('id = "small"', 'id = "Small One"'),
    ('id = "small"', "id = 5"),
    ('title = "Small"\n', ""),
    ('title = "Small"', 'title = " "'),
    ('title = "Small"', 'titel = "Small"'),
    ('places = "p.csv"', 'places = "../p.csv"'),
    ('places = "p.csv"', "places = []"),
    ("main = 30", 'main = "30"'),
    ("main = 30", "main = -1"),
    ("main = 30", "main = true"),
    ("main = 30", "mian = 30"),
    ("window = 20", "window = 2.5"),
    ("[landmark]", "[[landmark]]"),
    ("[landmark]", "[landmarks]"),
    ('en = ["near"]', 'en = "near"'),
    ("weight = 0.9", "weight = 1.5"),
    ("weight = 0.9", 'weight = "high"'),
    ("weight = 0.9", "weigth = 0.9"),
    ('name = "town"\n', ""),
    ('"=Ald"', '"=="'),
    ('"=Ald"', '""'),
    ('"=Ald"', '"A*"'),
    ('"=Ald"', '"Ald*bury"'),
    ('"=Ald"', '"Ald~"'),
    ('"=Ald"', '"\'Ald"'),
    ('"=Ald"', "5"),
    ('ru = ["Олдбери~"]', 'ua = ["Олдбері"]'),
    ('beside.en = ["shire"]', 'beside.eng = ["shire"]'),
    ('beside.en = ["shire"]', 'beside = ["shire"]'),
    ("within = 5", "within = 2.5"),
    ("proves = true", 'proves = "yes"'),
    ("[[context]]", "[[contexts]]"),
    ('name = "raid"', 'name = "A raid"'),
    ('acled = "Battles / Armed clash"', "acled = 7"),
    ('name = "guards"', 'name = "Guards"'),
    ('name = "guards"', 'name = "guards"\nacled = "Battles"'),
    ('signs.en = ["navy"]', 'en = ["navy"]'),
    ('signs.en = ["navy"]', 'sign.en = ["navy"]'),
    ("[[sense]]", "[sense]"),
    ("[elsewhere]", "[elsewere]"),
    ('expect = "none"', ""),
    ('expect = "none"', 'expect = "no"'),
    ('expect = "none"', "expect = []"),
    ('text = "HMS Aldbury left."', ""),
    ('events = ["raid"]', 'events = "raid"'),
    ('sense = "ship"', "sense = 1"),
    ('language = "en"', 'lang = "en"'),
]  # fmt: skip


def faults(text: str) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(tomllib.loads(text))]


def known_keys(error: InputError) -> set[str]:
    """The keys that a refusal names as those that may be used."""
    return set(str(error).split("; use ")[1].split(", "))


def test_it_is_a_schema_of_the_draft_it_names():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(TOPICS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_topic_that_ships_is_valid_and_names_the_schema(path):
    text = path.read_text("utf-8")

    assert faults(text) == []
    assert text.startswith(FIRST_LINE)


def test_a_file_with_every_key_is_good_for_both():
    assert faults(GOOD) == []
    assert load_topic(GOOD, PLACES, where="small.toml").topic_id == "small"


@pytest.mark.parametrize("old, new", BROKEN)
def test_what_the_code_refuses_the_schema_refuses_too(old, new):
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)

    with pytest.raises(InputError):
        load_topic(text, PLACES, where="small.toml")
    assert faults(text) != []


def test_a_file_with_nothing_to_look_for_is_good_for_neither():
    text = 'id = "t"\ntitle = "T"\n'

    with pytest.raises(InputError):
        load_topic(text, None, where="t.toml")
    assert faults(text) != []


@settings(max_examples=500, deadline=None)
@given(
    st.text(alphabet="aЯїß7 *~='-.,«»…", max_size=8),
    st.sampled_from(["en", "ru"]),
)
@example("=Курск~", "ru")
@example("Курско-*", "ru")
def test_a_term_is_good_for_both_or_for_neither(term, language):
    good = VALIDATOR.evolve(schema={"$ref": "#/$defs/lists", "$defs": TABLES}).is_valid({language: [term]})

    assert good is (check_term(term, language) is None)


def test_the_keys_of_the_score_are_those_of_the_code():
    score = TABLES["score"]["properties"]
    kinds = {int: "integer", float: "number"}

    assert {name: (each["default"], each["type"]) for name, each in score.items()} == {
        field.name: (field.default, kinds[type(field.default)]) for field in fields(Weights)
    }
    assert TABLES["score"]["additionalProperties"] is False


def test_the_tables_are_those_of_the_code():
    with pytest.raises(InputError) as refused:
        load_topic(GOOD.replace('id = "small"', 'id = "small"\nqqqq = 1'), PLACES, where="t.toml")

    assert set(SCHEMA["properties"]) == known_keys(refused.value)
    assert set(SCHEMA["properties"]) >= set(LIST_TABLES)
    assert SCHEMA["additionalProperties"] is False


@pytest.mark.parametrize(
    "table, expected",
    [
        ("anchor", {field.name for field in fields(Anchor)} - {"terms"}),
        ("context", {field.name for field in fields(Matter)} - {"terms", "kind", "acled"}),
        ("event", {field.name for field in fields(Matter)} - {"terms", "kind"}),
        ("actor", {field.name for field in fields(Matter)} - {"terms", "kind", "acled"}),
    ],
)
def test_the_keys_of_a_table_with_lists_are_those_of_the_code_and_the_languages(table, expected):
    own, languages = set(TABLES[table]["properties"]) - LANGUAGES, TABLES[table]["propertyNames"]["anyOf"]

    assert own == expected
    assert languages == [{"$ref": "#/$defs/language"}, {"enum": sorted(expected)}]


def test_the_keys_of_a_sense_and_of_a_test_are_those_of_the_code():
    with pytest.raises(InputError) as sense:
        load_topic(GOOD.replace("signs.en", "en"), PLACES, where="t.toml")
    with pytest.raises(InputError) as test:
        load_topic(GOOD.replace('language = "en"', "qqqq = 1"), PLACES, where="t.toml")

    assert set(TABLES["sense"]["properties"]) == known_keys(sense.value)
    assert set(TABLES["sense"]["properties"]) == {field.name for field in fields(Sense)}
    assert set(TABLES["test"]["properties"]) == known_keys(test.value)
    assert TABLES["sense"]["additionalProperties"] is TABLES["test"]["additionalProperties"] is False


@pytest.mark.parametrize("table, kind", [("anchor", Anchor), ("sense", Sense)])
def test_the_default_of_a_distance_is_that_of_the_code(table, kind):
    [within] = [field.default for field in fields(kind) if field.name == "within"]

    assert TABLES[table]["properties"]["within"]["default"] == within


@pytest.mark.parametrize("table", ["anchor", "context", "event", "actor", "lists"])
def test_the_languages_are_those_of_the_code(table):
    lists = {key: each["$ref"] for key, each in TABLES[table]["properties"].items() if key in LANGUAGES}

    assert set(TABLES["language"]["enum"]) == LANGUAGES
    assert {key for key, each in lists.items() if each == "#/$defs/inflected"} == set(INFLECTED_LANGUAGES)
    assert TABLES[table]["additionalProperties"] == {"$ref": "#/$defs/terms"}


def test_every_key_and_every_table_says_what_it_is():
    tables = {name: each for name, each in TABLES.items() if name != "term"}
    nodes = [node.get("properties", {}) for node in (SCHEMA, *tables.values())]
    keys = [(name, each) for node in nodes for name, each in node.items()]

    assert [name for name, each in tables.items() if not each.get("description")] == []
    assert [name for name, each in keys if not each.get("description") and "$ref" not in str(each)] == []


def test_the_line_for_editors_changes_nothing():
    plain, led = (load_topic(head + GOOD, PLACES, where="small.toml").spec for head in ("", FIRST_LINE))

    assert [each.line for each in led.examples] == [each.line + 1 for each in plain.examples]
    assert (led.anchors, led.matters, led.senses, led.weights) == (
        plain.anchors,
        plain.matters,
        plain.senses,
        plain.weights,
    )


def test_the_schema_beside_the_topics_is_read_as_no_topic(tmp_path):
    folder = tmp_path / "topics"
    folder.mkdir()
    (folder / "topic.schema.json").write_bytes((TOPICS / "topic.schema.json").read_bytes())
    (folder / "small.toml").write_text(FIRST_LINE + GOOD, encoding="utf-8")

    assert [each.path.name for each in read_topic_files(folder, places_name)] == ["small.toml"]
