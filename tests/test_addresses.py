"""Which addresses are of the public internet; how they get through the guard stands in test_web_guard.py."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.addresses import ipv4_of_host, is_public, is_within

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "93.184.215.14",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "169.253.0.1",
        "192.0.1.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:200::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
        "2606:4700::5efe:1.1.1.1",
    ],
)
def test_addresses_of_the_internet_are_public(text):
    assert is_public(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.255.255",
        "192.168.0.0",
        "198.19.255.255",
        "224.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "4000::1",
        "1fff::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:127.0.0.1",
        "64:ff9b:1::101:101",
    ],
)
def test_all_others_are_not(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    "text", ["", "x", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "1.2.3.256", "[::1]", "1.1.1.1:80"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        is_public(text)
    with pytest.raises(ValueError):  # noqa: PT011
        is_within(text, LOOPBACK)


def test_a_wrapped_address_lies_where_the_one_inside_lies():
    for text in ("127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"):
        assert is_within(text, LOOPBACK)
        assert not is_within(text, (ip_network("::/0"),))
    assert not is_within("128.0.0.1", LOOPBACK)
    assert not is_within("127.0.0.1", ())
    assert is_within("fd00::1", (ip_network("fd00::/8"),))


@given(st.integers(0, 2**32 - 1))
def test_however_an_ipv4_address_is_wrapped_the_verdict_is_the_same(number):
    plain = is_public(str(IPv4Address(number)))

    for prefix, shift in ((0xFFFF << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80)):
        assert is_public(str(IPv6Address(prefix | number << shift))) == plain


@pytest.mark.parametrize(
    "host, address",
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.772", "1.2.3.4"),
        ("1.131844", "1.2.3.4"),
        ("16909060", "1.2.3.4"),
        ("0x1.02.3.0x4", "1.2.3.4"),
        ("0x", "0.0.0.0"),
        ("0", "0.0.0.0"),
        ("4294967295", "255.255.255.255"),
        ("news.example", None),
        ("1.2.3.4.example", None),
        ("0x7g", None),
        ("a1", None),
    ],
)
def test_a_host_in_digits_is_an_address(host, address):
    assert ipv4_of_host(host) == address


@pytest.mark.parametrize(
    "host", ["256.1.1.1", "1.2.3.256", "1.2.65536", "4294967296", "1.2.3.4.5", "09", "news.1", "1..1"]
)
def test_a_host_that_ends_in_a_number_and_is_no_address_is_an_error(host):
    with pytest.raises(ValueError):  # noqa: PT011
        ipv4_of_host(host)
