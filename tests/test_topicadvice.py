"""Advice on a topic file: what is no error but probably a mistake."""

from pathlib import Path

import pytest

from newsmonitor.topicadvice import advise
from newsmonitor.topicfile import load_topic, places_name
from newsmonitor.topics import Topic, tag

SEEDS = Path(__file__).resolve().parents[1] / "seeds"

GOOD = """\
id = "small"
title = "Small"
places = "p.csv"

[[anchor]]
name = "town"
en = ["Aldbury", "siege of Aldbury"]
ru = ["Олдбери"]

[[anchor]]
name = "implied"
weight = 0.5
en = ["raid"]
beside.en = ["shire"]

[[context]]
name = "war"
proves = true
en = ["war", "shell*", "gunfire"]

[[actor]]
name = "guards"
en = ["guards"]

[[sense]]
name = "ship"
phrases.en = ["HMS Aldbury"]
signs.en = ["navy", "captain"]

[[sense]]
name = "surname"
phrases.en = ["raid"]
beside.en = ["Mr"]

[elsewhere]
en = ["Overton"]

[[test]]
title = "War in Aldbury"
expect = "main"
"""
PLACES = """\
id,name,counts,latitude,longitude,en
mill,Mill,always,51.5,-1.25,Oldmill
ford,Ford,always,51.6,-1.2,Oldford
hill,Hill,in_story,51.4,-1.3,Oldhill
elm,Elm,nearby,,,Elm
"""


def load(text: str = GOOD, places: str = PLACES) -> Topic:
    return load_topic(text, places, where="small.toml")


def advice(old: str, new: str) -> list[str]:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    return advise(load(text), text)


def test_a_good_file_gets_no_advice():
    assert advise(load(), GOOD) == []


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('"siege of Aldbury"', '"siege of Aldbury", "aldbury"',
         'line 7: "aldbury" stands twice in en of [[anchor]] "town", as "Aldbury" too; delete one'),
        ('"Overton"', '"Overton", "Overton"', 'line 36: "Overton" stands twice in en of [elsewhere]; delete one'),
        ('"shell*", "gunfire"', '"shell*", "shelling", "gunfire"',
         'line 19: "shell*" in en of [[context]] "war" finds "shelling" too; delete what it'),
        ('"siege of Aldbury"', '"siege* of Aldbury", "sieges of Aldbury"',
         '"siege* of Aldbury" in en of [[anchor]] "town" finds'),
        ('["Олдбери"]', '["Олдберия~", "Олдберии"]',
         'line 8: "Олдберия~" in ru of [[anchor]] "town" finds "Олдберии" too'),
        ('phrases.en = ["HMS Aldbury"]', 'phrases.en = ["HMS Aldbury", "Aldbury"]',
         'line 7: "Aldbury" of [[anchor]] "town" is a phrase of [[sense]] "ship" too, which goes first'),
        ('phrases.en = ["HMS Aldbury"]', 'phrases.en = ["HMS Aldbury", "Oldmill"]',
         'small.toml: "Oldmill" of the place "mill" is a phrase of [[sense]] "ship" too'),
        ('["Олдбери"]\n', '["Олдбер~"]\n[[sense]]\nname = "man"\nphrases.ru = ["Олдберу"]\n',
         'line 8: "Олдбер~" of [[anchor]] "town" is taken for [[sense]] "man" in some forms ("олдберу")'),
        ('phrases.en = ["HMS Aldbury"]', 'phrases.en = ["HMS Aldbury", "the old ship"]',
         'line 27: the phrase "the old ship" of [[sense]] "ship" holds no name of the topic; write the name into it'),
        ('signs.en = ["navy", "captain"]', 'signs.en = ["navy", "shelling"]',
         'line 28: "shelling" is a sign of [[sense]] "ship" and a word of proof ("shell*") in [[context]] "war"'),
        ('signs.en = ["navy", "captain"]', 'signs.en = ["navy", "ald*"]',
         'line 28: "ald*" is a sign of [[sense]] "ship" and finds "Aldbury" of [[anchor]] "town"; delete the sign'),
        ('en = ["Overton"]', 'en = ["Overton", "Oldford"]',
         'line 36: "Oldford" of [elsewhere] finds "Oldford" of the place "ford"; delete one of them'),
        ('phrases.en = ["HMS Aldbury"]\nsigns.en = ["navy", "captain"]\n', "",
         'line 25: [[sense]] "ship" has no phrases and no signs; write phrases.en'),
        ('phrases.en = ["raid"]', 'signs.en = ["bearded"]',
         'line 30: [[sense]] "surname" has beside, which is for phrases, and no phrases'),
        ('en = ["guards"]', "en = []", 'line 21: [[actor]] "guards" has no terms; write en = ["..."] or delete it'),
        ("weight = 0.5", "weight = 0", 'line 10: [[anchor]] "implied" has weight = 0, so its terms give no points'),
        ("proves = true\n", "", "small.toml: no list has proves = true, so every story keeps 0.25 of its points"),
        ('[[test]]\ntitle = "War in Aldbury"\nexpect = "main"\n', "", "small.toml: there is no [[test]]"),
        ('places = "p.csv"\n', 'places = "p.csv"\n[score]\nmain = 400\n',
         "small.toml: no story can be main: a long one"),
    ],
)  # fmt: skip
def test_a_probable_mistake_is_one_line_with_the_mend(old, new, said):
    [line] = advice(old, new)

    assert said in line
    assert line.startswith("small.toml")
    assert "; " in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "old, new",
    [
        # What a prefix after it finds too counts on its own, and so does a longer phrase.
        ('"shell*", "gunfire"', '"shelling", "shell*", "shelling of"'),
        # With something beside it a name goes before a phrase, and a phrase is not always the other thing.
        ('phrases.en = ["raid"]\nbeside.en = ["Mr"]', 'phrases.en = ["raid"]'),
        ('beside.en = ["shire"]\n', ""),
        ('signs.en = ["navy", "captain"]', 'signs.en = ["navy", "raid"]'),
        ('en = ["Overton"]', 'en = ["Overton", "raid"]'),
        # The name stands in a part of a word.
        ('["HMS Aldbury"]', '["the Aldbury-disaster"]'),
        # Other languages count in other stories.
        ('signs.en = ["navy"', 'signs.de = ["war"]\nsigns.en = ["navy"'),
    ],
)
def test_what_only_looks_like_a_mistake_is_left_alone(old, new):
    assert advice(old, new) == []


