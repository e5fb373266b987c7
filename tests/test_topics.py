"""The rules of tagging, on small topics."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.folding import fold
from newsmonitor.records import Match
from newsmonitor.terms import parse_term
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import Tagging, tag
from topicfiles import KURSK, inline, kursk, senses, slice_of

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


def small(title: str | None, text: str | None = None, language: str | None = None) -> Tagging:
    return tag(SMALL, title=title, text=text, language=language)


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


CALM = "It was a calm day and all went on as it had for years. " * 4


def test_each_mention_is_judged_by_what_stands_around_it():
    text = f"The captain and the crew of the navy met in Aldbury. {CALM}War came to Aldbury with a gun."

    tagging = small("News", text)

    mentions = [(match.counted, match.sense) for match in tagging.matches if match.term == "Aldbury"]
    assert mentions == [(False, "ship"), (True, None)]
    assert tagging.level is not None


def test_where_nothing_stands_around_a_mention_the_whole_story_decides():
    about_ships = f"The captain and the crew of the navy. {CALM}Aldbury. {CALM}A gun."
    about_war = f"War, and a gun. {CALM}Aldbury. {CALM}The captain."

    assert senses(small("News", about_ships)) == {"ship"}
    assert senses(small("News", about_war)) == set()


def test_as_many_signs_as_words_of_proof_leave_the_mention_its_points():
    assert small(None, "War, said the captain in Aldbury.").score > 0


SHARED = """
    [[anchor]]
    name = "town"
    weight = 0.8
    en = ["Aldbury"]
    [[anchor]]
    name = "siege"
    proves = true
    en = ["siege of Aldbury"]
    [[context]]
    name = "armies"
    proves = true
    en = ["army", "guns"]
    [[context]]
    name = "today"
    proves = true
    en = ["drone"]
    [[sense]]
    name = "old battle"
    shares = ["armies"]
    signs.en = ["king", "crown"]
    """


def test_words_that_a_sense_shares_prove_half_as_much_against_it():
    def level(text: str, topic: str = SHARED) -> str | None:
        return tag(inline(topic), title=None, text=text, language=None).level

    assert level("The king's crown, army and guns at Aldbury") is None
    assert (
        level("The king's crown, army and guns at Aldbury", SHARED.replace('shares = ["armies"]', ""))
        is not None
    )
    assert level("A drone, the king's crown and army and guns at Aldbury") is not None
    # Without a sign of it they prove as any others do.
    assert level("Army and guns at Aldbury") is not None


def test_one_sign_is_not_enough_against_a_village():
    places = "id,name,en\nmill,Mill,Oldmill\n"
    body = '[[sense]]\nname = "peace"\nsigns.en = ["school", "fair"]\n'

    def found(text: str) -> list[bool]:
        tagging = tag(inline(body, places), title=None, text=text, language=None)
        return [match.counted for match in tagging.matches if match.role == "place"]

    assert found("They live in a school, who fled Oldmill") == [True]
    assert found("The school fair of Oldmill") == [False]


def test_a_name_that_is_not_sure_leads_a_story_only_in_its_first_sentence():
    def lead(text: str) -> float:
        return small(None, text).parts.lead

    # The anchor of the small topic is sure, the one that waits for a word beside it is not.
    assert lead("War came. Aldbury burned.") == lead("War came to Aldbury.") > 0
    assert lead("War came. A raid in the shire.") == 0 < lead("War came by a raid in the shire.")
    assert lead("War came to the U.S. by a raid in the shire") > 0


def test_a_name_that_nothing_else_has_is_proof_itself():
    named = tag(inline(SHARED), title="The siege of Aldbury", text=None, language=None)
    bare = tag(inline(SHARED), title="Aldbury", text=None, language=None)

    assert (named.level, named.parts.reason) == ("main", None)
    assert (bare.level, bare.parts.factor) == ("mention", 0.6)


LANDMARKS = inline("""
    [[anchor]]
    name = "town"
    en = ["Aldbury"]
    [[context]]
    name = "war"
    proves = true
    en = ["war", "gun*"]
    [[event]]
    name = "siege"
    acled = "Battles / Armed clash"
    en = ["siege", "war"]
    [[actor]]
    name = "army"
    proves = true
    en = ["army", "POW", "=March"]
    [landmark]
    en = ["borders", "border with"]
    [elsewhere]
    en = ["Overton"]
    """)


def landmarks(title: str | None, text: str | None = None) -> Tagging:
    return tag(LANDMARKS, title=title, text=text, language=None)


def test_a_name_that_says_where_another_thing_is_gives_no_more_than_a_mention():
    title = "War in the vale which borders Aldbury"
    text = "Guns were heard at the border with Aldbury, where the war began under siege. " * 9

    tagging = landmarks(title, text)

    assert tagging.level == "mention"
    assert tagging.parts.reason == "named only to say where something else is"
    assert tagging.parts.title == tagging.parts.lead == 0
    assert landmarks("War in Aldbury, which borders the vale", text).level == "main"
    assert landmarks("The border with the vale: war in all the streets of Aldbury").level == "main"


def test_a_story_whose_headline_names_another_place_is_about_that():
    text = "Guns were heard in Aldbury as well, and a siege of the war army."

    assert landmarks("War in Overton", text).level == "mention"
    assert landmarks("War in Overton", text).parts.reason == "the headline names another place"
    assert landmarks("War", text).level == "main"
    assert landmarks("War in Overton and Aldbury", text).level == "main"
    assert landmarks("War in Overton", "Aldbury, Aldbury and Aldbury: guns, siege.").level == "main"


def test_one_mention_in_a_long_text_is_a_mention_unless_the_headline_has_it():
    text = "War and guns in Aldbury. " + CALM * 3

    thin = landmarks("News", text)

    assert thin.level == "mention"
    assert thin.parts.reason == "not in the headline, and seldom in the text"
    assert landmarks("News of Aldbury", text).level == "main"
    assert landmarks("News", text + "Aldbury again.").level == "main"


def test_the_parts_of_the_score_times_the_factor_are_the_points_of_the_matches():
    for tagging in (
        landmarks("War in Overton", "Guns in Aldbury, a siege, in Aldbury, " + CALM + "Aldbury. Aldbury."),
        landmarks("Aldbury in spring", CALM + CALM + "Aldbury."),
        kursk("В Курской области бои", "Под Суджей ВСУ атаковали Махновку. " * 9),
    ):
        parts = tagging.parts
        total = (parts.title + parts.lead + parts.body + parts.places + parts.context) * parts.factor
        assert total == pytest.approx(tagging.score, abs=0.05)
        assert sum(match.points for match in tagging.matches) == pytest.approx(tagging.score, abs=0.05)
        assert (parts.reason is None) == (parts.factor == 1)


def test_events_and_actors_near_a_mention_are_facets_with_evidence():
    text = f"The army laid siege to Aldbury. {CALM}A siege elsewhere, by another army."

    tagging = landmarks("News", text)

    assert (tagging.events, tagging.actors) == (("siege",), ("army",))
    found = [(m.role, m.name, m.acled, slice_of(m, "News", text)) for m in tagging.matches]
    assert found == [
        ("actor", "army", None, "army"),
        ("event", "siege", "Battles / Armed clash", "siege"),
        ("anchor", "town", None, "Aldbury"),
    ]
    assert [m.points > 0 for m in tagging.matches] == [False, True, True]


def test_capital_letters_count_where_the_term_wants_them():
    def actors(text: str) -> int:
        return sum(match.role == "actor" for match in landmarks(None, f"{text} of Aldbury").matches)

    assert [actors(text) for text in ("A POW", "a pow", "the March", "the march", "THE MARCH")] == [
        1,
        0,
        1,
        0,
        1,
    ]
    assert actors("The POWER of the S.POWs and of a pow-wow") == 0


def test_small_letters_count_only_where_the_term_says_so():
    body = """
        [[anchor]]
        name = "old"
        en = ["=march"]
    """
    places = "id,name,counts,en\nmill,Mill,in_story,Old mill\n"

    def found(text: str) -> list[str]:
        tagging = tag(inline(body, places), title=None, text=text, language=None)
        return [match.role for match in tagging.matches if match.counted]

    assert [found(text) for text in ("the march", "the March", "The end. March", "THE MARCH")] == [
        ["anchor"],
        [],
        ["anchor"],
        ["anchor"],
    ]
    # A place that may be a namesake wants its capital letter, and no more: headlines write every word with one.
    assert [len(found(f"march, {name}")) for name in ("Old mill", "Old Mill", "old mill")] == [2, 2, 1]


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


def test_other_places_that_outnumber_the_topic_leave_a_mention_unless_the_headline_names_it():
    text = "War in Aldbury, Overton and Netherby."

    assert small("News", text).level == "mention"
    assert small("News", "War in Aldbury, there and then.").level == "main"
    assert small("Aldbury", text).level == "main"


def test_a_story_of_one_word_a_hundred_thousand_times_gives_a_row_that_can_be_stored():
    tagging = small(None, "Aldbury " * 100_000)

    assert len(tagging.matches) == 200
    assert all(len(match.snippet) <= 160 for match in tagging.matches)


def test_only_the_first_200_000_characters_are_looked_at():
    assert small(None, "so " * 60_000 + "War in Aldbury.").matches != ()
    assert small(None, "so " * 70_000 + "War in Aldbury.").matches == ()


def test_a_topic_survives_the_way_to_another_process():
    again = pickle.loads(pickle.dumps(KURSK))
    title, text = "Kursk region", "Ukrainian forces near Sudzha"

    assert tag(again, title=title, text=text, language="en") == kursk(title, text, "en")


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
