"""`newsmonitor feeds add`, `feeds import` and `feeds export`: the feed list made longer, and written out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from newsmonitor.cli_output import printable
from newsmonitor.errors import InputError
from newsmonitor.feedlist import parse_feed_list
from newsmonitor.feedsearch import Found, FoundFeed, find_feed
from newsmonitor.opml import add_feeds, to_csv, to_opml
from newsmonitor.records import Feed
from newsmonitor.seeds import read_feed_list, write_text_file
from newsmonitor.settings import Settings
from newsmonitor.urls import canonical_url, url_key
from newsmonitor.warehouse import Warehouse

_LIST_MEND = "name an OPML or CSV file"
_TITLE = "The feeds of newsmonitor, with what is known of each"
_KNOWN = """
    select feed_url, state, since, words, next_poll_at, last_new_at, polled_at, entry_count, stored.stored_count
    from feed_health
    left join (select feed_url, count(*) as stored_count from entries group by feed_url) as stored using (feed_url)
"""


@click.command()
@click.argument("url")
@click.option("--outlet", help="Who publishes; the default is the title of the feed.")
@click.option("--country", help="Seat of the outlet, such as GB or UA.")
@click.option("--language", help="Language, such as en or uk; the default is what the feed says.")
@click.option("--dry-run", is_flag=True, help="Only say what is found.")
def add(url: str, outlet: str | None, country: str | None, language: str | None, dry_run: bool) -> None:
    """Find the feed at an address, or of a page, and add it to the feed list."""
    country = _code("--country", country, "[A-Za-z]{2}", "GB")
    language = _code("--language", language, "[A-Za-z]{2,3}", "en")
    settings = Settings.from_env()
    listed = _read_list(settings.feeds)
    address = _address(url)
    if _is_listed(listed, address):
        return
    found = find_feed(settings, address, at=datetime.now(UTC), tell=_tell)
    if found.feed is None:
        click.echo(f"newsmonitor: {_summary(address, found)}", err=True)
        raise click.exceptions.Exit(1)
    _describe(found.feed)
    feed = replace(
        found.feed.feed,
        outlet=" ".join((outlet or found.feed.feed.title or found.feed.feed.outlet).split()),
        country=country.upper() if country else None,
        language=language.lower() if language else None,
    )
    # Read again: the search may have taken a minute, in which somebody edited the file.
    listed = _read_list(settings.feeds)
    if _is_listed(listed, feed.url):
        return
    longer = listed.grown(feed)
    if dry_run:
        click.echo(f"Not added to {listed.path}: a dry run.")
        return
    write_text_file(listed.path, longer)
    click.echo(f"Added to {listed.path} as {printable(feed.outlet)}.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Add to the feed list what is new in another list, OPML or CSV."""
    listed, other = _read_list(Settings.from_env().feeds), _read_list(file)
    for error in other.broken:
        click.echo(f"newsmonitor: {error}", err=True)
    known = listed.by_key
    new = [feed for key, feed in other.by_key.items() if key not in known]
    if new:
        write_text_file(listed.path, listed.grown(*new))
    known_count, broken_count = len(other.feeds) - len(new), len(other.broken)
    click.echo(f"{len(new)} added to {listed.path}, {known_count} known already, {broken_count} broken.")
    if not other.feeds:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV instead of OPML.")
