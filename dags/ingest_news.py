"""
### Ingest news

Every five minutes (`NEWSMONITOR_POLL_MINUTES`): poll the feeds that are due, fetch and read the pages they
announce, file the stories.

| task | what it does | tables |
|---|---|---|
| **Poll feeds** | asks the feeds that are due; a dead feed is a row, not a failure | `entries`, `polls` |
| **Fetch pages** | fetches the pages of new entries and reads their text | `pages`, WARC archive |
| **File stories** | recognises copies, tags topics, appends | `stories` |

The work of each task is what stands upstream and not yet downstream. So a run that died heals in the next
one, and any task may be cleared and run again: it adds no row twice. What each task did is in its XCom.

New stories update the asset `stories`; new stories about a topic update `stories/<topic>`, which wakes
**send_alerts**. Where nothing is new, no asset is updated.
"""

from datetime import timedelta

from airflow.sdk import AssetAlias, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from newsmonitor_shared import COMMON, stories_asset

from newsmonitor.dagdefaults import every
from newsmonitor.settings import Settings

NEW_STORIES = AssetAlias("new stories")
SETTINGS = Settings.from_env()
SHARDS = SETTINGS.shards


def label(shard: int) -> None:
    """Name this mapped task in the UI by the share of the feeds that it works on."""
    context = get_current_context()
    context["shard_label"] = "all feeds" if SHARDS == 1 else f"shard {shard + 1} of {SHARDS}"  # type: ignore[typeddict-unknown-key]


@dag(
    dag_display_name="Ingest news",
    schedule=every(SETTINGS.poll_minutes),
    doc_md=__doc__,
    **COMMON,
)
def ingest_news():
    @task(
        task_display_name="Poll feeds",
        map_index_template="{{ shard_label }}",
        execution_timeout=timedelta(minutes=10),
        doc_md="Asks every feed that is due, with its validators. Stores new `entries`, then `polls`.",
    )
    def poll_feeds(shard: int, dag_run=None) -> dict[str, int]:
        from newsmonitor import pipeline

        label(shard)
        with pipeline.open_run(dag_run.run_after) as run:
            return pipeline.poll_feeds(run, shard)

    @task(
        task_display_name="Fetch pages",
        map_index_template="{{ shard_label }}",
        execution_timeout=timedelta(minutes=20),
        doc_md="Fetches the page of every entry that waits for one, keeps it (WARC), and reads its text.",
    )
    def fetch_pages(shard: int, dag_run=None) -> dict[str, int]:
        from newsmonitor import pipeline

        label(shard)
        with pipeline.open_run(dag_run.run_after) as run:
            return pipeline.fetch_pages(run, shard)

    @task(
        task_display_name="File stories",
        pool="warehouse",
        outlets=[NEW_STORIES],
        execution_timeout=timedelta(minutes=20),
        doc_md="Recognises copies, tags topics, appends `stories`. Alone: one slot in the pool, and a lock.",
    )
    def file_stories(dag_run=None, *, outlet_events=None) -> dict[str, int]:
        from newsmonitor import pipeline
        from newsmonitor.errors import EveryFeedFailed

        with pipeline.open_run(dag_run.run_after) as run:
            try:
                counts = pipeline.file_stories(run)
            except EveryFeedFailed as error:
                # Trying again files nothing more: the next run polls the feeds again.
                raise AirflowFailException(str(error)) from error
            for topic, extra in pipeline.topic_counts(run).items():
                outlet_events[NEW_STORIES].add(stories_asset(topic), extra=extra)
            return counts

    shards = list(range(SHARDS))
    poll_feeds.expand(shard=shards) >> fetch_pages.expand(shard=shards) >> file_stories()


ingest_news()
