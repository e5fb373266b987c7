"""Look at matching stories again, 1, 6 and 24 hours after they were filed: what was edited, what was taken down.

Stores the WARC, then `revisions`, then `rechecks`: a look is done when its row is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from newsmonitor import worklist
from newsmonitor.context import Run
from newsmonitor.looking import look_at
from newsmonitor.reading import announced_by
from newsmonitor.records import STAND_INS, Announced, Entry, Page, Recheck
from newsmonitor.urls import registered_domain
from newsmonitor.versions import Finding, store_versions
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import Pending

_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
# A desk that was off still looks once at what it filed within two days.
_OLDEST = timedelta(hours=48)
_GONE = (404, 410)
_CUT_SHORT = "only a small part of the text is there, and nothing new: it is hidden, or was read badly"
_SAME_TEXT = "another address of the site gives this very text under another headline"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Which look at a story is due, and what is asked for."""

    number: int
    pending: Pending


def recheck_stories(run: Run, shard: int = 0) -> dict[str, int]:
    """Store one later look at every story of the shard that is due for one; a page that is gone is a row.

    Returns checked, revised, gone, failed (walls and pages without text too): counted from the rows of this batch.
    """
    # Its capture is not to be taken for the one of the ingest of the same minute.
    batch = f"recheck-{run.batch(shard)}"
    with run.warehouse.lock(f"recheck_stories-{shard:02d}.step"):
        held = worklist.held_domains(run.warehouse, at=run.at)
        due = {
            look.pending.entry_id: look
            for look in _due_looks(run)
            if run.owns(shard, url := look.pending.url or "") and registered_domain(url) not in held
        }

        def store(pages: list[Page]) -> None:
            _store(run, [(due[page.entry_id], page) for page in pages], batch)

        look_at(run, [look.pending for look in due.values()], batch=batch, store=store)
    return _counts(run, batch)


def _due_looks(run: Run) -> list[_Look]:
    """The newest look that is due at each story: if it matches, is no other entry's page, and its text is the page's.

    One that was read late, or again, is left alone for an hour.
    """
    sql = f"""
        with looked as (select story_id, max(look) as look from rechecks where day >= $since group by story_id),
        newest as (
            select story_id, max_by(title, number) as title from revisions where day >= $since group by story_id
        )
        select story_id, feed_url, canonical_url, seen_at, coalesce(newest.title, stories.title) as title,
               (filed_at <= $first)::int + (filed_at <= $second)::int + (filed_at <= $third)::int as number
        from stories left join looked using (story_id) left join newest using (story_id)
        where day >= $since and filed_at > $oldest and coalesce(refiled_at, filed_at) <= $first
          and level is not null and copy_kind is distinct from 'url' and extraction not in {STAND_INS}
          and canonical_url is not null and number > coalesce(looked.look, 0)
        order by filed_at, story_id
    """
    oldest, (first, second, third) = run.at - _OLDEST, (run.at - wait for wait in _WAITS)
    params = {"since": oldest.date(), "oldest": oldest, "first": first, "second": second, "third": third}
    rows: list[dict[str, Any]] = run.warehouse.query(sql, params).to_pylist()
    announced = _announced(run.warehouse, rows)
    return [_look(row, announced.get(row["story_id"], Announced(url=row["canonical_url"]))) for row in rows]


def _announced(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]]) -> dict[str, Announced]:
    """What the feed said of each page, for at first it was read by that too."""
    if not rows:
        return {}
    since = min(row["seen_at"] for row in rows).date()
    ids = [row["story_id"] for row in rows]
    entries = warehouse.read(Entry, "day >= ? and entry_id in (select unnest(?))", [since, ids])
    return {entry.entry_id: announced_by(entry) for entry in entries}


def _look(row: Mapping[str, Any], announced: Announced) -> _Look:
    pending = Pending(
        entry_id=row["story_id"],
        feed_url=row["feed_url"],
        url=row["canonical_url"],
        canonical_url=row["canonical_url"],
        seen_at=row["seen_at"],
        attempt=1,
        # A page has several titles: the one it had is taken where it still stands, or each look would choose anew.
        announced=replace(announced, title=row["title"]),
    )
    return _Look(number=row["number"], pending=pending)


def _store(run: Run, looks: Sequence[tuple[_Look, Page]], batch: str) -> None:
    read = [page for _, page in looks if page.outcome == "read" or page.failure_class == "paywall"]
    since = (run.at - _OLDEST).date()
    findings = store_versions(
        run, [(page.entry_id, page) for page in read], found_by="recheck", batch=batch, since=since
    )
    found = {page.entry_id: finding for page, finding in zip(read, findings, strict=True)}
    rows = [_recheck(run, look, page, found.get(page.entry_id)) for look, page in looks]
    run.warehouse.append(rows, batch=batch, day=run.at.date())


def _recheck(run: Run, look: _Look, page: Page, finding: Finding | None) -> Recheck:
    outcome, failure_class, error = _outcome(page, finding)
    return Recheck(
        story_id=page.entry_id,
        look=look.number,
        checked_at=run.at,
        outcome=outcome,
        revision=finding.number if finding else None,
        # What gave no page has no last address; a hold must still find the domain.
        final_url=page.final_url or page.requested_url,
        http_status=page.http_status,
        failure_class=failure_class,
        error=error,
        fetched_at=page.fetched_at if page.http_status is not None else None,
        archive_ref=page.archive_ref,
        hold_until=page.hold_until,
    )


def _outcome(page: Page, finding: Finding | None) -> tuple[str, str | None, str | None]:
    """The outcome of a look, the class of its failure, and the words for it."""
    if page.failure_class == "soft_404" or (page.outcome == "failed" and page.http_status in _GONE):
        return "gone", page.failure_class, page.error
    if finding is None or (page.outcome == "wall" and finding.outcome != "revised"):
        return page.outcome, page.failure_class, page.error
    if finding.outcome == "cut_short":
        return "no_text", "cut_short", _CUT_SHORT
    if finding.outcome == "same_text":
        return "wall", "same_text", _SAME_TEXT
    return finding.outcome, page.failure_class, page.error


def _counts(run: Run, batch: str) -> dict[str, int]:
    sql = """
        select count(*) as checked, count(*) filter (outcome = 'revised') as revised,
               count(*) filter (outcome = 'gone') as gone,
               count(*) filter (outcome in ('failed', 'wall', 'no_text')) as failed
        from rechecks where day = $day and batch = $batch
    """
    return run.warehouse.counts(sql, day=run.at.date(), batch=batch)
