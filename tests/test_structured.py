"""What a page says of itself: which of its titles, and the fields of linked data and meta elements."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.records import Announced
from newsmonitor.structured import Structured, plain, read_structured, without_scripts

URL = "https://www.courier.example/2024/08/06/border"
LONG = "Troops crossed the border at dawn"


def linked(value):
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


def news(**fields):
    return linked({"@type": "NewsArticle", **fields})


def read(page, *, url=URL, **announced):
    markup, blocks = without_scripts(page)
    return read_structured(markup, blocks, url, Announced(**announced))


def titles(*, ld=None, og=None, twitter=None, h1=(), title=None, site="The Courier"):
    parts = [f'<meta property="og:site_name" content="{site}">']
    parts += [news(headline=ld)] if ld else []
    parts += [f"<meta property='og:title' content='{og}'>"] if og else []
    parts += [f"<meta name='twitter:title' content='{twitter}'>"] if twitter else []
    parts += [f"<title>{title}</title>"] if title else []
    return "".join(parts) + "".join(f"<h1>{text}</h1>" for text in h1)


@pytest.mark.parametrize(
    "given, title",
    [
        # What is shared is the headline, whatever the search engine or the page is told.
        (
            {
                "og": LONG,
                "ld": "Border crossed at dawn",
                "h1": ["Border crossed at dawn"],
                "title": "Crossed",
            },
            LONG,
        ),
        ({"og": LONG, "h1": ["Background: " + LONG]}, LONG),
        ({"ld": LONG, "h1": ["Something else entirely"]}, LONG),
        ({"twitter": LONG, "h1": ["Something else entirely"]}, LONG),
        ({"h1": ["The Courier", LONG]}, LONG),
        ({"h1": ["", LONG], "title": "The Courier"}, LONG),
        ({"title": LONG}, LONG),
        # og:title and title element are the search engine's where linked data and heading agree on another.
        ({"og": "Border: all the news", "title": "Border: all the news", "ld": LONG, "h1": [LONG]}, LONG),
        ({"og": "Border: all the news", "title": "Border: all the news", "ld": LONG}, "Border: all the news"),
        # Wikipedia's linked data describes its article.
        (
            {"ld": "campaign of a war", "h1": ["Border crossing"], "title": "Border crossing - The Courier"},
            "Border crossing",
        ),
        # Cut short for sharing.
        ({"og": "Troops crossed the bor…", "ld": LONG}, LONG),
        ({"og": "Troops crossed the...", "h1": ["Else", LONG + " today"]}, LONG + " today"),
        ({"og": "And so on...", "h1": ["Else"]}, "And so on..."),
        # With a section before or after it, which stands nowhere else.
        ({"og": f"{LONG} | Bhopal News - Courier", "h1": [LONG]}, LONG),
        ({"og": f"Border War: {LONG} | Bhopal News", "ld": LONG}, LONG),
        ({"og": "War: Border", "h1": ["Border"]}, "War: Border"),
        ({"title": "- | -"}, None),
        ({"title": "The Courier"}, "The Courier"),
    ],
)
def test_the_title_is_the_one_that_the_others_bear_out(given, title):
    assert read(titles(**given)).title == title


@pytest.mark.parametrize(
    "written",
    [
        "{} - The Courier", "{} | Courier", "{} – Courier Online", "{}｜The Courier", "{}：The Courier",
        "The Courier: {}", "Courier.example | {}", "{} -- News -- The Courier", "{} • THE COURIER", "{} - courier",
        "{} | Courier | Courier",
    ],
)  # fmt: skip
def test_the_name_of_the_site_is_no_part_of_the_title_at_either_end(written):
    assert read(titles(title=written.format(LONG), h1=[LONG])).title == LONG
    if "News" not in written:
        assert read(titles(og=written.format(LONG), site="The Courier")).title == LONG


@pytest.mark.parametrize(
    "title, site",
    [
        ("Border - crossed", "The Courier"),
        ("Explosions reported - Kyiv", "The Kyiv Independent"),
        ("Kyiv: explosions reported", "The Kyiv Independent"),
        ("Talks end - in Bremen", "br"),
        ("Courier plane: two people dead", "Courier"),
        ("The Courier", "The Courier"),
        ("A courier crossed the border", "The Courier"),
        ("Border crossed: what the courier says about the war", "Courier"),
    ],
)
def test_what_only_resembles_the_name_of_the_site_stays_in_the_title(title, site):
    assert read(titles(title=title, site=site)).title == title


def test_the_title_in_the_feed_settles_which_of_the_page_s_titles_it_is():
    page = titles(og="For search engines", ld="For sharing", h1=["For «readers»"], title="For all")

    assert read(page).title == "For search engines"
    assert read(page, title='For "readers"').title == "For «readers»"
    assert read(page, title="For nobody").title == "For search engines"


def test_the_heading_is_the_one_with_the_words_of_the_title():
    found = read(titles(og=LONG, h1=["The Courier", f"At noon: {LONG}", "Read more"]))

    assert found.heading == f"At noon: {LONG}"
    assert read("<h1> </h1><h2>No</h2>").heading is None
    assert read("<H1 class='a'>Border <em>crossed</em>").heading is None


@pytest.mark.parametrize(
    "author, names",
    [
        ({"name": "Anna Petrova"}, ("Anna Petrova",)),
        ({"@type": "Person", "givenName": "Anna", "familyName": "Petrova"}, ("Anna Petrova",)),
        ({"@id": "#anna"}, ("Anna of the Graph",)),
        ([{"@id": "#anna"}, {"@id": "#nobody"}, {"name": "John Smith"}], ("Anna of the Graph", "John Smith")),
        ({"name": ["Anna Petrova", "John Smith"]}, ("Anna Petrova", "John Smith")),
        (["Anna Petrova", None, 3, [], {}], ("Anna Petrova",)),
        ("Anna &amp;amp; John", ("Anna & John",)),
        ({"name": {"name": "Anna"}}, ()),
        (None, ()),
    ],
)
def test_authors_are_found_in_every_form_that_linked_data_gives_them(author, names):
    graph = [
        {"@type": "NewsArticle", "headline": LONG, "author": author},
        {"@id": "#anna"},
        {"@type": "Person", "@id": "#anna", "name": "Anna of the Graph"},
    ]

    assert read(linked({"@graph": graph})).authors == names


@pytest.mark.parametrize(
    "value, is_free",
    [
        (True, True), (False, False), ("True", True), ("false", False), ("http://schema.org/False", False),
        ([False], False), ("yes", None), (None, None), ({}, None), (1, None),
    ],
)  # fmt: skip
def test_whether_it_is_free_is_said_or_unknown(value, is_free):
    assert read(news(isAccessibleForFree=value)).is_free is is_free


@pytest.mark.parametrize(
    "page, section",
    [
        (news(articleSection="World"), "World"),
        (news(articleSection=["World", "War"]), "World"),
        ('<meta property="article:section" content="World &amp; War">', "World & War"),
        ('<meta name="parsely-section" content="World">', "World"),
        ("<p>World</p>", None),
    ],
)
def test_the_section_is_read(page, section):
    assert read(page).section == section


@pytest.mark.parametrize(
    "page, address",
    [
        (
            '<link rel="canonical" href="https://www.courier.example/border">',
            "https://www.courier.example/border",
        ),
        ("<LINK HREF=/border?id=1&amp;x=2 REL=Canonical>", "https://www.courier.example/border?id=1&x=2"),
        ('<meta property="og:url" content="/border">', "https://www.courier.example/border"),
        (
            '<link rel=canonical href="//a.example/b"><meta property="og:url" content="/c">',
            "https://a.example/b",
        ),
        ('<link rel="canonical" href="/?p=17">', "https://www.courier.example/?p=17"),
        # The front page is not this page, and neither is the rest.
        (
            '<link rel="canonical" href="/"><meta property="og:url" content="/border">',
            "https://www.courier.example/border",
        ),
        ('<link rel="canonical" href="https://www.courier.example">', None),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ('<link rel="canonical" href="http://[">', None),
        ('<link rel="canonical">', None),
        ('<link rel="stylesheet" href="/border">', None),
        (f'<link rel="canonical" href="/{"x" * 2000}">', None),
    ],
)
def test_the_canonical_address_is_absolute_and_not_the_front_page(page, address):
    assert read(page).canonical_url == address


def test_a_front_page_may_name_itself():
    assert read('<link rel="canonical" href="/">', url="https://courier.example/").canonical_url is not None


def test_meta_names_may_share_an_attribute():
    found = read(
        '<meta name="dc:title og:title" content="Border"><meta property=description content="In short">'
    )

    assert (found.title, found.summary) == ("Border", "In short")


@pytest.mark.parametrize(
    "page, markup, blocks",
    [
        ("a<script>b</script>c", "a c", ()),
        ("a<SCRIPT type='x'>b</script ></Script foo>c", "a </Script foo>c", ()),
        ("a<!-- <p>b</p> -->c<!-- d", "a c ", ()),
        ("a<style>b<svg>c</style>d<svg/><g></svg >e", "a d e", ()),
        ("a<script>never ends <p>", "a ", ()),
        ("a<scripted>b</scripted>", "a<scripted>b</scripted>", ()),
        ("<script type=application/ld+json>{}</script>b", " b", ("{}</script>",)),
        ("<!-- <script type='application/ld+json'>{}</script> -->", " ", ()),
    ],
)
def test_scripts_styles_drawings_and_comments_are_cut_and_linked_data_kept(page, markup, blocks):
    assert without_scripts(page) == (markup, blocks)


def test_linked_data_of_a_megabyte_is_not_read():
    assert without_scripts(linked("x" * 1_000_001))[1] == ()


@pytest.mark.parametrize(
    "markup, text", [("a<br>b", "a b"), ("&lt;b&gt; &amp;  c\n", "<b> & c"), ("<p", "<p"), ("", "")]
)
def test_plain_text_is_one_line(markup, text):
    assert plain(markup) == text


HOSTILE = [
    "<", "<!--", "<script>", "<meta ", '<meta "', "<meta name=author content=x>", "<title>", "<h1>", "<h1></h1>",
    "<link a>", "<h1>x</h1><time ", "author", '<a class="author">Ab Cd</a>', "<a itemprop=datePublished content=x>",
    "<a<b", "<p ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_half_a_megabyte_of_anything_is_read_in_the_time_of_a_test(piece):
    assert isinstance(read(piece * (500_000 // len(piece))), Structured)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(
            [*HOSTILE, "</h1>", "'", '"', ">", "</script>", "<script type='application/ld+json'>", '{"@type":"Article"',
             ',"author":', '[{"@id":"a"}]', "}", ' - ', "<meta property='og:title' content='",
             "<time datetime='2024-08-06'>", "<link rel=canonical href='http://[",
             "<p class='byline'>By Anna Petrova</p>", "2024-13-45", "&#0;", "…"]
        ),
        max_size=25,
    ).map("".join),
    st.sampled_from([URL, "", "http://[", "http://a.example"]),
    st.none() | st.text(max_size=20),
)  # fmt: skip
def test_any_markup_is_read_and_raises_nothing(page, url, title):
    found = read(page, url=url, title=title)

    assert found.title is None or (found.title and "\n" not in found.title)
    assert (found.published_at is None) == (found.published_from is None)
