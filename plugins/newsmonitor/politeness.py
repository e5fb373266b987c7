"""Being a good guest: so many requests to one host at a time, a pause between them, and silence when it asks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from newsmonitor.targets import Target
from newsmonitor.webfailure import Failure

# A host that says 429 or 503 and not until when.
_USUAL_REST = 60.0


@dataclass(slots=True, kw_only=True)
class Host:
    """What politeness remembers of one host. Times are those of the monotonic clock."""

    slots: asyncio.Semaphore
    free_at: float = 0.0
    held_until: float = 0.0

    def check(self) -> None:
        """Raise the failure "held" while the host rests."""
        left = self.held_until - monotonic()
        if left > 0:
            reason = f"not asked, the host wants no requests for another {left:.0f} s"
            raise Failure("held", reason, transient=True, retry_after=left)

    async def pause(self, seconds: float) -> None:
        """Return when so many seconds lie behind the request before; the next one counts from here."""
        now = monotonic()
        begin = max(now, self.free_at)
        self.free_at = begin + seconds
        if begin > now:
            await asyncio.sleep(begin - now)


class Hosts:
    """The hosts that one client has met; key says what counts as one, of the beginning of an address."""

    def __init__(self, *, key: Callable[[str], str] | None, per_host: int, holds: bool) -> None:
        self._key = key
        self._per_host = per_host
        self._holds = holds
        self._by_key: dict[str, Host] = {}
        # The public suffix list takes longer to ask than a server on this machine.
        self._by_origin: dict[str, Host] = {}

    def of(self, target: Target) -> Host:
        """The host of an address."""
        host = self._by_origin.get(target.origin)
        if host is None:
            key = self._key(f"{target.origin}/") if self._key else target.host
            host = self._by_key.setdefault(key, Host(slots=asyncio.Semaphore(self._per_host)))
            self._by_origin[target.origin] = host
        return host

    def throttled(self, host: Host, retry_after: float | None) -> None:
        """Note that a host said it is asked too much, and for how many seconds it wants silence."""
        if self._holds:
            rest = _USUAL_REST if retry_after is None else retry_after
            host.held_until = max(host.held_until, monotonic() + rest)
