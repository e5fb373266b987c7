"""What the tasks of every DAG have in common. Pure."""

from datetime import timedelta
from typing import Any

# A step begins where the one before it ended, so a second try costs little and heals what passes.
RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
}
