"""Folding, offsets and inflection: every form a person writes is found, and found where it stands."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.records import Match
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Topic, tag
from newsmonitor.topictext import fold, inflect, snippet


def slice_of(match: Match, text: str) -> str:
    return text[match.start : match.end]


RU_FORMS = {
    "Курск~": "Курск Курска Курску Курском Курске",
    "курский~": "курский курского курскому курским курском курская курской курскую курское курские курских курскими",
    "Курская область~": "Курская область|Курской области|Курскую область|Курской областью|Курские области",
    "Курщина~": "Курщина Курщины Курщине Курщину Курщиной",
    "курянин~": "курянин курянина курянину курянином курянине куряне курян курянам курянами курянах",
    "Суджа~": "Суджа Суджи Судже Суджу Суджей",
    "Малая Локня~": "Малая Локня|Малой Локни|Малой Локне|Малую Локню|Малой Локней",
    "Казачья Локня~": "Казачья Локня|Казачьей Локни|Казачьей Локне|Казачью Локню",
    "Русское Поречное~": "Русское Поречное|Русского Поречного|Русском Поречном",
    "Снагость~": "Снагость Снагости Снагостью",
    "Рыльск~": "Рыльск Рыльска Рыльском Рыльске",
    "Погребки~": "Погребки Погребков Погребкам Погребками Погребках",
    "Коренево~": "Коренево Коренева Кореневу Кореневом Кореневе",
    "подводная лодка~ Курск": "подводная лодка Курск|подводной лодки «Курск|подводных лодок Курск",
    "битва~ под Курском": "битва под Курском|битвы под Курском|битву под Курском",
    "Тёткино~": "Тёткино Тёткина Теткино Теткине",
}  # fmt: skip
UK_FORMS = {
    "Курськ~": "Курськ Курська Курську Курськом Курськові",
    "курський~": "курський курського курському курським курська курської курській курську курською курських",
    "Курська область~": "Курська область|Курської області|Курській області|Курську область|Курською областю",
    "Курщина~": "Курщина Курщини Курщині Курщину Курщиною",
    "Суджа~": "Суджа Суджі Суджу Суджею Суджо",
    "Махнівка~": "Махнівка Махнівки Махнівці Махнівку Махнівкою",
    "Мала Локня~": "Мала Локня|Малої Локні|Малій Локні|Малу Локню|Малою Локнею",
    "Глушкове~": "Глушкове Глушкового Глушкова Глушковому Глушковим",
    "Снагость~": "Снагость Снагості Снагостю",
    "Курська дуга~": "Курська дуга|Курської дуги|Курській дузі|Курську дугу|Курською дугою",
    "Львів~": "Львів Львова Львову Львовом Львові",
}  # fmt: skip
PL_FORMS = {
    "obwód kurski~": "obwód kurski|obwodu kurskiego|obwodowi kurskiemu|obwodem kurskim|obwodzie kurskim",
    "operacja kurska~": "operacja kurska|operacji kurskiej|operację kurską|operacją kurską",
    "bitwa~ pod Kurskiem": "bitwa pod Kurskiem|bitwy pod Kurskiem|bitwie pod Kurskiem|bitwę pod Kurskiem",
    "łuk kurski~": "łuk kurski|łuku kurskiego|łukiem kurskim|luku kurskim",
    "Sudża~": "Sudża Sudży Sudżę Sudżą Sudzy Sudze",
}  # fmt: skip
FORMS = [
    (language, term, form)
    for language, table in (("ru", RU_FORMS), ("uk", UK_FORMS), ("pl", PL_FORMS))
    for term, forms in table.items()
    for form in (forms.split("|") if "|" in forms else forms.split())
]


def one_term(term: str, language: str) -> Topic:
    text = f'id = "t"\ntitle = "T"\n[[anchor]]\nname = "a"\n{language} = ["{term}"]\n'
    return load_topic(text, None, where="t.toml")


@pytest.mark.parametrize("language, term, form", FORMS)
def test_an_inflected_form_is_found_whole(language, term, form):
    text = f"x {form}, y"

    matches = tag(one_term(term, language), title=None, text=text, language=None).matches

    assert [slice_of(match, text) for match in matches] == [form]


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


def test_no_character_but_one_changes_the_length_of_a_text_when_it_is_made_small():
    longer = [chr(code) for code in range(sys.maxunicode + 1) if len(chr(code).lower()) != 1]

    assert longer == ["İ"]


def test_a_snippet_is_one_line_of_whole_words_around_the_match():
    source = "word " * 40 + "here\nAldbury\nthere" + " word" * 40
    at = source.index("Aldbury")

    found = snippet(source, at, at + 7)

    assert "here Aldbury there" in found
    assert set(found.split()) == {"word", "here", "Aldbury", "there"}
    assert len(found) <= 160


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="аиеуüéÉİßКК\u0301\u0306\u0308\u00ad\u200b\ud800 '’"))
def test_a_folded_text_leads_back_to_the_original(text):
    folded = fold(text)

    for at, letter in enumerate(folded.text):
        start, end = folded.original(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert fold(text[start:end]).text == letter


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="абвгдеиклмнорстуцьяіїєaąbcdeęiklłmnoórstuwyzż", min_size=1),
    st.sampled_from(["ru", "uk", "pl"]),
    st.booleans(),
)
def test_a_word_is_one_of_its_own_forms_and_none_is_empty(word, language, in_phrase):
    forms = inflect(word, language, in_phrase=in_phrase)

    assert word in forms
    assert all(forms)
