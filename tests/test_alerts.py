"""The message of an alert: what a person reads, in each of its forms."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from newsmonitor.alerts import SHORT_LIMIT, About, Copy, alert_id, compose, reason_line, why
from newsmonitor.alertspec import DEFAULT_RULE, Rule
from newsmonitor.records import Match, Story, Tag

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = "Drones hit Sudzha overnight. Two people were hurt. The governor called for calm. More follows."
DESK = "https://desk.example/newsmonitor/stories/s"
HOSTILE = (
    "<script>x</script> *now* @everyone http://evil.com <http://evil.ru|click> [a](http://evil.com) \u202egnp"
)


def match(
    term: str,
    start: int,
    end: int,
    *,
    counted: bool = True,
    sense: str | None = None,
    points: float = 1.0,
    **more,
) -> Match:
    return Match(**{
        "topic": "kursk", "term": term, "role": "anchor", "sense": sense, "counted": counted, "field": "lead",
        "start": start, "end": end, "snippet": "", "points": points, **more,
    })  # fmt: skip


def place(name: str, start: int, end: int, **more) -> Match:
    usual = {"role": "place", "name": name, "place_id": name.lower(), "latitude": 51.19, "longitude": 35.27}
    return match(name, start, end, **{**usual, **more})


def a_tag(topic: str = "kursk", level: str | None = "main", score: float = 40.0) -> Tag:
    return Tag(
        topic=topic, level=level, filed_level=level, score=score, title_points=0, lead_points=0, body_points=0,
        place_points=0, context_points=0, factor=1, reason=None,
    )  # fmt: skip


def story(**more) -> Story:
    fields = {
        "story_id": "s", "entry_id": "s", "url": "https://a.example/1", "outlet": "Northern Ledger", "feed_url": "f",
        "country": "GB", "title": "Drones over\nSudzha", "language": "en", "published_at": NOON, "seen_at": NOON,
        "filed_at": NOON, "text": TEXT, "extraction": "blocks", "group_id": "s", "topics": ("kursk",),
        "tags": (a_tag(),), "level": "main", "matches": (place("Sudzha", 11, 17),), "is_backlog": False,
    }  # fmt: skip
    return Story(**(fields | more))


def copy(outlet: str, minutes: int = 0, **more) -> Copy:
    usual = {"story_id": outlet, "url": f"https://{outlet.lower()}.example/1", "language": "en"}
    return Copy(**{**usual, "outlet": outlet, "appeared_at": NOON + timedelta(minutes=minutes), **more})


def about(told: Story | None = None, **more) -> About:
    told = told or story()
    fields = {
        "story": told, "rule": "desk", "group_id": "g", "level": told.level, "topic_titles": {"kursk": "The war"},
        "zone": ZoneInfo("Europe/Moscow"), "page_url": DESK,
        "copies": (copy("Northern Ledger", url=told.url), copy("Wire", 5), copy("Post", 9)),
    }  # fmt: skip
    return About(**(fields | more))


def page_of(told: About) -> html.HtmlElement:
    return html.document_fromstring(compose(told).html)


def test_the_plain_form_says_who_when_why_and_where():
    message = compose(about())

    assert message.title == "Drones over Sudzha"
    assert message.body.splitlines() == [
        "Northern Ledger (GB) · 2026-11-24 15:00 Moscow time (12:00 UTC) · main · en",
        "Topic: The war (main)",
        "Why: Sudzha (lead)",
        "Places: Sudzha",
        "So far: 3 outlets: Northern Ledger, Wire, Post",
        "",
        "Drones hit Sudzha overnight. Two people were hurt.",
        "",
        "https://a.example/1",
        f"On the desk: {DESK}",
    ]


def test_the_short_form_is_one_line_with_the_link():
    assert compose(about()).short == "Drones over Sudzha (Northern Ledger, 12:00 UTC) https://a.example/1"

    long = compose(about(story(title="word " * 200))).short
    assert len(long) <= SHORT_LIMIT == 240
    assert long.endswith("… (Northern Ledger, 12:00 UTC) https://a.example/1")
    far = compose(about(story(url="https://a.example/" + "x" * 150))).short
    assert far.endswith(f" {DESK}")
    worst = compose(about(story(title="<" * 90, outlet="<" * 90, url="https://a.example/" + "x" * 122))).short
    assert len(worst) <= SHORT_LIMIT
    assert worst.endswith("x" * 122)


def test_the_page_says_the_same_and_links_what_is_ours_and_the_originals():
    page = page_of(about())

    words = " ".join(page.text_content().split())
    for part in (
        "Drones over Sudzha", "Northern Ledger (GB)", "2026-11-24 15:00 Moscow time (12:00 UTC)", "The war",
        "Drones hit Sudzha overnight. Two people were hurt.", "Sudzha (lead)", "3 outlets: Northern Ledger, Wire, Post",
    ):  # fmt: skip
        assert part in words
    assert [link.get("href") for link in page.iter("a")] == [
        "https://a.example/1", "https://a.example/1", "https://wire.example/1", "https://post.example/1", DESK,
        "https://a.example/1",
    ]  # fmt: skip
    assert page.get("lang") == "en"


def test_the_page_tells_the_language_and_the_direction_of_the_story():
    told = story(
        title="إجلاء سكان كورسك", text="وقع انفجار في كورسك. هل أصيب أحد؟ نعم.", language="ar", outlet="صوت"
    )

    page = page_of(about(told))

    assert [(each.get("lang"), each.get("dir")) for each in page.xpath("//h1 | //p[@dir]")] == [
        ("ar", "rtl")
    ] * 2
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")


def test_the_payload_is_data():
    payload = compose(about(story(title="Win at evil.com, @everyone", matches=(
        place("Sudzha", 11, 17, points=6.0), place("Sudzha", 11, 17), match("hurt", 45, 49, role="context", points=9.0),
        match("K-141", 0, 6, counted=False, sense="submarine"),
    )))).payload  # fmt: skip

    assert json.loads(json.dumps(payload)) == payload
    assert payload | {"matches": [], "copies": []} == {
        "kind": "story",
        "rule": "desk",
        "story_id": "s",
        "group_id": "g",
        "level": "main",
        "title": "Win at evil.com, @everyone",
        "lead": "Drones hit Sudzha overnight. Two people were hurt.",
        "outlet": "Northern Ledger",
        "country": "GB",
        "url": "https://a.example/1",
        "published_at": "2026-11-24T12:00:00Z",
        "is_day_only": False,
        "seen_at": "2026-11-24T12:00:00Z",
        "language": "en",
        "topics": [{"id": "kursk", "title": "The war", "level": "main", "score": 40.0}],
        "places": [{"id": "sudzha", "name": "Sudzha", "latitude": 51.19, "longitude": 35.27}],
        "matches": [],
        "copies": [],
        "outlets": ["Northern Ledger", "Wire", "Post"],
        "outlet_count": 3,
        "story_count": 3,
        "links": {"original": "https://a.example/1", "story": DESK},
    }
    assert [(each["term"], each["words"]) for each in payload["matches"]] == [
        ("hurt", "hurt"), ("Sudzha", "Sudzha"), ("Sudzha", "Sudzha"),
    ]  # fmt: skip
    assert payload["copies"][1] == {
        "story_id": "Wire",
        "outlet": "Wire",
        "url": "https://wire.example/1",
        "language": "en",
        "appeared_at": "2026-11-24T12:05:00Z",
    }


def test_a_story_of_which_little_is_known_still_makes_a_message():
    told = story(
        title=None, url="javascript:alert(1)", text=None, summary=None, published_at=None, language=None, matches=(),
        country=None, topics=(), tags=(), level=None,
    )  # fmt: skip

    message = compose(about(told, page_url=None, copies=(), zone=ZoneInfo("UTC")))

    assert message.title == "(no headline)"
    assert message.body.splitlines() == [
        "Northern Ledger · time unknown, seen 2026-11-24 12:00 UTC · no level · language unknown",
        "Why: nothing found",
        "So far: no other outlet",
        "",
        "(no address)",
    ]
    assert message.short == "(no headline) (Northern Ledger, time unknown)"
    assert list(html.document_fromstring(message.html).iter("a")) == []


def test_of_a_story_whose_day_alone_is_known_no_time_is_made_up():
    told = story(published_at=NOON.replace(hour=0), is_day_only=True)

    message = compose(about(told))

    assert "2026-11-24, no time given, seen 2026-11-24 15:00 Moscow time (12:00 UTC)" in message.body
    assert message.short == "Drones over Sudzha (Northern Ledger, 2026-11-24) https://a.example/1"


def test_copies_are_counted_by_outlet_and_a_long_list_is_cut():
    twice = compose(about(copies=(copy("Wire"), copy("Wire", 3, story_id="w2")))).body
    many = compose(about(copies=tuple(copy(f"O{number}") for number in range(11))))

    assert "So far: 1 outlet, 2 stories: Wire\n" in twice
    assert "So far: 11 outlets: O0, O1, O2, O3, O4, O5, O6, O7 and 3 more\n" in many.body
    assert "O7 and 3 more" in page_of(about(copies=tuple(copy(f"O{n}") for n in range(11)))).text_content()


def test_topics_stand_in_the_order_of_their_scores_each_with_its_level():
    told = story(
        topics=("kursk", "plant"), tags=(a_tag(level="mention", score=14.0), a_tag("plant", score=50.0))
    )

    body = compose(about(told, topic_titles={"kursk": "The war", "plant": "The plant"})).body

    assert "Topic: The plant (main)\nTopic: The war (mention)\n" in body


def test_why_names_the_strongest_first_each_once_and_what_was_ruled_out():
    told = story(
        matches=(
            match("hurt", 45, 49, points=1.0),
            match("Sudzha", 11, 17, points=20.0),
            match("Sudzha", 11, 17, points=2.0),
            match("K-141", 0, 6, counted=False, sense="submarine", points=0.0),
        )
    )

    assert why(told) == reason_line(told) == "Sudzha (lead), hurt (lead); ruled out: submarine"


def test_each_word_of_the_reason_is_harmless_on_its_own():
    told = story(text="Бой у evil.com и كورسك", matches=(match("a", 6, 14), match("b", 17, 22)))

    assert reason_line(told) == "evil.\u200bcom (lead), \u2068كورسك\u2069 (lead)"


def test_an_alert_is_one_per_group_and_rule():
    other = Rule(name="other")

    assert alert_id("g", DEFAULT_RULE) == alert_id("g", DEFAULT_RULE)
    assert len({alert_id("g", DEFAULT_RULE), alert_id("h", DEFAULT_RULE), alert_id("g", other)}) == 3


def assert_harmless(told: About) -> None:
    message = compose(told)

    ours = {told.page_url, "https://a.example/1", "https://wire.example/1"}
    for words in (message.title, message.body, message.short):
        rest = re.sub("|".join(map(re.escape, ours)), "", words)
        assert (
            re.search(r"@[^\s\u200b\u2069]|<[^\s\u200b\u2069]|//|\]\(|\|\||[*`~]|[\u202a-\u202e]", rest)
            is None
        )
    assert "\n" not in message.title + message.short
    assert len(message.short) <= SHORT_LIMIT
    assert "<\u200b" not in message.html
    page = html.document_fromstring(message.html)
    assert {each.tag for each in page.iter()} <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "p", "span", "h1", "b", "br", "a"
    }  # fmt: skip
    assert {link.get("href") for link in page.iter("a")} <= ours
    assert [
        name for each in page.iter() for name in each.attrib if name.startswith("on") or name == "src"
    ] == []
    json.dumps(message.payload, allow_nan=False).encode("utf-8")
    addresses = [message.payload["url"], *(each["url"] for each in message.payload["copies"])]
    assert {*addresses, *message.payload["links"].values()} <= {None, *ours}


@pytest.mark.parametrize("name", ["title", "outlet", "text", "summary"])
def test_words_of_a_stranger_are_no_markup_no_mention_and_no_link_in_any_form(name):
    told = replace(story(text=None), **{name: HOSTILE})

    assert_harmless(about(told, copies=(copy(HOSTILE, url="javascript:alert(1)"), copy("Wire", 5))))


ANY = st.text(max_size=60) | st.lists(st.sampled_from(HOSTILE.split(" ")), max_size=8).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(
    title=ANY,
    outlet=ANY,
    text=ANY,
    url=st.sampled_from(["https://a.example/1", "javascript:x", "http://me@b/", ""]),
)
def test_nor_are_any_other_words(title, outlet, text, url):
    spans = (match("x", 0, len(text)), place("Sudzha", 0, 5, field="title"))
    told = story(title=title, outlet=outlet, text=text, url=url, matches=spans)

    assert_harmless(about(told, copies=(copy(outlet, url=url), copy("Wire", 5))))


def test_a_page_is_small_enough_for_every_mailbox():
    many = tuple(copy(f"Outlet {number}", url="https://a.example/" + "x" * 500) for number in range(300))

    # Gmail cuts what is longer than 102 kB.
    assert len(compose(about(story(title="x" * 9000, text="y" * 9000), copies=many)).html.encode()) < 30_000
