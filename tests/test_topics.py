"""The topic that ships, on sentences of our own; and the tagging rules on small topics."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.records import Match
from newsmonitor.topicfile import load_topic, run_tests
from newsmonitor.topics import Tagging, Topic, tag
from newsmonitor.topictext import fold, parse_term

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def load_kursk() -> Topic:
    text = (SEEDS / "topics/kursk.toml").read_text("utf-8")
    places = (SEEDS / "places/kursk.csv").read_text("utf-8")
    return load_topic(text, places, where="kursk.toml", places_where="kursk.csv")


KURSK = load_kursk()
SMALL = load_topic(
    """
    id = "small"
    title = "Small"
    places = "p.csv"
    [[anchor]]
    name = "town"
    en = ["Aldbury"]
    [[anchor]]
    name = "implied"
    within = 3
    weight = 0.5
    en = ["raid"]
    beside.en = ["shire"]
    [[context]]
    name = "war"
    proves = true
    en = ["war", "gun*"]
    [[context]]
    name = "kriege"
    proves = true
    de = ["Krieg*"]
    [[sense]]
    name = "ship"
    phrases.en = ["HMS Aldbury"]
    signs.en = ["navy", "captain", "crew"]
    [elsewhere]
    en = ["Overton", "Netherby"]
    """,
    "id,name,counts,latitude,longitude,en\n"
    "mill,Mill,always,51.5,-1.25,Oldmill\n"
    "ash,Ash,in_story,,,Ash\n"
    "elm,Elm,nearby,,,Elm\n",
    where="small.toml",
)


def inline(body: str, places: str | None = None) -> Topic:
    head = 'id = "t"\ntitle = "T"\n' + ('places = "p.csv"\n' if places else "")
    return load_topic(head + body, places, where="t.toml")


def kursk(title: str | None, text: str | None = None, language: str | None = None) -> Tagging:
    return tag(KURSK, title=title, text=text, language=language)


def small(title: str | None, text: str | None = None, language: str | None = None) -> Tagging:
    return tag(SMALL, title=title, text=text, language=language)


def slice_of(match: Match, title: str | None, text: str | None) -> str:
    return ((title if match.field == "title" else text) or "")[match.start : match.end]


def senses(tagging: Tagging) -> set[str | None]:
    return {match.sense for match in tagging.matches if not match.counted}


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


def test_points_are_the_parts_of_the_score():
    title, text = (
        "Aldbury at war",
        "Guns in Aldbury and Oldmill. " + "So it went on. " * 20 + "Aldbury and Aldbury again.",
    )

    tagging = small(title, text)

    assert tagging.level == "main"
    assert sum(match.points for match in tagging.matches) == pytest.approx(tagging.score, abs=0.05)
    assert [(match.field, match.role) for match in tagging.matches if match.points] == [
        ("title", "anchor"), ("title", "context"), ("lead", "anchor"), ("lead", "place"),
        ("body", "anchor"), ("body", "anchor"),
    ]  # fmt: skip


def test_a_match_carries_its_place_with_coordinates():
    text = "War reached Oldmill."

    match = next(match for match in small(None, text).matches if match.role == "place")

    assert (match.place_id, match.latitude, match.longitude, match.topic) == ("mill", 51.5, -1.25, "small")
    assert (match.term, match.field, slice_of(match, None, text)) == ("Oldmill", "lead", "Oldmill")


def test_a_name_of_many_places_counts_only_in_the_story_or_near_the_topic():
    far = "word " * 70
    text = f"War in Aldbury. Elm near it, {far} Elm and Ash far off."

    tagging = small(None, text)

    elms = [match for match in tagging.matches if match.place_id == "elm"]
    assert [(match.counted, match.sense) for match in elms] == [
        (True, None),
        (False, "another place of this name"),
    ]
    assert tagging.places == ("elm", "ash")
    assert small(None, "War in Ash and Elm.").matches == ()


def test_an_anchor_with_a_condition_counts_only_beside_it():
    assert [match.term for match in small("A raid in the shire, war").matches] == ["raid", "war"]
    assert small("A raid, and much later a shire, war").matches == ()


def test_a_condition_counts_words_from_the_title_into_the_text():
    assert small("A raid", "in the shire, war").matches != ()
    assert small("one two three four five raid", "in this quiet old shire, war").matches == ()


def test_without_a_mention_there_is_no_evidence_of_anything():
    assert small("A raid", "War in Ash, said the captain.").places == ()
    assert small("A raid", "The captain and the crew.").matches == ()


def test_a_word_in_two_lists_of_context_counts_once():
    topic = inline("""
        [[anchor]]
        name = "a"
        en = ["Aldbury"]
        [[context]]
        name = "one"
        en = ["war*"]
        [[context]]
        name = "two"
        xx = ["war"]
    """)

    matches = tag(topic, title=None, text="War in Aldbury.", language=None).matches

    assert [match.term for match in matches if match.role == "context"] == ["war*"]


def test_a_name_that_is_another_thing_in_one_language_is_ruled_out_there():
    topic = inline("""
        [[anchor]]
        name = "a"
        en = ["Aldbury"]
        [[sense]]
        name = "person"
        phrases.en = ["Aldbury"]
    """)

    [match] = tag(topic, title=None, text="War in Aldbury.", language=None).matches

    assert (match.role, match.counted, match.sense) == ("sense", False, "person")


def test_an_anchor_with_its_condition_beats_another_thing_of_the_same_word():
    tagging = kursk("Ukraińskie drony nad obwodami: kurski, briański")

    assert [(match.term, match.counted) for match in tagging.matches if match.points > 10] == [
        ("kurski~", True)
    ]


def test_signs_of_another_sense_only_lower_the_score_where_proof_stands_close_to_the_name():
    close = small("News", "The captain and the crew of the navy saw the war in Aldbury.")

    assert close.score > 0
    assert all(match.counted for match in close.matches)


def test_a_bare_name_among_signs_is_doubtful():
    body = """
        [[anchor]]
        name = "a"
        weight = {weight}
        en = ["Aldbury"]
        [[context]]
        name = "war"
        proves = true
        en = ["war", "gun"]
        [[sense]]
        name = "ship"
        signs.en = ["navy"]
    """
    text = "War and gun and navy in Aldbury."
    bare, sure = (
        tag(inline(body.format(weight=weight)), title=None, text=text, language=None) for weight in (0.8, 0.9)
    )

    assert bare.score < sure.score / 2


def test_only_so_many_places_add_points():
    places = "id,name,en\na,A,Aldbury\nb,B,Barton\nc,C,Carlton\n"
    body = '[score]\nmax_places = 2\n[[context]]\nname = "war"\nproves = true\nen = ["war"]\n'

    tagging = tag(inline(body, places), title=None, text="Aldbury, Barton and Carlton at war", language=None)

    assert tagging.places == ("a", "b", "c")
    assert [match.points > 0 for match in tagging.matches if match.role == "place"] == [True, True, False]


def test_a_headline_that_only_implies_the_topic_does_not_outweigh_other_places():
    text = "A raid in the shire. War in Overton, Overton, Overton and Netherby."

    implied = small("A raid in the shire", text)
    named = small("A raid in the shire of Aldbury", text)

    assert implied.matches[0].points < named.matches[0].points or implied.score < 0.8 * named.score


def test_a_phrase_of_another_sense_rules_out_only_the_mention_inside_it():
    title, text = "War in Aldbury", "Guns fire in Aldbury. HMS Aldbury is elsewhere."

    tagging = small(title, text)

    ruled_out = [match for match in tagging.matches if not match.counted]
    assert tagging.level == "main"
    assert [(slice_of(match, title, text), match.sense) for match in ruled_out] == [("HMS Aldbury", "ship")]


def test_more_signs_of_another_sense_than_proof_rule_the_story_out():
    tagging = small(
        "Aldbury",
        "The captain and the crew came home to the navy. " + "So it went on. " * 5 + "There was a gun.",
    )

    assert tagging.level is None
    assert tagging.score == 0
    assert {(match.term, match.counted, match.sense) for match in tagging.matches} == {
        ("Aldbury", False, "ship"), ("captain", False, "ship"), ("crew", False, "ship"), ("navy", False, "ship"),
    }  # fmt: skip


def test_weak_evidence_in_another_language_counts_only_where_the_language_is_unsure():
    text = "Aldbury war gestern ruhig. " + "Das Wetter blieb schön und die Leute gingen spazieren. " * 6

    german, unknown = small(None, text, "de"), small(None, text, None)

    assert german.score < unknown.score
    assert [match.term for match in german.matches] == ["Aldbury"]


def test_a_headline_repeated_as_text_counts_once():
    assert small("War in Aldbury", "War in Aldbury ") == small("War in Aldbury")


def test_other_places_that_outnumber_the_topic_lower_the_score_unless_the_headline_names_it():
    text = "War in Aldbury, Overton and Netherby."

    assert small("News", text).score < small("News", "War in Aldbury, there and then.").score
    assert small("Aldbury", text).level == "main"


def test_a_story_of_one_word_a_hundred_thousand_times_gives_a_row_that_can_be_stored():
    tagging = small(None, "Aldbury " * 100_000)

    assert len(tagging.matches) == 200
    assert all(len(match.snippet) <= 160 for match in tagging.matches)


def test_a_topic_survives_the_way_to_another_process():
    again = pickle.loads(pickle.dumps(KURSK))
    title, text = "Kursk region", "Ukrainian forces near Sudzha"

    assert tag(again, title=title, text=text, language="en") == kursk(title, text, "en")


def test_the_seed_article_is_the_topic():
    text = (SEEDS / "corpus/kursk-counterattack.txt").read_text("utf-8")

    tagging = kursk(None, text, "en")

    assert tagging.level == "main"
    assert {"berdin", "makhnovka", "sudzha_district"} == set(tagging.places)


def test_the_sentences_in_the_topic_file_give_what_they_should():
    assert run_tests(KURSK) == []


def test_no_file_of_the_topic_makes_code_know_it():
    for path in (Path(__file__).resolve().parents[1] / "plugins/newsmonitor").glob("topic*.py"):
        assert "kursk" not in path.read_text("utf-8").lower().replace("seeds/", "")


WORDS = (
    "Kursk", "Курск", "Курской", "области", "Курська", "Суджа", "Су\u0301джа", "Kurskiego", "İ", "Ё", "«", "»", "ß",
    "Battle of", "submarine", "Ukraine", "ВСУ", "дрон", "-", "’", "\u00ad", "\u200b", "\u0301", "ﬁ", "\n", "\n\n", ".",
    "Białystok", "incursion into Russia", "1943", "вокзал", "Belgorod", "\ud800", "😀", "K-141",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join), st.lists(st.sampled_from(WORDS)).map("".join)
)


def can_produce(match: Match, found: str) -> bool:
    """Whether some language of the file makes the term take this form."""
    folded = fold(found).text
    for language in ("ru", "uk", "pl"):
        rest: str | None = folded
        for word in parse_term(match.term, language):
            rest = rest.lstrip(" \n\t\"'«»„“”-") if rest else rest
            end = word.end_in(rest, 0) if rest else None
            rest = rest[end:] if rest is not None and end is not None else None
        if rest == "":
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(
    title=st.none() | TEXTS, text=st.none() | TEXTS, language=st.sampled_from([None, "en", "ru", "xx", "?"])
)
def test_any_text_gives_matches_that_stand_where_they_say(title, text, language):
    tagging = kursk(title, text, language)

    for match in tagging.matches:
        assert 0 <= match.start < match.end <= len((title if match.field == "title" else text) or "")
        assert can_produce(match, slice_of(match, title, text)), match
        assert match.counted or match.sense
        match.snippet.encode()
    assert tagging == kursk(title, text, language)
    assert tagging.level in ("main", "mention", None)
