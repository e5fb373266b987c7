"""robots.txt: what a site lets robots ask, and how often (RFC 9309). Looks are kept in the table `robots`."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from newsmonitor.decoding import decode
from newsmonitor.errors import FetchError
from newsmonitor.records import RobotsFile
from newsmonitor.warehouse import Warehouse
from newsmonitor.web import Web

# RFC 9309, 2.4: kept for a day at most; 2.5: at least 500 KiB of it count.
_GOOD_FOR = timedelta(hours=24)
_MAX_CHARACTERS = 512_000
# Where it cannot be read: looked for again soon; meanwhile earlier rules count, a month at most (2.3.1.4).
_FAILED_FOR = timedelta(minutes=15)
_OLD_RULES_FOR = timedelta(days=30)
# And with no earlier rules nothing is asked, for a day: longer would lose news to one broken file.
_DISALLOWED_FOR = timedelta(hours=24)
# A day between two requests is a way to say no; so is an hour, to people who wait for news.
_LONGEST_DELAY = 60.0
_ACCEPT = "text/plain, */*;q=0.5"


def known_robots(warehouse: Warehouse, *, at: datetime) -> dict[str, RobotsFile]:
    """The last look at each robots.txt, by origin, of the last month."""
    newest = "qualify row_number() over (partition by origin order by fetched_at desc) = 1"
    rows = warehouse.read(RobotsFile, f"day >= ? {newest}", [(at - _OLD_RULES_FOR).date()])
    return {row.origin: row for row in rows}


@dataclass(slots=True)
class Robots:
    """The gate of one run: each robots.txt is looked at once, and only when it is needed."""

    web: Web
    agent: str
    at: datetime
    known: dict[str, RobotsFile]
    looks: list[RobotsFile] = field(default_factory=list)
    _asking: dict[str, asyncio.Task[RobotsFile]] = field(default_factory=dict)
    _rules: dict[str, Protego] = field(default_factory=dict)

    async def permit(self, url: str) -> float:
        """The seconds that the site wants between two requests; raises FetchError where it lets nobody ask."""
        origin = _origin(url)
        look = self.known.get(origin)
        if look is None or look.expires_at <= self.at:
            look = await self._look(origin)
        if look.failure_class in ("refused_address", "bad_url"):
            # Nothing to do with robots.txt: the address itself may not be asked.
            raise FetchError(url, look.error or "", failure_class=look.failure_class, transient=False)
        if look.rules is None:
            if look.error and look.failing_since and self.at - look.failing_since < _DISALLOWED_FOR:
                reason = (
                    f"{origin}/robots.txt: {look.error}; until it can be read nothing else is asked there"
                )
                raise FetchError(
                    url,
                    reason,
                    failure_class=look.failure_class or "robots",
                    transient=True,
                    status=look.http_status,
                )
            return 0.0
        rules = self._rules.get(origin)
        if rules is None:
            rules = self._rules[origin] = Protego.parse(look.rules)
        if not rules.can_fetch(url, self.agent):
            raise FetchError(url, f"{origin}/robots.txt forbids it", failure_class="robots", transient=False)
        return min(_pause(rules, self.agent), _LONGEST_DELAY)

    def drain(self) -> list[RobotsFile]:
        """The looks to be stored, each handed over once."""
        looks, self.looks = self.looks, []
        return looks

    async def _look(self, origin: str) -> RobotsFile:
        if origin not in self._asking:
            self._asking[origin] = asyncio.create_task(self._ask(origin))
        return await asyncio.shield(self._asking[origin])

    async def _ask(self, origin: str) -> RobotsFile:
        before = self.known.get(origin)
        look = RobotsFile(origin=origin, fetched_at=self.at, expires_at=self.at + _GOOD_FOR)
        try:
            answer = await self.web.get(f"{origin}/robots.txt", accept=_ACCEPT)
        except FetchError as error:
            look = self._unread(look, before, error)
        else:
            text = decode(answer.body, answer.header("content-type"))[:_MAX_CHARACTERS]
            look = replace(look, http_status=answer.status, rules=text, rules_at=self.at)
        self.known[origin] = look
        self.looks.append(look)
        return look

    def _unread(self, look: RobotsFile, before: RobotsFile | None, error: FetchError) -> RobotsFile:
        """RFC 9309, 2.3.1: what is not there forbids nothing; what cannot be reached forbids everything."""
        look = replace(look, http_status=error.status)
        if error.failure_class in ("http_4xx", "gone"):
            return look
        rules = before if before and before.rules_at and self.at - before.rules_at < _OLD_RULES_FOR else None
        return replace(
            look,
            rules=rules.rules if rules else None,
            rules_at=rules.rules_at if rules else None,
            failure_class=error.failure_class,
            error=error.reason,
            failing_since=(before and before.failing_since) or self.at,
            expires_at=self.at + _FAILED_FOR,
        )


def _pause(rules: Protego, agent: str) -> float:
    delay = float(rules.crawl_delay(agent) or 0)
    rate = rules.request_rate(agent)
    return max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def product_token(user_agent: str) -> str:
    """What robots.txt calls us: the name before the version (RFC 9309, 2.2.1)."""
    return user_agent.split("/")[0].split()[0]


def store_looks(warehouse: Warehouse, looks: Iterable[RobotsFile], *, batch: str, at: datetime) -> None:
    """Keep the looks of a run, for the next one asks no host that it asked within the day."""
    warehouse.append(list(looks), batch=batch, day=at.date())
