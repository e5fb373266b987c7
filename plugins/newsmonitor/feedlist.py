"""Reads a feed list that a person keeps: OPML, or CSV with named columns. Bytes in; feeds and broken lines out.

A broken line never costs the good ones and is never passed over: it comes back as an InputError that names
file, line and mend. The form is told by the content, for feed lists travel under any file name.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from urllib.parse import urlsplit

from lxml import etree

from newsmonitor.errors import InputError
from newsmonitor.records import Feed

KINDS = ("feed", "news-sitemap", "sitemap")
ROBOTS = ("obey", "ignore")

# One line of a list: its number, and what it says (url, outlet and the other fields of a Feed).
_Line = tuple[int, Mapping[str, str]]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PREFIX = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# An attribute's value may not hold "<", so a tag ends before the next one whatever its quotes do.
_OUTLINE = re.compile(r"<outline\b[^<]*")
# In 12 of 25 public lists an address has an & as it is; no entity begins there, so it can only mean itself.
_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
_POSITION = re.compile(r"(\s*,?\s*line \d+, column \d+)+\s*$")
_FORMS = "give an OPML file, or a CSV file whose first line is outlet,url,kind,country,language"


def parse_feed_list(data: bytes, where: str) -> tuple[tuple[Feed, ...], tuple[InputError, ...]]:
    """The feeds of a list in their order, and an InputError for every line that gives none; never raises.

    OPML (opml.org/spec2.opml): every outline with an xmlUrl at any depth; its text, or its title, is the outlet;
    country, kind and robots are attributes of ours. CSV: of the columns outlet, url, kind, country, language,
    title, category and robots only url must be there; others are passed over, and so is a line that begins with #.
    """
    try:
        lines, broken = _read_lines(data, where)
    except InputError as error:
        return (), (error,)
    feeds: dict[str, tuple[int, Feed]] = {}
    for number, line in lines:
        try:
            feed = _to_feed(line, where, number)
        except InputError as error:
            broken.append(error)
            continue
        first, _ = feeds.setdefault(feed.url, (number, feed))
        if feeds[feed.url][1] is not feed:
            problem = f"names {feed.url} again, after line {first}"
            broken.append(InputError(where, problem, "delete one of the two", line=number))
    broken.sort(key=lambda error: error.line or 0)
    return tuple(feed for _, feed in feeds.values()), tuple(broken)


def decode_text(data: bytes, where: str, encoding: str | None = None) -> str:
    """The text of a file that a person wrote: by its byte order mark, else in encoding (None: UTF-8).

    Raises InputError, with the line of the first byte that is none of that encoding.
    """
    name = next((name for bom, name in _BOMS if data.startswith(bom)), encoding or "utf-8")
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"is not {name.upper().removesuffix('-SIG')} text"
        raise InputError(where, problem, "save it as UTF-8", line=line) from error
    except LookupError as error:
        raise InputError(where, f"names an unknown encoding, {name}", "save it as UTF-8") from error


def _read_lines(data: bytes, where: str) -> tuple[list[_Line], list[InputError]]:
    start = data
    for bom, _ in _BOMS:
        start = start.removeprefix(bom)
    start = start[:1000].replace(b"\0", b"").lstrip()
    if not start:
        raise InputError(where, "is empty", _FORMS)
    lines, broken = _read_opml(data, where) if start.startswith(b"<") else _read_csv(data, where)
    if not lines and not broken:
        raise InputError(where, "names no feed", "add one: an outline with an xmlUrl, or a line with its url")
    return lines, broken


def _read_opml(data: bytes, where: str) -> tuple[list[_Line], list[InputError]]:
    try:
        root = _parse_xml(data)
    except etree.XMLSyntaxError as error:
        return _salvage_opml(data, where, error)
    name = etree.QName(root).localname
    if name.lower() != "opml":
        found = "an HTML page" if name.lower() == "html" else f"a <{name}> document"
        raise InputError(where, f"is {found}, not a feed list", _FORMS)
    outlines = (_outline(element, _line_of(element)) for element in root.iter(etree.Element))
    return [outline for outline in outlines if outline], []


def _line_of(element: etree._Element) -> int:
    """The line on which the start tag of an element ends, which is what libxml2 keeps."""
    return int(getattr(element, "sourceline", None) or 1)


def _parse_xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _outline(element: etree._Element, number: int) -> _Line | None:
    if etree.QName(element).localname.lower() != "outline":
        return None
    # Names with their namespaces: what is known of a feed, in an export of ours, is not the feed itself.
    named = {str(name).lower(): str(value) for name, value in element.items()}
    # Without an address an outline is a folder, a note or a link, unless it says that it is a feed.
    if "xmlurl" not in named and named.get("type", "").lower() not in ("rss", "atom"):
        return None
    outlet = named.get("text", "").strip() or named.get("title", "")
    return number, {**named, "url": named.get("xmlurl", ""), "outlet": outlet}


def _salvage_opml(
    data: bytes, where: str, error: etree.XMLSyntaxError
) -> tuple[list[_Line], list[InputError]]:
    """The outlines of a file that is not well-formed, read one by one.

    Seen: an exporter that leaves the quotation marks of a title as they are, which costs every feed after it.
    libxml2's own recovery is no help: it keeps pieces of a broken tag, and half an address is a wrong one.
    """
    declared = _XML_ENCODING.search(data[:200])
    text = decode_text(data, where, declared.group(1).decode() if declared else None)
    if re.search(r"<html|<!doctype html", text[:2000], re.IGNORECASE):
        raise InputError(where, "is an HTML page, not a feed list", _FORMS)
    lines: list[_Line] = []
    broken: list[InputError] = []
    at, told = error.lineno or 1, False
    # Declared at the root, which the single outline no longer has.
    spaces = "".join(f' xmlns:{prefix}="urn:x"' for prefix in dict.fromkeys(_PREFIX.findall(text)))
    for number, tag in _tags(text):
        is_here = number <= at <= number + tag.count("\n")
        escaped, ampersands = _BARE_AMPERSAND.subn("&amp;", tag)
        try:
            [element] = _parse_xml(f"<opml{spaces}>{escaped.rstrip('/')}/></opml>".encode())
            outline = _outline(element, number)
        except etree.XMLSyntaxError as cause:
            broken.append(_not_well_formed(where, cause, number))
            told = told or is_here
        else:
            lines += [outline] if outline else []
            told = told or (is_here and ampersands > 0)
    if not told:
        broken.append(_not_well_formed(where, error, at))
    return lines, broken


def _tags(text: str) -> Iterator[tuple[int, str]]:
    """Each outline's start tag, without its end, and the line it begins on; none that stands in a comment."""
    text = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)
    number, passed = 1, 0
    for match in _OUTLINE.finditer(text):
        number += text.count("\n", passed, match.start())
        passed = match.start()
        yield number, match.group().rpartition(">")[0] or match.group()


