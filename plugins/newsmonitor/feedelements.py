"""One item of a well-formed feed, read element by element by feedparser's rules. Pure.

Which of two titles counts, what a second description is, whose name an author's text gives: what feedparser does
is done here in the same order, odd as it is, for the elements that feeds have; DoubtError for the others.
"""

import re
from collections.abc import Callable

from lxml import etree

from newsmonitor.feeditems import Link, RawItem
from newsmonitor.feednames import Document, DoubtError, language_of, mended, stripped

# What feedparser knows and this reader does not: it changes what is around it, or has a shape of its own.
ODD = frozenset({
    "rss", "channel", "feed", "image", "textinput", "item", "entry", "abstract", "body", "newlocation",
    "where", "tags", "links", "authors", "source", "content", "fullitem", "content:encoded", "xhtml:body",
    "itunes:owner", "georss:where", "date",
})  # fmt: skip
_ODD_PREFIXES = ("gml:", "psc:")
# What feedparser knows and what says nothing about an item, as long as it holds no elements.
LEAVES = frozenset({
    "subtitle", "tagline", "rights", "copyright", "webmaster", "expirationdate", "cloud", "info",
    "generator", "width", "height", "name", "email", "url", "homepage", "uri", "dc:publisher", "dc:rights",
    "dc:contributor", "dcterms:valid", "itunes:subtitle", "itunes:name", "itunes:email", "media:rating",
    "media:credit", "media:restriction", "media:license", "media:player", "feedburner:browserfriendly",
    "cc:license", "creativecommons:license", "admin:generatoragent", "admin:errorreportsto", "georss:point",
    "georss:line", "georss:polygon", "georss:box",
})  # fmt: skip
_PERSON = frozenset({"name", "email", "uri", "url", "homepage"})
# What the source of an item may hold without a word about the item.
_SOURCE = _PERSON | {
    "id",
    "title",
    "link",
    "updated",
    "icon",
    "logo",
    "subtitle",
    "rights",
    "generator",
    "category",
}
HTML_TYPES = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})

REFERENCE = re.compile("&([A-Za-z0-9_]+);")
# "desk@example.com (Jane Doe)", as RSS asks for, or the address alone.
_MAIL = re.compile(r"([A-Za-z0-9_.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,4})(?: \(([^()<>@]+)\))?")


class Item:
    """An item as it is read, by feedparser's keys and in its order."""

    __slots__ = ("authors", "contents", "depths", "has_content", "image", "languages", "link", "links", "media",
                 "tags", "thumbnails", "title_language", "values")  # fmt: skip

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.depths: dict[str, int] = {}
        self.link: str | None = None
        self.links: list[Link] = []
        self.contents: list[str] = []
        self.has_content = False
        self.languages: list[str] = []
        self.title_language = ""
        self.authors: list[dict[str, str]] = []
        # term, scheme and label
        self.tags: list[list[str | None]] = []
        self.media: list[tuple[str, str, str]] = []
        self.thumbnails: list[str] = []
        self.image = ""

    def keep(self, key: str, value: str, depth: int) -> None:
        """Of two values the later counts, but not one that lies deeper."""
        if depth <= self.depths.get(key, depth):
            self.depths[key] = depth
            self.values[key] = value

    def add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if (term or scheme or label) and [term, scheme, label] not in self.tags:
            self.tags.append([term, scheme, label])

    def end_tag(self, value: str) -> None:
        """The text of a label is its term; or that of the one before, if it has none: so feedparser does."""
        if value and self.tags and not self.tags[-1][0]:
            self.tags[-1][0] = value
        elif value:
            self.add_tag(value, None, None)

    def settle_author(self) -> None:
        """The name in an author's text, where no element gives it."""
        author = self.authors[-1]
        if author:
            name, email = author.get("name"), author.get("email")
            if text := f"{name} ({email})" if name and email else name or email:
                self.values["author"] = text
        elif text := self.values.get("author"):
            if "@" in text:
                match = _MAIL.fullmatch(text)
                if match is None:
                    raise DoubtError
                author["email"], text = match[1], (match[2] or "").strip()
            if text:
                author["name"] = text

    def raw(self) -> RawItem:
        get = self.values.get
        names = [name for author in self.authors if (name := author.get("name"))]
        return RawItem(
            guid=get("id", ""),
            links=self.links,
            link=self.link or "",
            original_link=get("feedburner:origlink", ""),
            title=get("title", ""),
            summary=get("summary", ""),
            contents=self.contents,
            authors=names or [get("author", "")],
            labels=[label or term or "" for term, _, label in self.tags],
            languages=(get("language", ""), *self.languages, self.title_language),
            media=self.media,
            thumbnails=self.thumbnails,
            image=self.image,
            published=get("published", ""),
            created=get("created", ""),
            updated=get("updated", ""),
        )


