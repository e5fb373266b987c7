"""Why is a story there, or not, and why was I (not) alerted: every decision about one address, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

from newsmonitor import alertwhy
from newsmonitor.alerts import why
from newsmonitor.alertspec import DEFAULT_RULE, Rule
from newsmonitor.records import Alert, Entry, GroupLink, Page, Poll, Recheck, Revision, Story
from newsmonitor.tagging import describe
from newsmonitor.urls import canonical_url, registered_domain, url_key
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import URL_KEY

_FIRST = "first poll"
_BACKLOG = {
    _FIRST: "it stood there at the feed's first poll",
    "storm": "it was old, and came as new with many old ones",
}
_SOURCES = {
    "feed": "the feed's full text",
    "summary": "the feed's summary",
    "title": "the headline",
    "none": "nowhere",
}
_LOOKS = {1: "after an hour", 2: "after six hours", 3: "after a day"}
_OUTCOMES = {
    "same": "as it was",
    "revised": "it reads otherwise now",
    "gone": "the article was taken down",
    "wall": "something else answered for the article",
    "no_text": "no text was found",
    "failed": "it could not be fetched or read",
}
# So many changed numbers are named; a table of them would hide the rest.
_NUMBERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision: when, by which step, what, in words."""

    at: str
    step: str
    said: str


def explain(warehouse: Warehouse, url_or_id: str, rules: Sequence[Rule] = (DEFAULT_RULE,)) -> list[Step]:
    """Every decision about an address (or a story_id), oldest first; empty where no feed announced it.

    rules are those of the alert file: what each of them makes of it is said, too.
    """
    ids = _entry_ids(warehouse, url_or_id)
    steps: list[Step] = []
    for entry in warehouse.read(Entry, "entry_id in (select unnest(?))", [ids], order="seen_at, entry_id"):
        steps += _of_entry(warehouse, entry, rules)
    return steps


def nearest(warehouse: Warehouse, url: str) -> list[Poll]:
    """The newest poll of each feed of the same domain: where to look when an address is unknown."""
    newest = "qualify row_number() over (partition by feed_url order by polled_at desc) = 1"
    domain = registered_domain(url)
    return [
        poll for poll in warehouse.read(Poll, f"true {newest}") if registered_domain(poll.feed_url) == domain
    ]


def _entry_ids(warehouse: Warehouse, url_or_id: str) -> list[str]:
    canonical = canonical_url(url_or_id)
    if canonical is None:
        sql = "select entry_id from entries where entry_id = ?"
        return list(warehouse.query(sql, [as_stored(url_or_id)])["entry_id"].to_pylist())
    key = url_key(canonical)
    entries, stories = URL_KEY.format("canonical_url"), URL_KEY.format("canonical_url")
    sql = f"""
        select entry_id from entries where {entries} = $key or entry_url = $url
        union select entry_id from stories where {stories} = $key or url = $url
    """
    return list(warehouse.query(sql, {"key": key, "url": as_stored(url_or_id)})["entry_id"].to_pylist())


def as_stored(name: str) -> str:
    """A name as the tables would have it: without lone surrogates, which DuckDB refuses; a terminal hands them on."""
    return name.encode("utf-8", "replace").decode()


def revisions_of(warehouse: Warehouse, story_ids: Sequence[str]) -> list[Revision]:
    """The later versions of stories without their texts, in order of time."""
    columns = [field.name for field in fields(Revision) if field.name not in ("text", "extra")]
    where, order = "story_id in (select unnest(?))", "found_at, story_id, number"
    return warehouse.read(Revision, where, [story_ids], order=order, columns=columns)


def changes(revision: Revision) -> str:
    """In words what a later version of a story changed: the headline, the numbers, how many words."""
    said = []
    if revision.is_title_changed:
        said.append(f'headline "{revision.title_before or ""}" → "{revision.title or ""}"')
    if revision.numbers:
        more = f" and {len(revision.numbers) - _NUMBERS} more" if len(revision.numbers) > _NUMBERS else ""
        said.append(f"numbers {', '.join(revision.numbers[:_NUMBERS])}{more}")
    said.append(f"{revision.added_count:,} words added, {revision.removed_count:,} removed")
    return "; ".join(said)


def _of_entry(warehouse: Warehouse, entry: Entry, rules: Sequence[Rule]) -> list[Step]:
    backlog = f"; {_BACKLOG[entry.backlog_reason or _FIRST]}, so it alerts nobody" if entry.is_backlog else ""
    steps = [_step(entry.seen_at, "poll_feeds", f"announced by {entry.feed_url} ({entry.outlet}){backlog}")]
    pages = warehouse.read(Page, "entry_id = ?", [entry.entry_id], order="attempt")
    steps += [_step(page.fetched_at, "fetch_pages", _of_page(page)) for page in pages]
    if not pages:
        steps.append(_step(None, "fetch_pages", "its page has not been looked at yet"))
    stories = warehouse.read(Story, "entry_id = ?", [entry.entry_id])
    for story in stories:
        steps += _of_story(warehouse, story, rules)
    if pages and not stories:
        again = pages[-1].next_try_at
        waits = f"its page is tried again after {again:%Y-%m-%d %H:%M}" if again else "the next run files it"
        steps.append(_step(None, "file_stories", f"not filed yet: {waits}"))
    return steps


