"""How good the checker of Atom documents is that the tests use, and whether our feeds pass it and the W3C's validator.

The checker (tests/atomcheck.py) is held against the test cases of the W3C feed validator. Each names an event that
must be found in it, or, with a `!` or as `Valid...`, one that must not. Most are fragments, so that something is
found in nearly all; only the very event counts, by its name.

    .venv/bin/python benchmarks/atom_validity.py --data ../shared/data/feeds

The W3C feed validator is not on PyPI. Where a Python has it (`pip install lxml html5lib rdflib`, and the folder src of
https://github.com/w3c/feedvalidator on PYTHONPATH), it judges the same cases and our feeds, beside ours:

    PYTHONPATH=feedvalidator/src .venv/bin/python benchmarks/atom_validity.py --python <that python>
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests")]

from atomcheck import check  # noqa: E402
from newsmonitor import atom  # noqa: E402
from test_atom import HOSTILE, SCRIPTS, Edit, Other, a_feed, an_entry  # noqa: E402

FOLDERS = ("feedvalidator/atom/", "feedvalidator/xml/")
_EXPECT = re.compile(r"Expect:\s*(!?)(\w+)(?:\{([^}]*)\})?")
# What must not be found where the case says that something is valid.
OPPOSITES = {
    "ValidTAG": {"InvalidTAG"},
    "ValidURN": {"InvalidURN", "InvalidUUID"},
    "ValidURI": {"InvalidLink", "InvalidFullLink", "InvalidUriChar"},
    "ValidContact": {"InvalidContact"},
    "ValidHtml": {"NotHtml"},
    "ValidMIMEAttribute": {"InvalidMIMEType"},
    "ValidTitle": {"AttrNotBlank"},
    "ValidElement": {"ContainsHTML", "ContainsUndeclaredHTML", "NotBlank"},
    "ValidW3CDTFDate": {"InvalidRFC3339Date"},
    "ValidAtomLinkRel": {"UnregisteredAtomLinkRel"},
}
# Names of the validator's that are one fault to the checker, or a special case of another.
SAME = {
    "InvalidAddrSpec": {"InvalidAddrSpec", "InvalidContact"},
    "InvalidMIMEType": {"InvalidMIMEType", "InvalidTextType"},
    "InvalidLink": {"InvalidLink", "InvalidUriChar"},
    "SecurityRisk": {"SecurityRisk", "SecurityRiskAttr"},
    "ObsoleteNamespace": {"ObsoleteNamespace", "InvalidNamespace"},
}
# Of these, which element it is about counts too.
ABOUT_ELEMENTS = {"MissingElement", "DuplicateElement", "UndefinedElement"}
# What the validator finds in whatever is not fetched from its own address; its own tests pass over it.
_UNFETCHED = {"MissingSelf", "SelfDoesntMatchLocation"}
# Runs in the other Python: paths in, events out, a line of JSON each.
VALIDATOR = """
import json, sys
import feedvalidator
from feedvalidator.logging import Error, Warning
for line in sys.stdin:
    try:
        with open(line.strip(), "rb") as file:
            events = feedvalidator.validateString(file.read(), firstOccurrenceOnly=0, fallback="utf-8")["loggedEvents"]
    except feedvalidator.logging.ValidationFailure as failure:
        events = [failure.event]
    told = [
        (kind.__name__, isinstance(event, Error), str(event.params.get("element", "")))
        for event in events
        if isinstance(event, (Error, Warning))
        for kind in type(event).__mro__
        if kind not in (Error, Warning) and issubclass(kind, (Error, Warning))
    ]
    print(json.dumps(told), flush=True)
"""


# A finding: its name, whether it is an error, the element that it is about.
Event = tuple[str, bool, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A test case: what must be found in the document, or (is_wanted false) must not."""

    name: str
    document: bytes
    event: str
    element: str | None
    is_wanted: bool

    def passes(self, found: Iterable[Event]) -> bool:
        """Whether what was found is what the case asks for."""
        counting = [each for each in found if each[0] not in _UNFETCHED or self.event in _UNFETCHED]
        if not self.is_wanted and self.event == "Error":
            return not any(is_error for _, is_error, _ in counting)
        if not self.is_wanted and self.event == "Warning":
            return not counting
        names = (
            SAME.get(self.event, {self.event}) if self.is_wanted else OPPOSITES.get(self.event, {self.event})
        )
        is_any = self.event not in ABOUT_ELEMENTS or self.element is None
        hits = [
            name for name, _, element in counting if name in names and (is_any or element == self.element)
        ]
        return bool(hits) == self.is_wanted


