"""Writes feed lists: OPML and CSV of feeds, or one more feed in a list that a person keeps. Pure: text in, text out."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from io import StringIO

from lxml import etree

from newsmonitor.errors import InputError
from newsmonitor.feedlist import ROBOTS, delimiter_of, parse_feed_list
from newsmonitor.records import Feed

# OPML 2.0 lets a file have attributes of its own in a namespace. That is a name and no page to open, and it has to
# stay ours for good: a UUID (RFC 9562) does, without a domain that may change hands.
NAMESPACE = "urn:uuid:6d1c2f0e-93f4-4a6b-8a53-5f0f7f6c2b1d"
_PREFIX = "newsmonitor"
COLUMNS = ("outlet", "url", "kind", "country", "language", "title", "category", "robots")
_LIST = "the feed list"
_KIND = "feed"
_INDENT = "  "

# Names for the folders of an export: the countries of the list that ships, and its neighbours; others go by code.
_COUNTRIES = {
    "AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "BY": "Belarus", "CA": "Canada", "CH": "Switzerland",
    "CN": "China", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland",
    "FR": "France", "GB": "United Kingdom", "GE": "Georgia", "HU": "Hungary", "IE": "Ireland", "IL": "Israel",
    "IN": "India", "IT": "Italy", "JP": "Japan", "KZ": "Kazakhstan", "LT": "Lithuania", "LV": "Latvia", "MD": "Moldova",
    "NL": "Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "QA": "Qatar", "RO": "Romania",
    "RS": "Serbia", "RU": "Russia", "SE": "Sweden", "SK": "Slovakia", "TR": "Türkiye", "UA": "Ukraine",
    "US": "United States",
}  # fmt: skip
# Letters that XML cannot hold (XML 1.0, 2.2).
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_ENCODING = re.compile(r"""\ufeff?<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# The tags of a document that is known to be well-formed; what only looks like tags is taken first.
_TAG = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|"
    r"""<(?P<close>/?)(?P<name>[^\s<>/]+)(?:[^<>"']|"[^"]*"|'[^']*')*?(?P<empty>/?)>""",
    re.DOTALL,
)
_LINE_START = re.compile(r"(?:\r\n|\n|\r)[ \t]*\Z")


def to_opml(
    feeds: Iterable[Feed],
    *,
    title: str,
    created_at: datetime | None,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The feeds as OPML 2.0 (opml.org/spec2.opml), in a folder for each country.

    extra are more attributes by the address of a feed, in a namespace of ours: no reader takes them for its own.
    """
    folders: dict[str | None, list[str]] = {}
    for feed in feeds:
        outline = _outline(feed, (extra or {}).get(feed.url, {}))
        folders.setdefault(feed.country, []).append(outline)
    body: list[str] = []
    for country, outlines in folders.items():
        if country is None:
            body += outlines
        else:
            name = _attribute("text", _COUNTRIES.get(country, country))
            body += [f"<outline {name}>", *(_INDENT + outline for outline in outlines), "</outline>"]
    space = f' xmlns:{_PREFIX}="{NAMESPACE}"' if extra else ""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0"{space}>', f"{_INDENT}<head>"]
    lines.append(f"{2 * _INDENT}<title>{_escaped(title)}</title>")
    if created_at is not None:
        date = format_datetime(created_at.astimezone(UTC), usegmt=True)
        lines.append(f"{2 * _INDENT}<dateCreated>{date}</dateCreated>")
    lines += [f"{_INDENT}</head>", f"{_INDENT}<body>", *(2 * _INDENT + line for line in body)]
    return "\n".join([*lines, f"{_INDENT}</body>", "</opml>", ""])


def to_csv(feeds: Iterable[Feed], *, extra: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The feeds as CSV; extra are more columns by the address of a feed."""
    more = list(dict.fromkeys(name for known in (extra or {}).values() for name in known))
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *more])
    for feed in feeds:
        known = (extra or {}).get(feed.url, {})
        values = _values(feed)
        writer.writerow([*(values[name] for name in COLUMNS), *(known.get(name, "") for name in more)])
    return out.getvalue()


