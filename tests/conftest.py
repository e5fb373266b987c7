"""What the tests share."""

from collections.abc import Iterator

import pytest

from newsroom import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A news site on this machine, empty at first."""
    with Site() as site:
        yield site
