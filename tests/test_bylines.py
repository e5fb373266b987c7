"""Bylines: the names in what pages and feeds write there, and where on a page a name stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.bylines import is_byline, read_byline
from newsmonitor.records import Announced
from newsmonitor.structured import read_structured, without_scripts

URL = "https://www.courier.example/2024/08/06/border"


@pytest.mark.parametrize(
    "written, names",
    [
        ("By Anna Petrova", ["Anna Petrova"]),
        ("Written by: Anna Petrova", ["Anna Petrova"]),
        ("Von Anna Petrova und Jörg Müller", ["Anna Petrova", "Jörg Müller"]),
        ("Ein Beitrag von Anna Petrova", ["Anna Petrova"]),
        ("Publié par Anne Dupont", ["Anne Dupont"]),
        ("Автор: Анна Петрова", ["Анна Петрова"]),
        ("Авторы: Анна Петрова, Олег Сидоров", ["Анна Петрова", "Олег Сидоров"]),
        ("Текст: Олена Шевченко", ["Олена Шевченко"]),
        ("Олена Шевченко та Іван Коваль", ["Олена Шевченко", "Іван Коваль"]),
        ("корреспондент РБК Иван Петров", ["Иван Петров"]),
        ("Корреспондент «Курьера» Иван Петров", ["Иван Петров"]),
        ("Корреспондент Иван Сергеевич Петров", ["Иван Сергеевич Петров"]),
        ("Кореспондент Іван Коваль", ["Іван Коваль"]),
        ("Anna Petrova <anna@courier.example>", ["Anna Petrova"]),
        ("Anna Petrova @annapetrova", ["Anna Petrova"]),
        ("Anna Petrova (https://courier.example/anna)", ["Anna Petrova"]),
        ("Anna Petrova https://courier.example/anna", ["Anna Petrova"]),
        ("Anna Petrova (obe)", ["Anna Petrova"]),
        ("Anna Petrova, Defence Correspondent", ["Anna Petrova"]),
        ("Anna Petrova, Moskau", ["Anna Petrova"]),
        ("Anna Petrova, Chief Defence Correspondent", ["Anna Petrova"]),
        ("Анна Петрова, обозреватель", ["Анна Петрова"]),
        ("김철수 기자", ["김철수"]),
        ("山田太郎記者", ["山田太郎"]),
        ("ANNA PETROVA | anna petrova", ["Anna Petrova"]),
        ("Anna Petrova, 6 August 2024", ["Anna Petrova"]),
        ("John E Smith AND Jane Roe", ["John E Smith", "Jane Roe"]),
        ("Plato", ["Plato"]),
        ("Plato, Defence Correspondent", ["Plato"]),
        ("Anna, Boris", ["Anna", "Boris"]),
    ],
)
def test_a_byline_is_names_without_what_stands_around_them(written, names):
    assert read_byline([written]) == tuple(names)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "anna@courier.example", "https://facebook.com/courier", "/authors/anna", "@courier", "courier.example",
        "Редакция", "News Desk", "Staff Reporter", "admin", "null", "105092", "...", "(photo)", "Фото: Reuters",
    ],
)  # fmt: skip
def test_what_names_nobody_gives_no_name(written):
    assert read_byline([written]) == ()
    assert not is_byline([written])


@pytest.mark.parametrize(
    "written, names",
    [
        (["Anna Petrova", "AFP"], ["Anna Petrova"]),
        (["Anna Petrova, The Associated Press"], ["Anna Petrova"]),
        (["Reuters", "Анна Петрова"], ["Анна Петрова"]),
        (["AFP", "dpa"], ["AFP", "dpa"]),
        (["ТАСС"], ["ТАСС"]),
        (["The Courier", "AFP"], ["AFP"]),
    ],
)
def test_an_agency_counts_only_where_nobody_else_is_named(written, names):
    assert read_byline(written, outlets=["The Courier"]) == tuple(names)


@pytest.mark.parametrize(
    "written, names",
    [
        (["The Courier"], ["The Courier"]),
        (["courier.com"], ["courier.com"]),
        (["Courier News"], ["Courier News"]),
        (["Anna Petrova", "Courier"], ["Anna Petrova"]),
        (["Anna Petrova, The Courier"], ["Anna Petrova"]),
        (["Plato, The Courier"], ["Plato"]),
        (["Courier", "The Courier"], ["Courier", "The Courier"]),
    ],
)
def test_the_outlet_counts_only_where_it_names_itself_alone(written, names):
    outlets = ["The Courier", "Courier News", None]

    assert read_byline(written, outlets=outlets) == tuple(names)
    assert is_byline(written, outlets=outlets) == (names in (["Anna Petrova"], ["Plato"]))


def authors(body, head="", *, announced=(), url=URL):
    markup, blocks = without_scripts(f"<html><head>{head}</head><body>{body}</body></html>")
    found = read_structured(markup, blocks, url, Announced(byline=announced))
    return read_byline(found.authors, outlets=found.outlets)


@pytest.mark.parametrize(
    "element",
    [
        '<p class="author">von <a href="mailto:a@b.example">Anna Petrova, Courier</a></p>',
        '<span class="article__author"> Von Anna Petrova, Lille</span>',
        '<a href="/anna" rel="author">Anna Petrova</a>',
        '<span itemprop="author" itemscope><span itemprop="name">Anna Petrova</span></span>',
        '<DIV CLASS="Byline_name__x7"><A HREF="/anna">Anna Petrova</A></DIV>',
        '<div data-testid="byline">By Anna Petrova</div>',
        '<li class="authors__item"><span>von</span><span>Anna Petrova</span></li>',
    ],
)
def test_where_nothing_else_names_the_author_the_line_below_the_headline_does(element):
    assert authors(f"<h1>Over the border</h1>{element}<p>Text.</p>") == ("Anna Petrova",)


@pytest.mark.parametrize(
    "element",
    [
        '<div class="comment-author">Boris Reader</div>',
        '<div class="teaser__author">Boris Other</div>',
        '<div class="author-bio">Anna Petrova Writes</div>',
        '<div class="author">alle artikel des autors</div>',
        '<div class="author">COURIER Moskau</div>',
        '<div class="author"></div>',
        '<div title="author">Boris Else</div>',
        "<p>The author Boris Else wrote it</p>",
        "".join(f'<p class="author">Reader {chr(65 + n)}xx</p>' for n in range(7)),
    ],
)
def test_names_of_readers_offices_and_other_articles_are_none(element):
    assert authors(f"<h1>Over the border</h1>{element}") == ()


def test_authors_beside_the_first_are_found_and_those_far_below_are_not():
    line = '<span class="byline"><a href="/a">Anna Petrova</a> and <a href="/j">John Smith</a></span>'
    far = "<p>Text.</p>" * 200 + '<span class="byline">Boris Other</span>'

    assert authors(f"<h1>Over the border</h1>{line}{far}") == ("Anna Petrova", "John Smith")


def test_what_the_page_states_goes_before_the_feed_and_that_before_the_markup():
    head = '<meta name="author" content="Jane Roe">'
    body = '<h1>Over the border</h1><p class="byline">John Smith</p>'

    assert authors(body, head, announced=("Anna Petrova",)) == ("Jane Roe",)
    assert authors(body, announced=("Anna Petrova",)) == ("Anna Petrova",)
    assert authors(body) == ("John Smith",)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="courier"><meta name="parsely-author" content="Anna Petrova">',
        '<meta name="author" content="a.petrova@courier.example"><meta name="twitter:label1" content="Written by">'
        '<meta name="twitter:data1" content="Anna Petrova">',
        '<meta name="author" content="105092"><meta property="article:author" content="https://fb.example/courier">'
        '<meta name="twitter:misc:Written by" content="Anna Petrova">',
        '<meta name="DC.title DC.creator" content="Anna Petrova">',
    ],
)
def test_a_statement_that_names_nobody_is_passed_over(head):
    assert authors('<p class="byline">John Smith</p>', head) == ("Anna Petrova",)


def test_a_label_that_is_no_author_gives_none():
    head = '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="Anna Petrova">'

    assert authors("", head) == ()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.text(max_size=60)
        | st.sampled_from(["By ", "а" * 500, "(" * 90, "@" * 90, " and " * 30, "AFP", "The Courier", "Автор «"]),
        max_size=8,
    ).map("".join),
    st.lists(st.text(max_size=12) | st.sampled_from([None, "...", "The"]), max_size=3),
)  # fmt: skip
def test_any_text_gives_names_that_are_short_and_unlike(text, outlets):
    names = read_byline([text, text], outlets=outlets)

    assert len({name.casefold() for name in names}) == len(names) <= 12
    assert all(name and name.strip() == name and "\n" not in name for name in names)
