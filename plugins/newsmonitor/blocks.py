"""The blocks of text of a page, each with what the markup around it says. Pure: a tree in, columns out.

A block is what a reader sees as one piece: a paragraph, a list item, a heading, the loose text of a div. What
makes it part of the article is told by blockfeatures and blockmodel; here it is only read, in one walk.
"""

import re
from dataclasses import dataclass, field

from lxml import html

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small "
    "span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_BOLD = frozenset(("b", "strong", "em", "i"))
# Nothing in these is text of the page, or none that a reader sees; or it is the way to other pages: of 25,000
# blocks in nav and footer 15 were of an article.
_SKIPPED_NAMES = (
    "applet area audio base button canvas datalist dialog embed footer frame frameset head iframe img input link map "
    "meta meter nav noframes noscript object option param picture progress script select source style svg template "
    "textarea title track video"
)
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
# Deeper than any page that people write; each level of the tree is a level of the interpreter's stack.
_MAX_DEPTH = 180
_MAX_CACHED = 20_000
_LONGEST_NAMES = 300

#: Elements that say what is inside them, at any depth; a role stands for the element it names (WAI-ARIA 1.2).
AROUND = (
    "article", "main", "header", "aside", "form", "figure", "ul", "ol", "table", "blockquote",
    "section",
)  # fmt: skip
_AROUND = {name: 1 << place for place, name in enumerate(AROUND)}
_ROLES = {
    "banner": "header", "complementary": "aside", "search": "form", "form": "form", "dialog": "form", "main": "main",
    "article": "article", "figure": "figure",
}  # fmt: skip
_SKIPPED_ROLES = frozenset(("navigation", "contentinfo", "menu", "menubar"))
_NOT_SHOWN = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden", re.I)

#: What people call the parts of a page in class and id: words of several languages, by meaning.
MEANINGS = {
    "article": "article story post entry news articolo artikel articulo artigo artykul statya noticia",
    "body": "body content text copy prose paragraph richtext texto texte contenido inhalt corpo fulltext wysiwyg html",
    "main": "main primary page detail single center column col left",
    "lead": "lead intro summary standfirst dek subtitle subhead subheadline abstract excerpt description desc perex "
    "chapo sapo lede vorspann anons preview",
    "comment": "comment disqus discussion reply respond forum thread spot coral commento kommentar",
    "nav": "nav navigation menu breadcrumb footer header masthead topbar bottom sitemap pagination pager skip tab "
    "navbar crumb copyright colophon",
    "side": "side sidebar rail aside widget module box infobox factbox fact card panel collection carousel slider "
    "list grid item block secondary right",
    "meta": "meta byline author date time datetime timestamp publish published pub tag category categorie cat topic "
    "label info source right legal disclaimer correction contributor bio profile about section updated datum autor "
    "kicker eyebrow rubric rubrik keyword",
    "figure": "caption figure image img photo picture gallery video media player embed slide slideshow audio podcast "
    "graphic chart infographic bild foto thumbnail thumb credit map lightbox wp",
    "hidden": "hidden hide sr only visually screen reader cookie consent gdpr modal popup overlay dialog tooltip "
    "alert login register account captcha noprint invisible offscreen error warning notice spinner loading "
    "placeholder",
}
_MEANING_OF: dict[str, int] = {}
for _place, _words in enumerate(MEANINGS.values()):
    for _word in _words.split():
        _MEANING_OF[_word] = _MEANING_OF.get(_word, 0) | 1 << _place
_NAME_PARTS = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(slots=True)
class Blocks:
    """The blocks of a page in their order, as columns; and the block elements that hold them, outermost first.

    around and the meanings are bits, in the order of AROUND and MEANINGS: of the block's own element (own), of it
    and all above it (all). container is a place in the columns of elements; their parents come before them.
    """

    texts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    bold: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    all: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    is_hidden: list[bool] = field(default_factory=list)
    is_body: list[bool] = field(default_factory=list)
    containers: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=lambda: [0])
    parent_own: list[int] = field(default_factory=lambda: [0])
    parent_depths: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class _Place:
    """Where in the tree we are: what is true of all text directly in one block element."""

    tag: str
    own: int
    all: int
    around: int
    depth: int
    container: int
    is_hidden: bool
    is_body: bool


def read_blocks(root: html.HtmlElement) -> Blocks:
    """The blocks of a page, hidden ones too (marked so); nothing of scripts, forms' fields and media."""
    body = root.find("body") if root.tag == "html" else root
    walk = _Walk()
    top = _Place("html", 0, 0, 0, 0, 0, False, False)
    walk.block(root if body is None else body, top, False, False)
    return walk.blocks


