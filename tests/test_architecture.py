"""The layers: who may import whom, and where the world is touched."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "plugins" / "newsmonitor"
MODULES = sorted(PACKAGE.glob("*.py"))
SOURCES = sorted(
    p for d in ("plugins", "dags", "tests", "benchmarks", "tools") for p in (ROOT / d).rglob("*.py")
)

BASE = {"records", "errors"}
PURE = {
    "dedupe", "shingles", "likeness", "headlines", "revisions",
    "messages", "alertspec", "alertfile", "alerttimes", "alertrules", "alertforms", "harmless", "digestpage", "charts",
    "atom", "spikes", "backoff", "markup",
    "urls", "policy", "walls", "alerts", "schemas", "views", "identity", "documents",
    "sitemaps", "discovery", "feedlist", "opml",
    "feeds", "feeddates", "feedtext", "feeditems", "feednames", "feedelements", "feedxml", "feedforgiving",
    "extract", "articletext", "blocks", "blockfeatures", "blockmodel", "boilerplate", "decoding", "languages",
    "structured", "linkeddata", "pagefields", "pagetitles", "pagedates", "pageauthors", "bylines",
    "wallchecks", "wallmarks", "wallphrases", "walloffers", "walladdresses",
    "topics", "topicfile", "topicspec", "topicscan", "topicscore", "topicsenses", "folding", "terms",
    "inflection", "tomlfile", "placesfile", "tagging", "topicadvice", "dagdefaults",
    "addresses", "codings", "targets", "webfailure",
}  # fmt: skip
RIM = {
    "web", "curlloop", "politeness",
    "notify", "webhook", "mailing", "sendmarks", "answers", "digestfiles",
    "warehouse", "parts", "archive", "workers", "seeds", "settings", "topicids",
    "samplesite", "samplefiles"
}  # fmt: skip
JOIN = {
    "context", "worklist", "polling", "asking", "robots", "fetching", "filing", "sending", "notices", "pipeline",
    "explain", "report", "reading", "pageview", "reextract", "cli_pages", "judging", "refingerprint", "cli_fingerprint",
    "looking", "rechecking", "versions", "cli_revisions", "groupview", "cli_group", "alertlist",
    "demo", "feedsearch", "cli", "cli_feeds", "cli_health", "cli_output",
    "channels", "telling", "digests", "spiking", "alsotold", "failures", "ledger", "alertwhy", "owing", "outbox",
    "topicfeed", "cli_alerts", "cli_digest", "cli_feed",
    "judgedagain", "retag", "backtest", "trying", "topicview", "cli_topic",
    "__main__", "__init__",
}  # fmt: skip
# A rim module may use the helper it was split into, and Parquet's schemas are pure.
ALSO = {
    "warehouse": {"parts", "schemas", "views"},
    "web": {"addresses", "codings", "curlloop", "policy", "politeness", "targets", "webfailure"},
    "curlloop": {"webfailure"},
    "politeness": {"targets", "webfailure"},
    "seeds": {"feedlist"},
    "notify": {"answers", "digestfiles", "mailing", "markup", "messages", "webhook"},
    "webhook": {"answers", "messages"},
    "mailing": {"messages"},
    "samplesite": {"samplefiles"},
}
ONLY_IN = {
    "croniter": {"alerttimes"},
    "requests": {"webhook", "answers"},
    "smtplib": {"mailing"},
    "httpx": set(),
    "pycurl": {"curlloop"},
    "brotli": {"codings"},
    "backports": {"codings"},
    "apprise": {"notify"},
    "warcio": {"archive"},
    "duckdb": {"warehouse", "cli"},
    "pyarrow": {"warehouse", "parts", "schemas", "seeds"},
    "trafilatura": {"articletext"},
    "htmldate": {"extract"},
    "py3langid": {"languages"},
    "charset_normalizer": {"decoding"},
    "w3lib": {"decoding", "urls"},
    "numpy": {
        "articletext",
        "blockfeatures",
        "blockmodel",
        "languages",
        "shingles",
        "likeness",
        "dedupe",
        "warehouse",
    },
    "rapidfuzz": {"likeness", "revisions"},
    "feedparser": {"feedforgiving"},
    "protego": {"robots", "discovery"},
    "airflow": set(),
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "newsmonitor":
                names |= {f"newsmonitor.{alias.name}" for alias in node.names}
    return names


def ours(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imported(path) if name.startswith("newsmonitor.")}
    return names - {"__version__"}


def test_every_module_has_its_layer():
    assert {path.stem for path in MODULES} - (BASE | PURE | RIM | JOIN) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_point_inwards(path):
    name = path.stem
    if name in BASE:
        allowed = set()
    elif name in PURE:
        allowed = BASE | PURE
    elif name in RIM:
        allowed = BASE | ALSO.get(name, set())
    else:
        allowed = BASE | PURE | RIM | JOIN
    assert ours(path) - allowed == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_world_is_touched_in_one_place(path):
    roots = {name.split(".")[0] for name in imported(path)}

    assert {name for name in roots & ONLY_IN.keys() if path.stem not in ONLY_IN[name]} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_settings_reads_the_environment(path):
    touches = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    ]
    # workers hands its own environment on to its children, and reads nothing from it.
    assert path.stem in ("settings", "workers") or touches == []


def test_no_module_shadows_a_standard_one():
    assert {path.stem for path in MODULES} & sys.stdlib_module_names <= {"__init__", "__main__"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_over_500_lines_and_no_function_over_60(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 500
    if "tests" not in path.parts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno - node.lineno < 60, node.name
