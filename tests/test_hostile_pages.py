"""Hostile pages through a real cycle with real workers: each is a row that says what it was, and the next is read.

All of them are announced by one feed and looked at in one cycle. benchmarks/hostile_pages.py has all pages of the
zoo; here are those that the caps end at once, those that once cost seconds, and one that the deadline ends.
"""

from time import monotonic

import pytest

from desk import NOON, PEACE, Desk
from newsmonitor import pipeline
from newsroom import Site
from newsroom.hostilepages import PAGES

# Outcome, failure class, and what the words of the row must say.
ENDED = {
    "one_line": ("no_text", "extraction_failed", "the page is too large to read (10.0 MB)"),
    "nested_tags": ("no_text", "extraction_failed", "too many elements to read (200,009 tags)"),
    "attributes_on_one_tag": ("no_text", "extraction_failed", "the page is too large to read (9.9 MB)"),
    "gzip_bomb": ("failed", "too_large", "unpacked body, over the limit of 10,000,000 bytes"),
    "endless_refresh": ("failed", "too_many_redirects", "meta refresh"),
    "many_attributes_on_one_tag": ("no_text", "extraction_failed", "took longer than"),
    "links_in_one_div": ("no_text", "extraction_failed", "too many elements to read (200,011 tags)"),
}
# What must be in the text: of these pages all that people wrote is read, whatever is around it.
READ = {
    "nuls": "agreed on the budget of the whole year",
    "wrong_charset": "Жители посёлка проснулись от взрывов",
    "long_number_entity": "agreed on the budget of the whole year",
    "long_number_in_meta": "agreed on the budget of the whole year",
    "combining_marks": "agreed on the budget of the whole year",
    "spaces_in_charset": "agreed on the budget of the whole year",
    "many_authors": "agreed on the budget of the whole year",
    "many_dates": "agreed on the budget of the whole year",
    "linked_data_of_empty_lists": "agreed on the budget of the whole year",
    "utf16_without_mark": "agreed on the budget of the whole year",
}
NO_PAGES = ("pdf", "jpeg", "program", "zipped", "empty", "one_byte", "mark_alone", "entity_bomb")
LAST = "/ordinary"
SECONDS = 6.0


class Looks:
    """What one cycle over the pages left, and how long it took."""

    def __init__(self, site, folder):
        names = [*READ, *NO_PAGES, *ENDED]
        for name in names:
            site.reply(f"/{name}", PAGES[name]().answer)
        desk = Desk(site, folder)
        # The oldest is looked at first.
        items = [
            desk.article(LAST, "The market hall", PEACE),
            *((name, f"/{name}") for name in reversed(names)),
        ]
        desk.feed("zoo", items)
        settings = desk.settings().model_copy(
            update={"workers": 2, "fetch_per_host": 2, "page_timeout": 20.0}
        )
        with pipeline.open_run(NOON, settings) as run:
            pipeline.poll_feeds(run)
            began = monotonic()
            pipeline.fetch_pages(run)
            self.seconds = monotonic() - began
        self.rows = {row["requested_url"].rpartition("/")[2]: row for row in desk.rows("select * from pages")}


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    with Site() as site:
        return Looks(site, tmp_path_factory.mktemp("zoo"))


@pytest.mark.parametrize("name", ENDED)
def test_a_page_that_cannot_be_read_says_why(looks, name):
    row = looks.rows[name]

    outcome, failure_class, words = ENDED[name]
    assert (row["outcome"], row["failure_class"], row["text"]) == (outcome, failure_class, None)
    assert words in row["error"]


@pytest.mark.parametrize("name", READ)
def test_what_is_around_a_text_does_not_cost_the_text(looks, name):
    row = looks.rows[name]

    assert (row["outcome"], row["failure_class"]) == ("read", None)
    assert READ[name] in row["text"]
    assert "\0" not in row["text"]


def test_a_page_in_two_encodings_is_read_in_both(looks):
    assert looks.rows["wrong_charset"]["text"].count("сообщил губернатор") == 25


@pytest.mark.parametrize("name", NO_PAGES)
def test_what_is_no_page_of_text_gives_none_and_says_so(looks, name):
    row = looks.rows[name]

    assert (row["outcome"], row["text"]) == ("no_text", None)
    assert row["failure_class"] in ("not_html", "extraction_failed")
    assert row["error"]


def test_the_page_after_them_is_read(looks):
    assert looks.rows["ordinary"]["outcome"] == "read"
    assert looks.rows["ordinary"]["text"].startswith("The town council agreed")


def test_no_more_than_one_of_them_takes_the_time_that_a_page_has(looks):
    # Two workers: one spends its time on the page that the deadline ends.
    assert looks.seconds < 2 * SECONDS
