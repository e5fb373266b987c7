"""What messages share: first sentences, times, the frame of a page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from newsmonitor.alertforms import direction_in, direction_of, document, escape, first_sentences, link, moment


@pytest.mark.parametrize(
    "language, text, first",
    [
        ("en", "One is here. Two is there. Three is far.", "One is here. Two is there."),
        ("en", "Mr. Smith and Gov. Lee met in the U.S. on Nov. 24. It rained! Then more.",
         "Mr. Smith and Gov. Lee met in the U.S. on Nov. 24. It rained!"),
        ("en", 'He said: "Stop!" and left. Is it over? No.', 'He said: "Stop!" and left. Is it over?'),
        ("en", '"It is over." Troops left. More.', '"It is over." Troops left.'),
        ("en", "It cost $3.5 million. See example.com for more. End.",
         "It cost $3.5 million. See example.com for more."),
        ("en", "They said no. Nobody came. More.", "They said no. Nobody came."),
        ("en", "Unit No. 5 burnt. A. B. Carr fled. More.", "Unit No. 5 burnt. A. B. Carr fled."),
        ("en", "What?! Yes... and no. More.", "What?! Yes... and no."),
        ("ru", "В 2024 г. в ст. Кореневской был бой. А. Хинштейн подтвердил это. Ещё.",
         "В 2024 г. в ст. Кореневской был бой. А. Хинштейн подтвердил это."),
        ("ru", "Погибли 5 тыс. человек, т.е. много. Так сказал ген. Иванов. Ещё.",
         "Погибли 5 тыс. человек, т.е. много. Так сказал ген. Иванов."),
        ("uk", "Бої тривають на вул. Миру в м. Суми. Про це повідомив О. Петренко. Ще.",
         "Бої тривають на вул. Миру в м. Суми. Про це повідомив О. Петренко."),
        ("de", "Am 24. November fiel der Strom aus. Das sagte Dr. Weber. Mehr.",
         "Am 24. November fiel der Strom aus. Das sagte Dr. Weber."),
        ("zh", "州里发生战斗。两人受伤！更多消息。", "州里发生战斗。两人受伤！"),
        ("zh", "他说：「停！」他走了。完。", "他说：「停！」他走了。"),
        ("ar", "وقع انفجار في المدينة. هل أصيب أحد؟ نعم.", "وقع انفجار في المدينة. هل أصيب أحد؟"),
        ("hi", "यह पहला है। यह दूसरा है। तीसरा।", "यह पहला है। यह दूसरा है।"),
        (None, "No end at all", "No end at all"),
        ("en", "World news\nBy Jane Doe\nKYIV\nThe bridge was hit. Two hurt. More.", "The bridge was hit. Two hurt."),
        ("en", "World news\nBy Jane Doe", "World news"),
        ("en", "The first paragraph has no full stop at all\nThe second has one. End.",
         "The first paragraph has no full stop at all The second has one."),
        ("en", "", ""),
        ("en", " \n ", ""),
    ],
)  # fmt: skip
def test_the_first_two_sentences(language, text, first):
    assert first_sentences(text, language) == first


def test_what_is_long_is_cut_and_says_so():
    assert first_sentences("word " * 500, limit=20) == "word word word word…"
    assert first_sentences("字" * 5000 + "。", "zh") == "字" * 319 + "…"


@given(st.text(), st.sampled_from(["en", "ru", "de", "zh", None]), st.integers(1, 50))
def test_any_text_gives_one_bounded_line_of_its_own_words(text, language, limit):
    found = first_sentences(text, language, limit=limit)

    assert len(found) <= limit
    assert found == " ".join(found.split())
    assert set(found) <= set(text) | {" ", "…"}


def test_a_time_is_told_in_the_zone_of_the_event_and_in_utc():
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)

    assert moment(noon, ZoneInfo("Europe/Moscow")) == "2026-11-24 15:00 Moscow time (12:00 UTC)"
    assert moment(noon, ZoneInfo("America/New_York")) == "2026-11-24 07:00 New York time (12:00 UTC)"
    assert moment(noon, ZoneInfo("UTC")) == "2026-11-24 12:00 UTC"
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert moment(late, ZoneInfo("Europe/Kyiv")) == "2026-07-02 01:30 Kyiv time (2026-07-01 22:30 UTC)"


def test_a_document_says_its_language_and_direction_and_escapes_what_is_plain_text():
    made = document(
        "<b>T & co</b>", "<p id=x>Body</p>", lang="ar", preview="<i>P</i>", footer_html="<u>F</u>"
    )

    page = html.document_fromstring(made)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert page.findtext(".//title") == "<b>T & co</b>"
    assert page.get_element_by_id("x").text == "Body"
    assert page.find(".//u").text == "F"
    assert page.findall(".//i") == []
    assert "<i>P</i>" in page.text_content()
    assert made.isascii()


def test_a_document_without_preview_and_footer_has_none():
    page = html.document_fromstring(document("T", "<p>Body</p>", lang="en"))

    assert page.body.text_content().split() == ["Body"]


@given(st.text())
def test_escaped_words_are_words_again_when_they_are_read(text):
    page = html.document_fromstring(f"<p title='{escape(text)}'>x{escape(text)}</p>")

    # HTML reads every end of a line as one.
    kept = "".join(sign for sign in text if escape(sign)).replace("\r\n", "\n").replace("\r", "\n")
    assert page.findtext(".//p")[1:] == kept
    assert page.find(".//p").get("title").split() == kept.split()


def test_a_link_is_one_only_where_there_is_an_address():
    assert link(None, "A &amp; B") == "A &amp; B"
    [made] = html.fragments_fromstring(link("https://a.example/?a=1&b='2'", "A &amp; B"))
    assert (made.get("href"), made.text) == ("https://a.example/?a=1&b='2'", "A & B")


def test_the_way_a_language_and_a_text_are_written():
    assert [direction_of(each) for each in ("ar", "fa-IR", "en", "ru", None)] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]
    assert [direction_in(each) for each in ("12 שלום", "\u2068مرحبا", "BBC عربي", "12")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]
