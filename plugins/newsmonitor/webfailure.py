"""What the parts of the guarded client raise among themselves; `Web` alone makes FetchErrors of it."""

from dataclasses import dataclass, field

from newsmonitor.errors import FetchError


@dataclass(kw_only=True, eq=False)
class Failure(Exception):
    """A FetchError in the making: it does not know yet which address was asked for first."""

    failure_class: str = field(kw_only=False)
    reason: str = field(kw_only=False)
    transient: bool = False
    status: int | None = None
    retry_after: float | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def at(self, url: str, redirects: list[tuple[int, str]]) -> FetchError:
        """The error for the person who asked for this address, and was sent on so."""
        way = f" (redirected to {redirects[-1][1]})" if redirects else ""
        return FetchError(
            url,
            self.reason + way,
            failure_class=self.failure_class,
            transient=self.transient,
            status=self.status,
            retry_after=self.retry_after,
            headers=self.headers,
            body=self.body,
        )


def too_large(what: str, limit: int) -> Failure:
    """The failure of an answer that is over a limit of bytes."""
    return Failure("too_large", f"{what}, over the limit of {limit:,} bytes")
