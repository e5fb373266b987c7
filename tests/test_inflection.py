"""Inflection: every form a person writes is found, and no other word for it."""

import csv
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.folding import fold
from newsmonitor.inflection import inflect
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Topic, tag

TESTS = Path(__file__).resolve().parent
SEEDS = TESTS.parent / "seeds"

RU_FORMS = {
    "Курск~": "Курск Курска Курску Курском Курске",
    "курский~": "курский курского курскому курским курском курская курской курскую курскою курское курские курских "
    "курскими",
    "Курская область~": "Курская область|Курской области|Курскую область|Курской областью|Курские области",
    "Курщина~": "Курщина Курщины Курщине Курщину Курщиной Курщиною",
    "курянин~": "курянин курянина курянину курянином курянине куряне курян курянам курянами курянах",
    "Суджа~": "Суджа Суджи Судже Суджу Суджей Суджею",
    "Малая Локня~": "Малая Локня|Малой Локни|Малой Локне|Малую Локню|Малой Локней",
    "Казачья Локня~": "Казачья Локня|Казачьей Локни|Казачьей Локне|Казачью Локню",
    "Русское Поречное~": "Русское Поречное|Русского Поречного|Русском Поречном",
    "Большое Солдатское~": "Большое Солдатское|Большого Солдатского|Большому Солдатскому|Большом Солдатском",
    "Николаево-Дарьино~": "Николаево-Дарьино Николаево-Дарьина Николаево-Дарьине Николаева-Дарьина Николаеве-Дарьине",
    "Попово-Лежачи~": "Попово-Лежачи Попово-Лежачей Попово-Лежачах Попове-Лежачах",
    "Ростов-на-Дону~": "Ростов-на-Дону Ростова-на-Дону Ростовом-на-Дону Ростове-на-Дону",
    "Снагость~": "Снагость Снагости Снагостью",
    "Горналь~": "Горналь Горнали Горналью",
    "Рыльск~": "Рыльск Рыльска Рыльском Рыльске",
    "Льгов~": "Льгов Льгова Льгову Льговом Льгове",
    "Путин~": "Путин Путина Путину Путиным Путине",
    "Сырский~": "Сырский Сырского Сырскому Сырским Сырском",
    "Погребки~": "Погребки Погребков Погребкам Погребками Погребках",
    "Борки~": "Борки Борков Боркам Борками Борках",
    "Гири~": "Гири Гирь Гирям Гирями Гирях",
    "Горки~": "Горки Горок Горкам Горками Горках",
    "Люберцы~": "Люберцы Люберец Люберцам Люберцами Люберцах",
    "Коренево~": "Коренево Коренева Кореневу Кореневом Кореневе",
    "Тёткино~": "Тёткино Тёткина Теткино Теткине",
    "Махновка~": "Махновка Махновки Махновке Махновку Махновкой",
    "Орёл~": "Орёл Орла Орлу Орлом Орле",
    "Елец~": "Елец Ельца Ельцу Ельцом Ельце",
    "Дмитрий~": "Дмитрий Дмитрия Дмитрию Дмитрием Дмитрии",
    "Донской~": "Донской Донского Донскому Донским Донском",
    "российские войска~": "российские войска|российских войск|российскими войсками",
    "война~ в Украине": "война в Украине|войны в Украине|войной в Украине",
    "подводная лодка~ Курск": "подводная лодка Курск|подводной лодки «Курск|подводных лодок Курск",
    "битва~ под Курском": "битва под Курском|битвы под Курском|битву под Курском",
}  # fmt: skip
UK_FORMS = {
    "Курськ~": "Курськ Курська Курську Курськом Курськові",
    "курський~": "курський курського курському курським курськім курська курської курській курську курською курське "
    "курські курських курськими",
    "Курська область~": "Курська область|Курської області|Курській області|Курську область|Курською областю",
    "Курщина~": "Курщина Курщини Курщині Курщину Курщиною Курщино",
    "курянин~": "курянин курянина курянинові курянину курянином курянині куряни курян курянам курянами курянах",
    "Суджа~": "Суджа Суджі Суджу Суджею Суджо",
    "Махнівка~": "Махнівка Махнівки Махнівці Махнівку Махнівкою",
    "Мала Локня~": "Мала Локня|Малої Локні|Малій Локні|Малу Локню|Малою Локнею",
    "Руське Порічне~": "Руське Порічне|Руського Порічного|Руському Порічному|Руським Порічним",
    "Миколаєво-Дар'їне~": "Миколаєво-Дар'їне Миколаєво-Дар'їного Миколаєво-Дар’їному Миколаєво-Дар'їні",
    "Глушкове~": "Глушкове Глушкового Глушкова Глушковому Глушковим",
    "Плехове~": "Плехове Плехового Плеховому Плехова",
    "Крем'яне~": "Крем'яне Крем'яного Крем'яному Крем'яним",
    "Снагость~": "Снагость Снагості Снагостю",
    "Курська дуга~": "Курська дуга|Курської дуги|Курській дузі|Курську дугу|Курською дугою",
    "Львів~": "Львів Львова Львову Львовом Львові",
    "Харків~": "Харків Харкова Харкову Харковом Харкові",
    "Київ~": "Київ Києва Києву Києвом Києві",
    "Тернопіль~": "Тернопіль Тернополя Тернополю Тернополем Тернополі",
    "Кривий Ріг~": "Кривий Ріг|Кривого Рогу|Кривому Розі|Кривим Рогом",
    "Погребки~": "Погребки Погребків Погребок Погребкам Погребками Погребках",
    "Чернівці~": "Чернівці Чернівців Чернівцям Чернівцями Чернівцях",
    "Біла~": "Біла Білої Білій Білу Білою",
    "Бровари~": "Бровари Броварів Броварам Броварами Броварах",
    "Кременець~": "Кременець Кременця Кременцю Кременцем Кременці",
    "Путін~": "Путін Путіна Путіну Путінові Путіним",
    "Товстий Луг~": "Товстий Луг|Товстого Лугу|Товстому Лузі",
    "підводний човен~ Курськ": "підводний човен Курськ|підводного човна «Курськ|підводні човни Курськ",
    "війна~": "війна війни війні війну війною воєн",
}  # fmt: skip
PL_FORMS = {
    "Kursk~": "Kursk Kurska Kurskowi Kurskiem Kursku",
    "kurski~": "kurski kurskiego kurskiemu kurskim kurska kurskiej kurską kurskie kurscy kurskich kurskimi",
    "obwód kurski~": "obwód kurski|obwodu kurskiego|obwodowi kurskiemu|obwodem kurskim|obwodzie kurskim",
    "operacja kurska~": "operacja kurska|operacji kurskiej|operację kurską|operacją kurską",
    "bitwa~ pod Kurskiem": "bitwa pod Kurskiem|bitwy pod Kurskiem|bitwie pod Kurskiem|bitwę pod Kurskiem",
    "łuk kurski~": "łuk kurski|łuku kurskiego|łukiem kurskim|luku kurskim",
    "Sudża~": "Sudża Sudży Sudżę Sudżą Sudzy Sudze",
    "Mała Łoknia~": "Mała Łoknia|Małej Łokni|Małą Łoknię|Małą Łoknią",
    "Wielka Brytania~": "Wielka Brytania|Wielkiej Brytanii|Wielką Brytanię|Wielką Brytanią",
    "Polska~": "Polska Polski Polsce Polskę Polską",
    "Ukraina~": "Ukraina Ukrainy Ukrainie Ukrainę Ukrainą",
    "Praga~": "Praga Pragi Pradze Pragę Pragą",
    "Wisła~": "Wisła Wisły Wiśle Wisłę Wisłą",
    "Korenewo~": "Korenewo Korenewa Korenewu Korenewem Korenewie",
    "Gniezno~": "Gniezno Gniezna Gnieźnie",
    "Bielsko~": "Bielsko Bielska Bielsku Bielskiem",
    "Kijów~": "Kijów Kijowa Kijowowi Kijowem Kijowie",
    "Charków~": "Charków Charkowa Charkowie",
    "Rylsk~": "Rylsk Rylska Rylsku Rylskiem",
    "Biełgorod~": "Biełgorod Biełgorodu Biełgorodem Biełgorodzie",
    "Krym~": "Krym Krymu Krymem Krymie",
    "Poznań~": "Poznań Poznania Poznaniu Poznaniem",
    "Tychy~": "Tychy Tychów Tych Tychom Tychach",
    "Zakopane~": "Zakopane Zakopanego Zakopanem",
}  # fmt: skip
FORMS = [
    (language, term, form)
    for language, table in (("ru", RU_FORMS), ("uk", UK_FORMS), ("pl", PL_FORMS))
    for term, forms in table.items()
    for form in (forms.split("|") if "|" in forms else forms.split())
]
# Words that hold a name or look like a form of it.
OTHERS = {
    "Суджа~": "засуджують засуджує осуджа посуджу судження суд Суджанский",
    "Курск~": "курсы курсант курсив курсом ракурс курский курсивом экскурса Курскорректура",
    "курский~": "Курск курсы прискурский курско курсивный",
    "курянин~": "курятина куряк",
    "Коренево~": "Коренев коренной Кореневых",
    "Глушково~": "Глушков Глушковых Глушковский",
    "Курськ~": "курське курські курсанти курси курсив",
    "Званне~": "звання званні званням званнями",
    "Kursk~": "Kurskorrektur kursy kursant",
}

