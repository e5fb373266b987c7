"""Why is a story there, or not, and why was I (not) alerted: every decision about one address, in order."""

from dataclasses import dataclass
from typing import Any

from newsmonitor.alerts import DEFAULT_RULE, why
from newsmonitor.records import Alert, Entry, Page, Poll, Story
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision: when, by which step, what, in words."""

    at: str
    step: str
    said: str


def explain(warehouse: Warehouse, url_or_id: str) -> list[Step]:
    """Every decision about an address (or a story_id), oldest first; empty where no feed announced it."""
    ids = _entry_ids(warehouse, url_or_id)
    steps: list[Step] = []
    for entry in warehouse.read(Entry, "entry_id in (select unnest(?))", [ids], order="seen_at, entry_id"):
        steps += _of_entry(warehouse, entry)
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
        return list(warehouse.query(sql, [url_or_id])["entry_id"].to_pylist())
    key = url_key(canonical)
    entries, stories = URL_KEY.format("canonical_url"), URL_KEY.format("canonical_url")
    sql = f"""
        select entry_id from entries where {entries} = $key or entry_url = $url
        union select entry_id from stories where {stories} = $key or url = $url
    """
    return list(warehouse.query(sql, {"key": key, "url": url_or_id})["entry_id"].to_pylist())


def _of_entry(warehouse: Warehouse, entry: Entry) -> list[Step]:
    backlog = f"; {_BACKLOG[entry.backlog_reason or _FIRST]}, so it alerts nobody" if entry.is_backlog else ""
    steps = [_step(entry.seen_at, "poll_feeds", f"announced by {entry.feed_url} ({entry.outlet}){backlog}")]
    pages = warehouse.read(Page, "entry_id = ?", [entry.entry_id], order="attempt")
    steps += [_step(page.fetched_at, "fetch_pages", _of_page(page)) for page in pages]
    if not pages:
        steps.append(_step(None, "fetch_pages", "its page has not been looked at yet"))
    stories = warehouse.read(Story, "entry_id = ?", [entry.entry_id])
    for story in stories:
        steps += _of_story(warehouse, story)
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


def _of_story(warehouse: Warehouse, story: Story) -> list[Step]:
    text = _SOURCES.get(story.extraction, f"the page ({story.extraction})")
    steps = [_step(story.filed_at, "file_stories", f"filed as story {story.story_id}, text from {text}")]
    if story.refiled_at:
        late = (
            "; it matches only since then, by newer rules, and alerts nobody" if story.is_late_match else ""
        )
        steps.append(_step(story.refiled_at, "file_stories", f"filed again as its page is read now{late}"))
    if story.copy_of:
        said = f"a copy ({story.copy_kind}) of {_name_of(warehouse, story.copy_of)}"
        steps.append(_step(story.filed_at, "file_stories", said))
    score = f", score {story.topic_score:.0f}" if story.topic_score is not None else ""
    verdict = f"{', '.join(story.topics)} ({story.level}{score})" if story.topics else f"no topic{score}"
    steps.append(_step(story.filed_at, "file_stories", f"{verdict}; {why(story)}"))
    alerts = warehouse.read(Alert, "story_id = ?", [story.story_id], order="tried_at")
    for alert in alerts:
        error = f": {alert.error}" if alert.error else ""
        said = f"{alert.state} on {alert.channel}, try {alert.attempt}{error}"
        steps.append(_step(alert.tried_at, "send_alerts", said))
    return steps if alerts else [*steps, _step(None, "send_alerts", _why_no_alert(story))]


def _name_of(warehouse: Warehouse, story_id: str) -> str:
    found: list[dict[str, Any]] = warehouse.query(
        "select outlet, title from stories where story_id = ?", [story_id]
    ).to_pylist()
    return f'{story_id} ({found[0]["outlet"]}: "{found[0]["title"]}")' if found else story_id


def _why_no_alert(story: Story) -> str:
    if story.copy_of:
        return "no alert: a copy; its group alerts once"
    if story.level not in DEFAULT_RULE.levels:
        return (
            f"no alert: the rule {DEFAULT_RULE.name} tells of {', '.join(DEFAULT_RULE.levels)} matches only"
        )
    if story.is_late_match:
        return "no alert: it matches only since it was read again by newer rules"
    if story.is_backlog:
        return "no alert: backlog (why, is said above where it was announced)"
    return "no alert yet: owed within 24 hours of filing, where a channel is set (NEWSMONITOR_ALERT_URLS)"


def _step(at: Any, step: str, said: str) -> Step:
    return Step(at=f"{at:%Y-%m-%d %H:%M:%S}" if at else "", step=step, said=said)
