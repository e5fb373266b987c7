"""Topic files: what a person wrote, and the one plain line they get for a fault."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.errors import InputError
from newsmonitor.topicfile import load_topic, places_name, run_tests
from newsmonitor.topics import Topic, tag

SEEDS = Path(__file__).resolve().parents[1] / "seeds"

GOOD = """\
id = "small"
title = "Small"
places = "p.csv"

[score]
main = 30

[[anchor]]
name = "town"
weight = 1.0
en = ["Aldbury",
      "Aldbury Vale"]
ru = ["Олдбери~"]
beside.en = ["shire"]
within = 5

[[context]]
name = "war"
proves = true
en = ["war"]

[[sense]]
name = "ship"
phrases.en = ["HMS Aldbury"]
signs.en = ["navy"]

[elsewhere]
en = ["Overton"]

[[test]]
text = "War came to Oldmill, in the shire of Aldbury."
expect = "main"
places = ["mill"]
"""
PLACES = "id,name,counts,latitude,longitude,en,source\nmill,Mill,always,51.5,-1.25,Oldmill|Old Mill,a map\n"


def problem(text: str = GOOD, places: str | None = PLACES) -> str:
    with pytest.raises(InputError) as caught:
        load_topic(text, places, where="seeds/topics/small.toml", places_where="seeds/places/p.csv")
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("seeds/")


def load_or_error(text: str, places: str) -> tuple[Topic | None, str]:
    try:
        return load_topic(text, places, where="small.toml"), ""
    except InputError as error:
        return None, str(error)


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_a_topic_file_is_read():
    topic = load_topic(GOOD, PLACES, where="small.toml")

    assert (topic.topic_id, topic.title, topic.spec.weights.main) == ("small", "Small", 30)
    assert [(place.place_id, place.latitude, place.longitude) for place in topic.spec.places] == [
        ("mill", 51.5, -1.25)
    ]
    assert [term.text for term in topic.spec.anchors[0].terms] == ["Aldbury", "Aldbury Vale", "Олдбери~"]
    assert run_tests(topic) == []


def test_a_file_saved_by_notepad_is_read():
    text, places = "\ufeff" + GOOD.replace("\n", "\r\n"), "\ufeff" + PLACES.replace("\n", "\r\n")

    assert load_topic(text, places, where="small.toml").spec.places[0].place_id == "mill"


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('id = "small"', 'id = "small', "line 1: this is not TOML: "),
        ('en = ["war"]', 'en = ["war"', "this is not TOML: "),
        ('title = "Small"', 'title = "A"\ntitle = "B"', "line 3: this is not TOML: cannot overwrite a value"),
        ('id = "small"\n', "", 'topics/small.toml: the file has no "id"; write id = "..."'),
        ('title = "Small"', "", 'small.toml: the file has no "title"'),
        ('title = "Small"', 'title = " "', 'line 2: the file has no "title"'),
        ('id = "small"', 'id = "Small One"', 'line 1: id "Small One" cannot name a topic; use a-z'),
        ('id = "small"', "id = 5", 'line 1: "id" is no text; write id = "..."'),
        ('title = "Small"', 'titel = "Small"', 'line 2: the file has no "titel"; write "title"'),
        ("[elsewhere]", "[elsewere]", 'line 27: the file has no "elsewere"; write "elsewhere"'),
        ("[[context]]", "[context]", 'line 17: "context" is no list of tables; write [[context]]'),
        ("[elsewhere]", "[[elsewhere]]", 'line 27: "elsewhere" is no table; write [elsewhere]'),
        ("main = 30", "mian = 30", 'line 6: [score] has no "mian"; write "main"'),
        ("main = 30", 'main = "30"', 'line 6: "main" is no number from 0 up'),
        ("main = 30", "main = -1", 'line 6: "main" is no number from 0 up'),
        ("main = 30", "main = nan", 'line 6: "main" is no number from 0 up'),
        ("main = 30", "main = true", 'line 6: "main" is no number from 0 up'),
        ("main = 30", "window = 2.5", 'line 6: "window" is no whole number from 0 up; write window = 30'),
        ("main = 30", "mention = 90", "line 6: mention is above main"),
        ("weight = 1.0", 'weight = "high"', 'line 10: "weight" is no number from 0 up; write weight = 1.0'),
        ("weight = 1.0", "weight = 1.5", "line 10: weight = 1.5 is above 1; write a number from 0 to 1"),
        ("within = 5", "within = 5\nproves = true", "an anchor that counts only beside something cannot prove"),
        ("[[sense]]", '[[sense]]\nshares = ["army"]', 'no [[context]], [[event]] or [[actor]] is named "army"'),
        ("[[context]]", '[[event]]\nname = "a b"\nen = ["x"]\n[[context]]', '"a b" cannot name an event; use a-z'),
        ('expect = "main"', 'expect = ["main", "no"]', 'line 32: expect = "no" is no level; write "main", "mention"'),
        ('expect = "main"', "expect = []", "line 32: expect is an empty list"),
        ('expect = "main"', 'expect = "main"\nevents = ["x"]', 'no [[event]] is named "x"; write the name of one'),
        ('"Aldbury Vale"', '"Ald=bury"', 'line 12: "Ald=bury": = stands at the beginning of a word'),
        ("weight = 1.0", "weigth = 1.0", 'line 10: [[anchor]] has no "weigth"'),
        ('name = "town"\n', "", 'line 8: [[anchor]] has no "name"'),
        ('ru = ["Олд', 'ua = ["Олд', 'line 13: [[anchor]] has no "ua", and "ua" is no code of a language; write "uk"'),
        ('ru = ["Олдбери~"]', 'rus = ["Олдбери~"]', "use two letters of ISO 639-1"),
        ('ru = ["Олдбери~"]', 'de = ["Oldbery~"]', 'line 13: "Oldbery~": word~ works for ru, uk, pl only; list'),
        ('"Aldbury Vale"', '"Aldbury Vale~"', 'line 12: "Aldbury Vale~": word~ works for ru, uk, pl only'),
        ('"Aldbury Vale"', '"A*"', 'line 12: "A*": one letter and * is nearly every word'),
        ('"Aldbury Vale"', '"Ald*bury"', 'line 12: "Ald*bury": = stands at the beginning of a word'),
        ('"Aldbury Vale"', '"(Vale)"', 'line 12: "(Vale)": "(Vale)" does not begin and end with a letter'),
        ('"Aldbury Vale"', '""', "line 12: an empty term"),
        ('"Aldbury Vale"', "5", 'line 11: "en" is no list of texts'),
        ('ru = ["Олдбери~"]', 'ru = "Олдбери~"', 'line 13: "ru" is no list of texts; write ru = ["...", "..."]'),
        ('beside.en = ["shire"]', 'beside = ["shire"]', 'line 14: "beside" has no languages; write beside.en'),
        ("within = 5", "within = 5.5", 'line 15: "within" is no whole number'),
        ("proves = true", 'proves = "yes"', 'line 19: "proves" is neither true nor false'),
        ("phrases.en", "phrase.en", 'line 24: [[sense]] has no "phrase"'),
        ('signs.en = ["navy"]', 'signs.ua = ["navy"]', 'line 25: [[sense]] has no "signs.ua", and "ua" is no code'),
        ('signs.en = ["navy"]', 'en = ["navy"]', 'line 25: [[sense]] has no "en"'),
        ("[[sense]]", '[[sense]]\nname = "ship"\n[[sense]]', 'line 25: a second [[sense]] is named "ship"'),
        ('expect = "main"', 'expect = "yes"', 'line 32: expect = "yes" is no level; write "main", "mention" or "none"'),
        ('expect = "main"', 'expect = "main"\nsense = "boat"', 'line 33: there is no [[sense]] named "boat"'),
        ('places = ["mill"]', 'places = ["mil"]', 'line 33: no place has the id "mil"'),
        ('text = "War came', 'txt = "War came', 'line 31: [[test]] has no "txt"; write "text"'),
        ('places = "p.csv"', 'places = "../p.csv"', 'line 3: places = "../p.csv" is no name of a file; write the name'),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_the_file_the_line_and_the_mend(old, new, said):
    assert said in problem(changed(old, new))


def test_a_second_fault_of_a_kind_is_told_at_its_own_table():
    text = GOOD + '\n[[anchor]]\nname = "other"\nde = ["Ort~"]\n'

    assert "line 37: " in problem(text)


def test_a_topic_that_looks_for_nothing_is_refused():
    assert "there is nothing to look for; add an [[anchor]] or places" in problem(
        'id = "a"\ntitle = "A"\n', None
    )


def test_a_places_file_that_is_not_there_is_told_where_it_is_asked_for():
    assert problem(places=None) == (
        'topics/small.toml, line 3: the places file "p.csv" is not there; '
        "put it into seeds/places or take the line away"
    )


@pytest.mark.parametrize(
    "row, said",
    [
        ("mill,Mill,always,51.5,-1.25,Oldmill", "line 3: fewer cells than the header has; count the commas"),
        ("m,M,always,51.5,-1.25,M,a,b", "line 3: more cells than the header has"),
        (",Mill,always,,,Oldmill,", 'line 3: the cell "id" is empty; fill it'),
        ("m,,always,,,Oldmill,", 'line 3: the cell "name" is empty'),
        ("mill,Mill,always,,,Oldmill,", 'line 3: a second row has the id "mill"'),
        ("m,M,always,51.5,,M,", "line 3: one coordinate without the other"),
        ("m,M,always,51°,3,M,", 'line 3: latitude "51°" is no latitude; write degrees from -90 to 90'),
        ("m,M,always,nan,3,M,", 'line 3: latitude "nan" is no latitude'),
        ("m,M,always,3,181,M,", 'line 3: longitude "181" is no longitude'),
        ("m,M,often,,,M,", 'line 3: counts = "often" means nothing; write always, in_story, nearby'),
        ("m,M,always,,,,", "line 3: M has no name to look for"),
        ("m,M,always,,,Mill~,", 'line 3: "Mill~": word~ works for ru, uk, pl only'),
        ('m,"M,always,,,Mill,', "this is not CSV: "),
    ],
)
def test_a_fault_in_the_places_is_told_with_its_line(row, said):
    assert said in problem(places=PLACES + row + "\n").removeprefix("places/p.csv, ")


@pytest.mark.parametrize(
    "header, said",
    [
        ("name,en", 'line 1: there is no column "id"'),
        ("", 'line 1: there is no column "id"'),
        ("id,name,english", 'line 1: the column "english" means nothing; use '),
        ("id,name,en,en", 'line 1: two columns are named "en"'),
    ],
)
def test_a_fault_in_the_header_of_the_places_is_told(header, said):
    assert said in problem(places=header + "\n")


def test_a_sentence_that_does_not_give_what_it_should_is_told_with_what_was_found():
    wrong = changed('expect = "main"', 'expect = "none"\nsense = "ship"')

    told = run_tests(load_topic(wrong, PLACES, where="small.toml"))

    assert len(told) == 2
    assert told[0].startswith(
        'small.toml, line 30: "War came to Oldmill, in the shire of Aldbury.": expected none, got main (score'
    )
    assert "Aldbury 22" in told[0] or "Oldmill" in told[0]
    assert "expected the sense ship" in told[1]


@pytest.mark.parametrize(
    "text, name",
    [
        (GOOD, "p.csv"),
        ("\ufeff" + GOOD, "p.csv"),
        ('id = "a"', None),
        ("this is = not TOML =", None),
        ("places = 5", None),
        ('places = "../../etc/passwd"', None),
        ('places = "/etc/passwd"', None),
        ('places = ""', None),
        ('places = ".."', None),
    ],
)
def test_the_name_of_the_places_file_is_read_without_complaint_and_never_leads_out_of_its_folder(text, name):
    assert places_name(text) == name


def test_the_topics_that_ship_are_good():
    for path in sorted((SEEDS / "topics").glob("*.toml")):
        text = path.read_text("utf-8")
        name = places_name(text)
        places = (SEEDS / "places" / name).read_text("utf-8") if name else None

        topic = load_topic(text, places, where=path.name, places_where=name)

        assert run_tests(topic) == []
        assert topic.spec.examples


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(GOOD)),
    cut=st.integers(0, 12),
    put=st.sampled_from(["", '"', "[", "]", "=", "\n", "5", "\x00", "é~"]),
)
def test_a_damaged_file_is_read_or_told_and_nothing_else(at, cut, put):
    text = GOOD[:at] + put + GOOD[at + cut :]

    topic, told = load_or_error(text, PLACES)

    assert "\n" not in told
    if topic:
        run_tests(topic)
        tag(topic, title="Aldbury", text="War in the shire", language="en")


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(PLACES)),
    cut=st.integers(0, 12),
    put=st.sampled_from(["", '"', ",", "\n", "\r", "|", "~", "\x00"]),
)
def test_damaged_places_are_read_or_told_and_nothing_else(at, cut, put):
    damaged = PLACES[:at] + put + PLACES[at + cut :]
    text = changed('places = ["mill"]\n', "")

    _, told = load_or_error(text, damaged)

    assert "\n" not in told
