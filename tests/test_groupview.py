"""One group as it is now: the order of its members, who was first, links, revisions, headlines; and the list."""

import pytest

from newsmonitor.errors import InputError
from newsmonitor.groupview import find_group, newest_groups
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_revision, a_story, an_entry, minutes, store

# Ids as they are: 32 hexadecimal digits, two of them alike at the beginning.
FIRST, SECOND, THIRD, OTHER = "aaaaaaaa" * 4, "bbbbbbbb" * 4, "bbbbbbbc" * 4, "dddddddd" * 4


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def ids(members) -> list[str]:
    return [member.story_id for member in members]


def listed(house: Warehouse, **asked) -> list:
    nothing = {
        "topic": None,
        "level": None,
        "language": None,
        "since": None,
        "limit": 20,
        "is_matching": False,
    }
    return newest_groups(house, **{**nothing, **asked})


# ---- members ----------------------------------------------------------------------------------------------


def test_members_stand_in_order_of_their_time_and_not_of_ours(house):
    store(
        house,
        a_story("1", "Ledger", at=30),
        a_copy("2", "1", "Wire", at=10, seen_at=NOON + minutes(60), language="ru"),
        a_copy("3", "1", "Echo", at=50, kind="exact"),
        a_copy("4", "1", "Wire", at=70, kind="url"),
    )

    view = find_group(house, "1")

    assert ids(view.members) == ["2", "1", "3", "4"]
    assert view.outlets == ["Wire", "Ledger", "Echo"]
    assert view.languages == ["ru", "en"]
    assert view.span == minutes(60)
    assert (view.members[0].similarity, view.members[0].shared_share, view.members[0].added_count) == (
        0.93,
        0.96,
        41,
    )
    assert not view.is_seed


def test_the_first_publisher_need_not_be_the_first_seen(house):
    store(house, a_story("1", "Ledger", at=30), a_copy("2", "1", "Wire", at=10, seen_at=NOON + minutes(60)))

    view = find_group(house, "2")

    assert (view.first.outlet, view.first_published.outlet) == ("Ledger", "Wire")


@pytest.mark.parametrize(
    "values",
    [
        {"published_at": None},
        {"published_at": NOON + minutes(999)},
        {"published_at": NOON - minutes(720), "is_day_only": True},
    ],
    ids=["unknown", "in the future", "the day only"],
)
def test_where_their_time_cannot_be_right_ours_counts_and_says_so(house, values):
    store(house, a_story("1", at=0), a_copy("2", "1", "Wire", at=-30, **values))

    view = find_group(house, "1")

    assert ids(view.members) == ["2", "1"]
    assert [member.appeared_from for member in view.members] == ["seen_at", "published_at"]
    assert view.members[0].appeared_at == NOON - minutes(25)
    assert view.first_published.story_id == "1"


def test_a_group_of_which_nobody_gives_the_time_has_no_first_publisher(house):
    store(house, a_story("1", published_at=None))

    view = find_group(house, "1")

    assert view.first_published is None
    assert (ids(view.members), view.outlets, view.span) == (["1"], ["Ledger"], minutes(0))
    assert (view.links, view.revisions, view.lookalikes) == ((), (), ())


def test_copies_of_a_seed_document_are_a_group_without_a_first_story(house):
    store(
        house,
        a_copy("1", "corpus.jsonl:3", "Wire", at=20, kind="seed"),
        a_copy("2", "corpus.jsonl:3", "Echo", at=10, kind="seed"),
    )

    for name in ("1", "2", "corpus.jsonl:3"):
        view = find_group(house, name)
        assert (view.group_id, view.is_seed, ids(view.members)) == ("corpus.jsonl:3", True, ["2", "1"])
        assert view.first.story_id == "2"


def test_a_group_whose_first_story_was_deleted_is_no_seed_document(house):
    store(house, a_copy("2", "1", "Wire"))

    view = find_group(house, "1")

    assert (view.group_id, view.is_seed, view.first.story_id) == ("1", False, "2")


# ---- links, revisions, headlines --------------------------------------------------------------------------


def test_a_group_that_became_part_of_another_is_shown_with_it_whoever_is_asked_for(house):
    store(
        house,
        a_story("1", "Ledger", at=0),
        a_story("2", "Wire", at=10),
        a_copy("3", "2", "Echo", at=20),
        a_story("9", "Apart"),
        a_link("2", into="1"),
    )

    for name in ("1", "2", "3"):
        view = find_group(house, name)
        assert (view.group_id, ids(view.members)) == ("1", ["1", "2", "3"])
        assert [member.given_group_id for member in view.members] == ["1", "2", "2"]
        assert [member.is_first for member in view.members] == [True, False, False]
        assert [(link.group_id, link.reason) for link in view.links] == [("2", "near")]
    assert ids(find_group(house, "9").members) == ["9"]


def test_a_group_that_became_part_of_that_of_a_seed_document_has_no_first_story(house):
    store(house, a_story("1"), a_link("1", into="seed.txt"))

    view = find_group(house, "1")

    assert (view.group_id, view.is_seed, view.first.is_first) == ("seed.txt", True, False)
    assert find_group(house, "seed.txt") == view


