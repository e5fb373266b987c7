"""Names: that do not resolve and come back, that lead inwards, and that belong to one domain."""

import socket
from datetime import timedelta

import pytest

from newsroom import scenarios_time as t
from newsroom.feedbytes import DAY, HOUR, MINUTE, NOON, titles
from newsroom.feedsite import FeedSite
from newsroom.watch import Watch


class Names(dict[str, str | int]):
    """The resolver of this machine: a name leads to an address, or to an error of getaddrinfo."""

    def getaddrinfo(self, host: str, port: int, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        found = self.get(host, socket.EAI_NONAME)
        if isinstance(found, int):
            raise socket.gaierror(found, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]


@pytest.fixture
def names(monkeypatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    return names


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


@pytest.mark.parametrize(
    "error, failure_class, wait",
    [(socket.EAI_NONAME, "dns", 39 * MINUTE), (socket.EAI_AGAIN, "dns_temporary", 9 * MINUTE)],
)
def test_a_name_that_does_not_resolve_is_a_row_and_the_feed_is_found_when_it_does(
    watch, names, error, failure_class, wait
):
    feed = watch.follow(t.NAMED, host="www.harbour.org")
    names["www.harbour.org"] = "127.0.0.1"
    watch.poll_at(NOON)

    names["www.harbour.org"] = error
    watch.poll_at(*(NOON + days * DAY for days in (1, 2, 5, 20, 33, 40)))
    names["www.harbour.org"] = "127.0.0.1"
    watch.poll_at(NOON + 47 * DAY)

    assert feed.outcomes == ["new", *["failed"] * 6, "new"]
    assert {poll.failure_class for poll in feed.polls[1:7]} == {failure_class}
    assert feed.polls[1].next_poll_at - feed.polls[1].polled_at == wait
    assert feed.polls[6].next_poll_at - feed.polls[6].polled_at == timedelta(days=7)
    assert feed.titles == sorted(titles(*range(1, 51)))


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"])
def test_a_name_that_leads_inwards_is_refused_and_not_asked(watch, names, address):
    feed = watch.follow(t.WELL, host="www.harbour.org")
    names["www.harbour.org"] = address

    watch.poll_at(NOON)

    assert (feed.last.failure_class, feed.last.outcome) == ("refused_address", "failed")
    assert address in feed.last.error
    assert watch.feedsite.requests == []


def test_a_name_that_led_to_a_site_and_now_leads_inwards_is_refused(watch, names):
    feed = watch.follow(t.WELL, host="www.harbour.org")
    names["www.harbour.org"] = "127.0.0.1"
    watch.poll_at(NOON)
    asked = len(watch.feedsite.requests)

    names["www.harbour.org"] = "10.0.0.1"
    watch.poll_at(NOON + HOUR)

    assert feed.last.failure_class == "refused_address"
    assert len(watch.feedsite.requests) == asked


def test_the_names_of_one_registered_domain_are_left_alone_together_and_no_others(watch, names):
    hosts = ("sport.harbour.org", "www.harbour.org", "www.harbour.co.uk", "www.market.co.uk")
    names.update(dict.fromkeys(hosts, "127.0.0.1"))
    feeds = [
        watch.follow(t.SUBDOMAINS, host=hosts[0]),
        *(watch.follow(t.WELL, host=host) for host in hosts[1:]),
    ]
    watch.poll_at(NOON)

    # 429 to the first of them; whether its sister had been asked before is a matter of chance.
    watch.poll_at(NOON + 10 * MINUTE, NOON + 40 * MINUTE)

    assert feeds[0].last.hold_until == NOON + 70 * MINUTE
    assert [any(asked.poll == 3 for asked in feed.asked) for feed in feeds] == [False, False, True, True]
