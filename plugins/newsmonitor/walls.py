"""Tell a bot check from an article, before its text can pass for one. Pure: an answer in, words out.

The same wall answers every address of a site, so a content hash would call all blocked articles copies of
the first (seen: Cloudflare, Anubis; DECISIONS.md, "Walls before hashes").
"""

import re
from collections.abc import Mapping

# Only small pages are searched for words: an article may well write about Cloudflare.
_SMALL_PAGE = 30_000

_TITLES = re.compile(
    rb"<title[^>]*>\s*(?:just a moment|attention required!? \| cloudflare|access denied|are you a robot|"
    rb"pardon our interruption|please wait\.\.\.|human verification|security check|ddos-guard|"
    rb"bot verification|making sure you(?:'|&#39;|\xe2\x80\x99)re not a bot|one moment, please|"
    rb"verify you are human|checking your browser)",
    re.I,
)
_MARKS = re.compile(
    rb"/cdn-cgi/challenge-platform/|cf-chl-|_cf_chl_opt|captcha-delivery\.com|px-captcha|_Incapsula_Resource|"
    rb"enable javascript and cookies to continue|within\.website/x/cmd/anubis|servicepipe\.ru/static/checkjs",
    re.I,
)


def wall_of(body: bytes, headers: Mapping[str, str]) -> str | None:
    """What stands in front of the article, in words, or None; header names are lower case."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "bot check (Cloudflare)"
    if len(body) > _SMALL_PAGE:
        return None
    if found := _TITLES.search(body):
        title = found.group().partition(b">")[2].decode("utf-8", "replace").strip()
        return f'bot check (the page is titled "{title}")'
    if _MARKS.search(body):
        return "bot check (its script is in the page)"
    return None
