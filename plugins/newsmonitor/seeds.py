"""What a person gives the desk to start from: the feed list, the topic files, the corpus of known texts. Files in.

Everything here was written or gathered by hand, so whatever cannot be read is one plain line that names the file,
the line and the mend. Hidden files, and files whose suffix says nothing (a README.md), are passed over.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree, html

from newsmonitor.errors import InputError
from newsmonitor.feedlist import decode_text, parse_feed_list
from newsmonitor.records import Feed

_FEEDS_MEND = "put an OPML or CSV file there, or set NEWSMONITOR_FEEDS to yours"
_TOPICS_MEND = "put a topic file (.toml) there, or set NEWSMONITOR_SEEDS to the folder that holds topics/"
_ALERTS_MEND = "put an alert file (.toml) there, or set NEWSMONITOR_ALERTS to yours"
_RIGHT_MEND = "give yourself the right to read it"
_ROW_MEND = 'write {"text": "...", "title": "..."} on one line'
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
# The parts of a page that hold its headline and its text, the narrowest first.
_HEADLINE = ("//article//h1", "//main//h1", "//h1", "//head/title")
_ARTICLE = ("//article", "//main", "//body")
_PARAGRAPHS = ".//*[self::p or self::li or self::blockquote[not(p)] or self::h2 or self::h3 or self::pre]"
_NO_TEXT = "script", "style", "noscript", "template", "nav", "aside", "form", "header", "footer", "figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFile:
    """The text of a topic file, and of the places file that it names; None where it names none, or none is there."""

    path: Path
    text: str
    places_path: Path | None
    places_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDocument:
    """One known text of the corpus: a story that has it is a copy of the document."""

    document_id: str
    text: str
    title: str | None


def read_feed_list(path: Path) -> tuple[tuple[Feed, ...], tuple[InputError, ...]]:
    """The feeds of a list, and its broken lines. Raises InputError: no such file, or not one feed in it."""
    feeds, broken = parse_feed_list(_read(path, _FEEDS_MEND), str(path))
    if broken and not feeds:
        raise broken[0]
    return feeds, broken


def read_alert_file(path: Path, *, is_asked_for: bool) -> str | None:
    """The text of an alert file; None where none is there and none was asked for. Raises InputError."""
    if not is_asked_for and not path.exists():
        return None
    return decode_text(_read(path, _ALERTS_MEND), str(path))


def write_text_file(path: Path, text: str) -> None:
    """Put a text into a file at once: whoever reads it finds the old one or the new one, whole.

    The file keeps its rights; a link to a file stays one. Raises InputError where it cannot be written, or where
    something else than a file is there: for root, a rename would put a file in the place of /dev/null.
    """
    target = Path(os.path.realpath(path))
    temporary = None
    try:
        mode = target.stat().st_mode if os.path.lexists(target) else stat.S_IFREG | 0o644
        if not stat.S_ISREG(mode):
            raise InputError(str(path), "is no ordinary file", "name a file")
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(mode))
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        problem = f"cannot be written ({error.strerror})"
        raise InputError(str(path), problem, "give yourself the right to write there") from error


def read_topic_files(folder: Path, places_name: Callable[[str], str | None]) -> tuple[TopicFile, ...]:
    """Every topic file of a folder, in order of the names; places lie in the folder `places` beside it.

    places_name gives the name of the places file that the text of a topic asks for (topicfile.places_name).
    Raises InputError: no folder, no topic file in it, or a file that is not UTF-8 text.
    """
    if not folder.is_dir():
        raise InputError(str(folder), "is no folder", _TOPICS_MEND)
    found = [path for path in _files(folder) if path.suffix.lower() == ".toml"]
    if not found:
        raise InputError(str(folder), "holds no topic file", _TOPICS_MEND)
    return tuple(_topic_file(path, folder.parent / "places", places_name) for path in found)


def read_corpus(folder: Path) -> tuple[SeedDocument, ...]:
    """Every document of the seed corpus, in order of the file names; none where there is no such folder.

    .txt: one text. .html, .htm: one page. .jsonl: one object a line with text, and title and id if it likes;
    .parquet: columns of these names. Raises InputError with file and line where one cannot be read.
    """
    readers = ((path, _READERS.get(path.suffix.lower())) for path in _files(folder))
    return tuple(document for path, reader in readers if reader for document in reader(path))


def _files(folder: Path) -> list[Path]:
    """The files of a folder, hidden ones left out, in the same order on every machine."""
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(str(folder), f"cannot be read ({error.strerror})", _RIGHT_MEND) from error
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _read(path: Path, mend: str = _RIGHT_MEND) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(str(path), "is not there", mend) from error
    except IsADirectoryError as error:
        raise InputError(str(path), "is a folder, not a file", mend) from error
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name.
        reason = getattr(error, "strerror", None) or error
        raise InputError(str(path), f"cannot be read ({reason})", mend) from error


def _topic_file(path: Path, places: Path, places_name: Callable[[str], str | None]) -> TopicFile:
    text = decode_text(_read(path), str(path))
    name = places_name(text)
    if name is None or not (places / name).is_file():
        # topicfile.load_topic says it, with the line.
        return TopicFile(path=path, text=text, places_path=None, places_text=None)
    there = places / name
    return TopicFile(
        path=path, text=text, places_path=there, places_text=decode_text(_read(there), str(there))
    )


def _read_txt(path: Path) -> Iterator[SeedDocument]:
    yield _document(path, None, decode_text(_read(path), str(path)), None)


def _read_html(path: Path) -> Iterator[SeedDocument]:
    """The title and the paragraphs of a page that someone saved; what stands around the article is left out."""
    data, where = _read(path), str(path)
    tree = _parse_html(decode_text(data, where, _declared_encoding(data)))
    if tree is None:
        raise InputError(where, "holds no text", "save the page again, or take the file away")
    title = next(
        (words for part in _HEADLINE for found in tree.xpath(part) if (words := _words(found))), None
    )
    for element in tree.xpath("|".join(f"//{name}" for name in _NO_TEXT)):
        element.drop_tree()
    body = next((found[0] for part in _ARTICLE if (found := tree.xpath(part))), tree)
    # A list or quotation may hold paragraphs, and each is to be told once.
    blocks = [block for block in body.xpath(_PARAGRAPHS) if not block.xpath(_PARAGRAPHS)]
    paragraphs = [words for block in blocks if (words := _words(block))] or [_words(body)]
    if not any(paragraphs):
        raise InputError(where, "holds no text", "save the page again, or take the file away")
    yield _document(path, None, "\n".join(paragraphs), title)


def _declared_encoding(data: bytes) -> str | None:
    """The encoding that a page names; None (UTF-8) where its bytes are that, whatever it names."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        named = _CHARSET.search(data[:4096])
        return named[1].decode() if named else None
    return None


