"""Folding: a text in one spelling, and the way back to the text as it was."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.folding import fold, quick_fold, snippet


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


LETTERS = [
    "а",
    "и\u0306",
    "Е\u0308",
    "у\u0301",
    "é",
    "e\u0301",
    "İ",
    "ß",
    "К",
    "\u00ad",
    "\u200b",
    "\ud800",
    " ",
    "’",
    "–",
]


@pytest.mark.parametrize("text", ["Ryl`sk and RYL'SK", "Ryl’sk, Ёлка", "Ку\u0301рск", "Ku\u00adrsk"])
def test_the_quick_fold_gives_the_same_letters(text):
    assert quick_fold(text) == fold(text).text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LETTERS)).map("".join))
def test_the_quick_way_gives_what_the_careful_one_gives(text):
    assert quick_fold(text) == fold(text).text
