"""Groups that are found to be one after both were given: which becomes part of which, and when neither does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from copytexts import cut, edited, story
from desk import Desk
from newsmonitor import judging, pipeline
from newsmonitor.context import Run
from newsmonitor.dedupe import Article, text_hash
from newsmonitor.likeness import read
from newsmonitor.records import GroupLink
from newsmonitor.shingles import fingerprint
from storyrows import NOON, a_link, a_story, store

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    desk = Desk(site, tmp_path)
    desk.feed("a", [])
    return desk


@contextmanager
def run_of(desk: Desk, at=LATER) -> Iterator[Run]:
    with pipeline.open_run(at, desk.settings()) as run:
        yield run


def stored(name: str, text: str, *, at: float = 0, **more):
    return a_story(
        name, at=at, text=text, text_sha256=text_hash(text, ""), fingerprint=fingerprint(text), **more
    )


def article(name: str, text: str, *, url: str | None = None, **more) -> Article:
    return Article(
        **more,
        story_id=name,
        url_keys=(url or f"ledger.example/{name}",),
        text_sha256=text_hash(text, ""),
        reading=read("", text),
        at=LATER,
    )


def again(desk: Desk, *articles: Article) -> dict[str, str]:
    """The links that follow from new texts of stored stories, as part and whole."""
    with run_of(desk) as run:
        _, links = judging.judge_again(run, articles)
    return {link.group_id: link.into_group_id for link in links}


def test_an_address_of_one_group_with_the_text_of_another_makes_them_one(desk):
    store(desk.warehouse, stored("first", story(1)), stored("second", story(2), at=10))
    with run_of(desk) as run:
        [verdict], [link] = judging.judge(
            run, [article("new", cut(story(2), 0.6), url="ledger.example/first")]
        )

    assert (verdict.group_id, verdict.copy_kind) == ("first", "url")
    assert link == GroupLink(
        group_id="second",
        into_group_id="first",
        story_id="new",
        reason="url",
        similarity=link.similarity,
        linked_at=LATER,
    )
    assert link.similarity > 0.9


def test_of_links_that_are_found_together_each_leads_to_the_whole(desk):
    store(desk.warehouse, *(stored(f"s{n}", story(n), at=n) for n in range(3)))
    with run_of(desk) as run:
        _, links = judging.judge(
            run,
            [
                article("x", cut(story(1), 0.6), url="ledger.example/s0"),
                article("y", cut(story(2), 0.6), url="ledger.example/s1"),
            ],
        )

    assert {link.group_id: link.into_group_id for link in links} == {"s1": "s0", "s2": "s0"}


def test_a_group_that_begins_with_this_run_is_younger_than_any_that_is_stored(desk):
    store(desk.warehouse, stored("old", story(1)))
    with run_of(desk) as run:
        _, [link] = judging.judge(
            run, [article("begun", story(2)), article("new", cut(story(2), 0.6), url="ledger.example/old")]
        )

    assert (link.group_id, link.into_group_id) == ("begun", "old")


def test_what_a_feed_says_in_the_page_s_stead_links_nothing(desk):
    live = "Follow our live coverage of the war, with all that is known of the fighting near the border this hour."
    store(desk.warehouse, stored("first", story(1)), stored("live", live, at=10))
    with run_of(desk) as run:
        _, links = judging.judge(run, [article("new", live, url="ledger.example/first", has_page_text=False)])

    assert links == []
    assert again(desk, article("first", live, has_page_text=False)) == {}
    assert again(desk, article("first", live)) == {"live": "first"}


@pytest.mark.parametrize("names", [("late", "other"), ("other", "late")])
def test_the_younger_becomes_part_of_the_older_whichever_showed_it(desk, names):
    old, young = names
    texts = {"late": "About: something.", "other": story(1)}
    store(desk.warehouse, *(stored(name, texts[name], at=at) for at, name in enumerate(names)))

    assert again(desk, article("late", edited(story(1), 0.1))) == {young: old}


def test_a_seed_document_was_there_before_any_story(desk):
    seed = (desk.settings().seeds / "corpus" / "kursk-counterattack.txt").read_text()
    store(desk.warehouse, stored("late", "About: something."))

    assert again(desk, article("late", cut(seed, 0.7))) == {"late": "seed:kursk-counterattack"}


def test_two_texts_that_come_late_and_are_alike_are_linked(desk):
    store(desk.warehouse, *(stored(name, f"About: {name}.", at=at) for at, name in enumerate(("one", "two"))))

    assert again(desk, article("one", story(1)), article("two", edited(story(1), 0.1))) == {"two": "one"}


def test_what_was_stored_of_a_story_that_is_read_anew_counts_no_more(desk):
    store(desk.warehouse, stored("one", story(1)), stored("two", "About: two.", at=1))

    assert again(desk, article("one", story(5)), article("two", edited(story(1), 0.1))) == {}


def test_a_group_that_others_became_part_of_is_linked_no_further(desk):
    store(desk.warehouse, stored("old", story(1)), stored("whole", "About: something.", at=1))
    store(desk.warehouse, stored("part", story(3), at=2), a_link("part", "whole"))

    assert again(desk, article("whole", edited(story(1), 0.1))) == {}


def test_of_two_links_at_once_the_second_does_not_chain(desk):
    store(
        desk.warehouse,
        stored("a", story(1)),
        stored("b", "About: b.", at=1),
        stored("c", "About: c.", at=2),
    )
    both = f"{story(1)}\n{story(2)}"

    # b holds a, and c is the other half of b.
    assert again(desk, article("b", both), article("c", story(2))) == {"b": "a"}
    # Both are a.
    assert again(desk, article("b", edited(story(1), 0.1)), article("c", cut(story(1), 0.5))) == {
        "b": "a",
        "c": "a",
    }


def test_what_is_linked_already_is_not_linked_again(desk):
    store(desk.warehouse, stored("a", story(1)), stored("b", "About: b.", at=1), a_link("b", "a"))

    assert again(desk, article("b", edited(story(1), 0.1))) == {}


@pytest.mark.parametrize("days, is_found", [(4, True), (6, False)])
def test_stories_of_so_many_days_are_compared(desk, days, is_found):
    store(desk.warehouse, stored("a", story(1)))
    at = NOON + timedelta(days=days)
    settings = desk.settings().model_copy(update={"copy_days": 5})
    with pipeline.open_run(at, settings) as run:
        [verdict], _ = judging.judge(run, [article("b", edited(story(1), 0.1))])

    assert (verdict.copy_of == "a") is is_found
