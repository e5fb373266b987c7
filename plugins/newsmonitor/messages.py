"""What is sent and where to: a message in its forms, a notice, the address of a channel. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PLAIN, SHORT, HTML = FORMS = ("plain", "short", "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person reads: one line of title, plain text below; and the same in other forms, where there are any.

    short is one line with all that counts, for a pager; html a whole document, for e-mail; payload what a webhook
    gets, made of JSON's own types.
    """

    title: str
    body: str
    short: str | None = None
    html: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message that is not about one story appearing: what it is about (its id), since when it is owed, its words.

    kind is the rule that it comes of, or what the desk says of itself: storm, broken feeds, failure.
    """

    notice_id: str
    kind: str
    since: datetime
    message: Message
    story_id: str | None = None
    group_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A channel as it can be sent to: its name, its URL (a secret), and where a person finds it to mend it."""

    name: str
    url: str = field(repr=False)
    where: str
    form: str | None = None
