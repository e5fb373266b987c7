"""Matching stories looked at again: silent edits, articles taken down, and what is no edit."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import pytest

from desk import NOON, WAR, Desk, article
from newsmonitor import pipeline
from newsmonitor.boilerplate import line_ids
from newsmonitor.context import Run
from newsmonitor.dedupe import text_hash
from newsmonitor.rechecking import recheck_stories
from newsmonitor.records import Entry, Page, Recheck, Revision, Story
from newsmonitor.seeds import read_feed_list
from newsmonitor.versions import store_versions
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import held_domains
from newsroom import Site, faults

HOUR = timedelta(hours=1)
TITLE = "Fighting near Sudzha"
KILLED = (
    *WAR,
    "At least 12 people were killed in the strikes near Sudzha, the acting governor said on Tuesday.",
)
FIFTEEN = (*WAR, KILLED[2].replace("12", "15"))
LATER = (
    "The acting governor of the Kursk region said later that two bridges over the Seym had been hit as well."
)
BRIDGES = ("Two bridges hit", (LATER, *WAR))
HTML = "text/html; charset=utf-8"
CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies "
    b"to continue</noscript><script>window._cf_chl_opt={cvId:'3'};</script></body></html>"
)


@dataclass
class Watch(Desk):
    """A desk whose steps share topics that were read once, and one connection to the tables."""

    model: Run | None = None

    @cached_property
    def house(self) -> Warehouse:
        return self.warehouse

    def run_at(self, hours: float, **changes) -> Run:
        settings = self.settings().model_copy(update=changes)
        feeds, _ = read_feed_list(settings.feeds)
        world = {"settings": settings, "warehouse": self.house, "feeds": tuple(feeds)}
        return replace(self.model, at=NOON + hours * HOUR, **world)

    def add(self, path: str, title: str = TITLE, paragraphs: Sequence[str] = KILLED, **changes) -> None:
        """Publish an article, and file it at noon as the one that was."""
        self.article(path, title, paragraphs)
        [story] = self.house.read(Story, "canonical_url = ?", [self.site.url + "/1"])
        text = "\n".join(paragraphs)
        new = {
            "text": text,
            "text_sha256": text_hash(text),
            "title": title,
            "story_id": path,
            "entry_id": path,
        }
        new["canonical_url"] = self.site.url + path
        self.house.append([replace(story, **(new | changes))], batch=path, day=NOON.date())

    def recheck(self, hours: float = 1, **changes) -> dict[str, int]:
        return recheck_stories(self.run_at(hours, **changes))

    def looks(self) -> list[Recheck]:
        return self.house.read(Recheck, order="checked_at, story_id")

    def outcomes(self) -> list[tuple]:
        return [(look.look, look.outcome, look.revision) for look in self.looks()]

    def revisions(self) -> list[Revision]:
        return self.house.read(Revision, order="story_id, number")

    def forget_looks(self) -> None:
        """As if a kill had come before they were stored."""
        for part in self.house.root.glob("rechecks/*/*.parquet"):
            part.unlink()


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Iterator[Watch]:
    """A desk that filed one matching story at noon, once for all of these tests."""
    with Site() as site:
        desk = Watch(site, tmp_path_factory.mktemp("template"))
        desk.feed("ledger", [desk.article("/1", TITLE, KILLED)])
        with pipeline.open_run(NOON, desk.settings()) as run:
            desk.model = run
            for step in (pipeline.poll_feeds, pipeline.fetch_pages, pipeline.file_stories):
                step(run)
        yield desk


@pytest.fixture
def desk(template, tmp_path) -> Watch:
    """That desk, to be changed."""
    template.article("/1", TITLE, KILLED)
    template.site.page("/robots.txt", status=404)
    shutil.copytree(template.folder, tmp_path, dirs_exist_ok=True)
    return Watch(template.site, tmp_path, feeds=dict(template.feeds), model=template.model)


def counts(checked=0, revised=0, gone=0, failed=0) -> dict[str, int]:
    return {"checked": checked, "revised": revised, "gone": gone, "failed": failed}


def test_a_number_that_was_changed_in_silence_is_a_revision(desk):
    desk.article("/1", TITLE, FIFTEEN)

    assert desk.recheck() == counts(checked=1, revised=1)

    [new] = desk.revisions()
    assert (new.number, new.found_by, new.found_at) == (1, "recheck", NOON + HOUR)
    assert (new.numbers, new.added_count, new.removed_count) == (("12 → 15",), 1, 1)
    assert new.diff == "At least [-12-]{+15+} people were killed in the strikes near Sudzha, …"
    assert (new.title, new.title_before, new.is_title_changed) == (TITLE, TITLE, False)
    assert new.text == "\n".join(FIFTEEN)
    assert (new.url, new.outlet) == (desk.site.url + "/1", "ledger")
    assert desk.outcomes() == [(1, "revised", 1)]
    # The story keeps its first version, a look is no page of an entry, and its capture is in no ingest's file.
    assert desk.rows("select text from stories") == [{"text": "\n".join(KILLED)}]
    assert desk.counts()["pages"] == 1
    assert new.archive_ref == desk.looks()[0].archive_ref
    assert new.archive_ref.startswith("day=2026-11-24/recheck-20261124T130000.000000Z-00-000.warc.gz#")


def test_each_look_compares_with_the_newest_version(desk):
    desk.article("/1", TITLE, FIFTEEN)
    desk.recheck(1)
    desk.recheck(6)
    desk.article("/1", "Heavy losses near Sudzha", FIFTEEN)
    desk.recheck(24)

    assert desk.outcomes() == [(1, "revised", 1), (2, "same", None), (3, "revised", 2)]
    first, second = desk.revisions()
    assert (first.number, second.number) == (1, 2)
    assert second.diff == "# [-Fighting-]{+Heavy losses+} near Sudzha"
    assert (second.is_title_changed, second.title_before) == (True, TITLE)
    assert (second.added_count, second.removed_count, second.numbers) == (0, 0, ())
    assert first.text == second.text


def test_a_look_comes_after_one_six_and_twenty_four_hours_and_never_again(desk):
    asked = len(desk.site.asked("/1"))
    for hours in (0.9, 1, 1.1, 5.9, 6.1, 24.5, 30):
        desk.recheck(hours)

    assert [(look.look, look.checked_at - NOON) for look in desk.looks()] == [
        (1, HOUR),
        (2, 6.1 * HOUR),
        (3, 24.5 * HOUR),
    ]
    assert len(desk.site.asked("/1")) == asked + 3


def test_a_desk_that_was_off_does_only_the_newest_look_and_none_after_two_days(desk):
    assert desk.recheck(48) == counts()
    assert desk.recheck(47.9) == counts(checked=1)

    assert desk.outcomes() == [(3, "same", None)]


def test_two_runs_of_different_time_do_a_look_once(desk):
    desk.article("/1", TITLE, FIFTEEN)

    assert desk.recheck(1.2) == counts(checked=1, revised=1)
    assert desk.recheck(1) == counts()
    # Run again, a step says what its batch did.
    assert desk.recheck(1.2) == counts(checked=1, revised=1)
    assert (len(desk.looks()), len(desk.revisions())) == (1, 1)


def test_what_matches_nothing_is_another_page_or_has_only_the_feeds_text_is_not_looked_at(desk):
    desk.add("/no-topic", level=None)
    desk.add("/twin", copy_kind="url")
    desk.add("/teaser", extraction="summary")
    desk.add("/nowhere", canonical_url=None)
    desk.add("/old", filed_at=NOON - 3 * 24 * HOUR)
    desk.add("/copy", copy_kind="exact", level="mention")

    assert desk.recheck() == counts(checked=2)
    assert {look.story_id for look in desk.looks()} & {"/copy"}


def test_every_look_is_a_row_whatever_it_gave(desk):
    for name in ("403", "404", "410", "bot", "missing", "nothing", "reset", "short"):
        desk.add(f"/{name}")
    site = desk.site
    for status in (403, 404, 410):
        site.page(f"/{status}", b"no", status=status)
    site.page("/bot", CHALLENGE, Content_Type=HTML)
    missing = article("Page not found", ("The page that you look for does not exist.",))
    site.page("/missing", missing, Content_Type=HTML)
    site.page("/nothing", b"<html><body></body></html>", Content_Type=HTML)
    site.reply("/reset", faults.reset)
    desk.article("/short", TITLE, ("Ukrainian forces held their positions near Sudzha.",))

    assert desk.recheck() == counts(checked=9, gone=3, failed=5)

    found = {look.final_url.rpartition("/")[2]: look for look in desk.looks()}
    assert {name: (look.outcome, look.failure_class, look.http_status) for name, look in found.items()} == {
        "1": ("same", None, 200),
        "403": ("failed", "http_4xx", 403),
        "404": ("gone", "http_4xx", 404),
        "410": ("gone", "gone", 410),
        "bot": ("wall", "bot_check", 200),
        "missing": ("gone", "soft_404", 200),
        "nothing": ("no_text", "extraction_failed", 200),
        "reset": ("failed", "connection", None),
        "short": ("no_text", "cut_short", 200),
    }
    assert all(look.error for look in found.values() if look.outcome != "same")
    assert desk.revisions() == []
    # A look that failed is not repeated: the next one comes.
    assert desk.recheck(1.2) == counts()


def test_of_a_paywall_the_headline_is_compared_and_not_the_text(desk):
    offer = b"<p>Subscribe to continue reading</p><p>Already a subscriber? Log in</p></article>"

    def close(title: str) -> None:
        body = article(title, (*WAR, "The governor would not say which of the villages"))
        desk.site.page("/1", body.replace(b"</article>", offer), Content_Type=HTML)

    close(TITLE)
    desk.recheck(1)
    close("Losses near Sudzha")
    desk.recheck(6)

    assert [(look.outcome, look.failure_class) for look in desk.looks()] == [
        ("wall", "paywall"),
        ("revised", "paywall"),
    ]
    [new] = desk.revisions()
    assert (new.diff, new.text) == ("# [-Fighting-]{+Losses+} near Sudzha", "\n".join(KILLED))


def test_a_headline_is_changed_when_the_page_bears_the_old_one_nowhere(desk):
    desk.add("/2", *BRIDGES)

    def entitle(headline: str) -> None:
        shared = b"<meta property='og:title' content='Bridges: what is known'><title>"
        desk.site.page("/2", article(headline, BRIDGES[1]).replace(b"<title>", shared), Content_Type=HTML)

    entitle(BRIDGES[0])
    assert desk.recheck(1) == counts(checked=2)
    entitle("Three bridges hit")
    assert desk.recheck(6) == counts(checked=2, revised=1)


def test_what_the_site_was_meanwhile_learnt_to_repeat_is_no_edit(desk):
    [page] = desk.house.read(Page)
    repeated = tuple(line_ids(KILLED[2]))
    others = [replace(page, entry_id=f"{n}", text="other", line_ids=repeated) for n in range(5)]
    desk.house.append(others, batch="x", day=NOON.date())
    desk.article("/1", TITLE, WAR)

    assert desk.recheck() == counts(checked=1)
    # Of nothing else there is no text left.
    desk.article("/1", TITLE, KILLED[2:])
    assert desk.recheck(6) == counts(checked=1, failed=1)
    assert [(look.outcome, look.failure_class) for look in desk.looks()] == [
        ("same", None),
        ("no_text", "cut_short"),
    ]


def test_a_text_that_two_stories_give_at_once_is_a_wall_that_nothing_else_tells(desk):
    busy = (
        "Our service is busy at the moment and will be back for you as soon as it can be, we promise.",
    ) * 2
    desk.add("/2", *BRIDGES)
    for path, title in (("/1", TITLE), ("/2", BRIDGES[0])):
        desk.article(path, title, busy)

    assert desk.recheck() == counts(checked=2, failed=2)
    assert {(look.outcome, look.failure_class) for look in desk.looks()} == {("wall", "same_text")}
    assert desk.revisions() == []


def test_so_is_one_that_an_entry_with_another_headline_was_read_with(desk):
    [page], [entry] = desk.house.read(Page), desk.house.read(Entry)
    text = "\n".join(BRIDGES[1])
    other = replace(page, entry_id="e2", text=text, text_sha256=text_hash(text))
    desk.house.append([other], batch="x", day=NOON.date())
    desk.house.append([replace(entry, entry_id="e2", title=BRIDGES[0])], batch="x", day=NOON.date())
    desk.article("/1", TITLE, BRIDGES[1])

    assert desk.recheck() == counts(checked=1, failed=1)
    assert desk.looks()[0].failure_class == "same_text"


def test_a_kill_between_the_two_writes_costs_nothing_and_finds_nothing_twice(desk):
    desk.article("/1", TITLE, FIFTEEN)
    desk.recheck()
    before = desk.revisions()

    for hours in (1, 1.2):
        desk.forget_looks()
        assert desk.recheck(hours) == counts(checked=1, revised=1)
        assert (desk.outcomes(), desk.revisions()) == ([(1, "revised", 1)], before)

    assert desk.recheck(6) == counts(checked=1)
    assert desk.revisions() == before


def test_what_was_changed_again_after_a_kill_is_a_version_more(desk):
    desk.article("/1", TITLE, FIFTEEN)
    desk.recheck()
    desk.forget_looks()
    desk.article("/1", TITLE, (*WAR, KILLED[2].replace("12", "18")))

    desk.recheck(1.2)

    assert [version.numbers for version in desk.revisions()] == [("12 → 15",), ("15 → 18",)]
    assert desk.outcomes() == [(1, "revised", 2)]


def test_a_host_that_says_slow_down_is_held_for_looks_and_for_the_ingest(desk):
    desk.add("/2", *BRIDGES)
    for path in ("/1", "/2"):
        desk.site.page(path, b"slow down", status=429, Retry_After="7200")

    assert desk.recheck(fetch_per_host=1) == counts(checked=1, failed=1)

    [look] = desk.looks()
    assert (look.failure_class, look.hold_until) == ("throttled", NOON + 3 * HOUR)
    assert list(held_domains(desk.house, at=NOON + 2 * HOUR).values()) == [NOON + 3 * HOUR]
    asked = len(desk.site.requests)
    assert desk.recheck(2) == counts()
    assert len(desk.site.requests) == asked
    # The look that the hold kept back is done behind it.
    desk.article("/1", TITLE, KILLED)
    desk.article("/2", *BRIDGES)
    assert desk.recheck(3.1) == counts(checked=1)


def test_robots_txt_is_obeyed(desk):
    desk.site.page("/robots.txt", b"User-agent: *\nDisallow: /1")
    asked = len(desk.site.asked("/1"))

    assert desk.recheck(25) == counts(checked=1, failed=1)

    assert desk.looks()[0].failure_class == "robots"
    assert len(desk.site.asked("/1")) == asked


def test_a_look_is_done_by_the_shard_that_its_domain_belongs_to(desk):
    run = desk.run_at(1, shards=3)

    done = [recheck_stories(run, shard)["checked"] for shard in range(3)]

    assert done == [int(run.owns(shard, desk.site.url)) for shard in range(3)]
    assert done[0] == 0


def test_a_story_whose_page_came_late_is_left_alone_for_an_hour(desk):
    [story] = desk.house.read(Story)
    desk.house.replace([replace(story, refiled_at=NOON + 2 * HOUR)], days=[NOON.date()])

    assert desk.recheck(2.9) == counts()
    assert desk.recheck(3) == counts(checked=1)


def test_an_entry_that_brings_a_known_address_with_another_text_makes_a_version_once(desk):
    [page] = desk.house.read(Page)
    new = replace(page, entry_id="e2", text="\n".join(FIFTEEN), text_sha256="x")
    more = replace(page, entry_id="e3", text="\n".join((*FIFTEEN, LATER)), text_sha256="y")
    run = desk.run_at(0.2)

    def store(*pages: Page, story_id: str = page.entry_id) -> list[tuple]:
        given = [(story_id, page) for page in pages]
        found = store_versions(run, given, found_by="entry", batch=run.batch(), since=NOON.date())
        return [(finding.outcome, finding.number) for finding in found]

    assert store(page) == [("same", None)]
    assert store(new, more) == [("revised", 1), ("revised", 2)]
    # Run again: the newest version has that text.
    assert store(more) == [("same", None)]
    assert store(new, story_id="unknown") == [("same", None)]
    assert [(version.found_by, version.numbers) for version in desk.revisions()] == [
        ("entry", ("12 → 15",)),
        ("entry", ()),
    ]
    desk.article("/1", TITLE, (*FIFTEEN, LATER))
    assert desk.recheck() == counts(checked=1)
