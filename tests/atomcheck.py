"""A checker of Atom 1.0 documents after RFC 4287: its schema, and the rules that a schema cannot say.

Findings bear the names of the W3C feed validator's events where it has one for the same fault, so that its test
cases can be held against this; `Schema` is a fault against the RELAX NG schema. Errors break a MUST of an RFC, or
would harm whoever shows the feed; warnings break a SHOULD, or would surprise a reader.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin

from lxml import etree

from atomschema import ATOM, HTML_ELEMENTS, LANGUAGES, RELATIONS, SCHEMES, XHTML, relax_ng

XML = "{http://www.w3.org/XML/1998/namespace}"
TEXTS = ("title", "subtitle", "summary", "rights")
# How often an element may stand in another: RFC 4287, 3.2, 4.1.1, 4.1.2, 4.2.11.
MUST, MAY, MANY = (1, 1), (0, 1), (0, 10**6)
_PERSON = {"name": MUST, "uri": MAY, "email": MAY}
_ABOUT = {"author": MANY, "category": MANY, "contributor": MANY, "link": MANY, "rights": MAY}
_FEED = {
    "generator": MAY,
    "icon": MAY,
    "logo": MAY,
    "subtitle": MAY,
    "id": MUST,
    "title": MUST,
    "updated": MUST,
}
CHILDREN = {
    "feed": _ABOUT | _FEED | {"entry": MANY},
    "entry": _ABOUT
    | {"id": MUST, "title": MUST, "updated": MUST, "published": MAY, "summary": MAY, "content": MAY, "source": MAY},
    "source": _ABOUT | dict.fromkeys(_FEED, MAY),
    "author": _PERSON,
    "contributor": _PERSON,
    "generator": {},
    "category": {},
    "link": {},
}  # fmt: skip
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
# RFC 3987, as far as a pattern says it: no blank, no delimiter that must be escaped, every % an escape.
_IRI = re.compile(r"(?:[^\s<>\"{}|\\^`%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HTTP = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(?::\d*)?(?:[/?#].*)?", re.IGNORECASE)
_DAY = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
_TAG = re.compile(
    r"tag:(?:[\w.+-]+@)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?,"
    + _DAY
    + r":[A-Za-z0-9\-._~:@!$&'()*+,;=/?%#]*"
)
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:\S+", re.IGNORECASE)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MIME = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;\s*[\w!#$&^.+-]+=(\"[^\"]*\"|[^\s;\"]+))*"
)
# RFC 5646, 2.1, without the grandfathered ones.
_LANG = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z0-9]{1,8})*|x(?:-[A-Za-z0-9]{1,8})+"
)
_EMAIL = re.compile(r"[^\s@<>(),:;\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MARKUP = re.compile(r"<(?:!--|/?[A-Za-z][^<>]*>)|&(?:[A-Za-z]+|#\d+);")
_ODD_CHARACTERS = re.compile("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_STYLE = re.compile(r"\s*[a-z-]+\s*:\s*[#\w\s.,%'\"!()+-]*", re.IGNORECASE)
_BIG = re.compile(r"\d{4,}")
_VOID = frozenset(("area", "br", "col", "hr", "img", "wbr"))
_OPEN = "p li dt dd tr td th thead tbody tfoot colgroup rp rt"
_MAY_STAY_OPEN = frozenset(_OPEN.split())
_LINKS = frozenset(("href", "src", "cite", "longdesc"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its name, whether it is an error, the element and its parent, what is wrong."""

    name: str
    is_error: bool
    parent: str
    element: str
    said: str


