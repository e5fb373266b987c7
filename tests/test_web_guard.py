from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from newsroom import Site, faults
from newsroom.client import failure, fetch, names

HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7F.0.0.1", "0x7f.1",
    "0177.0.0.1", "017700000001", "0177.1", "127。0。0。1", "0", "0.0.0.0", "0x0", "localhost", "LOCALHOST",
    "10.0.0.1", "0xa.0.0.1", "167772161", "172.16.0.1", "172.31.255.255", "192.168.1.1", "3232235777",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]", "[::ffff:10.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::1]", "[2001:db8::1]",
    "[100::1]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[3fff::1]", "[5f00::1]", "[::ffff:0:127.0.0.1]",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_an_inner_address_gets_in(site, host):
    site.page("/")

    error = failure(f"http://{host}:{site.port}/", allow_networks=())

    assert error.failure_class in {"refused_address", "bad_url"}
    assert not error.transient
    assert (site.connection_count, site.requests) == (0, [])


@pytest.mark.parametrize(
    "url",
    [
        "http://public.test@127.0.0.1:{port}/",
        "http://public.test:80@127.0.0.1:{port}/",
        "http://public.test%40@127.0.0.1:{port}/",
        "http://public.test\\@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}#@public.test/",
        "http://127.0.0.1:{port}?@public.test/",
        "http://127.0.0.1:{port}/@public.test/",
        " http://127.0.0.1:{port}/ ",
        "HTTP://127.0.0.1:{port}/",
        "http:127.0.0.1:{port}/",
        "http:///127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "127.0.0.1:{port}/",
        "http://127.0.0.1\t:{port}/",
        "http://127.0.0.1:{port}\r\nHost: public.test/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/_GET",
        "unix:///run/docker.sock",
        "data:text/html,x",
        "",
    ],
)
def test_no_trick_of_the_address_gets_in(site, url):
    error = failure(url.format(port=site.port), allow_networks=())

    assert error.failure_class in {"refused_address", "bad_url"}
    assert not error.transient
    assert site.connection_count == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_a_public_name_for_an_inner_address_does_not_get_in(site, address):
    url = f"http://news.test:{site.port}/"

    error = failure(url, allow_networks=(), resolve=names(news=address))

    assert (error.failure_class, site.connection_count) == ("refused_address", 0)


def test_a_name_with_an_open_and_an_inner_address_is_asked_only_at_the_open_one(site):
    with Site(host="127.0.0.2") as inner:
        url = f"http://news.test:{inner.port}/"

        # The open address does not listen on that port, so a client that tries the next would get in.
        error = failure(url, resolve=names(news=["127.0.0.1", "127.0.0.2"]))

        assert (error.failure_class, inner.connection_count) == ("connection", 0)


def test_a_name_that_changes_its_mind_is_asked_once_and_taken_at_its_word(site):
    answers = ["127.0.0.1", "127.0.0.2"]
    asked: list[str] = []

    async def rebind(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [answers[len(asked) - 1]]

    url = site.page("/a", b"the open one").replace("127.0.0.1", "news.test")

    assert fetch(url, resolve=rebind).body == b"the open one"
    assert asked == ["news.test"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["127.0.0.2", "[::ffff:127.0.0.2]", "2130706434", "inner.test", "[::1]"])
def test_a_redirect_inwards_is_refused(site, status, target):
    with Site(host="127.0.0.2") as inner:
        inner.page("/secret", b"secret")
        url = site.reply("/a", faults.redirect(f"http://{target}:{inner.port}/secret", status))

        async def resolve(host: str, port: int) -> Sequence[str]:
            return ["127.0.0.2"]

        error = failure(url, resolve=resolve)

        assert (error.failure_class, inner.connection_count) == ("refused_address", 0)


def test_an_inner_network_can_be_allowed_by_name(site):
    url = site.page("/a", b"x")

    assert fetch(url, allow_networks=(ip_network("127.0.0.0/8"),)).body == b"x"
    assert failure(url, allow_networks=(ip_network("10.0.0.0/8"), ip_network("::/0"))).transient is False
