"""What changed between two versions of a text, and what no reader would call a change."""

import random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.revisions import Change, Version, find_change

LEAD = (
    "Ukrainian forces held their positions near Sudzha on Tuesday, the General Staff said, after a night of strikes. "
    "At least 12 people were killed, the governor said, and 1,500 were led away to other towns of the region."
)
BODY = "Residents spoke of explosions before dawn. Neither claim could be checked by reporters on the ground there."


def text(before: str | None, after: str | None) -> Change | None:
    return find_change(Version(title="T", text=before), Version(title="T", text=after))


def title(before: str | None, after: str | None) -> Change | None:
    return find_change(Version(title=before, text=LEAD), Version(title=after, text=LEAD))


def test_one_number_is_shown_between_the_words_around_it():
    change = text(f"{LEAD}\n{BODY}", f"{LEAD.replace('12', '15')}\n{BODY}")

    around = (
        "… said, after a night of strikes. At least {} people were killed, the governor said, and 1,500 …"
    )
    assert change == Change(
        is_title_changed=False,
        added_count=1,
        removed_count=1,
        numbers=("12 → 15",),
        diff=around.format("[-12-]{+15+}"),
        is_cut_short=False,
    )


@pytest.mark.parametrize(
    "before, after, numbers",
    [
        ("12 people", "15 people", ("12 → 15",)),
        ("1,500 people", "2,500 people", ("1,500 → 2,500",)),
        ("12 000 человек", "15 000 человек", ("12 000 → 15 000",)),
        ("вырос на 5,5 %", "вырос на 5,7 %", ("5,5 % → 5,7 %",)),
        ("rose by 5.5%", "rose by 55%", ("5.5% → 55%",)),
        ("قتل ١٢ شخصا", "قتل ١٥ شخصا", ("١٢ → ١٥",)),
        ("12-летний житель", "15-летний житель", ("12 → 15",)),
        ("at 12:30 local time", "at 13:30 local time", ("12:30 → 13:30",)),
        ("minus -5 degrees", "minus 5 degrees", ("-5 → 5",)),
        ("a Su-34 fell", "a Su-57 fell", ("34 → 57",)),
        ("from 3 to 4 of them", "from 5 to 6 of them", ("3 → 5", "4 → 6")),
        ("about 12-20 people", "about 15-20 people", ("12 → 15",)),
        ("Killed\n12", "Killed\n15", ("12 → 15",)),
        ("12 people were killed", "12 people were wounded", ()),
        # Where one number is two now, none of them stands for it.
        ("12 people", "15 or 16 people", ()),
    ],
)
def test_a_number_that_another_stands_for_now_is_told(before, after, numbers):
    assert text(before, after).numbers == numbers


@pytest.mark.parametrize(
    "before, after",
    [
        (LEAD, LEAD.upper()),
        (LEAD, LEAD.replace(",", "").replace(".", ";")),
        (LEAD, LEAD.replace(" ", " \u00a0 ")),
        (LEAD, LEAD.replace("General", "Gen\u00aderal")),
        (LEAD, LEAD.replace(". ", ".\n")),
        (f"{LEAD}\n{BODY}", f"{BODY}\n{LEAD}"),
        ("One thing. More. Two things.\nMore.", "One thing.\nMore.\nTwo things.\nMore."),
        (f"{LEAD}\n***\n{BODY}", f"{LEAD}\n{BODY}"),
        ("1,500 and 1.500 and 1 500", "1500 and 1 500 and 1'500"),
        ("5,5 % more", "5.5% more"),
        ("the state-run “Tass”", 'the state run "TASS"'),
        ("١٢ dead", "12 dead"),
        (LEAD, None),
        (None, LEAD),
        (LEAD, ""),
    ],
)
def test_what_no_reader_would_call_an_edit_is_none(before, after):
    assert text(before, after) is None


def test_a_headline_stands_first_and_counts_no_words_of_the_text():
    change = title("Three killed in Kursk", "Four killed in Kursk")

    assert (change.is_title_changed, change.added_count, change.removed_count) == (True, 0, 0)
    assert change.diff == "# [-Three-]{+Four+} killed in Kursk"
    assert title("Three killed – in Kursk", "three killed in Kursk") is None
    assert title(None, "Four killed") is None


