"""The sample site of the demo: what it serves, and that the pipeline finds in it what its articles promise."""

import gzip
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from newsmonitor import demo, feeds, pipeline
from newsmonitor.errors import InputError
from newsmonitor.extract import read_article
from newsmonitor.languages import identify_language
from newsmonitor.samplesite import SampleSite

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "demo"
SEEDS = ROOT / "seeds"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def sample():
    with SampleSite(DEMO, SEEDS, started_at=NOON) as site:
        yield site


def ask(site, path, **headers):
    """One request: the status, the headers (lower case) and the body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = HTTPConnection("127.0.0.1", urlsplit(site.url).port)
    connection.request("GET", path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def feed_paths(site):
    return [
        (outlet, channel, f"/{outlet.id}/{channel.path}")
        for outlet in site.outlets
        for channel in outlet.channels
    ]


def page_paths(site):
    outlets = {outlet.id: outlet for outlet in site.outlets}
    plain = [article for article in site.articles if not article.page and article.stage == 1]
    return [(outlets[article.outlet], article) for article in plain]


# ---- what is there --------------------------------------------------------------------------------------------


def test_the_site_is_as_large_as_promised(sample):
    language = {outlet.id: outlet.language for outlet in sample.outlets}
    languages = Counter(language[article.outlet] for article in sample.articles)

    assert len(sample.outlets) == 12
    assert sum(len(outlet.channels) for outlet in sample.outlets) == 15
    assert 60 <= len(sample.articles) <= 75
    assert min(languages[code] for code in ("en", "ru", "uk")) >= 18
    assert sum(article.stage == 2 for article in sample.articles) == 12


def test_the_articles_show_every_power_of_the_pipeline(sample):
    articles = sample.articles
    expect = Counter(article.expect for article in articles)

    assert expect["main"] >= 15
    assert expect["mention"] >= 5
    assert sum(bool(article.sense) for article in articles) >= 10
    assert Counter(article.copy for article in articles if article.copy) == {"seed": 3, "exact": 4}
    assert {article.page for article in articles} == {"", "wall", "missing", "busy", "pdf", "none"}
    assert {channel.format for _, channel, _ in feed_paths(sample)} == {
        "rss",
        "rss091",
        "rdf",
        "atom",
        "json",
    }


def test_an_article_is_as_long_as_an_article(sample):
    short = {
        f"{article.outlet}/{article.path}": words
        for article in sample.articles
        if article.page not in ("wall", "missing", "pdf", "none")
        and not 110 <= (words := sum(len(text.split()) for text in article.paragraphs)) <= 650
    }

    assert short == {}


def test_the_edited_copy_is_the_seed_article_cut_and_reworded(sample):
    texts = {f"{article.outlet}/{article.path}": article.paragraphs for article in sample.articles}
    seed, edited = texts["ledger/kursk-counterattack"], texts["meridian/surprise-attack"]

    assert len(edited) == 8 < len(seed)
    assert 3 <= sum(mine == theirs for mine, theirs in zip(edited, seed, strict=False)) < 8


# ---- what it serves -------------------------------------------------------------------------------------------


def test_every_link_of_every_page_leads_somewhere(sample):
    sample.stage = 2
    dead = {article.address for article in sample.articles if article.page == "missing"}
    found, left = {"/"}, ["/"]
    while left:
        status, headers, body = ask(sample, left.pop())
        assert status == 200
        if headers["content-type"].startswith("text/html"):
            links = set(re.findall(rb'href="(/[^"]*)"', body))
            new = {link.decode() for link in links} - found
            left += new - dead
            found |= new

    assert {article.address for article in sample.articles} <= found


def test_a_page_gives_exactly_its_headline_paragraphs_and_time(sample):
    for outlet, article in page_paths(sample):
        _, headers, body = ask(sample, article.address)

        page = read_article(body, url=sample.url + article.address, content_type=headers["content-type"])

        assert page.title == article.title
        # Of a teaser's one paragraph the extractor makes what it can; the feed has the text.
        assert outlet.teaser or page.text.split("\n") == list(article.paragraphs), article.path
        assert page.published_at == NOON + timedelta(minutes=article.minutes)
        assert identify_language(page.text or "").code == outlet.language


def test_every_feed_but_the_broken_ones_gives_its_entries(sample):
    for outlet, channel, path in feed_paths(sample):
        if channel.fault in ("error", "html"):
            continue
        _, headers, body = ask(sample, path)

        parsed = feeds.parse_feed(body, content_type=headers["content-type"], url=sample.url + path)

        published = sample.published(outlet, channel.section)
        titles = [item.title for item in parsed.items]
        # The last entry of a feed that is cut is lost.
        readable = published[:-1] if channel.fault == "cut" else published
        assert titles == [article.title for article in readable]


def test_the_second_feed_of_an_outlet_counts_clicks(sample):
    links = re.findall(rb"<link>(.*?)</link>", ask(sample, "/ledger/world.xml")[2])[1:]

    assert len(links) == 2
    assert all(b"/ledger/news/" in link and b"?utm_source=rss&amp;utm_medium=" in link for link in links)


def test_bytes_are_in_the_encoding_that_is_declared_where_it_is_declared(sample):
    _, feed, feed_body = ask(sample, "/vestnik/news.xml")
    _, named, named_body = ask(sample, "/vestnik/news/most")
    _, unnamed, unnamed_body = ask(sample, "/liniya/news/rubl")
    _, _, koi8 = ask(sample, "/kurier/backend.rss")
    _, _, utf16 = ask(sample, "/ranok/export/rss.xml")

    assert feed["content-type"] == "application/rss+xml; charset=windows-1251"
    assert "Приречья" in feed_body.decode("windows-1251")
    assert named["content-type"] == "text/html; charset=windows-1251"
    assert b"<meta charset" not in named_body
    assert "Быстрянку" in named_body.decode("windows-1251")
    assert unnamed["content-type"] == "text/html"
    assert b'<meta charset="windows-1251">' in unnamed_body
    assert "Рубль" in unnamed_body.decode("windows-1251")
    assert "Степной курьер" in koi8.decode("koi8-r")
    assert utf16[:2] == b"\xff\xfe"
    assert "Ранок Полісся" in utf16.decode("utf-16")


def test_a_feed_that_has_not_changed_answers_304_and_one_that_has_does_not(sample):
    _, ledger, _ = ask(sample, "/ledger/feed.xml")
    _, meridian, _ = ask(sample, "/meridian/rss")

    sample.stage = 2

    assert ask(sample, "/meridian/rss", If_None_Match=meridian["etag"])[0] == 304
    assert ask(sample, "/meridian/rss", If_Modified_Since=meridian["last-modified"])[0] == 304
    assert ask(sample, "/ledger/feed.xml", If_None_Match=ledger["etag"])[0] == 200
    assert "etag" not in ask(sample, "/pinewick/rss.xml")[1]


def test_a_feed_is_packed_only_for_those_who_ask(sample):
    _, plain, text = ask(sample, "/harbour/feed.json")
    _, packed, body = ask(sample, "/harbour/feed.json", Accept_Encoding="gzip")

    assert "content-encoding" not in plain
    assert packed["content-encoding"] == "gzip"
    assert gzip.decompress(body) == text


@pytest.mark.parametrize(
    "path, status, target",
    [("/sloboda/rss.php", 301, "/sloboda/feed/atom.xml"), ("/vestnik/rss", 302, "/vestnik/news.xml")],
)
def test_a_feed_that_moved_says_where_to(sample, path, status, target):
    answer, headers, _ = ask(sample, path)

    assert (answer, headers["location"]) == (status, target)
    assert sample.url + path in sample.feed_list()


def test_what_is_published_later_is_not_there_at_first(sample):
    before = ask(sample, "/ledger/news/lgov-depot")[0], ask(sample, "/ohliadach/news/tarify")[0]

    sample.stage = 2

    assert before == (404, 500)
    assert ask(sample, "/ledger/news/lgov-depot")[0] == ask(sample, "/ohliadach/news/tarify")[0] == 200


def test_two_sites_of_the_same_time_serve_the_same_bytes(sample):
    with SampleSite(DEMO, SEEDS, started_at=NOON) as other:
        for _, _, path in feed_paths(sample):
            mine, theirs = sample.reply(path).body, other.reply(path).body
            if not path.endswith("export/rss.xml"):  # UTF-16
                mine, theirs = mine.replace(sample.url.encode(), b""), theirs.replace(other.url.encode(), b"")
                assert mine == theirs


# ---- what a person may get wrong in it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file, old, new, said",
    [
        (
            "site.toml",
            'format = "json"',
            'format = "jsn"',
            r"site.toml, line 46: format is 'jsn'; write one of rss, ",
        ),
        ("site.toml", 'country = "IE"', 'contry = "IE"', r"site.toml, line 23: 'contry' is no key here"),
        (
            "site.toml",
            'country = "IE"',
            "country = 7",
            r"site.toml, line 23: country is 7; write a value of type str",
        ),
        ("site.toml", 'country = "IE"\n', "", r"site.toml, line 23: lacks country; add it"),
        ("site.toml", 'country = "IE"', "country = IE", r"site.toml, line 26: is not TOML"),
        ("articles/ledger.md", "minutes: -95", "minutes: soon", r"ledger.md, line 3: minutes is 'soon'"),
        (
            "articles/ledger.md",
            "minutes: -95",
            "minuets: -95",
            r"ledger.md, line 3: 'minuets: -95' is no key",
        ),
        ("articles/ledger.md", "path: rail-bridge\n", "", r"ledger.md, line 1: lacks path"),
        (
            "articles/ledger.md",
            "expect: none",
            "expect: some",
            r"ledger.md, line 1: expect is 'some'; write one of",
        ),
        (
            "articles/ledger.md",
            "text: seed",
            "text: sead",
            r"ledger.md, line \d+: text names 'sead', which is none",
        ),
        ("articles/ledger.md", "text: seed\n", "", r"ledger.md, line \d+: has no text of its own or two"),
        ("articles/ledger.md", "# Rail", "Rail", r"ledger.md, line 1: does not begin with a headline"),
        (
            "articles/meridian.md",
            "a daring",
            "a darling",
            r"meridian.md, line 1: 'a darling counterattack' is not in",
        ),
    ],
)
def test_a_mistake_in_its_files_is_one_line_that_names_file_and_line(tmp_path, file, old, new, said):
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("warehouse"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))

    with pytest.raises(InputError, match=said):
        SampleSite(folder, SEEDS, started_at=NOON)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"corpus/\*.txt: cannot be read .*; "):
        SampleSite(DEMO, tmp_path, started_at=NOON)


# ---- the whole demo -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The demo, run once: its settings, its site's files, its stories, and what it printed."""
    console = Console(file=StringIO(), width=100, highlight=False)
    with demo.sample_desk(console, warehouse=tmp_path_factory.mktemp("demo") / "warehouse") as settings:
        with pipeline.open_run(NOON, settings) as run:
            stories = run.warehouse.query("select * from stories").to_pylist()
        yield settings, stories, console.file.getvalue()


