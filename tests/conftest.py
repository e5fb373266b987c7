"""What the tests share."""

from collections.abc import Iterator

import pytest

from newsroom import Site


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="kill -9 of each of the four steps (test_kills.py)")


@pytest.fixture
def site() -> Iterator[Site]:
    """A news site on this machine, empty at first."""
    with Site() as site:
        yield site
