"""What the sample site publishes, read from a folder that a person can edit: outlets, feeds, articles. Files in.

`site.toml` names the outlets and their feeds, `articles/<outlet>.md` holds what each publishes (demo/README.md).
An error in them is an InputError, one line that names file and line.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from newsmonitor.errors import InputError

FORMATS = ("rss", "rss091", "rdf", "atom", "json")

# A feed cuts the first paragraph about here to make a summary.
_SUMMARY = 240
_KEY_LINE = re.compile(r"([a-z]+): *(.+)")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "format": FORMATS,
    "fault": ("", "cut", "error", "html"),
    "declared_in": ("header", "meta"),
    "page": ("", "wall", "missing", "busy", "pdf", "none"),
    "expect": ("main", "mention", "none"),
    "copy": ("", "seed", "exact"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed of an outlet, and what is odd about it.

    listed_as is the address in the feed list, which answers with `redirect`; campaign is put behind every link.
    fault: cut (ends in the middle of an entry), error (500), html (a web page stands there).
    """

    path: str
    format: str
    encoding: str = "utf-8"
    section: str = ""
    campaign: str = ""
    full: bool = False
    gzip: bool = False
    validators: bool = True
    listed_as: str = ""
    redirect: int = 301
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented publisher: its pages lie under /<id>/, its times are given in its own zone.

    declared_in says where its pages name their encoding; a teaser outlet shows one paragraph of an article.
    """

    id: str
    name: str
    country: str
    language: str
    tagline: str
    utc_offset: str
    encoding: str = "utf-8"
    declared_in: str = "header"
    teaser: bool = False
    json_ld: bool = False
    channels: tuple[Channel, ...] = field(default=(), metadata={"not_in_file": True})

    @property
    def zone(self) -> tzinfo | None:
        return datetime.strptime(self.utc_offset, "%z").tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article. Minutes count from the start of the site; what is published after it is stage 2.

    page says what answers at its address: the article (""), a bot check (wall), 404 (missing), 500 in stage 1
    (busy), a PDF (pdf), or the article, but the feed gives no link to it (none). expect, sense and copy say
    what the pipeline should find.
    """

    outlet: str
    title: str
    path: str
    minutes: int
    expect: str
    paragraphs: tuple[str, ...] = ()
    author: str = ""
    section: str = ""
    page: str = ""
    text: str = ""
    keep: int = 0
    replace: tuple[str, ...] = ()
    sense: str = ""
    copy: str = ""

    @property
    def stage(self) -> int:
        return 1 if self.minutes < 0 else 2

    @property
    def address(self) -> str:
        return f"/{self.outlet}/news/{self.path}" + (".pdf" if self.page == "pdf" else "")

    @property
    def summary(self) -> str:
        """The first sentences, cut between words as a feed does it."""
        lead = self.paragraphs[0]
        return lead if len(lead) <= _SUMMARY else lead[:_SUMMARY].rpartition(" ")[0] + "…"


_IN_HEAD = (
    "path",
    "minutes",
    "expect",
    "author",
    "section",
    "page",
    "text",
    "keep",
    "replace",
    "sense",
    "copy",
)


def read_outlets(path: Path) -> tuple[Outlet, ...]:
    """The outlets of site.toml with their feeds; raises InputError with file and line."""
    text = read_text(path)
    try:
        tables = tomllib.loads(text).get("outlet", [])
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found.group(1)) if found else None
        raise InputError(str(path), f"is not TOML ({error})", "mend that line", line=line) from error
    outlet_lines, feed_lines = _lines_of(text, "[[outlet]]"), _lines_of(text, "[[outlet.feed]]")
    outlets = []
    for table, line in zip(tables, outlet_lines, strict=False):
        feeds = table.pop("feed", [])
        channels = [
            _record(Channel, feed, path, at)
            for feed, at in zip(feeds, islice(feed_lines, len(feeds)), strict=False)
        ]
        outlets.append(replace(_record(Outlet, table, path, line), channels=tuple(channels)))
    return tuple(outlets)


def read_articles(folder: Path, seeds: Path, outlets: Iterable[Outlet]) -> tuple[Article, ...]:
    """The articles of every outlet, from <folder>/<outlet>.md; raises InputError with file and line.

    `text: seed` stands for the first text of the seed corpus, `text: outlet/path` for that of another outlet;
    `keep: 4` takes its first paragraphs, each `replace: old => new` changes them.
    """
    found = [
        (article, path, line)
        for outlet in outlets
        for path in [folder / f"{outlet.id}.md"]
        for line, article in _parse_articles(read_text(path), path, outlet.id)
    ]
    texts = {f"{article.outlet}/{article.path}": article.paragraphs for article, _, _ in found}
    seed = read_text(min((seeds / "corpus").glob("*.txt"), default=seeds / "corpus" / "*.txt"))
    texts["seed"] = tuple(line.strip() for line in seed.splitlines() if line.strip())
    return tuple(_with_text(article, texts, path, line) for article, path, line in found)


