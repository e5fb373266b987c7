"""Copies, stage by stage: the same address, a text of the seed corpus, the same text, nearly the same, the headline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytexts import cut, edited, story
from newsmonitor.dedupe import Article, Corpus, Known, Register, Verdict, known_corpus, normalise, text_hash
from newsmonitor.likeness import read
from newsmonitor.shingles import fingerprint

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG = story(1)


def article(
    name: str, text: str | None = LONG, *, url: str | None = None, title: str = "", hours: int = 0
) -> Article:
    return Article(
        story_id=name,
        url_keys=(url or f"x/{name}",),
        text_sha256=text_hash(text, title),
        reading=read(title, text),
        at=NOON + timedelta(hours=hours),
    )


def test_the_first_story_is_no_copy_and_the_second_with_its_text_is():
    register = Register()

    first = register.judge(article("a"))
    second = register.judge(article("b", LONG.upper() + "…"))

    assert first == Verdict(group_id="a", fingerprint=fingerprint(LONG))
    assert second == Verdict(
        group_id="a",
        copy_of="a",
        copy_kind="exact",
        similarity=1.0,
        shared_share=1.0,
        kept_share=1.0,
        added_count=0,
    )


def test_a_copy_of_a_copy_is_in_the_group_of_the_first():
    register = Register(urls={"x/1": "root"})

    copy = register.judge(article("b", url="x/1"))
    again = register.judge(article("c"))

    assert (copy.copy_kind, copy.group_id) == ("url", "root")
    assert (again.copy_kind, again.group_id) == ("exact", "root")


def test_any_of_its_addresses_makes_a_story_a_copy():
    register = Register(urls={"x/1": "root"})
    moved = Article(story_id="b", url_keys=("y/1", "x/1"), text_sha256=None, reading=read("", ""), at=NOON)

    assert register.judge(moved).group_id == "root"
    assert register.judge(article("c", url="y/1")).group_id == "root"


def test_the_seed_article_is_known_before_the_first_run_also_cut_short():
    seed = (ROOT / "seeds" / "corpus" / "kursk-counterattack.txt").read_text()
    register = Register(corpus=known_corpus([("seed:kursk-counterattack", seed, None)]))

    whole = register.judge(article("a", seed.replace("\n", "\n\n"), title="Any headline"))
    part = register.judge(article("b", cut(seed, 0.4)))

    assert (whole.copy_of, whole.copy_kind) == ("seed:kursk-counterattack", "seed")
    assert (part.copy_of, part.copy_kind) == ("seed:kursk-counterattack", "seed")
    assert part.kept_share < 0.5 < part.similarity
    assert whole.fingerprint == part.fingerprint == ()


def test_a_near_copy_says_how_much_of_which():
    register = Register()
    register.judge(article("a"))

    verdict = register.judge(article("b", edited(LONG, 0.1)))

    assert (verdict.group_id, verdict.copy_of, verdict.copy_kind) == ("a", "a", "near")
    assert 0.6 < verdict.similarity < 0.9
    assert verdict.added_count > 0


def test_groups_do_not_chain():
    first, second = story(1), story(2)
    both = f"{first}\n{second}"
    register = Register()

    verdicts = [
        register.judge(article(name, text)) for name, text in (("a", first), ("b", both), ("c", second))
    ]

    assert [verdict.group_id for verdict in verdicts] == ["a", "a", "c"]


def test_of_two_the_likest_counts():
    register = Register()
    # Each has changed other words, so they are unlike each other.
    assert register.judge(article("a", edited(LONG, 0.3, seed=1))).copy_of is None
    assert register.judge(article("b", edited(LONG, 0.2, seed=2))).copy_of is None

    assert register.judge(article("c", LONG)).group_id == "b"


def test_what_is_stored_is_compared_as_what_is_in_the_batch():
    stored = Known(group_id="old", reading=read("", LONG), at=NOON)

    assert Register().judge(article("b", cut(LONG, 0.5)), [stored]).copy_of == "old"


def test_a_footer_that_unrelated_stories_share_welds_nothing():
    footer = story(99, sentences=8)
    register = Register()

    def judge(name: str, text: str) -> str:
        return register.judge(article(name, text)).group_id

    # Until four have it nobody can know; but it stands at the end, and their beginnings differ.
    assert [judge(f"s{n}", f"{story(n, 4)}\n{footer}") for n in range(1, 4)] == ["s1", "s2", "s3"]
    assert judge("welded", f"{footer}\n{story(20, 4)}") != "welded"
    assert judge("s4", f"{story(4, 4)}\n{footer}") == "s4"
    assert judge("other", f"{footer}\n{story(21, 4)}") == "other"
    # What is left of it beside the footer is a copy, and one that is all the same is one, too.
    assert judge("edited", f"{footer}\n{edited(story(3, 4), 0.2)}") == "s3"
    assert judge("same", f"{story(4, 4)}\n{footer}\nMore.") == "s4"
    assert judge("nothing else", footer) != "nothing else"


def test_nearly_one_headline_is_a_hint_and_no_copy():
    register = Register()
    title = "Drone strike sets oil depot in Lgov on fire, governor says"
    register.judge(article("a", story(1), title=title))

    verdict = register.judge(article("b", story(2), title=title.upper(), hours=3))

    assert (verdict.copy_kind, verdict.similar_id, verdict.similarity) == ("headline", "a", 1.0)
    assert (verdict.group_id, verdict.copy_of) == ("b", None)
    assert verdict.fingerprint == fingerprint(story(2))
    assert register.judge(article("c", story(3), title=title, hours=48)).copy_kind is None


def test_a_text_of_a_few_words_proves_nothing():
    assert text_hash("Read more at our site") is None
    assert text_hash(None) is None


WARNING = "Rocket danger was declared in the region this hour; residents are asked to take shelter at once."


def flash(name: str, outlet: str, *, hours: float, text: str = WARNING) -> Article:
    reading = read("Rocket danger", text, outlet=outlet)
    at = NOON + timedelta(hours=hours)
    return Article(
        story_id=name,
        url_keys=(f"x/{name}",),
        text_sha256=text_hash(text, "Rocket danger"),
        reading=reading,
        at=at,
    )


@pytest.mark.parametrize("text", [WARNING, "Rocket danger in the region, so the governor."])
def test_a_warning_that_an_outlet_gives_out_again_is_news_and_others_join_the_one_of_their_time(text):
    register = Register()
    groups = [
        register.judge(flash(f"s{number}", outlet, hours=hours, text=text)).group_id
        for number, (outlet, hours) in enumerate(
            [("A", 0), ("B", 0.2), ("A", 1.5), ("A", 9), ("B", 9.1), ("C", 9.2), ("B", 30)]
        )
    ]

    assert groups == ["s0", "s0", "s0", "s3", "s3", "s3", "s6"]


def test_a_warning_in_nearly_the_same_words_is_told_apart_by_its_hour_too():
    register = Register()
    register.judge(flash("s0", "A", hours=0))

    assert register.judge(flash("s1", "A", hours=1, text=f"{WARNING} More soon.")).group_id == "s0"
    assert register.judge(flash("s2", "A", hours=5, text=f"{WARNING} More soon.")).group_id == "s2"
    assert register.judge(flash("s3", "B", hours=5.1, text=f"{WARNING} More.")).group_id in ("s0", "s2")


def test_of_equals_the_first_counts_and_of_flashes_the_nearest_in_time():
    def stored(text: str) -> list[Known]:
        days = {"old": 20, "new": 1, "older": 30}
        return [
            Known(group_id=name, reading=read("", text), at=NOON - timedelta(days=ago))
            for name, ago in days.items()
        ]

    assert Register().judge(article("b", cut(LONG, 0.5)), stored(LONG)).copy_of == "old"
    assert Register().judge(article("b", f"{WARNING} So the mayor."), stored(WARNING)).copy_of == "new"


def test_a_flash_is_a_copy_only_under_the_same_headline():
    flash = "An explosion was heard in the city, the mayor says, more follows."

    assert text_hash(flash, "Explosion in Kursk") != text_hash(flash, "Explosion in Sumy")
    assert text_hash(flash, "Explosion in Kursk") == text_hash(flash.upper(), "EXPLOSION IN KURSK!")


@given(st.text())
def test_normalising_twice_changes_nothing_more_and_never_fails(text):
    once = normalise(text)

    assert normalise(once) == once
    assert once == once.strip()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=30))
def test_every_copy_names_a_story_that_is_none(stories):
    register, roots = Register(corpus=Corpus()), set()

    for number, (url, text, is_cut) in enumerate(stories):
        body = cut(story(text, 6), 0.6 if is_cut else 1)
        verdict = register.judge(article(f"s{number}", body, url=f"u{url}"))
        if verdict.copy_of is None:
            assert verdict.group_id == f"s{number}"
            roots.add(verdict.group_id)
        else:
            assert verdict.copy_of == verdict.group_id
            assert verdict.copy_of in roots
            assert verdict.fingerprint == ()
