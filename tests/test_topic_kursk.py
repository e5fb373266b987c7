"""The topic that ships, on sentences of our own."""

import re
from pathlib import Path

import pytest

from newsmonitor.topicfile import run_tests
from topicfiles import KURSK, SEEDS, kursk, senses


@pytest.mark.parametrize(
    "title, text",
    [
        ("Fierce fighting in Russia's Kursk region", "Ukrainian forces attacked near Sudzha."),
        ("Russia says downed 12 Ukrainian drones over Kursk", None),
        ("Drone attack hits airfield in Kursk region", "Ukraine did not comment on Tuesday, in December 2022."),
        ("North Korean troops in Kursk, Kyiv says", None),
        ("Residents flee as incursion into Russia enters second week", "Ukrainian troops hold Sudzha."),
        ("ВСУ пытаются прорваться в Курскую область", None),
        ("Бои под Курском: что известно", "Минобороны сообщило об ударах."),
        ("Под Суджей освобождено ещё одно село", "Противник отступил, сообщило Минобороны."),
        ("Беспилотник атаковал Курскую АЭС", "Украина не прокомментировала."),
        ("Куряне покидают приграничье из-за обстрелов", "Губернатор Курской области назвал число эвакуированных."),
        ("ЗСУ просунулися на Курщині", None),
        ("Бої в Курській області тривають", "Генштаб повідомив про удари по Суджі."),
        ("Дрони атакували аеродром у Курську", None),
        ("Сирський: операція на Курському напрямку триває", None),
        ("Walki w obwodzie kurskim", "Ukraińskie siły zajęły Sudżę."),
        ("Ukrainische Truppen rücken in der Region Kursk vor", None),
        ("L'Ukraine avance dans la région de Koursk", None),
        ("Ucrania lanza una ofensiva en la región de Kursk", None),
        ("Ucraina, battaglia nella regione di Kursk", None),
        ("Ukrajina útočí v Kurské oblasti", None),
    ],
)  # fmt: skip
def test_the_war_in_the_oblast_is_the_topic_at_any_date_and_in_any_language(title, text):
    assert kursk(title, text).level == "main"


@pytest.mark.parametrize(
    "sense, title, text",
    [
        ("battle of 1943", "The Battle of Kursk, 1943", "The Wehrmacht lost to the Red Army at Prokhorovka."),
        ("battle of 1943", "80 лет Курской битве", "Вермахт потерпел поражение на Курской дуге в 1943 году."),
        ("battle of 1943", "Курська битва 1943 року", "Червона армія зупинила вермахт на Курській дузі."),
        ("battle of 1943", "Rocznica bitwy pod Kurskiem", "W 1943 roku Armia Czerwona pokonała wojska Hitlera."),
        ("submarine", "The Kursk submarine disaster", "The crew of the K-141 died in the Barents Sea."),
        ("submarine", "Гибель подлодки «Курск»", "Моряки погибли в Баренцевом море."),
        ("submarine", "Підводний човен «Курськ»: річниця загибелі", "Субмарина затонула в Баренцевому морі."),
        ("station or street", "Moscow's Kursk station closed", None),
        ("station or street", "Пожар на Курском вокзале", "Электрички задержаны, сообщила РЖД."),
        ("station or street", "На Курському вокзалі Москви сталася пожежа", None),
        ("magnetic anomaly", "Kursk Magnetic Anomaly yields iron ore", None),
        ("magnetic anomaly", "Курская магнитная аномалия: добыча железной руды", None),
        ("magnetic anomaly", "Курська магнітна аномалія і залізна руда", None),
        ("surname", "Jacek Kurski o mediach", "Kurskiego zapytano o rząd."),
        ("surname", "Дмитрий Курский: 150 лет наркому юстиции", None),
        ("sport", "Football: Avangard Kursk reach the final", "The league match ended 2-1, its striker said."),
        ("sport", "Баскетболистки из Курска выиграли матч", "В чемпионате страны."),
        ("sport", "Футбол: клуб з Курська програв матч чемпіонату", None),
        ("peaceful news of the region", "Harvest festival in Kursk", "Rainfall helped the sugar beet."),
        ("peaceful news of the region", "В Курской области собрали урожай свеклы", "Аграрии довольны погодой."),
        ("peaceful news of the region", "У Курській області снігопад", "Синоптики обіцяють опади."),
    ],
)  # fmt: skip
def test_another_thing_of_the_name_is_ruled_out_and_kept_as_evidence(sense, title, text):
    tagging = kursk(title, text)

    assert tagging.level is None
    assert sense in senses(tagging)
    assert all(match.points == 0 for match in tagging.matches if not match.counted)


@pytest.mark.parametrize(
    "text",
    [
        "Голова засуджує рішення суду, який засуджував і осуджував.",
        "Курсы валют и курсовая работа; курсант ускорил.",
        "Курси валют зросли, курсант на курсі.",
        "Die Kurskorrektur der Bank, ein Kurswechsel.",
        "POW camps, power and Kurskaya as a surname in lower case: kurskayaya.",
        "",
        "Nothing of it.",
    ],
)
def test_a_word_that_only_looks_alike_is_nothing(text):
    assert kursk(None, text).matches == ()


def test_a_story_that_compares_both_battles_is_the_topic():
    title = "Two battles, one name"
    text = (
        "In 1943 the Wehrmacht lost the Battle of Kursk to the Red Army. In August 2024 Ukrainian forces crossed "
        "into the Kursk region with tanks; drones and missiles decided it, Kyiv said."
    )

    tagging = kursk(title, text)

    assert tagging.level == "main"
    assert "battle of 1943" in senses(tagging)


def test_an_anniversary_with_words_of_today_is_not_the_topic():
    text = (
        "Speaking in the city of Kursk he thanked soldiers fighting in Ukraine. The Red Army beat Nazi Germany "
        "there in 1943, he said."
    )

    tagging = kursk("Putin marks 80th anniversary of the Battle of Kursk", text)

    assert tagging.level is None
    assert senses(tagging) == {"battle of 1943"}


def test_one_place_in_a_list_of_places_is_a_mention():
    text = "Air defence shot down 12 drones over Kursk, 6 over Belgorod, 5 over Bryansk and 3 over Crimea overnight."

    assert kursk("Overnight attacks on Russia", text).level == "mention"


def test_a_headline_without_a_word_of_the_war_is_a_mention():
    assert kursk("Курск: что происходит").level == "mention"


def test_an_anchor_with_its_condition_beats_another_thing_of_the_same_word():
    tagging = kursk("Ukraińskie drony nad obwodami: kurski, briański")

    assert [(match.term, match.counted) for match in tagging.matches if match.points > 10] == [
        ("kurski~", True)
    ]


def test_the_seed_article_is_the_topic():
    text = (SEEDS / "corpus/kursk-counterattack.txt").read_text("utf-8")

    tagging = kursk(None, text, "en")

    assert tagging.level == "main"
    assert {"berdin", "makhnovka", "sudzha_district"} == set(tagging.places)


def test_the_sentences_in_the_topic_file_give_what_they_should():
    assert run_tests(KURSK) == []


def test_no_code_knows_the_topic():
    root = Path(__file__).resolve().parents[1]
    for path in (*root.glob("plugins/**/*.py"), *root.glob("dags/*.py")):
        for line in path.read_text("utf-8").lower().splitlines():
            assert not re.search("kursk|курс[кь]|sudzha|суджа", line), path