def _not_well_formed(where: str, error: etree.XMLSyntaxError, line: int) -> InputError:
    # libxml2 quotes the file in some of its messages, line breaks and all.
    reason = _POSITION.sub("", " ".join((error.msg or "").split()))[:120].strip()
    mend = "close every tag, or export the list again"
    if "Entity" in reason:
        reason, mend = "an & that begins no entity", "write &amp; for it"
    elif "attribute" in reason.lower():
        mend = "inside a value write &quot; for a quotation mark"
    return InputError(where, f"is not well-formed XML ({reason})", mend, line=line)


def _read_csv(data: bytes, where: str) -> tuple[list[_Line], list[InputError]]:
    text = decode_text(data, where)
    delimiter = delimiter_of(text, where)
    lines: list[_Line] = []
    broken: list[InputError] = []
    columns: list[str] = []
    for number, cells in _records(text, delimiter):
        if isinstance(cells, csv.Error):
            mend = 'put a value with a comma in "quotation marks", and write "" for one inside it'
            broken.append(InputError(where, f"cannot be read as CSV ({cells})", mend, line=number))
        elif not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        elif not columns:
            columns = [cell.strip().lower() for cell in cells]
        elif len(cells) > len(columns):
            # An unquoted comma in an address would leave half an address, which is a wrong one.
            problem = f"has {len(cells)} values for {len(columns)} columns"
            mend = 'put a value with a comma in "quotation marks"'
            broken.append(InputError(where, problem, mend, line=number))
        else:
            lines.append((number, dict(zip(columns, cells, strict=False))))
    return lines, broken


def delimiter_of(text: str, where: str) -> str:
    """What parts the columns: spreadsheets write semicolons or tabs where the comma is the decimal sign."""
    rows = enumerate(text.splitlines(), 1)
    number, first = next(((n, row) for n, row in rows if row.strip() and not row.startswith("#")), (1, ""))
    for delimiter in (",", ";", "\t"):
        if "url" in [cell.strip(' "').lower() for cell in first.split(delimiter)]:
            return delimiter
    if "," not in first and ";" not in first and "\t" not in first:
        raise InputError(where, "is neither OPML nor CSV", _FORMS, line=number)
    raise InputError(where, "has no column `url`", _FORMS, line=number)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield number, next(reader)
        except csv.Error as error:
            yield number, error
        except StopIteration:
            return


def _to_feed(line: Mapping[str, str], where: str, number: int) -> Feed:
    url = line.get("url", "").strip()
    kind = line.get("kind", "").strip().lower() or KINDS[0]
    host = _host(url)
    if not url:
        raise InputError(where, "has no address", "write the address of the feed, or delete it", line=number)
    if host is None:
        mend = "write one that begins with https:// or http://"
        raise InputError(where, f"{url[:200]!r} is no web address", mend, line=number)
    if kind not in KINDS:
        problem = f"has kind {kind[:40]!r}, which is none of {', '.join(KINDS)}"
        raise InputError(where, problem, "write feed for RSS, Atom and JSON Feed", line=number)
    robots = line.get("robots", "").strip().lower() or ROBOTS[0]
    if robots not in ROBOTS:
        problem = f"has robots {robots[:40]!r}, which is none of {', '.join(ROBOTS)}"
        mend = "write ignore where the outlet lets you ask whatever its robots.txt says, else nothing"
        raise InputError(where, problem, mend, line=number)
    return Feed(
        url=url,
        outlet=_words(line, "outlet") or host,
        kind=kind,
        country=_code(line.get("country", ""), longest=2).upper() or None,
        language=_code(line.get("language", ""), longest=3).lower() or None,
        title=_words(line, "title") or None,
        category=_words(line, "category") or None,
        robots=robots,
    )


def _words(line: Mapping[str, str], name: str) -> str:
    return " ".join(line.get(name, "").split())


def _host(url: str) -> str | None:
    """The host of a web address; None where it is none."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return None
    good = parts.scheme in ("http", "https") and port_is_good and not re.search(r"[\s\0-\x1f\x7f]", url)
    return parts.hostname or None if good else None


def _code(text: str, longest: int) -> str:
    """The code of `en`, or of the first part of `en-GB` or `NL/RU`; empty where it is a name or several."""
    match = re.fullmatch(r"([A-Za-z]{2,3})([-_/][A-Za-z0-9]+)*", text.strip())
    return match.group(1) if match and len(match.group(1)) <= longest else ""
