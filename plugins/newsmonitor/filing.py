"""Step 3: recognise copies, tag topics. Stores `stories`: one row holds the article and its evidence."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsmonitor import judging, owing, policy, versions, worklist
from newsmonitor.boilerplate import without_boilerplate
from newsmonitor.context import Run
from newsmonitor.dedupe import Article, Verdict, text_hash
from newsmonitor.errors import EveryFeedFailed, InputError
from newsmonitor.feeddates import is_plausible
from newsmonitor.languages import identify_language
from newsmonitor.likeness import read
from newsmonitor.records import Entry, GroupLink, Page, Story, UInt32
from newsmonitor.tagging import is_raised, tag_story, tagged_later
from newsmonitor.urls import url_key

log = logging.getLogger(__name__)

_CHUNK = 1_000
# A page that gives less than half of what the feed itself gives is a teaser.
_TEASER = 0.5
# What is less than this of a page, without what its site repeats, is not the page.
_MOST_CUT = 0.5
# What a verdict says of a story, under the same names in both.
_JUDGED = (
    "group_id", "copy_of", "copy_kind", "similarity", "shared_share", "kept_share", "added_count", "added_text",
    "similar_id",
)  # fmt: skip
# A page is looked at for eight hours; a day more for a desk that was off.
_LATE = timedelta(days=2)
_LATE_EVERY = timedelta(hours=1)


def file_stories(run: Run) -> dict[str, int]:
    """Store a story for every entry whose page is settled; runs alone, under a lock of its own.

    Returns stories, duplicates, matches (new ones, no copies), alerts_owed. Raises EveryFeedFailed, after all
    is filed, where no feed of this run could be polled.
    """
    _note_rules(run)
    with run.warehouse.lock("file_stories.step"):
        while work := worklist.unfiled_pages(run.warehouse, at=run.at, window=run.window, limit=_CHUNK):
            run.warehouse.append(_file(run, work), batch=run.batch(), day=run.at.date())
        _refile_late(run)
    _raise_if_nothing_answered(run)
    return {**_counts(run), "alerts_owed": _count_owed(run)}


def _note_rules(run: Run) -> None:
    """Write down since when each rule tells; a fault in the alert file keeps no story from being filed."""
    try:
        owing.note_beginnings(run)
    except InputError as error:
        log.warning("%s", error)


def _count_owed(run: Run) -> int:
    try:
        return owing.count_owed(run)
    except InputError:
        # Said above, and by send_alerts, which fails of it.
        return 0


def topic_counts(run: Run) -> dict[str, dict[str, int]]:
    """What this run filed, for the assets: the new matches per topic, and under "" all its stories."""
    sql = """
        select topic, count(*) as stories, count(*) filter (level = 'main') as main from (
            select '' as topic, level from stories where day = $day and batch = $batch
            union all
            select tag.topic, tag.level from (
                select unnest(tags) as tag from stories where day = $day and batch = $batch and copy_of is null
            ) where tag.level is not null
        ) group by topic
    """
    table = run.warehouse.query(sql, {"day": run.at.date(), "batch": run.batch()})
    return {row.pop("topic"): row for row in table.to_pylist()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An entry and its page, with the text that the story will have."""

    entry: Entry
    page: Page
    text: str | None
    extraction: str
    # Whether most of the page's text is in it. A site of tables (lottery) repeats nearly all of each page: what is
    # left when that is cut is no proof that two pages are one.
    is_whole: bool = True

    @property
    def is_of_page(self) -> bool:
        """Whether the text is the page's, not the feed's."""
        return self.extraction == self.page.extraction

    @property
    def title(self) -> str | None:
        return self.page.title or self.entry.title

    @property
    def canonical_url(self) -> str | None:
        return self.page.canonical_url or self.entry.canonical_url

    @property
    def text_sha256(self) -> str | None:
        return text_hash(self.text, self.title)


def _file(run: Run, work: Sequence[tuple[Entry, Page]]) -> list[Story]:
    drafts = _drafts(run, work)
    verdicts, links = judging.judge(run, [_article(draft) for draft in drafts])
    _link(run, links)
    repeats = [draft for draft, verdict in zip(drafts, verdicts, strict=True) if verdict.copy_kind == "url"]
    _store_versions(run, [draft for draft in repeats if draft.is_of_page])
    return [_story(run, draft, verdict) for draft, verdict in zip(drafts, verdicts, strict=True)]


