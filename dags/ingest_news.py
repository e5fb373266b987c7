"""
### Ingest news

Every five minutes: poll the feeds that are due, fetch and read the pages they announce, file the stories.

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

import pendulum
from airflow.sdk import Asset, AssetAlias, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from newsmonitor.dagdefaults import RETRIES
from newsmonitor.settings import Settings

NEW_STORIES = AssetAlias("new stories")
SHARDS = Settings.from_env().shards


def stories_asset(topic: str = "") -> Asset:
    """The asset of all stories, or of the stories about one topic."""
    name = f"stories/{topic}" if topic else "stories"
    return Asset(name=name, uri=f"x-newsmonitor://{name}")


def label(shard: int) -> None:
    """Name this mapped task in the UI by the share of the feeds that it works on."""
    context = get_current_context()
    context["shard_label"] = "all feeds" if SHARDS == 1 else f"shard {shard + 1} of {SHARDS}"  # type: ignore[typeddict-unknown-key]


@dag(
    dag_display_name="Ingest news",
    schedule="*/5 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=RETRIES,
    doc_md=__doc__,
    tags=["newsmonitor"],
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
