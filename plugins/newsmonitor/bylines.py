"""The names of an article's authors, out of what pages and feeds write there. Pure: strings in, names out."""

import re
from collections.abc import Iterable, Iterator

_MAIL = re.compile(r"\(?<?[\w.+-]{1,64}@[\w.-]{1,255}>?\)?")
_ADDRESS = re.compile(r"https?://|www\.|^/|^@", re.I)
_CODE = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
_LEAD = re.compile(
    r"^(?:(?:written |reported |posted )?by|author|von|par|por|di|door|av|af|przez|автор|текст|text)\b(?:\s*:)?\s+",
    re.I,
)
# Small letters only: the E of "John E Smith" parts nothing.
_BETWEEN = re.compile(
    r"\s*[,;|•·/\n]\s*|\s+(?:and|AND|und|et|y|e|och|og|en|i|и|та|й|&)\s+|\s+with\s+(?=[A-Z])"
)
_AFTER = re.compile(r"\s+(?:[-–—]|for|in|updated|published|für|pour)\s+.*$|\s+기자$", re.I)
# What stands beside a name after a comma, or instead of one.
_NO_PERSON = re.compile(
    r"(?:.*\b(?:editor|correspondent|reporter|journalist|staff|newsroom|team|desk|redaktion|rédaction|redacción|"
    r"redazione|redakcja|redactie|redaktionen|editorial|photographer|producer|"
    r"writer|columnist|contributor|author|admin|administrator|news|редакция|редакція|корреспондент|обозреватель)\b.*|"
    r"null|none|undefined|n/a|unknown|jr\.?|sr\.?|phd|md)",
    re.I,
)
_MOST = 12
_LONGEST = 60


def read_byline(values: Iterable[str], *, outlets: Iterable[str | None] = ()) -> tuple[str, ...]:
    """The names, each once, without "By", addresses, codes, offices and the outlet's own name."""
    own = {form for outlet in outlets if outlet for form in _forms(_folded(outlet))}
    names: dict[str, str] = {}
    for value in values:
        for name in _names(value[:1_000]):
            if (key := _folded(name)) and key not in own:
                names.setdefault(key, name)
    return tuple(names.values())[:_MOST]


def _forms(outlet: str) -> tuple[str, ...]:
    return outlet, outlet.removeprefix("the"), f"the{outlet}", f"{outlet}com"


def _names(value: str) -> Iterator[str]:
    if _ADDRESS.search(value):
        return
    value = _LEAD.sub("", _CODE.sub(" ", _MAIL.sub(" ", value)).strip())
    for part in _BETWEEN.split(value):
        name = " ".join(_LEAD.sub("", _AFTER.sub("", part)).split()).strip(" .,:-–—")
        if _is_name(name):
            yield name.title() if name.isupper() and " " in name else name


def _is_name(name: str) -> bool:
    is_host = "." in name and " " not in name and name.islower()
    has_digit = any(map(str.isdigit, name))
    return 2 <= len(name) <= _LONGEST and not is_host and not has_digit and not _NO_PERSON.fullmatch(name)


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
