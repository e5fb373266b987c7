"""A client for the tests: the real one, with settings that suit a site on this machine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from newsmonitor.errors import FetchError
from newsmonitor.web import Answer, Web

LOOPBACK = (ip_network("127.0.0.1/32"),)
LIMIT = 200_000


def a_web(**changes: Any) -> Web:
    usual: dict[str, Any] = {
        "user_agent": "newsmonitor-test (+mailto:desk@example.org)",
        "allow_networks": LOOPBACK,
        "timeout": 5.0,
        "max_body_bytes": LIMIT,
        "concurrency": 4,
        "per_host": 2,
    }
    return Web(**{**usual, **changes})


def fetch(url: str, *, etag: str | None = None, last_modified: str | None = None, **changes: Any) -> Answer:
    async def run() -> Answer:
        async with a_web(**changes) as web:
            return await web.get(url, accept="*/*", etag=etag, last_modified=last_modified)

    return asyncio.run(run())


def failure(url: str, **changes: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, **changes)
    assert caught.value.url == url
    return caught.value


def names(**addresses: str | list[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """A resolver that knows these names under .test, and no others."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        known = addresses[host.removesuffix(".test")]
        return [known] if isinstance(known, str) else known

    return resolve
