"""The gazetteers that ship: where each point comes from, and which words are taken for a place."""

import csv
from functools import cache
from pathlib import Path

import pytest

from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Topic, tag

PLACES = Path(__file__).resolve().parents[1] / "seeds" / "places"
# The south, north, west and east of where a place of the topic may lie.
BOXES = {"kursk": (50.9, 52.5, 34.0, 36.6), "zaporizhzhia-npp": (46.6, 48.0, 33.2, 35.6)}
WAYMARK = "Waymark"
# The districts of the ground fighting of 2024-25, by people as far as a source counts them; the last five
# are seats of village councils that no source found counts alone.
LARGEST = (
    "korenevo sudzha glushkovo tyotkino goncharovka bolshoye_soldatskoye belaya zaoleshenka zamostye "
    "lyubimovka_bolshesoldatsky zvannoye kommunar giri makhnovka popovo_lezhachi kobylki belitsa guevo "
    "malaya_loknya kulbaki martynovka plekhovo karyzh lyubimovka snagost "
    "kazachya_loknya ulanok tolpino olgovka cherkasskoye_porechnoye"
)
WITHOUT_POINT = (
    "zamostye lyubimovka_bolshesoldatsky zvannoye kommunar makhnovka kobylki kazachya_loknya ulanok tolpino "
    "olgovka cherkasskoye_porechnoye"
)
CASES = {
    "ru": {
        "sudzha": "в Судже, из Суджи, под Суджей",
        "sudzha_district": "в Суджанском районе, из Суджанского района, Суджанский и соседние районы",
        "korenevo": "в Коренево, в Кореневе, из Коренева, под Кореневом",
        "glushkovo": "в Глушково, в Глушкове, из Глушкова",
        "tyotkino": "в Тёткине, в Тёткино, в Теткино, из Тёткина, под Тёткином",
        "malaya_loknya": "в Малой Локне, из Малой Локни, под Малой Локнёй",
        "kazachya_loknya": "в Казачьей Локне, из Казачьей Локни",
        "plekhovo": "в Плёхово, в Плехове, из Плехова",
        "sverdlikovo": "в Свердликово, в Свердликове, из Свердликова",
        "nikolayevo_daryino": "в Николаево-Дарьино, в Николаево-Дарьине, из Николаево-Дарьина",
        "snagost": "в Снагости, из Снагости",
        "gornal": "в Горнали, из Горнали",
        "makhnovka": "в Махновке, из Махновки",
        "martynovka": "в Мартыновке, из Мартыновки",
        "russkoye_porechnoye": "в Русском Поречном, из Русского Поречного",
        "bolshoye_soldatskoye": "в Большом Солдатском, из Большого Солдатского",
        "popovo_lezhachi": "в Попово-Лежачах, у Попово-Лежачей",
        "rylsk": "в Рыльске, из Рыльска",
        "guevo": "в Гуево, в Гуеве, из Гуева",
        "znpp": "на Запорожской АЭС, у Запорожской атомной электростанции, на ЗАЭС",
        "enerhodar": "в Энергодаре, из Энергодара",
        "nikopol": "в Никополе, из Никополя",
        "kamianka_dniprovska": "в Каменке-Днепровской, из Каменки-Днепровской",
        "kakhovka_dam": "на Каховской ГЭС, у плотины Каховской ГЭС",
    },
    "uk": {
        "sudzha": "у Суджі, із Суджі, під Суджею",
        "sudzha_district": "у Суджанському районі, із Суджанського району",
        "korenevo": "у Коренево, у Кореневі, біля Коренева, до Коренєвого",
        "glushkovo": "у Глушкові, з Глушкова, у Глушковому",
        "tyotkino": "у Тьоткіно, у Тьоткіному, з Тьоткіного",
        "malaya_loknya": "у Малій Локні, з Малої Локні, під Малою Локнею",
        "kazachya_loknya": "у Козачій Локні, з Козачої Локні",
        "plekhovo": "у Плеховому, з Плехова, у Пльохові",
        "snagost": "у Снагості, зі Снагості",
        "gornal": "у Горналі, з Горналі",
        "makhnovka": "у Махнівці, з Махнівки",
        "martynovka": "у Мартинівці, з Мартинівки",
        "russkoye_porechnoye": "у Руському Порічному, з Руського Порічного",
        "goncharovka": "у Гончарівці, з Гончарівки",
        "rylsk": "у Рильську, з Рильська",
        "znpp": "на Запорізькій АЕС, біля Запорізької атомної електростанції, на ЗАЕС",
        "enerhodar": "в Енергодарі, з Енергодара",
        "nikopol": "у Нікополі, з Нікополя",
        "kamianka_dniprovska": "у Кам'янці-Дніпровській, з Кам’янки-Дніпровської",
        "kakhovka_dam": "на Каховській ГЕС, дамбу Каховської ГЕС",
    },
}