# Forms of the dictionary that the tables do not make, and why not.
NOT_MADE = {
    "ru": {
        "клин": ("клинья клиньев клиньям клиньями клиньях", "wedges; a village has one number"),
    },
    "uk": {
        "зелений": ("зелен", "the short form of songs"),
        "друга": ("друзів друзям друзями друзях", "friends; the name is an ordinal"),
        "козача": ("козачати козачаті козачата козачат козачатам козачатами козачатах", "a Cossack's child"),
        "руда": ("рудої рудій рудим рудих рудими", "a red-haired woman; the term is ore"),
    },
}


def one_term(term: str, language: str) -> Topic:
    text = f'id = "t"\ntitle = "T"\n[[anchor]]\nname = "a"\n{language} = ["{term}"]\n'
    return load_topic(text, None, where="t.toml")


@pytest.mark.parametrize("language, term, form", FORMS)
def test_an_inflected_form_is_found_whole(language, term, form):
    text = f"x {form}, y"

    matches = tag(one_term(term, language), title=None, text=text, language=None).matches

    assert [text[match.start : match.end] for match in matches] == [form]


@pytest.mark.parametrize("term", OTHERS)
def test_another_word_is_no_form(term):
    language = "pl" if term.isascii() else "uk" if term in ("Курськ~", "Званне~") else "ru"

    assert tag(one_term(term, language), title=None, text=OTHERS[term], language=None).matches == ()


