"""Learn which blocks of a page are the article: writes plugins/newsmonitor/blockmodel.json.

    make peers
    .venv-peers/bin/python tools/learn_blocks.py --data ../shared/data [--folds 5]

From pages whose text is known (aeb, fundus, readability, newspaper4k) and from pages whose text is not (those of
trafilatura's and htmldate's evaluations). For the latter a teacher speaks: a model that also knows what four
extractors of others took for text. The pupil, which ships, knows only the page, so it costs a tenth of them.
With --folds nothing is written: each publisher is judged by a model that was learnt without it.
"""

import argparse
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
from lxml import html

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

import article_sets as sets  # noqa: E402

from newsmonitor import blockmodel  # noqa: E402
from newsmonitor.blockfeatures import block_features  # noqa: E402
from newsmonitor.blocks import read_blocks  # noqa: E402
from newsmonitor.decoding import decode  # noqa: E402
from newsmonitor.extract import read_article, tree_of  # noqa: E402
from newsmonitor.records import Announced  # noqa: E402
from newsmonitor.structured import read_structured, without_scripts  # noqa: E402

MODEL = ROOT / "plugins" / "newsmonitor" / "blockmodel.json"
# Pages of news count twice; readability's truth holds captions and boxes that a news text has not.
WEIGHTS = {"aeb": 2.0, "fundus": 2.0, "readability": 0.7, "newspaper4k": 1.0, "unlabelled": 0.5}
TREES, DEPTH, RATE = 300, 5, 0.08
MOST_BLOCKS = 3_000
NEVER = 1e30


@dataclass(slots=True)
class Page:
    """A page as rows of features, with the share of each block that is in the expected text, where that is known."""

    name: str
    set_name: str
    sample: sets.Sample = field(repr=False)
    texts: list[str] = field(repr=False)
    features: np.ndarray = field(repr=False)
    opinions: np.ndarray = field(repr=False)
    words: np.ndarray = field(repr=False)
    truth: np.ndarray | None = field(repr=False)


def pages(data: Path) -> Iterator[Page]:
    """Every page that has blocks, with the opinions of the other extractors."""
    articles = data / "articles"
    for set_name, samples in (
        ("aeb", sets.aeb(articles)),
        ("fundus", sets.fundus(articles)),
        ("readability", readability(articles / "readability.tar.gz")),
        ("newspaper4k", newspaper4k(articles / "newspaper4k.tar.gz")),
        ("unlabelled", sets.trafilatura_eval(articles)),
        ("unlabelled", sets.htmldate_eval(articles)),
    ):
        for sample in samples:
            if set_name == "unlabelled" or sample.text:
                page = read(set_name, sample)
                if page is not None:
                    yield page


def read(set_name: str, sample: sets.Sample) -> Page | None:
    page = decode(sample.body, None)
    markup, linked_data = without_scripts(page)
    if not markup.strip() or len(markup) > 1_500_000:
        return None
    blocks = read_blocks(tree_of(markup))
    if not 0 < len(blocks.texts) <= MOST_BLOCKS:
        return None
    stated = read_structured(markup, linked_data, sample.url, Announced())
    features, _ = block_features(blocks, stated)
    opinions = np.stack([covered(blocks.texts, text)[0] for text in others(page)], axis=1)
    truth, words = covered(blocks.texts, sample.text or "")
    return Page(
        name=sample.name,
        set_name=set_name,
        sample=sample,
        texts=blocks.texts,
        features=features,
        opinions=with_neighbours(opinions),
        words=words,
        truth=once(blocks.texts, truth, words, sample.text) if sample.text else None,
    )


def others(page: str) -> list[str]:
    """What other extractors take for the text."""
    import trafilatura
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text

    def attempt(extract) -> str:
        try:
            return extract() or ""
        except Exception:  # noqa: BLE001 - they raise anything, and have no opinion then
            return ""

    return [
        attempt(lambda: trafilatura.extract(page, include_comments=False)),
        attempt(lambda: trafilatura.extract(page, include_comments=False, fast=True)),
        attempt(lambda: trafilatura.extract(page, include_comments=False, favor_precision=True)),
        attempt(lambda: extract_plain_text(page, main_content=True, alt_texts=False, links=False)),
        attempt(lambda: text_of(Document(page).summary())),
    ]


