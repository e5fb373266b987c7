"""Headlines that are nearly the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.headlines import Headline, Headlines

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TITLE = "Силы обороны сообщили о боях у города Суджа в Курской области"


def known(*titles: str) -> Headlines:
    found = Headlines()
    for number, title in enumerate(titles):
        found.add(Headline(story_id=f"s{number}", title=title, at=NOON))
    return found


def nearest(found: Headlines, title: str, *, hours: float = 0) -> tuple[str, float] | None:
    return found.nearest(Headline(story_id="new", title=title, at=NOON + timedelta(hours=hours)))


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        TITLE.upper() + "!",
        "Силы обороны сообщили о бое у города Суджи в Курской области",
        "Сообщили: силы обороны о боях у города Суджа в Курской области",
    ],
)
def test_a_headline_with_other_endings_or_signs_is_nearly_the_same(title):
    assert nearest(known(TITLE), title)[0] == "s0"


@pytest.mark.parametrize(
    "title",
    [
        "Силы обороны сообщили о потерях противника за сутки",
        "Mayor of the town says that the bridge will be rebuilt",
        "",
        "Суджа",
    ],
)
def test_another_headline_is_not(title):
    assert nearest(known(TITLE), title) is None


def test_the_likest_is_named_and_of_equals_the_first():
    found = known(f"{TITLE} сегодня утром", TITLE, TITLE)

    assert nearest(found, TITLE) == ("s1", 1.0)


def test_a_day_lies_between_at_most():
    assert nearest(known(TITLE), TITLE, hours=24)
    assert nearest(known(TITLE), TITLE, hours=24.1) is None
    assert nearest(known(TITLE), TITLE, hours=-24.1) is None


def test_another_number_is_another_day_of_the_same_column():
    assert (
        nearest(
            known("War in Ukraine: what we know on day 435 of the invasion"),
            "War in Ukraine: what we know on day 436 of the invasion",
        )
        is None
    )


def test_what_stands_over_everything_tells_nothing():
    assert nearest(known("Watch live"), "Watch live") is None
    assert nearest(known("News of the day"), "News of the day") is None


@given(st.lists(st.text(), max_size=6), st.text())
def test_any_headline_can_be_asked_and_what_is_found_was_known(titles, title):
    answer = nearest(known(*titles), title)

    assert answer is None or (answer[0] in {f"s{n}" for n in range(len(titles))} and 0.63 <= answer[1] <= 1)


@given(st.text())
def test_a_headline_that_tells_something_is_found_again(title):
    title = f"{title} и силы обороны сообщили о боях у города"

    assert nearest(known(title), title) == ("s0", 1.0)