def rows(name: str) -> list[dict[str, str]]:
    with (PLACES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def topic_of(name: str) -> Topic:
    text = f'id = "places"\ntitle = "Places"\nplaces = "{name}.csv"\n[[anchor]]\nname = "w"\nen = ["{WAYMARK}"]\n'
    places = (PLACES / f"{name}.csv").read_text("utf-8")
    return load_topic(text, places, where="places.toml", places_where=f"{name}.csv")


def places_in(name: str, text: str, language: str) -> set[str]:
    return set(tag(topic_of(name), title=None, text=text, language=language).places)


EVERY = [pytest.param(name, row, id=f"{name}-{row['id']}") for name in BOXES for row in rows(name)]


@pytest.mark.parametrize("name, row", EVERY)
def test_a_point_has_a_source_and_a_place_without_one_says_so(name, row):
    south, north, west, east = BOXES[name]

    if row["latitude"]:
        assert row["source"]
        assert float(row["precision_km"]) > 0
        assert south <= float(row["latitude"]) <= north
        assert west <= float(row["longitude"]) <= east
    else:
        assert row["note"].startswith("no point: no source found")
        assert {row["longitude"], row["precision_km"], row["source"]} == {""}


@pytest.mark.parametrize("name, row", EVERY)
def test_a_place_that_does_not_always_count_says_why(name, row):
    why = row["note"].removeprefix("no point: no source found").strip("; ")

    assert row["counts"] in ("always", "in_story", "nearby")
    assert row["counts"] == "always" or why or row["kind"] == "district"


@pytest.mark.parametrize("name", BOXES)
def test_every_place_has_its_own_id(name):
    ids = [row["id"] for row in rows(name)]

    assert len(ids) == len(set(ids)) == len(topic_of(name).spec.places)


def test_the_thirty_largest_settlements_of_the_fighting_are_there_and_nineteen_have_a_point():
    by_id = {row["id"]: row for row in rows("kursk")}
    largest = [by_id[place] for place in LARGEST.split()]

    assert len(set(LARGEST.split())) == 30
    assert [row["id"] for row in largest if not row["latitude"]] == WITHOUT_POINT.split()
    assert sum(bool(row["latitude"]) for row in largest) == 19
    people = [int(row["population"]) for row in largest if row["population"]]
    assert len(people) == 25
    assert people == sorted(people, reverse=True)


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
@pytest.mark.parametrize("name, row", EVERY)
def test_every_name_is_found_as_it_is_written(name, row, language):
    names = [term.replace("~", "").replace("*", "") for term in row[language].split("|") if term]

    assert names or language != "en"
    for written in names:
        assert row["id"] in places_in(name, f"{WAYMARK}. Там {written}, и дальше.", language), written


@pytest.mark.parametrize(
    "language, place, written",
    [
        (lang, place, each)
        for lang, of in CASES.items()
        for place, text in of.items()
        for each in text.split(", ")
    ],
)
def test_the_best_known_places_are_found_in_the_cases_that_news_writes(language, place, written):
    name = "kursk" if place in {row["id"] for row in rows("kursk")} else "zaporizhzhia-npp"

    assert place in places_in(name, f"{WAYMARK}. Удар {written} сегодня.", language)


@pytest.mark.parametrize(
    "language, text",
    [
        ("ru", "Актриса Елена Коренева рассказала о матери Глушкова и дяде Плехова."),
        ("ru", "Вещи нашли в тёткином доме, тёткина соседка их видела."),
        ("ru", "Суд осудил Свердликова, курсы валют выросли."),
        ("uk", "Коренева причина війни, кореневу систему, запис кореневого каталогу."),
        ("uk", "Суд засуджує напад, Валентина Глушкова звернулася до академіка Глушкова."),
        ("en", "Judge Koreneva praised Glushkov and Rylsky; the poet Rylsky wrote about Vorozhba."),
    ],
)
def test_ordinary_words_and_surnames_are_no_places_even_beside_an_anchor(language, text):
    assert places_in("kursk", f"{WAYMARK}. {text}", language) == set()


@pytest.mark.parametrize(
    "name, language, text",
    [
        (
            "kursk",
            "ru",
            "Олешня, Успеновка, Николаевка, Весёлое, Локоть, Белая, Борки, Гири, Косица, Орловка, Мирный.",
        ),
        (
            "kursk",
            "ru",
            "Кореневский и Глушковский выступили, Рыльский дирижировал, Махновка и Гуева слушали.",
        ),
        (
            "kursk",
            "uk",
            "Олешня, Успенівка, Миколаївка, Веселе, Лікоть, Біла, Борки, Вишнівка, Гончарівка, Ворожба.",
        ),
        (
            "kursk",
            "en",
            "Giri, Belaya, Lokot, Kommunar, Nikolsky, Markovo, Berdin, Kurchatov, Zheleznogorsk.",
        ),
        (
            "zaporizhzhia-npp",
            "uk",
            "Запоріжжя, Марганець, Водяне, Дніпровка, Покров, Балки, Каховка, Василівка.",
        ),
        (
            "zaporizhzhia-npp",
            "en",
            "Zaporizhzhia, Nikopol, Nova Kakhovka, Pokrov, Ivanivka and the cooling pond.",
        ),
    ],
)
def test_names_of_many_places_never_tag_a_story_alone(name, language, text):
    tagging = tag(topic_of(name), title=text, text=f"{text} Удар ВСУ, обстріл, shelling.", language=language)

    assert (tagging.level, tagging.places) == (None, ())
