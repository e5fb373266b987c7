"""`newsmonitor page` and `newsmonitor reextract` as a person meets them."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commandline import Result, command
from desk import NOON, PEACE, ROOT, TEN_MINUTES, Desk
from newsmonitor.records import Entry, Page
from newsroom import Site

TODAY = NOON.date()
HALL = """<!doctype html><html lang=en><head><meta charset=utf-8><title>Market hall</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Market hall \\u001b[31mred",
"datePublished": "2026-11-24T10:15:00+02:00", "author": {"name": "Ann Lee"}}</script></head>
<body><article><h1>Market hall</h1><p>%s</p><p>%s</p></article></body></html>"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    """A page that is kept, one that was missing (404), one that another feed announces too."""
    with Site() as site:
        desk = Desk(site, tmp_path_factory.mktemp("desk"))
        desk.feed("ledger", [desk.article("/0", "An old item")])
        desk.cycle(NOON - TEN_MINUTES)
        site.page("/hall", (HALL % PEACE).encode(), Content_Type="text/html; charset=utf-8", X_Desk="7\x9f")
        desk.feed("ledger", [("Market hall", "/hall"), ("Gone", "/gone")])
        desk.cycle()
        desk.feed("other", [("Market hall", "/hall?utm_source=other")])
        desk.cycle(NOON + TEN_MINUTES)
    return desk


@pytest.fixture
def run(desk, tmp_path, monkeypatch, capsys):
    """Runs one command over the warehouse of the desk."""
    settings = desk.settings()
    for name, value in (
        ("WAREHOUSE", settings.warehouse),
        ("FEEDS", settings.feeds),
        ("SEEDS", ROOT / "seeds"),
    ):
        monkeypatch.setenv(f"NEWSMONITOR_{name}", str(value))
    monkeypatch.setenv("NEWSMONITOR_ALERT_URLS", "")
    monkeypatch.setenv("NEWSMONITOR_WORKERS", "1")
    monkeypatch.setenv("COLUMNS", "150")

    def call(*arguments: str, warehouse: Path | None = None) -> Result:
        with monkeypatch.context() as patch:
            if warehouse is not None:
                patch.setenv("NEWSMONITOR_WAREHOUSE", str(warehouse))
            return command(patch, capsys, *arguments)

    return call


@pytest.fixture
def copied(desk, tmp_path) -> Path:
    """A warehouse of the test's own, to be changed."""
    return Path(shutil.copytree(desk.warehouse.root, tmp_path / "warehouse"))


def page_of(desk: Desk, path: str) -> Page:
    [page] = desk.warehouse.read(Page, "requested_url = ? and outcome <> 'known'", [desk.site.url + path])
    return page


def test_a_page_is_read_again_and_laid_out(run, desk):
    page = page_of(desk, "/hall")

    result = run("page", page.entry_id[:6], "--headers")

    assert (result.status, result.err) == (0, "")
    fields = dict(line.strip().split(maxsplit=1) for line in result.out.partition("\n\n")[0].splitlines())
    assert fields["byline"] == "Ann Lee"
    assert fields["outlet"] == "ledger"
    assert fields["published"] == "2026-11-24 08:15:00 UTC (json-ld)"
    assert fields["address"] == desk.site.url + "/hall"
    assert fields["stored"] == "the same as it is read now"
    assert fields["archive"] == page.archive_ref
    assert fields["Content-Type"] == "text/html; charset=utf-8"
    assert "\n\n".join(PEACE) in result.out
    assert "\x1b" not in result.out


def test_everything_as_json_by_an_address_that_another_entry_has(run, desk, copied):
    page = page_of(desk, "/hall")
    stored = replace(page, text="Town hall", title="Town")
    Desk(desk.site, copied.parent).warehouse.replace([stored], days=[TODAY], key=("entry_id", "attempt"))

    [shown] = run("page", f"{desk.site.url}/hall?utm_source=other", "--json", warehouse=copied).rows

    assert shown["entry_id"] == page.entry_id
    assert (shown["capture"]["status"], shown["capture"]["archive_ref"]) == (200, page.archive_ref)
    assert shown["capture"]["byte_count"] == len((HALL % PEACE).encode())
    assert (shown["stored"]["text"], shown["now"]["text"]) == ("Town hall", page.text)
    assert shown["changed"] == ["title", "text"]
    assert shown["story"]["story_id"] == page.entry_id


def test_the_bytes_come_out_as_they_were(run, desk):
    result = run("page", page_of(desk, "/hall").entry_id, "--html")

    assert (result.status, result.err) == (0, "")
    assert result.out == HALL % PEACE