def check(document: bytes, *, at: datetime | None = None) -> list[Finding]:
    """The faults of a document, in no order that means anything; at: nothing in it may be later."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", True, "", "", str(error))]
    found = [_schema(root)] if not relax_ng().validate(root) else []
    return [*(each for each in found if each), *_structure(root), *_values(root, at), *_feed_rules(root)]


def errors(document: bytes, *, at: datetime | None = None) -> list[Finding]:
    """The faults that break a MUST."""
    return [each for each in check(document, at=at) if each.is_error]


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def is_atom(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{ATOM}}}")


def _at(
    name: str, element: etree._Element, said: str, *, is_error: bool = True, child: str | None = None
) -> Finding:
    parent = element.getparent()
    above = local(parent) if parent is not None else "root"
    return Finding(name, is_error, local(element) if child else above, child or local(element), said)


def _schema(root: etree._Element) -> Finding:
    log = relax_ng().error_log
    return _at("Schema", root, str(log[0]) if len(log) else "not valid")


def _structure(root: etree._Element) -> Iterator[Finding]:
    """What stands where, and how often; more exactly than the words of a RELAX NG validator."""
    if root.tag not in (f"{{{ATOM}}}feed", f"{{{ATOM}}}entry"):
        namespace = etree.QName(root).namespace
        if local(root) not in ("feed", "entry"):
            yield _at("UndefinedElement", root, "is no feed")
        else:
            yield _at("InvalidNamespace" if namespace else "MissingNamespace", root, f"namespace {namespace}")
        return
    for element in root.iter(f"{{{ATOM}}}*"):
        kind = local(element)
        children = [child for child in element if is_atom(child)]
        allowed = CHILDREN.get(kind, {} if kind not in ("content",) else None)
        if allowed is None:
            continue
        counts = Counter(local(child) for child in children)
        for name, (least, most) in allowed.items():
            if counts[name] < least:
                yield _at("MissingElement", element, f"{kind} without {name}", child=name)
            if counts[name] > most:
                yield _at("DuplicateElement", element, f"{counts[name]} of {name}", child=name)
        for name in counts.keys() - allowed.keys():
            yield _at("UndefinedElement", element, f"{name} in {kind}", child=name)
        if kind == "link" and (len(element) or (element.text or "").strip()):
            yield _at("AtomLinkNotEmpty", element, "link with content", is_error=False)
        if kind == "source":
            for name in ("id", "title", "updated"):
                if not counts[name]:
                    yield _at(
                        "MissingSourceElement", element, f"source without {name}", is_error=False, child=name
                    )
    seen_entry = False
    for child in root:
        seen_entry = seen_entry or child.tag == f"{{{ATOM}}}entry"
        if seen_entry and is_atom(child) and local(child) != "entry":
            yield _at("MisplacedMetadata", child, "after the entries")


def _values(root: etree._Element, at: datetime | None) -> Iterator[Finding]:
    for element in root.iter(etree.Element):
        yield from _common(element)
        if not is_atom(element):
            continue
        kind, text = local(element), element.text or ""
        if kind in ("updated", "published"):
            yield from _date(element, text, at)
        elif kind in ("id", "icon", "logo", "uri"):
            yield from _address(element, text)
        elif kind == "email" and not _EMAIL.fullmatch(text):
            yield _at("InvalidContact", element, text)
        elif kind == "name":
            yield from _name(element, text)
        elif kind == "generator":
            if not text.strip():
                yield _at("NotBlank", element, "blank")
            yield from _reference(element, "uri", "InvalidLink")
        elif kind == "category":
            yield from _category(element)
        elif kind == "link":
            yield from _link(element)
        elif kind in TEXTS:
            yield from _text_construct(element)
        elif kind == "content":
            yield from _content(element)


def _common(element: etree._Element) -> Iterator[Finding]:
    lang, base = element.get(f"{XML}lang"), element.get(f"{XML}base")
    if lang and not is_language(lang):
        yield Finding("InvalidLanguage", True, local(element), "xml:lang", lang)
    if base is not None and not _IRI.fullmatch(base):
        yield Finding("InvalidUriChar", True, local(element), "xml:base", base)
    for uri in element.nsmap.values():
        if uri and uri.startswith("tag:") and not _TAG.fullmatch(uri):
            yield Finding("InvalidTAG", True, local(element), "xmlns", uri)
    values = [element.text or "", element.tail or "", *map(str, element.attrib.values())]
    if any(_ODD_CHARACTERS.search(value) for value in values):
        yield _at("BadCharacters", element, "characters that no text has", is_error=False)


def is_language(tag: str) -> bool:
    """Whether it is a language tag of RFC 5646 whose code of two letters, where it has one, is a language's."""
    first = tag.split("-")[0].lower()
    return bool(_LANG.fullmatch(tag)) and (len(first) != 2 or first in LANGUAGES)


