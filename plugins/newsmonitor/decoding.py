"""Bytes of a page to text, as a browser would, and better where the page lies. Pure: bytes in, text out.

A byte order mark, then UTF-8 where the bytes are it, then what the server or the page declares, then the letters
themselves. UTF-8 comes before the declaration: text in another encoding is hardly ever valid UTF-8, while many
servers say latin-1 of everything.
"""

import re

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    to_unicode,
)

# The encodings of the WHATWG standard under their Python names. Not any codec of Python: "hex" and "zip" are too.
_KNOWN = re.compile(
    r"utf-8|utf-16-[lb]e|cp125[0-8]|cp866|cp874|koi8-[ru]|iso8859-\d+|mac[-_](?:roman|cyrillic)|"
    r"cp932|euc[-_]jp|iso2022[-_]jp|gb18030|big5hkscs|cp949"
)
# What servers say when nobody told them; a page that names something else knows better.
_DEFAULT = "cp1252"
_CYRILLIC = ("cp1251", "koi8-u", "cp866", "iso8859-5")
_SMALL_LETTERS = re.compile("[а-яёіїєґўђјљњћџ]{3,}")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_ASCII = bytes(range(128))
# Enough to know an encoding by; the whole of 3 MB need not be decoded five times.
_SAMPLE = 200_000


def decode(body: bytes, content_type: str | None) -> str:
    """The text of the page, without NULs and other characters that no text has."""
    encoding, start = _encoding(body, content_type)
    return _NOT_TEXT.sub("", to_unicode(body[start:], encoding)).replace("\r\n", "\n").replace("\r", "\n")


def _encoding(body: bytes, content_type: str | None) -> tuple[str, int]:
    marked, mark = read_bom(body)
    if marked and mark:
        return marked, len(mark)
    if body.startswith((b"<\0", b"\0<")):
        return ("utf-16-le" if body[0] else "utf-16-be"), 0
    declared = _declared(body, content_type)
    if _is_utf8(body) and declared != "iso2022_jp":
        return "utf-8", 0
    if declared in (None, _DEFAULT, "utf-8"):
        return _by_letters(body), 0
    return declared or _DEFAULT, 0


def _declared(body: bytes, content_type: str | None) -> str | None:
    """What the server says, unless that is the usual default; else what the page says of itself."""
    served = http_content_type_encoding(content_type)
    found = html_body_declared_encoding(body) if served in (None, _DEFAULT) else served
    return found if found and _KNOWN.fullmatch(found) else None


def _is_utf8(body: bytes) -> bool:
    """Whether it is UTF-8, but for a few bytes: one broken comment must not cost the page its letters."""
    try:
        body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return broken * 20 <= len(text.encode().translate(None, _ASCII)) // 2
    return True


def _by_letters(body: bytes) -> str:
    """The Cyrillic encoding that makes most of the bytes words of small letters, else the Western one.

    In the wrong one of windows-1251 and KOI8 the letters are there too, but capitals stand where small ones were.
    """
    letters = len(body[:_SAMPLE].translate(None, _ASCII))
    best = max(_CYRILLIC, key=lambda encoding: _words(body, encoding))
    return best if _words(body, best) * 2 > letters else _DEFAULT


def _words(body: bytes, encoding: str) -> int:
    return sum(map(len, _SMALL_LETTERS.findall(body[:_SAMPLE].decode(encoding, "replace"))))
