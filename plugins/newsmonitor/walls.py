"""Tell what stands in front of an article from the article, before its text is hashed. Pure: a page in, a Wall out.

The same wall answers every address of a site, so a content hash would call all blocked articles copies of
the first (seen: Cloudflare, Anubis; DECISIONS.md, "Walls before hashes"). `wall_of` knows bot checks by the answer
as it came; `wall_behind` knows the rest when the page was read. Kinds: bot_check, geo_block, consent, paywall, login,
soft_404, homepage, script_only.

A wall that is missed costs one row, an article taken for a wall is lost: so every rule here wants two signs, and
none of them holds against a page that bears the title that the feed announced, but for a paywall's and an empty
one's.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from newsmonitor import walladdresses as addresses
from newsmonitor import walloffers, wallphrases
from newsmonitor.pagefields import unescape
from newsmonitor.records import Announced
from newsmonitor.structured import Structured
from newsmonitor.wallchecks import Wall, check_said, place_said, wall_of
from newsmonitor.wallphrases import folded, parts, said_together

__all__ = ["Wall", "wall_behind", "wall_of"]

# Characters of text. Longer ones are articles, whatever the page says beside them.
_LONG = 3_000
_SHORT = 1_200
_FEW = 600
_ALMOST_NONE = 200
# Lines as long as this are sentences, whatever they end with.
_LINE = 80
# A lead; and a lead of a stub that counts what it keeps back.
_LEAD = 2_000
_COUNTED = 8_000
# The end of a text, and the markup after it, where an offer to read on would stand.
_END = 500
_AFTER = 6_000
# The title element and the heading are near the top, once scripts and styles are cut.
_TOP = 60_000
_FORMS = 300_000
_TITLE = re.compile(r"<title(?=[\s>])[^<>]*>([^<]{1,1000})", re.I)
_HEADING = re.compile(r"<h[12](?=[\s>])[^<>]*+>((?:[^<]++|<(?!/?h[12]\b))*+)</h[12]", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|section|aside|article|button|br|span)(?=[\s/>])[^<>]{0,2000}>", re.I
)
_NOT_SHOWN = re.compile(
    r"<(\w{1,20})\b[^<>]{0,500}?(?:\shidden\b|display:\s?none)[^<>]{0,500}>[^<]{0,2000}", re.I
)
_PASSWORD = re.compile(r"<input\b[^<>]{0,500}?type=[\"']?password", re.I)
_IS_WEBSITE = re.compile(r"<meta[^<>]{0,200}og:type[^<>]{0,100}(?:website|homepage)", re.I)
_IS_ARTICLE = re.compile(r"<meta[^<>]{0,200}og:type[^<>]{0,100}article", re.I)
_CANONICAL = re.compile(r"<link[^<>]{0,300}?rel=[\"']?canonical[\"']?[^<>]{0,1000}", re.I)
_HREF = re.compile(r"href=[\"']?([^\"'\s<>]{1,1000})", re.I)
_NO_SCRIPT = re.compile(r"<noscript\b[^<>]*+>(?:[^<]++|<(?!/?noscript\b))*+(?:</noscript|\Z)", re.I)
_HEAD_ENDS = re.compile(r"</head|<body", re.I)
_MOUNT = re.compile(
    r"<(?:div|main|section)\b[^<>]{0,300}?id=[\"']?(?:root|app|application|__next|__nuxt|___gatsby|svelte|"
    r"react-root|main-app|app-root|react-app)"
    r"[\"']?[^<>]{0,300}>\s*+</|<(?:app-root|my-app|app-main|next-app)\b",
    re.I,
)
_WORD = re.compile(r"\w+")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page as the rules see it; title, headings and text are folded.

    size is the length of the whole text, an ideograph as two and a half letters; prose that of its lines which are
    sentences: of a page without an article the extractor may well find the menu. has_its_title, has_its_words:
    whether the page bears the title, says the words that the feed announced.
    """

    markup: str = field(repr=False)
    url: str
    announced: Announced
    stated: Structured
    text: str = field(repr=False)
    raw_text: str = field(repr=False)
    article: str = field(repr=False)
    size: int
    prose: int
    title: str
    headings: tuple[str, ...]
    has_its_title: bool
    has_its_words: bool

    @property
    def is_the_article(self) -> bool:
        return self.has_its_title or self.has_its_words

    @property
    def is_titled(self) -> bool:
        """Whether it is known what title the page should bear."""
        return bool(self.announced.title)

    @property
    def names(self) -> tuple[str, ...]:
        """The title in its pieces, and the headings."""
        return (*parts(self.title), *self.headings)

    @property
    def is_elsewhere(self) -> bool:
        return addresses.is_elsewhere(self.url, self.announced.url)


