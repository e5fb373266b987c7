"""The text of feeds: markup to plain text, bylines to names. Pure."""

import html
import re
from itertools import islice

from lxml import etree

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "p", "pre", "section", "summary", "table", "tr", "ul",
)  # fmt: skip
_CELLS = ("td", "th")
_INLINE = (
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins",
    "kbd", "label", "mark", "nobr", "picture", "q", "s", "samp", "small", "source", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
)  # fmt: skip
# Nothing of these is text for a reader.
_SILENT = (
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "head",
    "select",
    "video",
    "audio",
)
# Only what HTML has is markup: "<Alba> is a ship" loses no word.
_TAG = re.compile(
    rf"</?(?:{'|'.join((*_BLOCKS, *_CELLS, *_INLINE, *_SILENT))})(?:\s[^<>]*)?/?>", re.IGNORECASE
)
# Markup that needs no parser, as long as its tags are rightly nested.
_PLAIN_VOID = frozenset({"br", "img"})
_PLAIN_BLOCKS = frozenset(
    {"p", "br", "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
)
# Parsers end these where a block begins.
_PLAIN_FLAT = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_PLAIN_TAG = re.compile(
    r"<(/?)(p|br|div|ul|ol|li|h[1-6]|blockquote|a|b|i|em|strong|span|img)"
    r"""(?:\s+[a-z-]{1,30}(?:=(?:"[^"<>]*"|'[^'<>]*'))?)*\s*(/?)>""",
    re.IGNORECASE,
)
_PLAIN_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|nbsp|[lr][sda]quo|[mn]dash|hellip|#(?:3[2-9]|8[2-9]\d\d|8[0-1]\d\d|1[6-9]\d|2[0-4]\d));"
)
# Nested deeper than this, parsers begin to drop what they read.
_MAX_TAGS = 200
# What a browser would not show, tag and text.
_CODE = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_FRAME = re.compile(r"<(/?)(iframe|object|noscript|select|video|audio|svg)\b[^<>]*>", re.IGNORECASE)
# Stands for the end of a line until all other white space is folded.
_BREAK = "\ue000"

_MAIL = re.compile(r"(?:mailto:)?[^\s()<>@,;]+@[^\s()<>@,;]+")
_BY = re.compile(r"\A(?:by|автор)\b[:\s]\s*", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
_BRACKETED = re.compile(r"\([^()]*\)|<[^<>]*>")


def without_controls(text: str) -> str:
    """The text without what XML forbids, spelt out or as a number: one such letter costs feedparser's whole parse."""
    return _NUMBER.sub(_if_allowed, _CONTROLS.sub("", text)) if "&#" in text else _CONTROLS.sub("", text)


def _if_allowed(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    number = int(digits, base) if len(digits) < 10 else 0x110000
    return match[0] if number <= 0x10FFFF and not _CONTROLS.match(chr(number)) else ""


def with_ampersands(text: str, bare: re.Pattern[str]) -> str:
    """The XML with each & that matches `bare` spelt out, but for CDATA sections, where it means itself."""
    first, *parts = text.split("<![CDATA[")
    mended = [bare.sub("&amp;", first)]
    for part in parts:
        inside, end, after = part.partition("]]>")
        mended += ["<![CDATA[", inside, end, bare.sub("&amp;", after)]
    return "".join(mended)


def plain_line(markup: str, limit: int) -> str | None:
    """One line of plain text, for a headline or a name; None where nothing is left."""
    text = markup[: 4 * limit]
    if "<" in text or "&" in text:
        text = unescape(_TAG.sub("", _CODE.sub("", _spelt_out(text))))
    text = " ".join(_CONTROLS.sub("", text).split())
    return text[:limit].rstrip() or None


def plain_lines(markup: str, limit: int) -> str | None:
    """Plain text, a line for each paragraph; None where nothing is left."""
    markup = markup[: 8 * limit]
    if "<" in markup or "&" in markup:
        markup = _spelt_out(markup)
        # Markup folds its own line breaks, plain text means them.
        text = _read(markup) if _TAG.search(markup) else markup.replace("\n", _BREAK)
        text = unescape(text)
    else:
        text = markup.replace("\n", _BREAK)
    text = " ".join(_CONTROLS.sub("", text).split())
    if _BREAK in text:
        text = "\n".join(line for part in text.split(_BREAK) if (line := part.strip()))
    return text[:limit].rstrip() or None


def _spelt_out(markup: str) -> str:
    """Markup that was escaped once too often is markup again; an example of markup in a text stays one."""
    if "&lt;" in markup and not _TAG.search(markup):
        return unescape(markup)
    return markup


def unescape(text: str) -> str:
    """The text without character references, also where they were escaped twice (`&amp;quot;`, seen in headlines).

    Only with their semicolon, unlike HTML: "R&D" and "?a=1&copy=2" are no references.
    """
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _read_plain(markup: str) -> str | None:
    """The text of markup that needs no parser; None for other markup."""
    pieces: list[str] = []
    stack: list[str] = []
    end = 0
    for tag in islice(_PLAIN_TAG.finditer(markup), _MAX_TAGS):
        name = tag[2].lower()
        if not _fits(name, tag[1], tag[3], stack):
            return None
        pieces.append(markup[end : tag.start()])
        if name in _PLAIN_BLOCKS:
            pieces.append(_BREAK)
        end = tag.end()
    pieces.append(markup[end:])
    text = "".join(pieces)
    if "<" in text or ("&" in text and "&" in _PLAIN_ENTITY.sub("", text)):
        return None
    return html.unescape(text)


def _fits(name: str, closing: str, void: str, stack: list[str]) -> bool:
    """Whether a tag stands where parsers let it stand; the stack of open tags is kept."""
    if name in _PLAIN_VOID:
        return not closing
    if closing:
        return bool(stack) and stack.pop() == name
    if void or (name == "li" and stack[-1:] not in (["ul"], ["ol"])):
        return False
    if name in _PLAIN_BLOCKS and not _PLAIN_FLAT.isdisjoint(stack):
        return False
    stack.append(name)
    return True


def _read(markup: str) -> str:
    if (text := _read_plain(markup)) is not None:
        return text
    markup = _without_open_frames(_CONTROLS.sub("", markup))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode(), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return _TAG.sub(_BREAK, markup)
    etree.strip_elements(root, *_SILENT, with_tail=False)
    for block in root.iter(*_BLOCKS):
        block.text = _BREAK + (block.text or "")
        block.tail = _BREAK + (block.tail or "")
    for cell in root.iter(*_CELLS):
        cell.tail = " " + (cell.tail or "")
    return "".join(str(text) for text in root.itertext())


def _without_open_frames(markup: str) -> str:
    """The markup without frames that are opened and never closed: they would swallow the rest of the text."""
    last_end = {tag[2].lower(): tag.start() for tag in _FRAME.finditer(markup) if tag[1]}
    return _FRAME.sub(
        lambda tag: tag[0] if tag[1] or tag.start() < last_end.get(tag[2].lower(), -1) else "", markup
    )


def names_in(byline: str, limit: int) -> list[str]:
    """The names of a byline, without mail addresses, "By" and brackets: "a@b.c (Name)" is Name."""
    line = _MAIL.sub(" ", plain_line(byline, 10 * limit) or "")
    names = (_name(part) for part in re.split(r"[;|]", line))
    return [name[:limit] for name in names if name]


def _name(part: str) -> str:
    name = _BY.sub("", " ".join(_EMPTY_BRACKETS.sub(" ", part).split())).strip(" ,-–—")
    return name[1:-1].strip() if _BRACKETED.fullmatch(name) else name