@pytest.mark.parametrize("language, word", [("ru", "в"), ("uk", "під"), ("pl", "na")])
def test_a_preposition_within_a_phrase_has_one_form(language, word):
    assert inflect(word, language, in_phrase=True) == {word}


def inflected_words(language: str) -> dict[str, bool]:
    """The words with ~ in the files that ship, folded, and whether each stands in a phrase."""
    words: dict[str, bool] = {}
    for term in sorted(shipped_terms(language)):
        parts = term.split()
        last = max((at for at, part in enumerate(parts) if part.endswith("~")), default=-1)
        for part in parts[: last + 1]:
            word = fold(part.strip("=*~")).text
            words[word] = words.get(word, False) or len(parts) > 1
    return words


def shipped_terms(language: str) -> set[str]:
    found = set()
    for path in SEEDS.glob("places/*.csv"):
        for row in csv.DictReader(path.read_text("utf-8").splitlines()):
            found |= {name.strip() for name in (row.get(language) or "").split("|") if name.strip()}
    for path in SEEDS.glob("topics/*.toml"):
        found |= set(lists_of(tomllib.loads(path.read_text("utf-8")), language))
    return found


def lists_of(value: object, language: str) -> list[str]:
    if isinstance(value, list):
        return [term for each in value for term in lists_of(each, language)]
    if not isinstance(value, dict):
        return []
    own = value.get(language, [])
    below = [term for key, each in value.items() if key != language for term in lists_of(each, language)]
    return [*own, *below]


@pytest.mark.parametrize("language, least", [("ru", 100), ("uk", 100)])
def test_the_tables_make_every_form_that_a_dictionary_gives(language, least):
    words = inflected_words(language)

    ran = subprocess.run(
        [sys.executable, TESTS / "dictionaryforms.py", language],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    known = json.loads(ran.stdout)
    assert len(known) >= least
    missed = {
        word: sorted(left)
        for word, forms in known.items()
        if (left := set(forms) - inflect(word, language, in_phrase=words[word]) - not_made(language, word))
    }
    assert missed == {}


def not_made(language: str, word: str) -> set[str]:
    forms, _ = NOT_MADE[language].get(word, ("", ""))
    return set(forms.split())


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="абвгдеиклмнорстуцьяіїєaąbcdeęiklłmnoórstuwyzż'-", min_size=1),
    st.sampled_from(["ru", "uk", "pl"]),
    st.booleans(),
)
def test_a_word_is_one_of_its_own_forms_and_none_is_empty(word, language, in_phrase):
    forms = inflect(word, language, in_phrase=in_phrase)

    assert word in forms
    assert all(forms)