def test_the_pipeline_finds_in_every_article_what_it_promises(desk, sample):
    _, stories, _ = desk
    names = {outlet.id: outlet.name for outlet in sample.outlets}
    first = {(story["outlet"], story["title"]): story for story in stories if story["copy_kind"] != "url"}
    wrong = []
    for article in sample.articles:
        story = first.get((names[article.outlet], article.title))
        if story is None:
            wrong.append((article.path, "no story"))
            continue
        senses = {match["sense"] for match in story["matches"] if not match["counted"]}
        if (story["level"] or "none") != article.expect:
            wrong.append((article.path, story["level"], story["topic_score"]))
        if (story["copy_kind"] or "") != article.copy:
            wrong.append((article.path, story["copy_kind"]))
        if article.sense and article.sense not in senses:
            wrong.append((article.path, senses))

    # The last entry of the feed that is cut.
    assert wrong == [("sheepdog-trials", "no story")]


def test_a_second_feed_with_counted_links_adds_copies_and_no_stories(desk):
    _, stories, _ = desk
    twice = [story for story in stories if story["copy_kind"] == "url"]

    assert {story["outlet"] for story in twice} == {"The Aldbury Ledger"}
    assert len(twice) == 3
    assert all("utm_" not in story["canonical_url"] for story in twice)


