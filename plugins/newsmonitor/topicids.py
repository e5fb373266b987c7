"""The ids of the topics there are, without reading what is in them. Files in; light, since DAG files ask for it."""

import tomllib
from pathlib import Path


def topic_ids(folder: Path) -> tuple[str, ...]:
    """The ids in the topic files of a folder, in order of the files; a file that is broken or not there has none.

    Tolerant: what is wrong with a file is told by context.read_topics, with the line.
    """
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            name = tomllib.loads(path.read_text("utf-8-sig")).get("id")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
            continue
        if isinstance(name, str) and name.isprintable():
            found.append(name)
    return tuple(dict.fromkeys(found))