class ItemReader:
    """Reads the items of one document; its methods raise DoubtError."""

    def __init__(self, document: Document) -> None:
        self.document = document
        # The item that is read, and where in it: how deep, and in what language.
        self.item = Item()
        self.depth = 0
        self.language = ""
        # feedparser remembers where the last title stood, also from item to item.
        self.title_depth = -1

    def link_of(self, element: etree._Element) -> tuple[str, str, str | None]:
        """rel, type and address of a link; None where the address is its text."""
        given = self.document.own(element)
        if len(element):
            raise DoubtError
        rel = given.get("rel", "alternate")
        kind = given.get("type", "application/atom+xml" if rel == "self" else "text/html")
        href = _address(given)
        return rel, kind, None if href is None else self.document.resolved(href)

    def read_person(self, parent: etree._Element) -> None:
        for element in parent:
            name = self.document.name(element).removeprefix("itunes:")
            if name not in _PERSON:
                self.check_unknown(name)
            if len(element):
                raise DoubtError

    def check_unknown(self, name: str) -> None:
        """Raise DoubtError unless feedparser too has no rule for this name."""
        is_known = name in ODD or name in LEAVES or name in ITEM_ELEMENTS or name.startswith(_ODD_PREFIXES)
        if is_known or ("_" in name and ":" not in name):
            raise DoubtError

    def read_item(self, element: etree._Element, depth: int, language: str) -> Item:
        given = self.document.own(element)
        if "lastmod" in given or "href" in given:
            raise DoubtError
        self.item = Item()
        self.depth = depth
        self.title_depth = -1
        if about := given.get("rdf:about"):
            self.item.values["id"] = about
        self.read_within(element, language_of(given, language))
        return self.item

    def read_within(self, parent: etree._Element, language: str) -> None:
        """What an item holds, or an element in it that is read as if it were not there."""
        document, outer = self.document, self.language
        self.depth += 1
        for element in parent:
            # An element before may have set it.
            self.language = language
            name = document.name(element)
            if read := ITEM_ELEMENTS.get(name):
                read(self, element)
            elif name in LEAVES:
                if len(element):
                    raise DoubtError
            else:
                self.check_unknown(name)
                if len(element) or element.keys():
                    self.read_within(element, language_of(document.own(element), language))
        self.depth -= 1
        self.language = outer


def _address(given: dict[str, str]) -> str | None:
    """The address of a link or an enclosure: of feedparser's three names the first that says something."""
    return given.get("url", given.get("uri", given.get("href"))) or given.get("href")


_Read = Callable[[ItemReader, etree._Element], None]


def _read_value(key: str) -> _Read:
    def read(reader: ItemReader, element: etree._Element) -> None:
        given = reader.document.own(element)
        if given and key == "feedburner:origlink":
            raise DoubtError
        reader.item.keep(key, reader.document.text(element), reader.depth)

    return read


def _read_id(reader: ItemReader, element: etree._Element) -> None:
    is_link = reader.document.own(element).get("ispermalink", "true") == "true"
    text = reader.document.address(element) if is_link else reader.document.text(element)
    reader.item.keep("id", text, reader.depth)
    if is_link and reader.item.link is None:
        reader.item.link = text


def _read_link(reader: ItemReader, element: etree._Element) -> None:
    rel, kind, href = reader.link_of(element)
    if href is None:
        text = reader.document.address(element)
        href = reader.item.link = REFERENCE.sub(r"&\1", text.replace("&amp;", "&")) if "&" in text else text
    elif rel == "alternate" and kind in HTML_TYPES:
        reader.item.link = href
    reader.item.links.append((rel, kind, href))


