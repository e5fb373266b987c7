"""What messages share: times, first sentences, and the HTML frame (head, card, footer). Pure: words in, words out.

The frame is made for e-mail: a programme that reads mail knows tables and inline styles, not much of anything else,
and shows no picture and runs no script until it is told to. What it knows of a style sheet is used for dark screens and
narrow ones alone; without it the page is light and reads as well.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# XML 1.0, section 2.2, and HTML: what no document may hold, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

PAGE, CARD, INK, SOFT, RULE, LINK = "#eef0f3", "#ffffff", "#1b1f24", "#57606a", "#d5dae1", "#0a58a8"
SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif"
SERIF = "Georgia,'Noto Serif','Times New Roman',serif"

# Inline styles win over a sheet unless the sheet insists.
_STYLE = """
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:480px){
.nm-edge{padding:0!important}.nm-card{padding:20px 18px!important;border-radius:0!important;
border-width:0 0 1px!important}
.nm-head{font-size:22px!important}.nm-foot{padding:14px 18px 28px!important}
}
@media (prefers-color-scheme:dark){
.nm-page{background:#0f1216!important}.nm-card{background:#1a1f26!important;border-color:#313842!important}
.nm-ink{color:#e8ebef!important}.nm-soft{color:#a3adb9!important}.nm-rule{border-color:#313842!important}
.nm-link{color:#82bdff!important}.nm-button{background:#2f6fb8!important;border-color:#2f6fb8!important}
.nm-badge{background:#313842!important;color:#e8ebef!important}
.nm-main{background:#b3541e!important;color:#ffffff!important}
}
""".replace("\n", "")


def document(
    title: str,
    body_html: str,
    *,
    lang: str,
    preview: str = "",
    footer_html: str = "",
    style: str = "",
    width: int = 600,
) -> str:
    """A whole HTML document: `body_html` on a card, `footer_html` below it.

    title and preview are plain text and are escaped here; body_html, footer_html and style (rules added to the sheet)
    are not. lang is BCP 47, of the words of the frame: a part in another language carries its own. preview is what a
    list of e-mails shows after the subject. width is that of the card in pixels; a narrower window narrows it.
    The classes nm-ink, nm-soft, nm-rule, nm-link, nm-badge and nm-button change their colours on a dark screen.
    """
    hidden = (
        '<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0">'
        f"{escape(preview)}{'&#8199;&#847; ' * 60}</div>"
        if preview
        else ""
    )
    foot = (
        f'<tr><td class="nm-foot nm-soft" style="padding:14px 28px 8px;font:13px/1.5 {SANS};color:{SOFT}">'
        f"{footer_html}</td></tr>"
        if footer_html
        else ""
    )
    return f"""<!DOCTYPE html>
<html lang="{escape(lang)}" dir="{direction_of(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{escape(title)}</title>
<style>{_STYLE}{style}</style>
</head>
<body class="nm-page" style="margin:0;padding:0;background:{PAGE}">
{hidden}<table role="presentation" class="nm-page" width="100%" cellpadding="0" cellspacing="0" border="0" \
style="background:{PAGE}"><tr><td align="center" class="nm-edge" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:{width}px">
<tr><td class="nm-card nm-ink" style="background:{CARD};border:1px solid {RULE};border-radius:8px;padding:28px;\
font:16px/1.55 {SANS};color:{INK};text-align:start">
{body_html}
</td></tr>
{foot}</table>
</td></tr></table>
</body>
</html>
"""


def escape(text: str) -> str:
    """The text as it may stand in HTML, between tags and inside a quoted attribute."""
    return html.escape(_FORBIDDEN.sub("", text))


def direction_of(language: str | None) -> str:
    """Which way a language (BCP 47) is written: rtl or ltr."""
    return "rtl" if (language or "").partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def direction_in(text: str) -> str:
    """Which way a text is written, by its first letter: rtl or ltr (Unicode Standard Annex 9, rule P2)."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


# ISO 639: Arabic, Aramaic, Divehi, Persian, Hebrew (also by its old code), Kurdish in Iraq, Pashto, Sindhi, Uyghur,
# Urdu, Yiddish.
_RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"])


def link(url: str | None, words_html: str, *, style: str = "") -> str:
    """The words, which are HTML already, as a link; as they are where there is no address.

    url must have passed harmless.address, or be an address of our own.
    """
    if url is None:
        return words_html
    return f'<a class="nm-link" href="{escape(url)}" style="color:{LINK};{style}">{words_html}</a>'


def rfc3339(when: datetime) -> str:
    """A time for programs: RFC 3339, in UTC."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(when: datetime, zone: ZoneInfo) -> str:
    """A time to the minute as an editor reads it: 2026-11-24 15:00 Moscow time (12:00 UTC)."""
    utc = when.astimezone(UTC)
    if zone.key in ("UTC", "Etc/UTC"):
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    local = when.astimezone(zone)
    place = zone.key.rpartition("/")[2].replace("_", " ")
    day = "" if local.date() == utc.date() else f"{utc:%Y-%m-%d} "
    return f"{local:%Y-%m-%d %H:%M} {place} time ({day}{utc:%H:%M} UTC)"


# Where a sentence may end: of these, a full stop only before a space, for it stands in numbers and addresses too.
_ENDS = re.compile(
    r"""[.!?…‽؟۔।॥።։]+["'»”’)\]]*(?=\s|$)|[。！？｡]+["」』”’）]*""",
)
_OPENING = "\"'«“„(["
_LAST_WORD = re.compile(r"""[^\s"'«“„(\[]+$""")
# Titles, ranks, streets, companies, months: what names and numbers follow. A letter alone is one as well.
_ABBREVIATIONS = frozenset(
    # English, with what others share
    ["mr", "mrs", "ms", "dr", "prof", "st", "mt", "ft", "sen", "rep", "gov", "gen", "lt", "col", "maj", "capt", "sgt",
     "cpl", "cmdr", "adm", "rev", "hon", "pres", "amb", "det", "insp", "jr", "sr", "vs", "inc", "ltd", "co", "corp",
     "bros", "dept", "est", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
     # German, French, Spanish, Polish
     "bzw", "ca", "mme", "mlle", "sra", "dra", "św", "ul", "gen", "płk", "im",
     # Russian
     "гг", "ст", "ул", "пл", "пер", "просп", "пос", "дер", "гор", "им", "св", "проф", "акад", "ген", "полк", "подп",
     "кап", "лейт", "серж", "гр", "см", "рис", "табл", "корп", "стр", "оф", "кв",
     # Ukrainian
     "вул", "ім", "смт", "див", "обл", "сел", "полк", "рр", "напр"]
)  # fmt: skip
# Words of their own unless a number follows.
_BEFORE_NUMBERS = frozenset(["no", "nos", "nr", "art", "fig", "p", "pp", "vol", "ch", "sec"])
# They write the 24th as 24., and days and months stand in many a first sentence.
_ORDINAL_DOTS = frozenset(
    ["bs", "cs", "da", "de", "et", "fi", "hr", "hu", "is", "lb", "lv", "nb", "nn", "no", "sk", "sl", "sr"]
)
# A shorter line without an end is the name of a section, of an author, of a place.
_FEWEST_WORDS = 6
_LOOKED_AT = 6000


def first_sentences(text: str, language: str | None = None, *, count: int = 2, limit: int = 320) -> str:
    """The first sentences of a text as one line of at most `limit` signs, cut with … where they are longer.

    Short lines without a full stop before them (a section, an author, a place) are left out, unless there is nothing
    else. language is ISO 639-1. An abbreviation ends no sentence, also where one may end with it ("in the U.S.").
    """
    lines = [line for each in text[:_LOOKED_AT].splitlines() if (line := " ".join(each.split()))]
    found: list[str] = []
    for sentence in (sentence for line in lines for sentence in _sentences(line, language)):
        is_whole = bool(_ENDS.search(sentence[-4:])) or len(sentence.split()) >= _FEWEST_WORDS
        if is_whole or found:
            found.append(sentence)
        if len(found) == count:
            break
    chosen = found or lines[:1]
    joined = "".join(each if each[-1] in "。！？｡」』）" else f"{each} " for each in chosen).strip()
    return joined if len(joined) <= limit else joined[: limit - 1].rstrip() + "…"


def _sentences(line: str, language: str | None) -> Iterator[str]:
    begin = 0
    for end in _ENDS.finditer(line):
        rest = line[end.end() :].lstrip()
        if rest and not _goes_on(line[begin : end.start()], end.group(), rest.lstrip(_OPENING), language):
            yield line[begin : end.end()].strip()
            begin = end.end()
    yield line[begin:].strip()


def _goes_on(before: str, mark: str, after: str, language: str | None) -> bool:
    """Whether the sentence goes on after this mark."""
    if after[:1].islower():
        return True
    if not mark.startswith(".") or mark.startswith(".."):
        return False
    last = _LAST_WORD.search(before)
    word = last.group().lower() if last else ""
    if word.isdecimal():
        return language in _ORDINAL_DOTS and len(word) <= 2
    if word in _BEFORE_NUMBERS:
        return after[:1].isdecimal()
    parts = word.split(".")
    is_initials = all(len(part) == 1 and part.isalpha() for part in parts)
    return is_initials or word in _ABBREVIATIONS
