"""What the launcher asks of Airflow's REST API: is it up, which cycles ended, what did they count, why did one fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

Json = dict[str, Any]
ENDED = ("success", "failed")


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run of a DAG."""

    run_id: str
    state: str
    run_after: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def seconds(self) -> float:
        if self.started_at is None or self.ended_at is None:
            return 0.0
        return (self.ended_at - self.started_at).total_seconds()


class AirflowApi:
    """The REST API of the Airflow at an address; what goes wrong on the way is an httpx.HTTPError."""

    def __init__(self, url: str) -> None:
        self.url = url
        # No proxy of the environment stands between this machine and itself.
        self._client = httpx.Client(base_url=url, timeout=10.0, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def components(self) -> dict[str, str]:
        """The state of each component by name; empty while the server does not answer."""
        try:
            health: Json = self._client.get("/api/v2/monitor/health", timeout=2.0).raise_for_status().json()
        except httpx.HTTPError:
            return {}
        return {name: str(said.get("status")) for name, said in health.items()}

    def log_in(self) -> None:
        """Get a token: on this machine everyone is let in."""
        token = self._client.get("/auth/token").raise_for_status().json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool unless there is one of this name: a person may have changed its size."""
        if self._client.get(f"/api/v2/pools/{name}").status_code == 404:
            body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
            self._client.post("/api/v2/pools", json=body).raise_for_status()

    def knows(self, dag_id: str) -> bool:
        """Whether the DAG has been read from its file."""
        return self._client.get(f"/api/v2/dags/{dag_id}").status_code == 200

    def import_errors(self) -> list[str]:
        """What is wrong with the DAG files: the last line of each error."""
        found = self._get("/api/v2/importErrors")["import_errors"]
        return [f"{each['filename']}: {str(each['stack_trace']).strip().splitlines()[-1]}" for each in found]

    def runs(self, dag_id: str, *, limit: int = 10) -> list[DagRun]:
        """The newest runs, the oldest of them first."""
        found = self._get(f"/api/v2/dags/{dag_id}/dagRuns", order_by="-run_after", limit=limit)["dag_runs"]
        return [_run(each) for each in reversed(found)]

    def trigger(self, dag_id: str) -> None:
        """Begin a run now."""
        answer = self._client.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})
        answer.raise_for_status()

    def counts(self, dag_id: str, run: DagRun) -> dict[str, dict[str, int]]:
        """What each task of a run counted, its mapped instances added up."""
        total: dict[str, dict[str, int]] = {}
        for task in self._tasks(dag_id, run):
            if task["state"] == "success":
                into = total.setdefault(task["task_id"], {})
                for name, count in self._result(dag_id, run, task).items():
                    into[name] = into.get(name, 0) + count
        return total

    def failure(self, dag_id: str, run: DagRun) -> str:
        """Why a run failed: the task, and the last error in its log."""
        for task in self._tasks(dag_id, run):
            if task["state"] == "failed":
                path = f"{self._task_path(dag_id, run, task)}/logs/{task['try_number']}"
                log = self._get(path, map_index=task["map_index"])["content"]
                return f"{task['task_display_name']}: {_last_error(log)}"
        return "no task says why"

    def _tasks(self, dag_id: str, run: DagRun) -> list[Json]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run.run_id}/taskInstances"
        found: list[Json] = self._get(path, limit=200)["task_instances"]
        return found

    def _result(self, dag_id: str, run: DagRun, task: Json) -> Mapping[str, int]:
        path = f"{self._task_path(dag_id, run, task)}/xcomEntries/return_value"
        answer = self._client.get(path, params={"map_index": task["map_index"]})
        value = answer.json().get("value") if answer.status_code == 200 else None
        return value if isinstance(value, dict) else {}

    def _task_path(self, dag_id: str, run: DagRun, task: Json) -> str:
        return f"/api/v2/dags/{dag_id}/dagRuns/{run.run_id}/taskInstances/{task['task_id']}"

    def _get(self, path: str, **params: Any) -> Json:
        answer: Json = self._client.get(path, params=params).raise_for_status().json()
        return answer


def _run(found: Json) -> DagRun:
    return DagRun(
        run_id=found["dag_run_id"],
        state=found["state"],
        run_after=datetime.fromisoformat(found["run_after"]),
        started_at=_time(found["start_date"]),
        ended_at=_time(found["end_date"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _last_error(log: object) -> str:
    """The words of the last exception in a structured log; the last event where there is none."""
    events = [each for each in log if isinstance(each, dict)] if isinstance(log, list) else []
    for event in reversed(events):
        for detail in reversed(event.get("error_detail") or []):
            return str(detail.get("exc_value") or detail.get("exc_type"))
    return str(events[-1].get("event", "no log")) if events else "no log"
