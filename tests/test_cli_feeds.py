"""feeds add, import and export: a feed is found, the list grows by it, and all that is known is written."""

import csv
import os
import stat
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from lxml import etree

from commandline import Result, command
from desk import NOON, rss
from newsmonitor.feedlist import parse_feed_list
from newsmonitor.opml import NAMESPACE
from newsmonitor.records import Entry, Feed, Poll
from newsmonitor.seeds import write_text_file
from newsmonitor.warehouse import Warehouse
from newsroom import faults

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
OPML = """<?xml version="1.0"?>
<!-- mine -->
<opml version="2.0">
  <body>
    <outline text="United Kingdom">
      <outline text="A" type="rss" xmlUrl="https://a.example/rss" country="GB"/>
    </outline>
  </body>
</opml>
"""


@pytest.fixture
def list_file(tmp_path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_text(OPML)
    return path


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, list_file):
    """Runs one command of `feeds` in this process, with a list and a warehouse of the test's own."""
    for name, value in {
        "WAREHOUSE": str(tmp_path / "warehouse"), "FEEDS": str(list_file), "ALERT_URLS": "",
        "ALLOW_NETWORKS": "127.0.0.0/8", "FETCH_PAUSE": "0", "PAGE_TIMEOUT": "5", "WORKERS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"NEWSMONITOR_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Result:
        return command(monkeypatch, capsys, "feeds", *arguments)

    return call


def listed(path: Path) -> list[Feed]:
    feeds, broken = parse_feed_list(path.read_bytes(), str(path))
    assert broken == ()
    return list(feeds)


def page(*links: str) -> bytes:
    head = f"<title>The Ledger</title>{''.join(links)}"
    return f"<!doctype html><html><head>{head}</head><body>News</body></html>".encode()


def link(href: str) -> str:
    return f"<link rel=alternate type=application/rss+xml href='{href}'>"


def a_feed(site, path: str = "/rss") -> str:
    return site.page(path, rss([("Market hall", f"{site.url}/hall")]).replace(b">F<", b">The Ledger: World<"))


def a_sitemap(site, path: str) -> str:
    url = (
        f"<url><loc>{site.url}/hall</loc><n:news><n:publication><n:language>en</n:language></n:publication><n:title>Hall"
        "</n:title><n:publication_date>2026-11-24T09:30:00Z</n:publication_date></n:news></url>"
    )
    return site.page(path, f'<urlset xmlns:n="{NEWS}">{url}</urlset>'.encode())


def one_line(text: str) -> str:
    [line] = text.splitlines()
    return line


# ---- add --------------------------------------------------------------------------------------------------


def test_the_address_of_a_feed_is_described_and_added_to_the_folder_of_its_country(run, site, list_file):
    url = a_feed(site)

    result = run("add", url, "--country", "gb", "--language", "EN", "--outlet", "Ledger")

    assert (result.status, result.err) == (0, "")
    assert result.out == (
        f"address   {url}\n"
        "title     The Ledger: World\n"
        "kind      feed (rss20)\n"
        "entries   1, the newest of 2026-11-24 11:00 UTC\n"
        "language  -\n"
        f"Added to {list_file} as Ledger.\n"
    )
    outline = f'<outline text="Ledger" title="The Ledger: World" type="rss" xmlUrl="{url}" country="GB" language="en"/>'
    assert list_file.read_text() == OPML.replace('"GB"/>\n', f'"GB"/>\n      {outline}\n')


def test_without_a_name_the_outlet_is_the_title_of_the_feed(run, site, list_file):
    run("add", a_feed(site))

    assert [feed.outlet for feed in listed(list_file)] == ["A", "The Ledger: World"]


def test_a_feed_that_is_listed_already_changes_nothing_and_is_not_even_asked(run, site, list_file):
    url = a_feed(site)
    run("add", url)
    before = list_file.read_bytes(), len(site.requests)

    again = run("add", f"{url}?utm_source=x")
    other = run("add", "http://www.a.example/rss")

    assert (again.status, one_line(again.out)) == (
        0,
        f"{url} is in {list_file} already, as The Ledger: World.",
    )
    assert (other.status, one_line(other.out)) == (
        0,
        f"https://a.example/rss is in {list_file} already, as A.",
    )
    assert (list_file.read_bytes(), len(site.requests)) == before


def test_a_page_leads_to_the_first_feed_it_announces_that_is_one(run, site, list_file):
    url = a_feed(site, "/world/rss")
    site.page(
        "/", page(link("/gone"), link("/login"), link("world/rss"), link("/never")), Content_Type="text/html"
    )
    site.page("/login", page())

    result = run("add", f"{site.url}/")

    assert result.status == 0
    assert listed(list_file)[-1].url == url
    assert result.err.splitlines() == [
        f"Trying {site.url}{path} ..." for path in ("/gone", "/login", "/world/rss")
    ]
    assert site.asked("/never") == []


def test_a_page_whose_feed_is_listed_already_says_so(run, site, list_file):
    site.page("/", page(link("/rss")))
    run("add", a_feed(site))
    before = list_file.read_bytes()

    result = run("add", site.url)

    assert (result.status, list_file.read_bytes()) == (0, before)
    assert result.out.endswith(f"/rss is in {list_file} already, as The Ledger: World.\n")


def test_a_page_that_announces_nothing_leads_to_the_news_sitemap_of_its_robots_txt(run, site, list_file):
    site.page("/world/", page())
    site.page("/robots.txt", f"Sitemap: {site.url}/pages.xml\nSitemap: {site.url}/news.xml\n".encode())
    site.page(
        "/news.xml", f"<sitemapindex><sitemap><loc>{site.url}/n1.xml</loc></sitemap></sitemapindex>".encode()
    )
    a_sitemap(site, "/n1.xml")

    result = run("add", f"{site.url}/world/", "--outlet", "Ledger")

    assert result.status == 0
    assert (
        "kind      news-sitemap (sitemap-news)\nentries   1, the newest of 2026-11-24 09:30 UTC\nlanguage  en\n"
        in result.out
    )
    assert listed(list_file)[-1] == Feed(url=f"{site.url}/news.xml", outlet="Ledger", kind="news-sitemap")


def test_the_usual_places_are_tried_last_also_where_the_page_itself_is_gone(run, site, list_file):
    site.page("/world/rss", rss([]))
    url = a_feed(site, "/feed.xml")

    result = run("add", f"{site.url}/world/old")

    assert result.status == 0
    assert listed(list_file)[-1].url == url
    assert result.err.splitlines()[0] == f"Trying {site.url}/world/feed/ ..."


def test_where_no_feed_is_found_one_line_says_what_was_tried(run, site, list_file):
    site.page("/", page(link("/gone"), link("https://127.0.0.1:1/rss")))

    result = run("add", f"{site.url}/")

    assert (result.status, result.out, list_file.read_text()) == (1, "", OPML)
    last = result.err.splitlines()[-1]
    assert last.startswith(
        f'newsmonitor: {site.url}/: no feed found: it gives an HTML page titled "The Ledger"; also tried: /gone, '
        "https://127.0.0.1:1/rss, /feed/, /rss, "
    )
    assert last.endswith(", /sitemap_news.xml")


@pytest.mark.parametrize("reply", [faults.reset, faults.hang], ids=["reset", "hang"])
def test_an_address_that_cannot_be_reached_is_told_at_once(run, site, list_file, monkeypatch, reply):
    monkeypatch.setenv("NEWSMONITOR_PAGE_TIMEOUT", "0.3")
    url = site.reply("/rss", reply)

    result = run("add", url)

    assert (result.status, result.out, list_file.read_text()) == (1, "", OPML)
    assert one_line(result.err).startswith(f"newsmonitor: {url}: ")


def test_what_a_person_writes_into_the_list_during_the_search_stays(run, site, list_file):
    def while_they_edit(exchange):
        list_file.write_text(OPML.replace("mine", "mine, edited"))
        faults.redirect("/rss")(exchange)

    a_feed(site)
    run("add", site.reply("/old", while_they_edit))

    assert ("mine, edited" in list_file.read_text(), len(listed(list_file))) == (True, 2)


def test_a_dry_run_says_what_it_finds_and_changes_nothing(run, site, list_file):
    result = run("add", a_feed(site), "--dry-run")

    assert result.status == 0
    assert result.out.splitlines()[-1] == f"Not added to {list_file}: a dry run."
    assert list_file.read_text() == OPML


def test_a_permanent_move_is_listed_where_it_leads_and_a_passing_one_where_it_begins(run, site, list_file):
    a_feed(site, "/new")
    for_good = site.page("/old", status=301, Location="/new")
    for_now = site.page("/other", status=302, Location="/new")

    run("add", for_good)
    run("add", for_now)

    assert [feed.url for feed in listed(list_file)][1:] == [f"{site.url}/new", for_now]


def test_what_robots_txt_forbids_is_not_tried_and_a_forbidden_feed_is_added_with_a_warning(
    run, site, list_file
):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    url = a_feed(site, "/private/rss")
    site.page("/", page(link("/private/rss")))

    through_page = run("add", f"{site.url}/")
    direct = run("add", url)

    assert through_page.status == 1
    assert direct.status == 0
    assert one_line(direct.err) == (
        f"newsmonitor: it will not be polled: {site.url}/robots.txt forbids it; "
        'if the outlet lets you, write robots="ignore" on its line'
    )


def test_a_title_cannot_command_the_terminal(run, site):
    title = "Le\u009b31mdger \u202egnp\u200b"

    result = run("add", site.page("/rss", rss([("a", "http://x/")]).replace(b">F<", f">{title}<".encode())))

    assert result.status == 0
    assert all(letter.isprintable() or letter == "\n" for letter in result.out)


def test_a_csv_list_grows_by_a_line(run, site, list_file):
    list_file.write_bytes(b"url;outlet;kind\r\nhttps://a.example/;A;feed\r\n")

    run("add", url := a_feed(site))

    assert (
        list_file.read_bytes()
        == f"url;outlet;kind\r\nhttps://a.example/;A;feed\r\n{url};The Ledger: World;feed\r\n".encode()
    )


@pytest.mark.parametrize(
    "arguments, said",
    [
        (
            ["mailto:a@a.example"],
            "mailto:a@a.example: is no web address; write one that begins with https:// or http://",
        ),
        (
            ["https://b.example/", "--country", "Britain"],
            "--country: is 'Britain', which is no code; write e.g. --country GB",
        ),
        (
            ["https://b.example/", "--language", "e"],
            "--language: is 'e', which is no code; write e.g. --language en",
        ),
    ],
)
def test_a_wrong_word_is_one_plain_line(run, arguments, said):
    result = run("add", *arguments)

    assert (result.status, result.out, result.err) == (2, "", f"newsmonitor: {said}\n")


@pytest.mark.parametrize(
    "data, said",
    [
        (
            b"\xff\xfe<\0o\0p\0m\0l\0>\0<\0b\0o\0d\0y\0/\0>\0<\0/\0o\0p\0m\0l\0>\0",
            "is not UTF-8 text; save it as UTF-8",
        ),
        ("outlet,url\nГазета,https://g.example/\n".encode("cp1251"), "is not UTF-8 text; save it as UTF-8"),
        (b"<opml><body>", "is not well-formed XML"),
        (b"", "is neither OPML nor CSV"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_list_that_cannot_grow_is_refused_and_left_as_it_is(run, site, list_file, data, said):
    if data is None:
        list_file.unlink()
    else:
        list_file.write_bytes(data)

    result = run("add", a_feed(site))

    assert result.status == 2
    assert said in one_line(result.err)
    assert (list_file.read_bytes() if list_file.exists() else None) == data


# ---- the file ---------------------------------------------------------------------------------------------


def test_the_list_keeps_its_rights_and_a_link_to_it_stays_a_link(tmp_path):
    path = tmp_path / "real" / "feeds.opml"
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o640)
    (tmp_path / "link.opml").symlink_to(path)

    write_text_file(tmp_path / "link.opml", "Курск\r\n")

    assert path.read_bytes() == "Курск\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (tmp_path / "link.opml").is_symlink()
    assert list(path.parent.iterdir()) == [path]


def test_what_is_no_file_is_not_replaced_by_one(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")

    for name, said in (
        ("pipe", "is no ordinary file"),
        ("loop", "cannot be written (Too many levels of symbolic links)"),
        ("none/x.opml", "cannot be written (No such file or directory)"),
    ):
        result = run("export", str(tmp_path / name))
        assert (result.status, said in one_line(result.err)) == (2, True)
    assert ((tmp_path / "pipe").is_fifo(), (tmp_path / "loop").is_symlink()) == (True, True)


# ---- import -----------------------------------------------------------------------------------------------


def test_import_adds_what_is_new_and_counts_the_rest(run, tmp_path, list_file):
    other = tmp_path / "other.csv"
    other.write_text(
        "outlet,url,country,robots\nA again,http://www.a.example/rss,GB,\nB,https://b.example/rss,GB,ignore\n"
        "C,https://c.example/rss,,\nC too,http://c.example/rss,,\nD,no address,,\nE,https://e.example/,,perhaps\n"
    )

    result = run("import", str(other))

    assert result.status == 0
    assert one_line(result.out) == f"2 added to {list_file}, 2 known already, 2 broken."
    assert [line.split("; ")[0] for line in result.err.splitlines()] == [
        f"newsmonitor: {other}, line 6: 'no address' is no web address",
        f"newsmonitor: {other}, line 7: has robots 'perhaps', which is none of obey, ignore",
    ]
    assert listed(list_file)[1:] == [
        Feed(url="https://b.example/rss", outlet="B", country="GB", robots="ignore"),
        Feed(url="https://c.example/rss", outlet="C"),
    ]
    again = run("import", str(other))
    assert one_line(again.out) == f"0 added to {list_file}, 4 known already, 2 broken."


@pytest.mark.parametrize("text", ["", "<html></html>", "outlet,url\nA,no address\n"])
def test_import_fails_where_nothing_can_be_read(run, tmp_path, list_file, text):
    (tmp_path / "other").write_text(text)

    result = run("import", str(tmp_path / "other"))

    assert (result.status, list_file.read_text()) == (1, OPML)
    assert one_line(result.out) == f"0 added to {list_file}, 0 known already, 1 broken."
    assert one_line(result.err).startswith(f"newsmonitor: {tmp_path}/other")


def test_import_of_a_file_that_is_not_there_is_one_plain_line(run, tmp_path):
    result = run("import", str(tmp_path / "none.opml"))

    assert result.status == 2
    assert one_line(result.err).endswith(
        "none.opml: cannot be read (No such file or directory); name an OPML or CSV file"
    )


# ---- export -----------------------------------------------------------------------------------------------


@pytest.fixture
def polled(tmp_path) -> None:
    """A warehouse in which the feed of the list has failed, after it gave two entries."""
    house = Warehouse(tmp_path / "warehouse")
    feed = "https://a.example/rss"
    entries = [Entry(entry_id=n, feed_url=feed, outlet="A", seen_at=NOON, is_backlog=False) for n in "12"]
    poll = Poll(
        feed_url=feed, domain="a.example", polled_at=NOON, outcome="failed", failure_class="http_5xx", failure_count=1,
        error=f"{feed}: HTTP 503 & <more>", failing_since=NOON, next_poll_at=NOON,
        last_new_at=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    house.append(entries, batch="b", day=NOON.date())
    house.append([poll], batch="b", day=NOON.date())


def test_export_is_opml_with_all_that_is_known_and_can_be_imported_again(run, polled, tmp_path, list_file):
    file = tmp_path / "out.opml"

    result = run("export", str(file))

    assert (result.status, one_line(result.out)) == (0, f"Written to {file}, 1 in all.")
    assert listed(file) == listed(list_file)
    [outline] = etree.parse(file).xpath("//outline[@xmlUrl]")
    known = {
        name.removeprefix(f"{{{NAMESPACE}}}"): value for name, value in outline.items() if NAMESPACE in name
    }
    assert known["words"].startswith("https://a.example/rss: HTTP 503 & <more>")
    assert {name: known[name] for name in known if name != "words"} == {
        "state": "failing", "since": "2026-11-24T12:00:00Z", "next_poll_at": "2026-11-24T12:00:00Z",
        "last_new_at": "2026-11-23T00:00:00Z", "polled_at": "2026-11-24T12:00:00Z", "stored_count": "2",
    }  # fmt: skip


def test_export_as_csv_has_a_column_for_each(run, polled):
    result = run("export", "--csv")

    [row] = csv.DictReader(StringIO(result.out))
    assert (row["url"], row["outlet"], row["country"], row["robots"]) == (
        "https://a.example/rss",
        "A",
        "GB",
        "obey",
    )
    assert (row["state"], row["stored_count"]) == ("failing", "2")


def test_export_works_before_the_first_poll(run, list_file):
    result = run("export")

    assert (result.status, result.err) == (0, "")
    assert parse_feed_list(result.out.encode(), "x") == (tuple(listed(list_file)), ())


def test_export_does_not_write_over_the_list(run, list_file):
    result = run("export", str(list_file))

    assert (result.status, one_line(result.err)) == (
        2,
        f"newsmonitor: {list_file}: is the feed list itself; name another file",
    )
    assert list_file.read_text() == OPML


def test_a_broken_line_of_the_list_is_told_by_export(run, list_file):
    list_file.write_text(OPML.replace("  </body>", "    <outline text='no address' type='rss'/>\n  </body>"))

    result = run("export")

    assert result.status == 0
    assert one_line(result.err).startswith(f"newsmonitor: {list_file}, line 8: has no address")
    assert result.out.count("xmlUrl") == 1
