"""Bytes of a page or a feed to text, as a browser would, and better where the sender lies. Pure: bytes in, text out.

A byte order mark; UTF-8 where the bytes are it; what the server or the document declares; the letters themselves.
A browser believes the declaration first, for it must show the page before it has all of it. Here the whole is at
hand, text in another encoding is hardly ever valid UTF-8, and many servers say latin-1, or UTF-8, of everything.
"""

import codecs
import re
from contextlib import suppress
from itertools import islice

from w3lib.encoding import resolve_encoding, to_unicode

# The longest first: UTF-32 begins as UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
# Labels of the Encoding standard that w3lib does not know. KOI8-R is read as KOI8-U: they differ in eight lines of
# tables, where the latter has Ukrainian letters, and many pages in it call themselves KOI8-R.
_LABELS = {
    label: encoding
    for encoding, labels in {
        "cp1250": "x-cp1250", "cp1251": "x-cp1251", "cp1252": "x-cp1252 iso88591 x-user-defined", "cp1253": "x-cp1253",
        "cp1254": "x-cp1254 iso88599", "cp1255": "x-cp1255", "cp1256": "x-cp1256", "cp1257": "x-cp1257",
        "cp1258": "x-cp1258", "cp874": "dos-874 iso885911", "koi8-u": "koi8-ru koi koi8 koi8-r koi8_r cskoi8r",
        "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian", "mac-roman": "mac csmacintosh x-mac-roman",
        "iso8859-2": "iso88592", "iso8859-3": "iso88593", "iso8859-4": "iso88594", "iso8859-5": "iso88595",
        "iso8859-6": "iso88596 csiso88596e csiso88596i iso-8859-6-e iso-8859-6-i", "iso8859-10": "iso885910",
        "iso8859-7": "iso88597 sun_eu_greek", "iso8859-13": "iso885913", "iso8859-14": "iso885914",
        "iso8859-8": "iso88598 csiso88598e csiso88598i iso-8859-8-e iso-8859-8-i logical visual",
        "iso8859-15": "iso885915 csisolatin9", "gb18030": "gb_2312 csgb2312 x-gbk", "big5hkscs": "cn-big5 x-x-big5",
        "euc_jp": "cseucpkdfmtjapanese x-euc-jp",
        "cp949": "cseuckr csksc56011987 iso-ir-149 ks_c_5601-1989 ksc_5601 windows-949",
    }.items()
    for label in labels.split()
}  # fmt: skip
# The encodings of the standard under their Python names, and not any codec of Python: "hex" and "zip" are too. UTF-16
# without a mark is known by its bytes; what only declares it is something else, as is what the standard replaces.
_KNOWN = re.compile(
    r"cp125[0-8]|cp866|cp874|koi8-u|iso8859-\d+|mac-(?:roman|cyrillic)|cp932|euc_jp|iso2022_jp|gb18030|"
    r"big5hkscs|cp949"
)
# Browsers look at 1,024 bytes and read the page anew when a declaration follows later.
_HEAD = 16_384
_PROLOG = re.compile(rb"""\s*<\?xml\s[^<>]{0,200}?encoding\s*=\s*["']\s*([\w:.-]{1,40})""")
_META = re.compile(
    rb"<!--.*?(?:-->|\Z)|<meta[\s/](?P<meta>[^<>]*)|(?P<end><(?:body|rss|feed)\b)", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(rb"""(?:^|[\s"'/;])charset\s*+=\s*+["']?+\s*+([\w:.-]{1,40})""", re.IGNORECASE)
# <meta name="description" content="... charset=..."> declares nothing.
_NAMED = re.compile(rb"\b(?:name|property)\s*=", re.IGNORECASE)
_LANGUAGE = re.compile(
    rb"""<(?:html|rss|feed)\b[^<>]{0,500}?\blang\s*=\s*["']?([a-z]{2})|<language>\s*([a-z]{2})""",
    re.IGNORECASE,
)
# What is usual where nothing is declared, by the language. Of two the one that gives more letters; the first where
# both give as many, so that a Czech š of Latin-2 does not become the Polish ą of windows-1250.
_USUAL = (
    {"el": ("iso8859-7", "cp1253"), "he": ("cp1255",), "th": ("cp874",), "vi": ("cp1258",), "tr": ("cp1254",)}
    | {"ja": ("cp932", "euc_jp"), "ko": ("cp949",)}
    | dict.fromkeys(("pl", "hu", "ro"), ("cp1250", "iso8859-2"))
    | dict.fromkeys(("cs", "sk", "hr", "sl", "bs", "sq"), ("iso8859-2", "cp1250"))
    | dict.fromkeys(("et", "lt", "lv"), ("cp1257",))
    | dict.fromkeys(("da", "de", "es", "fi", "fr", "it", "nl", "no", "pt", "sv"), ("cp1252",))
    | dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859-6"))
)
# What servers say when nobody told them; a page that names something else knows better.
_DEFAULT = "cp1252"
_CYRILLIC = ("cp1251", "koi8-u", "cp866", "iso8859-5")
_CYRILLIC_WORD = re.compile("(?:[А-ЯЁІЇЄҐЎЂЈЉЊЋЏЃЌЅ]|[а-яёіїєґўђјљњћџѓќѕ])[а-яёіїєґўђјљњћџѓќѕ]{2,}")
_VOWELS = "аеиоуыэюяіїє"
# The small letters of the Macintosh are those of windows-1251 but for я, which stands where that has Я.
_MACINTOSH = re.compile("[а-ю]Я")
# So much more text another encoding must give than the declared one, or the usual one.
_CLEARLY = 1.2
_FEW_LETTERS, _CLEARLY_OF_FEW = 40, 3.0
_WORDS = re.compile(r"[^\W\d_]{3,}")
# What statistics may find: of letters that stand one at a time between plain ones, and of those that do not.
_LATIN = ("cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257")
_OTHERS = ("cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_RUNS = re.compile(rb"[\xc0-\xff]{2,}|[\x80-\xff]{3,}")
# Their bytes fit together only where the name is right.
_MULTIBYTE = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_ASCII = bytes(range(128))
# Enough to know an encoding by; enough for statistics, which are slow; the fewest letters that tell Czech from French.
_ENOUGH, _FEW, _MANY = 30_000, 3_000, 40
_TELLING = re.compile(rb"[\x80-\xff][^<>]{0,3000}")
# Bytes that no UTF-8 has, as Python keeps them in a text.
_BROKEN_RUN = re.compile("[\udc80-\udcff]+")
# A quotation mark or dash by itself, or an accented letter after a plain one: not the rest of a letter cut in two.
_WESTERN = re.compile(
    "(?<![\udc80-\udcff])[\udc80-\udc9f](?![\udc80-\udcff])|(?<=[A-Za-z])[\udcdf-\udcff](?=[a-z ,.;:!?)])"
)
_TABLES = {
    encoding: {0xDC00 + byte: bytes([byte]).decode(encoding, "replace") for byte in range(0x80, 0x100)}
    for encoding in (*_CYRILLIC, "mac-cyrillic", _DEFAULT)
}

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]+")
# Where Latin-1 has controls, windows-1252 has the marks that were meant.
_C1 = re.compile("[\x80-\x9f]")
_C1_UTF8 = re.compile(rb"\xc2[\x80-\x9f]")
_WINDOWS = {byte: bytes([byte]).decode(_DEFAULT, "ignore") for byte in range(0x80, 0xA0)}
_AS_BYTES = {byte: 0xDC00 + byte for byte in range(0x80, 0xA0)}
# The other bytes of UTF-8 are controls, or begin them or letters that may have been doubled.
_ORDINARY = bytes({*range(256)} - {*range(9), 11, 12, *range(14, 32), 127, 0xC2, 0xC3})
_NO_CHARACTERS = ("\ufeff", "\ufffe", "\uffff")

# UTF-8 that was taken for windows-1251 or -1252 and made UTF-8 once more: what it cannot but have. Р before a sign
# that is no letter; Ã and Ð, which few languages have; and â before the sign of the euro.
_SIGNS = (
    (b"\xc2", "Р".encode() + b"\xc2"),
    (b"\xc3", "Ð".encode()),
    (b"\xc3", "Ã".encode()),
    (b"\xc3", "â€".encode()),
)
_PIECES = re.compile(r"([<>\r\n]+)")
# Ten times what a long page has; a page made to have millions shall not take seconds.
_MOST_PIECES = 100_000
_PROOF = re.compile("[а-яёіїєґў]{4}|[a-z][à-ÿ]|[’“”–—…]")


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a page or a feed, without NULs and other characters that no text has."""
    text = _as_utf8(body)
    if text is None:
        text = _without_controls(_as_told(body, content_type))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _as_utf8(body: bytes) -> str | None:
    """The text of bytes that are UTF-8 throughout. Most are, so this looks at each of them as seldom as it can."""
    odd = body.translate(None, _ORDINARY)
    if b"\x1b" in odd or b"\0" in odd[:500]:
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if any(byte in odd and sign in body for byte, sign in _SIGNS):
        text = _undoubled(text)
    if odd.translate(None, b"\xc2\xc3") or (b"\xc2" in odd and _C1_UTF8.search(body)):
        return _without_controls(text)
    # Seldom, and found ten times as fast one by one as by a pattern: emoji begin with the same bytes.
    for sign in _NO_CHARACTERS:
        text = text.replace(sign, "")
    return text


def _as_told(body: bytes, content_type: str | None) -> str:
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(marked, "replace")
    if wide := _wide(body[:1000]):
        return body.decode(wide, "replace")
    # ISO-2022-JP is ASCII throughout, and nothing else has this sequence.
    if b"\x1b$B" in body and body.isascii():
        return to_unicode(body, "iso2022_jp")
    names = _declared(body, content_type)
    for name in names:
        if name in _MULTIBYTE:
            with suppress(UnicodeDecodeError):
                return body.decode(name)
    high = len(body.translate(None, _ASCII))
    broken = len(body) - len(body.decode("utf-8", "ignore").encode())
    # Chinese in GB18030 has sequences that UTF-8 has too, and Ukrainian in KOI8, but more that it has not.
    if broken * 5 <= high:
        return _mended(body.decode("utf-8", "surrogateescape"))
    encoding = _legacy(body, names)
    if encoding == _DEFAULT and broken < high:
        # So seldom is windows-1252 UTF-8 by chance that a page of it may be partly in both.
        return body.decode("utf-8", "surrogateescape").translate(_TABLES[_DEFAULT])
    return to_unicode(body, encoding)


def _without_controls(text: str) -> str:
    text = _NOT_TEXT.sub("", text)
    return text.translate(_WINDOWS) if _C1.search(text) else text


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: the ASCII in it, be it only spaces and digits, has a NUL at every other place."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 20 <= len(start) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """What the document says in its first line, what the server says, and what the document's meta tags say."""
    head = body[:_HEAD]
    first = _PROLOG.match(head)
    served = _CHARSET.search((content_type or "").encode("ascii", "replace"))
    labels = [*(match[1] for match in (first, served) if match), *_meta_labels(head)]
    return [name for name in map(_resolved, labels) if name and _KNOWN.fullmatch(name)]


def _meta_labels(head: bytes) -> list[bytes]:
    labels = []
    for tag in _META.finditer(head):
        if tag["end"]:
            break
        if tag["meta"] and not _NAMED.search(tag["meta"]) and (label := _CHARSET.search(tag["meta"])):
            labels.append(label[1])
    return labels


def _resolved(label: bytes) -> str | None:
    name = label.decode("ascii", "replace").lower()
    return _LABELS.get(name) or resolve_encoding(name)


def _legacy(body: bytes, names: list[str]) -> str:
    """The encoding of what is not UTF-8: as declared, but for Cyrillic, where the letters know better."""
    declared = next((name for name in names if name != _DEFAULT), None)
    if declared and declared not in _CYRILLIC:
        return declared
    sample = _sample(body)
    language = _LANGUAGE.search(body[:_HEAD])
    usual = _USUAL.get((language[1] or language[2]).decode().lower()) if language and not declared else None
    if usual:
        return max(usual, key=lambda encoding: _letters(sample, encoding))
    return _cyrillic(sample, declared) or declared or (_DEFAULT if names else _by_statistics(sample))


def _sample(body: bytes) -> bytes:
    """The first of the texts between tags that are not ASCII."""
    texts = (match[0] for match in islice(_TELLING.finditer(body), 100))
    return b" ".join(texts)[:_ENOUGH]


def _cyrillic(sample: bytes, declared: str | None = None) -> str | None:
    """The Cyrillic encoding that makes most of the bytes words of small letters, if one does.

    In the wrong one of windows-1251 and KOI8 the letters are there too, but capitals stand where small ones were.
    """
    words = {
        encoding: "".join(_CYRILLIC_WORD.findall(sample.decode(encoding, "replace")))
        for encoding in _CYRILLIC
    }
    best = max(words, key=lambda encoding: len(words[encoding]))
    usual = declared or _CYRILLIC[0]
    # Of a few letters it must be clearer still: quotation marks of one encoding are letters of another.
    clearly = _CLEARLY if len(words[best]) >= _FEW_LETTERS else _CLEARLY_OF_FEW
    if len(words[best]) < clearly * len(words[usual]):
        best = usual
    found, letters = words[best], len(sample.translate(None, _ASCII))
    vowels = sum(map(found.count, _VOWELS))
    # Two letters of five are vowels, and of Greek or Hebrew taken for windows-1251 one; the fewer the less certain.
    is_spoken = 0.32 * len(found) - 0.6 * len(found) ** 0.5 < vowels < 0.7 * len(found)
    if len(found) * 2 <= letters or not is_spoken:
        return None
    if best == "cp1251" and len(_MACINTOSH.findall(text := sample.decode(best, "replace"))) > text.count("я"):
        return "mac-cyrillic"
    return best


def _letters(sample: bytes, encoding: str) -> int:
    return sum(map(len, _WORDS.findall(sample.decode(encoding, "replace"))))


def _by_statistics(sample: bytes) -> str:
    """The likeliest encoding where nothing is declared; of a few accented letters, that they are Western."""
    from charset_normalizer import from_bytes

    high = len(sample.translate(None, _ASCII))
    is_latin = sum(map(len, _RUNS.findall(sample))) * 5 < high * 2
    western = _letters(sample, _DEFAULT)
    if is_latin and high < _MANY and all(_letters(sample, encoding) <= western for encoding in _LATIN):
        return _DEFAULT
    found = from_bytes(sample[:_FEW], cp_isolation=list(_LATIN if is_latin else _OTHERS)).best()
    return (found and _resolved(found.encoding.encode())) or _DEFAULT


def _mended(text: str) -> str:
    """UTF-8 with broken bytes: a block in Cyrillic is read, and what is Western; a letter cut in two is lost."""
    runs = " ".join(run[0] for run in islice(_BROKEN_RUN.finditer(text), 1000))
    if encoding := _cyrillic(runs.encode("utf-8", "surrogateescape")[:_ENOUGH]):
        return text.translate(_TABLES[encoding])
    text = _WESTERN.sub(lambda match: match[0].translate(_TABLES[_DEFAULT]), text)
    return _BROKEN_RUN.sub("\ufffd", text)


def _undoubled(text: str) -> str:
    """The text, read again where UTF-8 had been taken for windows-1251 or -1252 before it became UTF-8.

    Only between tags, only where all of it is UTF-8 when taken back, and only if that gives a word of the page.
    """
    for encoding in ("cp1251", "cp1252"):
        pieces = _PIECES.split(text, maxsplit=_MOST_PIECES)
        again = [_taken_back(piece, encoding) for piece in pieces]
        if any(new and _PROOF.search(new) for new in again):
            text = "".join(new or piece for new, piece in zip(again, pieces, strict=True))
    return text


def _taken_back(piece: str, encoding: str) -> str | None:
    if piece.isascii():
        return None
    # Bytes that the encoding has no letter for came through as controls.
    if _C1.search(piece):
        piece = piece.translate(_AS_BYTES)
    try:
        return piece.encode(encoding, "surrogateescape").decode()
    except UnicodeError:
        return None
