"""`newsmonitor group`, and what `stories` and `why` say of groups, as a person meets them."""

import pytest

from commandline import Result, command
from desk import ROOT
from newsmonitor.records import Page, Recheck
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_revision, a_story, minutes, store

FIRST = "aaaaaaaa" * 4
WAR = {"topics": ("kursk",), "level": "main"}
LONG = "Генштаб: у Курській області за добу відбулося тринадцять бойових зіткнень, завдано й авіаударів, скинуто бомби"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    """A group of five at four outlets, one of them by a link; a headline like it; a story alone; a group of sixty."""
    house = Warehouse(tmp_path_factory.mktemp("desk") / "warehouse")
    store(
        house,
        a_story(FIRST, "Ledger", at=10, title=LONG, language="uk", **WAR),
        a_copy("near", FIRST, "Wire", at=0, seen_at=NOON + minutes(40), title="\x1b[31mred\u202e", language=None,
               added_text="The governor \x1b[2J said so.", similar_id="old", **WAR),
        a_copy("exact", FIRST, "Ledger", at=75, kind="exact", published_at=None, shared_share=1.0, kept_share=1.0,
               added_count=0),
        a_story("joined", "Echo", at=100, **WAR),
        a_copy("late", "joined", "Fourth", at=60 * 51, similarity=0.71, added_count=0),
        a_link("joined", into=FIRST, at=120),
        a_story("alike", "Focus", at=20, copy_kind="headline", similarity=0.81, similar_id=FIRST, title="Alike"),
        a_revision("near", at=90, is_title_changed=True, title_before="blue", title="red", found_by="entry"),
        a_story("old", "Past", at=-200),
        a_story("alone", "Lone", title="A story of its own"),
        a_copy("seeded", "seed.txt", "Echo", kind="seed"),
        a_story("sixty", "Agency"),
        *[a_copy(f"of{n}", "sixty", f"Outlet {n % 7}", at=n) for n in range(1, 60)],
        Page(entry_id=FIRST, outcome="read", fetched_at=NOON + minutes(12), requested_url="https://ledger.example/x"),
        Recheck(story_id=FIRST, look=1, checked_at=NOON + minutes(75), outcome="same", http_status=200),
        Recheck(story_id=FIRST, look=2, checked_at=NOON + minutes(375), outcome="gone", http_status=404),
        a_revision(FIRST, at=130, numbers=tuple(f"{n} → {n + 1}" for n in range(9))),
    )  # fmt: skip
    return house


@pytest.fixture
def run(warehouse, monkeypatch, capsys):
    monkeypatch.setenv("NEWSMONITOR_WAREHOUSE", str(warehouse.root))
    monkeypatch.setenv("NEWSMONITOR_SEEDS", str(ROOT / "seeds"))

    def call(*arguments: str, columns: int = 200) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        return command(monkeypatch, capsys, *arguments)

    return call


def cells(out: str) -> list[list[str]]:
    """The lines of the table of members that begin with a number, by their words."""
    return [line.split() for line in out.splitlines() if line[:3].strip().isdigit() and " 11-2" in line]


def test_a_group_is_a_head_and_its_members_in_order_of_time(run):
    result = run("group", FIRST[:6])

    assert (result.status, result.err) == (0, "")
    head = dict(line.split(maxsplit=1) for line in result.out.splitlines()[:6])
    assert head["title"].strip() == LONG
    assert head["published"].strip() == "2026-11-24 12:10 UTC"
    assert head["group_id"].strip() == FIRST
    assert head["group"].strip() == (
        "5 stories at 4 outlets in 2 languages, within 2 d 3 h; first published by Wire (2026-11-24 12:00), "
        "first seen at Ledger (2026-11-24 12:15)"
    )
    assert [row[:-1] if row[-1] == "red" else row for row in cells(result.out)][1:] == [
        ["2", "11-24", "12:10", "+0:10", "Ledger", "uk", "first", *LONG.split()],
        ["3", "11-24", "13:20*", "+1:20", "Ledger", "en", "exact", "100%", "100%", "0", "Headline", "exact"],
        ["4", "11-24", "13:40", "+1:40", "Echo", "en", "joined", "Headline", "joined"],
        [
            "5",
            "11-26",
            "15:00",
            "+51:00",
            "Fourth",
            "en",
            "near",
            "0.71",
            "96%",
            "41%",
            "0",
            "Headline",
            "late",
        ],
    ]
    assert cells(result.out)[0][:9] == ["1", "11-24", "12:00", "Wire", "near", "0.93", "96%", "41%", "41"]
    assert "* when we saw it" in result.out


def test_below_stand_what_they_add_the_links_the_later_versions_and_the_headlines(run):
    out = run("group", FIRST).out

    parts = {part.strip().splitlines()[0]: part for part in out.split("\n\n") if part.strip()}
    assert "1  Wire: The governor [2J said so." in parts["What they add"]
    assert (
        "2026-11-24 14:00  joined (near 0.90), shown by story joined"
        in parts["Groups found to be part of it"]
    )
    assert 'Wire, revision 1: headline "blue" → "red"; numbers 12 → 15; 3 words' in parts["Later versions"]
    assert "4 → 5 and 4 more;" in parts["Later versions"]
    alike = parts["Nearly the same headline, no copies"].splitlines()[1:]
    assert [line.split(maxsplit=2)[2].strip() for line in alike] == [
        "Past: Headline old (0.93)",
        "Focus: Alike (0.81)",
    ]


