"""Plain text for services that read it as markup: it arrives as the letters that it is made of. Pure.

Web addresses stay links, for a message has its own; all else of the text may come from a stranger's page.
"""

import re
from collections.abc import Callable

_INDENT = re.compile(r"^[ \t]{4,}", re.MULTILINE)
# An address; what means something anywhere; what does at the start of a line; a picture; a smiley's name; &lt;.
_MARKS = re.compile(
    r"(?P<address>https?://[^\s<>|\[\]\"`]+)"
    r"|[\\*_~`|<>\[\]$]"
    r"|(?m:^[ \t]{0,3}[#+=-])"
    r"|(?m:^[ \t]{0,3}[0-9]{1,9}[.)])"
    r"|!(?=http)"
    r"|(?<!\w):(?=[\w+-]+:)"
    r"|&(?=#?\w{1,32};)",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"[*_~]")
_ZERO_WIDTH_SPACE = "\u200b"


def backslashes(text: str) -> str:
    """The text for CommonMark and its kin (Discord, Mattermost), where a backslash makes a sign a letter."""
    return _escaped(text, _with_backslash, lambda address: address)


def as_it_is(text: str) -> str:
    """The text for services that read Markdown unless they are told that it is plain text (Webex, Simplepush)."""
    return text


def cards(text: str) -> str:
    """The text for an Adaptive Card (Teams): there an address is no link by itself, and a line needs two breaks.

    learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
    """

    def link(address: str) -> str:
        shown = _EMPHASIS.sub(r"\\\g<0>", address)
        target = address.replace("(", "%28").replace(")", "%29")
        return f"[{shown}]({target})"

    return re.sub(r"\r?\n", "\n\n", _escaped(text, _with_backslash, link))


def entities(text: str) -> str:
    """The text for Zulip, which knows no backslash: a sign by its number is a letter there."""
    return _escaped(text, lambda sign: f"&#{ord(sign)};", lambda address: address)


def full_width(text: str) -> str:
    """The text for services without a way to say that a sign is a letter: its twin of full width stands for it."""
    return _escaped(text, _wide, lambda address: address)


def _escaped(text: str, sign: Callable[[str], str], address: Callable[[str], str]) -> str:
    def mark(found: re.Match[str]) -> str:
        if found["address"]:
            return address(found["address"])
        return found.group()[:-1] + sign(found.group()[-1])

    # Four spaces begin a block of code in Markdown, where a backslash would be shown.
    return _MARKS.sub(mark, _INDENT.sub("   ", text))


def _with_backslash(sign: str) -> str:
    return "\\" + sign


def _wide(sign: str) -> str:
    # An ampersand is split from its name: its twin would change a text that is no markup.
    return sign + _ZERO_WIDTH_SPACE if sign == "&" else chr(ord(sign) + 0xFEE0)


# By the name of Apprise's class. Slack, Telegram, Matrix, ntfy, Gotify and Pushover get plain text as such.
RULES: dict[str, Callable[[str], str]] = {
    "NotifyDiscord": backslashes,
    "NotifyFluxer": backslashes,
    "NotifyGoogleChat": full_width,
    "NotifyMattermost": backslashes,
    "NotifyRevolt": backslashes,
    "NotifyRocketChat": full_width,
    "NotifySimplePush": as_it_is,
    "NotifyWebexTeams": as_it_is,
    "NotifyWorkflows": cards,
    "NotifyZulip": entities,
}
