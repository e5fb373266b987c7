"""What a person reads on the terminal: plain words, aligned, and nothing that a stranger's title could steer."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from newsmonitor import report

NOON = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)


def plain(*args: object) -> str:
    out = StringIO()
    Console(file=out, width=100).print(report.table(*args))
    return out.getvalue()


def counts(
    feeds=1, answered=1, entries=0, stories=0, duplicates=0, matches=0, owed=0
) -> dict[str, dict[str, int]]:
    return {
        "poll_feeds": {"feeds": feeds, "answered": answered, "new_entries": entries},
        "file_stories": {
            "stories": stories, "duplicates": duplicates, "matches": matches, "alerts_owed": owed
        },
    }  # fmt: skip


def test_a_cycle_is_one_line():
    assert report.cycle_line(NOON, counts(120, 117, 1431, 1431, 212, 9, 4), 48.4) == (
        "12:05  117 of 120 feeds answered, 1,431 new entries, 1,431 stories stored (212 duplicates), 9 matches, "
        "4 alerts owed, 48 s"
    )


def test_one_is_one_and_none_is_many():
    assert report.cycle_line(NOON, counts(1, 1, 1, 1, 1, 1, 1), 1) == (
        "12:05  1 of 1 feed answered, 1 new entry, 1 story stored (1 duplicate), 1 match, 1 alert owed, 1 s"
    )
    assert "no feed due, 0 new entries, 0 stories stored (0 duplicates), 0 matches, 0 alerts owed" in (
        report.cycle_line(NOON, counts(0, 0), 0)
    )


def test_values_are_shown_as_a_person_writes_them():
    text = plain(None, ["a", "b", "c", "d", "e"], [[None, NOON, 1.25, ["x", 2], 7]])

    assert "2026-11-24 12:05   1.2   x, 2   7" in text
    assert "None" not in text


def test_a_title_above_and_options_of_a_column_are_kept():
    text = plain("What matched", ["level", ("score", {"justify": "right"})], [["main", 7.0]])

    assert text.splitlines()[0].strip() == "What matched"
    assert "level   score" in text
    assert "main      7.0" in text


@pytest.mark.parametrize(
    "words", ["[bold]x[/bold]", "[/]", "[link=http://e.x]y[/link]", ":smile:", "[red", "\\[x]"]
)
def test_markup_in_a_cell_a_column_or_a_title_is_only_letters(words):
    assert words in plain(None, ["a"], [[words]])
    assert words in plain(None, ["a"], [[[words, "other"]]])
    assert words in plain(None, [words], [["x"]])
    assert words in plain(words, ["a column as wide as its title"], [["x"]])


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_words_steer_the_terminal(words):
    for text in (
        plain(None, ["a"], [[words]]),
        plain(None, ["a"], [[[words]]]),
        plain(None, ["a"], [[(words, "b")]]),
        plain(None, ["a"], [[{"title": words}]]),
        plain(None, [words], [["x"]]),
    ):
        assert {sign for sign in text if not sign.isprintable()} <= {"\n"}