def add_feeds(text: str, feeds: Sequence[Feed], *, where: str = _LIST) -> str:
    """The list, OPML or CSV, with these feeds in it too; raises InputError where it cannot be extended."""
    is_xml = text.lstrip("\ufeff \t\r\n").startswith("<")
    return add_outline(text, *feeds, where=where) if is_xml else add_line(text, *feeds, where=where)


def add_outline(text: str, *feeds: Feed, where: str = _LIST) -> str:
    """The OPML text with an outline for each feed, and everything else as it was.

    An outline stands at the end of the folder whose feeds are all of its country, else at the end of the body.
    Raises InputError where the text is no OPML, is not well-formed, or is no UTF-8.
    """
    _check_opml(text, where)
    body, folders = _places(text)
    if body is None:
        raise InputError(where, "has no <body>", "write <body></body> before </opml>")
    added: dict[int, list[Feed]] = {}
    places = {id(place): place for place in (body, *folders)}
    for feed in feeds:
        place = next((folder for folder in folders if feed.country and folder.country == feed.country), body)
        added.setdefault(id(place), []).append(feed)
    # From the end, so that the places before it stay where they are.
    for key in sorted(added, key=lambda key: places[key].end, reverse=True):
        text = _inserted(text, places[key], [_outline(feed, {}) for feed in added[key]])
    return _checked(text, feeds, where)


def add_line(text: str, *feeds: Feed, where: str = _LIST) -> str:
    """The CSV text with a line for each feed, and everything else as it was.

    A field that the list has no column for is left out. Raises InputError where it has no column for the address.
    """
    delimiter = delimiter_of(text.removeprefix("\ufeff"), where)
    columns = next(
        [cell.strip(" \ufeff").lower() for cell in row]
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        if any(cell.strip(" \ufeff") for cell in row) and not row[0].startswith("#")
    )
    end = next((mark for mark in ("\r\n", "\n", "\r") if mark in text), "\n")
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    for feed in feeds:
        values = _values(feed)
        row = [values.get(column, "") for column in columns]
        # A line that begins with # is a comment.
        writer.writerow([row[0].lstrip("# "), *row[1:]])
    longer = text + ("" if text.endswith(("\n", "\r")) else end) + out.getvalue()
    return _checked(longer, feeds, where)


def _checked(text: str, feeds: Sequence[Feed], where: str) -> str:
    """The text, if a reader finds the feeds in it; a quotation mark left open above would swallow them."""
    listed = {feed.url for feed in parse_feed_list(text.encode("utf-8", "replace"), where)[0]}
    missing = next((feed.url for feed in feeds if feed.url not in listed), None)
    if missing is not None:
        raise InputError(
            where, f"cannot take {missing[:200]}", "mend the broken lines before, or add it by hand"
        )
    return text


@dataclass(slots=True)
class _Place:
    """Where outlines can be added: a folder or the body; where its end tag begins, and its last child's tag."""

    is_body: bool
    start: int
    inner: int
    end: int = 0
    last: int | None = None
    is_empty_tag: bool = False
    countries: set[str] = field(default_factory=set)

    @property
    def country(self) -> str | None:
        """The country of all its feeds; None where they have several."""
        return next(iter(self.countries)) or None if len(self.countries) == 1 else None


