"""
### Recheck stories

Looks at every story that matches a topic again, 1, 6 and 24 hours after it was filed: a headline or a number
that was changed in silence is a row in `revisions`, with the words that changed; an article that was taken down is
a row in `rechecks`, and so is each look, whatever it gave.

Pages are asked for as in **ingest_news**: robots.txt, the pace of a domain, and its wish to be left alone (429, 503)
hold for both. What is due is a query over `stories` and `rechecks`: a look is done once, by whichever run comes
first, and a desk that was off does only the newest one. Nobody is alerted by it.
"""

from datetime import timedelta

from airflow.sdk import dag, get_current_context, task
from newsmonitor_shared import COMMON

from newsmonitor.settings import Settings

SHARDS = Settings.from_env().shards


def label(shard: int) -> None:
    """Name this mapped task in the UI by the share of the stories that it works on."""
    context = get_current_context()
    context["shard_label"] = "all stories" if SHARDS == 1 else f"shard {shard + 1} of {SHARDS}"  # type: ignore[typeddict-unknown-key]


@dag(
    dag_display_name="Recheck stories",
    schedule="*/10 * * * *",
    doc_md=__doc__,
    **COMMON,
)
def recheck_stories():
    @task(
        task_display_name="Recheck stories",
        map_index_template="{{ shard_label }}",
        execution_timeout=timedelta(minutes=20),
        doc_md="Fetches the pages of the stories that are due, keeps them (WARC), and stores what was edited.",
    )
    def recheck_stories(shard: int, dag_run=None) -> dict[str, int]:
        from newsmonitor import pipeline

        label(shard)
        with pipeline.open_run(dag_run.run_after) as run:
            return pipeline.recheck_stories(run, shard)

    recheck_stories.expand(shard=list(range(SHARDS)))


recheck_stories()
