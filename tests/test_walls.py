"""Bot checks are told from articles."""

import pytest

from newsmonitor.walls import wall_of

ARTICLE = (
    b"<html><head><title>%s</title></head><body><p>" + b"Words of an article. " * 50 + b"</p></body></html>"
)


@pytest.mark.parametrize(
    "body, headers",
    [
        (b"<html><head><title>Just a moment...</title></head><body>x</body></html>", {}),
        (b"<title>Attention Required! | Cloudflare</title>", {}),
        (b"<title lang=en>\n Access Denied</title>", {}),
        (b"<title>Making sure you&#39;re not a bot!</title>", {}),
        (b"<title>DDoS-Guard</title>", {}),
        (b"<html><script src='https://geo.captcha-delivery.com/c.js'></script></html>", {}),
        (b"<html><script src='/cdn-cgi/challenge-platform/h/b/orchestrate'></script></html>", {}),
        (b"anything", {"cf-mitigated": "challenge"}),
    ],
)
def test_a_wall_is_named(body, headers):
    assert wall_of(body, headers).startswith("bot check")


@pytest.mark.parametrize(
    "body, headers",
    [
        (ARTICLE % b"Cloudflare is down, and half of the web with it", {}),
        (ARTICLE % b"Access to water denied to thousands", {}),
        (b"", {}),
        (ARTICLE % b"News" + b"/cdn-cgi/challenge-platform/" + b" " * 30_000, {"cf-ray": "1"}),
    ],
)
def test_an_article_is_no_wall(body, headers):
    assert wall_of(body, headers) is None