def _of_page(page: Page) -> str:
    if page.outcome == "known":
        return "not fetched: another entry has this address"
    asked = page.final_url or page.requested_url
    status = f"HTTP {page.http_status}" if page.http_status else "no answer"
    if page.outcome == "read":
        return f"{asked}: {status}, read {len((page.text or '').split())} words ({page.extraction})"
    again = f"; tried again after {page.next_try_at:%Y-%m-%d %H:%M} UTC" if page.next_try_at else ""
    return f"{asked}: {status}, {page.outcome}: {page.error or 'no reason given'}{again}"


def _of_story(warehouse: Warehouse, story: Story, rules: Sequence[Rule]) -> list[Step]:
    text = _SOURCES.get(story.extraction, f"the page ({story.extraction})")
    steps = [_step(story.filed_at, "file_stories", f"filed as story {story.story_id}, text from {text}")]
    if story.refiled_at:
        late = (
            "; it matches, or matches more, only by newer rules, and alerts nobody"
            if story.is_late_match
            else ""
        )
        steps.append(_step(story.refiled_at, "file_stories", f"filed again as its page is read now{late}"))
    steps += _of_copy(warehouse, story)
    verdict = "; ".join(describe(tag) for tag in story.tags) or "no topic"
    steps.append(_step(story.filed_at, "file_stories", f"{verdict}; {why(story)}"))
    where, order = "? in (group_id, into_group_id)", "linked_at, group_id"
    links = warehouse.read(GroupLink, where, [story.group_id], order=order)
    steps += [_step(link.linked_at, "file_stories", _of_link(warehouse, link, story)) for link in links]
    steps += _of_alerts(warehouse, story, rules)
    return steps + _of_looks(warehouse, story)


def _of_copy(warehouse: Warehouse, story: Story) -> list[Step]:
    """What it repeats, or nearly has the headline of."""
    said = []
    if story.copy_of:
        said.append(_copied(warehouse, story))
    if story.similar_id:
        share = f" ({story.similarity:.2f})" if story.similarity is not None and not story.copy_of else ""
        name = _name_of(warehouse, story.similar_id)
        said.append(f"nearly the headline{share} of {name}, within a day; no copy follows from it")
    return [_step(story.filed_at, "file_stories", each) for each in said]


def _copied(warehouse: Warehouse, story: Story) -> str:
    if story.copy_kind == "near":
        head = "a near copy" if story.similarity is None else f"a near copy ({story.similarity:.2f})"
    else:
        head = f"a copy ({story.copy_kind})"
    details = [
        f"{story.shared_share:.0%} of its text stands there" if story.shared_share is not None else None,
        f"{story.kept_share:.0%} of that text stands here" if story.kept_share is not None else None,
        f"it adds {story.added_count:,} words" if story.added_count else None,
    ]
    # Of a copy that is the whole text there is nothing to say.
    said = (
        ", ".join(detail for detail in details if detail)
        if story.similarity != 1 or story.added_count
        else ""
    )
    return f"{head} of {_name_of(warehouse, story.copy_of or '')}{': ' if said else ''}{said}"


def _of_link(warehouse: Warehouse, link: GroupLink, story: Story) -> str:
    share = f" {link.similarity:.2f}" if link.similarity is not None else ""
    why_so = f"({link.reason}{share}, shown by story {link.story_id})"
    if link.group_id == story.group_id:
        return f"its group {link.group_id} became part of that of {_name_of(warehouse, link.into_group_id)} {why_so}"
    return f"the group of {_name_of(warehouse, link.group_id)} became part of its group {why_so}"


def _of_alerts(warehouse: Warehouse, story: Story, rules: Sequence[Rule]) -> list[Step]:
    """What became of its alerts; where it has none, why each rule has told of it by none."""
    alerts = warehouse.read(Alert, "story_id = ?", [story.story_id], order="tried_at, channel, attempt")
    if alerts:
        return [_step(alert.tried_at, "send_alerts", alertwhy.of_alert(alert)) for alert in alerts]

    def name_of(story_id: str) -> str:
        return _name_of(warehouse, story_id)

    said = alertwhy.why_not(warehouse, story, rules, name_of=name_of)
    return [_step(None, "send_alerts", each) for each in said]


def _of_looks(warehouse: Warehouse, story: Story) -> list[Step]:
    """Its page looked at again, and the later versions that were found, then or by a feed; in order of time."""
    looks = warehouse.read(Recheck, "story_id = ?", [story.story_id], order="look")
    steps = [(look.checked_at, _step(look.checked_at, "recheck_stories", _of_look(look))) for look in looks]
    for each in revisions_of(warehouse, [story.story_id]):
        step = "recheck_stories" if each.found_by == "recheck" else "file_stories"
        steps.append((each.found_at, _step(each.found_at, step, f"revision {each.number}: {changes(each)}")))
    return [step for _, step in sorted(steps, key=itemgetter(0))]


def _of_look(look: Recheck) -> str:
    after = _LOOKS.get(look.look, f"look {look.look}")
    status = f" (HTTP {look.http_status})" if look.http_status else ""
    error = f": {look.error}" if look.error else ""
    return f"its page looked at again ({after}): {_OUTCOMES.get(look.outcome, look.outcome)}{status}{error}"


def _name_of(warehouse: Warehouse, story_id: str) -> str:
    found: list[dict[str, Any]] = warehouse.query(
        "select outlet, title from stories where story_id = ?", [story_id]
    ).to_pylist()
    return f'{story_id} ({found[0]["outlet"]}: "{found[0]["title"]}")' if found else story_id


def _step(at: Any, step: str, said: str) -> Step:
    return Step(at=f"{at:%Y-%m-%d %H:%M:%S}" if at else "", step=step, said=said)
