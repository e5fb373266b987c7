"""The seeds of the desk: feed list, topics, corpus. What cannot be read is one line that says how to mend it."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor import seeds
from newsmonitor.dedupe import known_corpus, text_hash
from newsmonitor.errors import InputError
from newsmonitor.seeds import SeedDocument, read_corpus, read_feed_list
from newsmonitor.topicfile import load_topic, places_name
from newsmonitor.topics import tag

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
WAR = (
    "Ukrainian forces held their positions near Sudzha in Russia's Kursk region on Tuesday, the General Staff "
    "said, after a night of drone strikes and artillery fire along the border.",
    "Residents spoke of explosions before dawn, and the governor ordered the evacuation of two more villages.",
)
OUTLINE = '<outline text="{0}" type="rss" xmlUrl="https://{0}.example/rss"/>'


def read_topic_files(folder):
    return seeds.read_topic_files(folder, places_name)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def problem(read, path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


# ---- the feed list ----------------------------------------------------------------------------------------


def test_the_list_that_ships_has_no_fault_and_says_of_every_feed_whose_it_is():
    feeds, broken = read_feed_list(SEEDS / "feeds.opml")

    assert broken == ()
    assert Counter(feed.kind for feed in feeds) == {"feed": 97, "news-sitemap": 18}
    assert all(feed.country for feed in feeds)
    assert {feed.language for feed in feeds if feed.kind == "feed"} >= {"en", "ru", "uk", "pl", "de", "fr"}
    assert [feed.url for feed in feeds if feed.kind == "feed" and not feed.language] == [
        "https://nv.ua/rss/all.xml"
    ]


def test_broken_lines_of_a_list_come_back_beside_the_good_ones(tmp_path):
    path = tmp_path / "my.opml"
    path.write_text(
        f"<opml><body>{OUTLINE.format('a')}\n<outline type='rss' text='no address'/></body></opml>"
    )

    feeds, broken = read_feed_list(path)

    assert [feed.outlet for feed in feeds] == ["a"]
    assert [error.line for error in broken] == [2]


def test_a_list_without_a_feed_is_refused_with_its_first_fault(tmp_path):
    path = tmp_path / "my.opml"
    path.write_text(
        "<opml><body>\n<outline type='rss' text='a'/>\n<outline type='rss' text='b'/></body></opml>"
    )

    assert ", line 2: has no address" in problem(read_feed_list, path)


def test_a_list_that_is_not_there_or_a_folder_names_the_setting(tmp_path):
    assert "is not there; " in problem(read_feed_list, tmp_path / "feeds.opml")
    assert "is a folder" in problem(read_feed_list, tmp_path)
    assert "NEWSMONITOR_FEEDS" in problem(read_feed_list, tmp_path)


# ---- topics -----------------------------------------------------------------------------------------------


def test_the_topics_that_ship_are_read_with_their_places():
    file, other = read_topic_files(SEEDS / "topics")

    assert file.path == SEEDS / "topics" / "kursk.toml"
    assert other.places_path == SEEDS / "places" / "zaporizhzhia-npp.csv"
    assert file.places_path == SEEDS / "places" / "kursk.csv"
    topic = load_topic(file.text, file.places_text, where=str(file.path), places_where=str(file.places_path))
    assert tag(topic, title="Fighting near Sudzha", text="\n".join(WAR), language="en").level == "main"


def test_topic_files_come_in_order_and_other_files_are_passed_over(tmp_path):
    folder = tmp_path / "topics"
    folder.mkdir()
    for name in ("b.toml", "a.toml", ".c.toml", "README.md", "a.toml~"):
        (folder / name).write_text('id = "x"')

    assert [file.path.name for file in read_topic_files(folder)] == ["a.toml", "b.toml"]


@pytest.mark.parametrize(
    "text",
    [
        'places = "gone.csv"',
        'places = "../secret.csv"',
        'places = "/etc/passwd"',
        "places = 3",
        'places = ""',
        "[",
        "",
    ],
)
def test_a_places_file_that_cannot_be_had_is_left_for_the_topic_reader_to_tell(tmp_path, text):
    (tmp_path / "secret.csv").write_text("secret")
    folder = tmp_path / "topics"
    folder.mkdir()
    (tmp_path / "places").mkdir()
    (folder / "a.toml").write_text(text)

    [file] = read_topic_files(folder)

    assert (file.text, file.places_path, file.places_text) == (text, None, None)


@pytest.mark.parametrize("name", ["p.csv", "п.csv", "a b.csv", ".p.csv", "a/p.csv", "..", "p\\q.csv", ""])
def test_the_places_file_is_the_one_that_the_topic_names_by_its_own_rule(tmp_path, name):
    folder = tmp_path / "topics"
    folder.mkdir()
    (tmp_path / "places").mkdir()
    text = f"places = {json.dumps(name)}"
    (folder / "a.toml").write_text(text, encoding="utf-8")
    if places_name(text):
        (tmp_path / "places" / name).write_text("id")

    [file] = read_topic_files(folder)

    assert (file.places_path.name if file.places_path else None) == places_name(text)


def test_a_topic_that_is_not_utf8_is_told_with_the_line(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b'id = "a"\ntitle = "' + "Курск".encode("cp1251") + b'"')

    with pytest.raises(InputError) as caught:
        read_topic_files(tmp_path)

    assert str(caught.value) == f"{path}, line 2: is not UTF-8 text; save it as UTF-8"


def test_a_folder_without_a_topic_says_what_to_put_there(tmp_path):
    (tmp_path / "README.md").write_text("nothing yet")

    assert "holds no topic file; put a topic file" in problem(read_topic_files, tmp_path)
    assert "is no folder" in problem(read_topic_files, tmp_path / "topics")


# ---- the corpus -------------------------------------------------------------------------------------------


def test_the_corpus_that_ships_is_one_text_without_a_title():
    [document] = read_corpus(SEEDS / "corpus")

    assert document.document_id == "seed:kursk-counterattack"
    assert document.title is None
    assert document.text.startswith("Ukraine has launched a daring counterattack")
    assert document.text == (SEEDS / "corpus" / "kursk-counterattack.txt").read_text(encoding="utf-8")


def test_no_corpus_is_an_empty_one(tmp_path):
    assert read_corpus(tmp_path / "corpus") == ()
    assert read_corpus(tmp_path) == ()


def test_every_form_of_a_document_gives_the_same_copy(corpus):
    (corpus / "a.txt").write_text("\n".join(WAR), encoding="utf-8")
    paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in WAR)
    (corpus / "b.html").write_text(f"<body><h1>Fighting near Sudzha</h1>{paragraphs}</body>")
    (corpus / "c.jsonl").write_text(json.dumps({"text": "\n".join(WAR), "title": "T"}) + "\n\n")
    pq.write_table(pa.table({"text": ["\n".join(WAR)], "id": ["w1"], "other": [1]}), corpus / "d.parquet")
    (corpus / "README.md").write_text("what these are")
    (corpus / ".hidden.txt").write_text("hidden")
    (corpus / "folder.txt").mkdir()

    documents = read_corpus(corpus)

    assert [(doc.document_id, doc.title) for doc in documents] == [
        ("seed:a", None),
        ("seed:b", "Fighting near Sudzha"),
        ("seed:c#1", "T"),
        ("seed:d#w1", None),
    ]
    assert {text_hash(doc.text) for doc in documents} == {text_hash("\n".join(WAR))}
    assert set(known_corpus((d.document_id, d.text, d.title) for d in documents).texts.values()) >= {"seed:a"}


def test_of_a_saved_page_only_the_article_is_taken(corpus):
    page = (
        "<html><head><title>Site | Story</title><style>p{}</style></head><body><nav><p>Menu</p></nav>"
        "<main><h1>Story</h1><article><p>First <b>bold</b>\n words.<script>x()</script></p>"
        "<ul><li>A point.</li><li><p>Another.</p></li></ul><aside><p>Read also</p></aside>"
        "<blockquote>Said.</blockquote></article></main><footer><p>Imprint</p></footer></body></html>"
    )
    (corpus / "a.html").write_text(page)

    assert read_corpus(corpus) == (
        SeedDocument(
            document_id="seed:a", text="First bold words.\nA point.\nAnother.\nSaid.", title="Story"
        ),
    )


def test_a_page_without_paragraphs_gives_its_words(corpus):
    (corpus / "a.htm").write_text("<div>One.<br>Two.</div>")

    [document] = read_corpus(corpus)

    assert (document.text, document.title) == ("One.Two.", None)


@pytest.mark.parametrize(
    "encoding, declared",
    [("utf-8", ""), ("utf-8", "windows-1251"), ("windows-1251", "windows-1251"), ("koi8-r", "koi8-r")],
)
def test_a_saved_page_is_read_in_its_own_encoding(corpus, encoding, declared):
    meta = f"<meta charset={declared}>" if declared else ""
    (corpus / "a.html").write_bytes(f"<html><head>{meta}</head><body><p>Бои под Курском</p>".encode(encoding))

    assert read_corpus(corpus)[0].text == "Бои под Курском"


def test_rows_are_told_apart_by_their_id_or_their_number(corpus):
    rows = [
        {"text": "one", "id": "a/1"},
        {"text": "two", "id": 7},
        {"text": "three"},
        {"text": "four", "id": None},
    ]
    (corpus / "x.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8-sig")

    assert [doc.document_id for doc in read_corpus(corpus)] == [
        "seed:x#a/1",
        "seed:x#7",
        "seed:x#3",
        "seed:x#4",
    ]


def test_a_line_separator_inside_a_text_ends_no_line(corpus):
    (corpus / "x.jsonl").write_text('{"text": "one\u2028two\u0085three"}\r\n{"text": "four"}\r\n', newline="")

    assert [doc.text for doc in read_corpus(corpus)] == ["one\u2028two\u0085three", "four"]


@pytest.mark.parametrize(
    "line, said",
    [
        ("{", "is no JSON ("),
        ("[" * 100_000, "is no JSON ("),
        ('["text"]', "is no JSON object"),
        ("{}", "has no text in `text`"),
        ('{"text": "  "}', "has no text in `text`"),
        ('{"text": 5}', "has no text in `text`"),
        ('{"text": "a", "title": 5}', "has a `title` that is no text"),
        ('{"text": "a", "id": [1]}', "has an `id` that is no text or number"),
        ('{"text": "a", "id": true}', "has an `id` that is no text or number"),
    ],
)
def test_a_broken_line_of_a_corpus_file_is_told_with_file_and_line(corpus, line, said):
    (corpus / "x.jsonl").write_text('{"text": "fine"}\n\n' + line + "\n")

    with pytest.raises(InputError) as caught:
        read_corpus(corpus)

    assert str(caught.value).startswith(f"{corpus / 'x.jsonl'}, line 3: {said}")


@pytest.mark.parametrize(
    "data, said",
    [
        (b"PAR1 torn", "cannot be read as Parquet ("),
        (b"", "cannot be read as Parquet ("),
        ({"words": ["a"]}, "has no column `text`"),
        ({"text": ["a", None]}, "row 2 has no text"),
        ({"text": [1]}, "row 1 has no text"),
        ({"text": ["a"], "title": [1]}, "row 1 has a `title` that is no text"),
        ({"text": ["a"], "id": [1.5]}, "row 1 has an `id` that is no text or number"),
    ],
)
def test_a_broken_parquet_file_is_told_with_its_row(corpus, data, said):
    path = corpus / "x.parquet"
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        pq.write_table(pa.table(data), path)

    assert said in problem(read_corpus, corpus)


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl"])
def test_a_corpus_file_that_is_not_utf8_is_told_with_the_line(corpus, name):
    (corpus / name).write_bytes(b"<p>fine\n" + "Курск".encode("cp1251"))

    with pytest.raises(InputError) as caught:
        read_corpus(corpus)

    assert (caught.value.line, caught.value.problem) == (2, "is not UTF-8 text")


@pytest.mark.parametrize("data", [b"", b"  \n", b"<!-- nothing -->", b"<html></html>", b"<script>x</script>"])
def test_a_saved_page_without_words_is_told(corpus, data):
    (corpus / "a.html").write_bytes(data)

    assert "holds no text" in problem(read_corpus, corpus)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300), suffix=st.sampled_from((".txt", ".html", ".jsonl", ".parquet")))
def test_any_bytes_are_a_document_or_one_plain_line(tmp_path_factory, data, suffix):
    folder = tmp_path_factory.mktemp("corpus")
    (folder / f"x{suffix}").write_bytes(data)

    try:
        documents = read_corpus(folder)
    except InputError as error:
        documents = ()
        told = str(error)
    else:
        told = str(folder)

    assert told.startswith(str(folder))
    assert all(document.document_id.startswith("seed:x") for document in documents)