def wall_behind(
    markup: str, *, url: str, announced: Announced, stated: Structured, text: str | None, shown: str = ""
) -> Wall | None:
    """The wall that shows only when the page was read: what it says of itself, and the text that was found.

    markup is without scripts and comments; url is where the redirects led; shown is the text with what stands
    between and behind its paragraphs.
    """
    page = _page(markup, url, announced, stated, text or "", shown or text or "")
    return next((wall for rule in _RULES if (wall := rule(page))), None)


def _page(markup: str, url: str, announced: Announced, stated: Structured, article: str, text: str) -> _Page:
    title = folded(unescape(found.group(1))) if (found := _TITLE.search(markup, 0, _TOP)) else ""
    headings = [folded(stated.heading)]
    if len(text) < _LONG:
        headings += [
            folded(unescape(_TAG.sub(" ", name.group(1)[:1_000])))
            for name in islice(_HEADING.finditer(markup, 0, _TOP), 3)
        ]
    names = (title, folded(stated.title), *headings)
    return _Page(
        markup=markup,
        url=url,
        announced=announced,
        stated=stated,
        text=folded(text) if len(text) <= _LONG else "",
        raw_text=text,
        article=article,
        size=_size(text) if len(text) < _LONG else len(text),
        prose=_prose(text) if len(text) < _LONG else len(text),
        title=title,
        headings=tuple(name for name in dict.fromkeys(headings) if name),
        has_its_title=_is_one_of(folded(announced.title), names),
        has_its_words=_has_words(text, announced.text),
    )


def _size(text: str) -> int:
    return len(text) + 3 * len(_IDEOGRAPH.findall(text)) // 2