def text_of(markup: str) -> str:
    if not markup.strip():
        return ""
    return "\n".join(read_blocks(html.document_fromstring(markup)).texts)


def covered(texts: Sequence[str], expected: str) -> tuple[np.ndarray, np.ndarray]:
    """Of each block the share of words that stand in a run of four words of the expected text, and their count.

    Runs go on from block to block, so a heading of two words counts where its neighbours do.
    """
    words = [sets.WORD.findall(text) for text in texts]
    flat = [word for own in words for word in own]
    wanted = Counter(sets.runs(expected))
    hit = np.zeros(len(flat))
    for place in range(len(flat) - 3):
        if tuple(flat[place : place + 4]) in wanted:
            hit[place : place + 4] = 1
    counts = np.array([len(own) for own in words])
    ends = np.cumsum(counts)
    sums = np.concatenate([[0], np.cumsum(hit)])
    return (sums[ends] - sums[ends - counts]) / np.maximum(1, counts), counts


def once(texts: Sequence[str], truth: np.ndarray, words: np.ndarray, expected: str) -> np.ndarray:
    """The truth with a text that stands twice in the page, once in the article, true only among true neighbours."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text, []).append(place)
    flat = " ".join(sets.WORD.findall(expected))
    for text, same in places.items():
        if len(same) == 1 or truth[same[0]] <= 0.5:
            continue
        wanted = max(1, flat.count(" ".join(sets.WORD.findall(text))))
        around = {
            place: sum(
                truth[near] * words[near]
                for near in range(max(0, place - 3), min(len(texts), place + 4))
                if near not in same
            )
            for place in same
        }
        for place in sorted(same, key=lambda place: -around[place])[wanted:]:
            truth[place] = 0.0
    return truth


def with_neighbours(values: np.ndarray) -> np.ndarray:
    shifted = [values]
    for step in (1, 2):
        pad = np.full((min(step, len(values)), values.shape[1]), -1.0)
        shifted += [np.vstack([pad, values[:-step]]), np.vstack([values[step:], pad])]
    return np.hstack(shifted)


def learnt(features: np.ndarray, labels: np.ndarray, weights: np.ndarray):
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(
        iterations=TREES,
        depth=DEPTH,
        learning_rate=RATE,
        l2_leaf_reg=5,
        rsm=0.4,
        border_count=64,
        bootstrap_type="Bernoulli",
        subsample=0.7,
        random_seed=1,
        thread_count=2,
        verbose=0,
    )
    return model.fit(features, labels, sample_weight=weights)


def importance(page: Page, truth: np.ndarray) -> np.ndarray:
    """A weight for each block: a page counts as one page, a block by its words."""
    return WEIGHTS[page.set_name] * (page.words + 1) / max(50.0, float((truth * page.words).sum()))


def pupil(known: list[Page], unknown: list[Page]):
    """The model that ships, learnt from the known pages and from what the teacher says of the others."""
    teacher = learnt(
        np.vstack([np.hstack([page.features, page.opinions]) for page in known]),
        np.hstack([page.truth > 0.5 for page in known]),
        np.hstack([importance(page, page.truth) for page in known]),
    )
    features = [page.features for page in known]
    labels = [page.truth > 0.5 for page in known]
    weights = [importance(page, page.truth) for page in known]
    for page in unknown:
        said = teacher.predict_proba(np.hstack([page.features, page.opinions]))[:, 1]
        label, weight = said > 0.5, np.abs(2 * said - 1)
        for place, text in enumerate(page.texts):
            if any(segment in text for segment in page.sample.wanted):
                label[place], weight[place] = True, 1.0
            elif page.words[place] < 60 and any(segment in text for segment in page.sample.unwanted):
                label[place], weight[place] = False, 1.0
        features.append(page.features)
        labels.append(label)
        weights.append(weight * importance(page, said))
    return learnt(np.vstack(features), np.hstack(labels), np.hstack(weights))


def as_json(model, names: Sequence[str]) -> str:
    """The model as blockmodel reads it: of each tree the features asked, the borders, and the scores of its leaves."""
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "model.json"
        model.save_model(str(raw), format="json")
        content = json.loads(raw.read_text())
    scale, bias = content["scale_and_bias"]
    trees = content["oblivious_trees"]
    assert scale == 1
    used = sorted({split["float_feature_index"] for tree in trees for split in tree["splits"]})
    place = {index: number for number, index in enumerate(used)}
    lines = []
    for tree in trees:
        splits, leaves = tree["splits"], tree["leaf_values"]
        # A tree that found less to ask asks the rest in vain.
        more = DEPTH - len(splits)
        asked = [place[split["float_feature_index"]] for split in splits] + [0] * more
        borders = [round(split["border"], 5) for split in splits] + [NEVER] * more
        scores = [round(value, 4) for value in leaves] + [0.0] * (2**DEPTH - len(leaves))
        lines.append(json.dumps([asked, borders, scores], separators=(",", ":")))
    head = json.dumps({"features": [names[index] for index in used], "bias": round(bias[0], 5)})
    return f'{head[:-1]}, "trees": [\n' + ",\n".join(lines) + "\n]}\n"


def report(known: list[Page], unknown: list[Page], names: Sequence[str], folds: int) -> None:
    """Print F1 by set, of the whole way of reading a page, by models that were learnt without its publisher."""
    scores: dict[str, list[tuple[float, float]]] = {}
    for fold in range(folds):
        model = pupil([page for page in known if fold_of(page, folds) != fold], unknown)
        parsed = blockmodel.parse_model(as_json(model, names))
        blockmodel._model = lambda parsed=parsed: parsed
        for page in known:
            if fold_of(page, folds) == fold:
                sample = page.sample
                text = read_article(sample.body, url=sample.url, content_type=None).text
                scores.setdefault(page.set_name, []).append(sets.shingles(sample.text, text))
    for name, found in scores.items():
        f1, precision, recall = sets.mean_shingles(found)
        print(f"{name:12} {len(found):4} pages  F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}")


def fold_of(page: Page, folds: int) -> int:
    return crc32(page.name.split("_")[0].encode()) % folds


def readability(path: Path) -> Iterator[sets.Sample]:
    files = unpacked(path)
    for name in sorted({Path(name).parent.name for name in files}):
        body, expected = (
            files.get(f"readability/{name}/source.html"),
            files.get(f"readability/{name}/expected.html"),
        )
        if body and expected:
            text = text_of(expected.decode("utf-8", "replace"))
            yield sets.Sample(name=name, url="https://news.example/", body=body, text=text)


def newspaper4k(path: Path) -> Iterator[sets.Sample]:
    files = unpacked(path)
    for name in sorted(files):
        body = files.get(name.replace("/txt/", "/html/").replace(".txt", ".html"))
        if "/txt/" in name and body:
            yield sets.Sample(
                name=Path(name).stem,
                url="https://news.example/",
                body=body,
                text=files[name].decode("utf-8", "replace"),
            )


def unpacked(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        files = ((member, archive.extractfile(member)) for member in archive.getmembers())
        return {member.name: file.read() for member, file in files if file is not None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with articles/")
    parser.add_argument("--folds", type=int, default=0, help="report by cross-validation, write nothing")
    options = parser.parse_args()
    found = list(pages(options.data))
    known = [page for page in found if page.truth is not None]
    unknown = [page for page in found if page.truth is None]
    print(f"{len(known)} pages with known text, {len(unknown)} without")
    names = block_features(read_blocks(tree_of("<p>One</p>")), read_structured("", (), "", Announced()))[1]
    if options.folds:
        report(known, unknown, names, options.folds)
        return
    MODEL.write_text(as_json(pupil(known, unknown), names))
    print(f"{MODEL.relative_to(ROOT)}: {MODEL.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
