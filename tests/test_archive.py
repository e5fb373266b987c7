"""The page archive: what was fetched comes back as it was, from files that any tool of web archives reads."""

import re
import subprocess
import sys
import zlib
from base64 import b32encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha1, sha256
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from newsmonitor.archive import Archive, Capture, CaptureMissing
from newsmonitor.settings import Settings

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
URL = "https://example.org/war?id=1"
PAGE = Capture(
    url=URL,
    status=200,
    headers=(("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
    body="<p>Курск</p>".encode(),
    fetched_at=NOON,
)
ASKED = (("Host", "example.org"), ("User-Agent", "newsmonitor/0.1"))

TOKENS = st.text("abcXYZ019-_.!#$%&'*+^`|~", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=0x21, exclude_categories=("Cs",)), max_size=40).map(str.strip)
NAMES = TOKENS | st.sampled_from(
    (
        "Content-Length",
        "content-length",
        "Content-Encoding",
        "Transfer-Encoding",
        "X-Crawl-Content-Length",
        "WARC-Type",
    )
)


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path)


def store(archive: Archive, *captures: Capture, batch: str = "20261124T120000Z-00") -> list[str]:
    with archive.open(DAY, batch) as writer:
        return [write(writer, capture) for capture in captures]


def write(writer, capture: Capture) -> str:
    return writer.write(
        url=capture.url,
        status=capture.status,
        headers=capture.headers,
        body=capture.body,
        fetched_at=capture.fetched_at,
        request_headers=ASKED,
    )


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.warc.gz"))


def only_file(root: Path) -> Path:
    [path] = root.rglob("*.warc.gz")
    return path


def test_a_page_comes_back_as_it_was_sent(archive):
    [ref] = store(archive, PAGE)

    assert archive.read(ref) == PAGE
    assert re.fullmatch(
        r"day=2026-11-24/20261124T120000Z-00-000\.warc\.gz#[0-9]+:sha256-" + sha256(PAGE.body).hexdigest(),
        ref,
    )


def test_a_reference_of_an_earlier_version_without_digest_is_still_read(archive):
    [ref] = store(archive, PAGE)

    assert archive.read(ref.partition(":")[0]) == PAGE


def test_another_page_at_the_place_of_a_reference_is_told(archive):
    first, second = store(archive, PAGE, replace(PAGE, body=b"another"))

    with pytest.raises(CaptureMissing, match="another page stands there: its SHA-256 differs"):
        archive.read(first.partition(":")[0] + ":" + second.partition(":")[2])


@settings(max_examples=150, deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=8).map(tuple),
    body=st.binary(max_size=2000),
    status=st.integers(100, 999),
)
def test_any_headers_and_any_body_come_back(tmp_path_factory, headers, body, status):
    archive = Archive(tmp_path_factory.mktemp("archive"))
    capture = Capture(url=URL, status=status, headers=headers, body=body, fetched_at=NOON)

    refs = store(archive, capture, PAGE)

    assert [archive.read(ref) for ref in refs] == [capture, PAGE]


@settings(max_examples=150, deadline=None)
@given(headers=st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=5).map(tuple))
def test_control_characters_in_a_header_cost_neither_the_body_nor_the_next_page(tmp_path_factory, headers):
    archive = Archive(tmp_path_factory.mktemp("archive"))
    capture = Capture(url=URL, status=200, headers=headers, body=b"body", fetched_at=NOON)

    first, second = store(archive, capture, PAGE)

    assert archive.read(first).body == b"body"
    assert archive.read(second) == PAGE


def test_a_body_that_only_looks_packed_is_left_alone(archive):
    page = Capture(
        url=URL,
        status=200,
        headers=(("Content-Encoding", "gzip"),),
        body=b"\x1f\x8b not gzip",
        fetched_at=NOON,
    )

    [ref] = store(archive, page)

    assert archive.read(ref) == page