def test_an_entry_whose_page_another_one_has_leads_to_that(run, desk):
    [known] = desk.warehouse.read(Page, "outcome = 'known'")

    assert run("page", known.entry_id, "--html").out == HALL % PEACE


def test_a_page_that_was_never_captured_is_told_with_its_error(run, desk):
    page = page_of(desk, "/gone")

    result = run("page", desk.site.url + "/gone")

    assert result.status == 1
    assert result.err == f"newsmonitor: {page.entry_id}: its page was never captured: failed: HTTP 404\n"
    assert "Gone" in result.out


def test_a_page_that_was_not_looked_at_yet_is_told(run, desk, copied):
    waiting = Entry(entry_id="abcdef" * 5, feed_url="http://f/", outlet="F", seen_at=NOON, is_backlog=False)
    Desk(desk.site, copied.parent).warehouse.append([waiting], batch="x", day=TODAY)

    result = run("page", "abcdefabc", warehouse=copied)

    assert result.status == 1
    assert result.err.endswith(": its page has not been looked at yet\n")


def test_a_forgotten_capture_is_told_with_the_day_since_when_they_are_kept(run, desk, copied):
    (copied / "archive" / f"day={TODAY}").rename(copied / "archive" / f"day={TODAY + timedelta(days=3)}")
    page = page_of(desk, "/hall")

    result = run("page", page.entry_id, warehouse=copied)
    assert run("page", page.entry_id, "--html", warehouse=copied).out == ""

    assert result.status == 1
    assert result.err == (
        f"newsmonitor: {page.entry_id}: its capture of 2026-11-24 is forgotten: captures are kept since "
        "2026-11-27 only (NEWSMONITOR_ARCHIVE_DAYS)\n"
    )
    assert PEACE[1] in result.out
    assert "what is shown is from the tables" in result.out


def test_a_capture_that_is_torn_is_told(run, desk, copied):
    for file in copied.rglob("*.warc.gz"):
        file.write_bytes(file.read_bytes()[:400])

    result = run("page", page_of(desk, "/hall").entry_id, "--html", warehouse=copied)

    assert result.status == 1
    assert "its capture cannot be read: day=2026-11-24/" in result.err


@pytest.mark.parametrize(
    "name, status, told",
    [
        ("0" * 32, 1, "no story, page or entry is known by 0000"),
        ("https://nowhere.example/", 1, "no story, page or entry is known by https://nowhere.example/"),
        ("abcde", 2, "abcde: is too short, it may mean many (give 6 letters or more)"),
        ("hall%", 2, "hall%: is neither an address nor a story_id"),
        ("", 2, ": is neither an address nor a story_id"),
    ],
)
def test_a_name_that_means_no_page_is_one_line(run, name, status, told):
    result = run("page", name)

    assert (result.status, result.out) == (status, "")
    assert told in result.err
    assert result.err.count("\n") == 1


def test_a_beginning_of_several_is_told_with_their_ids(run, desk, copied):
    ids = [f"abcdef{number}" for number in range(7)]
    rows = [Entry(entry_id=i, feed_url="http://f/", outlet="F", seen_at=NOON, is_backlog=False) for i in ids]
    Desk(desk.site, copied.parent).warehouse.append(rows, batch="x", day=TODAY)

    result = run("page", "ABCDEF", warehouse=copied)

    assert result.status == 2
    assert (
        "ABCDEF: means several: abcdef0, abcdef1, abcdef2, abcdef3, abcdef4, ...; give more letters"
        in result.err
    )


def test_html_goes_with_no_other_option(run):
    assert run("page", "abcdef", "--html", "--json").status == 2


def test_reextract_shows_what_would_change_and_then_changes_it(run, desk, copied):
    page = page_of(desk, "/hall")
    stored = replace(page, text="Town hall", title="Town")
    house = Desk(desk.site, copied.parent).warehouse
    house.replace([stored], days=[TODAY], key=("entry_id", "attempt"))

    shown = run("reextract", "--dry-run", "--since", "2026-11-24", warehouse=copied)

    assert shown.status == 0
    assert f"Town → {page.title[:11]}" in shown.out
    assert f"2 → {len(page.text.split())}" in shown.out
    assert shown.out.endswith("2 pages read again, 1 would change.\n")
    assert house.read(Page, "entry_id = ?", [page.entry_id]) == [stored]


def test_reextract_of_no_page_says_so(run):
    result = run("reextract", "--since", "2027-01-01")
    assert (result.status, result.out) == (0, "0 pages read again, 0 changed, 0 stories with them.\n")

    result = run("reextract", "--until", "2020-01-01", "--json")
    assert json.loads(result.out)["read"] == 0
