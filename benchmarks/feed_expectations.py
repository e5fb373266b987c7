"""What nine parsers' test suites expect of their feeds: one reader for each way of writing it down.

`read_suites` gives every feed of a folder with two expectations: the suite's own, where it says something about
entries, and a plain reading of the XML by lxml, which counts the items of every file and reads those of the suites
that have no expectations. Values stand as the suites give them; `plain` and `moment` bring them into one form.
"""

import ast
import html
import json
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

# In the order of the table. Published and updated are both dates.
FACTS = ("entries", "titles", "links", "dates", "ids", "texts")
_DATES = ("published", "updated")
# What is no feed of a suite: expected answers, fixtures of a scraper, pages, files of a web server.
_NO_FEEDS = (
    "*.html",
    "*.html-result",
    "*.spc",
    "*.htaccess",
    "*.md",
    "rss-parser-npm/output/*",
    "*_expected.json",
)
_PAGE = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>]*>)*<html\b[^>]*>\s*<head\b.*<link\b[^>]*alternate",
    re.DOTALL | re.IGNORECASE,
)
_TYPES = {
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".json": "application/feed+json",
    ".opml": "text/x-opml",
}
_COMMENT = re.compile(r"Expect:\s*(.*?)\s*-->", re.DOTALL)
_HEADER = re.compile(r"^\s*Header:[ \t]*Content-type:[ \t]*(\S.*?)\s*$", re.MULTILINE | re.IGNORECASE)
# Paths of feedparser's result, seen from an entry, and the fact that they are.
_PATHS = {
    ("title",): "titles",
    ("title_detail", "value"): "titles",
    ("link",): "links",
    ("id",): "ids",
    ("guid",): "ids",
    ("published",): "published",
    ("published_parsed",): "published",
    ("updated",): "updated",
    ("updated_parsed",): "updated",
    ("summary",): "texts",
    ("description",): "texts",
    ("summary_detail", "value"): "texts",
    ("content", 0, "value"): "texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of a feed: how many items, and of some of them what they say, by fact."""

    count: int | None = None
    # Of them, those with a title, a web address, an id or a text; and of those, the ones that are not the same.
    saying: int | None = None
    distinct: int | None = None
    items: Mapping[int, Mapping[str, Sequence[object]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """A feed of a suite; name begins with the suite's."""

    suite: str
    name: str
    path: Path
    content_type: str
    own: Expected | None
    read: Expected

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()


def read_suites(data: Path, folder: Path) -> Iterator[FeedFile]:
    """The feeds of every set in data, packed or not; folder is for what is unpacked."""
    for source in sorted(data.iterdir()):
        suite = source.name.removesuffix(".tar.gz")
        if source.name.endswith(".tar.gz"):
            with tarfile.open(source) as archive:
                archive.extractall(folder / suite, filter="data")
        elif source.is_dir():
            shutil.copytree(source, folder / suite / suite)
        else:
            continue
        root = folder / suite
        paths = {
            path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()
        }
        for name, path in paths.items():
            if any(fnmatch(name, pattern) for pattern in _NO_FEEDS) or _is_answer(name, paths):
                continue
            if _PAGE.match(path.read_bytes()):
                # It leads the poller to a feed on a server that is not ours to ask.
                continue
            file = _feed_file(suite, name, paths)
            titled = _titled(file)
            yield file if titled is None else _without_dates(file)
            if titled is not None:
                yield titled


def _is_answer(name: str, paths: Mapping[str, Path]) -> bool:
    return fnmatch(name, "gofeed/*.json") and f"{name[:-5]}.xml" in paths


def _feed_file(suite: str, name: str, paths: Mapping[str, Path]) -> FeedFile:
    body = paths[name].read_bytes()
    content_type = _TYPES.get(paths[name].suffix, "application/xml")
    own = None
    if suite == "feedparser":
        text = _characters(body)
        header = _HEADER.search(text)
        content_type = header[1] if header else content_type
        own = expected_by_feedparser(text)
    elif suite in ("gofeed", "rss-parser-npm"):
        own = _answered(name, paths)
    read = read_plainly(body, name)
    has_answers = suite in ("feedparser", "feedvalidator", "gofeed", "rss-parser-npm")
    return FeedFile(
        suite=suite,
        name=name,
        path=paths[name],
        content_type=content_type,
        own=own,
        read=_bare(read) if has_answers else read,
    )


def _titled(file: FeedFile) -> FeedFile | None:
    """A copy whose items have a title each, where a suite's feed gives dates of items that say nothing else.

    Such an item is no entry, and its date would never be compared.
    """
    own = file.own
    if own is None or file.read.saying or not any(facts.keys() & set(_DATES) for facts in own.items.values()):
        return None
    body, count = re.subn(rb"(?i)(?=</(?:\w+:)?(?:item|entry)\s*>)", b"<title>Headline</title>", file.body)
    path = file.path.with_name(f"{file.path.name}.titled")
    path.write_bytes(body)
    dates = {n: {fact: facts[fact] for fact in _DATES if fact in facts} for n, facts in own.items.items()}
    return replace(
        file,
        name=f"{file.name}+title",
        path=path,
        own=Expected(items=dates),
        read=Expected(count=count, saying=count, distinct=count),
    )


def _without_dates(file: FeedFile) -> FeedFile:
    if file.own is None:
        return file
    items = {
        n: {fact: facts[fact] for fact in facts if fact not in _DATES} for n, facts in file.own.items.items()
    }
    return replace(file, own=replace(file.own, items=items))


def _bare(read: Expected) -> Expected:
    """What is left to expect beside a suite's own answers: the count, and no link where there is none."""
    none: Sequence[object] = [""]
    linkless = {n: {"links": none} for n, item in read.items.items() if item.get("links") == none}
    return replace(read, items=linkless)


# feedparser: `Expect: not bozo and entries[0]['title'] == 'Example'` in the comment at the top.


def expected_by_feedparser(text: str) -> Expected | None:
    """The facts about entries in the expectation of a test of feedparser; None where there are none.

    Only equalities with a literal that must hold: those joined by `and`, not what stands under `not` and `or`.
    """
    match = _COMMENT.search(text)
    try:
        tree = ast.parse(match[1].replace("\n", " "), mode="eval") if match else None
    except (SyntaxError, ValueError):
        tree = None
    if tree is None:
        return None
    count: int | None = None
    items: dict[int, dict[str, list[object]]] = {}
    for paths, value in _equalities(tree.body):
        for path in paths:
            if path == ("len", "entries") and isinstance(value, int):
                count = value
            elif len(path) > 2 and path[0] == "entries" and isinstance(path[1], int) and path[2:] in _PATHS:
                facts = items.setdefault(path[1], {})
                facts.setdefault(_PATHS[path[2:]], []).append(value)
    return Expected(count=count, items=items) if items or count is not None else None


def _equalities(node: ast.expr) -> Iterator[tuple[list[tuple[str | int, ...]], object]]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            yield from _equalities(part)
    if isinstance(node, ast.Compare) and all(isinstance(op, ast.Eq) for op in node.ops):
        sides = [node.left, *node.comparators]
        literals = [side for side in sides if not (path := _path(side)) or path[0] not in ("entries", "len")]
        try:
            values = [ast.literal_eval(side) for side in literals]
        except ValueError:
            return
        if values:
            yield [path for side in sides if (path := _path(side))], values[0]


def _path(node: ast.expr) -> tuple[str | int, ...]:
    """entries[0]['title'] and entries[0].title as (entries, 0, title); len(entries) as (len, entries)."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute) and (base := _path(node.value)):
        return (*base, node.attr)
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and (base := _path(node.value))
    ):
        return (*base, node.slice.value) if isinstance(node.slice.value, (str, int)) else ()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return (node.func.id, *_path(node.args[0]))
    return ()


def _characters(body: bytes) -> str:
    """The text of a test, to find the comment in it, which is ASCII in any encoding."""
    return body.replace(b"\x00", b"").decode("utf-8", "replace")


# gofeed: X.xml and what is read from it, X.json; rss-parser: input/X.rss and output/X.json.


def _answered(name: str, paths: Mapping[str, Path]) -> Expected | None:
    stem = name.rpartition(".")[0]
    answers = (
        f"{stem.replace('/input/', '/output/')}.json" if "/input/" in stem else "",
        f"{stem}_expected.json",
        f"{stem}.json" if not name.endswith(".json") else "",
    )
    path = next((paths[answer] for answer in answers if answer in paths), None)
    if path is None:
        return None
    document = json.loads(path.read_bytes())
    document = document.get("feed", document)
    items = document.get("items") or document.get("entries") or []
    return Expected(count=len(items), items={n: _answered_item(item) for n, item in enumerate(items)})


def _answered_item(item: Mapping[str, Any]) -> dict[str, list[object]]:
    """gofeed has three shapes (RSS, Atom, both in one), JSON Feed is a fourth, rss-parser's a fifth."""
    links = [link for link in item.get("links") or [] if isinstance(link, dict)]
    alternates = [link.get("href") for link in links if link.get("rel") in (None, "", "alternate")]
    guid = item.get("guid")
    content = item.get("content")
    named = {
        "titles": [item.get("title")],
        "links": [item.get("link") or item.get("url") or next(iter(alternates), None)],
        "ids": [guid.get("value") if isinstance(guid, dict) else guid, item.get("id")],
        "published": [
            _first(item, "publishedParsed", "pubDateParsed", "date_published", "isoDate", "pubDate")
        ],
        "updated": [_first(item, "updatedParsed", "date_modified")],
        "texts": [
            *(item.get(name) for name in ("summary", "description", "content_html", "content:encoded")),
            content.get("value") if isinstance(content, dict) else content,
        ],
    }
    found: dict[str, list[object]] = {
        fact: [value for value in values if isinstance(value, str) and value]
        for fact, values in named.items()
    }
    return {fact: values for fact, values in found.items() if values}


def _first(item: Mapping[str, Any], *names: str) -> object:
    return next((item[name] for name in names if item.get(name)), None)


# No suite at all: the XML as it stands.


def read_plainly(body: bytes, name: str) -> Expected:
    """The items of a document by their elements' names, as lxml sees them when it mends what is broken."""
    if name.endswith(".json"):
        return _read_json(body)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return Expected(count=0, saying=0, distinct=0)
    items = [_read_item(node) for node in root.iter(etree.Element) if _name(node)[1] in ("item", "entry")]
    saying = [
        item
        for item in items
        if any(map(plain, (*item["titles"], *item["links"], *item["ids"], *item["texts"])))
    ]
    return Expected(
        count=len(items),
        saying=len(saying),
        distinct=len({_identity(item) for item in saying}),
        items={n: {fact: found for fact, found in item.items() if found} for n, item in enumerate(saying)},
    )


def _identity(item: Mapping[str, Sequence[object]]) -> tuple[object, ...]:
    """What parts one item from another: id and address; a headline stands for a missing address."""
    key = next(iter(item["ids"]), None)
    address = next(iter(item["links"]), None) or (key if str(key).lower().startswith("http") else None)
    return (key, address or tuple(item["titles"]), () if key or address else tuple(item["texts"]))


def _read_json(body: bytes) -> Expected:
    try:
        items = json.loads(body)["items"]
    except (ValueError, TypeError, KeyError):
        items = []
    found = {n: _answered_item(item) for n, item in enumerate(items)}
    return Expected(count=len(items), saying=len(items), distinct=len(items), items=found)


def _read_item(node: etree._Element) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {
        fact: [] for fact in ("titles", "links", "ids", "published", "updated", "texts")
    }
    facts = {
        "title": "titles", "link": "links", "guid": "ids", "id": "ids", "pubdate": "published", "issued": "published",
        "published": "published", "date": "published", "updated": "updated", "modified": "updated",
        "description": "texts", "summary": "texts", "content": "texts", "encoded": "texts",
    }  # fmt: skip
    for child in node.iterchildren(tag=etree.Element):
        namespace, name = _name(child)
        fact = facts.get(name)
        if fact is None or _is_foreign(namespace, name):
            continue
        value = _page(child) if fact == "links" else _inner(child)
        if value and (fact == "texts" or not found[fact]):
            found[fact].append(value)
    if not found["links"] and not any(str(key).lower().startswith("http") for key in found["ids"]):
        # A link that is found nevertheless would be made up.
        found["links"] = [""]
    return found


def _inner(node: etree._Element) -> str:
    """What stands in an element, markup as markup."""
    parts = [etree.tostring(child, encoding="unicode") for child in node]
    return "".join([html.escape(node.text or "") if parts else node.text or "", *parts]).strip()


def _page(node: etree._Element) -> str:
    """The web address of a link element that leads to the item's page."""
    if node.get("rel", "alternate") != "alternate":
        return ""
    try:
        link = urljoin(node.base or "", (node.get("href") or node.text or "").strip())
    except ValueError:
        return ""
    return link if is_of_the_web(link) else ""


def is_of_the_web(link: str) -> bool:
    """Whether an address is one of a page, in full or relative."""
    try:
        return urlsplit(link).scheme.lower() in ("", "http", "https")
    except ValueError:
        return False


def _name(node: etree._Element) -> tuple[str, str]:
    """Namespace, or a prefix that nothing declares, and name."""
    namespace, _, name = node.tag.removeprefix("{").rpartition("}")
    prefix, _, local = name.rpartition(":")
    return namespace or prefix, local.lower()


def _is_foreign(namespace: str, name: str) -> bool:
    """Media RSS and iTunes have elements of the same names: the title of a picture, of an episode within a show."""
    namespace = namespace.lower()
    return "mrss" in namespace or "media" in namespace or ("itunes" in namespace and name != "summary")


# One form for what is to be compared.


def plain(value: object) -> str:
    """The letters of a text: no markup, no references, no white space, as any reading of it must have them.

    Made with lxml alone, so that it does not share the errors of what it judges.
    """
    text = str(value or "")
    for _ in range(2):
        if re.search(r"<[A-Za-z/!?]", text):
            try:
                root = lxml_html.fromstring(f"<div>{text}</div>")
                etree.strip_elements(root, "script", "style", "svg", etree.Comment, with_tail=False)
                text = "".join(str(part) for part in root.itertext())
            except (etree.LxmlError, ValueError):
                text = re.sub(r"<[^>]*>", "", text)
        text = html.unescape(text)
    return "".join(text.split())


def moment(value: object) -> datetime | None:
    """A time in UTC of what a suite gives: a tuple of feedparser, ISO 8601 or RFC 822; None where it is none."""
    try:
        if isinstance(value, tuple):
            year, month, day, hour, minute, second = value[:6]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        text = str(value).strip()
        time = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
