"""Step 3: recognise copies, tag topics. Stores `stories`: one row holds the article and its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsmonitor import policy, topics, worklist
from newsmonitor.alerts import DEFAULT_RULE
from newsmonitor.boilerplate import without_boilerplate
from newsmonitor.context import Run
from newsmonitor.dedupe import Register, Verdict, text_hash
from newsmonitor.errors import EveryFeedFailed
from newsmonitor.feeddates import is_plausible
from newsmonitor.languages import identify_language
from newsmonitor.records import Entry, Match, Page, Story
from newsmonitor.sending import count_owed
from newsmonitor.urls import url_key

_CHUNK = 250
# A page that gives less than half of what the feed itself gives is a teaser.
_TEASER = 0.5
_LEVELS = ("main", "mention")
# A page is looked at for eight hours; a day more for a desk that was off.
_LATE = timedelta(days=2)
_LATE_EVERY = timedelta(hours=1)


def file_stories(run: Run) -> dict[str, int]:
    """Store a story for every entry whose page is settled; runs alone, under a lock of its own.

    Returns stories, duplicates, matches (new ones, no copies), alerts_owed. Raises EveryFeedFailed, after all
    is filed, where no feed of this run could be polled.
    """
    with run.warehouse.lock("file_stories.step"):
        while work := worklist.unfiled_pages(run.warehouse, at=run.at, window=run.window, limit=_CHUNK):
            run.warehouse.append(_file(run, work), batch=run.batch(), day=run.at.date())
        _refile_late(run)
    _raise_if_nothing_answered(run)
    return {**_counts(run), "alerts_owed": count_owed(run, DEFAULT_RULE)}


def topic_counts(run: Run) -> dict[str, dict[str, int]]:
    """What this run filed, for the assets: the new matches per topic, and under "" all its stories."""
    sql = """
        select topic, count(*) as stories, count(*) filter (level = 'main') as main from (
            select unnest(list_prepend('', if(copy_of is null, topics, []))) as topic, level
            from stories where day = $day and batch = $batch
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
    keys = {key for draft in drafts for key in _url_keys(draft)}
    hashes = {draft.text_sha256 for draft in drafts} - {None}
    register = Register(
        urls=worklist.groups_by_url(run.warehouse, keys),
        texts=worklist.groups_by_text(run.warehouse, [value for value in hashes if value]),
        seeds=run.seeds,
    )
    return [_story(run, draft, _judge(register, draft)) for draft in drafts]


def _drafts(run: Run, work: Sequence[tuple[Entry, Page]]) -> list[_Draft]:
    """The drafts, their pages' texts without what the site repeats on every page."""
    domains = {page.domain for _, page in work if page.domain and page.text}
    lines = worklist.site_lines(run.warehouse, domains, at=run.at) if domains else {}
    return [_draft(entry, _cut(page, *lines.get(page.domain or "", (0, {})))) for entry, page in work]


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
    drafts = _drafts(run, [(entry, page) for _, entry, page in late])
    stories = [story for story, _, _ in late]
    new = [_refiled(run, story, draft) for story, draft in zip(stories, drafts, strict=True)]
    last = worklist.last_refiled(run.warehouse, at=run.at)
    is_due = last is None or run.at - last >= _LATE_EVERY
    if is_due or any(map(_matches_anew, stories, new)):
        days = {story.filed_at.date() for story in stories}
        run.warehouse.replace(new, days=days)


def refiled(run: Run, work: Sequence[tuple[Story, Entry, Page]]) -> list[Story]:
    """The stories as their pages are read by newer rules: the same ones, told to nobody if they match only now."""
    drafts = _drafts(run, [(entry, page) for _, entry, page in work])
    pairs = [(story, _refiled(run, story, draft)) for (story, _, _), draft in zip(work, drafts, strict=True)]
    return [
        replace(new, is_late_match=story.is_late_match or _matches_anew(story, new)) for story, new in pairs
    ]


def _matches_anew(before: Story, after: Story) -> bool:
    return after.level is not None and after.level != before.level


def _refiled(run: Run, story: Story, draft: _Draft) -> Story:
    """A story with the text, the tags and all else of a new draft; what it repeats was decided once."""
    verdict = Verdict(
        group_id=story.group_id,
        copy_of=story.copy_of,
        copy_kind=story.copy_kind,
        similarity=story.similarity,
    )
    if draft.page.failure_class == "same_text" and story.copy_kind == "exact":
        # A copy of a wall, like all behind it.
        verdict = Verdict(group_id=story.story_id)
    new = _story(run, draft, verdict)
    return replace(
        new,
        filed_at=story.filed_at,
        refiled_at=run.at,
        is_backlog=story.is_backlog,
        is_late_match=story.is_late_match,
        fingerprint=story.fingerprint,
        extra=story.extra,
    )


def _url_keys(draft: _Draft) -> list[str]:
    urls = dict.fromkeys((draft.page.canonical_url, draft.entry.canonical_url))
    return [url_key(url) for url in urls if url]


def _judge(register: Register, draft: _Draft) -> Verdict:
    keys = _url_keys(draft)
    known = next((key for key in keys if key in register.urls), None)
    verdict = register.judge(
        draft.entry.entry_id, url_key=known or next(iter(keys), None), text_sha256=draft.text_sha256
    )
    # The announced address stands for the story too: it may redirect to the one the page has.
    for key in keys:
        register.urls.setdefault(key, verdict.group_id)
    return verdict


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
    tags = [topics.tag(topic, title=draft.title, text=text, language=language) for topic in run.topics]
    found = [tagging for tagging in tags if tagging.level]
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
        group_id=verdict.group_id,
        copy_of=verdict.copy_of,
        copy_kind=verdict.copy_kind,
        similarity=verdict.similarity,
        topics=tuple(tagging.topic for tagging in found),
        level=next((level for level in _LEVELS if any(t.level == level for t in found)), None),
        topic_score=max((tagging.score for tagging in tags), default=None),
        places=tuple(dict.fromkeys(place for tagging in found for place in tagging.places)),
        matches=_evidence(tags),
        archive_ref=page.archive_ref,
        is_backlog=entry.is_backlog,
    )


def _evidence(tags: Sequence[topics.Tagging]) -> tuple[Match, ...]:
    return tuple(match for tagging in tags for match in tagging.matches)


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