def test_capital_letters_as_written_are_found_by_the_same_word_without_them_and_not_the_reverse():
    assert len(advice('"gunfire"', '"gunfire", "gun", "=Gun"')) == 1
    assert advice('"gunfire"', '"gunfire", "=Gun", "gun"') == []


def test_a_topic_without_proof_may_be_unable_to_reach_main():
    lines = advice("proves = true\n", "")
    low = advice('proves = true\nen = ["war", "shell*", "gunfire"]', 'en = ["war"]')

    assert [line for line in lines if "no story can be main" in line] == []
    assert len(low) == 1
    text = GOOD.replace("proves = true\n", "").replace("[[test]]", "[score]\nmain = 90\n[[test]]")
    assert [line for line in advise(load(text)) if "no story can be main" in line]


def test_a_place_far_from_the_others_and_a_name_of_two_are_told():
    far = PLACES.replace("51.4,-1.3,Oldhill", "-1.3,51.4,Oldhill")
    same = PLACES.replace("Oldford\n", "Oldmill\n")

    [line] = advise(load(places=far))
    assert line.startswith('small.toml: the place "hill" (-1.3, 51.4) is ')
    assert line.endswith("km from the middle of all; check its coordinates: latitude first, and the sign")
    [line] = advise(load(places=same))
    assert (
        'small.toml: "Oldmill" names the place "mill" and the place "ford"; only the first is found' in line
    )


def test_two_places_have_no_middle():
    two = "id,name,latitude,longitude,en\na,A,51,1,Amill\nb,B,-51,100,Bmill\n"

    assert advise(load(places=two)) == []


def test_the_line_is_that_of_the_right_table_of_a_kind():
    empty = '[[context]]\nname = "peace"\n[[actor]]\nname = "guests"\n\n'
    text = "\ufeff" + GOOD.replace('[[sense]]\nname = "ship', empty + '[[sense]]\nname = "ship')

    assert [line.split(";")[0] for line in advise(load(text), text)] == [
        'small.toml, line 25: [[context]] "peace" has no terms',
        'small.toml, line 27: [[actor]] "guests" has no terms',
    ]


def test_without_the_text_of_the_file_there_are_no_lines():
    text = GOOD.replace('"Overton"', '"Overton", "Overton"')

    assert advise(load(text)) == ['small.toml: "Overton" stands twice in en of [elsewhere]; delete one']


def test_what_is_said_to_never_count_does_not():
    text = GOOD.replace('["HMS Aldbury"]', '["HMS Aldbury", "Aldbury"]')
    text = text.replace('"shell*", "gunfire"', '"shell*", "shelling", "gunfire"')
    tagging = tag(load(text), title=None, text="Shelling of Oldmill near Aldbury, a war", language="en")

    assert {match.term for match in tagging.matches if match.counted} == {"Oldmill", "shell*", "war"}
    same = PLACES.replace("Oldford\n", "Oldmill\n")
    tagging = tag(load(places=same), title=None, text="War in Oldmill", language="en")
    assert tagging.places == ("mill",)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("topics/*.toml")), ids=lambda path: path.stem)
def test_a_topic_that_ships_can_be_advised_on(path):
    text = path.read_text("utf-8")
    places = places_name(text)
    places_text = (SEEDS / "places" / places).read_text("utf-8") if places else None

    lines = advise(load_topic(text, places_text, where=path.name), text)

    assert all(line.startswith(path.name) for line in lines)
    for serious in ("no list has proves", "no [[test]]", "can be main", "km from the middle"):
        assert not any(serious in line for line in lines)