def _prose(text: str) -> int:
    sizes = [(_size(line), line) for line in text.splitlines()]
    return sum(
        size for size, line in sizes if size >= _LINE or (size >= _LINE // 2 and line[-1] in '.!?…。»”"')
    )


def _is_one_of(wanted: str, names: tuple[str, ...]) -> bool:
    """Whether one of the names is this title, or close to it: sites shorten and turn their headlines."""
    words = set(_WORD.findall(wanted))
    return bool(words) and any(
        wanted in name
        or (len(name) > 20 and name in wanted)
        or 2 * len(words & set(_WORD.findall(name))) >= len(words)
        for name in names
    )


def _has_words(text: str, announced: str | None) -> bool:
    """Whether the text says a piece of what the feed said."""
    wanted = folded((announced or "")[:400])
    if len(wanted) < 60 or not text:
        return False
    found = folded(text[:_LONG])
    return any(wanted[start : start + 40] in found for start in range(0, len(wanted) - 40, 50))


def _consent(page: _Page) -> Wall | None:
    if page.is_the_article or page.size > _LONG:
        return None
    titled = any(wallphrases.CONSENT_TITLES.search(name) for name in page.names)
    is_there = addresses.asks_consent(page.url)
    if not (titled or is_there or wallphrases.CONSENT_WORDS[0].search(page.text)):
        return None
    said = sum(1 for words in wallphrases.CONSENT_WORDS if words.search(page.text))
    if is_there and (page.is_elsewhere or titled) and (titled or said > 1 or page.size < _FEW):
        return Wall(
            kind="consent", words="consent page (the redirects led to an address that asks for consent)"
        )
    if said + 2 * titled >= (4 if page.is_titled else 6):
        words = "consent page (its text is about cookies and consent, not about the article)"
        return Wall(kind="consent", words=words)
    return None


def _login(page: _Page) -> Wall | None:
    if page.is_the_article or page.prose > _FEW:
        return None
    names = (*parts(page.title), *parts(folded(page.stated.title)), folded(page.stated.heading))
    titled = next((name for name in names if wallphrases.LOGIN_TITLES.fullmatch(name)), None)
    if titled is None and page.is_titled:
        titled = next(
            (name for name in names if len(name) < 40 and wallphrases.LOGIN_ROOTS.search(name)), None
        )
    is_there = addresses.asks_login(page.url) and (page.is_elsewhere or not page.announced.url)
    if not is_there and titled is None:
        return None
    has_field = bool(_PASSWORD.search(page.markup[:_FORMS]))
    if is_there and (titled or has_field):
        return Wall(kind="login", words="login page (the redirects led to an address where readers log in)")
    if titled and (has_field or (page.size < _ALMOST_NONE and page.is_titled)):
        return Wall(kind="login", words=f'login page (it is titled "{titled}")')
    return None


def _soft_404(page: _Page) -> Wall | None:
    if page.is_the_article or page.prose > _SHORT:
        return None
    titled = _missing(parts(page.title)) or _missing((page.title,))
    headed = _missing(page.headings)
    is_there = page.is_elsewhere and addresses.says_missing(page.url)
    is_asked = page.is_titled or titled or headed or is_there
    said = wallphrases.MISSING_WORDS.search(page.text) if is_asked else None
    signs = bool(titled) + bool(headed) + bool(said) + is_there
    if signs > 1 or (signs and page.is_titled and page.prose < _FEW):
        words = titled or headed or (said.group() if said else None)
        sign = f'it says "{words}"' if words else "the redirects led to the site's error page"
        return Wall(kind="soft_404", words=f"no such page, though the status is 200 ({sign})")
    return None


def _missing(names: Iterable[str]) -> str | None:
    """The first of the names that says that there is no such page."""
    for name in names:
        found = wallphrases.MISSING_TITLE.fullmatch(name.strip(" .!?")) or wallphrases.MISSING_WORDS.search(
            name
        )
        if found:
            return found.group()
    return None


def _homepage(page: _Page) -> Wall | None:
    announced = page.announced.url
    if not announced or page.has_its_title or addresses.is_front(announced):
        return None
    if addresses.is_front(page.url):
        return Wall(
            kind="homepage", words="front page (the redirects led from the article to the front page)"
        )
    if page.has_its_words or not page.is_titled or page.stated.published_from in ("json-ld", "meta"):
        return None
    top = page.markup[:_TOP]
    if page.is_elsewhere and addresses.is_section_of(page.url, announced) and not _IS_ARTICLE.search(top):
        return Wall(kind="homepage", words="section page (the redirects led from the article to its section)")
    if _calls_itself_front(top) and folded(page.announced.title) not in folded(page.markup):
        return Wall(kind="homepage", words="front page (it names the site's front page as its own address)")
    return None


def _calls_itself_front(top: str) -> bool:
    element = _CANONICAL.search(top)
    address = _HREF.search(element.group()) if element else None
    return bool(address and addresses.is_front(unescape(address.group(1))) and _IS_WEBSITE.search(top))


def _check(page: _Page) -> Wall | None:
    """A bot check or refusal inside the frame of its site, which wall_of leaves alone."""
    if page.is_the_article or page.prose > _FEW:
        return None
    titled = next((name for name in page.names if wallphrases.CHECK_TITLES.fullmatch(name)), None)
    if not titled and not page.is_titled:
        return None
    words = ". ".join((*page.headings, page.text))
    said = check_said(words)
    if said and (titled or page.prose < _ALMOST_NONE):
        sign = f'is titled "{titled}"' if titled else f'says "{said}"'
        return Wall(kind="bot_check", words=f"bot check (the page {sign})")
    place = place_said(words) if page.is_titled else None
    return (
        Wall(kind="geo_block", words=f'refused in this country (the page says "{place}")') if place else None
    )


def _paywall(page: _Page) -> Wall | None:
    if page.stated.is_free or page.size > _COUNTED:
        return None
    end = page.raw_text[-_END:]
    # A phrase does not go on from one paragraph, or one label, into the next.
    end = folded(end.replace("\n", ". ")) if page.size <= _LEAD or walloffers.COUNTS.search(end) else ""
    if counted := walloffers.COUNTED.search(end):
        return Wall(kind="paywall", words=f'paywall (the page says "{counted.group()}")')
    if page.size > _LEAD:
        return None
    offer = _offered(page, end)
    if offer:
        return Wall(kind="paywall", words=f'paywall (the page says "{offer}")')
    if page.stated.is_free is False and page.size < _FEW:
        words = f"paywall (the page states that it is not free, and has {page.size} letters of text)"
        return Wall(kind="paywall", words=words)
    return None


def _offered(page: _Page, end: str) -> str | None:
    """What the page says of reading on for money, in the end of its short text or right after it."""
    found = walloffers.OFFERS.search(end) if _may_offer(end) else None
    if found:
        return found.group()
    if page.size > _SHORT and page.stated.is_free is not False:
        return None
    after = _after(page)
    is_cut = (page.article or page.raw_text).rstrip().endswith(("...", "…"))
    if is_cut and (said := said_together(after, walloffers.SUBSCRIBING)):
        return None if walloffers.ELSEWHERE.search(said) else f"... {said}"
    offer = _offer(page, end) or _offer(page, after)
    if offer is None and page.is_titled and not page.has_its_title:
        offer = _offer(page, page.title)
    return offer


def _offer(page: _Page, end: str) -> str | None:
    """What a folded end of the page says of reading on for money."""
    if not _may_offer(end):
        return None
    if found := walloffers.OFFERS.search(end):
        return found.group()
    if page.has_its_title and walloffers.PAYING.search(folded(page.announced.title)):
        return None  # an article about subscriptions
    said = said_together(end, walloffers.READING, walloffers.PAYING)
    return said if said and not walloffers.ELSEWHERE.search(said) else None


def _may_offer(end: str) -> bool:
    return any(root in end for root in walloffers.ROOTS)


def _after(page: _Page) -> str:
    """What a reader sees right after the text; nothing where the text is not found in the markup."""
    for line in reversed((page.article or page.raw_text).splitlines()[-3:]):
        at = page.markup.rfind(line[-30:].strip()) if len(line) > 15 else -1
        if at >= 0:
            shown = page.markup[at : at + _AFTER]
            if "hidden" in shown or "none" in shown:
                shown = _NOT_SHOWN.sub(" ", shown)
            return " " + folded(unescape(_TAG.sub(" ", _BLOCK.sub(". ", shown))))[:_END]
    return ""


def _script_only(page: _Page) -> Wall | None:
    """An application that writes its page by script: what came is the same for every address of the site."""
    if page.size > _ALMOST_NONE or len(page.markup) > _TOP:
        return None
    head = _HEAD_ENDS.search(page.markup)
    body = page.markup[head.start() if head else 0 :]
    shown = folded(unescape(_TAG.sub(" ", _NO_SCRIPT.sub(" ", body))))
    if len(shown) > _ALMOST_NONE:
        return None
    if _MOUNT.search(body):
        return Wall(
            kind="script_only",
            words="the page is empty until scripts fill it (its only element is the place for them)",
        )
    if wallphrases.SCRIPT_WORDS.search(folded(_TAG.sub(" ", body))):
        return Wall(
            kind="script_only", words="the page is empty until scripts fill it (it asks for JavaScript)"
        )
    return None


_RULES: tuple[Callable[[_Page], Wall | None], ...] = (
    _consent, _login, _soft_404, _homepage, _check, _paywall, _script_only
)  # fmt: skip