def _read_title(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    text = reader.document.markup(element, given)
    if not -1 < reader.title_depth <= reader.depth:
        reader.item.keep("title", text, reader.depth)
        reader.item.title_language = language_of(given, reader.language)
    if text:
        reader.title_depth = reader.depth


def _read_media_title(reader: ItemReader, element: etree._Element) -> None:
    title_depth = reader.title_depth
    _read_title(reader, element)
    reader.title_depth = title_depth


def _read_content(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.attributes(element)
    text = reader.document.markup(element, given)
    reader.item.has_content = True
    reader.item.contents.append(text)
    reader.item.languages.append(language_of(given, reader.language))


def _read_description(reader: ItemReader, element: etree._Element) -> None:
    """A second description is a content, unless there was one."""
    if "summary" in reader.item.values and not reader.item.has_content:
        _read_content(reader, element)
    else:
        given = reader.document.attributes(element)
        reader.item.keep("summary", reader.document.markup(element, given), reader.depth)


def _read_author(reader: ItemReader, element: etree._Element) -> None:
    document = reader.document
    document.own(element)
    reader.item.authors.append({})
    pieces = [element.text or ""]
    for child in element:
        name = document.name(child).removeprefix("itunes:")
        if name in ("name", "email"):
            reader.item.authors[-1][name] = stripped(child)
        elif name in _PERSON:
            reader.item.authors[-1]["href"] = stripped(child)
        else:
            reader.check_unknown(name)
            if (text := stripped(child)) and child.keys():
                pieces.append(text)
        pieces.append(child.tail or "")
    reader.item.keep("author", mended("".join(pieces).strip()), reader.depth)
    reader.item.settle_author()


def _read_contributor(reader: ItemReader, element: etree._Element) -> None:
    reader.read_person(element)


def _read_category(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    reader.item.add_tag(given.get("term"), given.get("scheme", given.get("domain")), given.get("label"))
    reader.item.end_tag(reader.document.text(element))


def _read_media_category(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    scheme = given.get("scheme", "http://search.yahoo.com/mrss/category_schema")
    reader.item.add_tag(given.get("term"), scheme, given.get("label"))
    reader.item.end_tag(reader.document.text(element))


def _read_itunes_category(reader: ItemReader, element: etree._Element) -> None:
    reader.item.add_tag(reader.document.own(element).get("text"), "http://www.itunes.com/", None)
    reader.item.end_tag(reader.document.text(element))


def _read_keywords(reader: ItemReader, element: etree._Element) -> None:
    text = reader.document.text(element)
    scheme = "http://www.itunes.com/" if reader.document.name(element).startswith("itunes:") else None
    for term in text.split(",") if not element.keys() else ():
        if term.strip():
            reader.item.add_tag(term.strip(), scheme, None)


def _read_enclosure(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    if len(element):
        raise DoubtError
    reader.item.links.append(("enclosure", given.get("type", ""), _address(given) or ""))


def _read_media(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    address = given.get("url") or given.get("href") or ""
    reader.item.media.append((given.get("medium", ""), given.get("type", ""), address))
    reader.read_within(element, language_of(given, reader.language))


def _read_group(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    reader.read_within(element, language_of(given, reader.language))


def _read_thumbnail(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    text = reader.document.address(element)
    reader.item.thumbnails.append(given.get("url", text))


def _read_image(reader: ItemReader, element: etree._Element) -> None:
    reader.document.own(element)
    stripped(element)
    reader.title_depth = -1


def _read_itunes_image(reader: ItemReader, element: etree._Element) -> None:
    given = reader.document.own(element)
    stripped(element)
    reader.item.image = given.get("href") or given.get("url") or reader.item.image


def _read_source(reader: ItemReader, element: etree._Element) -> None:
    """Where an item was taken from: what it holds is not the item's, but its title moves what counts as one."""
    document = reader.document
    document.own(element)
    reader.title_depth = -1
    for child in element:
        name = document.name(child)
        if name in ("author", "contributor"):
            reader.read_person(child)
            continue
        if name not in _SOURCE:
            raise DoubtError
        if document.markup(child, document.own(child)) and name == "title":
            reader.title_depth = reader.depth + 1


DESCRIPTIONS = frozenset({"description", "dc:description", "media:description", "summary", "itunes:summary"})
ITEM_ELEMENTS: dict[str, _Read] = {
    "id": _read_id,
    "guid": _read_id,
    "link": _read_link,
    "feedburner:origlink": _read_value("feedburner:origlink"),
    "title": _read_title,
    "dc:title": _read_title,
    "media:title": _read_media_title,
    **dict.fromkeys(DESCRIPTIONS, _read_description),
    **dict.fromkeys(("content", "content:encoded", "fullitem"), _read_content),
    **dict.fromkeys(("published", "issued", "pubdate", "dcterms:issued"), _read_value("published")),
    **dict.fromkeys(
        ("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"), _read_value("updated")
    ),
    **dict.fromkeys(("created", "dcterms:created"), _read_value("created")),
    **dict.fromkeys(("language", "dc:language"), _read_value("language")),
    **dict.fromkeys(("author", "managingeditor", "dc:creator", "dc:author", "itunes:author"), _read_author),
    "contributor": _read_contributor,
    **dict.fromkeys(("category", "keywords", "dc:subject"), _read_category),
    "media:category": _read_media_category,
    "itunes:category": _read_itunes_category,
    "itunes:keywords": _read_keywords,
    "media:keywords": _read_keywords,
    "enclosure": _read_enclosure,
    "media:content": _read_media,
    "media:group": _read_group,
    "media:thumbnail": _read_thumbnail,
    "image": _read_image,
    "itunes:image": _read_itunes_image,
    "itunes:link": _read_itunes_image,
    "source": _read_source,
}
