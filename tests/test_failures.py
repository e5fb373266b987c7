"""A run of a DAG that failed: told once a cause, whatever the disk does."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import NOON, ROOT, Desk
from newsmonitor.failures import (
    UNSAID,
    Failure,
    essence,
    failure_notices,
    is_due,
    report_failure,
    sending_run,
)
from newsroom import faults

FIVE, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
NETWORK = (
    "none of the 3 feeds answered, so the fault is probably on this side: check the network and the resolver "
    "(one of them: https://news.example/feed.xml: no such name)"
)


def failure(at=NOON, error=NETWORK, **more) -> Failure:
    run_id = f"scheduled__{at:%Y-%m-%dT%H:%M:%S}"
    about = {"dag_id": "ingest_news", "task_id": "file_stories", "run_id": run_id, "log_url": "http://ui/log"}
    return Failure(at=at, error=error, **about | more)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    """A desk whose operator has a webhook; what it gets is in `desk.heard`."""
    desk = Desk(site, tmp_path / "desk")
    desk.heard = []

    def take(exchange):
        desk.heard.append(json.loads(exchange.request.body))
        exchange.answer(b"ok")

    site.reply("/hook", take)
    desk.alert_urls = (f"json://127.0.0.1:{site.port}/hook",)
    desk.marks = tmp_path / "marks"
    desk.marks.mkdir()
    return desk


def report(desk, *failures, folders=None):
    for each in failures:
        report_failure(desk.settings(), each, folders=folders or [desk.marks])


def notices(desk, at=NOON + 3 * DAY):
    return failure_notices(sending_run(desk.settings(), at), age=7 * DAY)


def unwritable(desk):
    """A warehouse that nobody, not even root, can write: a file stands in its place."""
    desk.folder.mkdir(parents=True, exist_ok=True)
    desk.warehouse.root.write_text("")
    return desk


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NETWORK, NETWORK.replace("3", "288").replace("no such name", "timeout").replace("news.", "other.")),
        ("no space left at 0x7f3a1c, tmp8f3k2", "no space left at 0x55aa00, tmp1aaaa"),
        ("gone at 2026-11-24T12:00:00Z", "Gone  at 2026-11-25T08:05:00.123Z"),
        ("row 4e1c2b00-aaaa-4bcd-8e11-000000000001 twice", "row 9e1c2b00-bbbb-4bcd-8e11-00000000000f twice"),
        ("https://a.example/x?y=z: refused", "http://b.example/: refused"),
        ("a@b.example did not take 2 of 3", "c@d.example did not take 1 of 17"),
        ("days 1 2 3 are broken", "days 7 are broken"),
    ],
)
def test_what_differs_from_run_to_run_is_no_other_cause(one, other):
    assert essence(one) == essence(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OSError: No space left on device", "OSError: Read-only file system"),
        ("kursk.toml, line 3: is no word", "zaporizhzhia.toml, line 3: is no word"),
        ("ValueError: x", "KeyError: x"),
    ],
)
def test_what_a_person_mends_otherwise_is_another_cause(one, other):
    assert essence(one) != essence(other)


@given(st.text())
def test_the_essence_of_any_words_holds_no_digit_and_is_its_own_essence(text):
    found = essence(text)

    assert not any(sign.isdecimal() for sign in found)
    assert essence(found) == found
    assert len(found) <= 500


@given(st.lists(st.timedeltas(timedelta(), 3 * DAY)), st.none() | st.timedeltas(timedelta(), 3 * DAY))
def test_no_cause_is_told_more_than_four_times_a_day(times, success):
    told = []
    for after in sorted(times):
        at = NOON + after
        if is_due(told, at=at, succeeded_at=None if success is None else at):
            told.append(at)

    assert all(sum(at - DAY < other <= at for other in told) <= 4 for at in told)


def test_a_failure_is_told_with_the_task_the_words_the_run_and_where_its_log_is(desk):
    report(desk, failure())

    [notice] = notices(desk)
    assert (notice.kind, notice.since) == ("failure", NOON)
    assert notice.message.title == "ingest_news failed: file_stories"
    assert notice.message.body.splitlines() == [
        NETWORK,
        "",
        "The run of 2026-11-24 12:00 UTC (scheduled__2026-11-24T12:00:00).",
        "",
        "http://ui/log",
    ]


def test_all_of_the_feeds_failing_in_each_run_of_a_day_is_one_message_and_a_row_for_each_run(desk):
    runs = [failure(NOON + number * 2 * HOUR) for number in range(12)]

    report(desk, *runs)

    assert len(notices(desk)) == 1
    rows = desk.rows("select state, told_by from alerts order by tried_at")
    assert [row["state"] for row in rows] == ["owed", *["held"] * 11]
    assert {row["told_by"] for row in rows[1:]} == {notices(desk)[0].notice_id}
    assert desk.heard == []


def test_what_lasts_is_told_again_after_a_day_with_how_often_it_was(desk):
    report(desk, *(failure(NOON + number * 6 * HOUR) for number in range(6)))

    _, again = notices(desk)
    assert again.since == NOON + DAY
    assert "It lasts: you were told a day ago.\n4 runs failed of it within a day." in again.message.body


def test_what_comes_back_after_a_run_that_succeeded_is_told_again(desk):
    report(desk, failure(), failure(NOON + 2 * FIVE, succeeded_at=NOON - FIVE))
    assert len(notices(desk)) == 1

    report(desk, failure(NOON + 4 * FIVE, succeeded_at=NOON + 3 * FIVE))

    _, again = notices(desk)
    assert "It is back: told at 12:00 UTC, and a run succeeded since." in again.message.body


def test_a_run_that_was_cleared_and_succeeded_counts_as_one_that_did(desk):
    report(desk, failure(), failure(NOON + FIVE, succeeded_at=NOON))

    assert len(notices(desk)) == 2


def test_what_comes_and_goes_is_told_four_times_a_day_and_says_so(desk):
    moments = [NOON + 2 * number * FIVE for number in range(10)]

    report(desk, *(failure(at, succeeded_at=at - FIVE) for at in moments))

    told = notices(desk)
    assert len(told) == 4
    assert "no more of it for a day" in told[-1].message.body


def test_another_error_another_task_and_another_dag_are_told_each(desk):
    report(
        desk,
        failure(),
        failure(error="OSError: Input/output error"),
        failure(task_id="poll_feeds"),
        failure(dag_id="send_alerts"),
    )

    assert len(notices(desk)) == 4


def test_a_run_that_failed_twice_of_the_same_because_it_was_cleared_is_one_message(desk):
    report(desk, failure(), failure())

    assert len(notices(desk)) == 1


def test_shards_that_fail_of_the_same_at_the_same_moment_are_one_message(desk):
    settings = desk.settings()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: report_failure(settings, failure(), folders=[desk.marks]), range(8)))

    assert len(notices(desk)) == 1


def test_a_run_whose_failure_is_known_is_not_told_again_for_having_failed(desk):
    report(desk, failure(), failure(error=None, task_id="file_stories"))
    # The second is known of too, though nobody was told.
    report(desk, failure(NOON + FIVE), failure(NOON + FIVE, error=None))

    assert len(notices(desk)) == 1


def test_a_run_that_failed_without_a_word_is_told_and_the_next_one_is_not(desk):
    report(desk, failure(error=None), failure(NOON + FIVE, error=None))

    [notice] = notices(desk)
    assert UNSAID in notice.message.body


def test_a_password_in_an_address_is_not_written_down(desk):
    report(desk, failure(error="cannot reach https://someone:hunter2@proxy.example/x"))

    assert "https://***@proxy.example/x" in notices(desk)[0].message.body
    assert desk.rows("from alerts where extra like '%hunter2%'") == []


def test_words_of_strangers_stay_in_one_line(desk):
    report(desk, failure(error="bad title: a\nb\r\nThe run of yesterday " + "x" * 9000))

    first, second, *_ = notices(desk)[0].message.body.splitlines()
    assert first.startswith("bad title: a b The run of yesterday xxx")
    assert (len(first), second) == (500, "")


def test_a_warehouse_that_cannot_be_written_is_told_at_once_and_once_a_day(desk):
    unwritable(desk)
    runs = [failure(NOON + number * FIVE, error="cannot be written") for number in range(288 + 2)]

    report(desk, *runs)

    first, again = desk.heard
    assert first["title"] == "ingest_news failed: file_stories"
    assert "cannot be written" in first["message"]
    assert "The ledger cannot be written, so there is no row of this" in first["message"]
    assert f"{NOON + DAY:%Y-%m-%d %H:%M} UTC" in again["message"]
    assert [mark.stat().st_size for mark in desk.marks.iterdir()] == [0, 0]


def test_without_a_ledger_what_comes_back_after_a_success_is_told_again(desk):
    unwritable(desk)

    report(desk, failure(), failure(NOON + 2 * FIVE, succeeded_at=NOON + FIVE))

    assert len(desk.heard) == 2


def test_without_a_ledger_a_run_is_not_told_again_for_having_failed(desk):
    unwritable(desk)

    report(desk, failure(), failure(error=None), failure(NOON + FIVE), failure(NOON + FIVE, error=None))

    assert len(desk.heard) == 1


def test_what_was_told_without_a_ledger_is_not_told_again_when_there_is_one(desk):
    unwritable(desk)
    report(desk, failure())
    desk.warehouse.root.unlink()

    report(desk, failure(NOON + FIVE))

    assert notices(desk) == []
    assert len(desk.heard) == 1


def test_where_no_channel_takes_it_the_next_run_tries_again(desk, site):
    unwritable(desk)
    hook = site.reply("/down", faults.reset)
    working, desk.alert_urls = desk.alert_urls, (hook.replace("http://", "json://"),)
    report(desk, failure())
    desk.alert_urls = working

    report(desk, failure(NOON + FIVE), failure(NOON + 2 * FIVE))

    assert len(desk.heard) == 1


def test_a_folder_that_takes_no_mark_is_passed_over_and_a_link_in_its_place_is_not_followed(desk, tmp_path):
    unwritable(desk)
    trap = tmp_path / "trap"
    trap.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    report(desk, failure(), folders=[trap])
    for mark in trap.iterdir():
        mark.unlink()
        mark.symlink_to(victim)
    before = victim.stat().st_mtime_ns

    report(desk, failure(), failure(NOON + FIVE), folders=[tmp_path / "none", trap, desk.marks])

    assert (victim.read_text(), victim.stat().st_mtime_ns) == ("mine", before)
    assert len(desk.heard) == 2


def test_where_nothing_at_all_can_be_remembered_nobody_is_told_with_each_run(desk, tmp_path):
    unwritable(desk)

    report(desk, failure(), folders=[tmp_path / "none"])

    assert desk.heard == []


def test_the_operator_is_told_though_the_alert_file_and_the_topics_are_broken(desk, tmp_path):
    unwritable(desk)
    broken = tmp_path / "alerts.toml"
    broken.write_text("[[rule]\n")
    settings = desk.settings().model_copy(update={"alerts": broken, "seeds": tmp_path / "nowhere"})

    report_failure(settings, failure(), folders=[desk.marks])

    assert len(desk.heard) == 1


# As on a disk that is full: files can be made and looked at, and not one byte be written.
FULL_DISK = """
import json, resource, sys
from datetime import datetime, timedelta
from pathlib import Path
from newsmonitor.failures import Failure, report_failure
from newsmonitor.settings import Settings
told = json.loads(sys.argv[1])
settings = Settings(**told["settings"])
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
at = datetime.fromisoformat(told["at"])
for number in range(3):
    report_failure(
        settings,
        Failure(
            dag_id="ingest_news", task_id="file_stories", run_id=str(number),
            at=at + timedelta(minutes=5 * number), error="OSError: No space left on device",
        ),
        folders=[Path(told["marks"])],
    )
"""


def test_on_a_full_disk_the_operator_is_told_once(desk):
    report(desk, failure(NOON - HOUR, error="something else"))
    settings = {
        "warehouse": str(desk.warehouse.root),
        "seeds": str(ROOT / "seeds"),
        "alert_urls": desk.alert_urls[0],
    }
    told = json.dumps({"settings": settings, "at": NOON.isoformat(), "marks": str(desk.marks)})
    env = {"PYTHONPATH": str(ROOT / "plugins"), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(desk.folder)}

    subprocess.run(
        [sys.executable, "-c", FULL_DISK, told], env=env, check=True, timeout=60, capture_output=True
    )

    [message] = desk.heard
    assert "OSError: No space left on device" in message["message"]
    assert len(notices(desk)) == 1
    assert desk.rows("select count(*) as n from alerts") == [{"n": 1}]
