"""Which blocks of a page are the article: how they are read, what is known of them, and what the model makes of it."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.articletext import find_text
from newsmonitor.blockfeatures import block_features
from newsmonitor.blockmodel import article_chances, certainty
from newsmonitor.blocks import read_blocks
from newsmonitor.boilerplate import line_ids, without_boilerplate
from newsmonitor.extract import tree_of
from newsmonitor.records import Announced
from newsmonitor.structured import read_structured

PARAGRAPHS = [
    f"The council of the town met on the {number}th day of the month, and agreed, after long debate, that the bridge "
    f"over the river shall be built for {number} million, which the mayor called a good day for everybody."
    for number in range(4, 12)
]
NOTHING = read_structured("", (), "", Announced())


def blocks_of(markup):
    return read_blocks(tree_of(markup))


def texts_of(markup):
    return blocks_of(markup).texts


@pytest.mark.parametrize(
    "markup, texts",
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("<div>Loose <b>bold</b> text<p>Paragraph</p> tail</div>", ["Loose bold text", "Paragraph", "tail"]),
        ("<p>One<br>line</p>", ["One line"]),
        ("<div>First<br><br>Second<hr>Third</div>", ["First", "Second", "Third"]),
        ("<ul><li>One</li><li>Two</li></ul>", ["One", "Two"]),
        ("<table><tr><td>Cell</td><td>Next</td></tr></table>", ["Cell", "Next"]),
        ("<p>Seen<script>not()</script><style>a{}</style><button>Not</button></p>", ["Seen"]),
        ("<nav><p>Way</p></nav><footer>Ours</footer><div role=navigation>Menu</div><p>Text</p>", ["Text"]),
        ("<p>A <span>B <a href=x>C</a></span></p>", ["A B C"]),
        ("<section> \n <p> \u00a0 </p> </section><p>x</p>", ["x"]),
    ],
)
def test_a_block_is_what_a_reader_sees_as_one_piece(markup, texts):
    assert texts_of(f"<html><body>{markup}</body></html>") == texts


def test_a_block_knows_where_it_stands():
    blocks = blocks_of(
        "<article class='post-body'><div id=comments><p>Said <a href=x>there</a></p></div>"
        "<p style='display: none'>Unseen</p><p itemprop=articleBody><b>All bold</b></p></article>"
    )

    assert blocks.texts == ["Said there", "Unseen", "All bold"]
    assert (blocks.linked, blocks.links, blocks.bold) == ([5, 0, 0], [1, 0, 0], [0, 0, 8])
    assert (blocks.is_hidden, blocks.is_body) == ([False, True, False], [False, False, True])
    comment, article = blocks.all[0] ^ blocks.all[1], blocks.all[1]
    assert comment
    assert article
    assert all(around & 1 for around in blocks.around)


def test_pages_deeper_than_people_write_them_end():
    assert texts_of("<div>" * 5_000 + "deep" + "</div>" * 5_000 + "<p>shallow</p>") in (["shallow"], [])
    assert texts_of("<b>" * 5_000 + "deep" + "</b>" * 5_000 + "<p>shallow</p>")[-1:] in (["shallow"], [])


def page(before="", behind="", paragraphs=PARAGRAPHS):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><body><div class=top>{before}</div><div class=story><h1>A bridge</h1>{text}</div>"
        f"<div class=bottom>{behind}</div></body></html>"
    )


TEASERS = "".join(
    f"<div class=teaser><a href=/{n}><h3>Another headline, number {n}</h3></a><p>What it is about</p></div>"
    for n in range(12)
)
COMMENTS = "".join(
    f"<div class=comment><b>Reader {n}</b><p>I do not believe a word of what the mayor says, and neither does anybody "
    "whom I know in this town, as you will see at the next election.</p></div>"
    for n in range(5)
)


@pytest.mark.parametrize("before, behind", [("", ""), (TEASERS, ""), ("", TEASERS), (TEASERS, COMMENTS)])
def test_the_paragraphs_are_the_text_whatever_stands_around_them(before, behind):
    found = find_text(tree_of(page(before, behind)), NOTHING)

    assert found.text.splitlines()[-len(PARAGRAPHS) :] == PARAGRAPHS
    assert len(found.text.splitlines()) <= len(PARAGRAPHS) + 1
    assert found.extraction == "blocks"


def test_the_model_knows_where_it_is_not_sure():
    blocks = blocks_of(page(TEASERS, COMMENTS))
    assert certainty(blocks, article_chances(blocks, NOTHING)) > 0.75

    menu = blocks_of(
        "<body>" + "".join(f"<div><span>Some words {n}</span></div>" for n in range(30)) + "</body>"
    )
    chances = article_chances(menu, NOTHING)
    assert (chances > 0.5).sum() == 0 or certainty(menu, chances) < 0.75


def test_a_page_without_text_has_none():
    found = find_text(tree_of("<html><body><img src=x></body></html>"), NOTHING)

    assert (found.text, found.extraction, found.shown) == (None, None, "")


def test_what_a_reader_is_shown_holds_the_boxes_between_and_behind():
    found = find_text(tree_of(page(behind="<div class=promo><p>Subscribe now</p></div>")), NOTHING)

    assert "Subscribe now" in found.shown
    assert "Subscribe now" not in found.text


MARKUP = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<p>", "</p>", "<br>", "<hr>", "<table><tr><td>", "<li class='a-b c'>", "<a href=x>",
         "<span style='display:none'>", "<article role=main>", "<nav>", "</nav>", "text ", "記事。", "Слово. ", "</a>",
         "<h1>", "<b>", "</b>", "<p hidden>", "<textarea>", "\u0301", "&amp;", "\u00a0"]
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(pieces=MARKUP)
def test_any_markup_has_blocks_with_numbers_and_chances(pieces):
    blocks = blocks_of("<html><body>" + "".join(pieces) + "<p>End</p></body></html>")
    if not blocks.texts:
        return

    features, names = block_features(blocks, NOTHING)
    chances = article_chances(blocks, NOTHING)

    assert features.shape == (len(blocks.texts), len(names))
    assert np.isfinite(features).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert 0 <= certainty(blocks, chances) <= 1
    columns = ("tags", "linked", "bold", "links", "around", "own", "all", "depths", "is_hidden", "is_body")
    assert {len(getattr(blocks, name)) for name in (*columns, "containers")} == {len(blocks.texts)}
    assert all(parent < place for place, parent in enumerate(blocks.parents) if place)


def test_the_model_asks_only_what_is_known():
    from importlib.resources import files

    model = json.loads((files("newsmonitor") / "blockmodel.json").read_text())
    names = block_features(blocks_of("<p>One</p>"), NOTHING)[1]

    assert set(model["features"]) <= set(names)
    assert {(len(asked), len(borders), len(leaves)) for asked, borders, leaves in model["trees"]} == {
        (5, 5, 32)
    }
    assert len(gzip.compress(json.dumps(model).encode())) < 100_000


def test_what_every_page_of_a_site_repeats_is_cut():
    footer, own = "Follow us, we are 12 today", "The bridge is built"
    [one] = line_ids(footer)

    assert line_ids(f"{own}\n{footer.upper().replace('12', '31')}")[1] == one
    assert without_boilerplate(f"{own}\n{footer}", {one: 6}, 10) == own
    assert without_boilerplate(f"{own}\n{footer}", {one: 6}, 40) == f"{own}\n{footer}"
    assert without_boilerplate(f"{own}\n{footer}", {one: 4}, 4) == f"{own}\n{footer}"
    assert without_boilerplate(footer, {one: 6}, 10) == ""


def test_the_background_of_a_long_story_is_no_boilerplate_although_many_pages_tell_it():
    background = "The war began in the spring of that year, when " + "the army crossed the border, and " * 6
    [one] = line_ids(background)

    assert without_boilerplate(background, {one: 12}, 30) == background
    assert without_boilerplate(background, {one: 12}, 14) == ""


@given(st.text(), st.dictionaries(st.integers(0, 2**32 - 1), st.integers(0, 50)), st.integers(0, 50))
def test_cutting_leaves_lines_in_their_order(text, counts, pages):
    left = without_boilerplate(text, counts, pages).split("\n")
    lines = iter(text.split("\n"))

    assert left == [""] or all(line in lines for line in left)
