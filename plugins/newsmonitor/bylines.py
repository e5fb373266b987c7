"""The names of an article's authors, out of what pages and feeds write there. Pure: strings in, names out."""

import re
from collections.abc import Iterable, Iterator

from newsmonitor.pagefields import folded

_MAIL = re.compile(r"\(?<?[\w.+-]{1,64}@[\w.-]{1,255}>?\)?")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*+|(?<!\S)@\w++", re.I)
_PATH = re.compile(r"\s*+/")
# First, for what follows looks back over them from each of their ends.
_SPACES = re.compile(r"[^\S\n]{2,}+")
_CODE = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
_LEAD = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|created|story|words|text) )?by|(?:erstellt|verfasst|geschrieben|"
    r"artikel|text|ein beitrag|pressemitteilung|interview) von|(?:écrit|publié|rédigé) par|(?:escrito|publicado) por|"
    r"autor(?:in|en)?|auteurs?|autore|authors?|von|par|por|di|door|av|af|przez|авторы?|автори|текст|подготовила?|"
    r"(?:спец)?корреспондент(?:ка)?|кореспондент(?:ка)?|обозреватель|оглядач(?:ка)?|журналист(?:ка)?|text)"
    r"\b(?:\s*:)?\s+",
    re.I,
)
# "корреспондент РБК Иван Петров": after the office comes the house.
_OFFICE_OF = re.compile(
    r"^(?i:(?:спец)?корр?еспондент(?:ка)?)\s+(?:[«\"][^«»\"]{1,40}[»\"]|[A-ZА-ЯІЇЄҐ]{2,12}|[A-Z][\w-]{1,30})\s+(?=\w+\s+\w)"
)
# Small letters only: the E of "John E Smith" parts nothing.
_BETWEEN = re.compile(
    r"\s*[,;|•·/\n]\s*|\s+(?:and|AND|und|et|y|e|och|og|en|i|и|та|й|&)\s+|\s+with\s+(?=[A-Z])"
)
_AFTER = re.compile(
    r"\s+(?:[-–—]|for|in|updated|published|für|pour)\s+.*$|"
    r"\s+(?:기자|특파원)$|(?:記者|记者)$",
    re.I,
)
# What stands beside a name after a comma, or instead of one.
_NO_PERSON = re.compile(
    r"(?:.*\b(?:editor|correspondent|reporter|journalist|staff|newsroom|team|desk|redaktion|rédaction|redacción|"
    r"redazione|redakcja|redactie|redaktionen|redakteur(?:in)?|korrespondent(?:in)?|editorial|photographer|producer|"
    r"writer|columnist|contributor|author|admin|administrator|news|редакция|редакція|корреспондент|кореспондент|"
    r"обозреватель|оглядач|журналист(?:ка)?|редактор|фото)\b.*|"
    r"null|none|undefined|n/a|unknown|jr\.?|sr\.?|phd|md)",
    re.I,
)
# They name themselves beside the reporter; where nobody else is named, the text is theirs.
_AGENCIES = frozenset((
    "afp", "agencefrancepresse", "ap", "apnews", "associatedpress", "theassociatedpress", "reuters",
    "thomsonreuters", "dpa", "dpaafx", "deutschepresseagentur", "apa", "sda", "keystonesda", "ats", "afx",
    "epd", "kna", "efe", "europapress", "ansa", "adnkronos", "lusa", "pap", "ctk", "čtk", "tasr", "ntb", "tt",
    "ritzau", "belga", "anp", "upi", "pti", "ani", "ians", "xinhua", "kyodo", "jiji", "yonhap", "bloomberg",
    "tass", "interfax", "ukrinform", "unian", "тасс", "интерфакс", "интерфаксукраина", "інтерфаксукраїна",
    "риановости", "рбк", "белта", "укринформ", "укрінформ", "униан", "уніан", "унн",
))  # fmt: skip
_MOST = 12
_LONGEST = 60


def read_byline(values: Iterable[str], *, outlets: Iterable[str | None] = ()) -> tuple[str, ...]:
    """The names, each once, without "By", addresses, codes and offices.

    Agencies only where nobody else is named, and the outlet itself where not even they are.
    """
    values, own = tuple(values), _own(outlets)
    names = _unlike(name for value in values for name in _names(value[:1_000], own))
    return tuple((_without_agencies(names, own) or names).values())[:_MOST]


def is_byline(values: Iterable[str], *, outlets: Iterable[str | None] = ()) -> bool:
    """Whether somebody other than the outlet is named."""
    own = _own(outlets)
    return any(folded(name) not in own for value in values for name in _names(value[:1_000], own))


def _own(outlets: Iterable[str | None]) -> frozenset[str]:
    names = (folded(outlet) for outlet in outlets if outlet)
    return frozenset(form for name in names if name for form in _forms(name))


def _forms(outlet: str) -> tuple[str, ...]:
    name = outlet.removeprefix("the") or outlet
    return name, f"the{name}", f"{name}com", f"the{name}com"


def _unlike(names: Iterable[str]) -> dict[str, str]:
    unlike: dict[str, str] = {}
    for name in names:
        unlike.setdefault(folded(name), name)
    return unlike


def _without_agencies(names: dict[str, str], own: frozenset[str]) -> dict[str, str]:
    others = {key: name for key, name in names.items() if key not in own}
    return {key: name for key, name in others.items() if key not in _AGENCIES} or others


def _names(value: str, own: frozenset[str]) -> Iterator[str]:
    value = _SPACES.sub(" ", _CODE.sub(" ", _MAIL.sub(" ", _SPACES.sub(" ", value))))
    if _PATH.match(value):
        return
    value = _ADDRESS.sub(" ", value).strip()
    value = _LEAD.sub("", _OFFICE_OF.sub("", value))
    parts = [part for part in map(_name, _BETWEEN.split(value)) if folded(part) in own or _is_name(part)]
    # "Anna Petrova, Kyiv": beside a full name one word is a place, a house or a code.
    has_full = any(" " in part for part in parts if folded(part) not in own)
    for part in parts:
        if folded(part) in own:
            yield part
        elif " " in part or not has_full:
            yield part.title() if part.isupper() and " " in part else part


def _name(part: str) -> str:
    return " ".join(_LEAD.sub("", _AFTER.sub("", part)).split()).strip(" .,:-–—")


def _is_name(name: str) -> bool:
    is_host = "." in name and " " not in name and name.islower()
    is_no_name = is_host or any(map(str.isdigit, name)) or not folded(name)
    return 2 <= len(name) <= _LONGEST and not is_no_name and not _NO_PERSON.fullmatch(name)