def _date(element: etree._Element, text: str, at: datetime | None) -> Iterator[Finding]:
    if text != text.strip():
        yield _at("UnexpectedWhitespace", element, text)
    match = _DATE.fullmatch(text)
    moment = None
    if match:
        # A leap second is a second.
        with suppress(ValueError):
            moment = datetime.fromisoformat(re.sub(r":60(?=[.Z+-])", ":59", text).replace("Z", "+00:00"))
    if moment is None:
        yield _at("InvalidRFC3339Date", element, text)
    elif moment.year < 1970 or (at is not None and moment.astimezone(UTC) > at):
        yield _at("ImplausibleDate", element, text, is_error=False)


def _address(element: etree._Element, text: str) -> Iterator[Finding]:
    kind = local(element)
    if text != text.strip() and text.strip():
        yield _at("UnexpectedWhitespace", element, text)
        text = text.strip()
    if text.startswith("tag:") and kind == "id":
        if not _TAG.fullmatch(text):
            yield _at("InvalidTAG", element, text)
    elif re.match("urn:", text, re.IGNORECASE) and kind == "id":
        if not _URN.fullmatch(text):
            yield _at("InvalidURN", element, text)
        elif text.lower().startswith("urn:uuid:") and not _UUID.fullmatch(text):
            yield _at("InvalidUUID", element, text)
    elif kind == "id":
        yield from _absolute(element, text)
    elif not is_reference(text):
        yield _at("InvalidLink", element, text)


def _absolute(element: etree._Element, text: str, child: str | None = None) -> Iterator[Finding]:
    scheme = _SCHEME.match(text)
    if not scheme or not is_reference(text):
        yield _at("InvalidFullLink", element, text, child=child)
    elif scheme[1].lower() not in SCHEMES:
        yield _at("SchemeNotIANARegistered", element, text, is_error=False, child=child)
    elif text != _canonical(text):
        yield _at("NonCanonicalURI", element, text, is_error=False, child=child)


def is_reference(text: str) -> bool:
    """Whether it is an IRI reference (RFC 3987); of the web, one with a host."""
    if not _IRI.fullmatch(text) or text.count("#") > 1:
        return False
    return not re.match("https?:", text, re.IGNORECASE) or bool(_HTTP.fullmatch(text))


def _canonical(uri: str) -> str:
    """The address as RFC 4287, 4.2.6.1 would have an id."""
    match = re.fullmatch(r"(https?)://([^/?#]*)([^?#]*)(.*)", uri, re.IGNORECASE)
    if not match:
        return uri
    scheme, host = match[1].lower(), match[2].lower()
    host = re.sub(":(80)?$" if scheme == "http" else ":(443)?$", "", host)
    path = urljoin("http://x/", match[3]).removeprefix("http://x") or "/"
    escaped = re.sub("%[0-9A-Fa-f]{2}", _one_escape, path + match[4])
    return f"{scheme}://{host}{escaped}"


def _one_escape(match: re.Match[str]) -> str:
    letter = unquote(match[0], errors="replace")
    return letter if re.fullmatch(r"[A-Za-z0-9._~-]", letter) else match[0].upper()


def _name(element: etree._Element, text: str) -> Iterator[Finding]:
    if not text.strip():
        yield _at("NotBlank", element, "blank")
    if _MARKUP.search(text):
        yield _at("ContainsHTML", element, text, is_error=False)
    if _EMAIL.search(text):
        yield _at("ContainsEmail", element, text, is_error=False)


def _reference(element: etree._Element, attribute: str, name: str) -> Iterator[Finding]:
    value = element.get(attribute)
    if value is not None and not is_reference(value):
        yield _at("InvalidUriChar" if value != value.strip() else name, element, value)
        if value != value.strip():
            yield _at(name, element, value)


def _category(element: etree._Element) -> Iterator[Finding]:
    if not element.get("term"):
        yield _at("MissingAttribute", element, "category without term")
    if (scheme := element.get("scheme")) is not None:
        yield from _absolute(element, scheme, child="scheme")
    if _MARKUP.search(element.get("label") or ""):
        yield _at("ContainsHTML", element, "label with markup", is_error=False)