def _store_versions(run: Run, drafts: Sequence[_Draft]) -> None:
    """Store a later version of each story whose address was announced again and has another text now.

    Before the drafts are filed, which is not done again.
    """
    keys = {key for draft in drafts for key in _url_keys(draft)}
    stories = worklist.stories_at(run.warehouse, keys) if keys else {}
    found = []
    for draft in drafts:
        key = next((key for key in _url_keys(draft) if key in stories), None)
        if key is not None:
            found.append((*stories[key], draft.page))
    versions.store_versions(
        run,
        [(story_id, page) for story_id, _, page in found],
        found_by="entry",
        batch=run.batch(),
        since=min((day for _, day, _ in found), default=run.at.date()),
    )


def _link(run: Run, links: Sequence[GroupLink]) -> None:
    """Store what was found between groups; before the stories that showed it, which are not looked at again."""
    run.warehouse.append(links, batch=run.batch(), day=run.at.date())


def _article(draft: _Draft) -> Article:
    """The draft as copies are recognised: by both its addresses, its text, and when it was published."""
    return Article(
        story_id=draft.entry.entry_id,
        url_keys=_url_keys(draft),
        text_sha256=draft.text_sha256 if draft.is_whole else None,
        reading=read(draft.title, draft.text, outlet=draft.entry.outlet),
        at=_published(draft.entry, draft.page)[0] or draft.entry.seen_at,
        has_page_text=draft.is_of_page,
    )


def _url_keys(draft: _Draft) -> tuple[str, ...]:
    urls = dict.fromkeys((draft.page.canonical_url, draft.entry.canonical_url))
    return tuple(url_key(url) for url in urls if url)


def _drafts(run: Run, work: Sequence[tuple[Entry, Page]]) -> list[_Draft]:
    """The drafts, their pages' texts without what the site repeats on every page."""
    domains = {page.domain for _, page in work if page.domain and page.text}
    lines = worklist.site_lines(run.warehouse, domains, at=run.at) if domains else {}
    drafts = []
    for entry, page in work:
        cut = _cut(page, *lines.get(page.domain or "", (0, {})))
        is_whole = len(cut.text or "") >= _MOST_CUT * len(page.text or "")
        drafts.append(replace(_draft(entry, cut), is_whole=is_whole))
    return drafts


def _cut(page: Page, pages: int, counts: dict[int, int]) -> Page:
    if not page.text or not counts:
        return page
    text = without_boilerplate(page.text, counts, pages)
    return page if text == page.text else replace(page, text=text or None)


def _refile_late(run: Run) -> None:
    """File again the stories whose page could be read at last, under the same id, in the same place.

    At once where one matches a topic only now, for people wait for it; else once an hour, for each time a file
    of the day is written anew.
    """
    late = worklist.late_pages(run.warehouse, at=run.at, window=_LATE)
    if not late:
        return
    new = _refiled_all(run, late)
    last = worklist.last_refiled(run.warehouse, at=run.at)
    is_due = last is None or run.at - last >= _LATE_EVERY
    if is_due or any(
        is_raised(story.level, after.level) for (story, _, _), after in zip(late, new, strict=True)
    ):
        days = {story.filed_at.date() for story, _, _ in late}
        run.warehouse.replace(new, days=days)


def refiled(run: Run, work: Sequence[tuple[Story, Entry, Page]]) -> list[Story]:
    """The stories as their pages are read by newer rules: the same ones, told to nobody if they match only now."""
    pairs = zip(work, _refiled_all(run, work), strict=True)
    columns = ("topics", "tags", "level", "topic_score", "places", "events", "actors", "matches")
    return [
        replace(new, **tagged_later(story, {name: getattr(new, name) for name in columns}))
        for (story, _, _), new in pairs
    ]


def _refiled_all(run: Run, work: Sequence[tuple[Story, Entry, Page]]) -> list[Story]:
    """The stories with the text of another look at their pages; groups that this shows to be one are linked."""
    drafts = _drafts(run, [(entry, page) for _, entry, page in work])
    pairs = [(story, draft) for (story, _, _), draft in zip(work, drafts, strict=True)]
    prints, links = judging.judge_again(
        run, [_article(draft) for story, draft in pairs if story.copy_of is None]
    )
    _link(run, links)
    return [_refiled(run, story, draft, prints.get(story.story_id, ())) for story, draft in pairs]


def _refiled(run: Run, story: Story, draft: _Draft, fingerprint: tuple[int, ...]) -> Story:
    """A story with the text, the tags and all else of a new draft; what it repeats was decided once."""
    judged = {name: getattr(story, name) for name in _JUDGED} | {"fingerprint": fingerprint}
    if draft.page.failure_class == "same_text" and story.copy_kind == "exact":
        # A copy of a wall, like all behind it.
        judged = {"group_id": story.story_id}
    return replace(
        _story(run, draft, Verdict(**judged)),
        filed_at=story.filed_at,
        refiled_at=run.at,
        is_backlog=story.is_backlog,
        extra=story.extra,
    )


