"""Which text is a copy of which, how much of it, and what only looks like one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytexts import cut, edited, sentence, shuffled, story
from newsmonitor.likeness import Likeness, compare, read

FOOTER = "Подписывайтесь на наш канал, чтобы не пропустить главные новости; перепечатка только со ссылкой на издание."


def like(new: str, old: str, *, titles: tuple[str, str] = ("", ""), days: float | None = None) -> Likeness:
    return compare(read(titles[0], new), read(titles[1], old), days_apart=days)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.upper(),
        lambda text: cut(text, 0.6),
        lambda text: cut(text, 0.3),
        lambda text: f"By our correspondent\n{text}\n{FOOTER}",
        shuffled,
        lambda text: edited(text, 0.1),
        lambda text: edited(text, 0.2),
        lambda text: edited(text, 0.3),
        lambda text: edited(cut(text, 0.6), 0.1) + FOOTER,
    ],
    ids=["same", "capitals", "cut to 60%", "cut to 30%", "framed", "reordered", "10%", "20%", "30%", "mixed"],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_editors_do_to_a_text_leaves_it_a_copy_whichever_was_first(change, seed):
    old, new = story(seed), change(story(seed))

    assert like(new, old).is_copy
    assert like(old, new).is_copy


def test_two_texts_have_nothing_in_common():
    assert like(story(1), story(2)) == Likeness(is_copy=False, reason="another text")


def test_it_is_said_how_much_is_shared_and_what_is_added():
    old = story(1)
    news = "A new paragraph, says the ministry, that nobody else has had until this very hour."
    news = "A new paragraph, says the ministry, that nobody else has had until this very hour."
    new = f"{cut(old, 0.5)}\n{news}\n{FOOTER}"

    found = like(new, old)

    assert found.similarity > 0.8
    assert found.kept_share == pytest.approx(0.5, abs=0.02)
    assert found.shared_share == pytest.approx(1 - found.added_count / len(new.split()), abs=0.03)
    assert found.added_text == f"{news} {FOOTER}"
    assert like(old, old).added_text is None


def test_what_is_added_is_told_up_to_600_characters():
    assert len(like(f"{story(1)}\n{story(2)}", story(1)).added_text) <= 600


def test_of_a_short_item_more_must_be_the_same():
    old = story(1, sentences=3)
    new = f"{' '.join(old.split()[:29])} {' '.join(story(2, sentences=1).split())}"

    assert 0.6 < like(new, old).similarity < 0.7
    assert like(new, old).reason == "another text"
    assert like(f"{new} {' '.join(story(1, 8).split()[45:90])}", story(1, 8)).is_copy


def test_a_text_of_a_few_words_is_no_copy_of_anything():
    assert like("Nothing more is known.", "Nothing more is known.").reason == "too short"


def test_a_report_of_every_day_has_other_numbers():
    def report(seed: int) -> str:
        chance = random.Random(seed)
        lines = [sentence(random.Random(n), 8) for n in range(12)]
        return " ".join(f"{line} {chance.randint(0, 999)} {chance.randint(0, 99)}" for line in lines)

    assert like(report(1), report(2)).reason == "a template with other numbers"
    assert like(report(1), edited(report(1), 0.1)).is_copy


def test_a_lottery_page_has_another_day_in_its_headline():
    text = story(1, sentences=8)
    titles = ("Lottery results of 24-9", "Lottery results of 1-10")

    assert not like(text, text, titles=titles, days=7).is_copy
    # The same day, and no number in the text differs: a wire, and "12 dead" was "11 dead" when it came in.
    assert like(text, text, titles=titles, days=0.1).is_copy
    assert like(text, text, titles=("Lottery results", "Lottery results"), days=7).is_copy


def test_a_follow_up_shares_the_background_and_not_the_beginning():
    background = story(1, sentences=16)

    new, old = (f"{story(seed, sentences=6)}\n{background}" for seed in (2, 3))

    assert like(new, old).similarity > 0.6
    assert like(new, old).reason == "another beginning"


def test_a_ticker_that_holds_a_story_is_no_copy_of_it_nor_the_story_of_the_ticker():
    item = story(1, sentences=6)
    ticker = "\n".join([story(2), story(3), item, story(4)])

    assert like(item, ticker).reason == "a part of a longer text"
    assert like(ticker, item).reason == "a part of a longer text"


def test_a_beginning_of_a_fifth_is_a_copy_that_was_cut():
    assert like(cut(story(1, sentences=60), 0.2), story(1, sentences=60)).is_copy


def test_what_many_stories_have_in_common_does_not_count():
    footer = story(9, sentences=3)
    new, old = f"{story(1, 4)}\n{footer}", f"{story(1, 4)}\n{footer}"
    other = f"{story(2, 4)}\n{footer}"
    common = read("", footer).distinct

    assert compare(read("", new), read("", old), common=common).is_copy
    assert not compare(read("", new), read("", other), common=common).is_copy
    # Who has the footer, too, has not added it.
    assert compare(read("", new), read("", old), common=common).added_count == 0


def test_all_common_is_nothing_left():
    assert compare(read("", FOOTER), read("", FOOTER), common=read("", FOOTER).distinct).reason == "too short"


TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "1", "2", "3", ".", "\n"]), max_size=200).map(
        " ".join
    ),
    st.integers(0, 3).map(story),
)


@settings(deadline=None)
@given(TEXTS, TEXTS, st.one_of(st.none(), st.floats(allow_nan=False)))
def test_any_two_texts_can_be_compared_and_it_is_the_same_the_other_way_round(one, other, days):
    there, back = like(one, other, days=days), like(other, one, days=days)

    assert (there.is_copy, there.reason, there.similarity) == (back.is_copy, back.reason, back.similarity)
    assert (there.shared_share, there.kept_share) == (back.kept_share, back.shared_share)
    assert 0 <= there.similarity <= 1