def test_a_time_of_another_zone_is_the_same_moment(archive):
    local = PAGE.fetched_at.astimezone(timezone(timedelta(hours=3)))

    [ref] = store(archive, Capture(url=URL, status=200, headers=(), body=b"", fetched_at=local))

    assert archive.read(ref).fetched_at == NOON
    assert archive.read(ref).fetched_at.utcoffset() == timedelta(0)


def test_any_tool_of_web_archives_reads_the_file_and_finds_its_digests_right(archive, tmp_path):
    store(archive, PAGE, Capture(url=URL + "2", status=503, headers=(), body=b"", fetched_at=NOON))

    with only_file(tmp_path).open("rb") as file:
        records, digests = [], []
        for record in ArchiveIterator(file, check_digests="raise"):
            about = record.rec_headers
            records.append(
                (record.rec_type, about.get_header("WARC-Target-URI"), record.content_stream().read())
            )
            digests.append((about.get_header("WARC-Block-Digest"), about.get_header("WARC-Payload-Digest")))

    assert all(digest.startswith("sha1:") for pair in digests[1:] for digest in pair)
    assert digests[1][1] == f"sha1:{b32encode(sha1(PAGE.body).digest()).decode()}"
    assert records[0][0] == "warcinfo"
    assert records[1:] == [
        ("response", URL, PAGE.body),
        ("request", URL, b""),
        ("response", URL + "2", b""),
        ("request", URL + "2", b""),
    ]


def test_warcio_finds_nothing_to_complain_of(archive, tmp_path):
    store(archive, PAGE, replace(PAGE, body=b""))

    checker = Checker(SimpleNamespace(inputs=[str(only_file(tmp_path))], verbose=False))
    checker.process_all()

    assert checker.exit_value == 0


def test_the_request_names_its_response_and_what_was_asked(archive, tmp_path):
    store(archive, PAGE)

    with only_file(tmp_path).open("rb") as file:
        found = {}
        for record in ArchiveIterator(file):
            found[record.rec_type] = record
            record.content_stream().read()

    request, response = found["request"], found["response"]
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header(
        "WARC-Record-ID"
    )
    assert request.http_headers.get_header("User-Agent") == "newsmonitor/0.1"
    assert request.http_headers.statusline.startswith("/war?id=1")


def test_two_attempts_of_a_batch_write_two_files_and_both_can_be_read(archive, tmp_path):
    [first] = store(archive, PAGE)
    [second] = store(archive, PAGE)

    assert files(tmp_path) == ["20261124T120000Z-00-000.warc.gz", "20261124T120000Z-00-001.warc.gz"]
    assert archive.read(first) == archive.read(second) == PAGE


def test_nothing_written_is_no_file(archive, tmp_path):
    assert store(archive) == []

    assert list(tmp_path.iterdir()) == []


def test_a_reference_is_good_after_sync_while_the_writer_goes_on(archive):
    with archive.open(DAY, "b") as writer:
        first = write(writer, PAGE)
        with pytest.raises(CaptureMissing):
            archive.read(first)

        writer.sync()
        assert archive.read(first) == PAGE

        second = write(writer, PAGE)
    assert archive.read(second) == PAGE


def test_a_name_of_a_batch_leads_out_of_no_folder(archive, tmp_path):
    [ref] = store(archive, PAGE, batch="../../manual__2026-11-24T12:00:00+00:00")

    assert archive.read(ref) == PAGE
    assert only_file(tmp_path).parent == tmp_path / "day=2026-11-24"


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "x",
        "day=2026-11-24/x.warc.gz#0",
        "day=2026-11-24/../x.warc.gz#0",
        "/etc/passwd#0",
        "day=2026-11-24/x.warc.gz",
        "day=2026-11-24/x.warc.gz#0:",
        "day=2026-11-24/x.warc.gz#0:sha256-00",
    ],
)
def test_a_reference_to_nothing_is_told(archive, ref):
    with pytest.raises(CaptureMissing) as caught:
        archive.read(ref)

    assert str(caught.value).startswith(f"{ref}: ")