def _check_opml(text: str, where: str) -> None:
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise InputError(
            where, f"is in {declared[1]}", "save it as UTF-8, and write that in its first line", line=1
        )
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(text.removeprefix("\ufeff").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        mend = "mend that first, then it can be added to; `newsmonitor feeds check` names the lines"
        raise InputError(where, "is not well-formed XML", mend, line=error.lineno) from error
    if etree.QName(root).localname.lower() != "opml":
        raise InputError(
            where, f"is a <{etree.QName(root).localname}> document, not OPML", "name an OPML or CSV list"
        )


def _places(text: str) -> tuple[_Place | None, list[_Place]]:
    """The body and the folders of a well-formed document."""
    body: _Place | None = None
    folders: list[_Place] = []
    stack: list[_Place | None] = []
    for tag in _TAG.finditer(text):
        if tag["name"] is None:
            continue
        if tag["close"]:
            if (place := stack.pop()) is not None:
                place.end = tag.start()
            continue
        parent = stack[-1] if stack else None
        name = tag["name"].rpartition(":")[2].lower()
        place = None
        if name == "outline":
            if parent is not None:
                parent.last = tag.start()
            place = _read_outline(tag, parent)
            folders += [place] if place is not None and not tag["empty"] else []
        elif name == "body" and body is None:
            place = body = _Place(is_body=True, start=tag.start(), inner=tag.end())
        if tag["empty"]:
            if place is not None:
                place.end, place.is_empty_tag = tag.end(), True
        else:
            stack.append(place)
    return body, folders


def _read_outline(tag: re.Match[str], parent: _Place | None) -> _Place | None:
    """The folder that begins with this tag; of a feed, its country becomes known to the folder around it."""
    # An undeclared prefix is no error to a parser of one tag that is told to recover.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    element = etree.fromstring(f"{tag[0][:-1].rstrip('/')}/>".encode("utf-8", "replace"), parser)
    named = {str(name).lower(): str(value) for name, value in element.items()}
    if "xmlurl" not in named:
        return _Place(is_body=False, start=tag.start(), inner=tag.end())
    if parent is not None and not parent.is_body:
        parent.countries.add(named.get("country", "").strip().upper())
    return None


def _inserted(text: str, place: _Place, outlines: Sequence[str]) -> str:
    if place.is_empty_tag:
        name = re.match(r"<([^\s<>/]+)", text[place.start :])
        assert name is not None
        head = text[: place.end].removesuffix(">").removesuffix("/").rstrip()
        text = f"{head}></{name[1]}>{text[place.end :]}"
        place.inner = place.end = len(head) + 1
    inside = text[place.inner : place.end]
    at = place.inner + len(inside.rstrip(" \t\r\n"))
    own = _line_start(text, place.start)
    before = _line_start(text, place.last) if place.last is not None else own and own + _INDENT
    after = own if place.last is None and at == place.end else ""
    return text[:at] + "".join(before + outline for outline in outlines) + after + text[at:]


def _line_start(text: str, at: int) -> str:
    """The line break and the indentation before a tag; nothing where it does not begin its line."""
    match = _LINE_START.search(text, max(at - 200, 0), at)
    return match[0] if match else ""


def _outline(feed: Feed, extra: Mapping[str, str]) -> str:
    values = _values(feed)
    # Feed readers subscribe to what says rss, and can make nothing of a sitemap.
    kind = {"type": "rss"} if feed.kind == _KIND else {"kind": feed.kind}
    shown = {"text": values["outlet"], "title": values["title"], **kind, "xmlUrl": feed.url}
    shown |= {name: values[name] for name in ("country", "language", "category")}
    shown["robots"] = feed.robots if feed.robots != ROBOTS[0] else ""
    parts = [_attribute(name, value) for name, value in shown.items() if value or name == "text"]
    parts += [_attribute(f"{_PREFIX}:{name}", value) for name, value in extra.items()]
    return f"<outline {' '.join(parts)}/>"


def _values(feed: Feed) -> dict[str, str]:
    return {name: getattr(feed, name) or "" for name in COLUMNS}


def _attribute(name: str, value: str) -> str:
    return f'{name}="{_escaped(value)}"'


def _escaped(text: str) -> str:
    return _NO_XML.sub("", text).translate(_ESCAPES)
