"""Feeds whose reading went wrong once: the smallest bytes that show it."""

import pytest

from newsmonitor.feeds import parse_feed
from newsmonitor.feedtext import plain_line, plain_lines


def links(body: str) -> list[str | None]:
    parsed = parse_feed(body.encode(), content_type=None, url="http://site.example/feed.xml")
    return [item.url for item in parsed.items]


def in_rss(item: str) -> str:
    return f"<rss version='2.0'><channel><title>F</title><item>{item}</item></channel></rss>"


def in_atom(entry: str) -> str:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry>{entry}</entry></feed>"


@pytest.mark.parametrize(
    "body",
    [
        in_atom("<id>t3_42</id><title>x</title>"),
        in_rss("<guid>plain</guid><title>x</title>"),
        in_rss("<guid>tag:site.example,2026:1</guid><title>x</title>"),
    ],
)
def test_an_id_that_is_no_address_is_no_link(body):
    assert links(body) == [None]


@pytest.mark.parametrize("guid", ["/news/1", "http://site.example/news/1"])
def test_a_guid_that_is_an_address_is_the_link_where_there_is_none(guid):
    assert links(in_rss(f"<guid>{guid}</guid><title>x</title>")) == ["http://site.example/news/1"]


@pytest.mark.parametrize("attribute", ["uri='at://x'", "href=''", "rel='x'", "isPermaLink='true'"])
def test_the_address_in_a_link_goes_before_its_attributes(attribute):
    body = in_rss(f"<title>x</title><link {attribute}>\n http://site.example/item</link>")

    assert links(body) == ["http://site.example/item"]


def test_an_enclosure_with_its_address_inside_is_not_the_page():
    body = in_atom("<link rel='enclosure'>http://site.example/a.mp3</link><link rel='alternate' href='/a'/>")

    assert links(body) == ["http://site.example/a"]


def test_an_atom_link_keeps_its_attributes():
    assert links(in_atom("<id>1</id><link rel='alternate' href='/a'/>")) == ["http://site.example/a"]


@pytest.mark.parametrize(
    "markup", ["one<object data='x'> two", "one<iframe src=x> two", "one<video> two", "<p>one</p><svg>two"]
)
def test_a_frame_that_is_never_closed_swallows_no_text(markup):
    assert (plain_lines(markup, 1000) or "").split() == ["one", "two"]


def test_what_stands_in_a_closed_frame_is_no_text():
    assert plain_lines("one<object>no</object> two<iframe>three", 1000) == "one twothree"


def test_the_code_of_a_script_is_no_part_of_a_headline():
    assert plain_line("safe&lt;script>var a=1&lt;/script> title", 1000) == "safe title"
    assert plain_line("safe<style>p {}</style> title", 1000) == "safe title"


def test_a_thousand_open_frames_cost_no_time():
    assert plain_lines("<object>" * 20_000 + "end", 500_000) == "end"
