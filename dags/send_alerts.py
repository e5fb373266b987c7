"""
### Send alerts

Delivers what is owed: every story group that matched an alert rule and that a channel has not taken yet. Runs
when new stories about a topic were filed, and every five minutes, so that a channel that was down is tried
again.

What is owed is a query over `stories` and `alerts`, no queue: nothing is lost by a crash, and nothing is sent
twice by a retry. Each try is a row in `alerts`.

Trigger it with **Send a test message** to see that every channel is reached, those of connections too; the run is
red where one is not.
"""

from datetime import timedelta

from airflow.sdk import AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException
from newsmonitor_shared import COMMON, stories_asset

from newsmonitor.settings import Settings
from newsmonitor.topicids import topic_ids

TOPICS = [stories_asset(topic) for topic in topic_ids(Settings.from_env().seeds / "topics")]
EVERY_FIVE_MINUTES = CronTriggerTimetable("*/5 * * * *", timezone="UTC")
# Airflow lists an asset where a DAG names it; ingest_news adds its assets only when there is something new.
STORIES = stories_asset()


@dag(
    dag_display_name="Send alerts",
    schedule=(
        AssetOrTimeSchedule(timetable=EVERY_FIVE_MINUTES, assets=AssetAny(*TOPICS))
        if TOPICS
        else EVERY_FIVE_MINUTES
    ),
    doc_md=__doc__,
    params={
        "test": Param(
            False,
            type="boolean",
            title="Send a test message",
            description="To every channel; nothing else is sent in this run.",
        )
    },
    **COMMON,
)
def send_alerts():
    @task(
        task_display_name="Send alerts",
        inlets=[STORIES],
        execution_timeout=timedelta(minutes=10),
        doc_md="Delivers each owed alert once per story group and channel; a channel that is down is a row.",
    )
    def send_alerts(dag_run=None, params=None) -> dict[str, int]:
        from newsmonitor_connections import connection_url

        from newsmonitor import pipeline
        from newsmonitor.errors import AlertsGivenUp

        with pipeline.open_run(dag_run.run_after) as run:
            if params["test"]:
                found = pipeline.try_channels(run, connections=connection_url)
                if refused := [f"{name}: {reason}" for name, reason in found.items() if reason]:
                    raise AirflowFailException("; ".join(refused))
                return {"tested": len(found)}
            try:
                return pipeline.send_alerts(run, connections=connection_url)
            except AlertsGivenUp as error:
                # Trying again sends nothing more: a day of tries is over.
                raise AirflowFailException(str(error)) from error

    send_alerts()


send_alerts()