def read_cases(archive: Path) -> list[Case]:
    cases = []
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda each: each.name):
            if not member.name.endswith(".xml") or not member.name.startswith(FOLDERS):
                continue
            file = tar.extractfile(member)
            assert file is not None
            document = file.read()
            is_wide = document[:2] in (b"\xff\xfe", b"\xfe\xff")
            match = _EXPECT.search(document.decode("utf-16" if is_wide else "utf-8", "replace"))
            if match:
                is_wanted = not match[1] and not match[2].startswith("Valid")
                element = re.search(r"element:([\w:]+)", match[3] or "")
                about = element[1] if element else None
                cases.append(Case(member.name, document, match[2], about, is_wanted))
    return cases


def our_feeds() -> dict[str, bytes]:
    """Feeds as the tests have them: every script, every hostile text, everything that an entry may have."""
    full = an_entry(
        1,
        others=(Other(outlet="Wire", url="https://wire.example/1", appeared_at=an_entry().updated_at),),
        edits=(Edit(at=an_entry().updated_at, outlet="Ledger", said="numbers 12 → 15"),),
    )
    scripts = [_about(number, words) for number, words in enumerate(SCRIPTS, 1)]
    hostile = [_about(number, words) for number, words in enumerate(HOSTILE, 1)]
    feeds = {
        "full": a_feed(full),
        "scripts": a_feed(*scripts),
        "hostile": a_feed(*hostile),
        "empty": a_feed(),
    }
    return {name: atom.render(feed) for name, feed in feeds.items()}


def _about(number: int, words: str) -> Any:
    entry = an_entry(number)
    return replace(entry, story=replace(entry.story, title=words, text=f"{words}. {words}!", outlet=words))


def ask_w3c(python: str, documents: Sequence[bytes], folder: Path) -> list[list[Event]]:
    """What the W3C's validator finds in each document."""
    paths = []
    for number, document in enumerate(documents):
        paths.append(folder / f"{number}.xml")
        paths[-1].write_bytes(document)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", VALIDATOR],
        input="\n".join(map(str, paths)),
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{python} has no W3C feed validator: {done.stderr.strip().splitlines()[-1]}")
    return [
        [(name, is_error, about) for name, is_error, about in json.loads(line)]
        for line in done.stdout.splitlines()
    ]


def show_cases(who: str, cases: Sequence[Case], found: Sequence[Sequence[Event]], *, names: bool) -> None:
    counts: Counter[tuple[bool, bool]] = Counter()
    missed: Counter[str] = Counter()
    for case, events in zip(cases, found, strict=True):
        passes = case.passes(events)
        counts[case.is_wanted, passes] += 1
        if not passes:
            asked = f"{'' if case.is_wanted else '!'}{case.event}"
            missed[asked] += 1
            if names:
                print(f"  {case.name}: {asked}, found {sorted({name for name, _, _ in events})}")
    for is_wanted, said in ((True, "found of the faults"), (False, "passed of what is right")):
        right = counts[is_wanted, True]
        total = right + counts[is_wanted, False]
        share = f" ({right / total:.1%})" if total else ""
        print(f"{who:14}{said:24}{right:5} of {total}{share}")
    if missed:
        print(f"{'':14}not: {', '.join(f'{count} {name}' for name, count in missed.most_common())}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "feeds")
    parser.add_argument("--python", help="a Python with the W3C feed validator")
    parser.add_argument("--names", action="store_true", help="name each case that does not come out right")
    options = parser.parse_args()
    feeds = our_feeds()
    now = datetime.now(UTC)
    found = {name: findings(document, now) for name, document in feeds.items()}
    archive = options.data / "feedvalidator.tar.gz"
    cases = read_cases(archive) if archive.is_file() else []
    if not cases:
        print(f"no test cases at {archive}")
    ours = [findings(case.document, now) for case in cases]
    show_cases("our checker", cases, ours, names=options.names)
    judged: dict[str, list[Event]] = {}
    if options.python:
        with tempfile.TemporaryDirectory() as folder:
            everything = [*(case.document for case in cases), *feeds.values()]
            theirs = ask_w3c(options.python, everything, Path(folder))
        show_cases("W3C validator", cases, theirs[: len(cases)], names=False)
        judged = dict(zip(feeds, theirs[len(cases) :], strict=True))
    errors = 0
    print(f"\n{'our feed':14}{'bytes':>8}  found by our checker; by the W3C's")
    for name, document in feeds.items():
        theirs = judged.get(name, [])
        errors += sum(is_error for _, is_error, _ in [*found[name], *theirs])
        told = summary(theirs) if name in judged else "not asked"
        print(f"{name:14}{len(document):8}  {summary(found[name])}; {told}")
    return 1 if errors else 0


def findings(document: bytes, now: datetime) -> list[Event]:
    return [(each.name, each.is_error, each.element) for each in check(document, at=now)]


def summary(found: Iterable[Event]) -> str:
    counting = [each for each in found if each[0] not in _UNFETCHED]
    counts = Counter(f"{name} ({'error' if is_error else 'warning'})" for name, is_error, _ in counting)
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
