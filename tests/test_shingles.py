"""Words folded and stemmed, their triples, and the sample that is stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytexts import cut, edited, story
from newsmonitor.shingles import asked, fingerprint, sample, shingle_hashes, word_ids, words


@pytest.mark.parametrize(
    "one, other",
    [
        ("Курская область", "КУРСКОЙ ОБЛАСТЬЮ"),
        ("войны на границе", "войной на границу"),
        ("п’ять сіл", "пʼять сіл"),
        ("ёлка", "елка"),
        ("за\u0301мок", "замок"),
        ("soft\u00adly spoken", "softly spoken"),
        ("ﬁnal “offer”", "final offer"),
        ("officials", "official"),
    ],
)
def test_what_an_editor_writes_otherwise_is_the_same_words(one, other):
    assert word_ids(one).tolist() == word_ids(other).tolist()


def test_numbers_are_whole_words_whatever_their_length():
    assert len(set(word_ids("1234567 1234568 12345").tolist())) == 3


def test_a_script_without_spaces_is_taken_sign_by_sign():
    assert words("東京タワー 2026") == ["東", "京", "タ", "ワ", "ー", "2026"]


def test_the_order_of_the_words_counts():
    assert shingle_hashes(word_ids("one two three")) != shingle_hashes(word_ids("three two one"))


def test_hashes_of_many_texts_at_once_are_those_of_each():
    rows = np.stack([word_ids(story(seed))[:50] for seed in range(3)])

    assert (shingle_hashes(rows) == np.stack([shingle_hashes(row) for row in rows])).all()


def test_the_hashes_never_change_for_they_are_stored():
    text = "The quick brown fox jumps over the lazy dog while Курская область and 42 towns look on in silence today"

    assert fingerprint(text) == (
        56212980, 819031345, 1673903396, 1815643042, 2345389255, 2480772743, 3754566841, 4137538310, 4166754070,
    )  # fmt: skip


def test_some_forty_numbers_stand_for_a_text_and_a_hundred_odd_for_a_book():
    assert 20 <= len(fingerprint(story(1))) <= 60
    assert len(fingerprint(story(1, sentences=3_000))) <= 60 + 96


def test_a_text_of_a_few_words_has_no_fingerprint():
    assert fingerprint(None) == fingerprint("") == ()
    assert fingerprint("so much is known today and no more than that is known") == ()


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
def test_a_text_that_was_cut_is_met_by_many_of_the_stored_numbers(share):
    stored = set(fingerprint(story(2)))
    numbers = set(asked(shingle_hashes(word_ids(cut(story(2), share)))).tolist())

    assert len(stored & numbers) >= 0.3 * len(stored)


def test_an_edited_text_is_met_and_another_text_is_not():
    stored = set(fingerprint(story(3)))

    def met(text: str) -> int:
        return len(stored & set(asked(shingle_hashes(word_ids(text))).tolist()))

    assert met(edited(story(3), 0.3)) >= 8
    assert met(story(4)) <= 3


@given(st.text())
def test_any_text_gives_words_and_a_sample_of_its_own_hashes(text):
    hashes = shingle_hashes(word_ids(text))

    assert len(hashes) == max(len(words(text)) - 2, 0)
    assert set(sample(hashes).tolist()) <= set(asked(hashes).tolist())


def test_a_megabyte_of_combining_marks_takes_no_minute():
    assert words("a" + "\u0301\u0323" * 500_000 + " b")[-1] == "b"