def _link(element: etree._Element) -> Iterator[Finding]:
    if element.get("href") is None:
        yield _at("MissingHref", element, "link without href")
        yield _at("MissingAttribute", element, "link without href")
    yield from _reference(element, "href", "InvalidLink")
    rel = element.get("rel", "alternate")
    for name in ("rel", "title"):
        if element.get(name) is not None and not element.get(name, "").strip():
            yield _at("AttrNotBlank", element, f"{name} is blank", is_error=False)
    relation = rel.removeprefix("http://www.iana.org/assignments/relation/")
    if rel.strip() and relation not in RELATIONS and not (_SCHEME.match(rel) and is_reference(rel)):
        yield _at("UnregisteredAtomLinkRel", element, rel, is_error=False)
    media = element.get("type")
    if media is not None and not _MIME.fullmatch(media):
        yield _at("InvalidMIMEType", element, media)
    if rel == "self" and media is not None and not media.startswith("application/atom+xml"):
        yield _at("SelfNotAtom", element, media, is_error=False)
    if (hreflang := element.get("hreflang")) is not None and not is_language(hreflang):
        yield _at("InvalidLanguage", element, hreflang)


def _text_construct(element: etree._Element) -> Iterator[Finding]:
    kind = element.get("type", "text")
    text = element.text or ""
    if not kind.strip():
        yield _at("AttrNotBlank", element, "type is blank", is_error=False)
    if kind not in ("text", "html", "xhtml"):
        name = "InvalidTextType" if _MIME.fullmatch(kind) else "InvalidMIMEType"
        yield _at(name, element, kind)
    if kind == "text" and _MARKUP.search(text):
        yield _at("ContainsUndeclaredHTML", element, text, is_error=False)
    if kind != "xhtml" and not text.strip() and not len(element):
        yield _at("NotBlank", element, "blank", is_error=False)
    yield from _marked_up(element, kind)


def _marked_up(element: etree._Element, kind: str) -> Iterator[Finding]:
    if kind in ("text", "html", "text/html") and len(element):
        yield _at("UndefinedElement", element, "markup that is not escaped", child=local(element[0]))
        yield _at("NotEscaped", element, "markup that is not escaped")
    if kind in ("html", "text/html"):
        yield from _html(element, element.text or "")
    elif kind == "xhtml":
        words = "".join(map(str, element.itertext()))
        if _MARKUP.search(words) and sum(1 for _ in element.iterdescendants()) <= 1:
            yield _at("NotInline", element, "XHTML that is escaped", is_error=False)
        outside = (element.text or "") + "".join(child.tail or "" for child in element)
        if len(element) != 1 or element[0].tag != f"{{{XHTML}}}div" or outside.strip():
            yield _at("MissingXhtmlDiv", element, "not one div")
        for each in element.iterdescendants(etree.Element):
            space = etree.QName(each).namespace
            if space == XHTML and local(each) not in HTML_ELEMENTS:
                yield _at("SecurityRisk", element, local(each))
            elif space not in (XHTML, "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"):
                yield _at("UnknownNamespace", element, str(space), is_error=False)
            for name, value in each.attrib.items():
                yield from _attribute(element, name, value)


def _content(element: etree._Element) -> Iterator[Finding]:
    kind, src = element.get("type", "text"), element.get("src")
    is_short = kind in ("text", "html", "xhtml")
    if not is_short and not _MIME.fullmatch(kind):
        yield _at("InvalidMIMEType", element, kind)
    if kind.lower().startswith(("multipart/", "message/")):
        yield _at("InvalidMIMEType", element, f"{kind} is composite")
    if src is not None:
        yield from _reference(element, "src", "InvalidLink")
        if "type" in element.attrib and is_short:
            yield _at("InvalidMIMEType", element, f"{kind} with src")
        return
    text = element.text or ""
    if not text.strip() and not len(element):
        yield _at("NotBlank", element, "blank", is_error=False)
    if kind in ("text", "html", "xhtml", "text/html"):
        yield from _marked_up(element, kind)
    elif _MIME.fullmatch(kind) and not re.search(r"^text/|[+/]xml$", kind, re.IGNORECASE):
        try:
            base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            yield _at("NotBase64", element, text[:40])


