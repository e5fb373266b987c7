"""What the tasks of every DAG have in common, and how often a DAG runs. Pure."""

from datetime import timedelta
from typing import Any

# A step begins where the one before it ended, so a second try costs little and heals what passes.
RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
}


def every(minutes: int) -> str:
    """The cron line of a DAG that runs every so many minutes; an hour divides into them."""
    return "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *"
