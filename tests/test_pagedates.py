"""The dates of a page: which of its statements is believed, and how well it is known."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.records import Announced
from newsmonitor.structured import read_structured, without_scripts

URL = "https://www.courier.example/2024/08/06/border"
HEADLINE = "<h1>Over the border</h1>"


def at(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def news(**fields):
    value = {"@type": "NewsArticle", "headline": "Over the border", **fields}
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def meta(**fields):
    return "".join(
        f'<meta name="{name.replace("_", ":", 1)}" content="{value}">' for name, value in fields.items()
    )


def read(page, **announced):
    markup, blocks = without_scripts(page)
    return read_structured(markup, blocks, URL, Announced(**announced))


def published(page, **announced):
    found = read(page, **announced)
    return found.published_at, found.published_from, found.is_day_only


@pytest.mark.parametrize(
    "written, moment, is_day_only",
    [
        ("2024-08-06T10:30:00+03:00", at(2024, 8, 6, 7, 30), False),
        ("2024-08-06T10:30:00.123Z", at(2024, 8, 6, 10, 30, 0, 123000), False),
        ("2024-08-06 10:30:00+0300", at(2024, 8, 6, 7, 30), False),
        ("Tue, 06 Aug 2024 10:30:00 +0300", at(2024, 8, 6, 7, 30), False),
        ("Tue, 06 Aug 2024 10:30:00 GMT", at(2024, 8, 6, 10, 30), False),
        ("Tue Aug 06 10:30:00 CEST 2024", at(2024, 8, 6, 8, 30), False),
        ("2024-08-06 10:30:00 MSK", at(2024, 8, 6, 7, 30), False),
        ("2024-08-06T10:30 pm +0100", at(2024, 8, 6, 21, 30), False),
        ("1722929400", at(2024, 8, 6, 7, 30), False),
        ("1722929400000", at(2024, 8, 6, 7, 30), False),
        ("2024-08-06", at(2024, 8, 6), True),
        ("20240806", at(2024, 8, 6), True),
        ("06.08.2024", at(2024, 8, 6), True),
        ("6 августа 2024, 10:30", at(2024, 8, 6), True),
        ("August 6, 2024 10:30 PM", at(2024, 8, 6), True),
        ("2024-08-06T10:30:00", at(2024, 8, 6), True),
        ("2024-08-06T00:00:00+03:00", at(2024, 8, 6), True),
        ("2024-08-06T00:00:00Z", at(2024, 8, 6), True),
    ],
)
def test_a_time_is_in_utc_and_a_day_is_its_midnight_and_says_so(written, moment, is_day_only):
    assert published(news(datePublished=written)) == (moment, "json-ld", is_day_only)
    assert published(meta(article_published_time=written)) == (moment, "meta", is_day_only)
    assert published(f'{HEADLINE}<time datetime="{written}">x</time>') == (moment, "time", is_day_only)


@pytest.mark.parametrize(
    "written",
    [
        "", "today", "06/08/2024", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z",
        "1994-12-31", "2100-01-01", "0", "12345678", "9" * 20, "2024-08-06T10:30:00+99:00", "2024-02-30", "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_time_of_the_web_is_none(written):
    page = news(datePublished=written, dateModified=written) + meta(article_published_time=written)

    assert published(page + f'{HEADLINE}<time datetime="{written}">') == (None, None, False)
    assert read(page).modified_at is None


def test_the_article_s_own_statement_goes_before_the_meta_elements_and_these_before_the_markup():
    ld, head = news(datePublished="2024-08-06T10:30:00Z"), meta(article_published_time="2024-08-09T10:30:00Z")
    body = f'{HEADLINE}<time datetime="2024-08-10T10:30:00Z">'

    assert published(head + ld + body)[:2] == (at(2024, 8, 6, 10, 30), "json-ld")
    assert published(head + body)[:2] == (at(2024, 8, 9, 10, 30), "meta")
    assert published(body)[:2] == (at(2024, 8, 10, 10, 30), "time")


@pytest.mark.parametrize(
    "name",
    ["article:published_time", "article:published:time", "article.published", "datePublished", "parsely-pub-date",
     "date.published", "DC.date.issued", "Sailthru.Date", "cXenseParse:recs:publishtime", "date"],
)  # fmt: skip
def test_meta_names_count_however_they_are_punctuated(name):
    assert published(f'<meta property="{name}" content="2024-08-06T10:30:00Z">')[1] == "meta"


@pytest.mark.parametrize(
    "first, other, moment",
    [
        # The same clock, now with its zone.
        ("2024-08-06 18:11:01.0", "2024-08-06T18:11:01+02:00", at(2024, 8, 6, 16, 11, 1)),
        # The same moment by the clock of Greenwich.
        ("2024-08-06 18:11:01", "2024-08-06T16:11:01Z", at(2024, 8, 6, 16, 11, 1)),
        ("2024-08-06T22:00:00", "2024-08-07T02:00:00Z", at(2024, 8, 7, 2)),
        ("2024-08-06", "2024-08-06T18:11:01+02:00", at(2024, 8, 6, 16, 11, 1)),
        ("2024-08-06T00:00:00Z", "2024-08-06T01:00:00+02:00", at(2024, 8, 5, 23)),
    ],
)
def test_a_time_that_stands_in_full_elsewhere_is_taken_from_there(first, other, moment):
    page = news(datePublished=first) + meta(date=other)

    assert published(page) == (moment, "meta", False)


@pytest.mark.parametrize(
    "first, other",
    [
        ("2024-08-06T10:30:00", "2024-08-08T10:30:00Z"),
        ("2024-08-06T23:00:00", "2024-08-07T13:30:00Z"),
        ("2024-08-06", "2024-08-07T10:00:00Z"),
        ("2024-08-06T10:30:00", "2024-08-06T11:30:00"),
    ],
)
def test_another_time_is_not_taken_for_the_rest_of_the_first(first, other):
    page = news(datePublished=first) + meta(date=other)

    assert published(page) == (at(2024, 8, 6), "json-ld", True)


def test_a_full_time_stands_whatever_else_is_said():
    page = news(datePublished="2024-08-06T10:30:00Z") + meta(date="2024-08-06T11:30:00Z")

    assert published(page)[0] == at(2024, 8, 6, 10, 30)


@pytest.mark.parametrize(
    "body, moment",
    [
        ('<p itemprop="datePublished" content="2024-08-06T10:30:00Z">August</p>', at(2024, 8, 6, 10, 30)),
        ("<span content='2024-08-06' itemprop='datePublished dateCreated'>", at(2024, 8, 6)),
        ('<time itemprop="datePublished" datetime="2024-08-06T10:30:00Z">', at(2024, 8, 6, 10, 30)),
        ('<p itemprop="datePublished">August</p>', None),
        ('<p title="itemprop=datePublished">', None),
        ('<time datetime="2024-08-06T10:30:00Z">', None),
        (f'<time datetime="2024-08-01">{HEADLINE}<time class=x datetime="2024-08-06">', at(2024, 8, 6)),
        (f'{HEADLINE}{"<p>Text</p>" * 500}<time datetime="2024-08-06">', None),
    ],
)
def test_microdata_anywhere_and_the_time_below_the_headline_are_seen(body, moment):
    assert published(body)[0] == moment


def test_the_page_around_the_article_is_asked_last():
    graph = [
        {"@type": "WebPage", "datePublished": "2024-08-06T10:30:00Z", "dateModified": "2024-08-07T10:30:00Z"}
    ]
    page = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'

    found = read(page)

    assert (found.published_at, found.modified_at) == (at(2024, 8, 6, 10, 30), at(2024, 8, 7, 10, 30))
    assert published(page + meta(date="2024-08-05T10:00:00Z"))[0] == at(2024, 8, 5, 10)


@pytest.mark.parametrize(
    "page",
    [
        news(dateModified="2024-08-06T12:00:00+03:00"),
        meta(article_modified_time="2024-08-06T12:00:00+03:00"),
        '<meta property="og:updated_time" content="Tue, 06 Aug 2024 09:00:00 GMT">',
        '<time itemprop="dateModified" datetime="2024-08-06T09:00:00Z">',
        news(dateModified="2024-08-06 12:00:00")
        + '<meta name="last-modified" content="2024-08-06T12:00:00+03:00">',
    ],
)
def test_the_time_of_the_last_change_is_read_by_the_same_rules(page):
    found = read(page)

    assert (found.modified_at, found.published_at) == (at(2024, 8, 6, 9), None)


@pytest.mark.parametrize(
    "written, changed, announced_at, moment",
    [
        ("2024-01-06T10:00:00Z", None, at(2024, 6, 1, 10), at(2024, 6, 1, 10)),
        ("2024-06-01T10:00:00Z", "2024-01-06T11:00:00Z", None, at(2024, 1, 6, 10)),
        ("2024-01-06", None, at(2024, 6, 1, 10), at(2024, 6, 1)),
        # Written in January, changed in June: nothing is wrong.
        ("2024-01-06T10:00:00Z", "2024-06-01T10:00:00Z", None, at(2024, 1, 6, 10)),
        ("2024-01-06T10:00:00Z", None, at(2024, 1, 6, 10), at(2024, 1, 6, 10)),
        ("2024-01-06T10:00:00Z", None, at(2024, 9, 1, 10), at(2024, 1, 6, 10)),
        ("2024-01-26T10:00:00Z", None, at(2024, 6, 1, 10), at(2024, 1, 26, 10)),
    ],
)
def test_day_and_month_are_exchanged_only_where_what_else_is_known_says_so(
    written, changed, announced_at, moment
):
    page = news(datePublished=written, dateModified=changed)

    assert published(page, published_at=announced_at)[0] == moment


@settings(max_examples=80, deadline=None)
@given(
    st.datetimes(datetime(1996, 1, 1), datetime(2099, 12, 30)),
    st.none() | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_every_time_is_itself_or_the_midnight_of_its_day(naive, offset):
    written = naive if offset is None else naive.replace(tzinfo=timezone(offset))

    moment, source, is_day_only = published(news(datePublished=written.isoformat()))

    assert source == "json-ld"
    assert moment == (datetime.combine(naive, datetime.min.time(), UTC) if is_day_only else written)
    assert is_day_only == (offset is None or naive.time() == datetime.min.time())


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=70), st.text(max_size=70))
def test_any_text_for_a_date_raises_nothing(first, other):
    page = news(datePublished=first, dateModified=[other])

    found = read(page + f"<h1>x</h1><time datetime='{other}'><p itemprop='datePublished' content='{first}'>")

    assert all(
        moment is None or moment.tzinfo is not None for moment in (found.published_at, found.modified_at)
    )