def test_paragraphs_that_came_and_went_are_lines_of_their_own():
    change = text(f"{LEAD}\nOld line.\n{BODY}", f"A new line is here.\n{LEAD}\n{BODY}")

    assert change.diff == "[-Old line.-]{+A new line is here.+}"
    assert (change.added_count, change.removed_count) == (4, 1)


def test_an_edit_in_a_paragraph_that_was_parted_in_two_is_only_that_edit():
    change = text(LEAD, LEAD.replace("strikes. ", "strikes.\n").replace("12", "15"))

    assert (change.added_count, change.removed_count) == (1, 1)
    assert change.diff == "At least [-12-]{+15+} people were killed, the governor said, and 1,500 …"


def test_a_passage_written_anew_is_shown_whole_and_not_word_by_word():
    old = "The governor of the region said on Monday that 24 villages in the district had lost power in the attack."
    new = "In the night of the attack, said officials, a plant was hit and the light went out for 7 hours in the city."

    change = text(old, new)

    assert change.diff == f"[-{old}-]{{+{new}+}}"
    assert change.numbers == ()


def test_a_text_of_which_little_is_left_was_cut_and_one_that_says_something_else_was_not():
    whole = "\n".join(f"{word}: {LEAD}" for word in ("One", "Two", "Three", "Four"))

    assert text(whole, f"One: {LEAD[:60]}").is_cut_short
    assert not text(whole, f"One: {LEAD}\nTwo: {LEAD}").is_cut_short
    assert not text(
        whole, "This article was taken back by its editors, for it named the wrong town."
    ).is_cut_short
    assert not text(LEAD[:60], LEAD).is_cut_short


def test_marks_that_a_page_has_itself_are_not_ours():
    assert text("a [-b-] {+c+} d", "a [-b-] {+c+} e").diff == "a [ -b- ] { +c+ } [-d-]{+e+}"


HOSTILE = {
    "one word of megabytes": ("a" * 3_000_000, "b" * 3_000_000),
    "numbers without end": ("1 000 " * 500_000 + "1", "2 000 " * 500_000),
    "digits without end": ("1" * 3_000_000, "2" * 3_000_000),
    "a hundred thousand paragraphs": (
        "\n".join(f"p{n}" for n in range(100_000)),
        "\n".join(f"q{n}" for n in range(100_000)),
    ),
    "each second word another": (
        " ".join(f"p{n}" for n in range(50_000)),
        " ".join(f"p{2 * n}" for n in range(50_000)),
    ),
    "combining marks": ("\u0301" * 1_000_000 + "a", "\u0301" * 1_000_000 + "b"),
    "no word at all": ("\0\ud800\u202e " * 100_000, "- " * 100_000),
    "marks": ("[-" * 150_000 + " a", "{+" * 150_000 + " b"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_little_and_gives_a_short_diff(name):
    begin = process_time()
    change = text(*HOSTILE[name])

    assert process_time() - begin < 4
    assert change is None or len(change.diff) <= 20_010


def test_of_runs_too_long_to_be_compared_the_one_is_put_in_the_place_of_the_other():
    words = [f"w{number}" for number in range(9_000)]

    change = text(" ".join(words), " ".join(w if n % 2 else f"x{n}" for n, w in enumerate(words)))

    assert (change.added_count, change.removed_count) == (8_999, 8_999)


def test_any_edit_of_words_is_found_with_their_number():
    chance = random.Random(5)
    words = [f"word{chance.randrange(500)}" for _ in range(600)]
    for _ in range(30):
        place = chance.randrange(len(words))
        edited = [*words[:place], "another", *words[place + 1 :]]
        change = text(" ".join(words), " ".join(edited))
        assert (change.added_count, change.removed_count) == (1, 1)
        assert f"[-{words[place]}-]{{+another+}}" in change.diff


TEXTS = st.text(alphabet="ab1 ,.%-\n\u0301[]{}+٣\ud800", max_size=60)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_nothing_raises_and_both_ways_agree(one, other):
    there, back = text(one, other), text(other, one)

    assert (there is None) == (back is None)
    assert text(one, one) is None
    if there is not None and back is not None:
        assert there.diff
        assert max(there.added_count, there.removed_count) > 0
        assert (there.added_count, there.removed_count) == (back.removed_count, back.added_count)
