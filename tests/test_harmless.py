"""Words of strangers: they look as they did, and no channel reads a link, a mention or markup in them."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt

from newsmonitor.harmless import address, cleaned, stranger

BREAK = "\u200b"
UNSEEN = str.maketrans("", "", "\u200b\u2068\u2069")
AS_BEFORE = str.maketrans({"∗": "*", "ˍ": "_", "ˋ": "`", "∼": "~"})
MARKUP = re.compile(r"<(a|em|strong|code|s|del|img|h\d|blockquote|hr|pre)\b")
# Pieces of which addresses, mentions and markup are made, in every order.
PIECES = (
    "http://", "https://", "HTTPS://", "www.", "evil", "x", ".", ".com", ".ru", ".рф", ".co.uk", "。com", ".москва",
    "/", "//", "\\\\", ":", "mailto:", "tel:", "javascript:", "a@b", "@", "everyone", "@here", "<", ">", "<!", "<@1>",
    "|", "||", "[", "]", "(", ")", "![", "](", "*", "**", "_", "__", "`", "```", "~", "~~", "#", "# ", "> ", "- ",
    "---", "===", " ", "\n", "10.0.0.1", "1", "é", "я", "שלום", "مرحبا", "库", "\u202e", "\u2066", "\u2069",
    "\u200b", "\u200d", "\u0336", "&", "&lt;", "&#64;", "xn--p1ai", "!", "'", '"', "-",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)


def seen(text: str) -> str:
    """What a reader sees."""
    return text.translate(UNSEEN).translate(AS_BEFORE)


def a_reader_of_markdown() -> MarkdownIt:
    # As CommonMark has it, with bare addresses made links and words struck through, as chats do.
    reader = MarkdownIt("commonmark", {"linkify": True}).enable(["linkify", "strikethrough"])
    reader.linkify = LinkifyIt()
    reader.linkify.tlds(["com", "ru", "рф", "uk", "co", "москва", "xn--p1ai"], True)
    return reader


READER = a_reader_of_markdown()


@pytest.mark.parametrize(
    "text",
    [
        "Pi is 3.14, not 3.2", "The U.S. and the U.K. agree", "Version v2.0 is out", "т.е. все, и т.д.",
        "e.g. this, i.e. that",
        "A.M. Orlova, 5 p.m.", "1.2.3 and 12:30", "Prices up 3.5%...", "AT&T and Q&A", "x < y", "Kursk: what we know",
        "«Курск» — город", "snake_case", "C# and F#", "5 > 3", "He said: go", "and/or", "Ця область. Тут",
        "公司。集团表示",
        "end.Of sentence", "a-b", "100 000 €", "🇺🇦 👨‍👩‍👧", "Ēriks, Łódź, Đorđe", "हिन्दी में",
    ],
)  # fmt: skip
def test_what_looks_like_no_address_stays_as_it_is(text):
    assert stranger(text) == text


@pytest.mark.parametrize(
    "text, safe",
    [
        ("see evil.com/now", "see evil.¦com/now"),
        ("https://evil.com", "https:¦/¦/evil.¦com"),
        ("bit.ly/x and t.me/y", "bit.¦ly/x and t.¦me/y"),
        ("кремль.рф", "кремль.¦рф"),
        ("भारत.भारत", "भारत.¦भारत"),
        ("evil。com", "evil。¦com"),
        ("a.xn--p1ai", "a.¦xn--p1ai"),
        ("evil.com, «evil.ru»", "evil.¦com, «evil.¦ru»"),
        ("www.evil", "www.¦evil"),
        ("EVIL.COM", "EVIL.¦COM"),
        ("10.0.0.1/x", "10.¦0.0.1/x"),
        (r"\\host\share", r"\¦\host\share"),
        ("mailto:x", "mailto:¦x"),
        ("write to a@b.com", "write to a@¦b.¦com"),
        ("@everyone @john", "@¦everyone @¦john"),
        ("x@here", "x@¦here"),
        ("<!channel> <@U1> !here>", "<¦!¦channel> <¦@¦U1> !¦here>"),
        ("<http://x.co|click>", "<¦http:¦/¦/x.¦co|click>"),
        ("&lt;!here&gt;", "&¦lt;!¦here&¦gt;"),
        ("[click](http://x.co)", "[click]¦(http:¦/¦/x.¦co)"),
        ("||hidden||", "|¦|hidden|¦|¦"),
        ("# Big", "¦# Big"),
        ("> said", "¦> said"),
        ("*b* `c` ~s~", "∗b∗ ˋcˋ ∼s∼"),
        ("_i_ имя_фото_дня", "ˍiˍ имяˍфотоˍдня"),
        ("moc.live\u202e of", "moc.¦live of"),
        ("a\x00b\x1b[31mc\u200bd\ufeffe\u00adf", "ab[31mcdef"),
        ("one\ntwo\u2028three\t four", "one two three four"),
    ],
)
def test_what_a_channel_would_read_is_broken_where_nobody_sees_it(text, safe):
    assert stranger(text).replace(BREAK, "¦") == safe


def test_words_from_right_to_left_keep_their_order_and_leave_that_around_them_alone():
    assert stranger("שלום עולם 12") == "\u2068שלום עולם 12\u2069"
    assert stranger("بي بي سي: \u202eBBC\u202c") == "\u2068بي بي سي: BBC\u2069"
    # Marks of direction belong to the script.
    assert stranger("\u200fBBC عربي") == "\u2068\u200fBBC عربي\u2069"


def test_a_flood_of_marks_is_four_deep_and_a_language_keeps_its_own():
    assert stranger("Z" + "\u0336" * 500 + "a") == "Z" + "\u0336" * 4 + "a"
    assert stranger("\u0301\u0302x") == "x"
    pointed = "בְּרֵאשִׁ֖ית"
    assert stranger(pointed).translate(UNSEEN) == pointed


def test_a_headline_of_ten_thousand_letters_is_bounded():
    assert len(stranger("a" * 10_000)) == 1000
    assert stranger("word " * 3, 8) == "word wo…"
    assert stranger("word word", 6) == "word…"
    assert len(cleaned("\u0301" * 10**6 + "b" * 10**6, 250)) <= 250


def test_words_for_programmes_are_the_words():
    assert cleaned("see  evil.com\n@everyone *x*\u202e\x07") == "see evil.com @everyone *x*"


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_no_reader_of_markdown_finds_a_link_or_markup(text):
    shown = READER.render(stranger(text))

    assert MARKUP.search(shown) is None, shown


@settings(max_examples=100, deadline=None)
@given(HOSTILE, HOSTILE)
def test_nor_does_it_across_two_pieces(one, two):
    shown = READER.render(f"{stranger(one)} · {stranger(two)}\n{stranger(one)}")

    assert MARKUP.search(shown) is None, shown


@settings(max_examples=150, deadline=None)
@given(HOSTILE | st.text(), st.none() | st.integers(1, 40))
def test_it_looks_as_before_in_one_line_and_a_second_time_changes_nothing(text, limit):
    safe = stranger(text, limit)

    assert stranger(safe, limit) == safe
    assert seen(safe) == cleaned(text, limit).translate(UNSEEN).translate(AS_BEFORE)
    assert cleaned(cleaned(text, limit), limit) == cleaned(text, limit)
    assert len(safe.translate(UNSEEN)) <= (limit or 1000)
    assert safe.split() == safe.split(" ") or safe == ""
    assert [sign for sign in safe if unicodedata.category(sign) in ("Cc", "Cs")] == []
    assert re.search("[\u202a-\u202e\u2066\u2067]", safe) is None
    assert safe.count("\u2068") == safe.count("\u2069") <= 1


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_nothing_that_rings_or_links_is_left(text):
    safe = stranger(text)

    assert re.search(r"@[^\s\u200b\u2069]|<[^\s\u200b\u2069]|//|\]\(|\|\||&#?\w+;|[*`~]", safe) is None
    assert re.search(r"(?<=[^\s.。\u2068])\.(com|ru|рф|москва)\b", safe, re.IGNORECASE) is None


@pytest.mark.parametrize(
    "url, safe",
    [
        ("https://a.example/1?x=1&y=a_b#part", "https://a.example/1?x=1&y=a_b#part"),
        ("http://a.example/@everyone", "http://a.example/%40everyone"),
        ('https://a.example/<b>|`x`"', "https://a.example/%3Cb%3E%7C%60x%60%22"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://a.example/\u202egnp", "https://a.example/%E2%80%AEgnp"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/", None),
        ("https://me:secret@a.example/", None),
        ("https://", None),
        ("/a", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_of_the_web_and_nothing_in_it_is_markup(url, safe):
    assert address(url) == safe


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from((*PIECES, "https://a.example/")) | st.text(max_size=3), max_size=12).map("".join)
)
def test_an_address_is_ascii_and_starts_with_its_scheme(text):
    safe = address(text)

    assert safe is None or re.fullmatch(r"(?i)https?://[^\s<>\"`|\\@]+", safe, re.ASCII)
    assert safe is None or (safe.isascii() and address(safe) == safe)
