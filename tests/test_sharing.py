"""Which stored rows share numbers of a list column, and what stands at a place: against a slow model."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor import parts
from newsmonitor.records import Story
from newsmonitor.warehouse import Place, Warehouse
from storyrows import a_story

DAY = date(2026, 11, 24)


def stored(name: str, numbers: list[int], text: str = "") -> Story:
    return a_story(name, fingerprint=tuple(numbers), text=text)


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def ask(
    house: Warehouse, *numbers: list[int], since: date = date.min, recent: date = DAY, **more
) -> list[list[str]]:
    """The names of the stories that are found."""
    wanted = [np.array(each, np.uint32) for each in numbers]
    limits = {"least": 2, "part": 0.25, "most": 3} | more
    found = house.sharing(Story, "fingerprint", wanted, since=since, recent=recent, **limits)
    rows = house.take((place for each in found for place in each), ["story_id"])
    return [[rows[place]["story_id"] for place in each] for each in found]


def test_nothing_is_found_where_nothing_is_stored(house):
    assert ask(house, [1, 2, 3], []) == [[], []]


def test_two_numbers_in_common_are_enough_and_one_is_not(house):
    house.append([stored("a", [1, 2, 3]), stored("b", [3, 4, 5]), stored("c", [])], batch="b", day=DAY)

    assert ask(house, [1, 2, 9], [5, 3], [3], []) == [["a"], ["b"], [], []]


def test_a_part_of_the_stored_list_must_be_shared_however_long_the_asked_one_is(house):
    house.append([stored("long", list(range(100)))], batch="b", day=DAY)

    assert ask(house, list(range(24))) == [[]]
    assert ask(house, list(range(25))) == [["long"]]


def test_of_many_those_that_share_the_largest_part_in_the_order_they_are_stored(house):
    rows = [stored(f"s{n}", [*range(n + 2), *range(100, 110 - n)]) for n in range(6)]
    house.append(rows, batch="b", day=DAY)

    assert ask(house, list(range(10))) == [["s3", "s4", "s5"]]


def test_days_before_are_not_looked_at(house):
    house.append([stored("old", [1, 2])], batch="b1", day=DAY - timedelta(days=60))
    house.append([stored("new", [1, 2])], batch="b2", day=DAY)

    assert ask(house, [1, 2]) == [["old", "new"]]
    assert ask(house, [1, 2], since=DAY - timedelta(days=59)) == [["new"]]


def test_a_number_that_very_many_have_says_nothing(house):
    crowd = [stored(f"s{n}", [1, 2, 1_000 + n, 2_000 + n]) for n in range(12)]
    house.append(crowd, batch="b", day=DAY)

    assert ask(house, [1, 2]) == [[]]
    assert ask(house, [1, 2, 1_003]) == [[]]
    assert ask(house, [1_003, 2_003]) == [["s3"]]
    # Twelve, but long ago: only what is common lately is left out.
    assert len(ask(house, [1, 2], recent=DAY + timedelta(days=1))[0]) == 3


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 12), max_size=8)), max_size=20),
    st.lists(st.sets(st.integers(0, 12), max_size=8), max_size=3),
    st.integers(0, 3),
)
def test_what_is_found_is_what_counting_finds(tmp_path_factory, rows, asked, since):
    house = Warehouse(tmp_path_factory.mktemp("wh"), part_bytes=5_000)
    for number, (day, numbers) in enumerate(rows):
        row = stored(f"{day}-{number:02d}", sorted(numbers))
        house.append([row], batch=f"{number}", day=DAY + timedelta(days=day))

    found = ask(
        house, *map(sorted, asked), since=DAY + timedelta(days=since), recent=DAY + timedelta(days=9), most=99
    )

    for wanted, names in zip(asked, found, strict=True):
        assert names == sorted(
            f"{day}-{number:02d}"
            for number, (day, numbers) in enumerate(rows)
            if day >= since and len(wanted & numbers) >= max(2, 0.25 * len(numbers))
        )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 4))
def test_rows_are_taken_by_their_places_in_the_order_asked_for(tmp_path_factory, wanted, groups):
    house = Warehouse(tmp_path_factory.mktemp("wh"))
    for number in range(groups):
        names = range(number * 10 // groups, (number + 1) * 10 // groups)
        house.append(
            [stored(f"s{name}", [], text=f"text {name}") for name in names], batch=f"{number}", day=DAY
        )
    [file] = (house.root / "stories").rglob("*.parquet")

    table = parts.take(file, wanted, ["story_id", "text"])

    assert table["text"].to_pylist() == [f"text {name}" for name in wanted]
    places = [Place(str(file), name) for name in wanted]
    assert {place.row: row["story_id"] for place, row in house.take(places, ["story_id"]).items()} == {
        name: f"s{name}" for name in wanted
    }


def test_long_rows_lie_in_groups_that_are_quickly_read(house, monkeypatch):
    monkeypatch.setattr(parts, "_GROUP_BYTES", 30_000)
    house.append([stored(f"s{n}", [], text=f"{n}" * 1_000) for n in range(100)], batch="b", day=DAY)
    [file] = (house.root / "stories").rglob("*.parquet")

    assert parts.pq.read_metadata(file).num_row_groups > 3
    assert parts.take(file, [99, 0], ["story_id"])["story_id"].to_pylist() == ["s99", "s0"]
    assert parts.read(file, ["story_id"]).num_rows == 100


def test_groups_of_their_full_size_are_no_reason_to_write_a_file_anew(house, monkeypatch):
    monkeypatch.setattr(parts, "_GROUP_BYTES", 1_000)
    for number in range(parts.MOST_ROW_GROUPS + 5):
        house.append([stored(f"s{number}", [], text="long " * 400)], batch=f"{number}", day=DAY)
    [file] = (house.root / "stories").rglob("*.parquet")

    assert parts.pq.read_metadata(file).num_row_groups == parts.MOST_ROW_GROUPS + 5
