"""What the DAG files share: their defaults, the assets, and what happens where a run fails. No DAG is in here."""

from datetime import UTC, datetime
from typing import Any

import pendulum
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException, AirflowRuntimeError

from newsmonitor.dagdefaults import RETRIES


def stories_asset(topic: str = "") -> Asset:
    """The asset of all stories, or of the stories about one topic."""
    name = f"stories/{topic}" if topic else "stories"
    return Asset(name=name, uri=f"x-newsmonitor://{name}")


def note_failure(context: Any) -> None:
    """Of a task that is given up, not of one that is tried again: write down why.

    Airflow calls it in the process of the task, before it says anywhere that the task has failed; so the run fails
    after this row is there. Where that process was lost, in the DAG processor and without the error, or not at all.
    """
    _report(context, error=_words(context.get("exception")))


def tell_failure(context: Any) -> None:
    """Of a run that failed, once: tell the operator what was written down, or that nobody knows why it failed.

    Airflow calls it in the DAG processor, which ends it after 50 seconds; what is not told by then is owed, and
    send_alerts tells it.
    """
    from newsmonitor_connections import connection_url

    from newsmonitor import failures, sending

    ti = context.get("ti")
    reason = None if ti else f"Airflow ended the run ({context.get('reason')})"
    settings, at = _report(context, error=reason)
    sending.send_failures(failures.sending_run(settings, at), connections=connection_url)


def _report(context: Any, *, error: str | None) -> Any:
    # Imported here: a DAG file is read every half minute, and these take a second.
    from newsmonitor_connections import connection_url

    from newsmonitor import failures
    from newsmonitor.settings import Settings

    settings = Settings.from_env()
    ti, dag_run = context.get("ti"), context.get("dag_run")
    at = dag_run.run_after if dag_run else datetime.now(UTC)
    failure = failures.Failure(
        dag_id=ti.dag_id if ti else context["dag"].dag_id,
        task_id=ti.task_id if ti else "no task",
        run_id=ti.run_id if ti else context["run_id"],
        at=at,
        error=error,
        log_url=getattr(ti, "log_url", None),
        succeeded_at=_succeeded_at(ti, dag_run) if ti and dag_run else None,
    )
    failures.report_failure(settings, failure, connections=connection_url)
    return settings, at


def _succeeded_at(ti: Any, dag_run: Any) -> datetime | None:
    """When the newest run that succeeded was due; None where there is none, or Airflow does not say.

    A run that an asset began has no date by which Airflow finds the one before it: then, of those that the clock
    began, the newest in which this task succeeded.
    """
    try:
        if dag_run.logical_date:
            found = ti.get_previous_dagrun(state="success")
        else:
            found = ti.get_previous_ti(
                state="success", logical_date=dag_run.run_after, map_index=ti.map_index
            )
    except (AirflowRuntimeError, NameError):
        # NameError: where `airflow dags test` calls it, there is nobody to ask.
        return None
    return found.logical_date if found else None


def _words(error: BaseException | str | None) -> str | None:
    """An error in one line: the words of those that we raise on purpose, of others with the name of their type."""
    from newsmonitor.errors import NewsmonitorError

    if error is None or isinstance(error, str):
        return error
    name, words = type(error).__name__, str(error)
    if words and isinstance(error, NewsmonitorError | AirflowFailException):
        return words
    return f"{name}: {words}" if words else name


COMMON: dict[str, Any] = {
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": RETRIES | {"on_failure_callback": note_failure},
    "on_failure_callback": tell_failure,
    "tags": ["newsmonitor"],
}
