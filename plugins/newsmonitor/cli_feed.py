"""`newsmonitor feed`: the stories of a topic as an Atom feed, for a feed reader."""

from datetime import UTC, datetime
from pathlib import Path

import click

from newsmonitor import atom
from newsmonitor.seeds import write_text_file
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse


@click.command()
@click.argument("topic")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write this file, whole or not at all."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="As many story groups."
)
def feed(topic: str, out: Path | None, limit: int) -> None:
    """The newest stories of a topic as an Atom feed.

    TOPIC: the id of a topic file.
    """
    # Here and not above: a second that the other commands need not spend.
    from newsmonitor.topicfeed import find_topic, topic_feed

    settings = Settings.from_env()
    chosen = find_topic(settings, topic)
    found = topic_feed(
        Warehouse(settings.warehouse),
        chosen.topic_id,
        chosen.title,
        ui_url=settings.ui_url,
        at=datetime.now(UTC),
        limit=limit,
    )
    document = atom.render(found)
    if out is None:
        click.echo(document)
    else:
        write_text_file(out, document.decode())