def test_a_story_has_the_text_of_its_article_whatever_stood_at_its_address(desk, sample):
    _, stories, _ = desk
    names = {outlet.id: outlet.name for outlet in sample.outlets}
    texts = {(story["outlet"], story["title"]): story for story in stories if story["copy_kind"] != "url"}
    teasers = {outlet.id for outlet in sample.outlets if outlet.teaser}
    for article in sample.articles:
        if article.path == "sheepdog-trials":
            continue
        story = texts[names[article.outlet], article.title]
        stands_in = article.page in ("wall", "missing", "pdf", "none")
        expected = "feed" if article.outlet in teasers else "summary" if stands_in else "blocks"
        assert (article.path, story["extraction"]) == (article.path, expected)
        text = article.summary if stands_in else "\n".join(article.paragraphs)
        assert " ".join(story["text"].split()) == " ".join(text.split()), article.path


def test_five_new_stories_are_owed_one_alert_each(desk):
    _, _, shown = desk
    owed = shown.partition("What would be alerted")[2]

    assert "once each: 5" in owed
    for outlet in ("The Aldbury Ledger", "Harbour Wire", "Вестник Приречья", "Девятый час", "Дніпровськ"):
        assert outlet in owed
    assert "Ранок Полісся" not in owed
    assert "Northmoor" not in owed


def test_the_feed_list_lies_in_the_warehouse_and_the_site_still_answers(desk):
    settings, _, _ = desk

    text = settings.feeds.read_text()

    assert settings.feeds.parent == settings.warehouse
    url = re.search(r'xmlUrl="(http://127[^/]+)/', text)[1]
    connection = HTTPConnection("127.0.0.1", urlsplit(url).port)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_what_it_prints_fits_the_terminal(desk, sample, width):
    settings, _, _ = desk
    console = Console(file=StringIO(), width=width, highlight=False)

    with pipeline.open_run(NOON, settings) as run:
        demo._show(console, run, sample)

    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    # A table row is one line: no headline is folded into the next.
    assert len(lines) < 120
    for title in ("stored", "a duplicate", "matched", "is another thing", "failed", "alerted"):
        assert any(line.startswith("What") and title in line for line in lines)


def test_a_second_demo_does_not_pull_the_warehouse_from_under_the_first(desk):
    settings, _, _ = desk

    with (
        pytest.raises(
            InputError, match=r"is in use: a demo is still up at http://127.0.0.1:\d+; end that one"
        ),
        demo.sample_desk(Console(file=StringIO()), warehouse=settings.warehouse),
    ):
        pass

    assert settings.feeds.exists()