@pytest.mark.parametrize(
    "name, columns",
    [(FIRST, 40), (FIRST, 119), (FIRST, 120), (FIRST, 160), ("alone", 80), ("seed.txt", 100), ("sixty", 60)],
)
def test_at_any_width_no_line_is_too_long_and_nothing_steers_the_terminal(run, name, columns):
    result = run("group", name, columns=columns)

    assert (result.status, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= columns
    assert not {"\x1b", "\u202e"} & set(result.out)


def test_on_a_narrow_terminal_the_headlines_stand_below(run):
    out = run("group", FIRST, columns=80).out

    assert "\nHeadlines\n1  [31mred" in out
    words = " ".join(out.partition("\nHeadlines")[2].split())
    assert f"2 {LONG}" in words
    assert "5 Headline late" in words


def test_a_story_alone_and_copies_of_a_seed_document_are_told_as_such(run):
    alone = run("group", "alone", columns=80).out

    assert "1 story, no copy is known" in alone
    assert "Headlines" not in alone
    assert "copies of  a document of the seed corpus" in run("group", "seed.txt").out


def test_sixty_members_are_all_there(run):
    out = run("group", "sixty", columns=80).out

    assert [int(row[0]) for row in cells(out)] == list(range(1, 61))
    assert "60 stories at 8 outlets in 1 language, within 59 min; first published by Agency" in " ".join(
        out.split()
    )


def test_a_program_reads_the_same(run):
    [group] = run("group", "late", "--json").rows

    assert (group["group_id"], group["story_count"], group["first"]["story_id"]) == (FIRST, 5, FIRST)
    assert group["first_published_id"] == "near"
    assert group["outlets"] == ["Wire", "Ledger", "Echo", "Fourth"]
    assert [member["story_id"] for member in group["members"]] == ["near", FIRST, "exact", "joined", "late"]
    assert group["members"][0]["appeared_at"] == "2026-11-24T12:00:00+00:00"
    assert [link["group_id"] for link in group["links"]] == ["joined"]
    assert [each["story_id"] for each in group["revisions"]] == ["near", FIRST]
    assert [each["story"]["story_id"] for each in group["lookalikes"]] == ["old", "alike"]


@pytest.mark.parametrize("name", ["ffffffff", "aaaaa", "https://nobody.example/", "x y"])
def test_a_name_that_nothing_has_is_one_plain_line_with_status_2(run, name):
    result = run("group", name)

    assert (result.status, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert "see: newsmonitor stories --json" in result.err


def test_stories_counts_copies_and_outlets_over_the_group_as_it_is_now(run):
    rows = {row["story_id"]: row for row in run("stories", "--all", "--json").rows}

    assert set(rows) == {FIRST, "alike", "old", "alone", "sixty"}
    assert (rows[FIRST]["copies"], rows[FIRST]["outlets"], rows[FIRST]["group_id"]) == (4, 4, FIRST)
    assert (rows["sixty"]["copies"], rows["sixty"]["outlets"]) == (59, 8)
    assert [row["story_id"] for row in run("stories", "--topic", "kursk", "--json").rows] == [FIRST]


# ---- why --------------------------------------------------------------------------------------------------


def said(result: Result) -> list[str]:
    assert result.status == 0
    return [line[38:] for line in result.out.splitlines()]


def steps(result: Result) -> list[str]:
    return [line.split()[2] for line in result.out.splitlines() if line.startswith("2026")]


def test_why_says_of_a_near_copy_how_near_and_what_is_its_own(run):
    lines = said(run("why", "near"))

    assert (
        f'a near copy (0.93) of {FIRST} (Ledger: "{LONG}"): 96% of its text stands there, 41% of that text stands '
        "here, it adds 41 words" in lines
    )
    assert 'nearly the headline of old (Past: "Headline old"), within a day; no copy follows from it' in lines
    assert f'default: no alert of its own: its group alerts once, by {FIRST} (Ledger: "{LONG}")' in lines
    assert 'revision 1: headline "blue" → "red"; numbers 12 → 15; 3 words added, 2 removed' in lines
    assert steps(run("why", "near"))[-1] == "file_stories"
    assert "\x1b" not in run("why", "near").out


def test_why_says_of_a_headline_that_no_copy_follows(run):
    assert (
        f'nearly the headline (0.81) of {FIRST} (Ledger: "{LONG}"), within a day; no copy follows from it'
        in said(run("why", "alike"))
    )


def test_why_says_of_an_exact_copy_and_of_a_seed_document_no_more_than_that(run):
    assert f'a copy (exact) of {FIRST} (Ledger: "{LONG}")' in said(run("why", "exact"))
    lines = said(run("why", "seeded"))
    assert "a copy (seed) of seed.txt" in lines


def test_why_tells_of_links_both_ways_and_that_a_joined_group_alerts_nobody(run):
    joined = said(run("why", "joined"))

    assert (
        f'its group joined became part of that of {FIRST} (Ledger: "{LONG}") (near 0.90, shown by story joined)'
        in joined
    )
    assert f'default: no alert of its own: its group alerts once, by {FIRST} (Ledger: "{LONG}")' in joined
    assert (
        'the group of joined (Echo: "Headline joined") became part of its group (near 0.90, shown by story joined)'
        in said(run("why", FIRST))
    )


def test_why_tells_of_later_looks_and_what_they_found_in_order(run):
    assert said(run("why", FIRST))[-3:] == [
        "its page looked at again (after an hour): as it was (HTTP 200)",
        "revision 1: numbers 0 → 1, 1 → 2, 2 → 3, 3 → 4, 4 → 5 and 4 more; 3 words added, 2 removed",
        "its page looked at again (after six hours): the article was taken down (HTTP 404)",
    ]
    assert steps(run("why", FIRST))[-3:] == ["recheck_stories"] * 3


def test_a_name_that_no_terminal_can_show_is_known_to_nobody(run):
    result = run("why", "\udcff")

    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("No feed has announced .")