def export(file: Path | None, as_csv: bool) -> None:
    """Write the feed list as OPML 2.0, with all that is known of each feed, to a file or the terminal."""
    settings = Settings.from_env()
    feeds, broken = read_feed_list(settings.feeds)
    if file is not None and file.exists() and file.samefile(settings.feeds):
        raise InputError(str(file), "is the feed list itself", "name another file")
    for error in broken:
        click.echo(f"newsmonitor: {error}", err=True)
    known = _what_is_known(Warehouse(settings.warehouse))
    text = (
        to_csv(feeds, extra=known)
        if as_csv
        else to_opml(feeds, title=_TITLE, created_at=datetime.now(UTC), extra=known)
    )
    if file is None:
        click.echo(text.encode(), nl=False)
    else:
        write_text_file(file, text)
        click.echo(f"Written to {file}, {len(feeds)} in all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A feed list as it stands in its file, and what it says."""

    path: Path
    data: bytes
    feeds: tuple[Feed, ...]
    broken: tuple[InputError, ...]

    @property
    def by_key(self) -> dict[str, Feed]:
        """The feeds by what http and https, with www and without, share; the first of two."""
        found: dict[str, Feed] = {}
        for feed in self.feeds:
            found.setdefault(_key(feed.url), feed)
        return found

    def grown(self, *feeds: Feed) -> str:
        """The text with these feeds in it too; raises InputError where that cannot be."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError as error:
            raise InputError(str(self.path), "is not UTF-8 text", "save it as UTF-8") from error
        return add_feeds(text, feeds, where=str(self.path))


def _read_list(path: Path) -> _List:
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name.
        reason = getattr(error, "strerror", None) or error
        raise InputError(str(path), f"cannot be read ({reason})", _LIST_MEND) from error
    feeds, broken = parse_feed_list(data, str(path))
    return _List(path=path, data=data, feeds=feeds, broken=broken)


def _what_is_known(warehouse: Warehouse) -> Mapping[str, Mapping[str, str]]:
    """What the tables say of each feed that was polled, by its address."""
    rows = warehouse.query(_KNOWN).to_pylist()
    return {
        row["feed_url"]: {
            name: _plain(value) for name, value in row.items() if name != "feed_url" and value is not None
        }
        for row in rows
    }


def _plain(value: Any) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)


def _is_listed(listed: _List, address: str) -> bool:
    """Whether the list has the address; if so, says it."""
    feed = listed.by_key.get(_key(address))
    if feed is not None:
        click.echo(f"{feed.url} is in {listed.path} already, as {feed.outlet}.")
    return feed is not None


def _key(url: str) -> str:
    return url_key(canonical_url(url) or url)


def _address(text: str) -> str:
    """The address that a person means; as it was written where it can be, for servers mind every letter."""
    text = text.strip()
    canonical = canonical_url(text)
    if canonical is None:
        raise InputError(text[:200], "is no web address", "write one that begins with https:// or http://")
    return text if text.lower().startswith(("http://", "https://")) else canonical


def _code(option: str, value: str | None, form: str, example: str) -> str | None:
    if value is not None and not re.fullmatch(form, value):
        raise InputError(option, f"is {value!r}, which is no code", f"write e.g. {option} {example}")
    return value


def _tell(url: str) -> None:
    click.echo(f"Trying {printable(url)} ...", err=True)


def _describe(found: FoundFeed) -> None:
    times = [entry.published_at for entry in found.entries if entry.published_at]
    newest = f", the newest of {max(times):%Y-%m-%d %H:%M} UTC" if times else ""
    for name, value in (
        ("address", found.feed.url),
        ("title", found.feed.title or "-"),
        ("kind", f"{found.feed.kind} ({found.version})"),
        ("entries", f"{len(found.entries)}{newest}"),
        ("language", found.language or "-"),
    ):
        click.echo(f"{name:9} {printable(value)}")
    if found.robots_note:
        said = f'{found.robots_note}; if the outlet lets you, write robots="ignore" on its line'
        click.echo(f"newsmonitor: it will not be polled: {printable(said)}", err=True)


def _summary(address: str, found: Found) -> str:
    """What was tried, in one line: what the address is, then the names of the others."""
    (_, said), *others = found.tried.items()
    host = urlsplit(address).netloc
    names = [url.partition(host)[2] if urlsplit(url).netloc == host else url for url, _ in others]
    also = f"; also tried: {', '.join(names)}" if names else ""
    return printable(f"{address}: no feed found: it gives {said}{also}")