def _parse_html(text: str) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _words(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _read_jsonl(path: Path) -> Iterator[SeedDocument]:
    where = str(path)
    for number, line in enumerate(decode_text(_read(path), where).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", None) or "nested too deep"
            raise InputError(where, f"is no JSON ({reason})", _ROW_MEND, line=number) from error
        if not isinstance(row, dict):
            raise InputError(where, "is no JSON object", _ROW_MEND, line=number)
        yield _row(path, number, row, "line", number)


def _read_parquet(path: Path) -> Iterator[SeedDocument]:
    where = str(path)
    mend = "write a Parquet file with a column text, and title and id if you like"
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in ("text", "title", "id") if name in file.schema_arrow.names]
            if "text" not in names:
                raise InputError(where, "has no column `text`", mend)
            rows = file.read(columns=names).to_pylist()
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(where, f"cannot be read as Parquet ({reason})", mend) from error
    for number, row in enumerate(rows, 1):
        yield _row(path, number, row, "row", None)


def _row(path: Path, number: int, row: dict[str, Any], unit: str, line: int | None) -> SeedDocument:
    """A row of a file with many: its id, else its number, tells it from the others."""
    about = "" if line else f"{unit} {number} "
    text, title, row_id = row.get("text"), row.get("title"), row.get("id")
    if not isinstance(text, str) or not text.strip():
        raise InputError(str(path), f"{about}has no text in `text`", _ROW_MEND, line=line)
    if title is not None and not isinstance(title, str):
        raise InputError(str(path), f"{about}has a `title` that is no text", _ROW_MEND, line=line)
    if row_id is not None and (not isinstance(row_id, str | int) or isinstance(row_id, bool)):
        raise InputError(str(path), f"{about}has an `id` that is no text or number", _ROW_MEND, line=line)
    return _document(path, str(number if row_id in (None, "") else row_id), text, title)


def _document(path: Path, row_id: str | None, text: str, title: str | None) -> SeedDocument:
    name = f"seed:{path.stem}" if row_id is None else f"seed:{path.stem}#{row_id}"
    return SeedDocument(document_id=name, text=text, title=title)


_READERS: dict[str, Callable[[Path], Iterator[SeedDocument]]] = {
    ".txt": _read_txt,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
