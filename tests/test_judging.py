"""Copies over runs and feeds: what is stored is found, verdicts stay, groups are linked, and alert once."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from copytexts import cut, edited, sentence, story
from desk import NOON, TEN_MINUTES, WAR, Desk
from newsmonitor import pipeline
from newsmonitor.alerts import alert_id
from newsmonitor.alertspec import DEFAULT_RULE
from newsmonitor.explain import explain
from newsmonitor.notify import default_names
from newsmonitor.owing import count_owed
from newsmonitor.records import Alert, Story
from newsmonitor.refingerprint import days_of, refingerprint
from newsmonitor.shingles import fingerprint

HOUR = timedelta(hours=1)
WALL = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies "
    b"to continue</noscript><script>window._cf_chl_opt={cvId:'3'};</script></body></html>"
)
WIRE = "\n".join([*WAR, story(7, 12)])


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    """A desk that has polled both its feeds once, so that what is new alerts."""
    desk = Desk(site, tmp_path)
    desk.feed("a", [desk.article("/a/0", "An old item")])
    desk.feed("b", [desk.article("/b/0", "Another old item")])
    desk.cycle(NOON - TEN_MINUTES)
    return desk


def publish(desk: Desk, feed: str, path: str, title: str, text: str) -> None:
    desk.feed(feed, [desk.article(path, title, text.split("\n"))])


def judged(desk: Desk, path: str) -> dict:
    columns = "story_id, group_id, copy_of, copy_kind, similarity, shared_share, kept_share, added_count, added_text"
    [row] = desk.rows(f"select {columns}, similar_id, fingerprint from stories where url like '%{path}'")
    return row


def file(desk: Desk, at) -> None:
    """A cycle without its last step."""
    with pipeline.open_run(at, desk.settings()) as run:
        for step in (pipeline.poll_feeds, pipeline.fetch_pages, pipeline.file_stories):
            step(run)


def owed(desk: Desk, at) -> int:
    """What one channel is owed at this time: it is there since the first cycle."""
    with pipeline.open_run(at, desk.settings()) as run:
        return count_owed(run)


def test_a_wire_story_that_was_cut_and_edited_is_a_copy_hours_later_at_another_outlet(desk):
    publish(desk, "a", "/a/1", "Ukrainian forces hold Sudzha", WIRE)
    desk.cycle(NOON)
    added = "Our own correspondent counted eleven lorries on the road to the border this afternoon."
    publish(desk, "b", "/b/1", "Night of fire at the border", f"{edited(cut(WIRE, 0.6), 0.1)}\n{added}")
    desk.cycle(NOON + 5 * HOUR)

    first, copy = judged(desk, "/a/1"), judged(desk, "/b/1")
    assert first["copy_of"] is None
    assert first["fingerprint"] == list(
        fingerprint(desk.rows("select text from stories where url like '%/a/1'")[0]["text"])
    )
    assert (copy["group_id"], copy["copy_of"], copy["copy_kind"]) == (
        first["story_id"],
        first["story_id"],
        "near",
    )
    assert 0.6 < copy["similarity"] < 0.9
    assert copy["kept_share"] < 0.6 < copy["shared_share"]
    assert copy["added_text"] == added
    assert copy["fingerprint"] == []
    assert owed(desk, NOON + 5 * HOUR) == 1


def test_in_one_batch_copies_are_found_as_they_are_in_the_tables(desk):
    desk.feed(
        "a",
        [
            desk.article("/a/1", "One", WIRE.split("\n")),
            desk.article("/a/2", "Two", cut(WIRE, 0.5).split("\n")),
        ],
    )
    desk.feed("b", [desk.article("/b/1", "Three", edited(WIRE, 0.2).split("\n"))])
    desk.cycle(NOON)

    rows = desk.rows(
        "select group_id, count(*) as n, count(copy_of) as copies from stories group by 1 order by 2 desc"
    )
    assert (rows[0]["n"], rows[0]["copies"]) == (3, 2)


def test_a_run_that_is_run_again_decides_the_same(desk):
    publish(desk, "a", "/a/1", "One", WIRE)
    desk.cycle(NOON)
    publish(desk, "b", "/b/1", "Two", edited(WIRE, 0.1))
    desk.cycle(NOON + HOUR)
    before = desk.rows("select * exclude (day) from stories order by story_id")

    with pipeline.open_run(NOON + HOUR, desk.settings()) as run:
        pipeline.file_stories(run)

    assert desk.rows("select * exclude (day) from stories order by story_id") == before


def test_after_so_many_days_a_near_copy_is_a_story_and_a_whole_one_still_a_copy(desk):
    publish(desk, "a", "/a/1", "One", WIRE)
    desk.cycle(NOON)
    settings = desk.settings().model_copy(update={"copy_days": 5})
    later = NOON + timedelta(days=6)
    desk.feed(
        "b",
        [
            desk.article("/b/1", "Two", edited(WIRE, 0.1).split("\n")),
            desk.article("/b/2", "Three", WIRE.split("\n")),
        ],
        at=later,
    )
    desk.run(settings, later)

    assert judged(desk, "/b/1")["copy_of"] is None
    assert judged(desk, "/b/2")["copy_kind"] == "exact"


def test_headlines_are_compared_over_runs(desk):
    publish(desk, "a", "/a/1", "Drone strike sets oil depot in Lgov on fire", story(11))
    desk.cycle(NOON)
    publish(desk, "b", "/b/1", "Drone strike sets the oil depot in Lgov on fire", story(12))
    desk.cycle(NOON + HOUR)

    row = judged(desk, "/b/1")
    assert (row["copy_kind"], row["copy_of"], row["group_id"]) == ("headline", None, row["story_id"])
    assert row["similar_id"] == judged(desk, "/a/1")["story_id"]


def test_a_text_that_comes_late_and_is_a_copy_links_two_groups_and_alerts_once(desk, site):
    desk.article("/b/1", "A quiet headline")
    site.page("/b/1", WALL, Content_Type="text/html")
    desk.feed("b", [("A quiet headline", "/b/1")])
    publish(desk, "a", "/a/1", "Ukrainian forces hold Sudzha", WIRE)
    desk.cycle(NOON)
    assert owed(desk, NOON) == 1

    desk.article("/b/1", "A quiet headline", edited(WIRE, 0.1).split("\n"))
    desk.cycle(NOON + HOUR)

    first, late = judged(desk, "/a/1"), judged(desk, "/b/1")
    assert (late["group_id"], late["copy_of"]) == (late["story_id"], None)
    [link] = desk.rows("select * exclude (day, batch, extra) from group_links")
    older, younger = sorted((first["story_id"], late["story_id"]))
    assert link == {
        "group_id": younger,
        "into_group_id": older,
        "story_id": late["story_id"],
        "reason": "near",
        "similarity": link["similarity"],
        "linked_at": NOON + HOUR,
    }
    assert late["fingerprint"]
    # Both match and begin a group; people are told of one.
    assert desk.rows("select count(*) as n from stories where level = 'main' and copy_of is null") == [
        {"n": 2}
    ]
    assert owed(desk, NOON + HOUR) == 1

    desk.cycle(NOON + 2 * HOUR)
    assert desk.rows("select count(*) as n from group_links") == [{"n": 1}]


@pytest.mark.parametrize("told", ["part", "whole"])
def test_of_linked_groups_nobody_is_told_again_whichever_was_told_of_before(desk, site, told):
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    site.page("/b/1", WALL, Content_Type="text/html")
    desk.feed("b", [("A quiet headline", "/b/1")])
    publish(desk, "a", "/a/1", "Ukrainian forces hold Sudzha", WIRE)
    file(desk, NOON)
    desk.article("/b/1", "A quiet headline", WIRE.split("\n"))
    file(desk, NOON + HOUR)
    [link] = desk.rows("select group_id as part, into_group_id as whole from group_links")
    [channel] = default_names(desk.alert_urls)
    row = Alert(
        alert_id=alert_id(link[told], DEFAULT_RULE),
        rule="default",
        channel=channel,
        state="sent",
        attempt=1,
        tried_at=NOON,
    )
    assert owed(desk, NOON + HOUR) == 1

    desk.warehouse.append([row], batch="by hand", day=NOON.date())

    assert owed(desk, NOON + HOUR) == 0


def test_stored_fingerprints_of_another_kind_are_brought_up_day_by_day(desk):
    publish(desk, "a", "/a/1", "One", WIRE)
    desk.cycle(NOON)
    publish(desk, "b", "/b/1", "Two", edited(WIRE, 0.1))
    desk.cycle(NOON + HOUR)
    before = desk.rows("select * from stories order by story_id")
    rows = [replace(row, fingerprint=(1, 2, 3)) for row in desk.warehouse.read(Story)]
    desk.warehouse.replace(rows, days=[NOON.date()])
    told = []

    days = days_of(desk.warehouse)
    counts = refingerprint(desk.warehouse, days, tell=lambda: told.append(1))

    assert days == [NOON.date()]
    assert counts == {"days": 1, "stories": 4, "changed": 4}
    assert told == [1]
    assert desk.rows("select * from stories order by story_id") == before
    assert refingerprint(desk.warehouse, days, tell=lambda: None)["changed"] == 0


def test_where_the_first_was_cut_before_it_came_to_the_point_the_first_that_says_it_alerts_once(desk):
    text = "\n".join([story(21, 15), *WAR, *WAR])
    publish(desk, "a", "/a/1", "A long night", cut(text, 0.5))
    desk.cycle(NOON)
    assert owed(desk, NOON) == 0

    publish(desk, "b", "/b/1", "Sudzha: Kursk region under fire", text)
    desk.cycle(NOON + HOUR)
    assert judged(desk, "/b/1")["copy_kind"] == "near"
    assert owed(desk, NOON + HOUR) == 1

    publish(desk, "a", "/a/2", "Sudzha and the Kursk region again", f"{text}\nMore is not known.")
    desk.cycle(NOON + 2 * HOUR)
    assert owed(desk, NOON + 2 * HOUR) == 1
    [told] = [
        step.said for step in explain(desk.warehouse, desk.site.url + "/a/2") if step.step == "send_alerts"
    ]
    assert told.startswith("default: no alert of its own: its group alerts once, by")
    assert "Sudzha: Kursk region under fire" in told


def test_what_repeats_a_text_of_the_seed_corpus_alerts_nobody_and_says_so(desk):
    seed = (desk.settings().seeds / "corpus" / "kursk-counterattack.txt").read_text()
    publish(desk, "a", "/a/1", "Kursk region: the counterattack", edited(seed, 0.05))
    desk.cycle(NOON)

    assert judged(desk, "/a/1")["copy_kind"] == "seed"
    assert owed(desk, NOON) == 0
    told = [step.said for step in explain(desk.warehouse, desk.site.url + "/a/1")]
    assert told[-1] == "default: no alert: its group began with backlog, or repeats a text of the seed corpus"


def announce_again(desk: Desk, feed: str, text: str, at) -> None:
    """File an address that sends on to /a/1, where now this text is."""
    desk.site.page(f"/short/{feed}", b"", status=302, Location="/a/1")
    desk.article("/a/1", "Twelve lorries at the border", text.split("\n"))
    desk.feed(feed, [("Twelve lorries at the border", f"/short/{feed}")])
    desk.cycle(at)


def test_an_address_announced_again_with_another_text_is_a_revision_and_no_story(desk):
    text = story(31)
    publish(desk, "a", "/a/1", "Twelve lorries at the border", text)
    desk.cycle(NOON)
    words = text.split(" ")
    words[40:42] = ["fifteen", "lorries"]
    announce_again(desk, "b", " ".join(words), NOON + HOUR)

    assert desk.rows("select copy_kind from stories order by filed_at desc limit 1") == [{"copy_kind": "url"}]
    [first] = desk.rows("select story_id from stories where url like '%/a/1' and copy_of is null")
    [row] = desk.rows("select * from revisions")
    assert (row["story_id"], row["number"], row["found_by"]) == (first["story_id"], 1, "entry")
    assert (row["added_count"], row["removed_count"]) == (2, 2)
    assert "{+fifteen lorries+}" in row["diff"]

    file(desk, NOON + HOUR)
    assert desk.rows("select count(*) as n from revisions") == [{"n": 1}]
    # The second entry is at the address too, and is no story of its own.
    announce_again(desk, "c", text, NOON + 2 * HOUR)
    assert desk.rows("select story_id, number from revisions order by number") == [
        {"story_id": first["story_id"], "number": number} for number in (1, 2)
    ]


def test_an_address_that_has_the_text_of_another_group_now_links_the_two(desk):
    publish(desk, "a", "/a/1", "Twelve lorries at the border", story(31))
    publish(desk, "b", "/b/1", "Another matter", story(32))
    desk.cycle(NOON)
    announce_again(desk, "c", story(32), NOON + HOUR)

    first = "select min(group_id) as low, max(group_id) as high from stories where copy_of is null and url like '%/1'"
    # Both were filed in one run, so the one with the lower id counts as the older.
    assert desk.rows("select into_group_id as low, group_id as high from group_links") == desk.rows(first)


def test_a_page_of_tables_of_which_little_is_left_is_no_copy_by_that(desk):
    lines = [sentence(random.Random(n), 12) for n in range(14)]
    rules = sentence(random.Random(99), 45)

    def publish_draw(number: int, *more: str) -> tuple[str, str]:
        numbers = [f"{line} {number}{place}" for place, line in enumerate(lines)]
        return desk.article(f"/draw/{number}", f"Results of draw {number}", [*more, *numbers])

    desk.feed("a", [publish_draw(0, rules), *(publish_draw(number) for number in range(1, 8))])
    desk.cycle(NOON)
    later = NOON + timedelta(days=4)
    desk.feed("a", [publish_draw(8, rules)], at=later)
    desk.cycle(later)

    texts = desk.rows("select text, copy_of from stories where url like '%/draw/0' or url like '%/draw/8'")
    # Nothing but the rules of the game is left of either, for all else stands on every page.
    assert texts == [{"text": rules, "copy_of": None}] * 2
