"""The page of a digest: it counts right, it is readable without pictures, it fits into an e-mail, it trusts nobody."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsmonitor.alerts import About, Copy
from newsmonitor.digestpage import BrokenFeed, Digest, delay, page, span, summary, title_of
from newsmonitor.records import Match
from storyrows import NOON, a_story

DAY = timedelta(days=1)
HOSTILE = "\u202e<script>alert(1)</script> [win](https://evil.example) @everyone *now* \x00"


def a_place(place_id, name, at, *, topic="kursk", counted=True):
    return Match(
        topic=topic, term=name.lower(), role="place", name=name, counted=counted, field="lead", start=0, end=3,
        snippet=name, place_id=place_id, latitude=at and at[0], longitude=at and at[1], points=6.0,
    )  # fmt: skip


SUDZHA = a_place("sudzha", "Sudzha", (51.191, 35.271))
RYLSK = a_place("rylsk", "Rylsk", (51.571, 34.683))
KOMMUNAR = a_place("kommunar", "Kommunar", None)


def told(story_id, outlet="Ledger", *, at=0.0, others=(), page_url=None, level="main", **values):
    """A story that came out so many minutes before noon, and the outlets that ran it later, with their minutes."""
    story = a_story(story_id, outlet, at=-at, **values)
    copies = [
        Copy(
            story_id=story_id if n == 0 else f"{story_id}-{n}",
            outlet=name,
            url=f"https://{name.lower()}.example/{story_id}",
            language=story.language,
            appeared_at=NOON + timedelta(minutes=after - at),
        )
        for n, (name, after) in enumerate([(outlet, 0), *others])
    ]
    return About(
        story=story, rule="kursk", group_id=story_id, level=level, copies=tuple(copies), page_url=page_url
    )


def a_digest(*stories, since=NOON - DAY, until=NOON, **values):
    usual = {"rule": "kursk", "topic_id": "kursk", "topic": "The war", "zone": ZoneInfo("Europe/Moscow")}
    return Digest(since=since, until=until, told=stories, **{**usual, **values})


def many_stories(count, words=60):
    text = f"{'Слово о Судже и Рыльске ' * words}. {'Второе предложение о том же ' * 9}."
    return [
        told(
            f"{n:032x}",
            f"Издание {n % 60}",
            at=n % 1400,
            title=f"Жителей {n} сёл под Суджей вывезли в Рыльск после ночной атаки беспилотников",
            text=text,
            language=("ru", "uk", "en")[n % 3],
            url=f"https://izdanie-{n % 60}.example/2026/11/24/{'dlinnyj-adres-' * 6}{n}.html",
            others=[(f"Outlet {m}", m * 40) for m in range(1, n % 6)],
            page_url=f"https://airflow.example.org/newsmonitor/stories/{n:032x}",
            matches=(SUDZHA, RYLSK, a_place(f"p{n}", f"Village {n}", (51 + n / 500, 35 + n % 50 / 60))),
        )
        for n in range(count)
    ]


def seen(document):
    """What is read of a page where pictures, style sheet and hidden parts are left out."""
    tree = lxml_html.fromstring(document)
    for hidden in tree.xpath("//style | //head | //*[contains(@style, 'display:none')]"):
        hidden.getparent().remove(hidden)
    return " ".join(" ".join(tree.itertext()).split())


def test_the_title_says_whose_it_is_how_many_how_long_and_in_which_languages():
    digest = a_digest(
        told("a", language="ru"), told("b", language="ru"), told("c", language="uk"), told("d", language=None)
    )

    assert title_of(digest) == "kursk: 4 stories in 24 hours (Russian 2, Ukrainian 1, language unknown 1)"
    assert title_of(a_digest()) == "kursk: no story in 24 hours"
    assert title_of(a_digest(told("a"))) == "kursk: 1 story in 24 hours (English 1)"


def test_the_summary_counts_copies_and_outlets():
    digest = a_digest(told("a", others=[("Wire", 5), ("Post", 9)]), told("b", "Wire"))

    assert summary(digest) == "2 stories, repeated 2 times, at 3 outlets. English 2."


def test_a_story_is_told_with_all_that_an_editor_asks_for():
    story = told(
        "a",
        at=180,
        title="Bridge hit",
        text="The bridge was hit overnight. Nobody was hurt there. A third sentence is left out.",
        others=[("Wire", 125), ("Ledger", 10), ("Post", -5)],
        matches=(SUDZHA,),
        page_url="https://airflow.example.org/newsmonitor/stories/a",
    )

    text = seen(page(a_digest(story)))

    assert "Bridge hit Ledger · 2026-11-24 12:00 Moscow time (09:00 UTC) · main · English" in text
    assert "The bridge was hit overnight. Nobody was hurt there. Why: The (lead)" in text
    assert "Also at Wire (+2 h), Post (−5 min)" in text
    assert "third sentence" not in text


def test_headlines_and_outlets_lead_to_the_originals_and_the_desk():
    story = told("a", others=[("Wire", 5)], page_url="https://airflow.example.org/newsmonitor/stories/a")
    document = page(a_digest(story, link="https://airflow.example.org/newsmonitor/digest/kursk"))

    assert lxml_html.fromstring(document).xpath("//a/@href") == [
        "https://airflow.example.org/newsmonitor/digest/kursk",
        "https://ledger.example/a",
        "https://airflow.example.org/newsmonitor/stories/a",
        "https://wire.example/a",
    ]


def test_the_timeline_counts_by_hours_of_the_zone_and_all_its_numbers_stand_below():
    digest = a_digest(
        told("a", at=5, language="ru"), told("b", at=55), told("c", at=65), told("old", at=60 * 30)
    )

    totals = {f"{c.start:%d %H:%M}": dict(c.counts) for c in digest.columns if c.total}
    text = seen(page(digest))

    assert len(digest.columns) == 24
    assert totals == {"24 13:00": {"English": 1}, "24 14:00": {"English": 1, "Russian": 1}}
    assert "24 Nov 13:00 1 (English 1); 24 Nov 14:00 2 (English 1, Russian 1)" in text
    assert (
        "By hour, Moscow time. Most: 2 stories, 24 Nov 14:00. Not in it: 1 story that came out before."
        in text
    )


def test_what_was_found_within_minutes_is_shown_over_the_hours_in_which_it_came_out():
    digest = a_digest(told("a", at=40), told("b", at=200), since=NOON - timedelta(minutes=5))

    assert digest.period == "5 minutes"
    assert sum(column.total for column in digest.columns) == 2
    assert digest.undrawn_count == 0
    assert len(replace(digest, told=(told("a", at=1),)).columns) == 6


@pytest.mark.parametrize(
    "days, step, most",
    [(2, timedelta(hours=1), 49), (3, DAY, 4), (90, DAY, 91), (365, 7 * DAY, 53), (4000, 91 * DAY, 93)],
)
def test_a_long_period_has_longer_steps_and_never_too_many(days, step, most):
    digest = a_digest(told("a"), since=NOON - timedelta(days=days))

    starts = [column.start for column in digest.columns]
    assert len(starts) <= most
    assert starts[1].replace(tzinfo=UTC) - starts[0].replace(tzinfo=UTC) == step
    assert sum(column.total for column in digest.columns) == 1


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)])
def test_no_hour_is_lost_or_counted_twice_when_the_clock_changes(night):
    since = night - timedelta(hours=6)
    hours = [told(f"{n}", at=(NOON - since).total_seconds() / 60 - 60 * n - 30) for n in range(24)]

    digest = a_digest(*hours, since=since, until=since + DAY, zone=ZoneInfo("Europe/Kyiv"))

    assert [column.total for column in digest.columns] == [1] * 24


def test_a_story_counts_once_for_each_place_and_only_for_those_of_the_topic():
    digest = a_digest(
        told("a", matches=(SUDZHA, SUDZHA, replace(RYLSK, counted=False))),
        told("b", matches=(SUDZHA, KOMMUNAR, replace(RYLSK, topic="another"))),
    )

    assert digest.places == [("Sudzha", 2), ("Kommunar", 1)]
    assert [(spot.name, len(spot.stories)) for spot in digest.spots] == [("Sudzha", 2)]
    assert replace(digest, topic_id=None).places == [("Sudzha", 2), ("Kommunar", 1), ("Rylsk", 1)]
    assert "1 place without coordinates, in the table only" in seen(page(digest))


def test_without_its_pictures_and_styles_every_number_is_still_there():
    digest = a_digest(
        told("a", language="ru", matches=(SUDZHA,), others=[("Wire", 5)]),
        told("b", "Wire", matches=(RYLSK, SUDZHA)),
        broken=(BrokenFeed(outlet="Post", since=NOON, words="HTTP 503"),),
    )

    text = seen(page(digest))

    assert "Sudzha 2 Rylsk 1" in text
    assert "English 1 Russian 1" in text
    assert "Wire 1 + 1 also Ledger 1" in text
    assert "Post: HTTP 503, since 2026-11-24 15:00 Moscow time (12:00 UTC)" in text
    assert "35°" not in text


def test_nothing_matched_is_a_page_too():
    document = page(a_digest(reason=None))

    assert "No story in 24 hours" in seen(document)
    assert "Nothing matched." in seen(document)
    assert "<svg" not in document


def test_the_reason_stands_on_top():
    text = seen(
        page(a_digest(told("a"), reason="37 stories are more than the 30 an hour that this rule allows."))
    )

    assert text.index("37 stories are more") < text.index("Headline a")


def test_the_most_languages_have_a_colour_and_the_rest_share_one():
    digest = a_digest(
        *[told(f"{n}", language=code) for n, code in enumerate(["ru", "ru", "en", "uk", "pl", "de", "fr"])]
    )

    assert digest.kinds == ["Russian", "English", "French", "German", "other"]
    assert digest.columns[-1].counts["other"] == 2


@pytest.mark.parametrize("count", [40, 100, 500])
def test_an_email_is_not_clipped_and_says_how_many_stories_it_does_not_tell(count):
    stories = many_stories(count)

    document = page(a_digest(*stories, link="https://airflow.example.org/d"), most_bytes=96_000)

    assert len(document.encode()) <= 96_000
    text = seen(document)
    listed = len(re.findall(r"Жителей \d+ сёл", text))
    more = re.search(r"And (\d+) more stor(?:y|ies)\. All of them", text)
    assert listed + (int(more[1]) if more else 0) == count
    assert text.count("Why:") >= 15
    if count <= 100:
        assert listed == count


def test_a_file_tells_five_hundred_in_full_and_the_rest_by_their_headlines():
    text = seen(page(a_digest(*many_stories(520, words=2))))

    assert text.count("Why:") == 500
    assert len(re.findall(r"Жителей \d+ сёл", text)) >= 520


def test_the_words_of_strangers_are_words():
    story = told(
        "a", HOSTILE, title=HOSTILE, text=HOSTILE, url="javascript:alert(1)", language='"><script>',
        others=[(HOSTILE + "2", 5)], matches=(replace(SUDZHA, name=HOSTILE, term=HOSTILE),),
    )  # fmt: skip
    document = page(
        a_digest(
            story,
            rule=HOSTILE,
            topic=HOSTILE,
            reason=HOSTILE,
            link="javascript:alert(1)",
            broken=(BrokenFeed(outlet=HOSTILE, since=NOON, words=HOSTILE),),
        )
    )

    tree = lxml_html.fromstring(document)
    assert not tree.xpath("//script | //@onclick | //@onload | //img | //link | //iframe | //form | //base")
    assert not {"\u202e", "\x00"} & set(document)
    assert not [href for href in tree.xpath("//@href") if not href.startswith(("https://", "#"))]
    assert "@everyone" not in document


def test_a_page_loads_nothing_from_anywhere():
    document = page(a_digest(*many_stories(3), link="https://airflow.example.org/d"))

    assert not re.search(r"(?:src|srcset|poster|background)\s*=|url\(|@import|<script|<img|<link", document)


def test_it_is_a_document_with_headings_in_order_and_ids_that_are_one_each():
    document = page(a_digest(*many_stories(12)))

    tree = lxml_html.fromstring(document)
    levels = [int(each.tag[1]) for each in tree.xpath("//h1 | //h2 | //h3")]
    ids = tree.xpath("//@id")
    assert document.startswith("<!DOCTYPE html>")
    assert tree.get("lang") == "en"
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in tree.xpath("//a[starts-with(@href, '#')]/@href")} <= set(ids)


def test_a_headline_says_its_language_and_direction():
    document = page(a_digest(told("a", title="خبر عاجل من كورسك", language="ar")))

    (spoken,) = lxml_html.fromstring(document).xpath("//h3/span")
    assert (spoken.get("lang"), spoken.get("dir")) == ("ar", "rtl")


@pytest.mark.parametrize(
    "length, words",
    [(timedelta(seconds=1), "1 minute"), (timedelta(minutes=5, seconds=2), "5 minutes"),
     (timedelta(minutes=90), "90 minutes"), (timedelta(hours=24, minutes=4), "24 hours"), (7 * DAY, "7 days")],
)  # fmt: skip
def test_a_period_is_said_in_round_words(length, words):
    assert span(length) == words


@pytest.mark.parametrize(
    "length, words",
    [
        (timedelta(0), "+0 min"),
        (timedelta(minutes=-10), "−10 min"),
        (timedelta(minutes=130), "+2 h"),
        (3 * DAY, "+3 d"),
    ],
)
def test_a_delay_is_short(length, words):
    assert delay(length) == words


TITLES = st.text(max_size=80) | st.none()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(TITLES, st.text(min_size=1, max_size=30), st.none() | st.text(max_size=5), st.integers(-9000, 9000)),
        max_size=25,
    ),
    st.integers(1, 60 * 24 * 800),
    st.sampled_from(["UTC", "Europe/Moscow", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]),
)  # fmt: skip
def test_whatever_is_told_the_page_stands_and_the_numbers_add_up(rows, length, zone):
    stories = [
        told(f"{n}", outlet, at=at, title=title, text=title, language=language)
        for n, (title, outlet, language, at) in enumerate(rows)
    ]
    digest = a_digest(*stories, since=NOON - timedelta(minutes=length), zone=ZoneInfo(zone))

    document = page(digest, most_bytes=96_000)

    assert sum(count for _, count in digest.languages) == len(stories)
    assert sum(column.total for column in digest.columns) + digest.undrawn_count == len(stories)
    assert len(digest.columns) <= 93
    assert len(document.encode()) <= 96_000
    assert not lxml_html.fromstring(document).xpath("//script | //img")
