"""The words of strangers, so that no channel reads more in them than letters. Pure: text in, text out.

A headline goes to Slack, Telegram, Discord, Teams, a terminal, a subject line. Each finds links, mentions and markup
in plain text by rules of its own, and there is no one escape for all of them. So what would be found is broken by a
zero width space, U+200B: nobody sees it, every font has it (of the word joiner, U+2060, older Windows fonts show a
box), and Telegram's search for links ends at it, which it does not at U+200C. Where a sign makes markup whatever stands
beside it, a letter that looks the same takes its place. HTML is escaped where HTML is made.
"""

import re
import unicodedata
from functools import cache
from urllib.parse import quote, urlsplit

import tldextract

from newsmonitor.urls import canonical_url

# A headline of a thousand letters is none, and a message has to fit on a screen.
_LONGEST = 1000
# More upon one letter is no language but a flood ("zalgo"); Hebrew with all its points has four.
_MOST_MARKS = 4
_BREAK = "\u200b"
_JOINERS = "\u200c\u200d"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# They change the order in which a text is shown, so "moc.live" reads "evil.com"; or they show nothing at all.
_UNSEEN = frozenset(("BN", "ON", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))

# Discord, Slack and Markdown pair these across a whole message, and an invisible sign beside one does not hinder them.
_LOOKALIKES = str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})
# An underscore inside a word is never markup; beside a letter that is not ASCII, Discord takes it for one all the same.
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# Four signs part the labels of a host (UTS 46, section 2.3).
_DOTS = ".\uff0e\u3002\uff61"
# Letters, and what letters of India are made of.
_LABEL = re.compile(
    rf"(?<=[^\s{_DOTS}])[{_DOTS}](?=(xn--|(?:[^\W\d_]|[\u0900-\u0dff])+))",
    re.IGNORECASE,
)
_HARMFUL = re.compile(
    # A scheme: Discord links by it alone, and others what follows two strokes. Outlook links \\host as well.
    r":(?=//)|/(?=/)|\\(?=\\)|(?<=www)\.(?=\w)"
    r"|\b(?:mailto|tel|sms|callto|facetime|sips?|skype|xmpp|magnet|javascript|vbscript|data|file|tg|geo|bitcoin):(?=\S)"
    # An address of four numbers.
    r"|(?<![\w.])\d{1,3}\.(?=\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.]))"
    # Mentions, also Discord's <@&1>; Slack's <address|words> and <!channel>, which Apprise makes of !channel> as well;
    # entities; [words](address); spoilers.
    # Also at the end, for other words follow.
    r"|[@\uff20](?!\s)|<(?!\s)|!(?=(?:channel|here|everyone)\b)|&(?=#?\w+;)|\](?=[(\[]|$)|\|(?=\||$)",
    re.IGNORECASE,
)
# At the beginning of a line: a heading, a quotation, small print, a list; the line before made a heading.
_LINE_MARKUP = re.compile(r"[#>=+-]")

# RFC 3986, section 2.2, without what some channel takes for a mention or for markup.
_KEPT_IN_ADDRESS = ":/?#[]!$&'()*+,;=%~"


def stranger(text: str, limit: int | None = None) -> str:
    """One line of a stranger's words, harmless on every channel, at most `limit` signs (1000 where none is given).

    It looks as before: addresses and mentions are broken by a sign without width, which is not counted. Text written
    from right to left is isolated, so that it keeps its order and all around it too (Unicode Standard Annex 9,
    section 2.7). Idempotent.
    """
    line = cleaned(text, limit)
    line = _UNDERSCORE.sub("\u02cd", line.translate(_LOOKALIKES))
    line = _HARMFUL.sub(rf"\g<0>{_BREAK}", _LABEL.sub(_broken_label, line))
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in line):
        return f"{_ISOLATE}{line}{_END_ISOLATE}"
    return f"{_BREAK}{line}" if _LINE_MARKUP.match(line) else line


def cleaned(text: str, limit: int | None = None) -> str:
    """The words as they are, for programmes: one line of at most `limit` signs, without what cannot be seen.

    Control characters, lone surrogates, marks that turn the order round and floods of combining marks are gone. What
    some channel takes for a link or a mention is still there. Idempotent.
    """
    most = _LONGEST if limit is None else limit
    kept: list[str] = []
    marks = _MOST_MARKS
    # A base may have been drowned in marks; what is longer still is looked at no further.
    for sign in text[: most * 20]:
        category = unicodedata.category(sign)
        if not _is_seen(sign, category):
            continue
        is_mark = category in ("Mn", "Me", "Cf")
        marks = marks + 1 if is_mark else 0
        if marks <= _MOST_MARKS or (category == "Cf" and not kept):
            kept.append(sign)
    line = " ".join("".join(kept).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def address(url: str | None) -> str | None:
    """The address as it may be shown and linked anywhere; None where it is none of the web (http, https).

    ASCII only, percent-encoded (RFC 3986), so that no sign of it is markup; with a user name it is refused.
    """
    canonical = canonical_url(url) if url else None
    if url is None or canonical is None:
        return None
    # As it was given, where that is an address already: its fragment may be the very paragraph.
    is_whole = url.isascii() and not re.search(r"[\s\\]", url) and _host_of(url) == _host_of(canonical)
    return quote(url if is_whole else canonical, safe=_KEPT_IN_ADDRESS)


def _host_of(url: str) -> str | None:
    return urlsplit(url).hostname if url.lower().startswith(("http://", "https://")) else None


def _is_seen(sign: str, category: str) -> bool:
    if category == "Cf":
        return sign in _JOINERS or unicodedata.bidirectional(sign) not in _UNSEEN
    if category == "Cn":
        # Noncharacters; what a later Unicode gives a meaning is not ours to judge.
        return not (0xFDD0 <= ord(sign) <= 0xFDEF or ord(sign) & 0xFFFE == 0xFFFE)
    return sign.isspace() or category not in ("Cc", "Cs")


def _broken_label(found: re.Match[str]) -> str:
    label = found[1].lower()
    return found.group() + _BREAK if label == "xn--" or label in _top_level_domains() else found.group()


@cache
def _top_level_domains() -> frozenset[str]:
    """Those of the public suffix list as tldextract brings it: no request, no file written."""
    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
    return frozenset(suffix for suffix in suffixes if "." not in suffix)
