import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from newsmonitor.curlloop import CurlLoop
from newsmonitor.webfailure import Failure
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


# Ways in: {inner} is the port of a site that must not be asked, {open} that of one which may be


@dataclass(frozen=True)
class Way:
    """The address asked for, what each look-up of a name answers, and where the open site sends the client on."""

    url: str
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    location: str = ""
    status: int = 302


OPEN = "127.0.0.3"
START = "http://public.test:{open}/a"
PUBLIC = {"public.test": [[OPEN]]}


def direct(host: str) -> Way:
    return Way(f"http://{host}:{{inner}}/")


def sent_on(location: str, status: int = 302) -> Way:
    return Way(START, PUBLIC, location, status)


def looked_up(*answers: list[str]) -> Way:
    return Way("http://news.test:{inner}/", {"news.test": list(answers)})


WAYS_IN = {
    "decimal": direct("2130706433"),
    "octal": direct("0177.0.0.1"),
    "octal in one": direct("017700000001"),
    "hex": direct("0x7f.0x0.0x0.0x1"),
    "hex in one": direct("0x7F000001"),
    "two parts": direct("127.1"),
    "three parts": direct("127.0.1"),
    "mixed bases": direct("0x7f.0.01"),
    "full-width digits": direct("１２７.０.０.１"),
    "ideographic full stops": direct("127。0。0。1"),
    "circled digits": direct("①②⑦.0.0.1"),
    "percent-encoded": direct("%31%32%37.0.0.1"),
    "trailing dot": direct("127.0.0.1."),
    "another address of loopback": direct("127.8.9.10"),
    "0.0.0.0": direct("0.0.0.0"),
    "zero": direct("0"),
    "broadcast": direct("255.255.255.255"),
    "multicast": direct("224.0.0.1"),
    "link-local": direct("169.254.1.1"),
    "metadata": direct("169.254.169.254"),
    "metadata of Alibaba": direct("100.100.100.200"),
    "metadata of AWS, IPv6": direct("[fd00:ec2::254]"),
    "private": direct("10.0.0.1"),
    "IPv6": direct("[::1]"),
    "IPv6 in full": direct("[0000:0000:0000:0000:0000:0000:0000:0001]"),
    "IPv6 unspecified": direct("[::]"),
    "IPv6 mapped": direct("[::ffff:127.0.0.1]"),
    "IPv6 mapped in hex": direct("[0:0:0:0:0:FFFF:7F00:1]"),
    "IPv6 compatible": direct("[::127.0.0.1]"),
    "NAT64": direct("[64:ff9b::127.0.0.1]"),
    "NAT64, local": direct("[64:ff9b:1::127.0.0.1]"),
    "6to4": direct("[2002:7f00:1::1]"),
    "Teredo": direct("[2001:0:7f00:1::80ff:fffe]"),
    "ISATAP": direct("[2606:4700::5efe:127.0.0.1]"),
    "IPv6 link-local": direct("[fe80::1]"),
    "IPv6 link-local with a zone": direct("[fe80::1%25lo]"),
    "IPv6 unique-local": direct("[fd12:3456::1]"),
    "IPv6 multicast": direct("[ff02::1]"),
    "localhost": direct("localhost"),
    "localhost with a dot": direct("LocalHost."),
    "user name": Way("http://public.test@127.0.0.1:{inner}/", PUBLIC),
    "user name and password": Way("http://public.test:80@127.0.0.1:{inner}/", PUBLIC),
    "two user names": Way("http://a@public.test@127.0.0.1:{inner}/", PUBLIC),
    "host in the user name": Way("http://127.0.0.1:{inner}@public.test/", PUBLIC),
    "backslash before the user name": Way("http://127.0.0.1:{inner}\\@public.test:{open}/", PUBLIC),
    "backslashes": Way("http:\\\\127.0.0.1:{inner}\\", PUBLIC),
    "line break": Way("http://public.test:{open}\r\n127.0.0.1:{inner}/", PUBLIC),
    "null": Way("http://127.0.0.1\0.public.test:{inner}/", PUBLIC),
    "two ports": Way("http://127.0.0.1:{inner}:80/", PUBLIC),
    "file": Way("file:///etc/passwd"),
    "file with a host": Way("file://127.0.0.1:{inner}/"),
    "ftp": Way("ftp://127.0.0.1:{inner}/"),
    "gopher": Way("gopher://127.0.0.1:{inner}/_GET%20/"),
    "dict": Way("dict://127.0.0.1:{inner}/info"),
    "data": Way("data:text/html,x"),
    "name": looked_up(["127.0.0.1"]),
    "name with two inner addresses": looked_up(["10.0.0.1", "127.0.0.1"]),
    "name, IPv6": looked_up(["::1"]),
    "name, mapped": looked_up(["::ffff:127.0.0.1"]),
    "name, NAT64": looked_up(["64:ff9b::7f00:1"]),
    "name with a zone": looked_up(["fe80::1%lo"]),
    "name, short spelling": looked_up(["127.1"]),
    "name, number": looked_up(["2130706433"]),
    "name, no address at all": looked_up(["localhost"]),
    "301": sent_on("http://127.0.0.1:{inner}/", 301),
    "302": sent_on("http://127.0.0.1:{inner}/", 302),
    "303": sent_on("http://127.0.0.1:{inner}/", 303),
    "307": sent_on("http://127.0.0.1:{inner}/", 307),
    "308": sent_on("http://127.0.0.1:{inner}/", 308),
    "redirect to decimal": sent_on("http://2130706433:{inner}/"),
    "redirect to localhost": Way(
        START, {**PUBLIC, "localhost": [["127.0.0.1"]]}, "http://localhost.:{inner}/"
    ),
    "redirect to metadata": sent_on("http://169.254.169.254/latest/meta-data/"),
    "redirect without a scheme": sent_on("//127.0.0.1:{inner}/"),
    "redirect in upper case": sent_on("HTTP://[::FFFF:7F00:1]:{inner}/"),
    "redirect with a user name": sent_on("http://public.test@127.0.0.1:{inner}/"),
    "redirect with backslashes": sent_on("http:\\\\127.0.0.1:{inner}/"),
    "redirect to backslashes": sent_on("\\\\127.0.0.1:{inner}\\"),
    "redirect to a slash and a backslash": sent_on("/\\127.0.0.1:{inner}/"),
    "redirect without slashes": sent_on("http:127.0.0.1:{inner}/"),
    "redirect to file": sent_on("file:///etc/passwd"),
    "redirect to ftp": sent_on("ftp://127.0.0.1:{inner}/"),
    "redirect to gopher": sent_on("gopher://127.0.0.1:{inner}/_x"),
    "redirect to dict": sent_on("dict://127.0.0.1:{inner}/x"),
    "redirect to data": sent_on("data:text/html,x"),
    "redirect to a name": Way(
        START, {**PUBLIC, "inner.test": [["127.0.0.1"]]}, "http://inner.test:{inner}/"
    ),
    "redirect chain": sent_on("http://public.test:{open}/next"),
    "rebinding": Way(
        "http://news.test:{open}/a", {"news.test": [[OPEN], ["127.0.0.1"]]}, "http://news.test:{inner}/"
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS_IN.values(), ids=WAYS_IN.keys())
def test_no_way_leads_in(site, way):
    site.page("/", b"secret")
    with Site(host=OPEN) as gate:
        ports = {"inner": site.port, "open": gate.port}
        gate.reply("/a", faults.redirect(way.location.format(**ports), way.status))
        gate.reply("/next", faults.redirect(f"http://127.0.0.1:{site.port}/"))
        resolve = answers_in_turn(way.names) if way.names else None  # None: the resolver of this system

        error = failure(way.url.format(**ports), allow_networks=(ip_network(f"{OPEN}/32"),), resolve=resolve)

    assert error.failure_class in {"refused_address", "bad_url"}
    assert not error.transient
    assert (site.connection_count, site.requests) == (0, [])
    assert bool(gate.requests) == bool(way.location)


def answers_in_turn(answers: dict[str, list[list[str]]]):
    """A resolver that gives one answer after the other, the last one again and again."""
    left = {name: list(several) for name, several in answers.items()}

    async def resolve(host: str, port: int) -> Sequence[str]:
        several = left[host]
        return several.pop(0) if len(several) > 1 else several[0]

    return resolve


@pytest.mark.parametrize(
    "host, pin",
    [
        ("127.0.0.1", None),
        ("2130706433", None),
        ("0x7f.1", None),
        ("localhost", None),
        ("a.localhost", None),
        ("[::1]", None),
        ("[::ffff:127.0.0.1]", None),
        ("news.test", "127.0.0.1"),
        ("news.test", "[::1],127.0.0.1"),
        ("news.test", "[::ffff:7f00:1]"),
        ("1.1.1.1", "127.0.0.1"),
    ],
)
def test_the_second_lock_holds_where_the_first_was_passed(site, host, pin):
    pins = [f"{host}:{site.port}:{pin}"] if pin else []
    asked: list[str] = []

    def is_allowed(address: str) -> bool:
        asked.append(address)
        return False

    async def run() -> None:
        curls = CurlLoop(is_allowed=is_allowed, max_body_bytes=1000, max_idle=1)
        try:
            await curls.get(f"http://{host}:{site.port}/", headers=[], pins=pins, seconds=5)
        finally:
            curls.close()

    with pytest.raises(Failure) as caught:
        asyncio.run(run())

    assert (caught.value.failure_class, caught.value.transient) == ("refused_address", False)
    assert asked
    assert site.connection_count == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/"]
)
def test_the_client_below_speaks_nothing_but_http(site, url):
    async def run() -> None:
        curls = CurlLoop(is_allowed=lambda address: True, max_body_bytes=1000, max_idle=1)
        try:
            await curls.get(url.format(port=site.port), headers=[], pins=[], seconds=5)
        finally:
            curls.close()

    with pytest.raises(Failure):
        asyncio.run(run())
    assert site.connection_count == 0


def test_the_environment_lends_no_password(site, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    fetch(site.page("/a", b"x"))

    assert site.requests[0].headers["Authorization"] is None
