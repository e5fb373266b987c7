"""The desk as a web application: what its pages say, what feed readers get, and that nobody is let in unknown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from lxml import html

from atomcheck import errors
from deskapp import (
    AT,
    FIRST,
    SECOND,
    STORY,
    TEXT,
    TOKEN,
    a_match,
    a_tag,
    anybody,
    nobody,
    served,
    settings_of,
)
from newsmonitor.warehouse import Warehouse
from newsmonitor_desk.app import create_app
from newsmonitor_desk.storypage import edits, paragraphs
from storyrows import NOON, a_copy, a_revision, a_story, store


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def filled(house) -> Warehouse:
    store(
        house,
        STORY,
        a_copy(SECOND, FIRST, "Wire", at=40, title="Wire <img src=x>", language="ru"),
        a_revision(
            FIRST, at=90, diff="# [-12 dead-] {+15 <dead>+} near Sudzha\nNo more is [-known-]{+said+}."
        ),
    )
    return house


@pytest.fixture
def client(filled) -> Iterator[httpx.Client]:
    settings = settings_of(filled)
    with served(create_app(check_viewer=anybody, read_settings=lambda: settings, now=lambda: AT)) as client:
        yield client


@pytest.fixture
def stranger(filled) -> Iterator[httpx.Client]:
    settings = settings_of(filled)
    with served(create_app(check_viewer=nobody, read_settings=lambda: settings, now=lambda: AT)) as client:
        yield client


# ---- the page of a story ----------------------------------------------------------------------------------


def test_the_page_of_a_story_says_what_is_known_of_it(client):
    answer = client.get(f"/stories/{FIRST}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = html.fromstring(answer.content)
    assert page.findtext(".//h1/mark") == "Sudzha"
    assert page.find(".//h1").text_content() == 'Fighting near Sudzha <b>"now"</b>'
    times = {row.findtext("dt"): row.findtext("dd") for row in page.findall(".//dl/div")}
    assert times["Published"] == "2026-11-24 15:00 Moscow time (12:00 UTC)"
    assert page.find_class("button")[0].get("href") == STORY.url
    assert [mark.get("title") for mark in page.findall(".//article//mark")] == [
        'kursk: place Su"dzha, 4 points'
    ]
    assert page.find(".//article//s").get("title") == "kursk: ruled out, the submarine"
    assert [each.text_content() for each in page.findall(".//article/p")] == [
        line for line in TEXT.split("\n") if line
    ]
    group = [" ".join(each.text_content().split()) for each in page.find_class("group")[0]]
    assert group == [
        '2026-11-24 15:00 Moscow time (12:00 UTC) Ledger (en) · first Fighting near Sudzha <b>"now"</b> (this story) '
        "original",
        "2026-11-24 15:40 Moscow time (12:40 UTC) Wire (ru) · near copy, 96% of it stands there, adds 41 words "
        "Wire <img src=x> original",
    ]
    assert page.find_class("group")[0].find(".//a").get("href") == STORY.url
    assert [each.text_content() for each in page.findall(".//details//del")] == ["12 dead", "known"]
    assert [each.text_content() for each in page.findall(".//details//ins")] == ["15 <dead>", "said"]
    steps = [row.findtext("td[2]") for row in page.findall(".//tbody/tr")]
    assert steps[0] == "poll_feeds"
    assert "send_alerts" in steps


def test_nothing_of_a_stranger_is_markup_on_it(client):
    page = html.fromstring(client.get(f"/stories/{FIRST}").content)

    assert page.findall(".//script") == page.findall(".//img") == page.findall(".//i") == []
    assert [
        name for each in page.iter() for name in each.attrib if name.startswith("on") or name == "style"
    ] == []


def test_an_address_that_is_none_of_the_web_is_no_link(house):
    settings = settings_of(house)
    store(house, replace(STORY, url="javascript:alert(1)", canonical_url=None))

    with served(create_app(check_viewer=anybody, read_settings=lambda: settings, now=lambda: AT)) as client:
        answer = client.get(f"/stories/{FIRST}")

    assert answer.status_code == 200
    assert "javascript:" not in answer.text


def test_an_unknown_story_is_not_there(client):
    answer = client.get("/stories/..%00'%22%3Cb%3E")

    assert answer.status_code == 404
    assert "No story has this id." in answer.text


def test_a_broken_topic_file_hides_no_story_and_is_said_where_it_counts(filled, tmp_path):
    (tmp_path / "seeds" / "topics").mkdir(parents=True)
    (tmp_path / "seeds" / "topics" / "kursk.toml").write_text("id = \n")
    settings = settings_of(filled, seeds=tmp_path / "seeds")

    with served(create_app(check_viewer=anybody, read_settings=lambda: settings, now=lambda: AT)) as client:
        story, feed = client.get(f"/stories/{FIRST}"), client.get("/feeds/kursk.atom")

    assert story.status_code == 200
    assert "2026-11-24 12:00 UTC" in story.text
    assert feed.status_code == 500
    assert "kursk.toml, line 1" in feed.text


@pytest.mark.parametrize(
    "text, starts, expected",
    [
        ("a b\nc", [], [["a b"], ["c"]]),
        ("a b\nc", [(0, 1), (2, 3), (4, 5)], [["[a]", " ", "[b]"], ["[c]"]]),
        # What overlaps, what lies across a break, and what the text is too short for.
        ("abcd\nef", [(0, 3), (2, 4), (3, 6), (6, 90)], [["[abc]", "d"], ["ef"]]),
        ("", [(0, 1)], []),
        ("a\u202eb\x00c", [(2, 3)], [["a", "[b]", "c"]]),
    ],
)
def test_the_matches_of_a_text_are_marked(text, starts, expected):
    matches = [a_match("body", "x", start=start, end=end) for start, end in starts]

    found = [
        [f"[{piece.text}]" if piece.kind == "mark" else piece.text for piece in paragraph]
        for paragraph in paragraphs(text, matches)
    ]

    assert found == expected


def test_a_diff_is_shown_with_what_is_gone_and_what_is_new():
    [paragraph] = edits("… [-12-] {+15+} [ - no mark - ] {+new")

    assert [(piece.kind, piece.text) for piece in paragraph] == [
        ("text", "… "), ("del", "12"), ("text", " "), ("ins", "15"), ("text", " [ - no mark - ] {+new"),
    ]  # fmt: skip


# ---- the digest -------------------------------------------------------------------------------------------


def test_the_digest_of_a_rule_is_a_page(client):
    answer = client.get("/digest/default")

    assert answer.status_code == 200
    assert "Fighting near" in answer.text
    # Its styles stand in it, being an e-mail's; scripts do not run there either.
    assert "default-src 'none'; style-src 'unsafe-inline'" in answer.headers["content-security-policy"]
    assert client.get("/digest/no-such").status_code == 404


def test_a_digest_of_a_period_has_what_came_in_it(client):
    period = f"since={(AT - timedelta(days=9)).isoformat()}&until={(AT - timedelta(days=8)).isoformat()}"

    past = client.get(f"/digest/default?{period.replace('+', '%2B')}")
    whole = client.get("/digest/default?since=2026-01-01&until=2099-01-01T00:00:00Z")

    assert (past.status_code, whole.status_code) == (200, 200)
    assert "Fighting near" not in past.text
    assert "Fighting near" in whole.text
    assert client.get("/digest/default?since=yesterday").status_code == 422


# ---- the feed ---------------------------------------------------------------------------------------------


def test_a_feed_is_answered_with_what_tells_a_reader_whether_it_changed(client, filled):
    first = client.get("/feeds/kursk.atom")

    assert (first.status_code, first.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert errors(first.content) == []
    assert first.headers["last-modified"] == "Tue, 24 Nov 2026 13:30:00 GMT"
    assert first.headers["cache-control"] == "private, no-cache"

    store_later(filled)

    assert client.get("/feeds/kursk.atom").headers["etag"] != first.headers["etag"]


def store_later(house: Warehouse) -> None:
    later = a_story("cccccccc" * 4, "Echo", at=200, topics=("kursk",), level="main", tags=(a_tag("main"),))
    house.append([later], batch="later", day=NOON.date())


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": 'W/{etag}, "x"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": "Tue, 24 Nov 2026 13:30:00 GMT"}, 304),
        ({"If-Modified-Since": "Tue, 24 Nov 2026 13:29:59 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        # The tag counts where both are given (RFC 9110, 13.1.3).
        ({"If-None-Match": '"x"', "If-Modified-Since": "Tue, 24 Nov 2026 13:30:00 GMT"}, 200),
    ],
)
def test_a_reader_that_has_this_feed_is_not_sent_it_again(client, headers, status):
    etag = client.get("/feeds/kursk.atom").headers["etag"]

    answer = client.get(
        "/feeds/kursk.atom", headers={name: value.format(etag=etag) for name, value in headers.items()}
    )

    assert (answer.status_code, answer.headers["etag"]) == (status, etag)
    assert (answer.content == b"") == (status == 304)


def test_an_unknown_topic_has_no_feed(client):
    assert client.get("/feeds/no-such.atom").status_code == 404


def test_an_empty_warehouse_has_an_empty_feed_and_no_story(house):
    settings = settings_of(house)

    with served(create_app(check_viewer=anybody, read_settings=lambda: settings, now=lambda: AT)) as client:
        feed, digest, story = (
            client.get(path) for path in ("/feeds/kursk.atom", "/digest/default", "/stories/x")
        )

    assert (feed.status_code, digest.status_code, story.status_code) == (200, 200, 404)
    assert errors(feed.content) == []
    # Whoever only looks makes nothing.
    assert not house.root.exists()


# ---- who is let in ----------------------------------------------------------------------------------------


def test_a_feed_reader_is_let_in_by_the_token_to_the_feed_and_nowhere_else(stranger):
    assert stranger.get("/feeds/kursk.atom", params={"token": TOKEN}).status_code == 200
    # Only who is let in is told which topics there are.
    for topic in ("kursk", "no-such"):
        for token in (None, "", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "ключ", "\x00"):
            answer = stranger.get(f"/feeds/{topic}.atom", params={} if token is None else {"token": token})
            assert (answer.status_code, answer.text) == (401, "Not authenticated\n")
    for path in (f"/stories/{FIRST}", "/digest/default", "/static/desk.css"):
        assert stranger.get(path, params={"token": TOKEN}).status_code == 401


def test_where_no_token_is_set_none_lets_anybody_in(filled):
    settings = settings_of(filled, feed_token=None)

    with served(create_app(check_viewer=nobody, read_settings=lambda: settings, now=lambda: AT)) as client:
        answers = [client.get("/feeds/kursk.atom", params={"token": token}) for token in ("", "None", TOKEN)]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


def test_no_route_answers_a_stranger(stranger):
    app = create_app(check_viewer=nobody)
    paths = [route.path for route in app.routes]

    assert len(paths) == 4
    for path in paths:
        assert stranger.get(path.format(topic_id="kursk", story_id=FIRST, rule="default")).status_code == 401
    for path in (
        "/",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/feeds",
        "/static/",
        "/static/../app.py",
        f"/stories/{FIRST}/",
    ):
        assert stranger.get(path).status_code in (401, 404)


def test_nothing_can_be_changed(client):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, f"/stories/{FIRST}").status_code == 405


@pytest.mark.parametrize(
    "path", [f"/stories/{FIRST}", "/stories/x", "/feeds/kursk.atom", "/static/desk.css", "/nothing"]
)
def test_every_answer_forbids_scripts_guessing_and_telling_where_one_came_from(client, path):
    headers = client.get(path).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cache-control"] in ("no-store", "private, no-cache")
