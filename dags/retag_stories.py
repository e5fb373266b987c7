"""
### Retag stories

Gives stored stories the tags of the topic files of today. Start it by hand after a topic file was changed, added or
taken away; **since** and **until** choose the days (UTC) on which the stories were filed, and may be left empty.

The first task lists the days, the newest first; the second works on one day at a time, and writes only what is
tagged otherwise now. A day is replaced whole, so a run that was stopped is cleared and goes on. Nobody is alerted:
a story whose level is new or higher is marked `is_late_match`. The counts of each day are in its XCom.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task
from newsmonitor_shared import COMMON


def day_param(doc: str) -> Param:
    """A day that may be left empty, for the form of the UI."""
    return Param(None, type=["null", "string"], format="date", description=doc)


@dag(
    dag_display_name="Retag stories",
    schedule=None,
    params={
        "since": day_param("Only stories filed on this day (UTC) or later; empty: from the first on."),
        "until": day_param("Only stories filed on this day (UTC) or earlier; empty: up to the last."),
    },
    doc_md=__doc__,
    **COMMON,
)
def retag_stories():
    @task(
        task_display_name="List days",
        execution_timeout=timedelta(minutes=5),
        doc_md="The days on which stories were filed, the newest first.",
    )
    def list_days(dag_run=None, params=None) -> list[str]:
        from datetime import date

        from newsmonitor import pipeline

        since, until = (params[name] and date.fromisoformat(params[name]) for name in ("since", "until"))
        with pipeline.open_run(dag_run.run_after) as run:
            return [f"{day}" for day in pipeline.stored_days(run.warehouse, since=since, until=until)]

    @task(
        task_display_name="Retag a day",
        pool="warehouse",
        map_index_template="{{ day_label }}",
        execution_timeout=timedelta(minutes=30),
        doc_md="Holds the stories of one day against every topic; replaces `stories` of that day.",
    )
    def retag_day(day: str, dag_run=None) -> dict[str, int]:
        from datetime import date

        from newsmonitor import pipeline

        get_current_context()["day_label"] = day  # type: ignore[typeddict-unknown-key]
        with pipeline.open_run(dag_run.run_after) as run:
            return pipeline.retag(run, [date.fromisoformat(day)])

    retag_day.expand(day=list_days())


retag_stories()