def _draft(entry: Entry, page: Page) -> _Draft:
    """The best text there is: the page's if it is no teaser, the feed's own, its summary, the headline.

    Of what a wall gave, only a paywall's beginning of the article counts, and that where the feed has no more.
    """
    given = entry.content or (entry.summary if page.outcome == "wall" else None) or ""
    least = 1.0 if page.outcome == "wall" else _TEASER
    is_of_article = page.outcome == "read" or page.failure_class == "paywall"
    if page.text and page.extraction and is_of_article and len(page.text) >= least * len(given):
        return _Draft(entry=entry, page=page, text=page.text, extraction=page.extraction)
    for text, extraction in ((entry.content, "feed"), (entry.summary, "summary"), (entry.title, "title")):
        if text:
            return _Draft(entry=entry, page=page, text=text, extraction=extraction)
    return _Draft(entry=entry, page=page, text=None, extraction="none")


def _story(run: Run, draft: _Draft, verdict: Verdict) -> Story:
    entry, page, text = draft.entry, draft.page, draft.text
    language, confidence = _language(draft)
    published_at, published_from, is_day_only = _published(entry, page)
    return Story(
        story_id=entry.entry_id,
        entry_id=entry.entry_id,
        url=page.final_url or entry.entry_url,
        canonical_url=draft.canonical_url,
        outlet=entry.outlet,
        country=entry.country,
        feed_url=entry.feed_url,
        title=draft.title,
        byline=page.byline or entry.byline,
        language=language,
        language_confidence=confidence,
        published_at=published_at,
        published_from=published_from,
        is_day_only=is_day_only,
        modified_at=page.modified_at or entry.updated_at,
        seen_at=entry.seen_at,
        fetched_at=page.fetched_at if page.http_status is not None else None,
        filed_at=run.at,
        # A repeat of a stored address would only store the same text again.
        text=None if verdict.copy_kind == "url" and not draft.is_of_page else text,
        text_sha256=draft.text_sha256,
        word_count=len(text.split()) if text else 0,
        summary=page.summary or entry.summary,
        image_url=page.image_url or entry.image_url,
        site_name=page.site_name,
        section=page.section,
        extraction=draft.extraction,
        **{name: getattr(verdict, name) for name in _JUDGED},
        fingerprint=tuple(map(UInt32, verdict.fingerprint)),
        **tag_story(run.topics, title=draft.title, text=text, language=language),
        archive_ref=page.archive_ref,
        is_backlog=entry.is_backlog,
    )


def _language(draft: _Draft) -> tuple[str | None, float | None]:
    """The language of the text and how sure that is; what the feed says of itself only where neither is known."""
    if draft.is_of_page and draft.page.language:
        return draft.page.language, draft.page.language_confidence
    found = identify_language(f"{draft.title or ''} {draft.text or ''}")
    return (found.code, found.confidence) if found else (draft.entry.language, None)


def _published(entry: Entry, page: Page) -> tuple[datetime | None, str | None, bool]:
    """The page's own time, else the feed's; a page that gives only the day does not beat a feed's minute.

    A time in the future or the far past stays with the entry and decides nothing: 9999-12-31 would stand first
    among the stories for ever. Says too where the time is from, and whether it is only a day.
    """
    by_page, by_feed = (
        given if is_plausible(given, entry.seen_at) else None
        for given in (page.published_at, entry.published_at)
    )
    if by_page is not None and (by_feed is None or not page.is_day_only):
        return by_page, page.published_from, page.is_day_only
    return (by_feed, "feed", False) if by_feed else (None, None, False)


def _raise_if_nothing_answered(run: Run) -> None:
    sql = """
        select count(*) as feeds, min(error) as error, min(failure_count) as least,
               count(*) filter (outcome = 'failed' and list_contains($ours, failure_class)) as ours
        from polls where day = $day and starts_with(batch, $run)
    """
    params = {"day": run.at.date(), "run": run.batch()[:-2], "ours": sorted(policy.OUR_SIDE)}
    row = run.warehouse.query(sql, params).to_pylist()[0]
    # Of a few feeds that are due by chance, and long dead, nothing follows.
    is_telling = (
        row["feeds"] >= min(policy.FEW, len(run.feeds)) and row["least"] is not None and row["least"] <= 1
    )
    if is_telling and row["ours"] == row["feeds"]:
        raise EveryFeedFailed(
            f"none of the {row['feeds']} feeds answered, so the fault is probably on this side: "
            f"check the network and the resolver (one of them: {row['error']})"
        )


def _counts(run: Run) -> dict[str, int]:
    sql = """
        select count(*) as stories, count(*) filter (copy_of is not null) as duplicates,
               count(*) filter (copy_of is null and level is not null) as matches
        from stories where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=run.batch())
