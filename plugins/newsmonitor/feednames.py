"""A well-formed feed as feedparser sees it: the names of its elements, their attributes, addresses and texts. Pure.

feedparser knows elements by prefixes of its own, in small letters, and is misled by a document that declares these
prefixes for something else, or one prefix twice. Such documents are refused here, and left to itself.
"""

import re
from contextlib import suppress
from functools import cache
from urllib.parse import urljoin

from lxml import etree

_XML = "http://www.w3.org/XML/1998/namespace"
# Namespaces whose elements have a meaning, in small letters as feedparser compares them; "" are the feeds' own.
_PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://webns.net/mvcb/": "admin",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://podlove.org/simple-chapters": "psc",
    "http://www.w3.org/1999/xhtml": "xhtml",
    _XML.lower(): "xml",
}
# Prefixes that feedparser trusts whatever they are declared for; the last three would name keys of its own.
_TRUSTED = frozenset(_PREFIXES.values()) | {"title", "author", "summary"}
# These too are read as the feeds' own, but are no feeds of today.
_FORGOTTEN = ("backend.userland.com/rss", "example.com/ne", "purl.org/echo/", "uri/of/echo", "purl.org/pie/",
              "modules/rss091#", "example.com/dtds/podcast")  # fmt: skip
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}

_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/*")
_C1 = re.compile("[\x80-\x9f]")
# The letters of windows-1252 where Latin-1 has controls.
_CP1252 = {
    number: letter for number in range(0x80, 0xA0) if (letter := bytes([number]).decode("cp1252", "ignore"))
}
_TEXT_TYPES = frozenset({"text", "plain", "text/plain", "html", "text/html"})


class DoubtError(Exception):
    """The document has a shape whose reading by feedparser is not certain."""


class Document:
    """The tree of a feed; its methods raise DoubtError."""

    __slots__ = ("base", "language", "names", "prefixes", "root", "version")

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.prefixes = _prefixes(root)
        self.names: dict[str, str] = {}
        given = self.attributes(root)
        self.language = given.get("xml:lang", given.get("lang", ""))
        self.base = _base(root, given)
        self.version = _version(self.name(root), root, given.get("version", ""))

    def name(self, element: etree._Element) -> str:
        """The name by which feedparser knows an element."""
        tag = element.tag
        name = self.names.get(tag)
        if name is None:
            uri, _, local = tag.rpartition("}")
            if not local.isascii():
                # Of the letters of names lxml knows a later edition than feedparser's parser.
                raise DoubtError
            prefix = self.prefixes[uri[1:]]
            name = f"{prefix}:{local.lower()}" if prefix else local.lower()
            self.names[tag] = name
        return name

    def attributes(self, element: etree._Element) -> dict[str, str]:
        """The attributes by feedparser's names; those of namespaces that it does not know, as if of none."""
        found: dict[str, str] = {}
        for key, value in element.attrib.items():
            uri, _, name = str(key).lower().rpartition("}")
            if prefix := _PREFIXES.get(uri[1:], ""):
                name = f"{prefix}:{name}"
            if name in found or not name.isascii():
                raise DoubtError
            found[name] = str(value).lower() if name in ("rel", "type") else str(value)
        return found

    def own(self, element: etree._Element) -> dict[str, str]:
        """The attributes of an element that counts, which has no base of its own."""
        if not element.keys():
            return {}
        given = self.attributes(element)
        if "xml:base" in given or "base" in given:
            raise DoubtError
        return given

    def text(self, element: etree._Element) -> str:
        """The text of an element that holds no other."""
        return mended(stripped(element))

    def address(self, element: etree._Element) -> str:
        """The text of an element that holds no other and is an address."""
        text = stripped(element)
        return mended(self.resolved(text) if text else text)

    def markup(self, element: etree._Element, given: dict[str, str]) -> str:
        """The text of an element that may be declared as of some type."""
        if given and (given.get("type", "text") not in _TEXT_TYPES or given.get("mode") == "base64"):
            raise DoubtError
        return self.text(element)

    def resolved(self, address: str) -> str:
        """An address, counted from the document's base where it has one."""
        address = _SLASHES.sub(r"\1", address)
        try:
            return urljoin(self.base, address)
        except ValueError:
            return ""


def stripped(element: etree._Element) -> str:
    """The bare text of an element that holds no other."""
    if len(element):
        raise DoubtError
    return (element.text or "").strip()


def mended(text: str) -> str:
    """The text with UTF-8 that was taken for Latin-1 read again, and windows-1252 in place of controls."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_CP1252) if _C1.search(text) else text


def language_of(given: dict[str, str], inherited: str) -> str:
    """The language that an element names, or one around it."""
    return given.get("xml:lang", given.get("lang", inherited)) if given else inherited


def _prefixes(root: etree._Element) -> dict[str, str]:
    """feedparser's prefix for each namespace of the document."""
    found = {"": "", _XML: "xml"}
    declared: dict[str, str] = {}
    for _, (prefix, uri) in etree.iterwalk(root, events=("start-ns",)):
        known = _PREFIXES.get(uri.lower())
        if any(part in uri.lower() for part in _FORGOTTEN) or " " in uri or not uri:
            raise DoubtError
        if prefix:
            low = prefix.lower()
            if declared.setdefault(low, uri) != uri or not low.isascii():
                raise DoubtError
            if known is None and (low in _TRUSTED or "_" in low):
                raise DoubtError
            if known is not None and low in _TRUSTED and low != known:
                raise DoubtError
            found.setdefault(uri, low if known is None else known)
        elif known is None:
            raise DoubtError
        else:
            found[uri] = known
    return found


def _base(root: etree._Element, given: dict[str, str]) -> str:
    """The address that the document's links count from; feedparser mislays one that stands further in."""
    base = _SLASHES.sub(r"\1", given.get("xml:base", given.get("base", "")))
    if not base and not _bases()(root):
        return ""
    try:
        is_plain = base.startswith(("http://", "https://")) and urljoin(base, base) == base
    except ValueError:
        is_plain = False
    if not is_plain or ("xml:base" in given and "base" in given):
        raise DoubtError
    return base


@cache
def _bases() -> etree.XPath:
    return etree.XPath("//@*[translate(local-name(), 'BASE', 'base') = 'base']")


def _version(name: str, root: etree._Element, given: str) -> str:
    """The version by feedparser's rules: by the namespaces that the root declares, then by its attribute."""
    declared = ""
    for prefix, uri in root.nsmap.items():
        low = uri.lower()
        if declared:
            break
        if prefix is None and low == "http://my.netscape.com/rdf/simple/0.9/":
            declared = "rss090"
        elif low == "http://purl.org/rss/1.0/":
            declared = "rss10"
        elif low == "http://www.w3.org/2005/atom":
            declared = "atom10"
    if name == "rss" and not declared.startswith("rss"):
        return _RSS_VERSIONS.get(given) or ("rss20" if given.startswith("2.") else "rss")
    if name == "feed" and declared in ("", "atom10"):
        return declared or _ATOM_VERSIONS.get(given, "atom")
    if name == "rdf:rdf" and declared.startswith("rss"):
        return declared
    raise DoubtError