def test_the_later_versions_of_all_members_are_there_without_their_texts(house):
    store(
        house,
        a_story("1"),
        a_copy("2", "1", "Wire"),
        a_story("9"),
        a_revision("2", at=90),
        a_revision("1", 2, at=100),
        a_revision("1", 1, at=60),
        a_revision("9"),
    )

    found = find_group(house, "1").revisions

    assert [(each.story_id, each.number) for each in found] == [("1", 1), ("2", 1), ("1", 2)]
    assert (found[0].diff, found[0].numbers, found[0].text) == ("[-12-] {+15+}", ("12 → 15",), None)


def test_nearly_the_same_headline_stands_apart_either_way_and_is_no_member(house):
    alike = {"copy_kind": "headline", "similarity": 0.8}
    store(
        house,
        a_story("0", "Before", at=-60),
        a_story("1", at=0, similar_id="0", **alike),
        a_copy("2", "1", "Wire", at=10),
        a_story("3", "After", at=20, similar_id="2", **{**alike, "similarity": 0.7}),
        a_copy("4", "1", "Own", at=30, similar_id="1"),
    )

    view = find_group(house, "1")

    assert ids(view.members) == ["1", "2", "4"]
    assert [(each.story.story_id, each.member_id, each.similarity) for each in view.lookalikes] == [
        ("0", "1", 0.8),
        ("3", "2", 0.7),
    ]


# ---- names ------------------------------------------------------------------------------------------------


def test_a_story_is_found_by_its_id_by_the_beginning_of_it_and_by_its_address(house):
    first = a_story(FIRST, "Ledger")
    store(house, first, a_copy(SECOND, FIRST, "Wire"), a_copy(THIRD, FIRST, "Echo"), a_story(OTHER))

    for name in (
        FIRST,
        FIRST[:6],
        FIRST[:8].upper(),
        SECOND,
        "bbbbbbbb",
        first.url,
        f"{first.url}?utm_source=x",
    ):
        assert ids(find_group(house, name).members) == [FIRST, SECOND, THIRD], name


@pytest.mark.parametrize(
    "name, said",
    [
        ("bbbbbb", "means several"),
        ("bbbbb", "is too short"),
        ("ffffffffff", "is no story that is known"),
        ("https://nobody.example/", "is no story that is known"),
        ("no such seed.txt", "is neither an address nor a story_id"),
        ("", "is neither an address nor a story_id"),
        ("\udcff", "is neither an address nor a story_id"),
        ("https://nobody.example/\udcff", "is no story that is known"),
        ("' or true --", "is neither an address nor a story_id"),
        ("x" * 1_000_000, "is neither an address nor a story_id"),
    ],
    ids=lambda value: value[:20].encode("ascii", "replace").decode(),
)
def test_a_name_that_means_no_story_or_several_is_refused(house, name, said):
    store(house, a_story(FIRST), a_story(SECOND), a_story(THIRD))

    with pytest.raises(InputError, match=said):
        find_group(house, name)


def test_what_is_announced_and_not_yet_filed_is_told_apart(house):
    house.append([an_entry(a_story(FIRST))], batch="b", day=NOON.date())

    with pytest.raises(InputError, match="not filed as a story yet; see: newsmonitor why aaaaaa"):
        find_group(house, "aaaaaa")


# ---- the list ---------------------------------------------------------------------------------------------


def test_the_list_has_one_row_a_group_as_it_is_now_the_newest_first(house):
    store(
        house,
        a_story("1", "Ledger", at=0),
        a_copy("2", "1", "Wire", at=10),
        a_copy("3", "1", "Wire", at=20, kind="url"),
        a_story("4", "Echo", at=30),
        a_copy("5", "4", "Fourth", at=40),
        a_story("6", "Apart", at=50),
        a_copy("7", "seed.txt", "Seeded", at=60, kind="seed"),
        a_copy("8", "seed.txt", "Seeded", at=60, kind="url"),
        a_link("4", into="1"),
    )

    found = [
        (each.story.story_id, each.group_id, each.story_count, each.outlet_count) for each in listed(house)
    ]

    assert found == [("6", "6", 1, 1), ("1", "1", 5, 4)]
    assert [each.story.story_id for each in listed(house, limit=1)] == ["6"]
    assert [each.story.story_id for each in listed(house, since=NOON + minutes(6))] == ["6"]


def test_a_long_list_is_in_order_of_filing(house):
    store(house, *(a_story(f"{place}", at=place * 7 % 31) for place in range(31)))

    filed = [each.story.filed_at for each in listed(house, limit=25)]

    assert filed == [NOON + minutes(35 - place) for place in range(25)]


def test_a_match_is_listed_where_only_a_copy_of_the_first_story_has_it(house):
    war = {"topics": ("kursk",), "level": "main"}
    store(
        house,
        a_story("1", at=0),
        a_copy("2", "1", "Wire", at=10, **war),
        a_copy("3", "1", "Echo", at=20, language="uk", **war),
        a_story("4", at=30),
    )

    assert [each.story.story_id for each in listed(house, is_matching=True)] == ["2"]
    assert [each.story.story_id for each in listed(house, topic="kursk", language="uk")] == ["3"]
    assert [each.story_count for each in listed(house, topic="kursk", level="main")] == [3]
    assert listed(house, topic="kharkiv") == listed(house, level="mention") == []