class _Reader(HTMLParser):
    """The tags of a piece of HTML, whether each is closed, and what would be dangerous in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.attributes: list[tuple[str, str]] = []
        self.unknown: list[str] = []
        self.faults: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in HTML_ELEMENTS:
            self.unknown.append(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in _MAY_STAY_OPEN:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> that nothing opens")

    def finish(self, text: str) -> None:
        if self.rawdata:
            self.faults.append(f"ends in a tag: {self.rawdata[:40]!r}")
        if text.rfind("<") > text.rfind(">") and re.search(r"<[A-Za-z/][^>]*\Z", text):
            self.faults.append("ends in a tag")
        self.faults += [f"<{tag}> is never closed" for tag in self.open if tag not in _MAY_STAY_OPEN]


def _html(element: etree._Element, text: str) -> Iterator[Finding]:
    reader = _Reader()
    reader.feed(text)
    reader.finish(text)
    for fault in reader.faults:
        yield _at("NotHtml", element, fault, is_error=False)
    for tag in reader.unknown:
        yield _at("SecurityRisk", element, tag)
    for name, value in reader.attributes:
        yield from _attribute(element, name, value)


def _attribute(element: etree._Element, name: str, value: str) -> Iterator[Finding]:
    if name.startswith("on"):
        yield _at("SecurityRiskAttr", element, name)
    if name == "style":
        for part in filter(str.strip, value.split(";")):
            sizes = re.sub("#[0-9A-Fa-f]{3,6}", "", part)
            if not _STYLE.fullmatch(part) or _BIG.search(sizes) or part.strip().startswith("mso"):
                yield _at("DangerousStyleAttr", element, value)
    if name in _LINKS and not _SCHEME.match(value.strip()):
        yield _at("ContainsRelRef", element, value, is_error=False)
    elif name in _LINKS and not re.match("(https?|mailto|ftp):", value, re.IGNORECASE):
        yield _at("SecurityRiskAttr", element, value)


def _feed_rules(root: etree._Element) -> Iterator[Finding]:
    """What holds between elements: authors, alternates, summaries, ids (RFC 4287, 4.1.1, 4.1.2)."""
    entries = list(root.iter(f"{{{ATOM}}}entry"))
    has_author = root.find(f"{{{ATOM}}}author") is not None
    for entry in entries:
        own = entry.find(f"{{{ATOM}}}author"), entry.find(f"{{{ATOM}}}source/{{{ATOM}}}author")
        if not has_author and all(each is None for each in own):
            yield _at("MissingElement", entry, "no author", child="author")
        content = entry.find(f"{{{ATOM}}}content")
        links = [link.get("rel", "alternate") for link in entry.findall(f"{{{ATOM}}}link")]
        if content is None and "alternate" not in links:
            yield _at("MissingContentOrAlternate", entry, "neither content nor alternate")
        if content is not None and entry.find(f"{{{ATOM}}}summary") is None:
            kind = content.get("type", "text")
            is_coded = "/" in kind and not re.search(r"^text/|[+/]xml$", kind, re.IGNORECASE)
            if content.get("src") is not None or is_coded:
                yield _at("MissingSummary", entry, "content that is not in the feed, and no summary")
    for holder in root.iter(*(f"{{{ATOM}}}{name}" for name in ("feed", "entry", "source"))):
        kinds = Counter(
            (link.get("type"), link.get("hreflang"))
            for link in holder.findall(f"{{{ATOM}}}link")
            if link.get("rel", "alternate") == "alternate"
        )
        if any(count > 1 for count in kinds.values()):
            yield _at("DuplicateAtomLink", holder, "two alternates of a kind")
    times = Counter(each.findtext(f"{{{ATOM}}}updated") for each in entries)
    versions = Counter((e.findtext(f"{{{ATOM}}}id"), e.findtext(f"{{{ATOM}}}updated")) for e in entries)
    for (name, _), count in versions.items():
        if name is not None and count > 1:
            yield Finding("DuplicateEntries", True, "entry", "id", name)
    if any(time is not None and count > 1 for time, count in times.items()):
        yield Finding("DuplicateUpdated", False, "entry", "updated", "two entries updated at once")
