"""Later versions of stories, told from the newest one that is stored and stored themselves: the table `revisions`.

Whoever finds a version compares and stores it here: the step that looks at pages again, and the one that files an
entry whose address has a story already.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from newsmonitor import worklist
from newsmonitor.boilerplate import without_boilerplate
from newsmonitor.context import Run
from newsmonitor.dedupe import text_hash
from newsmonitor.records import STAND_INS, Page, Revision, Story
from newsmonitor.revisions import Change, Version, find_change
from newsmonitor.warehouse import Warehouse

# What a record of a story cannot be without, and what its later versions are told from.
_COMPARED = (
    "story_id", "entry_id", "outlet", "feed_url", "seen_at", "filed_at", "extraction", "group_id", "is_backlog",
    "title", "text", "text_sha256",
)  # fmt: skip
_CHOSEN = "day >= ? and story_id in (select unnest(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a later reading of a story's page gave: same, revised (to the version of this number), cut_short, same_text.

    cut_short: nearly all is missing, and nothing is new. same_text: the site gives this text at other addresses too.
    Of these two no version is stored.
    """

    outcome: str
    number: int | None = None


@dataclass(slots=True, kw_only=True)
class _Known:
    """A story, its newest later version, and whether a look says of that one that it found it."""

    story: Story
    newest: Revision | None
    is_told: bool

    @property
    def version(self) -> Version:
        """What readers saw last."""
        last = self.newest or self.story
        return Version(title=last.title, text=last.text)


def store_versions(
    run: Run, pages: Sequence[tuple[str, Page]], *, found_by: str, batch: str, since: date
) -> list[Finding]:
    """What each page gave, against the newest version of its story; what is new is stored in `revisions`.

    pages are pairs of a story_id and a page that was read later (of a paywall, its headline counts). The stories
    were filed on the day `since` or later. Of one that is not there, or has no text of its page, it is "same".
    """
    if not pages:
        return []
    findings: list[Finding] = []
    new: list[Revision] = []
    # Filing and looking again may number the versions of one story at the same time, and so may two shards.
    with run.warehouse.lock("revisions.step"):
        known = _known(run.warehouse, [story_id for story_id, _ in pages], since)
        domains = {page.domain for _, page in pages if page.domain}
        lines = worklist.site_lines(run.warehouse, domains, at=run.at)
        masks = _masks(run.warehouse, known, pages, since)
        for story_id, page in pages:
            one = known.get(story_id)
            if one is None:
                findings.append(Finding(outcome="same"))
                continue
            before, after = _cut(one.version, page, *lines.get(page.domain or "", (0, {})))
            change = find_change(before, after)
            is_lost = bool(before.text) and not after.text
            finding = _judge(
                one, change, is_mask=page.text_sha256 in masks, is_lost=is_lost, found_by=found_by
            )
            if change is not None and finding.number is not None:
                version = _revision(run, one, page, after, change, number=finding.number, found_by=found_by)
                one.newest, one.is_told = version, True
                new.append(version)
            findings.append(finding)
        run.warehouse.append(new, batch=batch, day=run.at.date())
    return findings


def _known(warehouse: Warehouse, ids: Sequence[str], since: date) -> dict[str, _Known]:
    params = [since, list(ids)]
    stories = warehouse.read(Story, f"{_CHOSEN} and extraction not in {STAND_INS}", params, columns=_COMPARED)
    newest = {
        version.story_id: version for version in warehouse.read(Revision, _CHOSEN, params, order="number")
    }
    told = warehouse.query(f"select story_id, revision from rechecks where {_CHOSEN}", params).to_pylist()
    numbers = {(row["story_id"], row["revision"]) for row in told}
    return {
        story.story_id: _Known(
            story=story,
            newest=(last := newest.get(story.story_id)),
            is_told=last is None or last.found_by != "recheck" or (last.story_id, last.number) in numbers,
        )
        for story in stories
    }


def _cut(before: Version, page: Page, pages: int, counts: Mapping[int, int]) -> tuple[Version, Version]:
    """Both versions without what the site is known today to repeat: or what was learnt since looks removed."""
    text = before.text if page.failure_class == "paywall" else page.text
    old, new = (without_boilerplate(one, counts, pages) if one else one for one in (before.text, text))
    return Version(title=before.title, text=old), Version(title=page.title or before.title, text=new)


def _judge(one: _Known, change: Change | None, *, is_mask: bool, is_lost: bool, found_by: str) -> Finding:
    if change is None and not is_lost:
        if one.newest is not None and not one.is_told and found_by == "recheck":
            # Stored by a run that died before it could say so.
            return Finding(outcome="revised", number=one.newest.number)
        return Finding(outcome="same")
    if is_mask:
        return Finding(outcome="same_text")
    # Under a new headline it was edited, however much is missing.
    if change is None or (change.is_cut_short and not change.is_title_changed):
        return Finding(outcome="cut_short")
    return Finding(outcome="revised", number=one.newest.number + 1 if one.newest else 1)


def _revision(
    run: Run, one: _Known, page: Page, after: Version, change: Change, *, number: int, found_by: str
) -> Revision:
    # Behind a new headline nothing may be left but what the site repeats.
    text = after.text or one.version.text
    return Revision(
        story_id=one.story.story_id,
        number=number,
        url=page.final_url or page.requested_url,
        outlet=one.story.outlet,
        found_at=run.at,
        found_by=found_by,
        fetched_at=page.fetched_at,
        modified_at=page.modified_at,
        title=after.title,
        title_before=one.version.title,
        is_title_changed=change.is_title_changed,
        text=text,
        text_sha256=text_hash(text, after.title),
        word_count=len(text.split()) if text else 0,
        added_count=change.added_count,
        removed_count=change.removed_count,
        numbers=change.numbers,
        diff=change.diff,
        archive_ref=page.archive_ref,
    )


def _masks(
    warehouse: Warehouse, known: Mapping[str, _Known], pages: Sequence[tuple[str, Page]], since: date
) -> set[str]:
    """The hashes of those texts that stand at other addresses of the site too: a wall's that nothing else tells.

    Given now for two stories whose texts were two; or read at an entry that was announced under another headline.
    """
    given: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    titles: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for story_id, page in pages:
        if page.text_sha256 and page.domain and (one := known.get(story_id)):
            given[page.domain, page.text_sha256].add(one.story.text_sha256)
            titles[page.domain, page.text_sha256].add(one.story.title)
    sql = """
        select distinct pages.domain, pages.text_sha256, entries.title from pages join entries using (entry_id)
        where pages.day >= $since and outcome in ('read', 'wall') and text_sha256 in (select unnest($hashes))
          and entry_id not in (select unnest($ids))
    """
    params = {
        "since": since,
        "hashes": [digest for _, digest in given],
        "ids": [story_id for story_id, _ in pages],
    }
    for row in warehouse.query(sql, params).to_pylist():
        key = (row["domain"], row["text_sha256"])
        if key in given and row["title"] not in titles[key]:
            given[key].add(f"at another address, {row['title']}")
    return {digest for (_, digest), texts in given.items() if len(texts) > 1}
