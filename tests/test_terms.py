"""Terms: found as people write them, and where they stand."""

import pytest

from newsmonitor.records import Match
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Topic, tag


def slice_of(match: Match, text: str) -> str:
    return text[match.start : match.end]


def one_term(term: str, language: str) -> Topic:
    text = f'id = "t"\ntitle = "T"\n[[anchor]]\nname = "a"\n{language} = ["{term}"]\n'
    return load_topic(text, None, where="t.toml")


def test_a_phrase_at_the_end_of_a_text_ends_there():
    text = "В Курской области"

    [match] = tag(one_term("Курская область~", "ru"), title=None, text=text, language=None).matches

    assert (match.start, match.end) == (2, len(text))


@pytest.mark.parametrize(
    "term, text, found",
    [
        ("gun*", "gun guns gunpowder begun", ["gun", "guns", "gunpowder"]),
        ("red* gun", "reddish gun, red  gun; red. gun", ["reddish gun", "red  gun"]),
        ("red gun*", "the Red “Gunners” and red-gunner", ["Red “Gunners", "red-gunner"]),
        ("Kursk", "Kursk's #Kursk_now KURSK, Kursks xKursk Kursk1 Kursk", ["Kursk", "Kursk", "KURSK", "Kursk"]),
        ("Дар'їне", "Дар'їне Дар’їне Дарʼїне", ["Дар'їне", "Дар’їне", "Дарʼїне"]),
        ("région", "la région, la region, re\u0301gion", ["région", "region", "re\u0301gion"]),
        ("Курск", "Ку\u0301рск, Кур\u00adск и К\u200bурск", ["Ку\u0301рск", "Кур\u00adск", "К\u200bурск"]),
        ("Тёткино", "Теткино Тёткино Те\u0308ткино", ["Теткино", "Тёткино", "Те\u0308ткино"]),
        ("Май", "Май Маи\u0306 Маи", ["Май", "Маи\u0306"]),
        ("Суджа", "Суджа\u0301 и Суджа\u00ad.", ["Суджа\u0301", "Суджа"]),
        ("İzmir", "İZMİR izmir", ["İZMİR", "izmir"]),
        ("Popovo-Lezhachi", "Popovo-Lezhachi Popovo–Lezhachi", ["Popovo-Lezhachi", "Popovo–Lezhachi"]),
    ],
)  # fmt: skip
def test_a_term_is_found_as_people_write_it_and_the_offsets_are_those_of_the_text(term, text, found):
    matches = tag(one_term(term, "en"), title=None, text=text, language=None).matches

    assert [slice_of(match, text) for match in matches] == found
