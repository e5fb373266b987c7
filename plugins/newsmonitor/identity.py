"""Which entries of a feed are new, and which only look so. Pure: entries and what is known of the feed in.

Feeds change their guids (http to https, a rebuilt site: whole feeds came as new at NetNewsWire #324, feedbin #515),
reuse them (newest items missing at FreshRSS #4485, feedbin #604) and give every item one link. So no single
value decides: an entry is known when two of guid, address, headline and time say so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from newsmonitor.feeddates import is_plausible
from newsmonitor.records import Entry, identify
from newsmonitor.urls import canonical_url, url_key

# "Update", "Video of the day": a headline shorter than this may come again and mean another thing.
_TELLING_TITLE = 20
# One address that is published anew after so long holds another text: a briefing, a page of today's news.
_SAME_PUBLICATION = timedelta(days=1)
# A storm: at least so many, and more than half, of what came as new is old.
_STORM = 5
# Older than the second is no news to anybody, also of a feed that comes back after months.
_OLD, _PAST = timedelta(days=2), timedelta(days=7)
_MIDNIGHT = time(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of an entry that is stored."""

    entry_id: str
    guid: str | None
    canonical_url: str | None
    title: str | None
    published_at: datetime | None


def find_new(entries: Sequence[Entry], known: Iterable[Known]) -> tuple[Entry, ...]:
    """Those of the entries of one document that are not known, each with an id that no other has."""
    stored = {one.entry_id: one for one in known}
    left = [entry for entry in entries if not _is_unchanged(entry, stored.get(entry.entry_id))]
    if not left:
        return ()
    memory = _Memory(stored, entries)
    taken = set(stored)
    found: list[Entry] = []
    for entry in left:
        if memory.holds(entry):
            continue
        entry_id = next(name for name in _names(entry) if name not in taken)
        taken.add(entry_id)
        found.append(entry if entry_id == entry.entry_id else replace(entry, entry_id=entry_id))
    return tuple(found)


def _is_unchanged(entry: Entry, one: Known | None) -> bool:
    """The plain case, which is most: guid (of which the id is made) and address are the same."""
    return (
        one is not None
        and entry.guid is not None
        and entry.canonical_url is not None
        and (entry.guid, entry.canonical_url) == (one.guid, one.canonical_url)
    )


def hold_back(
    new: Sequence[Entry], known: Iterable[Known], *, at: datetime, last_good_at: datetime | None
) -> frozenset[str]:
    """The ids of new entries to hold back, where a known feed announces mostly old things as new; else none.

    Old is what is older than a week, or than two days if it was published before the last poll that succeeded, and
    what has a headline that the feed had before. In a storm what has no time is held too; what is fresh never is.
    """
    titles = {title for one in known if (title := _title(one.title))}
    old = {entry.entry_id for entry in new if _is_old(entry, titles, at, last_good_at)}
    if len(old) < _STORM or len(old) * 2 <= len(new):
        return frozenset()
    return frozenset(old | {entry.entry_id for entry in new if not is_plausible(entry.published_at, at)})


def _is_old(entry: Entry, titles: set[str], at: datetime, last_good_at: datetime | None) -> bool:
    published = entry.published_at
    if _title(entry.title) in titles:
        return True
    if published is None or not is_plausible(published, at):
        return False
    is_missed = last_good_at is not None and published >= last_good_at
    return published < at - (_PAST if is_missed else _OLD)


class _Memory:
    """What is known of a feed, to be asked for one entry after the other."""

    def __init__(self, known: Mapping[str, Known], entries: Sequence[Entry]) -> None:
        self._ids = known.keys()
        self._by_guid: dict[str, list[Known]] = defaultdict(list)
        self._by_address: dict[str, list[Known]] = defaultdict(list)
        self._by_title: dict[str, list[Known]] = defaultdict(list)
        for one in known.values():
            if guid := _guid(one.guid):
                self._by_guid[guid].append(one)
            if address := _address(one.canonical_url):
                self._by_address[address].append(one)
            if title := _title(one.title):
                self._by_title[title].append(one)
        self._shared = _shared_addresses(entries)

    def holds(self, entry: Entry) -> bool:
        address = _address(entry.canonical_url)
        if not entry.guid and not address:
            # Known by its text alone, which is what its id is made of.
            return entry.entry_id in self._ids
        return (
            any(self._is_same_by_guid(entry, address, one) for one in self._by_guid[_guid(entry.guid)])
            or any(self._is_same_by_address(entry, address, one) for one in self._by_address[address])
            or any(_is_same_by_title(entry, one) for one in self._by_title[_title(entry.title)])
        )

    def _is_same_by_guid(self, entry: Entry, address: str, one: Known) -> bool:
        """A guid alone is not enough: some feeds use one for each newest item."""
        if address and address not in self._shared and address == _address(one.canonical_url):
            # "Live" pages keep guid and address for weeks; there the headline is edited, not the story new.
            return True
        return _is_same_by_guid(entry, one)

    def _is_same_by_address(self, entry: Entry, address: str, one: Known) -> bool:
        if address in self._shared and _folded(entry.title) != _folded(one.title):
            return False
        return not _are_apart(entry.published_at, one.published_at)


def _shared_addresses(entries: Sequence[Entry]) -> set[str]:
    """The addresses that stand for several things: of a feed that links every item to its home page."""
    uses: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.canonical_url:
            uses[entry.canonical_url].append(entry)
    return {
        _address(url)
        for url, found in uses.items()
        if len(found) > 1 and len({_folded(entry.title) for entry in found}) > 1
    }


def _is_same_by_guid(entry: Entry, one: Known) -> bool:
    if _folded(entry.title) == _folded(one.title) or entry.published_at == one.published_at is not None:
        return True
    # Without an address the guid is believed, until headline and time both speak against it.
    return (
        not entry.canonical_url and not one.canonical_url and None in (entry.published_at, one.published_at)
    )


def _is_same_by_title(entry: Entry, one: Known) -> bool:
    """A rebuilt site: guid and address are others, headline and time are not; a mere day is no time."""
    published = entry.published_at
    return published is not None and published == one.published_at and published.time() != _MIDNIGHT


def _are_apart(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) > _SAME_PUBLICATION


def _names(entry: Entry) -> Iterable[str]:
    """Ids for an entry, the usual one first; the others where a reused guid has taken it."""
    yield entry.entry_id
    address = _address(entry.canonical_url)
    yield identify(entry.feed_url, entry.guid or "", address)
    yield identify(entry.feed_url, entry.guid or "", address, entry.title or "", str(entry.published_at))
    number = 1
    while True:
        number += 1
        yield identify(entry.feed_url, entry.guid or "", address, entry.title or "", str(number))


def _guid(guid: str | None) -> str:
    """A guid without what changes in it: an address loses scheme, www and tracking parameters."""
    if not guid or not guid.lower().startswith(("http://", "https://")):
        return guid or ""
    # The posts of a live page differ in the fragment only.
    _, mark, fragment = guid.partition("#")
    return (_address(canonical_url(guid)) or guid) + mark + fragment


def _address(canonical: str | None) -> str:
    return url_key(canonical) if canonical else ""


def _title(title: str | None) -> str:
    """A headline that can stand for its entry; empty where it is too short for that."""
    folded = _folded(title)
    return folded if len(folded) >= _TELLING_TITLE else ""


def _folded(title: str | None) -> str:
    return " ".join((title or "").casefold().split())
