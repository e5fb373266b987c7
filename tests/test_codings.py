"""Unpacking bodies that strangers packed: whole or broken, never more than asked for."""

import contextlib
import gzip
import os
import tracemalloc
import zlib
from functools import partial

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.codings import content_coding, unpacked
from newsmonitor.webfailure import Failure

LIMIT = 100_000
PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": partial(brotli.compress, quality=5),
    "zstd": zstd.compress,
}
SKIPPED_FRAME = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
CODINGS = st.sampled_from(sorted(PACKERS))


def failure(raw: bytes, coding: str, limit: int = LIMIT) -> Failure:
    with pytest.raises(Failure) as caught:
        unpacked(raw, coding, limit)
    return caught.value


@given(CODINGS, st.binary(max_size=3000), st.integers(1, 40))
def test_what_was_packed_is_unpacked(coding, page, times):
    body = page * times

    assert unpacked(PACKERS[coding](body), coding, max(LIMIT, len(body))) == body


@given(CODINGS, st.binary(min_size=1, max_size=500), st.data())
def test_half_a_body_never_passes_for_a_whole_one(coding, page, data):
    raw = PACKERS[coding](page)
    cut = data.draw(st.integers(1, len(raw) - 1))

    error = failure(raw[:cut], coding)

    assert (error.failure_class, error.transient) == ("bad_encoding", True)


@settings(max_examples=300)
@given(
    CODINGS, st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"x\x9c"])
)
def test_no_body_raises_anything_but_a_failure(coding, noise, beginning):
    with contextlib.suppress(Failure):
        assert len(unpacked(beginning + noise, coding, LIMIT)) <= LIMIT


@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_of_just_the_limit_is_read_and_one_byte_more_is_not(coding):
    pack = PACKERS[coding]

    assert unpacked(pack(bytes(LIMIT)), coding, LIMIT) == bytes(LIMIT)
    assert failure(pack(bytes(LIMIT + 1)), coding).failure_class == "too_large"
    assert failure(pack(b"x"), coding, 0).failure_class == "too_large"


@pytest.mark.parametrize("coding", PACKERS)
def test_a_bomb_is_never_unpacked_far_beyond_the_limit(coding):
    raw = PACKERS[coding](bytes(50 << 20))

    tracemalloc.start()
    try:
        error = failure(raw, coding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert error.failure_class == "too_large"
    assert peak < 2 << 20


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_share_the_limit(coding):
    member = PACKERS[coding](bytes(60_000))

    assert unpacked(member, coding, LIMIT) == bytes(60_000)
    assert failure(member * 2, coding).failure_class == "too_large"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_of_very_many_members_is_refused(coding):
    one = PACKERS[coding](b"x")

    assert unpacked(one * 60, coding, LIMIT) == b"x" * 60
    assert failure(one * 1000, coding).failure_class == "bad_encoding"


@pytest.mark.parametrize(
    "raw, coding, body",
    [
        (gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0), "gzip", b"one two"),
        (gzip.compress(b"page", mtime=0) + bytes(20), "gzip", b"page"),
        (gzip.compress(b"page", mtime=0) + b"<!-- cached -->", "gzip", b"page"),
        (zlib.compress(b"page")[2:-4], "deflate", b"page"),
        (zstd.compress(b"one ") + zstd.compress(b"two"), "zstd", b"one two"),
        (SKIPPED_FRAME + zstd.compress(b"page") + SKIPPED_FRAME, "zstd", b"page"),
        (zstd.compress(b"page") + b"<!-- cached -->", "zstd", b"page"),
        (b"", "br", b""),
        (b"as it is", "", b"as it is"),
    ],
)
def test_an_odd_but_whole_body_is_read(raw, coding, body):
    assert unpacked(raw, coding, LIMIT) == body


def test_a_zstd_body_may_not_ask_for_more_memory_than_the_standard_says():
    wide = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=wide)
    raw = packer.compress(os.urandom(1000)) + packer.flush()

    error = failure(raw, "zstd")

    assert (error.failure_class, "memory" in error.reason) == ("bad_encoding", True)


def test_a_second_member_that_is_broken_spoils_the_whole():
    assert failure(gzip.compress(b"one") + gzip.compress(b"two")[:-3], "gzip").failure_class == "bad_encoding"
    assert failure(zstd.compress(b"one") + zstd.compress(b"two")[:-3], "zstd").failure_class == "bad_encoding"


@pytest.mark.parametrize("coding", ["compress", "gzip,gzip", "br,gzip", "dcb", "aws-chunked", "g" * 5000])
def test_a_coding_that_was_not_asked_for_is_a_lasting_failure(coding):
    error = failure(b"x", coding)

    assert (error.failure_class, error.transient, len(error.reason) < 120) == ("bad_encoding", False, True)


@pytest.mark.parametrize(
    "values, coding",
    [
        ([], ""),
        ([""], ""),
        (["identity"], ""),
        (["GZip"], "gzip"),
        (["gzip, identity"], "gzip"),
        (["br", " gzip "], "br,gzip"),
        ([",,zstd,"], "zstd"),
    ],
)
def test_the_codings_of_an_answer_are_named_in_order(values, coding):
    assert content_coding(values) == coding
