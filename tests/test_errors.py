"""Every error of ours survives the way between processes: workers and Airflow pickle them."""

import pickle

import pytest

from newsmonitor.errors import (
    DeliveryFailed,
    EveryFeedFailed,
    FetchError,
    InputError,
    NotAFeed,
    WorkerFailure,
)

ERRORS = [
    InputError("feeds.opml", "is empty", "add a feed", line=3),
    FetchError(
        "http://a.example/",
        "HTTP 429",
        failure_class="http_4xx",
        transient=True,
        status=429,
        retry_after=60.0,
    ),
    FetchError("http://a.example/", "no address", failure_class="dns", transient=False),
    NotAFeed("an HTML page"),
    WorkerFailure("took longer than 5 s"),
    EveryFeedFailed("none of the 3 feeds answered"),
    DeliveryFailed("json-1a2b3c4d", "HTTP 500", retry_after=None),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_after_pickling(error):
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