def test_a_reference_to_another_place_of_the_file_is_told(archive, tmp_path):
    [ref] = store(archive, PAGE)
    name, offset = place(ref)

    for wrong in (0, offset - 1, offset + 1, 10**9, 10**14):
        with pytest.raises(CaptureMissing):
            archive.read(f"{name}#{wrong}")


@pytest.mark.parametrize("percent", range(0, 100, 3))
def test_a_torn_end_costs_the_torn_page_and_no_other(archive, tmp_path, percent):
    first, second = store(archive, PAGE, PAGE)
    path, (begin, end) = only_file(tmp_path), span(tmp_path, second)
    path.write_bytes(path.read_bytes()[: begin + (end - begin) * percent // 100])

    assert archive.read(first) == PAGE
    with pytest.raises(CaptureMissing):
        archive.read(second)


@settings(max_examples=300, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_damage_is_told_and_never_gives_another_page(tmp_path_factory, place, bits):
    root = tmp_path_factory.mktemp("archive")
    [ref] = store(Archive(root), PAGE)
    path, (begin, end) = only_file(root), span(root, ref)
    damaged = bytearray(path.read_bytes())
    damaged[begin + int((end - begin) * place)] ^= bits
    path.write_bytes(damaged)

    try:
        read = Archive(root).read(ref)
    except CaptureMissing:
        read = PAGE

    # A few bytes of gzip's own header say nothing that counts.
    assert read == PAGE


def span(root: Path, ref: str) -> tuple[int, int]:
    """Where the record of a reference begins and ends in its file."""
    name, offset = place(ref)
    packed = (root / name).read_bytes()[offset:]
    unpacker = zlib.decompressobj(31)
    unpacker.decompress(packed)
    return offset, offset + len(packed) - len(unpacker.unused_data)


def place(ref: str) -> tuple[str, int]:
    """The file of a reference and its offset."""
    name, _, rest = ref.partition("#")
    return name, int(rest.partition(":")[0])


@settings(max_examples=200, deadline=None)
@given(
    record=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: b"WARC/1.1\r\n" + text.encode())
)
def test_whatever_stands_in_a_file_is_a_capture_or_told(tmp_path_factory, record):
    root = tmp_path_factory.mktemp("archive")
    folder = root / "day=2026-11-24"
    folder.mkdir()
    (folder / "x-000.warc.gz").write_bytes(record)

    with pytest.raises(CaptureMissing):
        Archive(root).read("day=2026-11-24/x-000.warc.gz#0")


@pytest.mark.parametrize(
    "head",
    [
        "WARC-Type: response\r\nContent-Length: 0\r\n\r\n",
        "WARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Type: application/http; msgtype=response\r\n"
        "Content-Length: 20\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n",
        "WARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Type: application/http; msgtype=response\r\n"
        "Content-Length: 38\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_a_record_of_another_hand_that_lacks_what_ours_have_is_told(archive, tmp_path, head):
    (tmp_path / "day=2026-11-24").mkdir()
    (tmp_path / "day=2026-11-24" / "x.warc.gz").write_bytes(f"WARC/1.1\r\n{head}\r\n\r\n".encode())

    with pytest.raises(CaptureMissing):
        archive.read("day=2026-11-24/x.warc.gz#0")


def test_a_writer_that_is_killed_leaves_what_it_had_synced(tmp_path):
    code = """
import os, sys, signal
from datetime import UTC, date, datetime
from pathlib import Path
from newsmonitor.archive import Archive
with Archive(Path(sys.argv[1])).open(date(2026, 11, 24), "b") as writer:
    for number in range(1000):
        ref = writer.write(url="https://example.org/", status=200, headers=(), body=os.urandom(5000),
                           fetched_at=datetime(2026, 11, 24, tzinfo=UTC), request_headers=())
        if number == 20:
            writer.sync()
            sys.stdout.write(ref)
            sys.stdout.flush()
        if number == 50:
            os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
        check=False,
    )
    assert done.returncode == -9, done.stderr

    archive = Archive(tmp_path)
    assert len(archive.read(done.stdout).body) == 5000
    [ref] = store(archive, PAGE, batch="b")
    assert ref.startswith("day=2026-11-24/b-001.warc.gz#")
    assert archive.read(ref) == PAGE


def test_an_error_inside_the_block_is_not_covered_up(archive):
    with pytest.raises(KeyError, match="mine"):
        fail_while_writing(archive)


def fail_while_writing(archive: Archive) -> None:
    with archive.open(DAY, "b") as writer:
        write(writer, PAGE)
        raise KeyError("mine")


# ---- forgetting -------------------------------------------------------------------------------------------


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def store_days(archive: Archive, *numbers: int) -> dict[int, str]:
    refs = {}
    for number in numbers:
        with archive.open(day(number), "b") as writer:
            refs[number] = write(writer, PAGE)
    return refs


def test_the_days_before_are_forgotten_and_the_others_stay(archive, tmp_path):
    refs = store_days(archive, -3, -2, -1, 0)

    assert archive.oldest_day() == day(-3)
    assert archive.forget(day(-1)) == 2
    assert archive.forget(day(-1)) == 0

    assert archive.oldest_day() == day(-1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["day=2026-11-23", "day=2026-11-24"]
    assert archive.read(refs[-1]) == archive.read(refs[0]) == PAGE
    with pytest.raises(CaptureMissing, match="the file is not there"):
        archive.read(refs[-2])


def test_an_archive_without_a_page_has_nothing_to_forget(tmp_path):
    archive = Archive(tmp_path / "none")

    assert archive.forget(DAY) == 0
    assert archive.oldest_day() is None


def test_only_folders_named_after_a_day_are_forgotten(archive, tmp_path):
    for name in ("day=2020-01-01 (copy)", "day=2020-13-45", "day=20200101", "2020-01-01", "exhibits"):
        (tmp_path / name).mkdir()
    (tmp_path / "day=2020-01-02").write_text("a file")

    assert archive.forget(DAY) == 0
    assert archive.oldest_day() is None
    assert len(list(tmp_path.iterdir())) == 6


def test_forgetting_never_follows_a_link(archive, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "folder").mkdir(parents=True)
    (elsewhere / "folder" / "kept").write_text("kept")
    archive = Archive(tmp_path / "archive")
    store_days(archive, -3)
    (tmp_path / "archive" / "day=2020-01-01").symlink_to(elsewhere)
    (tmp_path / "archive" / f"day={day(-3)}" / "link").symlink_to(elsewhere / "folder")

    assert archive.forget(DAY) == 1

    assert (elsewhere / "folder" / "kept").read_text() == "kept"
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["day=2020-01-01"]


def test_what_a_killed_removal_left_is_removed_next_time(archive, tmp_path):
    with archive.open(DAY, "b") as writer:
        write(writer, PAGE)
    for name in ("index.cdxj", "more"):
        (tmp_path / f"day={DAY}" / name).write_text("of another tool")
    only_file(tmp_path).unlink()

    assert archive.forget(day(1)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_reader_at_work_and_another_remover_meet_no_error(archive):
    refs = store_days(archive, *range(-40, 1))
    is_over, missing = Event(), set()

    def read() -> None:
        while True:
            was_over = is_over.is_set()
            for number, ref in refs.items():
                try:
                    assert archive.read(ref) == PAGE
                except CaptureMissing:
                    missing.add(number)
            if was_over:
                break

    reader = Thread(target=read)
    removers = [Thread(target=archive.forget, args=(DAY,)) for _ in range(2)]
    for thread in (reader, *removers):
        thread.start()
    for thread in removers:
        thread.join()
    is_over.set()
    reader.join()

    # An error in a thread is a warning, and a warning is an error.
    assert missing == set(range(-40, 0))


@pytest.mark.parametrize("value, days", [("7", 7), ("forever", None), (" Forever ", None)])
def test_captures_are_kept_for_some_days_or_for_ever(value, days):
    assert Settings(archive_days=value).archive_days == days


def test_no_days_at_all_are_refused_for_they_could_mean_either():
    with pytest.raises(ValidationError):
        Settings(archive_days="0")