class _Walk:
    """One walk over a tree; what is read of the block at hand is kept until it ends."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self._pieces: list[str] = []
        self._linked = self._bold = self._links = 0

    def block(self, element: html.HtmlElement, above: _Place, in_link: bool, in_bold: bool) -> None:
        """The blocks within a block element; none of it belongs to the block before or behind."""
        if (place := self._place(element, above)) is not None:
            self._inside(element, place, place.depth, in_link, in_bold)
            if self._pieces:
                self._end(place)

    def _place(self, element: html.HtmlElement, above: _Place) -> _Place | None:
        """What is true within a block element; None where nothing in it is of this page."""
        tag = element.tag
        own = 0
        around = above.around | _AROUND.get(tag, 0)
        is_hidden, is_body = above.is_hidden, above.is_body
        for name, value in element.items():
            if name == "class" or name == "id":
                own |= _meanings(value)
            elif name == "style":
                is_hidden = is_hidden or _NOT_SHOWN.search(value) is not None
            elif name == "role":
                if value in _SKIPPED_ROLES:
                    return None
                around |= _AROUND.get(_ROLES.get(value, ""), 0)
            elif name == "hidden" or (name == "aria-hidden" and value == "true"):
                is_hidden = True
            elif name == "itemprop":
                is_body = is_body or value.lower() == "articlebody"
        blocks = self.blocks
        container = len(blocks.parents)
        blocks.parents.append(above.container)
        blocks.parent_own.append(own)
        blocks.parent_depths.append(above.depth + 1)
        return _Place(tag, own, above.all | own, around, above.depth + 1, container, is_hidden, is_body)

    def _inside(
        self, element: html.HtmlElement, place: _Place, depth: int, in_link: bool, in_bold: bool
    ) -> None:
        """What is in an element, block or not, as text of the place or as blocks of their own."""
        if text := element.text:
            self._add(text, in_link, in_bold)
        for child in element:
            tag = child.tag
            if tag in _INLINE:
                if depth < _MAX_DEPTH:
                    is_link = tag == "a"
                    self._links += is_link
                    self._inside(child, place, depth + 1, in_link or is_link, in_bold or tag in _BOLD)
            elif tag in _SKIPPED or not isinstance(tag, str):
                pass
            elif tag == "br" or tag == "hr":
                self._break(child, place)
            elif depth < _MAX_DEPTH:
                if self._pieces:
                    self._end(place)
                self.block(child, place, in_link, in_bold)
            if text := child.tail:
                self._add(text, in_link, in_bold)

    def _add(self, text: str, in_link: bool, in_bold: bool) -> None:
        # Half of all text in a tree is the indentation between blocks.
        if not self._pieces and text.isspace():
            return
        self._pieces.append(text)
        if in_link or in_bold:
            length = len(text.strip())
            self._linked += length * in_link
            self._bold += length * in_bold

    def _break(self, element: html.HtmlElement, place: _Place) -> None:
        """A line break, or where two follow each other what a paragraph was before there was p."""
        following = element.getnext()
        is_double = following is not None and following.tag == "br" and not (element.tail or "").strip()
        if element.tag == "hr" or is_double:
            self._end(place)
        else:
            self._pieces.append("\n")

    def _end(self, place: _Place) -> None:
        """Note the block that is at hand, if there is any text of it."""
        text = " ".join("".join(self._pieces).split())
        if text:
            blocks = self.blocks
            blocks.texts.append(text)
            blocks.tags.append(place.tag)
            blocks.linked.append(min(self._linked, len(text)))
            blocks.bold.append(min(self._bold, len(text)))
            blocks.links.append(self._links)
            blocks.around.append(place.around)
            blocks.own.append(place.own)
            blocks.all.append(place.all)
            blocks.depths.append(place.depth)
            blocks.is_hidden.append(place.is_hidden)
            blocks.is_body.append(place.is_body)
            blocks.containers.append(place.container)
        self._pieces = []
        self._linked = self._bold = self._links = 0


# Sites use the same names on every page: a worker meets most of them again.
_known_names: dict[str, int] = {}


def _meanings(names: str) -> int:
    """The meanings of a class or id attribute, as bits."""
    names = names[:_LONGEST_NAMES]
    found = _known_names.get(names)
    if found is None:
        found = 0
        for part in _NAME_PARTS.findall(names):
            word = part.lower()
            found |= _MEANING_OF.get(word) or _MEANING_OF.get(word.removesuffix("s"), 0)
        if len(_known_names) >= _MAX_CACHED:
            _known_names.clear()
        _known_names[names] = found
    return found