def read_text(path: Path) -> str:
    """The text of a file; raises InputError where there is none, or it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        mend = "the demo needs it: get it again with `git restore`"
        raise InputError(str(path), f"cannot be read ({error.strerror})", mend) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(str(path), "is not UTF-8 text", "save it as UTF-8", line=line) from error


def _parse_articles(text: str, path: Path, outlet: str) -> Iterator[tuple[int, Article]]:
    """Each article with its line: `# Headline`, lines of `key: value`, an empty line, paragraphs."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("# ")]
    if any(line.strip() for line in lines[: starts[0] if starts else None]):
        raise InputError(str(path), "does not begin with a headline", "begin with `# Headline`", line=1)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = "\n".join(lines[start + 1 : end])
        head, _, rest = body.partition("\n\n")
        values = dict(_parse_head(head.splitlines(), path, start + 2))
        paragraphs = tuple(" ".join(part.split()) for part in rest.split("\n\n") if part.strip())
        table = {"outlet": outlet, "title": lines[start][2:].strip(), "paragraphs": paragraphs, **values}
        article = _record(Article, table, path, start + 1)
        if bool(article.text) == bool(paragraphs):
            mend = "write paragraphs below its keys, or `text: outlet/path`, and not both"
            raise InputError(str(path), "has no text of its own or two", mend, line=start + 1)
        yield start + 1, article


def _parse_head(lines: Iterable[str], path: Path, first: int) -> Iterator[tuple[str, Any]]:
    changes: list[str] = []
    for number, line in enumerate(lines, first):
        match = _KEY_LINE.fullmatch(line.strip())
        key, value = match.groups() if match else ("", "")
        if key not in _IN_HEAD:
            mend = f"write `key: value`; the keys are {', '.join(_IN_HEAD)}"
            raise InputError(str(path), f"{line.strip()[:60]!r} is no key of an article", mend, line=number)
        if key in ("minutes", "keep"):
            if not re.fullmatch(r"[+-]?\d{1,5}", value):
                raise InputError(str(path), f"{key} is {value!r}", "write a number such as -90", line=number)
            yield key, int(value)
        elif key == "replace":
            changes.append(value)
        else:
            yield key, value
    yield "replace", tuple(changes)


def _with_text(article: Article, texts: Mapping[str, tuple[str, ...]], path: Path, line: int) -> Article:
    """The article with the text that its `text` names, cut and changed as it says."""
    if not article.text:
        return article
    source = texts.get(article.text)
    if not source:
        mend = "write seed, or outlet/path of an article that has paragraphs"
        raise InputError(str(path), f"text names {article.text!r}, which is none", mend, line=line)
    text = "\n".join(source[: article.keep or None])
    for change in article.replace:
        old, _, new = change.partition(" => ")
        if old not in text:
            raise InputError(
                str(path), f"{old[:60]!r} is not in {article.text}", "copy it exactly", line=line
            )
        text = text.replace(old, new)
    return replace(article, paragraphs=tuple(text.split("\n")))


def _record(cls: type[Any], table: Mapping[str, Any], path: Path, line: int) -> Any:
    """A record of a table; every key must be a field, and have the type and one of the values it may have."""
    known = {each.name: each for each in fields(cls) if not each.metadata.get("not_in_file")}
    for key, value in table.items():
        if key not in known:
            _refuse(path, line, f"{key!r} is no key here", f"the keys are {', '.join(known)}")
        wanted = known[key].type
        if isinstance(wanted, type) and type(value) is not wanted:
            _refuse(path, line, f"{key} is {value!r}", f"write a value of type {wanted.__name__}")
        if value not in _CHOICES.get(key, (value,)):
            choices = ", ".join(filter(None, _CHOICES[key]))
            _refuse(path, line, f"{key} is {value!r}", f"write one of {choices}")
    for name, each in known.items():
        if name not in table and each.default is MISSING:
            _refuse(path, line, f"lacks {name}", "add it")
    return cls(**table)


def _refuse(path: Path, line: int, problem: str, mend: str) -> NoReturn:
    raise InputError(str(path), problem, mend, line=line)


def _lines_of(text: str, header: str) -> Iterator[int]:
    lines = enumerate(text.splitlines(), 1)
    return (number for number, line in lines if line.partition("#")[0].strip() == header)
