"""One reading of an address: what comes out leaves nothing to read into it."""

import re
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsmonitor.targets import parse
from newsmonitor.webfailure import Failure


@pytest.mark.parametrize(
    "url, plain",
    [
        ("http://news.example", "http://news.example/"),
        (" HTTP://News.Example:80/A ", "http://news.example/A"),
        ("https://news.example:443/a#part", "https://news.example/a"),
        ("https://news.example:8443/?q=1", "https://news.example:8443/?q=1"),
        ("https://news.example?q=1", "https://news.example/?q=1"),
        ("https://news.example:/a", "https://news.example/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://under_score.example/a", "https://under_score.example/a"),
        ("https://новости.example/курск?д=1", "https://xn--b1amnebsh.example/%D0%BA%D1%83%D1%80%D1%81%D0%BA?%D0%B4=1"),
        ("https://NEWS。example/", "https://news.example/"),
        ("https://news.example/a b/%41%zz%", "https://news.example/a%20b/%41%25zz%25"),
        ('https://news.example/<"`{}>\\?<">', "https://news.example/%3C%22%60%7B%7D%3E%5C?%3C%22%3E"),
        ("https://news.example/a;b=1,2/(c)'d'!*$&+:@[e]|^~", "https://news.example/a;b=1,2/(c)'d'!*$&+:@[e]|^~"),
        ("https://news.example/a/./b/../c", "https://news.example/a/c"),
        ("https://news.example/../../a/..", "https://news.example/"),
        ("https://news.example/a/.", "https://news.example/a/"),
        ("https://news.example/a//b/.c", "https://news.example/a//b/.c"),
        ("http://0x08.010.2056/", "http://8.8.8.8/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://８.8.8.8/", "http://8.8.8.8/"),
        ("http://8.8.8.8./", "http://8.8.8.8/"),
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)  # fmt: skip
def test_an_address_is_written_in_its_plain_form(url, plain):
    assert parse(url).url == plain
    assert parse(plain).url == plain


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "news.example", "//news.example/", "/a", "http:", "http://", "http:///a", "http:/news.example",
        "http:news.example", "ftp://news.example/", "file:///etc/passwd", "javascript:alert(1)", "data:,x",
        "http://user@news.example/", "http://user:pass@news.example/", "http://@news.example/",
        "http://news.example:0/", "http://news.example:65536/", "http://news.example:٣/", "http://news.example:8o/",
        "http://news.example:80:80/", "http://news.example\\@other.example/", "http://news.example\\.other.example/",
        "http://news%2eexample/", "http://news..example/", "http://.news.example/", "http://news.example../",
        "http://a b.example/", "http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/",
        "http://1.2.3.4.5/", "http://1.2.3.256/", "http://4294967296/", "http://08.8.8.8/", "http://news.1/",
        "http://news.0x1/", "http://[::1", "http://[::1]x/", "http://[::1%25eth0]/", "http://[::g]/", "http://[]/",
        "http://[1.2.3.4]/", "http://news.example/\x00", "http://news.example/\r\nX: 1", "http://news\t.example/",
        "http://\ud800.example/", "http://news.example/\ud800", "http://😀.example/",
        "http://news.example/" + "a" * 70_000,
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_no_address(url):
    with pytest.raises(Failure) as caught:
        parse(url)
    assert (caught.value.failure_class, caught.value.transient) == ("bad_url", False)
    assert len(caught.value.reason) <= 300


@pytest.mark.parametrize(
    "location, end",
    [
        ("/b", "https://news.example/b"),
        ("b", "https://news.example/dir/b"),
        ("?q", "https://news.example/dir/a?q"),
        ("../b", "https://news.example/b"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example", "http://other.example/"),
        ("\\b", "https://news.example/dir/%5Cb"),
        ("b\\c", "https://news.example/dir/b%5Cc"),
        ("/курск", "https://news.example/%D0%BA%D1%83%D1%80%D1%81%D0%BA"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location, end):
    assert parse(location, base=parse("https://news.example/dir/a?x")).url == end


@pytest.mark.parametrize(
    "location",
    [
        "\\\\other.example", "/\\other.example", "\\/other.example",
        "https:b", "https:/b", "https:///b", "http:b", "x:b",
    ],
)  # fmt: skip
def test_a_redirect_that_can_be_read_in_two_ways_is_no_address(location):
    with pytest.raises(Failure):
        parse(location, base=parse("https://news.example/dir/a?x"))


def test_what_is_asked_for_is_named_in_its_parts():
    name, plain = parse("https://News.example:8443/a"), parse("http://[2606:4700::1]:8080/a")

    assert (name.origin, name.netloc, name.host, name.port, name.is_numeric) == (
        "https://news.example:8443", "news.example:8443", "news.example", 8443, False,
    )  # fmt: skip
    assert (plain.netloc, plain.host, plain.port, plain.is_numeric) == (
        "[2606:4700::1]:8080", "2606:4700::1", 8080, True,
    )  # fmt: skip


@given(
    st.text(max_size=60),
    st.sampled_from(["", "http://", "https://a.example/", "http://[", "//", "http://1."]),
)
@example("http://news.example\\@127.0.0.1", "")
def test_no_text_raises_anything_but_a_failure_and_another_parser_sees_the_same_host(text, beginning):
    for base in (None, parse("http://base.example/a")):
        try:
            target = parse(beginning + text, base)
        except Failure:
            continue
        split = urlsplit(target.url)
        assert target.url.isascii()
        assert not re.search(r"[\s\\@]", target.netloc)
        assert (split.hostname, split.port or {"http": 80, "https": 443}[split.scheme]) == (
            target.host,
            target.port,
        )
        assert parse(target.url) == target


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "{:#x}", "0{:o}"]), st.integers(1, 4))
def test_every_spelling_of_an_ipv4_address_is_that_address(number, form, parts):
    firsts = [number >> 8 * (3 - place) & 0xFF for place in range(parts - 1)]
    last = number & (1 << 8 * (5 - parts)) - 1
    host = ".".join(form.format(part) for part in [*firsts, last])

    target = parse(f"http://{host}/")

    assert target.is_numeric
    assert ip_address(target.host) == IPv4Address(number)
